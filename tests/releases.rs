//! Which release of Kubernetes is followed: where it is known from, what is said of it, and what hangs on it.

mod kubelets;
mod panics;
mod wired;

use std::fs;

use kubecast::api::Release;
use kubecast::scenario::{LoadOptions, NoFiles, Resolved, SourceText, load};
use kubecast_manifest::parse;
use serde_json::Value;

use crate::harness::{file, files, folder, kubecast, kubecast_on, root};

/// A node whose kubelet is of this release, by name; without one it tells none.
fn node(name: &str, kubelet: Option<&str>) -> String {
    let info =
        kubelet.map_or_else(String::new, |kubelet| format!(", nodeInfo: {{kubeletVersion: {kubelet}}}"));
    format!(
        "apiVersion: v1\nkind: Node\nmetadata: {{name: {name}}}\nstatus: {{allocatable: {{cpu: 4, memory: 8Gi, \
         pods: 110}}{info}}}\n---\n"
    )
}

const SCENARIO: &str = "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\n";
/// What `kubectl version -o json` prints, but for build dates and the like.
const VERSION: &str = r#"{
  "clientVersion": {"major": "1", "minor": "36", "gitVersion": "v1.36.1", "platform": "linux/amd64"},
  "kustomizeVersion": "v5.7.1",
  "serverVersion": {"major": "1", "minor": "31+", "gitVersion": "v1.31.4-eks-a737599", "platform": "linux/amd64"}
}
"#;

