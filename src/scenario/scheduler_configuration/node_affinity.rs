//! `NodeAffinityArgs`: what is wrong with an added affinity (`ValidateNodeAffinityArgs`, and the parsing of
//! node selectors in component-helpers' `nodeaffinity` and apimachinery's `labels`, v1.34).

use k8s_openapi::api::core::v1 as core;
use serde_json::Value;

use super::args::NodeAffinityArgs as Written;
use super::faults::{At, Faults};
use super::label_names::{label_value, qualified_name};
use crate::api::Interner;
use crate::api_machinery::compile::selector::{node_selector_term, preferred_node_terms};
use crate::scheduler::plugins::node_affinity::NodeAffinityArgs;

/// Tells of every requirement that cannot be evaluated. Empty terms, and preferred ones of weight 0, are
/// passed over, as they never count.
pub(super) fn validate(args: &Written, at: &At, faults: &mut Faults<'_>) {
    let Some(affinity) = &args.added_affinity else { return };
    let at = at.child("addedAffinity");
    if let Some(selector) = &affinity.required_during_scheduling_ignored_during_execution {
        let terms = at.child("requiredDuringSchedulingIgnoredDuringExecution").child("nodeSelectorTerms");
        for (index, term) in selector.node_selector_terms.iter().enumerate() {
            validate_term(term, &terms.index(index), faults);
        }
    }
    let preferred = affinity.preferred_during_scheduling_ignored_during_execution.iter().flatten();
    let terms = at.child("preferredDuringSchedulingIgnoredDuringExecution");
    for (index, line) in preferred.enumerate().filter(|(_, line)| line.weight != 0) {
        validate_term(&line.preference, &terms.index(index).unsaid("preference"), faults);
    }
}

fn validate_term(term: &core::NodeSelectorTerm, at: &At, faults: &mut Faults<'_>) {
    for (index, requirement) in term.match_expressions.iter().flatten().enumerate() {
        validate_expression(requirement, &at.child("matchExpressions").index(index), faults);
    }
    for (index, requirement) in term.match_fields.iter().flatten().enumerate() {
        let at = at.child("matchFields").index(index);
        let values = requirement.values.as_deref().unwrap_or_default();
        match requirement.operator.as_str() {
            "In" | "NotIn" if values.len() != 1 => {
                faults.invalid(&at.child("values"), shown(requirement), "must have one element");
            }
            "In" | "NotIn" => {}
            other => faults.not_supported(&at.child("operator"), other, &["In", "NotIn"]),
        }
    }
}

fn validate_expression(requirement: &core::NodeSelectorRequirement, at: &At, faults: &mut Faults<'_>) {
    const OPERATORS: [&str; 6] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
    let operator = requirement.operator.as_str();
    if !OPERATORS.contains(&operator) {
        faults.not_supported(&at.child("operator"), operator, &OPERATORS);
        return;
    }
    let wrong_key = qualified_name(&requirement.key);
    if !wrong_key.is_empty() {
        faults.invalid(&at.child("key"), requirement.key.as_str(), &wrong_key.join("; "));
    }
    let values_at = at.child("values");
    let values = requirement.values.as_deref().unwrap_or_default();
    let wrong_number = match operator {
        "In" | "NotIn" if values.is_empty() => "for 'in', 'notin' operators, values set can't be empty",
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            "values set must be empty for exists and does not exist"
        }
        "Gt" | "Lt" if values.len() != 1 => "for 'Gt', 'Lt' operators, exactly one value is required",
        _ => "",
    };
    if !wrong_number.is_empty() {
        faults.invalid(&values_at, shown(requirement), wrong_number);
    }
    if matches!(operator, "Gt" | "Lt") {
        for (index, value) in values.iter().enumerate().filter(|(_, value)| value.parse::<i64>().is_err()) {
            let detail = "for 'Gt', 'Lt' operators, the value must be an integer";
            faults.invalid(&values_at.index(index), value.as_str(), detail);
        }
    }
    for (index, value) in values.iter().enumerate() {
        let wrong = label_value(value);
        if !wrong.is_empty() {
            let at = values_at.index(index).said_key(&requirement.key);
            faults.invalid(&at, value.as_str(), &wrong.join("; "));
        }
    }
}

/// The values as JSON; absent ones are null.
fn shown(requirement: &core::NodeSelectorRequirement) -> Value {
    requirement.values.clone().map_or(Value::Null, Value::from)
}

/// The arguments, compiled.
pub(super) fn compile(args: &Written, names: &mut Interner) -> NodeAffinityArgs {
    let Some(affinity) = &args.added_affinity else { return NodeAffinityArgs::default() };
    let required = affinity.required_during_scheduling_ignored_during_execution.as_ref().map(|selector| {
        selector.node_selector_terms.iter().map(|term| node_selector_term(term, names)).collect()
    });
    let preferred = affinity.preferred_during_scheduling_ignored_during_execution.as_deref();
    NodeAffinityArgs { required, preferred: preferred_node_terms(preferred, names) }
}
