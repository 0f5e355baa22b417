//! Wrong input exits with 2, says what is wrong and what would be right, and writes nothing.

use std::path::Path;

use kubecast::scenario::dump::command;

use super::dump::{dump, dump_without};
use crate::harness::{folder, kubecast_on};

/// What is told of a wrong input.
fn fault(args: &[&str], input: &str) -> String {
    let out = folder("wrong");
    let all = [&["rollout"], args, &["-f", "-", "--runs", "20", "--out", &out]].concat();
    let outcome = kubecast_on(&all, input);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{args:?}: {}", outcome.stderr);
    assert!(!Path::new(&out).exists(), "{args:?}: nothing is written");
    outcome.stderr
}

fn check(args: &[&str], input: &str, told: &str) {
    let error = fault(args, input);
    assert!(error.contains(told), "{args:?}: {told:?} is not in {error}");
}

#[test]
fn a_deployment_that_is_not_there_is_told_with_what_is() {
    let dump = dump();
    check(
        &["deployment/app2"],
        &dump,
        "there is no deployment/default/app2 (did you mean deployment/default/app1?)",
    );
    check(
        &["deploy/shop/app1"],
        &dump,
        "there is no deployment/shop/app1, but there is deployment/default/app1",
    );
    check(&["deploy/x"], &dump, "there is no deployment/default/x; there is deployment/default/app1");
    check(&["deploy/app1", "-n", "shop"], &dump, "but there is deployment/default/app1");
    check(
        &["deploy/app1"],
        &dump_without("Deployment"),
        "the input holds no Deployment; dump all that counts: ",
    );
    check(&["deploy/app1"], "", "the file is empty: did the command fail that wrote it?");
}

#[test]
fn only_deployments_are_rolled() {
    let dump = dump();
    check(
        &["statefulset/app1"],
        &dump,
        "a StatefulSet cannot be rolled: kubecast simulates rollouts of Deployments",
    );
    check(&["ds/app1"], &dump, "a DaemonSet cannot be rolled");
    check(
        &["deploymnet/app1"],
        &dump,
        "there is no kind \"deploymnet\" to roll (did you mean \"deployment\"?)",
    );
    check(
        &["app1"],
        &dump,
        "\"app1\" names no Deployment; write deployment/NAME or deployment/NAMESPACE/NAME",
    );
}

#[test]
fn a_dump_that_lacks_what_counts_is_refused_with_the_command_to_type() {
    for (kind, told) in [
        ("Pod", "deployment/default/app1 has 5 pods, says its status, but none of them is in the input"),
        (
            "ReplicaSet",
            "deployment/default/app1 has 5 pods, says its status, but none of them is in the input",
        ),
        ("Node", "the input holds no node for deployment/default/app1 to run on"),
    ] {
        let error = fault(&["deploy/app1"], &dump_without(kind));
        assert!(error.contains(told) && error.contains(&command()), "{kind}: {error}");
    }
    // Part of the pods is doubtful, and wrong with --strict.
    let some =
        dump().replacen("- apiVersion: v1\n  kind: Pod\n", "- apiVersion: v1\n  kind: PodTemplate\n", 1);
    let outcome = kubecast_on(&["rollout", "deploy/app1", "-f", "-", "--runs", "2"], &some);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("has 5 pods, says its status, but only 4 of them are in the input"));
    check(&["deploy/app1", "--strict"], &some, "but only 4 of them are in the input");
}

