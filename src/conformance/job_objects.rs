//! What the kinds of Jobs share: rules of a failure policy, and pods.

use serde::Deserialize;

use crate::api::{PodPhase, Timestamp};
use crate::controllers::job::JobPod;
use crate::controllers::job::spec::{Action, Requirement, Rule};

#[derive(Deserialize)]
pub(super) struct Policy {
    rules: Vec<RuleInput>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleInput {
    action: String,
    on_exit_codes: Option<ExitCodes>,
    on_pod_conditions: Option<Vec<Pattern>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ExitCodes {
    container_name: Option<String>,
    operator: String,
    values: Vec<i32>,
}

#[derive(Deserialize)]
struct Pattern {
    r#type: String,
    status: String,
}

/// The rules as the model has them.
pub(super) fn rules(policy: Policy) -> Result<Vec<Rule>, String> {
    policy.rules.into_iter().map(rule).collect()
}

fn rule(rule: RuleInput) -> Result<Rule, String> {
    let action = match rule.action.as_str() {
        "Count" => Action::Count,
        "FailJob" => Action::FailJob,
        "FailIndex" => Action::FailIndex,
        "Ignore" => Action::Ignore,
        other => return Err(format!("the action {other:?} is not known")),
    };
    let requirement = match (rule.on_exit_codes, rule.on_pod_conditions) {
        (Some(codes), _) => Requirement::ExitCodes {
            container: codes.container_name,
            negated: codes.operator == "NotIn",
            values: codes.values,
        },
        (None, patterns) => {
            let patterns = patterns.into_iter().flatten();
            Requirement::Conditions(patterns.map(|pattern| (pattern.r#type, pattern.status)).collect())
        }
    };
    Ok(Rule { action, requirement })
}

/// A pod of which nothing is known but its name.
pub(super) fn bare_pod(name: &str) -> JobPod<'_> {
    JobPod {
        name,
        phase: PodPhase::Failed,
        scheduled: false,
        ready: false,
        ready_false_since: None,
        deleted: None,
        grace_seconds: 0,
        created: Timestamp(0),
        containers: Vec::new(),
        init_containers: Vec::new(),
        conditions: Vec::new(),
        restarts: 0,
        index: None,
        index_failures: 0,
        index_ignored_failures: 0,
        uncounted: true,
    }
}
