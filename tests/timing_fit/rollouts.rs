//! `kubecast rollout` on a dump takes the times that the workload's own pods show, unless the scenario gives some.

use super::simulated::{dump, scenario};
use crate::harness::{file, kubecast};
use crate::rollouts::library::setup;

/// A dump of so many pods that start as `timing` says.
fn dumped(replicas: u32, timing: &str) -> String {
    file("dump.json", &dump(&setup(&scenario(replicas, timing, 5)), 5, None))
}

/// What an answer assumes, and the median of the rollout's duration in seconds.
fn rolled(dump: &str, more: &[&str]) -> (String, f64) {
    let args =
        [&["rollout", "deployment/web", "-f", dump, "--runs", "20", "--format", "json"], more].concat();
    let told = kubecast(&args).json();
    let seconds = told["arms"][0]["durationSeconds"]["median"].as_f64();
    (told["assumptions"].to_string(), seconds.unwrap_or_else(|| panic!("{told}")))
}

#[test]
fn a_rollout_takes_the_times_of_its_own_pods() {
    let dump = dumped(40, "containerStart: 20s, readiness: 10s");
    let (assumed, seconds) = rolled(&dump, &["--timing-preset", "instant"]);
    for part in ["fitted from 40 starts, pulls included", "other pods: start-up", "fitted from 40 starts\""] {
        assert!(assumed.contains(part), "{part}: {assumed}");
    }
    // 40 pods with a surge of 10 and 10 unavailable: 20 at once, and again, 30 s each.
    assert!((59.0..=65.0).contains(&seconds), "{seconds}");
    // What the scenario gives goes before the fit, for all or for the workload.
    for (set, left) in [
        ("scenario#/spec/timing/containerStart=1s", 11.0),
        ("scenario#/spec/timing/workloads=[{workload: deployment/default/web, containerStart: 1s}]", 11.0),
        ("scenario#/spec/timing/pools=[{containerStart: 1s, readiness: 1s}]", 2.0),
    ] {
        let (assumed, seconds) = rolled(&dump, &["--timing-preset", "instant", "--set", set]);
        assert!(!assumed.contains("pulls included"), "{set}: {assumed}");
        assert!((seconds - 2.0 * left).abs() < 2.5, "{set}: {seconds}");
    }
}

/// Starts that hold their pulls are not taken where the scenario gives pulls: they would count twice. 20 at once, and again: 1.5 s
/// by default, a pull of 3 s where the node has no image yet, and 10 s.
#[test]
fn pulls_do_not_count_twice() {
    let dump = dumped(40, "containerStart: 20s, readiness: 10s");
    let (assumed, _) =
        rolled(&dump, &["--timing-preset", "instant", "--set", "scenario#/spec/timing/imagePull=3s"]);
    assert!(!assumed.contains("pulls included") && assumed.contains("fitted from 40 starts"), "{assumed}");
}

#[test]
fn too_few_starts_leave_the_default() {
    let (assumed, _) = rolled(&dumped(7, "containerStart: 20s"), &[]);
    assert!(!assumed.contains("fitted"), "{assumed}");
}

#[test]
fn starts_that_no_runtime_can_make_are_not_believed() {
    // Every time of a pod is the same second, as where a dump was written by hand.
    let (assumed, _) = rolled(&dumped(40, "containerStart: 0s"), &[]);
    assert!(!assumed.contains("fitted"), "{assumed}");
}
