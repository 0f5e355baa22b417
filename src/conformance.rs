//! Decisions of real Kubernetes code, recorded as vectors, against the models.
//!
//! A vector is one JSON object: its `kind` says which model it asks, its other fields are the inputs,
//! and the fields whose names start with `expect` hold what Kubernetes decided. [`verify`] lets the
//! model decide the same and compares every leaf: one that differs, one that the answer lacks, one
//! that only the answer has, all fail. What a vector is called, and how it is tagged and described,
//! is not looked at.
//!
//! A new kind is its file, with a `check` that gives the model's answer, and a line in [`KINDS`].

pub mod closed_loop;
pub mod comparison;
pub mod cpu_config;
pub mod cpu_manager;
mod cpu_objects;
pub mod cpu_take;
pub mod cronjob;
pub mod daemonset_nodes;
pub mod daemonset_rolling_update;
pub mod deployment_progress;
pub mod fenceposts;
pub mod job_active;
pub mod job_backoff;
pub mod job_failure_policy;
mod job_objects;
pub mod new_replicas;
pub mod pace;
pub mod pdb;
pub mod placement;
pub mod pod_available;
pub mod pod_deletion_order;
pub mod preemption;
pub mod proportional_scale;
pub mod real_cluster;
mod recorded_pod;
mod recorded_times;
pub mod replicaset_manage;
pub mod replicaset_status;
mod rollout_objects;
pub mod rollout_sequence;
pub mod scheduler_cycle;
mod scheduler_objects;
pub mod scheduler_sequence;
pub mod service_ip;
pub mod slow_start;
pub mod statefulset_sequence;
pub mod topology_merge;

use std::fmt;

use serde_json::Value;

pub use comparison::Difference;

/// Gives the model's answer to a vector, in the shape of the vector's own expectations, and perhaps a
/// `note` for people. The error says why there is none: the inputs cannot be read, or the model fails.
pub type Check = fn(&Value) -> Result<Value, String>;

/// Every kind of vector there is, with its check.
pub const KINDS: &[(&str, Check)] = &[
    ("closed-loop", closed_loop::check),
    ("cpu-config", cpu_config::check),
    ("cpu-manager", cpu_manager::check),
    ("cpu-take", cpu_take::check),
    ("cronjob", cronjob::check),
    ("daemonset-nodes", daemonset_nodes::check),
    ("daemonset-rolling-update", daemonset_rolling_update::check),
    ("deployment-fenceposts", fenceposts::check),
    ("deployment-new-replicas", new_replicas::check),
    ("deployment-progress", deployment_progress::check),
    ("job-active", job_active::check),
    ("job-backoff", job_backoff::check),
    ("job-failure-policy", job_failure_policy::check),
    ("node-port", service_ip::node_port::check),
    ("node-port-service", service_ip::node_port_service::check),
    ("pace-many", pace::check),
    ("pace-ops", pace::check),
    ("pace-other", pace::check),
    ("pace-single", pace::check),
    ("pdb", pdb::check),
    ("pod-available", pod_available::check),
    ("pod-deletion-order", pod_deletion_order::check),
    ("proportional-scale", proportional_scale::check),
    ("real-cluster", real_cluster::check),
    ("real-cluster-placement", real_cluster::placement::check),
    ("replicaset-manage", replicaset_manage::check),
    ("replicaset-status", replicaset_status::check),
    ("rollout-sequence", rollout_sequence::check),
    ("scheduler-cycle", scheduler_cycle::check),
    ("scheduler-preemption", preemption::check),
    ("scheduler-sequence", scheduler_sequence::check),
    ("service-ip", service_ip::allocation::check),
    ("service-ip-dual-stack", service_ip::dual_stack::check),
    ("service-ip-probability", service_ip::probability::check),
    ("service-ip-range", service_ip::range::check),
    ("slow-start", slow_start::check),
    ("statefulset-sequence", statefulset_sequence::check),
    ("topology-merge", topology_merge::check),
];

