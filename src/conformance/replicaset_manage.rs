//! Kind `replicaset-manage`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::{controllers, pod, read};
use crate::api::{Labels, NodeId, Pod, Timestamp, Uid};
use crate::controllers::controller_utils::ranking::Rank;
use crate::controllers::replica_set::manage::manage_replicas;
use crate::kernel::Interner;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    replica_set: String,
    replicas: i32,
    burst_replicas: usize,
    pods: Vec<Owned>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Owned {
    name: String,
    uid: String,
    node: String,
    replica_set: String,
    age_seconds: i64,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let now = Timestamp::from_unix_seconds(1_000_000_000);
    let mut nodes = Interner::new();
    let pods: Vec<Pod> = (0..)
        .zip(&input.pods)
        .map(|(id, owned)| {
            let age =
                owned.age_seconds.saturating_mul(Timestamp::NANOS).saturating_add(Timestamp::NANOS / 10);
            let since = Timestamp(now.0.saturating_sub(age));
            let mut pod = pod(id, &owned.name, Labels::default(), since, Some(since));
            pod.uid = Uid::from_text(&owned.uid);
            pod.node = Some(NodeId(nodes.intern(&owned.node).0));
            pod
        })
        .collect();
    // Both ReplicaSets have the same owner.
    let on_node = |node: NodeId| {
        u32::try_from(pods.iter().filter(|pod| pod.node == Some(node)).count()).unwrap_or(u32::MAX)
    };
    let own = pods.iter().zip(&input.pods).filter(|(_, owned)| owned.replica_set == input.replica_set);
    let active: Vec<&Pod> = own.map(|(pod, _)| pod).collect();
    let behaviour = controllers(&input.kubernetes)?;
    let rank = Rank { now, behaviour, related_active_on_node: &on_node, keeps_order: false };
    let managed = manage_replicas(&active, input.replicas, input.burst_replicas, None, &rank);
    let mut deletes: Vec<&str> = managed.deleted.iter().map(|id| &*pods[id.index()].name).collect();
    deletes.sort_unstable();
    Ok(json!({ "expect": {
        "creates": managed.created,
        "createCalls": managed.create_calls,
        "deletes": deletes,
    } }))
}
