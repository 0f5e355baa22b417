//! A DaemonSet's sync in time: the revision, then creations in batches that double and deletions all at once, for each of
//! the two passes; then the status, of what is seen by then (`syncDaemonSet`, `syncNodes`).

use std::sync::Arc;

use super::DaemonSetController;
use super::kept::History;
use crate::api::{DaemonSet, DaemonSetStatus, DaemonSetStrategy, OwnerId, PodId, Symbol};
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::{Answer, PlannedEvent, Refused, Request};
use crate::cluster::controller_manager::controller::Context;
use crate::cluster::controller_manager::key::Key;
use crate::cluster::controller_manager::step::Step;
use crate::cluster::request::Verb;
use crate::cluster::store::ObjectId;
use crate::controllers::controller_utils::slow_start::SLOW_START_INITIAL_BATCH_SIZE;
use crate::controllers::daemon_set::manage::{Pass, manage};
use crate::controllers::daemon_set::rolling::rolling_update;
use crate::controllers::daemon_set::status::{calculate_status, recheck_after_sync};
use crate::kernel::{SimDuration, stable_hash};

/// The reason of the events that tell of created pods.
const CREATED: &str = "SuccessfulCreate";
/// Of deleted ones.
const DELETED: &str = "SuccessfulDelete";
/// A status that is refused is written once more (`StatusUpdateRetries`).
const STATUS_TRIES: u32 = 2;

/// A sync that waits.
pub(super) struct Course {
    /// As read at the beginning.
    set: Arc<DaemonSet>,
    /// As the status is written over.
    held: Arc<DaemonSet>,
    /// When to look again once it is done.
    recheck: Option<SimDuration>,
    stage: Stage,
}

/// Which of the two passes is under way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Manage,
    Rolling,
}

/// What a sync waits for.
enum Stage {
    /// The ControllerRevision.
    History,
    /// A batch of creations; then the nodes that are left, in batches of this size first, then these pods go.
    Creating { which: Which, left: Vec<Symbol>, next: usize, delete: Vec<PodId> },
    /// The deletions.
    Deleting { which: Which },
    /// The status.
    Status { status: DaemonSetStatus, tries: u32 },
    /// The DaemonSet, read again.
    Reading(DaemonSetStatus),
    /// The time that a failure takes to be told.
    Failing,
}

impl DaemonSetController {
    /// A sync begins.
    pub(super) fn begin(&mut self, set: Arc<DaemonSet>, context: &mut Context<'_, '_>) -> Step {
        let waits = context.api.setup.behaviour.controllers.daemon_set_waits_for_own_writes;
        if waits && !self.kept(set.id).has_seen_own_writes(context.api) {
            return self
                .fail(Course { held: Arc::clone(&set), set, recheck: None, stage: Stage::Failing }, context);
        }
        let has_pods = !context.caches.pods_of(OwnerId::DaemonSet(set.id)).is_empty();
        let history = self.kept(set.id).find_revision(&set, has_pods, &mut context.api.names);
        let course = Course { held: Arc::clone(&set), set, recheck: None, stage: Stage::History };
        let (id, verb) = (course.set.id, if history == History::New { Verb::Post } else { Verb::Put });
        if history == History::Kept {
            return self.work(course, context);
        }
        let act = move |_: &mut ApiServer<'_>| Ok(id.into());
        let request =
            Request { verb, resource: "controllerrevisions", object: None, act: Box::new(act), event: None };
        self.wait_for(course, vec![request])
    }

    /// Waits for the answers to these requests.
    fn wait_for(&mut self, course: Course, requests: Vec<Request>) -> Step {
        self.courses.insert(Key(course.set.id.0), course);
        Step::Requests(requests)
    }

