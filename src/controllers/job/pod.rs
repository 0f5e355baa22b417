//! What the controller sees of a pod.

use super::spec::JobSpec;
use crate::api::{PodPhase, Timestamp};

/// A container's status.
#[derive(Clone, Debug)]
pub struct ContainerEnd<'a> {
    /// Its name.
    pub name: &'a str,
    /// `state.terminated.exitCode`; `None` while it has not ended.
    pub exit_code: Option<i32>,
    /// `state.terminated.finishedAt`.
    pub finished_at: Option<Timestamp>,
}

/// A pod of a Job.
#[derive(Clone, Debug)]
pub struct JobPod<'a> {
    /// `NAMESPACE/NAME`.
    pub name: &'a str,
    /// `status.phase`.
    pub phase: PodPhase,
    /// It has a node.
    pub scheduled: bool,
    /// Its condition `Ready` is true.
    pub ready: bool,
    /// When `Ready` became false, if it is.
    pub ready_false_since: Option<Timestamp>,
    /// `metadata.deletionTimestamp`.
    pub deleted: Option<Timestamp>,
    /// `metadata.deletionGracePeriodSeconds`.
    pub grace_seconds: i64,
    /// `metadata.creationTimestamp`.
    pub created: Timestamp,
    /// The containers.
    pub containers: Vec<ContainerEnd<'a>>,
    /// The init containers.
    pub init_containers: Vec<ContainerEnd<'a>>,
    /// Conditions, by type and status.
    pub conditions: Vec<(&'a str, &'a str)>,
    /// Restarts of all containers.
    pub restarts: i32,
    /// The annotation `batch.kubernetes.io/job-completion-index`, if it can be read.
    pub index: Option<u32>,
    /// The annotation `batch.kubernetes.io/job-index-failure-count`.
    pub index_failures: i32,
    /// The annotation `batch.kubernetes.io/job-index-ignored-failure-count`.
    pub index_ignored_failures: i32,
    /// It has the finalizer `batch.kubernetes.io/job-tracking`: the status does not count it yet.
    pub uncounted: bool,
}

impl JobPod<'_> {
    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.phase, PodPhase::Succeeded | PodPhase::Failed)
    }

    /// Whether it runs or will run.
    pub fn is_active(&self) -> bool {
        !self.has_ended() && self.deleted.is_none()
    }

    /// Whether it is on its way out.
    pub fn is_terminating(&self) -> bool {
        !self.has_ended() && self.deleted.is_some()
    }

    /// Whether it counts as failed: a deleted pod does at once, unless the Job waits for its end.
    pub fn has_failed(&self, spec: &JobSpec) -> bool {
        match self.phase {
            PodPhase::Failed => true,
            PodPhase::Succeeded => false,
            _ => self.deleted.is_some() && !spec.waits_for_the_end(),
        }
    }

    /// Whether its index is one of the Job's; pods of a Job without indexes need none.
    pub fn is_valid(&self, spec: &JobSpec) -> bool {
        !spec.indexed || self.index.is_some_and(|index| spec.has_index(index))
    }

    /// All its failures of its index, counted or not.
    pub fn absolute_failures(&self) -> i32 {
        self.index_failures.saturating_add(self.index_ignored_failures)
    }

    /// When it ended: when its last container did, if all have; else when it was no longer ready; else when its deletion was asked for;
    /// else when it was created.
    pub fn finished(&self) -> Timestamp {
        let ends: Option<Vec<Timestamp>> = self.containers.iter().map(|one| one.finished_at).collect();
        let last = ends.and_then(|ends| ends.into_iter().max());
        let asked = || {
            let grace = self.grace_seconds.saturating_mul(Timestamp::NANOS);
            self.deleted.map(|at| Timestamp(at.0.saturating_sub(grace)))
        };
        last.or(self.ready_false_since).or_else(asked).unwrap_or(self.created)
    }
}