#[test]
fn values_that_make_no_sense_are_told() {
    let dump = dump();
    let set = |value: &str, told: &str| {
        check(&["deploy/app1", "--set", value], &dump, told);
        check(&["deploy/app1", "--compare", value], &dump, told);
    };
    set("spec.replicas", "there is no value; write PATH=VALUE");
    set("spec..replicas=1", "is no path");
    set("maxSurge=1", "write the whole path from spec or metadata on");
    set("spec.replicas=[1", "is not valid YAML");
    set("spec.replicas=-4", "spec.replicas: Invalid value: -4");
    set("spec.replicas=many", "spec.replicas");
    // Unknown fields of a dump are doubtful; those that the user sets in it are wrong.
    set(
        "spec.strategy.rollingUpdate.maxSurg=1",
        "spec.strategy.rollingUpdate.maxSurg: unknown field; did you mean \"maxSurge\"?",
    );
    set("spec.template.spec.topologySpreadConstraints[3].maxSkew=2", "\"3\" is no index of it");
    set("spec.template.spec.nodeSelector=null", "there is nothing to remove");
    set(
        "node/worker-9#/spec/unschedulable=true",
        "there is no node/worker-9 (did you mean \"node/worker-0\"?)",
    );
    set("web#/spec/replicas=1", "\"web\" names no object");
    set("scenario#/spec/timng/binding=1s", "unknown field");
    check(
        &["deploy/app1", "--compare", "spec.replicas=4", "--compare", "/spec/replicas=4"],
        &dump,
        "is given twice",
    );
}

#[test]
fn a_fault_of_a_value_is_told_once_and_not_as_one_of_the_dump() {
    let error = fault(&["deploy/app1", "--set", "spec.replicas=-4"], &dump());
    assert_eq!(
        error,
        "error: deployment/default/app1: spec.replicas: Invalid value: -4: must be greater than or equal to 0\n"
    );
}

#[test]
fn what_kubectl_refuses_is_refused() {
    let dump = dump();
    check(
        &["deploy/app1", "--set", "spec.paused=true"],
        &dump,
        "deployment/default/app1 is paused (arm as-is)",
    );
    check(
        &["deploy/app1", "--image", "registry.k8s.io/pause:3.10"],
        &dump,
        "it runs the image registry.k8s.io/pause:3.10 already; leave --image out to restart it",
    );
    check(
        &["deploy/app1", "--image", "web=x"],
        &dump,
        "deployment/default/app1 has no container \"web\"; it has app",
    );
    check(&["deploy/app1", "--image", "a b"], &dump, "write IMAGE or CONTAINER=IMAGE");
    let restarted = dump.replacen(
        "      metadata:\n        labels:\n          app: app1\n",
        "      metadata:\n        annotations: {kubectl.kubernetes.io/restartedAt: \"2026-01-10T09:29:12Z\"}\n        labels:\n          app: app1\n",
        1,
    );
    check(&["deploy/app1"], &restarted, "a second restart of that second changes nothing");
}

#[test]
fn a_scenario_beside_the_dump_has_no_timeline() {
    let scenario = "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  timeline: [{at: 0s, \
                    pause: deployment/app1}]\n---\n";
    check(
        &["deploy/app1"],
        &format!("{scenario}{}", dump()),
        "-:5:13: spec.timeline: `kubecast rollout` has its own; take it out, or use `kubecast run`",
    );
}

#[test]
fn a_handful_of_runs_has_no_intervals() {
    for command in [&["run", "-"][..], &["rollout", "deploy/app1", "-f", "-"]] {
        let outcome = kubecast_on(&[command, &["--runs", "19", "--timing-sensitivity"]].concat(), &dump());
        assert_eq!(outcome.code, 2);
        assert!(outcome.stderr.contains("19 are too few; give --runs 20 or more"), "{}", outcome.stderr);
    }
}

#[test]
fn an_output_folder_is_never_overwritten_unasked() {
    let out = folder("occupied");
    let args = ["rollout", "deploy/app1", "-f", "-", "--runs", "1", "--quiet", "--force", "--out", &out];
    let outcome = kubecast_on(&args, &dump());
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "", ""));
    let again: Vec<&str> = args.iter().copied().filter(|arg| *arg != "--force").collect();
    let outcome = kubecast_on(&again, &dump());
    assert_eq!((outcome.code, outcome.stderr.contains("--force")), (2, true), "{}", outcome.stderr);
}
