//! A Deployment's sync in time: each of its writes is a request, and the next is sent when it is answered.
//!
//! A sync decides on what it read at its beginning, and on the answers that it got: it is a function of both. So the
//! whole of it is foreseen, as if every write succeeded, and foreseen anew when one is refused.

use std::cell::RefCell;
use std::sync::Arc;

use super::writes::{as_stored, carry_out, create};
use super::{has_unfinished_pods, is_same};
use crate::api::{Deployment, ReplicaSet, ReplicaSetId, Strategy, Timestamp};
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::{Act, Answer, PlannedEvent, Refused, Request};
use crate::cluster::controller_manager::controller::Context;
use crate::cluster::request::Verb;
use crate::cluster::store::ObjectId;
use crate::controllers::deployment::{
    self, DeploymentActions, DeploymentView, DeploymentWrite, ReplicaSetUpdate, SyncError, TakenName,
};
use crate::kernel::stable_hash;

/// The reason of a Deployment's events.
const SCALED: &str = "ScalingReplicaSet";

/// A sync that waits for an answer.
pub(super) struct Course {
    deployment: Arc<Deployment>,
    /// What its own writes left behind, one after the other.
    written: Vec<Arc<ReplicaSet>>,
    replica_sets: Vec<Arc<ReplicaSet>>,
    hash: String,
    began: Timestamp,
    /// The ReplicaSets that had a pod which has not ended. Looked at only for the strategy Recreate.
    unfinished: Vec<ReplicaSetId>,
    /// What was found when the name of a new ReplicaSet was taken.
    taken: Option<TakenName>,
    /// The answers so far; the error of a refused write.
    answers: Vec<Option<SyncError>>,
    /// The write that is under way.
    sent: Option<DeploymentWrite>,
    /// What it does if no further write is refused.
    foreseen: Option<Foreseen>,
}

/// A whole sync: the writes that it sends, and what comes of it.
struct Foreseen {
    writes: Vec<DeploymentWrite>,
    actions: DeploymentActions,
}

impl Course {
    /// A sync that begins.
    pub(super) fn new(
        deployment: Arc<Deployment>,
        replica_sets: Vec<Arc<ReplicaSet>>,
        hash: String,
        context: &Context<'_, '_>,
    ) -> Self {
        let mut unfinished: Vec<ReplicaSetId> = Vec::new();
        if deployment.strategy == Strategy::Recreate {
            let ids = replica_sets.iter().map(|set| set.id);
            unfinished.extend(ids.filter(|id| has_unfinished_pods(*id, context.caches)));
        }
        Self {
            deployment,
            written: Vec::new(),
            replica_sets,
            hash,
            began: context.api.clock(),
            unfinished,
            taken: None,
            answers: Vec::new(),
            sent: None,
            foreseen: None,
        }
    }

    /// The next request, or what came of the sync.
    pub(super) fn next(&mut self, context: &Context<'_, '_>) -> Result<Request, DeploymentActions> {
        let foreseen = self.foreseen.take().unwrap_or_else(|| self.foresee(context));
        let Some(write) = foreseen.writes.get(self.answers.len()).cloned() else {
            return Err(foreseen.actions);
        };
        self.foreseen = Some(foreseen);
        let request = self.request(&write);
        self.sent = Some(write);
        Ok(request)
    }

    /// The sync with the answers so far, and none refused from then on.
    fn foresee(&self, context: &Context<'_, '_>) -> Foreseen {
        let asked = RefCell::new(Vec::new());
        let refuses = |write: &DeploymentWrite| {
            let mut asked = asked.borrow_mut();
            asked.push(write.clone());
            self.answers.get(asked.len() - 1).copied().flatten()
        };
        let view = DeploymentView {
            deployment: &self.deployment,
            replica_sets: &self.replica_sets,
            template_hash: &self.hash,
            taken: &|_| self.taken.clone(),
            refuses: &refuses,
            versions_count: true,
            has_unfinished_pods: &|owner| self.unfinished.contains(&owner),
        };
        let actions = deployment::sync(&view, self.began, context.api.setup.behaviour.controllers);
        Foreseen { writes: asked.into_inner(), actions }
    }

    /// A write is answered.
    pub(super) fn note(&mut self, answer: Answer, context: &Context<'_, '_>) {
        let write = self.sent.take().expect("an answer follows a request");
        let error = match (&write, answer) {
            (_, Answer::Done { .. }) => None,
            (DeploymentWrite::CreateReplicaSet(new), Answer::Conflict) => {
                self.taken = Some(self.who_has(&new.name, context));
                self.foreseen = None;
                return;
            }
            (_, Answer::Conflict | Answer::NotFound) => Some(SyncError::Conflict),
        };
        if let (DeploymentWrite::UpdateReplicaSet(update), None) = (&write, error)
            && let Some(now) = context.api.store().replica_set(update.id)
        {
            self.written.push(Arc::clone(now));
        }
        if error.is_some() {
            self.foreseen = None;
        }
        self.answers.push(error);
    }

