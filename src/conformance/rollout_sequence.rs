//! Kind `rollout-sequence`: the Deployment controller's syncs, step by step.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::rollout_objects::{
    controllers, deployment, read, replica_set, size_and_notes, strategy, template,
};
use crate::api::{ControllersBehaviour, Deployment, ReplicaSet, Timestamp};
use crate::controllers::deployment::{
    DeploymentActions, DeploymentView, DeploymentWrite, NewReplicaSet, sync,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    deployment: Spec,
    replica_sets: Vec<Initial>,
    steps: Vec<Step>,
    expect: Vec<Names>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    template: String,
    replicas: i32,
    strategy: String,
    max_surge: Value,
    max_unavailable: Value,
    min_ready_seconds: i32,
    progress_deadline_seconds: Option<i32>,
    revision_history_limit: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Initial {
    name: String,
    template: String,
    created_at: i64,
    replicas: i32,
    revision: Option<String>,
    desired_replicas_annotation: Option<String>,
    max_replicas_annotation: Option<String>,
}

#[derive(Deserialize)]
struct Step {
    t: i64,
    event: Option<Change>,
    observe: BTreeMap<String, Observed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Change {
    template: Option<String>,
    replicas: Option<i32>,
    paused: Option<bool>,
    max_surge: Option<Value>,
    max_unavailable: Option<Value>,
}

#[derive(Deserialize)]
struct Observed {
    replicas: i32,
    ready: i32,
    available: i32,
}

/// Of the expectations, the names of new ReplicaSets: Kubernetes' hash of a template cannot be
/// computed, and the names decide ties.
#[derive(Deserialize)]
struct Names {
    #[serde(default)]
    created: Vec<Created>,
}

#[derive(Deserialize)]
struct Created {
    name: String,
}

/// The objects as they stand in the API.
struct World {
    deployment: Deployment,
    template: String,
    max_surge: Value,
    max_unavailable: Value,
    replica_sets: BTreeMap<u32, ReplicaSet>,
    next_id: u32,
}

impl World {
    fn new(input: &Vector) -> Result<Self, String> {
        let spec = &input.deployment;
        let strategy = strategy(&spec.strategy, &spec.max_surge, &spec.max_unavailable)?
            .ok_or_else(|| format!("unknown strategy {}", spec.strategy))?;
        let mut deployment = deployment(spec.replicas, strategy, &spec.template);
        deployment.min_ready_seconds = spec.min_ready_seconds;
        deployment.progress_deadline_seconds = spec.progress_deadline_seconds;
        deployment.revision_history_limit = spec.revision_history_limit;
        let sets = (0..).zip(&input.replica_sets).map(|(id, initial)| {
            let created = Timestamp::from_unix_seconds(initial.created_at);
            let mut set = replica_set(id, &initial.name, created, template(&initial.template));
            set.replicas = initial.replicas;
            set.min_ready_seconds = spec.min_ready_seconds;
            set.revision = initial.revision.as_deref().map(Arc::from);
            set.desired_replicas = initial.desired_replicas_annotation.as_deref().map(Arc::from);
            set.max_replicas = initial.max_replicas_annotation.as_deref().map(Arc::from);
            (id, set)
        });
        let replica_sets: BTreeMap<u32, ReplicaSet> = sets.collect();
        Ok(Self {
            deployment,
            template: spec.template.clone(),
            max_surge: spec.max_surge.clone(),
            max_unavailable: spec.max_unavailable.clone(),
            next_id: u32::try_from(replica_sets.len()).map_err(|error| error.to_string())?,
            replica_sets,
        })
    }

    fn change(&mut self, event: &Change, strategy_name: &str) -> Result<(), String> {
        self.deployment.generation += 1;
        if let Some(name) = &event.template {
            self.template.clone_from(name);
            self.deployment.template = template(name);
        }
        self.deployment.replicas = event.replicas.unwrap_or(self.deployment.replicas);
        self.deployment.paused = event.paused.unwrap_or(self.deployment.paused);
        for (limit, new) in
            [(&mut self.max_surge, &event.max_surge), (&mut self.max_unavailable, &event.max_unavailable)]
        {
            if let Some(new) = new {
                limit.clone_from(new);
            }
        }
        if let Some(strategy) = strategy(strategy_name, &self.max_surge, &self.max_unavailable)? {
            self.deployment.strategy = strategy;
        }
        Ok(())
    }

    fn observe(&mut self, observed: &BTreeMap<String, Observed>) {
        for set in self.replica_sets.values_mut() {
            if let Some(counts) = observed.get(&*set.name) {
                set.status.observed_generation = set.generation;
                set.status.replicas = counts.replicas;
                set.status.ready_replicas = counts.ready;
                set.status.available_replicas = counts.available;
            }
        }
    }

    fn sync(&self, hash: &str, now: Timestamp, behaviour: ControllersBehaviour) -> DeploymentActions {
        let sets: Vec<Arc<ReplicaSet>> = self.replica_sets.values().cloned().map(Arc::new).collect();
        let view = DeploymentView {
            deployment: &self.deployment,
            replica_sets: &sets,
            template_hash: hash,
            taken: &|_| None,
            refuses: &|_| None,
            // Pods are seen through the observed counts only.
            versions_count: false,
            has_unfinished_pods: &|_| false,
        };
        sync(&view, now, behaviour)
    }

    fn create(&mut self, new: &NewReplicaSet, now: Timestamp) {
        let mut set = replica_set(self.next_id, &new.name, now, self.deployment.template.clone());
        set.replicas = new.replicas;
        set.min_ready_seconds = new.min_ready_seconds;
        set.revision = Some(Arc::clone(&new.revision));
        set.desired_replicas = Some(Arc::clone(&new.desired_replicas));
        set.max_replicas = Some(Arc::clone(&new.max_replicas));
        self.replica_sets.insert(self.next_id, set);
        self.next_id += 1;
    }

    /// Carries the writes out; the answer lists what was created and deleted.
    fn carry_out(&mut self, actions: DeploymentActions, step: &Step) -> Map<String, Value> {
        let mut answer = Map::new();
        let (mut created, mut deleted) = (Vec::new(), Vec::new());
        for write in actions.writes {
            match write {
                DeploymentWrite::CreateReplicaSet(new) => {
                    self.create(&new, Timestamp::from_unix_seconds(step.t));
                    created
                        .push(json!({ "name": *new.name, "template": self.template, "createdAt": step.t }));
                }
                DeploymentWrite::UpdateReplicaSet(update) => {
                    if let Some(set) = self.replica_sets.get_mut(&update.id.0) {
                        update.apply(set);
                    }
                }
                DeploymentWrite::DeleteReplicaSet(id) => {
                    deleted.extend(self.replica_sets.remove(&id.0).map(|set| set.name.to_string()));
                }
                DeploymentWrite::UpdateDeployment(update) => update.apply(&mut self.deployment),
            }
        }
        if !created.is_empty() {
            answer.insert("created".to_owned(), json!(created));
        }
        if !deleted.is_empty() {
            // The list was recorded in order of names.
            deleted.sort_unstable();
            answer.insert("deleted".to_owned(), json!(deleted));
        }
        answer
    }

    fn describe(&self, answer: &mut Map<String, Value>) {
        let mut sets = Map::new();
        for set in self.replica_sets.values() {
            let mut entry = size_and_notes(set);
            if let Some(revision) = set.revision.as_deref() {
                entry["revision"] = json!(revision);
            }
            sets.insert(set.name.to_string(), entry);
        }
        answer.insert("replicaSets".to_owned(), Value::Object(sets));
        let status = &self.deployment.status;
        let counts = json!({
            "replicas": status.replicas,
            "updated": status.updated_replicas,
            "ready": status.ready_replicas,
            "available": status.available_replicas,
            "unavailable": status.unavailable_replicas,
            "availableCondition": status.available.as_ref().map(|condition| condition.status),
        });
        answer.insert("status".to_owned(), counts);
        if let Some(condition) = &status.progressing {
            let seconds = |time: Timestamp| time.0 / Timestamp::NANOS;
            let progressing = json!({
                "status": condition.status,
                "reason": *condition.reason,
                "lastUpdate": seconds(condition.last_update),
                "lastTransition": seconds(condition.last_transition),
            });
            answer.insert("progressing".to_owned(), progressing);
        }
    }
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let behaviour = controllers(&input.kubernetes)?;
    let mut world = World::new(&input)?;
    let mut answers = Vec::new();
    for (place, step) in input.steps.iter().enumerate() {
        if let Some(event) = &step.event {
            world.change(event, &input.deployment.strategy)?;
        }
        world.observe(&step.observe);
        let given = input.expect.get(place).and_then(|names| names.created.first());
        let hash = given.and_then(|created| created.name.strip_prefix("web-")).unwrap_or("unexpected");
        let actions = world.sync(hash, Timestamp::from_unix_seconds(step.t), behaviour);
        if let Some(error) = actions.error {
            return Err(format!("step {place}: {error:?}"));
        }
        let mut answer = world.carry_out(actions, step);
        world.describe(&mut answer);
        answers.push(Value::Object(answer));
    }
    Ok(json!({ "expect": answers }))
}
