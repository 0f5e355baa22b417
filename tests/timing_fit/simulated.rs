//! Dumps of simulated clusters: a rolling restart with times of a known distribution, and at its end its pods as the API
//! would tell of them, cut to whole seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast::api::{Pod, PodId, PodPhase, Timestamp};
use kubecast::cluster::record::Record;
use kubecast::cluster::setup::ClusterSetup;
use kubecast::cluster::store::Change;
use kubecast::kernel::SimTime;
use serde_json::{Value, json};

use crate::rollouts::trace::trace;

/// A Deployment of so many pods, restarted a while after the full second that the seed says. `timing` are fields of
/// `spec.timing`.
pub(super) fn scenario(replicas: u32, timing: &str, seed: u64) -> String {
    let offset = seed.wrapping_mul(7919) % 1000;
    format!(
        "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: restart}}
spec:
  kubernetesVersion: '1.34'
  timing: {{preset: quiet, termination: 1s, {timing}}}
  nodePools:
    - name: worker
      count: 10
      template: {{metadata: {{labels: {{nodepool: general}}}}, status: {{allocatable: {{cpu: 64, memory: 64Gi}}}}}}
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: {replicas}
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec: {{containers: [{{name: app, image: 'web:v1', resources: {{requests: {{cpu: 1}}}}}}]}}
  timeline:
    - at: {}.{offset:03}s
      rolloutRestart: deployment/default/web
",
        600
    )
}

/// The moments of a pod.
#[derive(Clone, Debug, Default)]
struct Moments {
    pod: Option<Arc<Pod>>,
    created: Option<SimTime>,
    bound: Option<SimTime>,
    running: Option<SimTime>,
    ready: Option<SimTime>,
}

/// The dump at the end of a run, or after so many seconds of it.
pub(super) fn dump(setup: &Arc<ClusterSetup>, seed: u64, until: Option<f64>) -> String {
    let (records, _) = trace(setup, seed);
    let mut pods: BTreeMap<PodId, Moments> = BTreeMap::new();
    let happened = records.iter().take_while(|(time, _)| until.is_none_or(|end| time.as_secs_f64() <= end));
    for (time, record) in happened {
        let Record::Change(Change::Pod { old, new }) = record else { continue };
        let Some(pod) = new else {
            pods.remove(&old.as_ref().expect("an old pod, where there is no new one").id);
            continue;
        };
        let moments = pods.entry(pod.id).or_default();
        moments.created.get_or_insert(*time);
        if pod.node.is_some() {
            moments.bound.get_or_insert(*time);
        }
        if pod.phase == PodPhase::Running {
            moments.running.get_or_insert(*time);
        }
        if pod.is_ready() {
            moments.ready.get_or_insert(*time);
        }
        moments.pod = Some(Arc::clone(pod));
    }
    let mut items: Vec<Value> = setup.nodes.iter().map(|node| self::node(setup, node.name)).collect();
    items.extend(owners(pods.len()));
    items.extend(pods.values().map(|moments| pod(setup, moments)));
    if let Some(end) = until {
        let now = second(setup, SimTime((end * 1e9) as u64));
        items[0]["status"]["conditions"] =
            json!([{"type": "Ready", "status": "True", "lastHeartbeatTime": now}]);
    }
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

/// The Deployment and its ReplicaSet.
fn owners(replicas: usize) -> [Value; 2] {
    let object = |kind: &str, name: &str, labels: Value, owner: Value| {
        json!({
            "apiVersion": "apps/v1", "kind": kind,
            "metadata": {
                "name": name, "namespace": "default", "uid": kind, "labels": labels, "ownerReferences": owner,
                "annotations": {"deployment.kubernetes.io/revision": "2"},
            },
            "spec": {
                "replicas": replicas, "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": "web:v1"}]}},
            },
        })
    };
    let owner = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": true, "uid": "Deployment"}]);
    let hashed = json!({"app": "web", "pod-template-hash": "5d4f8c7b9d"});
    [
        object("Deployment", "web", json!({"app": "web"}), json!([])),
        object("ReplicaSet", "web-5d4f8c7b9d", hashed, owner),
    ]
}

fn second(setup: &ClusterSetup, time: SimTime) -> String {
    Timestamp(setup.start.0 + time.0 as i64).whole_seconds().to_string()
}

fn node(setup: &ClusterSetup, name: kubecast::api::Symbol) -> Value {
    let name = setup.names.resolve(name);
    json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "labels": {"nodepool": "general"}},
        "status": {"allocatable": {"cpu": "64", "memory": "64Gi", "pods": "110"}}})
}

fn pod(setup: &ClusterSetup, moments: &Moments) -> Value {
    let pod = moments.pod.as_ref().expect("a pod that is there");
    let told = |time: Option<SimTime>| time.map(|time| second(setup, time));
    let condition = |kind: &str, since: Option<SimTime>| json!({"type": kind, "status": if since.is_some() { "True" } else { "False" }, "lastTransitionTime": told(since)});
    let owner = json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d4f8c7b9d", "controller": true, "uid": "ReplicaSet"}]);
    let state = match moments.running {
        Some(since) => json!({"running": {"startedAt": second(setup, since)}}),
        None => json!({"waiting": {"reason": "ContainerCreating"}}),
    };
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {
            "name": format!("web-5d4f8c7b9d-{:05}", pod.id.index()), "namespace": "default",
            "creationTimestamp": told(moments.created), "ownerReferences": owner,
            "labels": {"app": "web", "pod-template-hash": "5d4f8c7b9d"},
        },
        "spec": {
            "nodeName": pod.node.map(|node| setup.names.resolve(setup.nodes[node.index()].name)),
            "containers": [{"name": "app", "image": "web:v1"}],
        },
        "status": {
            "phase": if moments.running.is_some() { "Running" } else { "Pending" },
            "conditions": [condition("PodScheduled", moments.bound), condition("Ready", moments.ready)],
            "containerStatuses": [{"name": "app", "restartCount": 0, "state": state}],
        },
    })
}
