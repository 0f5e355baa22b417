//! Node selectors (`corev1.NodeSelector`): node affinity's terms.

use super::{InclusionPolicy, Labels, Node, PodSpec, SpreadConstraint};
use crate::kernel::{Interner, Symbol};

/// One term: all of its requirements must hold; a term without any matches nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NodeSelectorTerm {
    /// `matchExpressions`, on the labels.
    pub expressions: Vec<NodeRequirement>,
    /// `matchFields`; the API knows `metadata.name` alone, with `In` or `NotIn` and one value.
    pub fields: Vec<NodeRequirement>,
}

/// A preferred term with its weight (1 to 100).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PreferredNodeTerm {
    /// Added to the node's score if the term matches.
    pub weight: i32,
    /// What to match.
    pub term: NodeSelectorTerm,
}

/// One requirement of a node selector term.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NodeRequirement {
    /// Label key, or field path.
    pub key: Symbol,
    /// How the value is compared.
    pub operator: NodeSelectorOperator,
    /// The values, as given.
    pub values: Vec<Symbol>,
    /// The one value of `Gt` and `Lt` as an integer; `None` if it cannot be read as one
    /// (then the requirement cannot be evaluated at all).
    pub bound: Option<i64>,
}

/// Operators of a node selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeSelectorOperator {
    /// The label is there and its value listed.
    In,
    /// The label is missing or its value not listed.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is missing.
    DoesNotExist,
    /// The label's value, read as an integer, is above the bound.
    Gt,
    /// The label's value, read as an integer, is below the bound.
    Lt,
}

impl NodeSelectorTerm {
    /// Whether the term has nothing to match with.
    pub fn is_empty(&self) -> bool {
        self.expressions.is_empty() && self.fields.is_empty()
    }

    /// Whether every requirement can be evaluated (`Gt` and `Lt` need an integer).
    pub fn is_parsable(&self) -> bool {
        self.expressions.iter().all(NodeRequirement::is_parsable)
    }

    /// Whether the node satisfies all requirements. An empty or an unparsable term matches nothing.
    pub fn matches(&self, node: &Node, names: &Interner) -> bool {
        !self.is_empty()
            && self.is_parsable()
            && self.expressions.iter().all(|requirement| requirement.matches(&node.labels, names))
            && self.fields.iter().all(|requirement| requirement.matches_name(node.name))
    }
}

impl NodeRequirement {
    fn is_parsable(&self) -> bool {
        !matches!(self.operator, NodeSelectorOperator::Gt | NodeSelectorOperator::Lt) || self.bound.is_some()
    }

    /// Whether these labels satisfy the requirement.
    pub fn matches(&self, labels: &Labels, names: &Interner) -> bool {
        let value = labels.get(self.key);
        match self.operator {
            NodeSelectorOperator::In => value.is_some_and(|value| self.values.contains(&value)),
            NodeSelectorOperator::NotIn => value.is_none_or(|value| !self.values.contains(&value)),
            NodeSelectorOperator::Exists => value.is_some(),
            NodeSelectorOperator::DoesNotExist => value.is_none(),
            NodeSelectorOperator::Gt | NodeSelectorOperator::Lt => {
                let number = value.and_then(|value| names.resolve(value).parse::<i64>().ok());
                let (Some(number), Some(bound)) = (number, self.bound) else { return false };
                if self.operator == NodeSelectorOperator::Gt { number > bound } else { number < bound }
            }
        }
    }

    /// Whether a node of this name satisfies the requirement on `metadata.name`.
    pub fn matches_name(&self, name: Symbol) -> bool {
        match self.operator {
            NodeSelectorOperator::In => self.values.contains(&name),
            NodeSelectorOperator::NotIn => !self.values.contains(&name),
            _ => false,
        }
    }
}

/// Whether a pod's `nodeSelector` and required node affinity admit a node.
pub fn pod_admits_node(pod: &PodSpec, node: &Node, names: &Interner) -> bool {
    let selected = pod.node_selector.iter().all(|(key, value)| node.labels.get(key) == Some(value));
    selected
        && pod
            .required_node_terms
            .as_ref()
            .is_none_or(|terms| terms.iter().any(|term| term.matches(node, names)))
}

/// Whether a topology spread constraint's inclusion policies let a node be a domain.
pub fn constraint_includes(
    constraint: &SpreadConstraint,
    pod: &PodSpec,
    node: &Node,
    names: &Interner,
) -> bool {
    let affinity =
        constraint.node_affinity_policy == InclusionPolicy::Ignore || pod_admits_node(pod, node, names);
    affinity
        && (constraint.node_taints_policy == InclusionPolicy::Ignore
            || node
                .taints
                .iter()
                .filter(|taint| taint.keeps_away())
                .all(|taint| taint.is_tolerated_by(&pod.tolerations)))
}
