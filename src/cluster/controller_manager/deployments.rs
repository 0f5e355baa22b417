//! The Deployment controller: what wakes it, its syncs, and the writes that they lead to.

mod course;
mod writes;

use std::sync::Arc;

use kubecast_manifest::canonical_json;

use self::course::Course;
use self::writes::carry_out;
use super::cache::Caches;
use super::controller::{Context, Controller};
use super::key::Key;
use super::step::Step;
use crate::api::{Deployment, DeploymentId, OwnerId, ReplicaSet, ReplicaSetId, Strategy, naming};
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::{Answer, Request};
use crate::cluster::control_plane::ControlPlane;
use crate::cluster::request::Verb;
use crate::cluster::store::kinds::unseen;
use crate::cluster::store::{Change, ObjectId};
use crate::controllers::deployment::{
    self, DeploymentActions, DeploymentView, DeploymentWrite, Recheck, SyncError, TakenName,
};
use crate::kernel::LookupMap;

/// How often in a row a failed sync is tried again, until the next event (`maxRetries`).
const MAX_RETRIES: u32 = 15;

/// The Deployment controller. Besides its queue it keeps the syncs in mind that wait for an answer.
#[derive(Default)]
pub(super) struct DeploymentController {
    courses: LookupMap<Key, Course>,
}

impl Controller for DeploymentController {
    fn name(&self) -> &'static str {
        "deployment-controller"
    }

    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>) {
        let caches = context.caches;
        match change {
            Change::Deployment { new: Some(new), .. } => context.queue.add(0, Key(new.id.0)),
            Change::Deployment { old, new: None } => {
                if let Some(old) = old {
                    context.queue.drop_key(0, Key(old.id.0));
                }
            }
            Change::ReplicaSet { old, new } => {
                let owner = new.as_ref().or(old.as_ref()).and_then(|set| set.deployment);
                if let Some(owner) = owner.filter(|owner| caches.deployment(*owner).is_some()) {
                    context.queue.add(0, Key(owner.0));
                }
            }
            Change::Pod { old: Some(old), new: None } => {
                let set = old.replica_set().and_then(|set| caches.replica_set(set));
                let owner = set.and_then(|set| set.deployment);
                let Some(owner) = owner.filter(|owner| recreates(*owner, caches)) else { return };
                if context.api.setup.control_plane.is_some() {
                    context.handler.push_back(Key(owner.0));
                } else if is_without_pods(owner, caches) {
                    context.queue.add(0, Key(owner.0));
                }
            }
            Change::Pod { .. } => {}
            Change::Namespace { .. }
            | Change::Node { .. }
            | Change::DaemonSet { .. }
            | Change::SelectorOwner { .. } => {
                unseen("a rollout depends on neither");
            }
        }
    }

    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>) -> Step {
        let id = DeploymentId(key.0);
        let (caches, api) = (context.caches, &mut *context.api);
        let Some(deployment) = caches.deployment(id).cloned() else { return Step::Done };
        let replica_sets: Vec<Arc<ReplicaSet>> =
            caches.replica_sets_of(id).filter_map(|id| caches.replica_set(id).cloned()).collect();
        let hash = template_hash(&deployment, api);
        if api.setup.control_plane.is_some() {
            let course = Course::new(deployment, replica_sets, hash, context);
            return self.go_on(key, course, context);
        }
        let actions = deployment::sync(
            &DeploymentView {
                deployment: &deployment,
                replica_sets: &replica_sets,
                template_hash: &hash,
                taken: &|name| taken(name, &deployment, caches, api),
                refuses: &|write| refusal(write, &deployment, caches, api),
                versions_count: false,
                has_unfinished_pods: &|owner| has_unfinished_pods(owner, caches),
            },
            api.clock(),
            api.setup.behaviour.controllers,
        );
        for write in &actions.writes {
            carry_out(write.clone(), &deployment, api);
        }
        finish(key, &actions, context);
        Step::Done
    }

    fn resume(&mut self, key: Key, answers: Vec<Answer>, context: &mut Context<'_, '_>) -> Step {
        let Some(mut course) = self.courses.remove(&key) else { return Step::Done };
        if let Some(answer) = answers.first() {
            course.note(*answer, context);
        }
        self.go_on(key, course, context)
    }

    /// A pod of a Deployment with the strategy Recreate is gone: the handler asks the API for the ReplicaSets, to
    /// count what is left.
    fn handle(&mut self, key: Key, _: &mut Context<'_, '_>) -> Option<Request> {
        let object = ObjectId::Deployment(DeploymentId(key.0));
        let act = Box::new(move |_: &mut ApiServer<'_>| Ok(object));
        Some(Request { verb: Verb::List, resource: "replicasets", object: Some(object), act, event: None })
    }

    fn handled(&mut self, key: Key, context: &mut Context<'_, '_>) {
        if is_without_pods(DeploymentId(key.0), context.caches) {
            context.queue.add(0, key);
        }
    }

    fn recheck(&mut self, key: Key, context: &mut Context<'_, '_>) {
        if context.caches.deployment(DeploymentId(key.0)).is_some() {
            context.queue.add(0, key);
        }
    }

    fn workers(&self, control_plane: &ControlPlane) -> usize {
        control_plane.deployment_workers
    }

    fn draw_lane(&self) -> u32 {
        0
    }
}