    /// Whose the ReplicaSet of that name is, the controller looks up in its cache.
    fn who_has(&self, name: &str, context: &Context<'_, '_>) -> TakenName {
        let there = context.api.store().replica_set_named(self.deployment.namespace, name);
        let seen = there.and_then(|there| context.caches.replica_set(there.id));
        let Some(seen) = seen else { return TakenName::NotYetSeen };
        let ours =
            seen.deployment == Some(self.deployment.id) && seen.template.equals(&self.deployment.template);
        if ours { TakenName::Ours(Arc::clone(seen)) } else { TakenName::Foreign }
    }

    /// The version of a ReplicaSet that an update is written over.
    fn version(&self, update: &ReplicaSetUpdate) -> Option<&Arc<ReplicaSet>> {
        let read = self.replica_sets.iter().find(|set| set.id == update.id);
        let taken = match &self.taken {
            Some(TakenName::Ours(there)) if there.id == update.id => Some(there),
            _ => None,
        };
        let written = self.written.iter().filter(|set| set.id == update.id);
        read.into_iter().chain(taken).chain(written).nth(update.held as usize)
    }

    fn request(&self, write: &DeploymentWrite) -> Request {
        let deployment = Arc::clone(&self.deployment);
        let of = ObjectId::Deployment(deployment.id);
        let (verb, resource, object, act): (_, _, _, Act) = match write.clone() {
            DeploymentWrite::CreateReplicaSet(new) => {
                let act = move |api: &mut ApiServer<'_>| {
                    if api.store().replica_set_named(deployment.namespace, &new.name).is_some() {
                        return Err(Refused::Conflict);
                    }
                    Ok(create(&new, &deployment, api).into())
                };
                (Verb::Post, "replicasets", None, Box::new(act))
            }
            DeploymentWrite::UpdateReplicaSet(update) => {
                let id = update.id;
                let held = self.version(&update).cloned();
                let act = move |api: &mut ApiServer<'_>| {
                    if !is_same(held.as_ref(), api.store().replica_set(id)) {
                        return Err(Refused::Conflict);
                    }
                    carry_out(DeploymentWrite::UpdateReplicaSet(update), &deployment, api);
                    Ok(id.into())
                };
                (Verb::Put, "replicasets", Some(id.into()), Box::new(act))
            }
            DeploymentWrite::DeleteReplicaSet(id) => {
                let act = move |api: &mut ApiServer<'_>| {
                    if api.store().replica_set(id).is_none() {
                        return Err(Refused::NotFound);
                    }
                    api.remove::<ReplicaSet>(id);
                    Ok(id.into())
                };
                (Verb::Delete, "replicasets", Some(id.into()), Box::new(act))
            }
            DeploymentWrite::UpdateDeployment(update) => {
                let act = move |api: &mut ApiServer<'_>| {
                    if !is_same(Some(&deployment), api.store().deployment(deployment.id)) {
                        return Err(Refused::Conflict);
                    }
                    let update = as_stored(update, api);
                    // What changes nothing is answered and makes no new version.
                    if update.changes(&deployment) {
                        api.update(deployment.id, |deployment: &mut Deployment| update.apply(deployment));
                    }
                    Ok(deployment.id.into())
                };
                (Verb::Put, "deployments/status", Some(of), Box::new(act))
            }
        };
        Request { verb, resource, object, act, event: self.event(write) }
    }

    /// What the controller tells of a write: the size that it gives a ReplicaSet.
    fn event(&self, write: &DeploymentWrite) -> Option<PlannedEvent> {
        let message = match write {
            DeploymentWrite::CreateReplicaSet(new) if new.replicas > 0 => {
                format!("{} from 0 to {}", new.name, new.replicas)
            }
            DeploymentWrite::UpdateReplicaSet(update) => {
                let held = self.version(update)?;
                if held.replicas == update.replicas {
                    return None;
                }
                format!("{} from {} to {}", held.name, held.replicas, update.replicas)
            }
            _ => return None,
        };
        let about = ObjectId::Deployment(self.deployment.id);
        Some(PlannedEvent { about, reason: SCALED, message: Some(stable_hash(message.as_bytes())) })
    }
}
