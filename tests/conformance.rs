//! Recorded decisions of real Kubernetes code: every vector under `tests/conformance/` must pass, every
//! kind of change to what a vector expects must be noticed, and the command must tell both.

mod command;
mod mutation;
mod plots;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kubecast::conformance::{KINDS, verify};
use kubecast_manifest::source::read_text;
use rayon::prelude::*;
use serde_json::Value;

/// Every file of vectors, with how many there are in it.
const FILES: [(&str, usize); 44] = [
    ("control-plane-time/pace-many.jsonl.gz", 6),
    ("control-plane-time/pace-ops.jsonl.gz", 14),
    ("control-plane-time/pace-other.jsonl.gz", 12),
    ("control-plane-time/pace-single.jsonl.gz", 18),
    ("cpu/config.jsonl.gz", 220),
    ("cpu/manager.jsonl.gz", 1050),
    ("cpu/merge.jsonl.gz", 600),
    ("cpu/take.jsonl.gz", 2500),
    ("preemption/preemption.jsonl.gz", 155),
    ("rollout/deployment-progress.jsonl", 150),
    ("rollout/fenceposts.jsonl", 350),
    ("rollout/new-replicas.jsonl", 250),
    ("rollout/pod-available.jsonl", 150),
    ("rollout/pod-deletion-order.jsonl.gz", 300),
    ("rollout/proportional-scale.jsonl.gz", 300),
    ("rollout/replicaset-manage.jsonl", 80),
    ("rollout/replicaset-status.jsonl", 80),
    ("rollout/rollout-sequence.jsonl.gz", 300),
    ("rollout/slow-start.jsonl", 80),
    ("scheduler-releases/cycle-v1.25.2.jsonl.gz", 74),
    ("scheduler-releases/cycle-v1.28.0.jsonl.gz", 77),
    ("scheduler-releases/cycle-v1.31.1.jsonl.gz", 77),
    ("scheduler-releases/cycle-v1.32.2.jsonl.gz", 77),
    ("scheduler-releases/cycle-v1.33.0.jsonl.gz", 74),
    ("scheduler-releases/cycle-v1.34.1.jsonl.gz", 77),
    ("scheduler-releases/cycle-v1.35.0.jsonl.gz", 83),
    ("scheduler-releases/cycle-v1.36.2.jsonl.gz", 83),
    ("scheduler/cycle.jsonl.gz", 1567),
    ("scheduler/sequence.jsonl.gz", 60),
    ("service-ip/bitmap-ipv4.jsonl.gz", 270),
    ("service-ip/bitmap-ipv6.jsonl.gz", 110),
    ("service-ip/dual-stack.jsonl.gz", 60),
    ("service-ip/ipaddress.jsonl.gz", 180),
    ("service-ip/node-port-service.jsonl", 60),
    ("service-ip/node-port.jsonl.gz", 150),
    ("service-ip/ranges.jsonl", 230),
    ("workloads/cronjob.jsonl.gz", 300),
    ("workloads/daemonset-nodes.jsonl.gz", 300),
    ("workloads/daemonset-rolling-update.jsonl.gz", 300),
    ("workloads/job-active.jsonl.gz", 300),
    ("workloads/job-backoff.jsonl.gz", 300),
    ("workloads/job-failure-policy.jsonl.gz", 300),
    ("workloads/pdb.jsonl.gz", 300),
    ("workloads/statefulset-sequence.jsonl.gz", 75),
];

/// Files whose vectors hold distributions, or results that could have come out otherwise: they are tested and not
/// compared leaf by leaf; that a changed leaf is noticed is tested beside the tests themselves.
const SAMPLED: [(&str, usize); 8] = [
    ("closed-loop/closed-loop.jsonl", 11),
    ("control-plane-time/sensitive.jsonl.gz", 3),
    ("real-cluster/kk98215.jsonl.gz", 4),
    ("real-cluster/one-by-one.jsonl.gz", 2),
    ("real-cluster/pacing.jsonl.gz", 2),
    ("real-cluster/random-rollouts.jsonl.gz", 3),
    ("real-cluster/zones-2-3-5.jsonl.gz", 1),
    ("service-ip/probability.jsonl", 312),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance")
}

fn vectors(file: &str) -> Vec<Value> {
    vectors_of(&folder().join(file))
}

fn vectors_of(path: &Path) -> Vec<Value> {
    let name = path.display();
    let text = read_text(path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let read = |(line, text)| serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}:{line}: {e}"));
    (1_usize..).zip(text.lines()).map(read).collect()
}

/// Demands that every vector of the files in a folder passes.
fn check(of: &str) {
    let mut seen = 0;
    for (file, count) in FILES.into_iter().chain(SAMPLED).filter(|line| line.0.starts_with(of)) {
        let vectors = vectors(file);
        assert_eq!(vectors.len(), count, "{file}: the number of vectors");
        let failures: Vec<String> = vectors
            .par_iter()
            .map(|vector| (vector, verify(vector)))
            .filter(|(_, verdict)| !verdict.passed())
            .map(|(vector, verdict)| format!("{}: {verdict}", vector["id"]))
            .collect();
        assert!(failures.is_empty(), "{file}: {} failed:\n{}", failures.len(), failures.join("\n"));
        seen += count;
    }
    assert!(seen > 0, "no file of {of}");
}

#[test]
fn rollout_vectors_pass() {
    check("rollout/");
}

#[test]
fn scheduler_cycles_pass() {
    check("scheduler/cycle");
}

#[test]
fn preemption_vectors_pass() {
    check("preemption/");
}

#[test]
fn scheduler_cycles_of_other_releases_pass() {
    check("scheduler-releases/");
}

#[test]
fn scheduler_sequences_pass() {
    check("scheduler/sequence");
}

#[test]
fn cpu_vectors_pass() {
    check("cpu/");
}

#[test]
fn service_ip_vectors_pass() {
    check("service-ip/");
}

#[test]
fn stateful_and_daemon_sets_pass() {
    check("workloads/statefulset");
    check("workloads/daemonset");
}

#[test]
fn jobs_cron_jobs_and_budgets_pass() {
    check("workloads/job");
    check("workloads/cronjob");
    check("workloads/pdb");
}

#[test]
fn closed_loops_agree() {
    check("closed-loop/");
}

#[test]
fn the_pace_of_the_control_plane_is_the_recorded_one() {
    check("control-plane-time/");
}

#[test]
fn a_real_cluster_comes_out_as_simulated() {
    check("real-cluster/");
}

#[test]
fn no_file_is_left_out() {
    let mut there = BTreeSet::new();
    for part in fs::read_dir(folder()).expect("the folder of vectors") {
        let part = part.expect("a readable entry").path();
        for file in fs::read_dir(&part).into_iter().flatten() {
            let path = file.expect("a readable entry").path();
            let name = path.strip_prefix(folder()).expect("below the folder").display().to_string();
            if name.contains(".jsonl") {
                there.insert(name);
            }
        }
    }
    let listed: BTreeSet<String> = FILES.iter().chain(&SAMPLED).map(|line| line.0.to_owned()).collect();
    assert_eq!(there, listed);
}

#[test]
fn every_kind_has_vectors() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (file, _) in FILES.into_iter().chain(SAMPLED) {
        for vector in vectors(file) {
            *counts.entry(vector["kind"].as_str().expect("a kind").to_owned()).or_default() += 1;
        }
    }
    let known: Vec<&str> = KINDS.iter().map(|line| line.0).collect();
    assert_eq!(counts.keys().map(String::as_str).collect::<Vec<_>>(), known);
}