impl DeploymentController {
    /// The next request of a sync, or its end.
    fn go_on(&mut self, key: Key, mut course: Course, context: &mut Context<'_, '_>) -> Step {
        match course.next(context) {
            Ok(request) => {
                self.courses.insert(key, course);
                Step::Requests(vec![request])
            }
            Err(actions) if actions.error.is_some() && context.queue.failures(key) >= MAX_RETRIES => {
                // Given up, which is reported; nothing is left to do afterwards.
                finish(key, &actions, context);
                Step::Wait(context.report_error())
            }
            Err(actions) => {
                finish(key, &actions, context);
                Step::Done
            }
        }
    }
}

/// The sync is over: whether, and when, the key is looked at again.
fn finish(key: Key, actions: &DeploymentActions, context: &mut Context<'_, '_>) {
    let (queue, now) = (&mut *context.queue, context.api.now);
    if actions.error.is_some() {
        if queue.failures(key) < MAX_RETRIES {
            queue.retry(key, now, context.events);
        } else {
            queue.forget(key);
        }
        return;
    }
    match actions.recheck {
        Some(Recheck::RateLimited) => queue.retry(key, now, context.events),
        Some(Recheck::After(delay)) => queue.add_at(key, now.plus(delay), context.events),
        // The rollout is over, one way or the other: a look would find nothing to do.
        None if actions.writes.is_empty() => queue.drop_later(key, context.events),
        None => {}
    }
    queue.forget(key);
}

/// Of pods, the Deployment controller looks at the removal of the last one, and only for the strategy
/// Recreate. A pod that failed is a pod: while it is there, nothing wakes the controller.
fn recreates(id: DeploymentId, caches: &Caches) -> bool {
    caches.deployment(id).is_some_and(|deployment| deployment.strategy == Strategy::Recreate)
}

fn is_without_pods(id: DeploymentId, caches: &Caches) -> bool {
    caches.replica_sets_of(id).all(|set| caches.pods_of(OwnerId::ReplicaSet(set)).is_empty())
}

/// Whether the API server has a ReplicaSet of that name. Whose it is, the controller looks up in its cache.
fn taken(name: &str, deployment: &Deployment, caches: &Caches, api: &ApiServer<'_>) -> Option<TakenName> {
    let there = api.store().replica_set_named(deployment.namespace, name)?;
    let Some(seen) = caches.replica_set(there.id) else { return Some(TakenName::NotYetSeen) };
    let ours = seen.deployment == Some(deployment.id) && seen.template.equals(&deployment.template);
    Some(if ours { TakenName::NotYetSeen } else { TakenName::Foreign })
}

/// Why the API server refuses a write. An object that is in the cache as it is in the API has the same
/// resource version, and is the same snapshot.
fn refusal(
    write: &DeploymentWrite,
    deployment: &Arc<Deployment>,
    caches: &Caches,
    api: &ApiServer<'_>,
) -> Option<SyncError> {
    let (replicas, is_current) = match write {
        DeploymentWrite::CreateReplicaSet(new) => (new.replicas, true),
        DeploymentWrite::UpdateReplicaSet(update) => {
            let seen = caches.replica_set(update.id);
            (update.replicas, is_same(seen, api.store().replica_set(update.id)))
        }
        DeploymentWrite::UpdateDeployment(_) => {
            (0, is_same(Some(deployment), api.store().deployment(deployment.id)))
        }
        DeploymentWrite::DeleteReplicaSet(_) => (0, true),
    };
    if replicas < 0 {
        return Some(SyncError::Invalid);
    }
    (!is_current).then_some(SyncError::Conflict)
}

fn has_unfinished_pods(owner: ReplicaSetId, caches: &Caches) -> bool {
    caches.pods_of(OwnerId::ReplicaSet(owner)).iter().any(|pod| !pod.is_finished())
}

fn is_same<T>(seen: Option<&Arc<T>>, stored: Option<&Arc<T>>) -> bool {
    seen.zip(stored).is_some_and(|(seen, stored)| Arc::ptr_eq(seen, stored))
}

/// The hash of the template under the present collision count.
fn template_hash(deployment: &Deployment, api: &ApiServer<'_>) -> String {
    let collisions = deployment.status.collision_count;
    if collisions == 0 {
        return api.names.resolve(deployment.template.hash).to_owned();
    }
    naming::template_hash(&canonical_json(&deployment.template.source), collisions)
}