fn loaded(texts: &[&str], asked: Option<&str>) -> Result<Resolved, Vec<String>> {
    let source = |(index, text): (usize, &&str)| SourceText {
        name: format!("{index}.yaml").as_str().into(),
        text: (*text).into(),
    };
    let sources: Vec<SourceText> = texts.iter().enumerate().map(source).collect();
    let kubernetes_version = asked.map(|text| Release::parse(text).expect("a release"));
    let options = LoadOptions { kubernetes_version, ..LoadOptions::default() };
    load(&sources, &options, &NoFiles).map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

/// What is said of the release.
fn line(texts: &[&str], asked: Option<&str>) -> String {
    let resolved = loaded(texts, asked).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(resolved.ledger.releases.len(), 1, "one line");
    resolved.ledger.releases[0].clone()
}

#[test]
fn the_first_that_names_a_release_is_followed() {
    let nodes =
        [node("a", Some("v1.29.3")), node("b", Some("v1.30.11-gke.1")), node("c", Some("v1.29.9"))].concat();
    let named = format!("{SCENARIO}spec: {{kubernetesVersion: \"1.33\"}}\n");
    let (nodes, named) = (nodes.as_str(), named.as_str());
    assert_eq!(
        line(&[nodes, VERSION, named], Some("1.36.2")),
        "Kubernetes v1.36.2 (as --kubernetes-version says, instead of v1.33 of the scenario)"
    );
    assert_eq!(line(&[nodes, VERSION], Some("1.36")), "Kubernetes v1.36 (as --kubernetes-version says)");
    assert_eq!(line(&[nodes, VERSION, named], None), "Kubernetes v1.33 (as the scenario says)");
    assert_eq!(line(&[nodes, VERSION, SCENARIO], None), "Kubernetes v1.31.4 (from kubectl version)");
    assert_eq!(
        line(&[nodes, SCENARIO], None),
        "Kubernetes v1.30 (control plane at least v1.30, from the kubelets; give --kubernetes-version)"
    );
    let default = "Kubernetes v1.34 (the default: nothing in the input names a release)";
    assert_eq!(line(&[&node("a", None)], None), default);
    assert_eq!(line(&[&node("a", Some("fake"))], None), default, "no release at all");
}

#[test]
fn releases_out_of_reach_are_taken_for_the_nearest() {
    assert_eq!(
        line(&[&node("a", Some("v1.19.16"))], None),
        "Kubernetes v1.24 (control plane at least v1.19, from the kubelets; give --kubernetes-version; v1.19 is \
         extrapolated: v1.24 is the oldest that is known)"
    );
    let newer = VERSION.replace("v1.31.4-eks-a737599", "v1.42.0");
    assert_eq!(
        line(&[&node("a", None), &newer], None),
        "Kubernetes v1.38 (from kubectl version; v1.42.0 is extrapolated: v1.38 is the newest that is known)"
    );
}

#[test]
fn the_output_of_kubectl_version_is_read_wherever_objects_are() {
    let a = node("a", None);
    let yaml = "clientVersion: {gitVersion: v1.36.1}\nserverVersion:\n  gitVersion: v1.32.0+k3s1\n";
    assert_eq!(line(&[&a, yaml], None), "Kubernetes v1.32.0 (from kubectl version)");
    let twice = line(&[&a, yaml, yaml], None);
    assert!(twice.contains("v1.32.0"), "the same again does no harm: {twice}");
    let faults = |texts: &[&str]| loaded(texts, None).expect_err("is refused").join("\n");
    let other = faults(&[&a, yaml, VERSION]);
    assert_eq!(other, "2.yaml:1:1: a second server version, v1.31.4; the first at 1.yaml:1:1 is v1.32.0");
    let alone = faults(&[&a, "clientVersion: {gitVersion: v1.36.1}\n"]);
    assert!(alone.contains("without a server") && alone.contains("--kubernetes-version"), "{alone}");
    let no_release = faults(&[&a, "serverVersion: {gitVersion: main}\n"]);
    assert!(no_release.contains("serverVersion.gitVersion: \"main\" is no release"), "{no_release}");
    let folder = folder("files");
    fs::create_dir_all(&folder).expect("writable");
    for (name, text) in [("version.json", VERSION), ("node.yaml", a.as_str())] {
        fs::write(format!("{folder}/{name}"), text).expect("writable");
    }
    let listed = file(
        "listed.yaml",
        &format!("{SCENARIO}spec: {{manifests: [./files/node.yaml, ./files/version.json]}}\n"),
    );
    for input in [&folder, &listed] {
        let told = kubecast(&["run", input]).success();
        assert!(told.contains("Kubernetes v1.31.4 (from kubectl version)."), "{input}: {told}");
    }
}

#[test]
fn every_variant_has_its_own_release() {
    let text = format!(
        "{SCENARIO}spec:\n  variants:\n    - name: old\n      set: {{\"scenario#/spec/kubernetesVersion\": \"1.26\"}}\n    \
         - name: default\n"
    );
    let node = node("a", None);
    let resolved = loaded(&[&node, &text], None).expect("a good scenario");
    let both = ["v1.26 (as the scenario says)", "v1.34 (the default: nothing in the input names a release)"];
    assert_eq!(resolved.ledger.releases, both.map(|line| format!("Kubernetes {line}")));
    let asked = loaded(&[&node, &text], Some("1.30")).expect("a good scenario");
    assert!(asked.ledger.releases.iter().all(|line| line.starts_with("Kubernetes v1.30 (")));
}

/// A dump of three nodes and one Deployment, with kubelets of this release.
fn dump(kubelet: &str) -> String {
    let text = fs::read_to_string(root("tests/fixtures/kk98215-dump.yaml")).expect("the fixture is there");
    assert_eq!(text.matches("kubeletVersion: v1.34.1").count(), 3);
    text.replace("kubeletVersion: v1.34.1", &format!("kubeletVersion: {kubelet}"))
}

const MATCH_LABEL_KEYS: &str =
    "spec.template.spec.topologySpreadConstraints[0].matchLabelKeys=[pod-template-hash]";

/// The rollout of the dump with `matchLabelKeys` as a second arm.
fn rollout(texts: &[(&str, &str)], more: &[&str]) -> Value {
    let paths: Vec<String> = texts.iter().map(|(name, text)| file(name, text)).collect();
    let mut args = vec!["rollout", "deployment/app1", "--format", "json", "--runs", "300"];
    args.extend(["--compare", MATCH_LABEL_KEYS]);
    args.extend(more);
    args.push("-f");
    args.extend(paths.iter().map(String::as_str));
    kubecast(&args).json()
}

/// kubernetes#98215 on a cluster of 1.26: the API server drops `matchLabelKeys`, which is off there, so that both arms
/// end lopsided alike, in about a third of the runs. Whether the dump, the Scenario, the server or the command line
/// names the release is all the same. From 1.27 on the second arm never does.
#[test]
fn the_release_of_a_dump_decides_what_match_label_keys_does() {
    let (old, new) = (dump("v1.26.5"), dump("v1.34.1"));
    let says = format!("{SCENARIO}spec: {{kubernetesVersion: \"1.26\"}}\n");
    let version = VERSION.replace("v1.31.4-eks-a737599", "v1.26.5");
    let by_kubelets = rollout(&[("old.yaml", &old)], &[]);
    let above = |answer: &Value, arm: usize| {
        answer["arms"][arm]["constraints"][0]["aboveMaxSkew"]["share"].as_f64().expect("a share")
    };
    for arm in [0, 1] {
        let share = above(&by_kubelets, arm);
        assert!((0.28..0.45).contains(&share), "arm {arm}: {share}");
    }
    for (what, answer) in [
        ("the scenario", rollout(&[("old.yaml", &old), ("says.yaml", &says)], &[])),
        ("the scenario over other kubelets", rollout(&[("new.yaml", &new), ("says.yaml", &says)], &[])),
        ("kubectl version", rollout(&[("new.yaml", &new), ("version.json", &version)], &[])),
        ("the command line", rollout(&[("new.yaml", &new)], &["--kubernetes-version", "1.26.5"])),
    ] {
        assert_eq!(answer["arms"], by_kubelets["arms"], "{what}");
    }
    for answer in [
        rollout(&[("new.yaml", &new)], &[]),
        rollout(&[("old.yaml", &old)], &["--kubernetes-version", "1.27"]),
    ] {
        assert!(above(&answer, 0) > 0.28 && above(&answer, 1) == 0.0, "{answer}");
    }
    let notes = by_kubelets["notes"].as_array().expect("notes").iter().filter_map(Value::as_str);
    let may_differ: Vec<&str> = notes.filter(|note| note.contains("newer than v1.26")).collect();
    assert_eq!(
        may_differ,
        [
            "if the control plane is newer than v1.26, this may differ: from v1.27 on, matchLabelKeys of spread \
          constraints are kept"
        ]
    );
}

#[test]
fn what_a_newer_control_plane_would_do_is_told_as_far_as_it_can_be_felt() {
    let notes = |release: &str, more: &str, asked| {
        let resolved = loaded(&[&node("a", Some(release)), more], asked).expect("a good input");
        let notes = resolved.ledger.notes.into_iter().filter(|note| note.contains("control plane is newer"));
        notes.collect::<Vec<_>>().join("\n")
    };
    let deployment = |fields: &str, pod: &str| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec: {{{fields} selector: {{matchLabels: \
             {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: {{{pod}containers: [{{name: c, image: \
             c}}]}}}}}}\n"
        )
    };
    let plain = deployment("", "");
    // 1.26 to 1.28: of all that came nothing is in the input.
    assert_eq!(notes("v1.26.5", &plain, None), "");
    let delayed = deployment("minReadySeconds: 5, ", "");
    assert!(
        notes("v1.33.5", &delayed, None).contains("from v1.34 on, a pod is available at exactly readySince")
    );
    assert!(!notes("v1.33.5", &plain, None).contains("readySince"));
    let queue = notes("v1.31.1", &plain, None);
    assert!(
        queue.contains("from v1.32 on, plugins say") && queue.contains("; from v1.33 on, an idle"),
        "{queue}"
    );
    assert_eq!(notes("v1.31.1", &plain, Some("1.31")), "", "nothing is unknown where the release is given");
    assert_eq!(notes("v1.38.0", &plain, None), "", "nothing is known beyond");
}

