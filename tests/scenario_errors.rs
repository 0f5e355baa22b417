//! Wrong inputs and the exact messages they are answered with.

use std::fmt::Write;

use kubecast::scenario::dump::command;
use kubecast::scenario::{FileReader, LoadOptions, NoFiles, SourceText, load};

fn source(name: &str, text: &str) -> SourceText {
    SourceText { name: name.into(), text: text.into() }
}

fn lines(result: Result<kubecast::scenario::Resolved, Vec<kubecast::scenario::InputError>>) -> String {
    match result {
        Ok(resolved) => resolved.warnings.iter().fold("ok\n".to_owned(), |mut text, warning| {
            writeln!(text, "warning: {warning}").expect("writes to memory");
            text
        }),
        Err(errors) => errors.iter().fold(String::new(), |mut text, error| {
            writeln!(text, "{error}").expect("writes to memory");
            text
        }),
    }
}

/// Loads one file and compares everything that is told about it.
fn check(text: &str, expected: &[&str]) {
    let told = lines(load(&[source("f.yaml", text)], &LoadOptions::default(), &NoFiles));
    assert_eq!(told.lines().collect::<Vec<_>>(), expected, "of the input\n{text}");
}

/// A scenario with one Deployment `web` (container `app`), three nodes, and more lines of `spec`.
fn scenario(more: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: s}}
spec:
  nodePools:
    - {{name: worker, count: 3, template: {{status: {{allocatable: {{cpu: 1, memory: 1Gi}}}}}}}}
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: 1
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec:
            containers:
              - {{name: app, image: web}}
{more}"
    )
}

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n";

#[test]
fn texts_that_are_no_documents() {
    check("a: [1, 2\n", &["f.yaml:2:1: not valid YAML: while parsing a flow sequence, expected ',' or ']'"]);
    check(
        "",
        &[
            "f.yaml:1:1: the file is empty: did the command fail that wrote it? See what `kubectl` says without the \
           redirection",
        ],
    );
    check("kind: Pod\n", &["f.yaml:1:1: apiVersion is missing: a Kubernetes object has apiVersion and kind"]);
    check(
        "apiVersion: v1\nkind: Pod\nmetadata: {namespace: x}\n",
        &["f.yaml:1:1: metadata.name is missing: this Pod needs a name"],
    );
    check(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: n}\n",
        &["f.yaml:3:18: metadata.name of this Pod must be a string; write \"n\" in quotes"],
    );
    check(
        "apiVersion: kubecast.dev/v1alpha1\nkind: Study\n",
        &["f.yaml:1:1: a Study is not part of a run; use `kubecast study`"],
    );
    check(
        "apiVersion: kubecast.dev/v2\nkind: Scenario\n",
        &[
            "f.yaml:1:1: apiVersion \"kubecast.dev/v2\" is not known; this kubecast reads kubecast.dev/v1alpha1",
        ],
    );
}

#[test]
fn two_scenarios() {
    let texts = [source("a.yaml", &scenario("")), source("b.yaml", &scenario(""))];
    let told = lines(load(&texts, &LoadOptions::default(), &NoFiles));
    assert_eq!(told, "b.yaml:1:1: a second Scenario, but a run has one; the first stands at a.yaml:1:1\n");
}

#[test]
fn fields_of_the_scenario() {
    check(
        &scenario("  timming: {}\n  horizon: 5\n"),
        &["f.yaml:20:12: spec.horizon: expected a string, found the number 5; write \"5\" in quotes"],
    );
    check(
        &scenario("  timming: {}\n  sheduler: {}\n"),
        &[
            "f.yaml:19:3: spec.timming: unknown field; did you mean \"timing\"?",
            "f.yaml:20:3: spec.sheduler: unknown field; did you mean \"scheduler\"?",
        ],
    );
    check(
        &scenario("  kubernetesVersion: 1.30\n"),
        &[
            "f.yaml:19:22: spec.kubernetesVersion: expected a string, found the number 1.30; write \"1.30\" in quotes",
        ],
    );
    check(
        &scenario("  kubernetesVersion: \"1.2\"\n"),
        &[
            "f.yaml:19:22: spec.kubernetesVersion: \"1.2\" is no supported Kubernetes release; write one of 1.24 to 1.38",
        ],
    );
    check(
        &scenario("  startTime: 2026-01-01T00:00:00.5Z\n"),
        &[
            "f.yaml:19:14: spec.startTime: \"2026-01-01T00:00:00.5Z\" has fractions of a second; give a whole second",
        ],
    );
    check(
        &scenario("  scheduler: {podInitialBackoff: 20s}\n"),
        &["f.yaml:19:14: spec.scheduler: podMaxBackoff 10s lies below podInitialBackoff 20s"],
    );
}

