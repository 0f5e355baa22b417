//! Kind `statefulset-sequence`: the StatefulSet controller's syncs, step by step.
//!
//! Revisions are called like their templates.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::rollout_objects::{controllers, pod, read, template};
use crate::api::{
    ControllerRevision, ControllersBehaviour, LabelSelector, Labels, Pod, PodManagementPolicy, PodPhase,
    ReadyCondition, RollingUpdateStatefulSet, StatefulSet, StatefulSetId, StatefulSetStatus,
    StatefulSetStrategy, Symbol, Timestamp, Uid,
};
use crate::controllers::stateful_set::history::{Wanted, sort, wanted};
use crate::controllers::stateful_set::ordinals::{ordinal_of, pod_name};
use crate::controllers::stateful_set::{Doomed, StatefulSetActions, StatefulSetView, Write, sync};
use crate::kernel::Interner;

/// The label of a pod that names its revision.
const REVISION: Symbol = Symbol(0);
const NAME: &str = "web";

#[derive(Deserialize)]
struct Vector {
    #[serde(rename = "in")]
    input: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    spec: Spec,
    complete_by_spec_replicas: bool,
    initial: Option<Initial>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    replicas: i32,
    pod_management_policy: String,
    update_strategy: String,
    partition: Option<i32>,
    min_ready_seconds: i32,
    start_ordinal: i32,
    template: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Initial {
    revisions: Vec<String>,
    status_current_revision: String,
    status_current_replicas: i32,
    status_update_revision: String,
    status_updated_replicas: i32,
    pods: Vec<There>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct There {
    name: String,
    revision: String,
    state: String,
    ready_at: Option<i64>,
}

#[derive(Deserialize)]
struct Step {
    t: i64,
    spec: Option<Spec>,
    #[serde(default)]
    pods: Vec<Happening>,
}

#[derive(Deserialize)]
struct Happening {
    name: String,
    event: String,
}

/// The objects as they stand in the API.
struct World {
    set: StatefulSet,
    revisions: Vec<ControllerRevision>,
    pods: BTreeMap<i32, Pod>,
    made: u32,
    names: Interner,
    behaviour: ControllersBehaviour,
}

impl World {
    fn new(input: &Input) -> Result<Self, String> {
        // What the vectors were recorded from; which rule says that an update is complete, they say.
        let mut behaviour = controllers("v1.28")?;
        behaviour.stateful_set_completes_by_replicas = input.complete_by_spec_replicas;
        let mut names = Interner::new();
        names.intern("controller-revision-hash");
        let mut world = Self {
            set: stateful_set(&input.spec)?,
            revisions: Vec::new(),
            pods: BTreeMap::new(),
            made: 0,
            names,
            behaviour,
        };
        let Some(initial) = &input.initial else { return Ok(world) };
        for name in &initial.revisions {
            world.add_revision(name);
        }
        world.set.status = StatefulSetStatus {
            current_revision: Some(world.names.intern(&initial.status_current_revision)),
            current_replicas: initial.status_current_replicas,
            update_revision: Some(world.names.intern(&initial.status_update_revision)),
            updated_replicas: initial.status_updated_replicas,
            ..StatefulSetStatus::default()
        };
        for there in &initial.pods {
            let revision = world.names.intern(&there.revision);
            let ordinal = ordinal_of(NAME, &there.name).ok_or_else(|| format!("a pod {}", there.name))?;
            world.create(ordinal, revision, Timestamp(0));
            world.happen(&there.name, &there.state, there.ready_at.unwrap_or(0))?;
        }
        Ok(world)
    }

    fn add_revision(&mut self, name: &str) -> Symbol {
        let symbol = self.names.intern(name);
        let revision = self.revisions.iter().map(|held| held.revision).max().unwrap_or(0) + 1;
        let template = template(name);
        self.revisions.push(ControllerRevision { name: symbol, revision, created: Timestamp(0), template });
        symbol
    }

    fn create(&mut self, ordinal: i32, revision: Symbol, now: Timestamp) {
        let labels = Labels::new([(REVISION, revision)]);
        let pod =
            Pod { phase: PodPhase::Pending, ..pod(self.made, &pod_name(NAME, ordinal), labels, now, None) };
        self.made += 1;
        self.pods.insert(ordinal, pod);
    }

    /// What happens to a pod. One that is not there does not notice.
    fn happen(&mut self, name: &str, event: &str, at: i64) -> Result<(), String> {
        let now = Timestamp::from_unix_seconds(at);
        let Some(ordinal) = ordinal_of(NAME, name) else { return Err(format!("a pod {name}")) };
        let Some(pod) = self.pods.get_mut(&ordinal) else { return Ok(()) };
        let (phase, ready) = match event {
            "ready" => (PodPhase::Running, true),
            "unready" => (PodPhase::Running, false),
            "pending" => (PodPhase::Pending, false),
            "failed" => (PodPhase::Failed, false),
            "succeeded" => (PodPhase::Succeeded, false),
            "terminate" => {
                pod.deleted = pod.deleted.or(Some(now));
                return Ok(());
            }
            "remove" => {
                self.pods.remove(&ordinal);
                return Ok(());
            }
            other => return Err(format!("event {other:?}")),
        };
        pod.phase = phase;
        if pod.is_ready() != ready {
            pod.ready = Some(ReadyCondition { ready, since: Some(now) });
        }
        Ok(())
    }

    /// The revision of the template that is wanted; it is made, or made the newest again.
    fn update_revision(&mut self) -> Symbol {
        let mut sorted: Vec<&ControllerRevision> = self.revisions.iter().collect();
        sort(&mut sorted);
        match wanted(&sorted, &self.set.template) {
            Wanted::Newest(name) => name,
            Wanted::Again { name, revision } => {
                for held in self.revisions.iter_mut().filter(|held| held.name == name) {
                    held.revision = revision;
                }
                name
            }
            Wanted::New { .. } => {
                let metadata = self.set.template.source.metadata.as_ref();
                let name = metadata.and_then(|metadata| metadata.name.clone()).unwrap_or_default();
                self.add_revision(&name)
            }
        }
    }

    fn sync(&mut self, now: Timestamp) -> StatefulSetActions {
        let known = self
            .set
            .status
            .current_revision
            .filter(|name| self.revisions.iter().any(|held| held.name == *name));
        let update = self.update_revision();
        let pods: Vec<Arc<Pod>> = self.pods.values().cloned().map(Arc::new).collect();
        sync(&StatefulSetView {
            set: &self.set,
            pods: &pods,
            current: known.unwrap_or(update),
            update,
            revision_of: &|pod| pod.spec.labels.get(REVISION),
            now,
            behaviour: self.behaviour,
        })
    }

    /// Carries the writes out, and tells them.
    fn carry_out(&mut self, actions: StatefulSetActions, now: Timestamp) -> (Vec<Value>, Vec<String>) {
        let (mut created, mut deleted) = (Vec::new(), Vec::new());
        for write in actions.writes.into_iter().flatten() {
            match write {
                Write::Create { ordinal, revision } => {
                    self.create(ordinal, revision, now);
                    created.push(json!({
                        "name": pod_name(NAME, ordinal),
                        "revision": self.names.resolve(revision),
                    }));
                }
                Write::Delete(doomed) => {
                    let id = |pod: &Pod| matches!(doomed, Doomed::Seen(id) if id == pod.id);
                    let new = if let Doomed::New { ordinal } = doomed { Some(ordinal) } else { None };
                    let found = self.pods.iter().find(|(_, pod)| id(pod)).map(|(ordinal, _)| *ordinal);
                    let Some(ordinal) = new.or(found) else { continue };
                    deleted.push(pod_name(NAME, ordinal));
                    self.delete(ordinal, now);
                }
            }
        }
        self.set.status = actions.status;
        // The list was recorded in order of names.
        deleted.sort_unstable();
        (created, deleted)
    }

    fn delete(&mut self, ordinal: i32, now: Timestamp) {
        let Some(pod) = self.pods.get_mut(&ordinal) else { return };
        if pod.phase == PodPhase::Pending || pod.is_finished() {
            self.pods.remove(&ordinal);
        } else {
            pod.deleted = pod.deleted.or(Some(now));
        }
    }

    fn told(&self, pod: &Pod) -> Value {
        let state = match pod.phase {
            PodPhase::Pending | PodPhase::Unknown => "pending",
            PodPhase::Running if pod.is_ready() => "ready",
            PodPhase::Running => "unready",
            PodPhase::Succeeded => "succeeded",
            PodPhase::Failed => "failed",
        };
        let revision = pod.spec.labels.get(REVISION).map(|name| self.names.resolve(name));
        let mut told = json!({ "name": *pod.name, "revision": revision, "state": state });
        if let Some(since) = pod.ready.filter(|ready| ready.ready).and_then(|ready| ready.since) {
            told["readyAt"] = json!(since.0 / Timestamp::NANOS);
        }
        if pod.deleted.is_some() {
            told["terminating"] = json!(true);
        }
        told
    }
}

fn stateful_set(spec: &Spec) -> Result<StatefulSet, String> {
    let rolling =
        spec.partition.map(|partition| RollingUpdateStatefulSet { partition, max_unavailable: None });
    Ok(StatefulSet {
        id: StatefulSetId(0),
        namespace: Symbol(0),
        name: NAME.into(),
        uid: Uid(0),
        created: Timestamp(0),
        generation: 1,
        replicas: spec.replicas,
        selector: LabelSelector::default(),
        pod_management: match spec.pod_management_policy.as_str() {
            "OrderedReady" => PodManagementPolicy::OrderedReady,
            "Parallel" => PodManagementPolicy::Parallel,
            other => return Err(format!("podManagementPolicy {other:?}")),
        },
        strategy: match spec.update_strategy.as_str() {
            "OnDelete" => StatefulSetStrategy::OnDelete,
            "RollingUpdate" => StatefulSetStrategy::RollingUpdate(rolling),
            other => return Err(format!("updateStrategy {other:?}")),
        },
        min_ready_seconds: spec.min_ready_seconds,
        start_ordinal: spec.start_ordinal,
        revision_history_limit: 10,
        template: template(&spec.template),
        status: StatefulSetStatus::default(),
    })
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let Vector { input } = read(vector)?;
    let mut world = World::new(&input)?;
    let mut answers = Vec::new();
    for step in &input.steps {
        let now = Timestamp::from_unix_seconds(step.t);
        if let Some(spec) = &step.spec {
            let (generation, status) = (world.set.generation + 1, world.set.status.clone());
            world.set = StatefulSet { generation, status, ..stateful_set(spec)? };
        }
        for happening in &step.pods {
            world.happen(&happening.name, &happening.event, step.t)?;
        }
        let actions = world.sync(now);
        let status = actions.status.clone();
        let (created, deleted) = world.carry_out(actions, now);
        let name = |revision: Option<Symbol>| revision.map(|name| world.names.resolve(name));
        answers.push(json!({
            "created": created,
            "deleted": deleted,
            "status": {
                "available": status.available_replicas,
                "current": status.current_replicas,
                "currentRevision": name(status.current_revision),
                "ready": status.ready_replicas,
                "replicas": status.replicas,
                "updateRevision": name(status.update_revision),
                "updated": status.updated_replicas,
            },
            "pods": world.pods.values().map(|pod| world.told(pod)).collect::<Vec<_>>(),
        }));
    }
    Ok(json!({ "expect": answers }))
}
