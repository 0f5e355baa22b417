//! The DaemonSet controller (v1.32 to v1.36): what wakes it, its syncs step by step, and the writes that they lead to.
//!
//! A sync looks up the revision of the template, brings nodes nearer to one pod each, goes on with an update if that had
//! nothing to do, and writes the status of what the caches show at the end.
//!
//! DIFFERENCE: ControllerRevisions are the controller's memory and not in the store; none is ever cleaned up. Pods carry no
//! label `pod-template-generation`.

mod course;
mod kept;

use self::course::Course;
use self::kept::Kept;
use super::controller::{Context, Controller};
use super::key::Key;
use super::step::Step;
use crate::api::{DaemonSetId, Node, Pod};
use crate::cluster::api_server::requests::Answer;
use crate::cluster::control_plane::ControlPlane;
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::controllers::daemon_set::status::recheck_after_ready;
use crate::kernel::LookupMap;

/// What the controller keeps in mind.
#[derive(Default)]
pub(super) struct DaemonSetController {
    kept: Vec<Kept>,
    /// Syncs that wait for an answer.
    courses: LookupMap<Key, Course>,
}

impl Controller for DaemonSetController {
    fn name(&self) -> &'static str {
        "daemonset-controller"
    }

    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>) {
        match change {
            Change::DaemonSet { new: Some(new), .. } => context.queue.add(0, Key(new.id.0)),
            Change::DaemonSet { old, new: None } => {
                if let Some(old) = old {
                    self.kept(old.id).expectations.set(0, 0, context.api.clock());
                    context.queue.drop_key(0, Key(old.id.0));
                }
            }
            Change::Pod { old, new } => self.observe_pod(old.as_deref(), new.as_deref(), context),
            Change::Node { old, new: Some(new) } => self.observe_node(old.as_deref(), new, context),
            Change::Node { new: None, .. } => unseen("the controller has no handler for nodes that go"),
            Change::ReplicaSet { .. } | Change::Deployment { .. } => unseen("other controllers' objects"),
            Change::Namespace { .. } | Change::SelectorOwner { .. } => {
                unseen("pods are made and deleted whatever these are");
            }
        }
    }

    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>) -> Step {
        let id = DaemonSetId(key.0);
        let Some(daemon_set) = context.caches.daemon_set(id).cloned() else { return Step::Done };
        self.begin(daemon_set, context)
    }

    fn resume(&mut self, key: Key, answers: Vec<Answer>, context: &mut Context<'_, '_>) -> Step {
        self.go_on(key, &answers, context)
    }

    /// `--concurrent-daemonset-syncs`.
    fn workers(&self, _: &ControlPlane) -> usize {
        2
    }
}

impl DaemonSetController {
    fn kept(&mut self, id: DaemonSetId) -> &mut Kept {
        if self.kept.len() <= id.index() {
            self.kept.resize_with(id.index() + 1, Kept::default);
        }
        &mut self.kept[id.index()]
    }

    fn observe_pod(&mut self, old: Option<&Pod>, new: Option<&Pod>, context: &mut Context<'_, '_>) {
        let Some(pod) = new.or(old) else { return };
        let Some(owner) = pod.daemon_set() else { return };
        let expectations = &mut self.kept(owner).expectations;
        let is_going = new.is_none_or(|new| new.deleted.is_some());
        if is_going {
            expectations.deletion_observed();
        } else if old.is_none() {
            expectations.creation_observed();
        }
        // One whose DaemonSet was not seen yet is found when it is.
        let Some(set) = context.caches.daemon_set(owner) else { return };
        context.queue.add(0, Key(owner.0));
        let turned_ready = old.is_some_and(|old| !old.is_ready()) && pod.is_ready();
        if let Some(delay) = recheck_after_ready(set.min_ready_seconds).filter(|_| turned_ready && !is_going)
        {
            context.queue.add_at(Key(owner.0), context.api.now.plus(delay), context.events);
        }
    }

    /// A new node wakes the DaemonSets that should run on it; a changed one those that make something else of it now.
    fn observe_node(&mut self, old: Option<&Node>, new: &Node, context: &mut Context<'_, '_>) {
        let is_same = |old: &Node| old.labels == new.labels && old.taints == new.taints;
        if old.is_some_and(is_same) {
            return;
        }
        let sets: Vec<_> = context.caches.daemon_sets().cloned().collect();
        for set in sets {
            let kept = self.kept(set.id);
            let mut verdict = |node: &Node| kept.verdict_anew(&set, node, &mut context.api.names);
            let wakes = match old {
                None => verdict(new).should_run,
                Some(old) => verdict(old) != verdict(new),
            };
            if wakes {
                context.queue.add(0, Key(set.id.0));
            }
        }
    }
}