#[test]
fn impossible_distributions() {
    for (written, problem) in [
        (
            "{uniform: [5s, 2s]}",
            "impossible distribution: uniform: the first bound 5s is above the second 2s",
        ),
        ("{exponential: {mean: 0s}}", "impossible distribution: exponential: mean must be above 0"),
        (
            "{lognormal: {median: 5s, p99: 2s}}",
            "impossible distribution: lognormal: p99 2s is below the median 5s",
        ),
        ("{}", "give exactly one of constant, uniform, exponential, lognormal, empirical"),
        ("{constant: 5s, step: 1s}", "step belongs to uniform"),
        ("5x", "invalid duration \"5x\": unknown unit (examples: 500ms, 1.5s, 1h30m)"),
    ] {
        let expected = format!("f.yaml:19:21: spec.timing.binding: {problem}");
        check(&scenario(&format!("  timing: {{binding: {written}}}\n")), &[&expected]);
    }
    check(
        &scenario("  timing: {binding: {uniform: [5s]}}\n"),
        &["f.yaml:19:31: spec.timing.binding.uniform: invalid length 1, expected a tuple of size 2"],
    );
}

#[test]
fn names_that_stand_twice() {
    check(&format!("{POD}---\n{POD}"), &["f.yaml:6:1: pod/default/p is there already at f.yaml:1:1"]);
    check(
        &scenario("  workloads:\n    - {name: a, template: {}}\n    - {name: a, template: {}}\n"),
        &["f.yaml:21:14: spec.workloads: two entries are named \"a\""],
    );
    check(
        &scenario(&format!(
            "  workloads:\n    - {{name: a, count: 2, template: {}}}\n",
            "{apiVersion: v1, kind: Pod, metadata: {name: x}}"
        )),
        &["f.yaml:20:37: workload/a: 2 objects would all be named \"x\"; put {index} into the name"],
    );
}

#[test]
fn node_pools() {
    let pool = |fields: &str| {
        format!(
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n  nodePools:\n    - {{name: w, {fields}}}\n"
        )
    };
    let template = "template: {status: {allocatable: {cpu: 1}}}";
    check(&pool(template), &["f.yaml:6:7: nodePool/w: give count, or zones with a number of nodes for each"]);
    check(
        &pool(&format!("count: 3, zones: {{a: 1, b: 1}}, {template}")),
        &["f.yaml:6:7: nodePool/w: count differs from the sum of the zones, 2; leave one of them out"],
    );
    check(
        &pool("count: 1, template: {}"),
        &["f.yaml:6:37: nodePool/w: the template needs status.allocatable (cpu, memory, pods)"],
    );
    check(
        &pool("count: 1, template: {metadata: {name: x}}"),
        &["f.yaml:6:37: nodePool/w: the template has a name, but the pool names its nodes"],
    );
}

