//! `kubecast rollout` as a user meets it: on a dump of a live cluster, with arms on the same luck, and with
//! faults told.

mod autoscaled;
pub(crate) mod dump;
mod faults;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dump::{DUMP, dump};
use serde_json::Value;

use crate::harness::{file, files, folder, kubecast, kubecast_on, snapshot};

const MATCH_LABEL_KEYS: &str =
    "spec.template.spec.topologySpreadConstraints[0].matchLabelKeys=[pod-template-hash]";

/// The answer about `deployment/app1` of an input, as JSON.
fn json(input: &str, args: &[&str]) -> Value {
    let all = [&["rollout", "deployment/app1", "-f", "-", "--format", "json"], args].concat();
    kubecast_on(&all, input).json()
}

/// The same as text.
fn text(input: &str, args: &[&str]) -> String {
    kubecast_on(&[&["rollout", "deployment/app1", "-f", "-"], args].concat(), input).success()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn an_upgrade_on_a_dump_ends_lopsided_and_match_label_keys_helps() {
    let answer = json(&dump(), &["--runs", "400", "--compare", MATCH_LABEL_KEYS]);
    let arms = answer["arms"].as_array().expect("arms");
    let names: Vec<&str> = arms.iter().filter_map(|arm| arm["arm"].as_str()).collect();
    assert_eq!(names, ["as-is", "matchLabelKeys=pod-template-hash"]);
    // Real controllers and scheduler driven together: about a third after the first restart, and none.
    let share = number(&arms[0]["constraints"][0]["aboveMaxSkew"]["share"]);
    assert!((0.26..0.42).contains(&share), "{share}");
    assert_eq!(arms[1]["constraints"][0]["aboveMaxSkew"]["count"], 0);
    let spreads = |arm: &Value| -> Vec<String> {
        let finals = arm["constraints"][0]["finalSpreads"].as_array().expect("spreads");
        finals.iter().map(|spread| spread["podsPerDomain"].to_string()).collect()
    };
    assert_eq!(spreads(&arms[0]), ["[2,2,1]", "[3,1,1]"]);
    assert_eq!(spreads(&arms[1]), ["[2,2,1]"]);
    for arm in arms {
        assert_eq!(arm["blocked"]["count"], 0);
        // Two more, and one or two for as long as a deletion is on its way.
        assert!((2.0..=4.0).contains(&number(&arm["surgePodsMax"]["max"])), "{arm}");
        assert_eq!(number(&arm["unavailablePodsMax"]["max"]) as u32, 1);
        let shares = arm["constraints"][0]["finalSpreads"].as_array().expect("spreads");
        let total: f64 = shares.iter().map(|spread| number(&spread["share"])).sum();
        assert!((total - 1.0).abs() < 1e-9, "every run ends with one spread");
    }
    assert_eq!(answer["moment"], "now");
    assert_eq!(answer["startTime"], "2026-01-10T09:29:12Z");
}

#[test]
fn a_restart_is_told_in_words() {
    snapshot("rollout", &text(&dump(), &["--runs", "50", "--compare", MATCH_LABEL_KEYS]));
}

#[test]
fn it_is_an_ordinary_scenario() {
    let scenario = "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: same}\nspec:\n  timeline:\n    \
                    - {at: 0s, rolloutRestart: deployment/app1}\n---\n";
    let run =
        kubecast_on(&["run", "-", "--runs", "60", "--format", "json"], &format!("{scenario}{}", dump()));
    assert_eq!(run.code, 0, "{}", run.stderr);
    let summary: Value = serde_json::from_str(&run.stdout).expect("JSON");
    let figures = summary["variants"][0]["figures"].as_array().expect("figures");
    let of = |measure: &str| {
        let figure = figures.iter().find(|figure| figure["measure"] == measure && figure["rollout"] == 1);
        figure.unwrap_or_else(|| panic!("{measure} is there")).clone()
    };
    // The state taken over was complete, although it was never settled before the restart.
    let adopted =
        figures.iter().find(|figure| figure["measure"] == "rolloutBlocked" && figure["rollout"] == 0);
    assert_eq!(adopted.map(|figure| number(&figure["max"])), Some(0.0));
    let answer = json(&dump(), &["--runs", "60"]);
    let arm = &answer["arms"][0];
    let duration = &arm["durationSeconds"];
    assert_eq!(
        (&duration["median"], &duration["p95"]),
        (&of("rolloutDurationSeconds")["median"], &of("rolloutDurationSeconds")["p95"])
    );
    let bins = of("finalSkew")["histogram"].clone();
    let above =
        bins.as_array().expect("bins").iter().find(|bin| number(&bin["value"]) > 1.0).expect("some above");
    assert_eq!(arm["constraints"][0]["aboveMaxSkew"]["wilson95"], above["wilson95"]);
}

#[test]
fn the_same_bytes_on_any_number_of_threads() {
    let written: Vec<BTreeMap<String, Vec<u8>>> = ["1", "2", "5"]
        .iter()
        .map(|threads| {
            let out = folder(&format!("rollout-threads-{threads}"));
            let args =
                ["--runs", "40", "--threads", threads, "--compare", MATCH_LABEL_KEYS, "--timing-sensitivity"];
            json(&dump(), &[&args[..], &["--out", &out]].concat());
            files(&out)
        })
        .collect();
    let names: Vec<&str> = written[0].keys().map(String::as_str).filter(|name| !name.contains('/')).collect();
    assert_eq!(
        names,
        ["arms.csv", "blocked.csv", "domains.csv", "manifest.json", "spreads.csv", "summary.json"]
    );
    assert!(written[0].contains_key("as-is/rollouts.csv") && written[0].contains_key("as-is/runs.csv"));
    assert!(written[1] == written[0] && written[2] == written[0], "files differ between numbers of threads");
}

#[test]
fn a_blocked_rollout_names_its_reason() {
    let out = folder("rollout-blocked");
    let cpu = "spec.template.spec.containers[0].resources.requests.cpu=5";
    let told = text(&dump(), &["--runs", "20", "--compare", cpu, "--out", &out]);
    // maxSurge 25 % of 5 is 2, maxUnavailable 1: two new pods and one for the old pod that goes.
    let reason =
        "3 pods of the newest ReplicaSet wait for a node: 0/3 nodes are available: 3 Insufficient cpu.";
    snapshot("rollout-blocked", &told.replace(&out, "OUT"));
    let blocked = fs::read_to_string(Path::new(&out).join("blocked.csv")).expect("written");
    assert!(blocked.starts_with("arm,runs,share,low,high,reason\ncpu=5,20,1,"), "{blocked}");
    assert_eq!(blocked.lines().count(), 2);
    let rollouts = fs::read_to_string(Path::new(&out).join("cpu=5/rollouts.csv")).expect("written");
    let mut lines = rollouts.lines();
    assert!(lines.next().is_some_and(|heading| heading.ends_with(",blocked_reason")), "{rollouts}");
    assert!(lines.last().is_some_and(|row| row.contains(reason)), "{rollouts}");
    let arms = fs::read_to_string(Path::new(&out).join("arms.csv")).expect("written");
    assert!(
        arms.contains("cpu=5,/spec/template/spec/containers/0/resources/requests/cpu=5,20,20,1,"),
        "{arms}"
    );
}

#[test]
fn values_are_set_in_every_arm_and_in_other_objects() {
    let surge = "spec.strategy.rollingUpdate.maxSurge=0; spec.strategy.rollingUpdate.maxUnavailable=2";
    let start = "scenario#/spec/timing/containerStart={uniform: [2s, 12s], step: 1ms}";
    let args = [
        "--runs",
        "30",
        "--timing-preset",
        "instant",
        "--set",
        "spec.replicas=6",
        "--set",
        start,
        "--compare",
        surge,
    ];
    let answer =
        json(&dump(), &[&args[..], &["--compare", "node/worker-2#/spec/unschedulable=true"]].concat());
    let arms = answer["arms"].as_array().expect("arms");
    let names: Vec<&str> = arms.iter().filter_map(|arm| arm["arm"].as_str()).collect();
    assert_eq!(names, ["as-is", "maxSurge=0,maxUnavailable=2", "worker-2-unschedulable=true"]);
    assert_eq!(answer["atTheStart"]["replicas"], 6);
    assert_eq!(answer["set"][0], "/spec/replicas=6");
    for arm in &arms[..2] {
        let finals = arm["constraints"][0]["finalSpreads"].as_array().expect("spreads");
        for spread in finals {
            let pods: f64 = spread["podsPerDomain"].as_array().expect("counts").iter().map(number).sum();
            assert_eq!(pods as u32, 6, "six replicas in every arm: {spread}");
        }
        assert!(number(&arm["durationSeconds"]["median"]) > 4.0, "two waves of 2 s at least");
    }
    assert_eq!(number(&arms[1]["surgePodsMax"]["max"]) as u32, 0);
    // A cordoned node without its taint is a domain that stays empty: two on each of the others, no more.
    assert_eq!(arms[2]["blocked"]["count"], 30);
}

#[test]
fn a_new_image_is_rolled_out() {
    let told = text(&dump(), &["--runs", "5", "--image", "registry.k8s.io/pause:3.11"]);
    assert!(
        told.contains("kubectl set image deployment/default/app1 registry.k8s.io/pause:3.11: now"),
        "{told}"
    );
    let named = text(&dump(), &["--runs", "5", "--image", "app=registry.k8s.io/pause:3.11"]);
    assert_eq!(told.lines().skip(5).collect::<Vec<_>>(), named.lines().skip(5).collect::<Vec<_>>());
}

#[test]
fn what_has_not_settled_is_told_and_not_waited_for() {
    assert!(!text(&dump(), &["--runs", "2"]).contains("has not settled"));
    // One pod lost its node, one is being deleted, one is not ready.
    let pods = dump().replacen("    nodeName: worker-1\n", "", 1).replacen(
        "    generateName: app1-5d8f7c9b6d-\n",
        "    deletionTimestamp: \"2026-01-10T09:29:40Z\"\n    generateName: app1-5d8f7c9b6d-\n",
        1,
    );
    let (head, tail) = pods.rsplit_once("      status: \"True\"\n      type: Ready").expect("a ready pod");
    let pods = format!("{head}      status: \"False\"\n      type: Ready{tail}");
    let told = text(&pods, &["--runs", "2"]);
    assert!(
        told.contains(
            "The cluster has not settled: 1 pod has no node, 1 pod is terminating, 1 pod of the Deployment is not \
             ready (kubecast lets every pod with a node become ready). The rollout does not wait for that."
        ),
        "{told}"
    );
    assert!(told.contains("now, at 2026-01-10T09:29:12Z; 4 pods, 5 wanted, 3 nodes"), "{told}");
}

/// A manifest and nodes, no pods.
const MANIFEST: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: settings}
spec:
  timing: {preset: instant, containerStart: 5s, termination: 1s}
  nodePools: [{name: worker, count: 3, template: {status: {allocatable: {cpu: 4, memory: 8Gi}}}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app1}
spec:
  replicas: 3
  selector: {matchLabels: {app: app1}}
  strategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
  template:
    metadata: {labels: {app: app1}}
    spec: {containers: [{name: app, image: web, resources: {requests: {cpu: 100m}}}]}
";

#[test]
fn a_mere_manifest_is_created_first() {
    let told = text(MANIFEST, &["--runs", "3"]);
    assert!(
        told.contains(
            "ten minutes after its creation has settled (the input has no pod of it); 3 pods wanted, 3 nodes"
        ),
        "{told}"
    );
    // Three waves of one pod, 5 s each (and the scheduling cycles' microseconds).
    assert!(told.contains("in 15.0 s (median)"), "{told}");
    assert!(told.contains("at most 1 pod above spec.replicas and 0 ready pods missing"), "{told}");
    assert!(told.contains("no topology spread constraints of its own"), "{told}");
}

#[test]
fn runs_that_end_at_the_horizon_are_told() {
    let horizon = ["--runs", "4", "--timing-preset", "instant", "--set", "scenario#/spec/horizon=1s"];
    let told = text(&dump(), &horizon);
    assert!(told.contains("4 of 4 runs end at the horizon, 1s.") && !told.contains("CUT OFF"), "{told}");
    assert!(told.contains("BLOCKED in 100.0 %") && told.contains("to become available"), "{told}");
    let outcome = kubecast_on(
        &["rollout", "deploy/app1", "-f", "-", "--runs", "4", "--set", "scenario#/spec/horizon=1s"],
        MANIFEST,
    );
    assert_eq!(outcome.code, 2, "the restart comes ten minutes later");
    assert!(outcome.stderr.contains("the runs end at the horizon before"), "{}", outcome.stderr);
}

#[test]
fn what_the_scenario_expects_is_judged_in_every_arm() {
    let scenario = |expect: &str| {
        let head =
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  expect:\n";
        format!("{head}{expect}---\n{}", dump())
    };
    let run = |expect: &str, more: &[&str]| {
        let args = [&["rollout", "deploy/app1", "-f", "-", "--runs", "3"], more].concat();
        kubecast_on(&args, &scenario(expect))
    };
    // Five pods are wanted, and there is room.
    let good = "    - {measure: pods, equals: 5}\n    - {measure: rolloutBlocked, of: deployment/app1, rollout: 1, max: 0}\n";
    let told = run(good, &["--compare", "spec.replicas=4"]);
    assert_eq!(told.code, 1, "four in the other arm: {}", told.told());
    assert!(
        told.stdout.contains("Expectations: 3 of 4 met.\n  NOT MET: replicas=4: pods, exactly 5; found 4")
    );
    let told = run(good, &[]).success();
    assert!(told.contains("Expectations: 2 of 2 met.\n"), "{told}");
    // What was written for another timeline, other variants or another cluster is left out, and told.
    let other = "    - {measure: finalSkew, rollout: 3, max: 0}\n    - {measure: pods, variant: small, equals: 1}\n    - \
                 {measure: rolloutBlocked, of: deployment/other, max: 0}\n    - {measure: pods, equals: 5}\n";
    for strict in [&[][..], &["--strict"]] {
        let outcome = run(other, strict);
        // Pods of other namespaces may be missing in this dump: with --strict the answer is incomplete.
        assert_eq!(outcome.code, if strict.is_empty() { 0 } else { 4 }, "{}", outcome.stderr);
        let told = outcome.stdout;
        for line in [
            "Expectations: 1 of 4 met, 3 not judged.",
            "  not judged: finalSkew, rollout 3; here there is one rollout",
            "  not judged: pods, variant small; it is about a variant, and here there are the arms of this command",
            "  not judged: rolloutBlocked of deployment/other; the input has no such object",
        ] {
            assert!(told.contains(line), "{line}: {told}");
        }
    }
    let json: serde_json::Value =
        serde_json::from_str(&run(other, &["--format", "json"]).success()).expect("JSON");
    assert_eq!(
        (&json["expectations"][0]["met"], &json["expectations"][3]["met"]),
        (&true.into(), &serde_json::Value::Null)
    );
    // What is wrong in itself is told with its place.
    let wrong = run("    - {measure: pods}\n", &[]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("-:6:7: spec.expect[0]: nothing is expected"), "{}", wrong.stderr);
}

#[test]
fn sensitivity_to_timing_is_told() {
    let limit = ["--set", "scenario#/spec/blockedAfter=5s", "--runs", "60"];
    let calm = json(&dump(), &limit);
    let asked = [&limit[..], &["--timing-sensitivity"]].concat();
    let answer = json(&dump(), &asked);
    assert_eq!(answer, calm, "up to 200 runs are rerun unasked");
    let few = ["--runs", "10"];
    assert!(json(&dump(), &few).get("timingSensitivity").is_none(), "intervals of so few runs say nothing");
    assert!(text(&dump(), &few).contains("was not looked at (--timing-sensitivity)"));
    let sensitivity = &answer["timingSensitivity"];
    assert_eq!(sensitivity["sensitive"], true);
    assert_eq!(
        sensitivity["reruns"],
        serde_json::json!(["start-up halved", "start-up doubled", "lag halved", "lag doubled"])
    );
    let blocked = sensitivity["answers"]
        .as_array()
        .expect("answers")
        .iter()
        .find(|one| one["answer"] == "shareBlocked");
    let blocked = blocked.expect("the share of blocked runs is asked about");
    // Twice as long, more than half take longer than 5 s.
    assert_eq!(blocked["reruns"][1]["moved"], true, "{blocked}");
    let told = text(&dump(), &asked);
    assert!(told.contains("the answer is sensitive to timing: with start-up times"), "{told}");
    assert!(told.contains("does not complete") && told.contains("start-up doubled"), "{told}");
    let reruns = |more: &[&str]| {
        let answer = json(&dump(), &[&asked[..], more].concat());
        answer["timingSensitivity"]["reruns"].as_array().map(Vec::len)
    };
    let instant = ["--timing-preset", "instant"];
    assert_eq!(reruns(&instant), Some(2), "the control plane takes no time");
    assert_eq!(
        reruns(&[&instant[..], &["--set", "scenario#/spec/timing/watch/scheduler=100ms"]].concat()),
        Some(4)
    );
}

#[test]
fn run_tells_its_sensitivity_as_well() {
    let run = |more: &[&str]| {
        let scenario = "scenarios/rolling-upgrade-skew.yaml";
        kubecast(&[&["run", scenario, "--runs", "40", "--format", "json"], more].concat()).json()
    };
    let (plain, asked) = (run(&[]), run(&["--timing-sensitivity"]));
    assert!(plain.get("timingSensitivity").is_none());
    assert_eq!((&plain["digest"], &plain["variants"]), (&asked["digest"], &asked["variants"]));
    // Two variants, three rollouts each, three questions.
    let answers = asked["timingSensitivity"]["answers"].as_array().expect("answers");
    assert_eq!(answers.len(), 18);
    // Twice the start-up is twice the skewed luck: only how long it takes moves.
    let moved =
        |answer: &&Value| answer["reruns"].as_array().expect("reruns").iter().any(|one| one["moved"] == true);
    assert!(answers.iter().filter(moved).all(|answer| answer["answer"] == "medianDurationSeconds"));
    assert_eq!(answers.iter().filter(moved).count(), 6);
}

#[test]
fn files_may_be_several_and_the_namespace_an_option() {
    let scenario =
        "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: settings}\nspec: {seed: 9}\n";
    let settings = file("settings.yaml", scenario);
    let args =
        ["rollout", "deploy/app1", "-n", "default", "--runs", "2", "--format", "json", "-f", DUMP, &settings];
    assert_eq!(kubecast(&args).json()["seed"], 9);
}
