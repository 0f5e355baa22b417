//! Node selectors (`corev1.NodeSelector`): node affinity's terms.

use crate::kernel::Symbol;

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