    /// A sync goes on after these answers.
    pub(super) fn go_on(&mut self, key: Key, answers: &[Answer], context: &mut Context<'_, '_>) -> Step {
        let mut course = self.courses.remove(&key).expect("a sync that waits is kept");
        match std::mem::replace(&mut course.stage, Stage::Failing) {
            Stage::History => self.work(course, context),
            Stage::Creating { which, left, next, delete } => {
                let kept = self.kept(course.set.id);
                kept.written_pods = answers.iter().filter_map(position).max().unwrap_or(kept.written_pods);
                self.create(course, (which, next), (left, delete), context)
            }
            Stage::Deleting { which } => {
                for _ in answers.iter().filter(|answer| **answer == Answer::NotFound) {
                    self.kept(course.set.id).expectations.deletion_observed();
                }
                self.after(course, which, context)
            }
            Stage::Status { status, tries } => match answers.first() {
                Some(Answer::Done { position, .. }) => {
                    self.kept(course.set.id).written_status = *position;
                    self.finish(&course, context)
                }
                _ if tries < STATUS_TRIES => self.read_again(course, status),
                _ => self.fail(course, context),
            },
            Stage::Reading(status) => match context.api.store().get::<DaemonSet>(course.set.id).cloned() {
                Some(there) => {
                    course.held = there;
                    self.write(course, status, STATUS_TRIES)
                }
                None => self.fail(course, context),
            },
            Stage::Failing => {
                context.queue.retry(key, context.api.now, context.events);
                Step::Done
            }
        }
    }

    /// The first pass; while earlier writes are not seen, only the status is looked at.
    fn work(&mut self, course: Course, context: &mut Context<'_, '_>) -> Step {
        let now = context.api.clock();
        let kept = self.kept(course.set.id);
        if !kept.expectations.satisfied(now) {
            return self.conclude(course, false, context);
        }
        let mut failed = std::mem::take(&mut kept.failed);
        let seen = kept.shuffled(&course.set, context.caches, context.api);
        let around = (context.caches, &*context.api);
        let pass = seen.map(|seen| seen.with(&course.set, around, |view| manage(view, &mut failed)));
        self.kept(course.set.id).failed = failed;
        self.carry_out(course, Which::Manage, pass.unwrap_or_default(), context)
    }

    /// A pass is decided: creations first, then deletions.
    fn carry_out(&mut self, course: Course, which: Which, pass: Pass, context: &mut Context<'_, '_>) -> Step {
        if let Some(delay) = pass.look_again_after {
            let key = Key(course.set.id.0);
            context.queue.add_at(key, context.api.now.plus(delay), context.events);
        }
        let now = context.api.clock();
        self.kept(course.set.id).expectations.set(pass.create.len(), pass.delete.len(), now);
        self.create(course, (which, SLOW_START_INITIAL_BATCH_SIZE), (pass.create, pass.delete), context)
    }

    /// The next batch of creations; the deletions, if none is left.
    fn create(
        &mut self,
        mut course: Course,
        (which, size): (Which, usize),
        (mut nodes, delete): (Vec<Symbol>, Vec<PodId>),
        context: &mut Context<'_, '_>,
    ) -> Step {
        if nodes.is_empty() {
            return self.delete(course, which, delete, context);
        }
        let left = nodes.split_off(size.min(nodes.len()));
        let kept = self.kept(course.set.id);
        let mut requests = Vec::with_capacity(nodes.len());
        for node in nodes {
            let who = kept.identity(&course.set, &context.api.names, kept.created);
            let Some(spec) = kept.pod_for(node, &mut context.api.names) else { continue };
            kept.created += 1;
            let set = Arc::clone(&course.set);
            let about = ObjectId::DaemonSet(set.id);
            let act = move |api: &mut ApiServer<'_>| Ok(api.create_daemon_pod(&set, spec, who).into());
            let event = Some(PlannedEvent { about, reason: CREATED, message: None });
            requests.push(Request {
                verb: Verb::Post,
                resource: "pods",
                object: None,
                act: Box::new(act),
                event,
            });
        }
        course.stage = Stage::Creating { which, left, next: 2 * size, delete };
        self.wait_for(course, requests)
    }

