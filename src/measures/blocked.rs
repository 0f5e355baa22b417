//! Why a rollout did not complete, in words: of what `kubectl rollout status` would say and of the
//! scheduler's own message, what a user can act on.

use std::fmt::Write as _;
use std::sync::Arc;

use super::pod_rows::PodRows;
use super::waiting::Waiting;
use super::workload::{RevisionKey, Workload};
use crate::api::PodId;
use crate::kernel::{SimDuration, SimTime};

/// What ended a rollout that did not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// The template changed again.
    NextChange,
    /// The workload was deleted.
    Deleted,
    /// Nothing more happened, or the run was cut off.
    EndOfRun,
}

/// A rollout that did not complete, as it stands.
pub(super) struct Unfinished<'a> {
    /// The workload as last stored.
    pub(super) workload: &'a dyn Workload,
    /// The revision of its template, if there is one.
    pub(super) newest: Option<RevisionKey>,
    /// Its pods without a node.
    pub(super) waiting: &'a Waiting,
    /// All pods, with what the scheduler said of them.
    pub(super) pods: &'a PodRows,
    /// Since its beginning.
    pub(super) lasted: SimDuration,
    /// After this long it counts as blocked, even if it completes in the end.
    pub(super) limit: Option<SimDuration>,
    /// When it completed all the same, after that.
    pub(super) late: Option<SimTime>,
    /// When it began.
    pub(super) started: SimTime,
    /// What ended it.
    pub(super) cut: Cut,
}

impl Unfinished<'_> {
    /// Why it did not complete.
    pub(super) fn reason(&self) -> Arc<str> {
        if let (Some(late), Some(limit)) = (self.late, self.limit) {
            let after = late.since(self.started);
            return format!("complete only after {after}, later than blockedAfter allows ({limit})").into();
        }
        let mut text = self.what_is_missing();
        if let Some(complaint) = self.workload.complaint() {
            let _ = write!(text, "; {complaint}");
        }
        match self.cut {
            Cut::NextChange => {
                let _ = write!(text, "; the template changed again after {}", self.lasted);
            }
            Cut::Deleted => {
                let _ = write!(text, "; the {} was deleted", self.workload.kind().kind);
            }
            Cut::EndOfRun => {}
        }
        text.into()
    }

    fn what_is_missing(&self) -> String {
        if let Some(why) = self.workload.held_back() {
            return why.to_owned();
        }
        let waiting: Vec<PodId> =
            self.newest.map_or_else(Vec::new, |newest| self.waiting.of(newest).collect());
        if !waiting.is_empty() {
            return self.waiting_words(&waiting);
        }
        let (words, counts) = (self.workload.kind(), self.workload.counts());
        let missing = counts.wanted - counts.available;
        if !counts.observed {
            format!("the {} controller has not seen the change yet", words.kind)
        } else if counts.updated < counts.wanted {
            let missing = pods(counts.wanted - counts.updated);
            format!("waiting for {missing} of the newest {} to be created", words.revision)
        } else if missing > 0 {
            format!("waiting for {} to become available", pods(missing))
        } else {
            let old = pods(counts.all - counts.updated);
            format!("waiting for {old} of earlier {}s to go", words.revision)
        }
    }

    /// How many pods wait for a node, and why: the most frequent message, of equally frequent ones the
    /// first.
    fn waiting_words(&self, waiting: &[PodId]) -> String {
        let mut messages: Vec<(String, usize)> = Vec::new();
        for pod in waiting {
            let message = self.message_of(*pod);
            match messages.iter_mut().find(|(known, _)| *known == message) {
                Some((_, count)) => *count += 1,
                None => messages.push((message, 1)),
            }
        }
        let most = messages.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let wait = if waiting.len() == 1 { "waits" } else { "wait" };
        let revision = self.workload.kind().revision;
        let mut text = format!("{} of the newest {revision} {wait} for a node", pods(waiting.len() as i32));
        if let Some((message, count)) = messages.iter().find(|(_, count)| *count == most) {
            if messages.len() > 1 {
                let _ = write!(text, ", {count} of them because");
            } else {
                text.push(':');
            }
            // The sentence goes on: Kubernetes' full stop is left out.
            let _ = write!(text, " {}", message.trim_end_matches('.'));
        }
        text
    }

    fn message_of(&self, pod: PodId) -> String {
        let row = self.pods.get(pod);
        if row.is_some_and(|row| !row.pod.spec.scheduling_gates.is_empty()) {
            return "scheduling gates hold them back".to_owned();
        }
        let message = row.and_then(|row| row.message.as_deref());
        message.unwrap_or("no scheduler has tried them yet").to_owned()
    }
}

/// `1 pod`, `3 pods`.
fn pods(count: i32) -> String {
    format!("{count} {}", if count == 1 { "pod" } else { "pods" })
}