#[test]
fn operations() {
    let timeline = |entry: &str| scenario(&format!("  timeline:\n    - {entry}\n"));
    for (entry, expected) in [
        (
            "{at: 1m, rolloutRestart: deployment/wep}",
            "f.yaml:20:32: spec.timeline[0]: there is no deployment/default/wep (did you mean \"deployment/default/web\"?)",
        ),
        (
            "{at: 1m, cordon: node/worker-3}",
            "f.yaml:20:24: spec.timeline[0]: there is no node/worker-3 (did you mean \"node/worker-0\"?)",
        ),
        ("{at: 1m, pause: node/worker-0}", "f.yaml:20:23: spec.timeline[0]: node/worker-0 is no Deployment"),
        (
            "{at: 1m}",
            "f.yaml:20:7: spec.timeline[0]: no operation: give one of apply, delete, rolloutRestart, setImage, scale, pause, resume, rollback, cordon, uncordon, removeFinalizers, restartKubelets, crashAPIServer, upgradeAPIServer, addServiceCIDR, deleteServiceCIDR",
        ),
        (
            "{pause: deployment/web}",
            "f.yaml:20:7: spec.timeline[0]: say when: give either at or afterSettled",
        ),
        (
            "{at: 1m, pause: deployment/web, resume: deployment/web}",
            "f.yaml:20:23: spec.timeline[0]: several operations (pause, resume); give each an entry of its own",
        ),
        (
            "{at: 1m, setImage: {deployment: deployment/web, container: apq, image: x}}",
            "f.yaml:20:26: spec.timeline[0]: deployment/default/web has no container \"apq\" (did you mean \"app\"?)",
        ),
        (
            "{at: 1m, repeat: 2, pause: deployment/web}",
            "f.yaml:20:7: spec.timeline[0]: repeat with at needs every, the time between the repetitions",
        ),
    ] {
        check(&timeline(entry), &[expected]);
    }
    check(
        &timeline("{at: 1m, delete: deployment/web}\n    - {at: 2m, pause: deployment/web}"),
        &["f.yaml:21:23: spec.timeline[1]: deployment/default/web is deleted by then"],
    );
    check(
        &timeline("{at: 2m, pause: deployment/web}\n    - {at: 1m, resume: deployment/web}"),
        &[
            "f.yaml:21:7: spec.timeline[1]: at 1m lies before the entry before it, 2m; put entries in order of time",
        ],
    );
    check(
        &timeline("{at: 2m, pause: deployment/web}\n  horizon: 1m"),
        &[
            "ok",
            "warning: 1 of 1 timeline entries come after the horizon of 1m and do not happen, first \"pause deployment/default/web\"",
        ],
    );
}

#[test]
fn variants_that_lead_nowhere() {
    let set = |entry: &str| scenario(&format!("  variants:\n    - name: v\n      set:\n        {entry}\n"));
    for (entry, expected) in [
        (
            "\"deployment/web\": 1",
            "f.yaml:22:9: \"deployment/web\" is no place; write OBJECT#/path/to/field, such as deployment/default/web#/spec/replicas",
        ),
        (
            "\"deployment/wev#/spec/replicas\": 1",
            "f.yaml:22:9: there is no deployment/default/wev (did you mean \"deployment/default/web\"?)",
        ),
        (
            "\"nodePool/workers#/count\": 1",
            "f.yaml:22:9: spec.nodePools has no entry named \"workers\" (did you mean \"worker\"?)",
        ),
        (
            "\"deployment/web#/spec/replicaas\": null",
            "f.yaml:22:9: deployment/web#/spec/replicaas: there is nothing to remove (did you mean \"replicas\"?)",
        ),
        (
            "\"deployment/web#/spec/replicaas\": 1",
            "f.yaml:22:9: deployment/default/web: spec.replicaas: unknown field; did you mean \"replicas\"?",
        ),
        (
            "\"scenario#/spec/timming\": {}",
            "f.yaml:22:9: spec.timming: unknown field; did you mean \"timing\"?",
        ),
        (
            "\"deployment/web#/spec/template/spec/containers/3/image\": x",
            "f.yaml:22:9: deployment/web#/spec/template/spec/containers/3/image: \"/spec/template/spec/containers\" is a list of 1; \"3\" is no index of it (they count from 0)",
        ),
    ] {
        let told = lines(load(&[source("f.yaml", &set(entry))], &LoadOptions::default(), &NoFiles));
        assert_eq!(told.lines().next(), Some(expected));
    }
}

