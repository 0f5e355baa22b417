//! Label selectors (`metav1.LabelSelector`).

use super::Labels;
use crate::kernel::Symbol;

/// A compiled `LabelSelector`: all requirements must hold; none at all matches everything.
/// A *missing* selector is `Option::None` at the place of use and matches nothing there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LabelSelector {
    /// `matchLabels` (as `In` with one value), then `matchExpressions`.
    pub requirements: Vec<Requirement>,
}

/// One requirement of a selector.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The label key.
    pub key: Symbol,
    /// How the value is compared.
    pub operator: SelectorOperator,
    /// The values of `In` and `NotIn`, as given.
    pub values: Vec<Symbol>,
}

/// Operators of a label selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SelectorOperator {
    /// The label is there and its value listed.
    In,
    /// The label is missing or its value not listed.
    NotIn,
    /// The label is there.
    Exists,
    /// The label is missing.
    DoesNotExist,
}

impl LabelSelector {
    /// Whether these labels satisfy every requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|requirement| requirement.matches(labels))
    }

    /// Whether this is the empty selector `{}`.
    pub fn is_empty(&self) -> bool {
        self.requirements.is_empty()
    }
}

impl Requirement {
    /// `key In [value]`.
    pub fn equals(key: Symbol, value: Symbol) -> Self {
        Self { key, operator: SelectorOperator::In, values: vec![value] }
    }

    /// Whether these labels satisfy the requirement.
    pub fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(self.key);
        match self.operator {
            SelectorOperator::In => value.is_some_and(|value| self.values.contains(&value)),
            SelectorOperator::NotIn => value.is_none_or(|value| !self.values.contains(&value)),
            SelectorOperator::Exists => value.is_some(),
            SelectorOperator::DoesNotExist => value.is_none(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_follow_the_api() {
        let (app, tier, web, db) = (Symbol(0), Symbol(1), Symbol(2), Symbol(3));
        let labels = Labels::new([(app, web)]);
        let check = |key, operator, values: &[Symbol], expected| {
            let requirement = Requirement { key, operator, values: values.to_vec() };
            assert_eq!(requirement.matches(&labels), expected, "{requirement:?}");
        };
        check(app, SelectorOperator::In, &[web, db], true);
        check(app, SelectorOperator::In, &[db], false);
        check(tier, SelectorOperator::In, &[web], false);
        check(app, SelectorOperator::NotIn, &[web], false);
        check(tier, SelectorOperator::NotIn, &[web], true);
        check(app, SelectorOperator::Exists, &[], true);
        check(tier, SelectorOperator::DoesNotExist, &[], true);
        check(app, SelectorOperator::DoesNotExist, &[], false);
        assert!(LabelSelector::default().matches(&labels), "the empty selector matches everything");
    }
}