/// What was recorded of a release is followed; of what later ones do otherwise there are only notes.
#[test]
fn what_a_release_does_otherwise_is_told() {
    let notes = |texts: &[&str], release| {
        let notes = loaded(texts, Some(release)).expect("a good input").ledger.notes;
        notes.into_iter().filter(|note| note.contains("is not followed")).collect::<Vec<_>>().join("\n")
    };
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: c}]}\n";
    let node = node("a", None);
    for release in ["1.24", "1.31", "1.32", "1.33", "1.34"] {
        assert_eq!(notes(&[&node, pod], release), "", "{release}");
    }
    assert!(notes(&[&node, pod], "1.36").contains("pods of one kind are placed in batches"));
}

#[test]
fn every_command_that_reads_a_cluster_takes_the_release() {
    let cluster = file("cluster.yaml", &[node("a", None), node("b", Some("v1.29.1"))].concat());
    let pod = file(
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: c}]}\n",
    );
    let line = "Kubernetes v1.31 (as --kubernetes-version says).";
    for args in [
        vec!["run", &cluster],
        vec!["capacity", &cluster, "--pod", &pod, "--max", "1"],
        vec!["explain", &cluster, &pod, "--pod", "p"],
    ] {
        let told = kubecast(&[&args[..], &["--kubernetes-version", "1.31"]].concat()).success();
        assert!(told.contains(line), "{args:?}: {told}");
    }
    let dump = file("dump.yaml", &dump("v1.26.5"));
    let args = ["rollout", "deployment/app1", "-f", &dump, "--runs", "2", "--kubernetes-version", "1.31"];
    assert!(kubecast(&args).success().contains(line));
    let validate = |version: &str| kubecast(&["validate", &cluster, "--kubernetes-version", version]);
    assert_eq!((validate("1.31").code, validate("1.39").code), (0, 2));
    for name in ["release", "kubernetes-version"] {
        let told = kubecast(&["ranges", "10.96.0.0/24", &format!("--{name}"), "v1.25.3"]).success();
        assert!(told.contains("Kubernetes 1.25.3"), "{told}");
    }
}

