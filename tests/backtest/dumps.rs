//! Small dumps of one Deployment, as the API server would tell of it.

use kubecast::api::Timestamp;
use kubecast::kernel::SimDuration;
use serde_json::{Value, json};

/// When dumps count their seconds from.
const ORIGIN: &str = "2026-01-10T10:00:00Z";

/// A revision: its image, and when its ReplicaSet was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Revision {
    pub(super) image: &'static str,
    pub(super) created: u64,
}

/// A cluster with the Deployment `default/web` of so many pods, spread over the nodes.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) nodes: Vec<String>,
    /// Part of the UIDs.
    pub(super) id: &'static str,
    pub(super) revisions: Vec<Revision>,
    /// Which of them is current.
    pub(super) current: usize,
    /// The number in `deployment.kubernetes.io/revision`.
    pub(super) revision: u64,
    pub(super) replicas: usize,
    /// The current ReplicaSet's pods: how many on each node.
    pub(super) pods: Vec<usize>,
    /// When they were made.
    pub(super) pods_made: u64,
    /// Reason of `Progressing`, and when it was written.
    pub(super) progressing: (&'static str, u64),
    pub(super) is_complete: bool,
    /// When it was read.
    pub(super) read: u64,
}

/// An API time.
pub(super) fn time(seconds: u64) -> String {
    let origin = Timestamp::parse(ORIGIN).expect("a time");
    origin.plus(SimDuration::from_secs(seconds)).to_string()
}

impl Cluster {
    /// Four pods on two nodes since second 0, read a minute later.
    pub(super) fn new() -> Self {
        Self {
            nodes: vec!["a".to_owned(), "b".to_owned()],
            id: "one",
            revisions: vec![Revision { image: "web:1", created: 0 }],
            current: 0,
            revision: 1,
            replicas: 4,
            pods: vec![2, 2],
            pods_made: 0,
            progressing: ("NewReplicaSetAvailable", 5),
            is_complete: true,
            read: 60,
        }
    }

    /// The same after a rollout to `web:2` that began at 100 and was complete at 112, read at 120.
    pub(super) fn rolled(&self) -> Self {
        let mut next = self.clone();
        next.revisions.push(Revision { image: "web:2", created: 100 });
        Self {
            current: next.revisions.len() - 1,
            revision: self.revision + 1,
            pods_made: 100,
            progressing: ("NewReplicaSetAvailable", 112),
            read: 120,
            ..next
        }
    }

    /// The dump.
    pub(super) fn dump(&self) -> String {
        self.dump_with([])
    }

    /// The dump with more objects.
    pub(super) fn dump_with<const N: usize>(&self, more: [Value; N]) -> String {
        let mut items: Vec<Value> = self.nodes.iter().map(|node| self.node(node)).collect();
        items.push(self.deployment());
        items.extend((0..self.revisions.len()).map(|place| self.replica_set(place)));
        items.extend(self.all_pods());
        items.extend(more);
        json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()
    }

    fn node(&self, name: &str) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "uid": format!("{}-{name}", self.id), "labels": {"kubernetes.io/hostname": name}},
            "status": {
                "allocatable": {"cpu": "8", "memory": "16Gi", "pods": "110"},
                "conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": time(self.read)}],
                "nodeInfo": {"kubeletVersion": "v1.34.0"},
            },
        })
    }

    fn template(&self, place: usize) -> Value {
        json!({
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [{"name": "app", "image": self.revisions[place].image}],
                "topologySpreadConstraints": [{
                    "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
                    "labelSelector": {"matchLabels": {"app": "web"}},
                }],
            },
        })
    }

    fn deployment(&self) -> Value {
        let ready = if self.is_complete { self.replicas } else { self.replicas - 1 };
        let (reason, when) = self.progressing;
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {
                "name": "web", "namespace": "default", "uid": format!("{}-web", self.id), "generation": self.revision,
                "annotations": {"deployment.kubernetes.io/revision": self.revision.to_string()},
            },
            "spec": {
                "replicas": self.replicas, "selector": {"matchLabels": {"app": "web"}},
                "template": self.template(self.current),
            },
            "status": {
                "observedGeneration": self.revision, "replicas": self.replicas, "updatedReplicas": self.replicas,
                "readyReplicas": ready, "availableReplicas": ready,
                "conditions": [{
                    "type": "Progressing", "status": "True", "reason": reason,
                    "lastUpdateTime": time(when), "lastTransitionTime": time(0),
                }],
            },
        })
    }

    fn replica_set(&self, place: usize) -> Value {
        let mut template = self.template(place);
        let hash = format!("hash{place}");
        template["metadata"]["labels"]["pod-template-hash"] = json!(hash);
        let replicas = if place == self.current { self.replicas } else { 0 };
        json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {
                "name": format!("web-{hash}"), "namespace": "default", "uid": format!("{}-set{place}", self.id),
                "creationTimestamp": time(self.revisions[place].created), "labels": template["metadata"]["labels"],
                "ownerReferences": [{
                    "apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "controller": true,
                    "uid": format!("{}-web", self.id),
                }],
            },
            "spec": {
                "replicas": replicas, "template": template,
                "selector": {"matchLabels": {"app": "web", "pod-template-hash": hash}},
            },
            "status": {"replicas": replicas},
        })
    }

    fn all_pods(&self) -> Vec<Value> {
        let places = self.nodes.iter().zip(&self.pods);
        let nodes: Vec<&String> = places.flat_map(|(node, pods)| vec![node; *pods]).collect();
        let mut spec = self.template(self.current)["spec"].clone();
        let pod = |(number, node): (usize, &&String)| {
            spec["nodeName"] = json!(node);
            let hash = format!("hash{}", self.current);
            let ready =
                json!({"type": "Ready", "status": "True", "lastTransitionTime": time(self.pods_made + 2)});
            json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {
                    "name": format!("web-{hash}-{number:05}"), "namespace": "default",
                    "uid": format!("{}-pod{}-{number}", self.id, self.current),
                    "creationTimestamp": time(self.pods_made), "labels": {"app": "web", "pod-template-hash": hash},
                    "ownerReferences": [{
                        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("web-{hash}"), "controller": true,
                        "uid": format!("{}-set{}", self.id, self.current),
                    }],
                },
                "spec": spec, "status": {"phase": "Running", "conditions": [ready]},
            })
        };
        nodes.iter().enumerate().map(pod).collect()
    }
}

/// An Event of the Deployment's scaling.
pub(super) fn scaled_up(set: &str, at: u64) -> String {
    json!({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": format!("web.{at}"), "namespace": "default"},
        "involvedObject": {"kind": "Deployment", "name": "web", "namespace": "default"},
        "reason": "ScalingReplicaSet", "message": format!("Scaled up replica set {set} from 0 to 2"),
        "firstTimestamp": time(at), "lastTimestamp": time(at), "count": 1,
    })
    .to_string()
}
