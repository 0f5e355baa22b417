//! The workloads whose cycles are measured.

use std::sync::Arc;

use kubecast::api::PodSpec;
use serde_json::{Value, json};

use super::cluster::{Cluster, Kind, Outcomes};

fn pod(labels: &Value, cpu: &str, memory: &str, more: &Value) -> Value {
    let requests = json!({ "requests": { "cpu": cpu, "memory": memory } });
    let mut spec = json!({ "containers": [{ "name": "c", "image": "registry.k8s.io/pause:3.9", "resources": requests }] });
    for (field, value) in more.as_object().expect("fields") {
        spec[field] = value.clone();
    }
    json!({ "metadata": { "name": "p", "namespace": "default", "labels": labels }, "spec": spec })
}

fn spread(app: &str, key: &str, when: &str) -> Value {
    json!({
        "maxSkew": 1, "topologyKey": key, "whenUnsatisfiable": when,
        "labelSelector": { "matchLabels": { "app": app } }, "matchLabelKeys": ["pod-template-hash"],
    })
}

fn both_spreads(app: &str) -> Value {
    json!([
        spread(app, "topology.kubernetes.io/zone", "DoNotSchedule"),
        spread(app, "kubernetes.io/hostname", "ScheduleAnyway"),
    ])
}

/// The template of the reference workload: 250m and 512Mi, spread by zone and by host name.
fn reference(hash: &str) -> Value {
    let more = json!({ "topologySpreadConstraints": both_spreads("web") });
    pod(&json!({ "app": "web", "pod-template-hash": hash }), "250m", "512Mi", &more)
}

/// S(N, P): P pods of the reference template on N empty nodes.
pub(crate) fn reference_run(nodes: u32, pods: usize, kind: Kind) -> Outcomes {
    let mut cluster = Cluster::new(nodes, false);
    let template = cluster.template(&reference("6f7b9c"));
    cluster.schedule(std::iter::repeat_n(&template, pods), kind)
}

/// The same where as many small pods of an earlier revision as given are on the nodes already. One pod
/// is scheduled before, so that what the scheduler has seen of them at the start is not measured.
pub(crate) fn existing_run(nodes: u32, pods: usize, existing: u32, kind: Kind) -> Outcomes {
    let mut cluster = Cluster::new(nodes, false);
    let mut earlier = reference("earlier");
    earlier["spec"]["containers"][0]["resources"]["requests"] = json!({ "cpu": "10m", "memory": "16Mi" });
    let earlier = cluster.template(&earlier);
    let template = cluster.template(&reference("6f7b9c"));
    (0..existing).for_each(|pod| cluster.put(&earlier, pod % nodes));
    cluster.schedule(std::iter::once(&template), kind);
    cluster.schedule(std::iter::repeat_n(&template, pods), kind)
}

/// A template of the mixed workload: half of them spread, a tenth with inter-pod affinity (required and
/// preferred, towards and away), a tenth with node affinity and a toleration.
fn mixed(number: usize) -> Value {
    let app = format!("app-{number:03}");
    let cpu = ["50m", "100m", "250m", "500m", "1"][number % 5];
    let memory = ["64Mi", "128Mi", "256Mi", "512Mi", "1Gi", "2Gi", "3Gi"][number % 7];
    let term = |other: usize, key: &str| json!({ "topologyKey": key, "labelSelector": { "matchLabels": { "app": format!("app-{other:03}") } } });
    let more = match number % 10 {
        0 | 2 | 4 | 6 | 8 => json!({ "topologySpreadConstraints": both_spreads(&app) }),
        1 => json!({ "affinity": match number % 40 {
            1 => json!({ "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution":
                [term(number, "kubernetes.io/hostname")] } }),
            11 => json!({ "podAffinity": { "requiredDuringSchedulingIgnoredDuringExecution":
                [term(number - 1, "topology.kubernetes.io/zone")] } }),
            21 => json!({ "podAntiAffinity": { "preferredDuringSchedulingIgnoredDuringExecution":
                [{ "weight": 50, "podAffinityTerm": term(number, "kubernetes.io/hostname") }] } }),
            _ => json!({ "podAffinity": { "preferredDuringSchedulingIgnoredDuringExecution":
                [{ "weight": 50, "podAffinityTerm": term(number - 1, "topology.kubernetes.io/zone") }] } }),
        } }),
        3 => json!({
            "tolerations": [{ "key": "dedicated", "operator": "Exists" }],
            "affinity": { "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [{
                    "matchExpressions": [{ "key": "disk", "operator": "In", "values": ["ssd"] }] }] },
                "preferredDuringSchedulingIgnoredDuringExecution": [{ "weight": 10, "preference": {
                    "matchExpressions": [{ "key": "topology.kubernetes.io/zone", "operator": "In",
                                           "values": ["a"] }] } }],
            } },
        }),
        _ => json!({}),
    };
    pod(&json!({ "app": app, "pod-template-hash": "6f7b9c" }), cpu, memory, &more)
}

/// Pods of 200 templates in turn.
pub(crate) fn mixed_run(nodes: u32, pods: usize, kind: Kind) -> Outcomes {
    let mut cluster = Cluster::new(nodes, true);
    let templates: Vec<Arc<PodSpec>> = (0..200).map(|number| cluster.template(&mixed(number))).collect();
    cluster.schedule(templates.iter().cycle().take(pods), kind)
}

/// The reference workload with so many soft constraints, and with the hard one by zone or by host name.
pub(crate) fn constraints_run(nodes: u32, pods: usize, soft: usize, hard: &str, kind: Kind) -> Outcomes {
    let mut cluster = Cluster::new(nodes, false);
    let keys = ["kubernetes.io/hostname", "topology.kubernetes.io/zone", "topology.kubernetes.io/region"];
    let mut constraints = vec![spread("web", hard, "DoNotSchedule")];
    constraints.extend((0..soft).map(|number| spread("web", keys[number % 3], "ScheduleAnyway")));
    let mut json = reference("6f7b9c");
    json["spec"]["topologySpreadConstraints"] = json!(constraints);
    let template = cluster.template(&json);
    cluster.schedule(std::iter::repeat_n(&template, pods), kind)
}