#[test]
fn studies_and_plans_take_the_release() {
    file("scenario.yaml", &[&node("a", Some("v1.29.1")), SCENARIO].concat());
    let study = "apiVersion: kubecast.dev/v1alpha1\nkind: Study\nmetadata: {name: s}\nspec:\n  scenario: ./scenario.yaml\n  \
                 replications: 1\n  metrics: [{measure: pendingPods}]\n";
    let study = file("study.yaml", study);
    let plan = "apiVersion: kubecast.dev/v1alpha1\nkind: Plan\nmetadata: {name: p}\nspec:\n  scenario: ./scenario.yaml\n  \
                variables: [{name: seed, path: \"scenario#/spec/seed\", values: [1, 2]}]\n  targets: [{target: P(pendingPods \
                > 0) < 5%}]\n";
    let plan = file("plan.yaml", plan);
    for (command, document) in [("study", &study), ("plan", &plan)] {
        let told = kubecast(&[command, document, "--kubernetes-version", "1.31"]);
        assert!(told.stdout.contains("Kubernetes v1.31 (as --kubernetes-version says)."), "{}", told.told());
        let told = kubecast(&[command, document]);
        assert!(told.stdout.contains("control plane at least v1.29, from the kubelets"), "{}", told.told());
    }
    // What was computed under one release is no part of a study under another.
    let out = folder("out");
    let run = |more: &[&str]| kubecast(&[&["study", &study, "--out", &out], more].concat());
    assert_eq!(run(&["--shard", "1/2"]).code, 0);
    let manifest = |version: &str| {
        let out = folder(&format!("out-{version}"));
        kubecast(&["study", &study, "--out", &out, "--kubernetes-version", version]).success();
        let text = files(&out).remove("manifest.json").expect("written");
        serde_json::from_slice::<Value>(&text).expect("JSON")["fingerprint"].clone()
    };
    assert_ne!(manifest("1.30"), manifest("1.31"));
}

#[test]
fn a_run_is_the_same_in_another_process_under_the_release_that_was_asked_for() {
    let dump = file("dump.yaml", &dump("v1.26.5"));
    let args = ["run", &dump, "--kubernetes-version", "1.33", "--check-determinism"];
    let outcome = kubecast(&args);
    assert!(outcome.stderr.contains("gave the same digests"), "{}", outcome.told());
}

/// A ready scenario that named no release would give another answer when the default moves.
#[test]
fn every_ready_scenario_names_its_release() {
    let mut scenarios = 0;
    for (name, bytes) in files(root("scenarios")) {
        let is_yaml = [".yaml", ".yml", ".json"].iter().any(|ending| name.ends_with(ending));
        let Ok(text) = String::from_utf8(bytes) else { continue };
        if !is_yaml {
            continue;
        }
        for document in parse(&name, &text).unwrap_or_else(|error| panic!("{error}")) {
            // The scenario of a Study or Plan may stand in it.
            let inner = document.tree.pointer("/spec/scenario");
            for tree in [Some(&document.tree), inner].into_iter().flatten() {
                if tree.get_str("kind") == Some("Scenario") {
                    scenarios += 1;
                    if let Some(pair) =
                        name.strip_suffix("/scenario.yaml").filter(|pair| pair.contains("backtest/"))
                    {
                        // It stands beside a dump, whose nodes tell the release of their kubelets.
                        let dump = root(&format!("scenarios/{pair}/before.yaml"));
                        let dump = std::fs::read_to_string(&dump).expect("the dump of the pair");
                        assert!(dump.contains("kubeletVersion"), "{name}");
                        continue;
                    }
                    let named = tree.pointer("/spec/kubernetesVersion").and_then(|tree| tree.as_str());
                    assert!(named.is_some_and(|text| Release::parse(text).is_ok()), "{name}: {named:?}");
                }
            }
        }
    }
    assert!(scenarios >= 37, "{scenarios} scenarios");
    let outcome = kubecast_on(&["validate", "-", "--kubernetes-version", "1.34"], SCENARIO);
    assert_eq!(outcome.code, 0, "{}", outcome.told());
}
