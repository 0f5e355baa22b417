//! What a Job asks for.

use super::indexes::Indexes;

/// `spec` of a Job, but for its template and selector.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a field of its own in a Job")]
pub struct JobSpec {
    /// `parallelism`.
    pub parallelism: i32,
    /// `completions`.
    pub completions: Option<i32>,
    /// `completionMode: Indexed`.
    pub indexed: bool,
    /// `backoffLimit`.
    pub backoff_limit: i32,
    /// `backoffLimitPerIndex`, of an indexed Job.
    pub backoff_limit_per_index: Option<i32>,
    /// `maxFailedIndexes`.
    pub max_failed_indexes: Option<i32>,
    /// `activeDeadlineSeconds`.
    pub active_deadline_seconds: Option<i64>,
    /// `suspend`.
    pub suspend: bool,
    /// The rules of `podFailurePolicy`.
    pub pod_failure_policy: Option<Vec<Rule>>,
    /// `podReplacementPolicy: Failed`.
    pub replaces_failed_only: bool,
    /// The rules of `successPolicy`.
    pub success_policy: Vec<SuccessRule>,
    /// `template.spec.restartPolicy: OnFailure`.
    pub restarts_on_failure: bool,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The failure counts towards the limit, as without a rule.
    Count,
    /// The Job fails.
    FailJob,
    /// The pod's index fails.
    FailIndex,
    /// The failure does not count.
    Ignore,
}

impl Action {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::FailJob => "FailJob",
            Self::FailIndex => "FailIndex",
            Self::Ignore => "Ignore",
        }
    }
}

/// What a rule looks for.
#[derive(Clone, Debug)]
pub enum Requirement {
    /// `onExitCodes`.
    ExitCodes {
        /// Of which container; `None`: of any.
        container: Option<String>,
        /// `NotIn`, else `In`.
        negated: bool,
        /// The exit codes.
        values: Vec<i32>,
    },
    /// `onPodConditions`: types and statuses, of which one is enough.
    Conditions(Vec<(String, String)>),
}

/// A rule of `podFailurePolicy`.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it does.
    pub action: Action,
    /// What it looks for.
    pub requirement: Requirement,
}

/// A rule of `successPolicy`: it is met when so many of these indexes have succeeded.
#[derive(Clone, Debug)]
pub struct SuccessRule {
    /// `succeededIndexes`; `None`: all.
    pub indexes: Option<Indexes>,
    /// `succeededCount`; `None`: all of the indexes.
    pub count: Option<u32>,
}

impl JobSpec {
    /// Whether a terminating pod holds its place until it has ended. A failure policy has to see how it ends.
    pub fn waits_for_the_end(&self) -> bool {
        self.replaces_failed_only || self.pod_failure_policy.is_some()
    }

    /// Whether each index has failures of its own.
    pub fn counts_by_index(&self) -> bool {
        self.indexed && self.backoff_limit_per_index.is_some()
    }

    /// Whether an index is one of the Job's.
    pub fn has_index(&self, index: u32) -> bool {
        self.completions.is_some_and(|completions| i64::from(index) < i64::from(completions))
    }
}
