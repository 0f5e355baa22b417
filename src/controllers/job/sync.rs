//! One sync of a Job (`syncJob`): whether it has failed or completed, which pods it makes or deletes, and what its status counts.

use std::collections::{BTreeMap, BTreeSet};

use super::back_off::Record;
use super::failure_policy::match_policy;
use super::indexes::Indexes;
use super::manage::{Known, Managed, NewPod};
use super::pod::JobPod;
use super::spec::{Action, JobSpec};
use crate::api::{PodPhase, Timestamp};
use crate::kernel::SimDuration;

/// At least so long it takes until a Job that waits is looked at again (`syncJobBatchPeriod`).
const BATCH_PERIOD: SimDuration = SimDuration(1_000_000_000);

/// A Job as read.
#[derive(Clone, Debug)]
pub struct JobView<'a> {
    /// `spec`.
    pub spec: &'a JobSpec,
    /// `status.startTime`.
    pub started: Option<Timestamp>,
    /// `status.succeeded`.
    pub succeeded: i32,
    /// `status.failed`.
    pub failed: i32,
    /// `status.completedIndexes`.
    pub completed_indexes: &'a str,
    /// `status.failedIndexes`.
    pub failed_indexes: &'a str,
    /// The failures since the last success, as the controller remembers them.
    pub back_off: Record,
    /// Its pods, in the order of the cache.
    pub pods: &'a [JobPod<'a>],
}

/// Why a Job is over. From v1.31 on, the controller says so in an interim condition first and in the last one when all pods have ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// `Complete`.
    Complete,
    /// `SuccessCriteriaMet`.
    SuccessPolicy,
    /// `Failed`, with its reason.
    Failed(&'static str),
}

/// What a sync does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobActions {
    /// Pods that are made.
    pub creates: Vec<NewPod>,
    /// Pods that are deleted, by name.
    pub deletes: Vec<String>,
    /// The Job is over.
    pub verdict: Option<Verdict>,
    /// `status.succeeded` afterwards.
    pub succeeded: i32,
    /// `status.failed` afterwards.
    pub failed: i32,
    /// `status.completedIndexes` afterwards.
    pub completed_indexes: Indexes,
    /// `status.failedIndexes` afterwards, of a Job that counts by index.
    pub failed_indexes: Indexes,
    /// When it is looked at again, from now.
    pub requeue_after: Vec<SimDuration>,
    /// The failures since the last success.
    pub back_off: Record,
}

/// Decides one sync.
pub fn sync(view: &JobView<'_>, now: Timestamp) -> JobActions {
    let spec = view.spec;
    let new = |pod: &&JobPod<'_>| pod.uncounted && pod.is_valid(spec);
    let newly_failed = || view.pods.iter().filter(new).filter(|pod| pod.has_failed(spec));
    let newly_succeeded = || view.pods.iter().filter(new).filter(|pod| pod.phase == PodPhase::Succeeded);
    let counts = |pod: &&JobPod<'_>| match_policy(spec.pod_failure_policy.as_deref(), pod).counts;
    let failed_so_far = view.failed.saturating_add(newly_failed().filter(counts).count() as i32);
    let back_off = view.back_off.with(newly_succeeded(), newly_failed());
    let (completed, failed_indexes) = indexes(view);
    let succeeded = if spec.indexed {
        completed.count() as i32
    } else {
        view.succeeded.saturating_add(newly_succeeded().count() as i32)
    };
    let mut actions = JobActions { succeeded, back_off, ..JobActions::default() };
    actions.verdict = failure(view, failed_so_far, now)
        .or_else(|| failure_by_index(spec, &completed, &failed_indexes))
        .or_else(|| success_by_policy(spec, &completed));
    if actions.verdict.is_none() {
        actions.requeue_after.extend(deadline_in(view, now));
    }
    let kept = kept(view, &completed, &failed_indexes);
    let known = Known {
        spec,
        pods: view.pods,
        succeeded,
        succeeded_indexes: &completed,
        failed_indexes: &failed_indexes,
        kept: &kept,
        back_off,
        now,
    };
    act(&known, &mut actions);
    actions.failed = view.failed.saturating_add(counted_failures(view, &actions, &kept));
    actions.completed_indexes = completed;
    actions.failed_indexes = failed_indexes;
    actions
}