/// Kinds of which what came out stands in a field of another name.
const OUTCOMES: &[(&str, &str)] = &[("real-cluster", "runs"), ("real-cluster-placement", "placement")];

/// How a vector fared.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The model decides as Kubernetes did, leaf by leaf.
    Passed,
    /// It does not; the first leaf that differs.
    Differs(Difference),
    /// The model gave no answer, and why.
    NoAnswer(String),
    /// No model answers vectors of this kind.
    UnknownKind(String),
}

impl Verdict {
    /// Whether every leaf is as expected.
    pub fn passed(&self) -> bool {
        *self == Self::Passed
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Differs(difference) => difference.fmt(f),
            Self::NoAnswer(reason) => write!(f, "no answer: {reason}"),
            Self::UnknownKind(kind) => write!(f, "the kind {kind:?} is not known"),
        }
    }
}

/// Lets the model decide what a vector asks, and compares every expectation of the vector with that.
pub fn verify(vector: &Value) -> Verdict {
    verify_with_note(vector).0
}

/// As [`verify`], with what the check itself has to say: how tests of distributions came out.
pub fn verify_with_note(vector: &Value) -> (Verdict, Option<String>) {
    let Some(kind) = vector.get("kind").and_then(Value::as_str) else {
        let reason = "the vector has no field \"kind\" that says what it asks";
        return (Verdict::NoAnswer(reason.to_owned()), None);
    };
    let Some((_, check)) = KINDS.iter().find(|line| line.0 == kind) else {
        return (Verdict::UnknownKind(kind.to_owned()), None);
    };
    match check(vector) {
        Err(reason) => (Verdict::NoAnswer(reason), None),
        Ok(answer) => {
            let outcome = OUTCOMES.iter().find(|line| line.0 == kind).map(|line| line.1);
            let note = answer.get("note").and_then(Value::as_str).map(str::to_owned);
            let difference = comparison::first_difference_in(vector, &answer, outcome);
            (difference.map_or(Verdict::Passed, Verdict::Differs), note)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn slow_start(expect: &Value) -> Value {
        json!({
            "kind": "slow-start", "count": 3, "initialBatchSize": 1, "failAfterSuccesses": -1,
            "expect": expect,
        })
    }

    #[test]
    fn every_leaf_must_be_met() {
        // 1 and then 2 creations, none of which fails.
        assert!(verify(&slow_start(&json!({ "calls": 3, "successes": 3, "error": false }))).passed());
        for (expect, told) in [
            (json!({ "calls": 4, "successes": 3, "error": false }), "expect.calls: expected 4, found 3"),
            (json!({ "calls": 3, "error": false }), "expect.successes: expected nothing, found 3"),
            (
                json!({ "calls": 3, "successes": 3, "error": false, "batches": 2 }),
                "expect.batches: expected 2, found nothing",
            ),
            (json!({}), "expect.calls: expected nothing, found 3"),
            (json!(null), "expect: expected null, found {\"calls\":3,\"successes\":3,\"error\":false}"),
        ] {
            assert_eq!(verify(&slow_start(&expect)).to_string(), told);
        }
        let mut vector = slow_start(&json!({ "calls": 3, "successes": 3, "error": false }));
        vector["expectMore"] = json!([]);
        assert_eq!(verify(&vector).to_string(), "expectMore: expected [], found nothing");
        vector["count"] = json!("3");
        assert!(matches!(verify(&vector), Verdict::NoAnswer(_)));
    }

    #[test]
    fn a_vector_that_no_model_answers_does_not_pass() {
        assert_eq!(verify(&json!({ "kind": "tea-leaves" })), Verdict::UnknownKind("tea-leaves".to_owned()));
        for nothing in [json!({}), json!({ "kind": 5 }), json!([]), json!(null)] {
            assert!(matches!(verify(&nothing), Verdict::NoAnswer(_)), "{nothing}");
        }
    }

    #[test]
    fn kinds_stand_once_and_in_order() {
        assert!(KINDS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