    /// The deletions, all at once.
    fn delete(
        &mut self,
        mut course: Course,
        which: Which,
        pods: Vec<PodId>,
        context: &mut Context<'_, '_>,
    ) -> Step {
        if pods.is_empty() {
            return self.after(course, which, context);
        }
        let about = ObjectId::DaemonSet(course.set.id);
        let deletion = |pod: PodId| {
            let act = move |api: &mut ApiServer<'_>| {
                if api.store().pod(pod).is_none() {
                    return Err(Refused::NotFound);
                }
                api.delete_pod(pod);
                Ok(pod.into())
            };
            let message = Some(stable_hash(format!("{DELETED} {}", pod.0).as_bytes()));
            let event = Some(PlannedEvent { about, reason: DELETED, message });
            let object = Some(ObjectId::Pod(pod));
            Request { verb: Verb::Delete, resource: "pods", object, act: Box::new(act), event }
        };
        let requests = pods.into_iter().map(deletion).collect();
        course.stage = Stage::Deleting { which };
        self.wait_for(course, requests)
    }

    /// A pass is carried out: the second follows the first if all that it wrote is seen, then the status.
    fn after(&mut self, course: Course, which: Which, context: &mut Context<'_, '_>) -> Step {
        let rolls = which == Which::Manage && course.set.strategy != DaemonSetStrategy::OnDelete;
        let now = context.api.clock();
        let kept = self.kept(course.set.id);
        if !rolls || !kept.expectations.satisfied(now) {
            return self.conclude(course, true, context);
        }
        let seen = kept.shuffled(&course.set, context.caches, context.api);
        let around = (context.caches, &*context.api);
        let pass = seen.map(|seen| seen.with(&course.set, around, rolling_update));
        self.carry_out(course, Which::Rolling, pass.unwrap_or_default(), context)
    }

    /// The status is written if it is another.
    fn conclude(&mut self, mut course: Course, observed: bool, context: &mut Context<'_, '_>) -> Step {
        let seen = self.kept(course.set.id).look(&course.set, context.caches, context.api);
        let around = (context.caches, &*context.api);
        let Some(seen) = seen else { return self.finish(&course, context) };
        let (status, recheck) = seen.with(&course.set, around, |view| {
            let status = calculate_status(view, observed);
            let recheck = recheck_after_sync(view, &status);
            (status, recheck)
        });
        course.recheck = recheck;
        if status == course.set.status {
            return self.finish(&course, context);
        }
        self.write(course, status, 1)
    }

    fn write(&mut self, mut course: Course, status: DaemonSetStatus, tries: u32) -> Step {
        let (id, held, new) = (course.set.id, Arc::clone(&course.held), status.clone());
        let act = move |api: &mut ApiServer<'_>| {
            if !api.store().get::<DaemonSet>(id).is_some_and(|stored| Arc::ptr_eq(stored, &held)) {
                return Err(Refused::Conflict);
            }
            if held.status != new {
                api.update(id, |set: &mut DaemonSet| set.status = new);
            }
            Ok(id.into())
        };
        course.stage = Stage::Status { status, tries };
        let (resource, object) = ("daemonsets/status", Some(id.into()));
        let request = Request { verb: Verb::Put, resource, object, act: Box::new(act), event: None };
        self.wait_for(course, vec![request])
    }

    /// After a refused status: the DaemonSet is read again.
    fn read_again(&mut self, mut course: Course, status: DaemonSetStatus) -> Step {
        let id = course.set.id;
        let act = move |api: &mut ApiServer<'_>| match api.store().get::<DaemonSet>(id) {
            Some(_) => Ok(id.into()),
            None => Err(Refused::NotFound),
        };
        course.stage = Stage::Reading(status);
        let (resource, object) = ("daemonsets", Some(id.into()));
        let request = Request { verb: Verb::Get, resource, object, act: Box::new(act), event: None };
        self.wait_for(course, vec![request])
    }

    /// All is written: the next look is planned.
    #[expect(clippy::unused_self, reason = "the ends of a sync stand side by side")]
    fn finish(&mut self, course: &Course, context: &mut Context<'_, '_>) -> Step {
        let key = Key(course.set.id.0);
        if let Some(delay) = course.recheck {
            context.queue.add_at(key, context.api.now.plus(delay), context.events);
        }
        context.queue.forget(key);
        Step::Done
    }

    /// The sync failed. It is tried again once the failure is told.
    fn fail(&mut self, mut course: Course, context: &mut Context<'_, '_>) -> Step {
        let wait = context.report_error();
        course.stage = Stage::Failing;
        self.courses.insert(Key(course.set.id.0), course);
        Step::Wait(wait)
    }
}

fn position(answer: &Answer) -> Option<u64> {
    if let Answer::Done { position, .. } = answer { Some(*position) } else { None }
}
