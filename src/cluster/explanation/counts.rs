//! The pods of each domain of the pod's topology spread constraints.

use super::stage::Stage;
use crate::api::{
    InclusionPolicy, Interner, LabelSelector, Requirement, SelectorOperator, Symbol, WhenUnsatisfiable,
};
use crate::kernel::LookupMap;
use crate::scheduler::plugins::pod_topology_spread::report::{ConstraintReport, DomainReport, constraints};

/// A topology spread constraint with its domains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintCounts {
    /// The node label whose values are the domains.
    pub topology_key: String,
    /// `DoNotSchedule` or `ScheduleAnyway`.
    pub when_unsatisfiable: &'static str,
    /// Most pods by which a domain may exceed the smallest one.
    pub max_skew: i32,
    /// Fewer domains than this and the minimum counts as 0.
    pub min_domains: i32,
    /// The selector as it counts, label keys merged: `app=web, tier In [a b]`.
    pub selector: String,
    /// `matchLabelKeys` as written.
    pub match_label_keys: Vec<String>,
    /// `Honor` or `Ignore`.
    pub node_affinity_policy: &'static str,
    /// `Honor` or `Ignore`.
    pub node_taints_policy: &'static str,
    /// The pod has none of its own; this one is the profile's.
    pub is_default: bool,
    /// The pod itself counts once it is placed.
    pub matches_itself: bool,
    /// What domains are compared with; `None` for `ScheduleAnyway`, which compares with nothing.
    pub minimum: Option<i64>,
    /// The domains, by name.
    pub domains: Vec<DomainCount>,
}

/// A domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainCount {
    /// Its name, the value of the topology key.
    pub value: String,
    /// Matching pods there.
    pub pods: i64,
    /// Whether the constraint lets the pod go there.
    pub allowed: bool,
    /// Nodes there.
    pub nodes: usize,
    /// If no node there would take the pod even without topology spread: the plugins that reject them.
    pub closed_by: Vec<&'static str>,
}

/// The topology keys, each once, and the constraints.
pub(super) fn of_constraints(stage: &Stage<'_>) -> (Vec<String>, Vec<ConstraintCounts>) {
    // Where nothing is scored, soft constraints are counted over all nodes.
    let found = &stage.tried.feasible;
    let scored = if found.is_empty() { stage.cache.nodes() } else { found };
    let args = stage.profile.args.of();
    let reports = constraints(args, &stage.context(), scored);
    let counted: Vec<_> = reports.iter().map(|report| of_constraint(stage, report)).collect();
    let mut keys: Vec<String> = Vec::new();
    for constraint in &counted {
        if !keys.contains(&constraint.topology_key) {
            keys.push(constraint.topology_key.clone());
        }
    }
    (keys, counted)
}

fn of_constraint(stage: &Stage<'_>, report: &ConstraintReport) -> ConstraintCounts {
    let names = stage.names;
    let constraint = &report.constraint;
    let tallies = tally(stage, constraint.topology_key);
    let policy = |policy| match policy {
        InclusionPolicy::Honor => "Honor",
        InclusionPolicy::Ignore => "Ignore",
    };
    ConstraintCounts {
        topology_key: names.resolve(constraint.topology_key).to_owned(),
        when_unsatisfiable: match constraint.when_unsatisfiable {
            WhenUnsatisfiable::DoNotSchedule => "DoNotSchedule",
            WhenUnsatisfiable::ScheduleAnyway => "ScheduleAnyway",
        },
        max_skew: constraint.max_skew,
        min_domains: constraint.min_domains,
        selector: selector_text(constraint.selector.as_ref(), names),
        match_label_keys: constraint
            .match_label_keys
            .iter()
            .map(|key| names.resolve(*key).to_owned())
            .collect(),
        node_affinity_policy: policy(constraint.node_affinity_policy),
        node_taints_policy: policy(constraint.node_taints_policy),
        is_default: report.is_default,
        matches_itself: report.matches_itself,
        minimum: report.minimum,
        domains: report.domains.iter().map(|domain| of_domain(domain, &tallies, names)).collect(),
    }
}

/// The nodes of a domain, without a look at topology spread.
#[derive(Default)]
struct Tally {
    nodes: usize,
    is_open: bool,
    closed_by: Vec<&'static str>,
}

fn tally(stage: &Stage<'_>, key: Symbol) -> LookupMap<Symbol, Tally> {
    let mut tallies: LookupMap<Symbol, Tally> = LookupMap::default();
    for node in &stage.rejections.nodes {
        let Some(value) = stage.cache.node_info(node.node).node().labels.get(key) else { continue };
        let tally = tallies.get_or_insert_with(value, Tally::default);
        tally.nodes += 1;
        let mut others = node.statuses.iter().map(|status| status.plugin.name());
        match others.find(|name| *name != "PodTopologySpread") {
            None => tally.is_open = true,
            Some(plugin) if !tally.closed_by.contains(&plugin) => tally.closed_by.push(plugin),
            Some(_) => {}
        }
    }
    tallies
}

fn of_domain(domain: &DomainReport, tallies: &LookupMap<Symbol, Tally>, names: &Interner) -> DomainCount {
    let tally = tallies.get(&domain.value);
    let closed_by = tally.filter(|tally| !tally.is_open).map(|tally| tally.closed_by.clone());
    DomainCount {
        value: names.resolve(domain.value).to_owned(),
        pods: domain.pods,
        allowed: domain.allowed,
        nodes: tally.map_or(0, |tally| tally.nodes),
        closed_by: closed_by.unwrap_or_default(),
    }
}

/// `app=web, tier In [a b]`; a missing and an empty selector count no pods.
fn selector_text(selector: Option<&LabelSelector>, names: &Interner) -> String {
    let Some(selector) = selector else { return String::new() };
    let requirement = |requirement: &Requirement| {
        let key = names.resolve(requirement.key);
        let values: Vec<&str> = requirement.values.iter().map(|value| names.resolve(*value)).collect();
        match (requirement.operator, &values[..]) {
            (SelectorOperator::In, [value]) => format!("{key}={value}"),
            (SelectorOperator::In, _) => format!("{key} In [{}]", values.join(" ")),
            (SelectorOperator::NotIn, _) => format!("{key} NotIn [{}]", values.join(" ")),
            (SelectorOperator::Exists, _) => format!("{key} Exists"),
            (SelectorOperator::DoesNotExist, _) => format!("{key} DoesNotExist"),
        }
    };
    let parts: Vec<String> = selector.requirements.iter().map(requirement).collect();
    if parts.is_empty() { "{}".to_owned() } else { parts.join(", ") }
}
