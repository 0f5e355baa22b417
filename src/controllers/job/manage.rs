//! How many pods a Job makes, and which it deletes (`manageJob`). In one sync it does one or the other.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::back_off::{Record, remaining_of_index};
use super::failure_policy::match_policy;
use super::indexes::Indexes;
use super::pod::JobPod;
use super::spec::JobSpec;
use crate::api::{PodPhase, Timestamp};
use crate::kernel::SimDuration;

/// At most so many pods are made or deleted in a sync (`MaxPodCreateDeletePerSync`).
const MOST_PER_SYNC: usize = 500;

/// A pod to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewPod {
    /// Its completion index.
    pub index: Option<u32>,
    /// The failures of its index, for the annotations; `None` where they are not counted by index.
    pub failures: Option<(i32, i32)>,
}

/// What is done about the number of pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Managed<'a> {
    /// Nothing.
    Nothing,
    /// These are deleted.
    Deletes(Vec<&'a str>),
    /// These are made.
    Creates(Vec<NewPod>),
    /// Some would be made after a wait.
    Waits(SimDuration),
}

/// What is known of a Job in a sync.
pub(super) struct Known<'a> {
    pub(super) spec: &'a JobSpec,
    pub(super) pods: &'a [JobPod<'a>],
    pub(super) succeeded: i32,
    pub(super) succeeded_indexes: &'a Indexes,
    pub(super) failed_indexes: &'a Indexes,
    /// Failed pods that are kept until their index has another, by index.
    pub(super) kept: &'a BTreeMap<u32, &'a JobPod<'a>>,
    pub(super) back_off: Record,
    pub(super) now: Timestamp,
}

impl<'a> Known<'a> {
    pub(super) fn active(&self) -> Vec<&'a JobPod<'a>> {
        self.pods.iter().filter(|pod| pod.is_active()).collect()
    }

    fn terminating(&self) -> impl Iterator<Item = &'a JobPod<'a>> {
        let counts = self.spec.waits_for_the_end();
        self.pods.iter().filter(move |pod| counts && pod.is_terminating())
    }

    fn wanted(&self, active: usize) -> usize {
        let wanted = match self.spec.completions {
            None if self.succeeded > 0 => return active,
            None => self.spec.parallelism,
            Some(completions) => completions.saturating_sub(self.succeeded).min(self.spec.parallelism),
        };
        usize::try_from(wanted).unwrap_or(0)
    }

    pub(super) fn manage(&self) -> Managed<'a> {
        let active = self.active();
        if self.spec.suspend {
            let all = active.len();
            return deletes(self.for_removal(active, all));
        }
        let wanted = self.wanted(active.len());
        let count = active.len();
        let removed = self.for_removal(active, count.saturating_sub(wanted));
        if !removed.is_empty() {
            return deletes(removed);
        }
        let missing = wanted.saturating_sub(self.terminating().count() + count);
        if missing == 0 {
            return Managed::Nothing;
        }
        if !self.spec.counts_by_index() {
            let wait = self.back_off.remaining(self.now);
            if wait.0 > 0 {
                return Managed::Waits(wait);
            }
        }
        self.creations(missing.min(MOST_PER_SYNC))
    }

    fn creations(&self, count: usize) -> Managed<'a> {
        if !self.spec.indexed {
            return Managed::Creates(vec![NewPod { index: None, failures: None }; count]);
        }
        let pending = self.first_pending(count);
        if !self.spec.counts_by_index() {
            let new = |index| NewPod { index: Some(index), failures: None };
            return Managed::Creates(pending.into_iter().map(new).collect());
        }
        let wait = |index: &u32| self.kept.get(index).map_or(0, |last| remaining_of_index(last, self.now).0);
        let now: Vec<u32> = pending.iter().copied().filter(|index| wait(index) == 0).collect();
        match pending.iter().map(wait).min() {
            Some(shortest) if now.is_empty() => Managed::Waits(SimDuration(shortest)),
            _ => Managed::Creates(now.into_iter().map(|index| self.next_of_index(index)).collect()),
        }
    }

    /// The pod that follows on the last failed one of an index.
    fn next_of_index(&self, index: u32) -> NewPod {
        let failures = self.kept.get(&index).map_or((0, 0), |last| {
            let counts = match_policy(self.spec.pod_failure_policy.as_deref(), last).counts;
            let (counted, ignored) = (last.index_failures, last.index_ignored_failures);
            if counts { (counted + 1, ignored) } else { (counted, ignored + 1) }
        });
        NewPod { index: Some(index), failures: Some(failures) }
    }

    /// The lowest indexes that nothing is done about.
    fn first_pending(&self, count: usize) -> Vec<u32> {
        let mut busy = self.succeeded_indexes.clone();
        busy.extend(self.active().iter().filter_map(|pod| pod.index));
        busy.extend(self.terminating().filter_map(|pod| pod.index));
        busy.extend(self.failed_indexes.iter());
        let all = u32::try_from(self.spec.completions.unwrap_or(0)).unwrap_or(0);
        (0..all).filter(|index| !busy.has(*index)).take(count).collect()
    }

    /// The active pods that go: of an indexed Job those without an index of its own and all but one of an index, then as many
    /// more as are wanted.
    fn for_removal(&self, mut active: Vec<&'a JobPod<'a>>, at_least: usize) -> Vec<&'a JobPod<'a>> {
        active.sort_by_key(|pod| deletion_order(pod));
        let mut removed = Vec::new();
        let mut left = active;
        if self.spec.indexed {
            // Of the pods of an index the one that would be deleted last stays.
            let last: BTreeMap<u32, &str> =
                left.iter().filter_map(|pod| Some((pod.index?, pod.name))).collect();
            let stays = |pod: &&JobPod<'_>| {
                pod.is_valid(self.spec) && pod.index.is_some_and(|index| last[&index] == pod.name)
            };
            (left, removed) = left.into_iter().partition(stays);
            removed.sort_by_key(|pod| (pod.index, deletion_order(pod)));
        }
        let more = at_least.saturating_sub(removed.len());
        removed.extend(left.into_iter().take(more));
        removed
    }
}

fn deletes<'a>(pods: Vec<&'a JobPod<'a>>) -> Managed<'a> {
    if pods.is_empty() {
        return Managed::Nothing;
    }
    Managed::Deletes(pods.into_iter().take(MOST_PER_SYNC).map(|pod| pod.name).collect())
}

/// Who is deleted first (`ActivePods`): without a node, by phase, not ready, more restarts, younger; then by name.
fn deletion_order<'p>(pod: &'p JobPod<'_>) -> (bool, u8, bool, Reverse<i32>, Reverse<Timestamp>, &'p str) {
    let phase = match pod.phase {
        PodPhase::Pending => 0,
        PodPhase::Unknown => 1,
        _ => 2,
    };
    (pod.scheduled, phase, pod.ready, Reverse(pod.restarts), Reverse(pod.created), pod.name)
}
