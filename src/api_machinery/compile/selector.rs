//! Label selectors, label sets, node selectors, tolerations.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;

use super::CompileContext;
use crate::api::{
    Interner, LabelSelector, Labels, NodeRequirement, NodeSelectorOperator, NodeSelectorTerm,
    PreferredNodeTerm, Requirement, SelectorOperator, Symbol, Taint, TaintEffect, Toleration,
    TolerationOperator,
};

/// A map of labels.
pub fn labels(map: Option<&BTreeMap<String, String>>, names: &mut Interner) -> Labels {
    Labels::new(map.into_iter().flatten().map(|(key, value)| (names.intern(key), names.intern(value))))
}

/// A selector that is a plain map (of a Service, a ReplicationController).
pub fn map_selector(map: &BTreeMap<String, String>, names: &mut Interner) -> LabelSelector {
    let requirements =
        map.iter().map(|(key, value)| Requirement::equals(names.intern(key), names.intern(value))).collect();
    LabelSelector { requirements }
}

/// A `LabelSelector`.
pub fn label_selector(selector: &meta::LabelSelector, names: &mut Interner) -> LabelSelector {
    let mut compiled = map_selector(selector.match_labels.as_ref().unwrap_or(&BTreeMap::new()), names);
    for expression in selector.match_expressions.iter().flatten() {
        let operator = match expression.operator.as_str() {
            "In" => SelectorOperator::In,
            "NotIn" => SelectorOperator::NotIn,
            "Exists" => SelectorOperator::Exists,
            _ => SelectorOperator::DoesNotExist,
        };
        let values = symbols(expression.values.as_deref(), names);
        compiled.requirements.push(Requirement { key: names.intern(&expression.key), operator, values });
    }
    compiled
}

/// Strings to symbols, in order.
pub fn symbols(texts: Option<&[String]>, names: &mut Interner) -> Vec<Symbol> {
    texts.unwrap_or_default().iter().map(|text| names.intern(text)).collect()
}

/// One term of a node selector.
pub fn node_selector_term(term: &core::NodeSelectorTerm, names: &mut Interner) -> NodeSelectorTerm {
    let mut requirements = |list: &Option<Vec<core::NodeSelectorRequirement>>| {
        list.iter().flatten().map(|requirement| node_requirement(requirement, names)).collect()
    };
    NodeSelectorTerm {
        expressions: requirements(&term.match_expressions),
        fields: requirements(&term.match_fields),
    }
}

fn node_requirement(requirement: &core::NodeSelectorRequirement, names: &mut Interner) -> NodeRequirement {
    let operator = match requirement.operator.as_str() {
        "In" => NodeSelectorOperator::In,
        "NotIn" => NodeSelectorOperator::NotIn,
        "Exists" => NodeSelectorOperator::Exists,
        "Gt" => NodeSelectorOperator::Gt,
        "Lt" => NodeSelectorOperator::Lt,
        _ => NodeSelectorOperator::DoesNotExist,
    };
    let texts = requirement.values.as_deref().unwrap_or_default();
    // A number with a sign cannot be a label's value, so Kubernetes cannot read the requirement.
    let bound = |text: &String| text.parse().ok().filter(|_| !text.starts_with(['+', '-']));
    NodeRequirement {
        key: names.intern(&requirement.key),
        operator,
        values: symbols(Some(texts), names),
        bound: if let [text] = texts { bound(text) } else { None },
    }
}

/// Preferred terms of node affinity.
pub fn preferred_node_terms(
    terms: Option<&[core::PreferredSchedulingTerm]>,
    names: &mut Interner,
) -> Vec<PreferredNodeTerm> {
    let compile = |term: &core::PreferredSchedulingTerm| PreferredNodeTerm {
        weight: term.weight,
        term: node_selector_term(&term.preference, names),
    };
    terms.unwrap_or_default().iter().map(compile).collect()
}

/// A taint's effect, if it is one.
pub fn taint_effect(text: &str) -> Option<TaintEffect> {
    match text {
        "NoSchedule" => Some(TaintEffect::NoSchedule),
        "PreferNoSchedule" => Some(TaintEffect::PreferNoSchedule),
        "NoExecute" => Some(TaintEffect::NoExecute),
        _ => None,
    }
}

/// Taints with an effect that is known.
pub fn taints(taints: Option<&[core::Taint]>, names: &mut Interner) -> Vec<Taint> {
    let mut compile = |taint: &core::Taint| {
        Some(Taint {
            key: names.intern(&taint.key),
            value: names.intern(taint.value.as_deref().unwrap_or("")),
            number: decimal(taint.value.as_deref()),
            effect: taint_effect(&taint.effect)?,
        })
    };
    taints.unwrap_or_default().iter().filter_map(&mut compile).collect()
}

/// A decimal number without plus sign and leading zeros (`content.IsDecimalInteger`).
fn decimal(text: Option<&str>) -> Option<i64> {
    let text = text?;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == text && digits == "0" || !digits.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

/// Tolerations.
pub fn tolerations(
    tolerations: Option<&[core::Toleration]>,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> Vec<Toleration> {
    let compares = context.api_server.toleration_comparison_operators;
    let compile = |toleration: &core::Toleration| Toleration {
        key: toleration.key.as_deref().filter(|key| !key.is_empty()).map(|key| names.intern(key)),
        operator: match toleration.operator.as_deref() {
            Some("Exists") => TolerationOperator::Exists,
            Some("Gt") => TolerationOperator::Gt,
            Some("Lt") => TolerationOperator::Lt,
            _ => TolerationOperator::Equal,
        },
        value: names.intern(toleration.value.as_deref().unwrap_or("")),
        number: decimal(toleration.value.as_deref()).filter(|_| compares),
        effect: toleration.effect.as_deref().and_then(taint_effect),
        toleration_seconds: toleration.toleration_seconds,
    };
    tolerations.unwrap_or_default().iter().map(compile).collect()
}
