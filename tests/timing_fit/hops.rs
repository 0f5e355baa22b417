//! `spec.timing.workloads` and `spec.timing.pools`, worked out by hand.

use std::collections::BTreeMap;

use kubecast::cluster::record::Record;
use kubecast::cluster::store::Change;
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};

use crate::rollouts::library::setup;
use crate::rollouts::trace::trace;

/// Two Deployments of one pod, each on the only node of its pool; `timing` are fields of `spec.timing`.
fn scenario(timing: &str) -> String {
    let deployment = |name: &str, pool: &str| {
        format!(
            "    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: {name}}}
      spec:
        replicas: 1
        selector: {{matchLabels: {{app: {name}}}}}
        template:
          metadata: {{labels: {{app: {name}}}}}
          spec:
            nodeSelector: {{pool: {pool}}}
            containers: [{{name: app, image: 'app:1'}}]
"
        )
    };
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: by-hand}}
spec:
  kubernetesVersion: '1.34'
  timing: {{preset: instant, schedulingCycle: 0s, containerStart: 1s, termination: 4s, {timing}}}
  nodePools:
    - {{name: fast, count: 1, template: {{metadata: {{labels: {{pool: fast}}}}, status: {{allocatable: {{cpu: 4, memory: 8Gi}}}}}}}}
    - {{name: slow, count: 1, template: {{metadata: {{labels: {{pool: slow}}}}, status: {{allocatable: {{cpu: 4, memory: 8Gi}}}}}}}}
  manifests:
{}{}  timeline:
    - {{at: 100s, delete: deployment/default/api}}
",
        deployment("web", "fast"),
        deployment("api", "slow")
    )
}

/// When the pods of each Deployment became ready and, of those that were deleted, were gone, in seconds.
fn moments(timing: &str) -> BTreeMap<String, (f64, Option<f64>)> {
    let setup = setup(&scenario(timing));
    let (records, _) = trace(&setup, 1);
    let mut found: BTreeMap<String, (f64, Option<f64>)> = BTreeMap::new();
    for (time, record) in &records {
        let Record::Change(Change::Pod { old, new }) = record else { continue };
        let time = time.as_secs_f64();
        if let Some(pod) = new.as_ref().filter(|pod| pod.is_ready()) {
            let node = pod.node.map_or("", |node| setup.names.resolve(setup.nodes[node.index()].name));
            let app = if node.starts_with("fast") { "web" } else { "api" };
            found.entry(app.to_owned()).or_insert((time, None));
        }
        if new.is_none() && old.is_some() {
            found.entry("api".to_owned()).or_insert((0.0, None)).1 = Some(time);
        }
    }
    found
}

fn check(timing: &str, web_ready: f64, api_ready: f64, api_gone: f64) {
    let found = moments(timing);
    let near = |value: f64, expected: f64| (value - expected).abs() < 1e-9;
    assert!(near(found["web"].0, web_ready) && near(found["api"].0, api_ready), "{timing}: {found:?}");
    assert!(found["api"].1.is_some_and(|gone| near(gone, api_gone)), "{timing}: {found:?}");
}

#[test]
fn hops_are_the_workloads_then_the_pools_then_all() {
    check("readiness: 0s", 1.0, 1.0, 104.0);
    // 5 s for the one, the usual second for the other.
    check("workloads: [{workload: deployment/default/web, containerStart: 5s}]", 5.0, 1.0, 104.0);
    // On slow nodes pulls take 10 s, starts 3 s: 13 s. A pod that is deleted there is gone after 7 s.
    check(
        "pools: [{nodeSelector: {pool: slow}, imagePull: 10s, containerStart: 3s, termination: 7s}]",
        1.0,
        13.0,
        107.0,
    );
    // The workload's start goes before its pool's, and its readiness follows; the pull stays the pool's: 10 + 2 + 20.
    check(
        "pools: [{nodeSelector: {pool: slow}, imagePull: 10s, containerStart: 3s}], \
         workloads: [{workload: deployment/default/api, containerStart: 2s, readiness: 20s}]",
        1.0,
        32.0,
        104.0,
    );
}

#[test]
fn what_is_wrong_with_them_is_told() {
    let fault = |timing: &str| {
        let source = SourceText { name: "t.yaml".into(), text: scenario(timing).into() };
        let Err(errors) = load(&[source], &LoadOptions::default(), &NoFiles) else {
            panic!("{timing} is wrong")
        };
        errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let check = |timing: &str, expected: &str| {
        let found = fault(timing);
        assert!(found.contains(expected), "{timing}: {found}");
    };
    check("workloads: [{workload: deployment/default/wep, readiness: 1s}]", "deployment/default/wep");
    check(
        "workloads: [{workload: deployment/default/web}]",
        "spec.timing.workloads[0]: says nothing; give imagePull",
    );
    check("pools: [{nodeSelector: {pool: slow}}]", "spec.timing.pools[0]: says nothing; give imagePull");
    let web = "{workload: deployment/default/web, readiness: 1s}";
    check(&format!("workloads: [{web}, {web}]"), "deployment/default/web has an entry already");
}
