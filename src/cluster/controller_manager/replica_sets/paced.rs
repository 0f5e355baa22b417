//! The ReplicaSet controller under a control plane with a pace of its own: its syncs, step by step.

use std::sync::Arc;

use super::course::{Course, Stage, is_missing, read, related};
use super::{Kept, ReplicaSetController, identity};
use crate::api::ReplicaSet;
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::Answer;
use crate::cluster::control_plane::Chance;
use crate::cluster::controller_manager::controller::Context;
use crate::cluster::controller_manager::key::Key;
use crate::cluster::controller_manager::step::Step;
use crate::cluster::store::Kind;
use crate::cluster::watch::Reader;
use crate::controllers::replica_set::status::ManageOutcome;
use crate::controllers::replica_set::sync::{active, conclude, manage};

impl ReplicaSetController {
    /// A sync begins.
    pub(super) fn begin(&mut self, set: Arc<ReplicaSet>, context: &mut Context<'_, '_>) -> Step {
        let (key, caches, api) = (Key(set.id.0), context.caches, &mut *context.api);
        let behaviour = api.setup.behaviour.controllers;
        let who = identity(&set, caches, api);
        let kept = self.kept(set.id);
        let chance = api.setup.control_plane.map(|plane| plane.chance).unwrap_or_default();
        let mut course = Course {
            held: Arc::clone(&set),
            replica_set: set,
            pods: Vec::new(),
            who,
            keeps_order: chance == Chance::ByCreation,
            stage: Stage::Failing,
        };
        if behaviour.waits_for_own_writes && !kept.has_seen_own_writes(api) {
            return self.fail(key, course, context);
        }
        course.pods = kept.listed(&course.replica_set, who, caches, api);
        let now = api.clock();
        let related = related(&course.replica_set, caches);
        let managed = {
            let view = course.view(&related, kept.expectations.satisfied(now));
            manage(&view, &active(&view), now, behaviour)
        };
        let requests = if managed.created > 0 {
            kept.expectations.expect_creations(managed.created, now);
            course.create(managed.created, &mut kept.created)
        } else if managed.deleted.is_empty() {
            return self.conclude(key, course, context);
        } else {
            kept.expectations.expect_deletions(&managed.deleted, now);
            course.delete(managed.deleted)
        };
        self.courses.insert(key, course);
        Step::Requests(requests)
    }

    /// A sync goes on after these answers.
    pub(super) fn go_on(&mut self, key: Key, answers: &[Answer], context: &mut Context<'_, '_>) -> Step {
        let mut course = self.courses.remove(&key).expect("a sync that waits is kept");
        let stage = std::mem::replace(&mut course.stage, Stage::Failing);
        let kept = self.kept(course.replica_set.id);
        match stage {
            Stage::Creating { left, next } => {
                kept.written.pods = answers.iter().filter_map(position).max().unwrap_or(kept.written.pods);
                let requests = course.batch(left, next, &mut kept.created);
                if requests.is_empty() {
                    return self.conclude(key, course, context);
                }
                self.courses.insert(key, course);
                Step::Requests(requests)
            }
            Stage::Deleting(pods) => {
                for (pod, _) in pods.iter().zip(answers).filter(|(_, answer)| is_missing(answer)) {
                    kept.expectations.deletion_observed(*pod);
                }
                self.conclude(key, course, context)
            }
            Stage::Status { status, tries } => {
                if let Some(written) = answers.first().and_then(position) {
                    kept.written.status = written;
                    return self.finish(key, &course, context);
                }
                match course.read_again(status, tries) {
                    Some(request) => {
                        self.courses.insert(key, course);
                        Step::Requests(vec![request])
                    }
                    None => self.fail(key, course, context),
                }
            }
            Stage::Reading(status) => match read(&course.replica_set, context) {
                Some(there) => {
                    course.held = there;
                    let request = course.write(status, 2);
                    self.courses.insert(key, course);
                    Step::Requests(vec![request])
                }
                None => self.fail(key, course, context),
            },
            Stage::Failing => {
                context.queue.retry(key, context.api.now, context.events);
                Step::Done
            }
        }
    }

    /// The status is written if it is another.
    fn conclude(&mut self, key: Key, mut course: Course, context: &mut Context<'_, '_>) -> Step {
        let (behaviour, now) = (context.api.setup.behaviour.controllers, context.api.clock());
        let related = related(&course.replica_set, context.caches);
        let view = course.view(&related, false);
        let (status, _) = conclude(&view, (&active(&view), ManageOutcome::Done), now, behaviour);
        let Some(status) = status else { return self.finish(key, &course, context) };
        let request = course.write(status, 1);
        self.courses.insert(key, course);
        Step::Requests(vec![request])
    }

    /// All is written: the next look is planned.
    #[expect(clippy::unused_self, reason = "the ends of a sync stand side by side")]
    fn finish(&mut self, key: Key, course: &Course, context: &mut Context<'_, '_>) -> Step {
        let (behaviour, now) = (context.api.setup.behaviour.controllers, context.api.clock());
        let related = related(&course.replica_set, context.caches);
        let view = course.view(&related, false);
        let (_, recheck) = conclude(&view, (&active(&view), ManageOutcome::Done), now, behaviour);
        if let Some(delay) = recheck {
            context.queue.add_at(key, context.api.now.plus(delay), context.events);
        }
        context.queue.forget(key);
        Step::Done
    }

    /// The sync failed. It is tried again once the failure is told.
    fn fail(&mut self, key: Key, mut course: Course, context: &mut Context<'_, '_>) -> Step {
        let wait = context.report_error();
        course.stage = Stage::Failing;
        self.courses.insert(key, course);
        Step::Wait(wait)
    }
}

impl Kept {
    /// Whether the caches show the controller's own last writes.
    fn has_seen_own_writes(&self, api: &ApiServer<'_>) -> bool {
        let log = api.store().log();
        log.seen(Reader::ControllerManager, Kind::Pod) >= self.written.pods
            && log.seen(Reader::ControllerManager, Kind::ReplicaSet) >= self.written.status
    }
}

fn position(answer: &Answer) -> Option<u64> {
    if let Answer::Done { position, .. } = answer { Some(*position) } else { None }
}
