//! Kind `proportional-scale`.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::rollout_objects::{
    controllers, deployment, read, replica_set, size_and_notes, strategy, template,
};
use crate::api::{Deployment, ReplicaSet, Timestamp};
use crate::controllers::deployment::member::Member;
use crate::controllers::deployment::scale::{is_saturated, replica_set_proportion};
use crate::controllers::deployment::{DeploymentView, DeploymentWrite, sync};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    deployment: Scaled,
    replica_sets: Vec<Sized>,
    proportions: Vec<Proportion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scaled {
    strategy: String,
    max_surge: Value,
    max_unavailable: Value,
    replicas: i32,
    status_replicas: i32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sized {
    name: String,
    created_at: i64,
    replicas: i32,
    available: i32,
    desired_replicas_annotation: Option<String>,
    max_replicas_annotation: Option<String>,
    #[serde(default)]
    new: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Proportion {
    name: String,
    deployment_replicas_to_add: i32,
    deployment_replicas_added: i32,
}

fn objects(input: &Vector) -> Result<(Deployment, Vec<ReplicaSet>), String> {
    let scaled = &input.deployment;
    let strategy = strategy(&scaled.strategy, &scaled.max_surge, &scaled.max_unavailable)?
        .ok_or_else(|| format!("unknown strategy {}", scaled.strategy))?;
    let mut deployment = deployment(scaled.replicas, strategy, "new");
    deployment.status.replicas = scaled.status_replicas;
    // A paused Deployment is scaled and nothing else.
    deployment.paused = true;
    let sets = (0..).zip(&input.replica_sets).map(|(id, sized)| {
        let created = Timestamp::from_unix_seconds(sized.created_at);
        let template = template(if sized.new { "new" } else { &sized.name });
        let mut set = replica_set(id, &sized.name, created, template);
        set.replicas = sized.replicas;
        set.desired_replicas = sized.desired_replicas_annotation.as_deref().map(Arc::from);
        set.max_replicas = sized.max_replicas_annotation.as_deref().map(Arc::from);
        set.status.available_replicas = sized.available;
        set
    });
    Ok((deployment, sets.collect()))
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let (deployment, mut sets) = objects(&input)?;
    let mut saturated = Map::new();
    for set in &sets {
        let full = is_saturated(deployment.replicas, &Member::new(set));
        saturated.insert(set.name.to_string(), json!(full));
    }
    let mut proportions = Vec::new();
    for asked in &input.proportions {
        let set = sets.iter().find(|set| *set.name == *asked.name);
        let member = Member::new(set.ok_or_else(|| format!("no ReplicaSet {}", asked.name))?);
        let (to_add, added) = (asked.deployment_replicas_to_add, asked.deployment_replicas_added);
        let share = replica_set_proportion(&member, &deployment, to_add, added);
        proportions.push(json!({ "expect": share }));
    }
    let shared: Vec<Arc<ReplicaSet>> = sets.iter().cloned().map(Arc::new).collect();
    let view = DeploymentView {
        deployment: &deployment,
        replica_sets: &shared,
        template_hash: "new",
        taken: &|_| None,
        refuses: &|_| None,
        versions_count: false,
        has_unfinished_pods: &|_| false,
    };
    for write in sync(&view, Timestamp::from_unix_seconds(1000), controllers(&input.kubernetes)?).writes {
        if let DeploymentWrite::UpdateReplicaSet(update) = write {
            update.apply(&mut sets[update.id.index()]);
        }
    }
    let sizes: Map<String, Value> =
        sets.iter().map(|set| (set.name.to_string(), size_and_notes(set))).collect();
    Ok(json!({ "expect": sizes, "expectSaturated": saturated, "proportions": proportions }))
}
