//! Taints and tolerations.

use crate::kernel::Symbol;

/// A taint of a node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Taint {
    /// The taint key.
    pub key: Symbol,
    /// The taint value; the empty string if none is given.
    pub value: Symbol,
    /// The value as a number, if it is one.
    pub number: Option<i64>,
    /// What the taint does to pods that do not tolerate it.
    pub effect: TaintEffect,
}

/// What a taint does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaintEffect {
    /// New pods stay away.
    NoSchedule,
    /// New pods stay away if they can.
    PreferNoSchedule,
    /// New pods stay away, running ones are evicted.
    NoExecute,
}

/// A toleration of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Toleration {
    /// The taint key; `None` (an empty key) with `Exists` tolerates every key.
    pub key: Option<Symbol>,
    /// How the value is compared.
    pub operator: TolerationOperator,
    /// The value for `Equal`; the empty string if none is given.
    pub value: Symbol,
    /// The value for `Gt` and `Lt`; `None` if it is no number, or the release does not compare.
    pub number: Option<i64>,
    /// The effect tolerated; `None` is every effect.
    pub effect: Option<TaintEffect>,
    /// How long a `NoExecute` taint is tolerated, in seconds; `None` is for ever.
    pub toleration_seconds: Option<i64>,
}

/// Operators of a toleration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TolerationOperator {
    /// Key and value are equal.
    Equal,
    /// The key is equal, whatever the value.
    Exists,
    /// The key is equal, and the taint's value is a greater number.
    Gt,
    /// The key is equal, and the taint's value is a smaller number.
    Lt,
}
