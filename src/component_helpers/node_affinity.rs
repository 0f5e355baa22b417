//! Which nodes a pod may use by its `nodeSelector` and node affinity
//! (`scheduling/corev1/nodeaffinity`).

use crate::api::{Labels, Node, NodeRequirement, NodeSelectorOperator, NodeSelectorTerm, PodSpec};
use crate::kernel::{Interner, Symbol};

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