/// Pods are made or deleted, and the Job may turn out to be complete.
fn act(known: &Known<'_>, actions: &mut JobActions) {
    let active = known.active();
    if actions.verdict.is_some() {
        actions.deletes = active.iter().map(|pod| pod.name.to_owned()).collect();
        return;
    }
    let left = match known.manage() {
        Managed::Nothing => active.len(),
        Managed::Deletes(pods) => {
            actions.deletes = pods.into_iter().map(str::to_owned).collect();
            active.len() - actions.deletes.len()
        }
        Managed::Creates(pods) => {
            actions.creates = pods;
            active.len() + actions.creates.len()
        }
        Managed::Waits(wait) => {
            actions.requeue_after.push(wait.max(BATCH_PERIOD));
            0
        }
    };
    let complete = match known.spec.completions {
        None => known.succeeded > 0 && left == 0,
        Some(completions) => known.succeeded >= completions && left == 0,
    };
    if complete {
        actions.verdict = Some(Verdict::Complete);
    }
}

/// The indexes that have succeeded, and those that have failed.
fn indexes(view: &JobView<'_>) -> (Indexes, Indexes) {
    let spec = view.spec;
    let all = u32::try_from(spec.completions.unwrap_or(0)).unwrap_or(0);
    if !spec.indexed {
        return Default::default();
    }
    let new = || view.pods.iter().filter(|pod| pod.uncounted && pod.is_valid(spec));
    let mut completed = Indexes::parse(view.completed_indexes, all);
    completed.extend(new().filter(|pod| pod.phase == PodPhase::Succeeded).filter_map(|pod| pod.index));
    let mut failed = Indexes::default();
    if let Some(limit) = spec.backoff_limit_per_index {
        failed = Indexes::parse(view.failed_indexes, all);
        failed.extend(new().filter(|pod| fails_its_index(pod, spec, limit)).filter_map(|pod| pod.index));
    }
    (completed, failed)
}

fn fails_its_index(pod: &JobPod<'_>, spec: &JobSpec, limit: i32) -> bool {
    if !pod.has_failed(spec) {
        return false;
    }
    let found = match_policy(spec.pod_failure_policy.as_deref(), pod);
    found.action == Some(Action::FailIndex) || found.counts && pod.index_failures >= limit
}

/// Why the whole Job has failed, if it has.
fn failure(view: &JobView<'_>, failed: i32, now: Timestamp) -> Option<Verdict> {
    let spec = view.spec;
    if let Some(rules) = spec.pod_failure_policy.as_deref() {
        let mut failed = view.pods.iter().filter(|pod| pod.has_failed(spec));
        if failed.any(|pod| match_policy(Some(rules), pod).message.is_some()) {
            return Some(Verdict::Failed("PodFailurePolicy"));
        }
    }
    if failed > spec.backoff_limit || restarts_too_often(view) {
        return Some(Verdict::Failed("BackoffLimitExceeded"));
    }
    let over = |left: i64| left <= 0;
    deadline_left(view, now).is_some_and(over).then_some(Verdict::Failed("DeadlineExceeded"))
}

/// Restarts in place count against the limit where the pods restart their containers.
fn restarts_too_often(view: &JobView<'_>) -> bool {
    let runs = |pod: &&JobPod<'_>| matches!(pod.phase, PodPhase::Running | PodPhase::Pending);
    let restarts: i64 = view.pods.iter().filter(runs).map(|pod| i64::from(pod.restarts)).sum();
    view.spec.restarts_on_failure && restarts >= i64::from(view.spec.backoff_limit.max(1))
}

/// What is left until the deadline, in nanoseconds; a suspended Job has none.
fn deadline_left(view: &JobView<'_>, now: Timestamp) -> Option<i64> {
    let deadline = view.spec.active_deadline_seconds.filter(|_| !view.spec.suspend)?;
    Some(deadline.saturating_mul(Timestamp::NANOS).saturating_sub(now.nanos_since(view.started?)))
}

fn deadline_in(view: &JobView<'_>, now: Timestamp) -> Option<SimDuration> {
    deadline_left(view, now).map(|left| SimDuration(left.max(0).unsigned_abs()))
}

fn failure_by_index(spec: &JobSpec, completed: &Indexes, failed: &Indexes) -> Option<Verdict> {
    if !spec.counts_by_index() {
        return None;
    }
    let most = spec.max_failed_indexes.map(|most| usize::try_from(most).unwrap_or(0));
    if most.is_some_and(|most| failed.count() > most) {
        return Some(Verdict::Failed("MaxFailedIndexesExceeded"));
    }
    let all = usize::try_from(spec.completions.unwrap_or(0)).unwrap_or(0);
    let over = failed.count() > 0 && failed.count() + completed.count() >= all;
    over.then_some(Verdict::Failed("FailedIndexes"))
}