#[test]
fn expectations() {
    let expect = |entry: &str| scenario(&format!("  expect:\n    - {entry}\n"));
    check(
        &expect("{measure: finalSkw, max: 1}"),
        &[
            "f.yaml:20:7: spec.expect[0]: unknown measure \"finalSkw\" (did you mean \"finalSkew\"?); known: finalSkew, maxSkewDuring, timeAboveMaxSkewSeconds, rolloutDurationSeconds, rolloutBlocked, pendingPods, scheduledPods, pods, refusedPods, surgePodsMax, unavailablePodsMax, pendingSecondsMax, pendingSecondsTotal, readyShareAfterDomainLossMin, readyShareAfterDomainLoss, admittedPods, pinnedContainers, pinnedAcrossNumaNodes, pinnedAcrossSockets, pinnedAcrossCaches, pinnedOffDeviceNodes, kubeletFaults, refusedByFragmentation, refusedByFragmentationAtMost, waitingForCpus, waitingAdmissible, waitingAdmissibleRepacked, waitingAdmissibleRepackedAtMost, serviceIpDuplicates, serviceIpFalseConflicts, serviceIpRefused, serviceIpRangeFull, serviceIpLeaks, serviceIpLeaksReleased, serviceIpMidAirCollisions, serviceIpRepairRaces, dynamicBandFull, serviceIpsInUse, dnsRefused",
        ],
    );
    check(
        &expect("{measure: pods}"),
        &["f.yaml:20:7: spec.expect[0]: nothing is expected: give min, max, equals or share"],
    );
    check(
        &expect("{measure: pods, max: 1, of: deployment/webb}"),
        &["f.yaml:20:7: there is no deployment/default/webb (did you mean \"deployment/default/web\"?)"],
    );
    check(
        &expect("{measure: pods, max: 1, variant: v}"),
        &["f.yaml:20:7: spec.expect[0]: there is no variant \"v\""],
    );
}

#[test]
fn objects_by_hand_and_from_a_cluster() {
    let hand = POD.replace("image: i", "imagee: i");
    check(
        &hand,
        &["f.yaml:4:31: pod/default/p: spec.containers[0].imagee: unknown field; did you mean \"image\"?"],
    );
    let dump = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, uid: 0a000000-0000-4000-8000-000000000001}\n\
                spec: {nodeName: gone, futureField: 1, containers: [{name: c, image: i}]}\n";
    check(
        dump,
        &[
            "ok",
            "warning: f.yaml:4:24: pod/default/p: spec.futureField: unknown field",
            &format!(
                "warning: f.yaml:4:18: 1 pod is on nodes that are not in the input (gone) and is left out; dump all that \
                 counts: {}",
                command()
            ),
        ],
    );
    let strict = LoadOptions { strict: true, ..LoadOptions::default() };
    assert_eq!(lines(load(&[source("f.yaml", dump)], &strict, &NoFiles)).lines().count(), 2);
    let config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n";
    check(config_map, &["ok"]);
    check(
        &POD.replace("containers:", "priorityClassName: urgent, containers:"),
        &["f.yaml:4:27: pod/default/p: no PriorityClass with name urgent was found"],
    );
}

struct OneFile;

impl FileReader for OneFile {
    fn read(&self, path: &str) -> Result<Vec<SourceText>, String> {
        if path == "folder/pod.yaml" { Ok(vec![source(path, POD)]) } else { Err("no such file".to_owned()) }
    }
}

#[test]
fn files_are_relative_to_the_scenario() {
    let told = |manifests: &str| {
        let text = format!(
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec: {{manifests: {manifests}}}\n"
        );
        lines(load(&[source("folder/s.yaml", &text)], &LoadOptions::default(), &OneFile))
    };
    assert_eq!(told("[./pod.yaml]"), "ok\n");
    assert_eq!(told("[other.yaml]"), "folder/s.yaml:4:20: folder/other.yaml: no such file\n");
    assert_eq!(
        told("[pod.yaml, ./pod.yaml]"),
        "folder/pod.yaml:1:1: pod/default/p is there already at folder/pod.yaml:1:1\n"
    );
}

#[test]
fn twenty_errors_are_enough() {
    let pods: String = (0..30).fold(String::new(), |mut text, index| {
        write!(
            text,
            "---\n{}",
            POD.replace("name: p", &format!("name: p{index}")).replace("image:", "imag:")
        )
        .expect("writes to memory");
        text
    });
    let told = lines(load(&[source("f.yaml", &pods)], &LoadOptions::default(), &NoFiles));
    assert_eq!(told.lines().count(), 21);
    assert_eq!(told.lines().last(), Some("… and 10 more"));
}