/// The first rule of `successPolicy` that is met.
fn success_by_policy(spec: &JobSpec, completed: &Indexes) -> Option<Verdict> {
    let met = spec.success_policy.iter().any(|rule| {
        let (succeeded, all) = match &rule.indexes {
            None => (completed.count(), usize::try_from(spec.completions.unwrap_or(0)).unwrap_or(0)),
            Some(indexes) => (indexes.iter().filter(|index| completed.has(*index)).count(), indexes.count()),
        };
        succeeded >= rule.count.map_or(all, |count| count as usize)
    });
    met.then_some(Verdict::SuccessPolicy)
}

/// Failed pods that stay until their index has another: the last of each index that is neither active nor over.
fn kept<'a>(view: &JobView<'a>, completed: &Indexes, failed: &Indexes) -> BTreeMap<u32, &'a JobPod<'a>> {
    let spec = view.spec;
    let mut kept: BTreeMap<u32, &JobPod<'_>> = BTreeMap::new();
    if !spec.counts_by_index() {
        return kept;
    }
    let active: BTreeSet<u32> =
        view.pods.iter().filter(|pod| pod.is_active()).filter_map(|pod| pod.index).collect();
    for pod in view.pods.iter().filter(|pod| pod.uncounted && pod.is_valid(spec) && pod.has_failed(spec)) {
        let Some(index) = pod.index else { continue };
        if active.contains(&index) || completed.has(index) || failed.has(index) {
            continue;
        }
        let order = |pod: &JobPod<'_>| (pod.absolute_failures(), pod.finished());
        let last = kept.entry(index).or_insert(pod);
        if order(pod) >= order(last) {
            *last = pod;
        }
    }
    kept
}

/// The pods that the status counts as failed from now on. When a Job is over, every pod that has not succeeded does; pods that are kept
/// count later.
fn counted_failures(view: &JobView<'_>, actions: &JobActions, kept: &BTreeMap<u32, &JobPod<'_>>) -> i32 {
    let spec = view.spec;
    let is_over = matches!(actions.verdict, Some(Verdict::Complete | Verdict::Failed(_)));
    let counted = view.pods.iter().filter(|pod| {
        let waits = kept.values().any(|last| std::ptr::eq(*last, *pod)) && actions.verdict.is_none();
        pod.uncounted
            && pod.is_valid(spec)
            && pod.phase != PodPhase::Succeeded
            && (pod.has_failed(spec) && !waits || is_over)
            && match_policy(spec.pod_failure_policy.as_deref(), pod).counts
    });
    counted.count() as i32
}

#[cfg(test)]
mod tests {
    use super::super::spec::SuccessRule;
    use super::*;

    fn indexed(success_policy: Vec<SuccessRule>) -> JobSpec {
        JobSpec {
            parallelism: 4,
            completions: Some(4),
            indexed: true,
            backoff_limit: 6,
            backoff_limit_per_index: None,
            max_failed_indexes: None,
            active_deadline_seconds: None,
            suspend: false,
            pod_failure_policy: None,
            replaces_failed_only: false,
            success_policy,
            restarts_on_failure: false,
        }
    }

    fn verdict(spec: &JobSpec, completed: &str) -> Option<Verdict> {
        let view = JobView {
            spec,
            started: None,
            succeeded: 0,
            failed: 0,
            completed_indexes: completed,
            failed_indexes: "",
            back_off: Record::default(),
            pods: &[],
        };
        sync(&view, Timestamp(0)).verdict
    }

    #[test]
    fn a_rule_of_the_success_policy_is_met_by_all_of_its_indexes_or_by_so_many() {
        let indexes = |text| Some(Indexes::parse(text, 4));
        let leader = indexed(vec![SuccessRule { indexes: indexes("0"), count: None }]);
        assert_eq!(verdict(&leader, "1-3"), None);
        assert_eq!(verdict(&leader, "0"), Some(Verdict::SuccessPolicy));
        // Two of the indexes 1, 2 and 3; index 0 does not count.
        let two = indexed(vec![SuccessRule { indexes: indexes("1-3"), count: Some(2) }]);
        assert_eq!(verdict(&two, "0,3"), None);
        assert_eq!(verdict(&two, "1,3"), Some(Verdict::SuccessPolicy));
        // Any one, without a list.
        let any = indexed(vec![SuccessRule { indexes: None, count: Some(1) }]);
        assert_eq!(verdict(&any, "2"), Some(Verdict::SuccessPolicy));
        // Without a rule the Job goes on until all have succeeded.
        assert_eq!(verdict(&indexed(Vec::new()), "0-2"), None);
        assert_eq!(verdict(&indexed(Vec::new()), "0-3"), Some(Verdict::Complete));
    }
}
