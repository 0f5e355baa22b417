//! PriorityClasses, resolved as the API server's admission plugin `Priority` does.

use std::collections::BTreeMap;

/// What a class gives to the pods that name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Class {
    value: i32,
    /// `preemptionPolicy` is not `Never`.
    may_preempt: bool,
}

/// The priorities that pods can name.
#[derive(Clone, Debug)]
pub struct PriorityClasses {
    by_name: BTreeMap<String, Class>,
    default: Option<Class>,
}

impl Default for PriorityClasses {
    /// The two classes that every cluster has.
    fn default() -> Self {
        let system = [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];
        let class = |value| Class { value, may_preempt: true };
        let by_name = system.into_iter().map(|(name, value)| (name.to_owned(), class(value))).collect();
        Self { by_name, default: None }
    }
}

impl PriorityClasses {
    /// Adds a class. Of several global defaults the smallest value counts.
    pub fn add(&mut self, name: &str, value: i32, global_default: bool, policy: Option<&str>) {
        let class = Class { value, may_preempt: may_preempt(policy) };
        self.by_name.insert(name.to_owned(), class);
        if global_default && self.default.is_none_or(|default| value < default.value) {
            self.default = Some(class);
        }
    }

    /// The priority of a pod: its own number, else its class's, else the default.
    /// The error is the API server's.
    pub fn resolve(&self, class: Option<&str>, priority: Option<i32>) -> Result<i32, String> {
        match (class.filter(|class| !class.is_empty()), priority) {
            (_, Some(priority)) => Ok(priority),
            (Some(class), None) => self
                .by_name
                .get(class)
                .map(|class| class.value)
                .ok_or_else(|| format!("no PriorityClass with name {class} was found")),
            (None, None) => Ok(self.default.map_or(0, |default| default.value)),
        }
    }

    /// Whether a pod may make room for itself: its own policy, else its class's, else the default's.
    pub fn may_preempt(&self, class: Option<&str>, policy: Option<&str>) -> bool {
        if policy.is_some() {
            return may_preempt(policy);
        }
        let class = match class.filter(|class| !class.is_empty()) {
            Some(class) => self.by_name.get(class),
            None => self.default.as_ref(),
        };
        class.is_none_or(|class| class.may_preempt)
    }
}

/// Whether a `preemptionPolicy` lets pods preempt.
fn may_preempt(policy: Option<&str>) -> bool {
    policy != Some("Never")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_default() {
        let mut classes = PriorityClasses::default();
        assert_eq!(classes.resolve(Some("system-cluster-critical"), None), Ok(2_000_000_000));
        assert_eq!(classes.resolve(None, None), Ok(0));
        classes.add("high", 1000, false, None);
        classes.add("usual", 10, true, None);
        assert_eq!(classes.resolve(Some("high"), None), Ok(1000));
        assert_eq!(classes.resolve(None, None), Ok(10));
        assert!(classes.resolve(Some("none"), None).is_err());
        classes.add("nothing", 0, true, None);
        assert_eq!(classes.resolve(None, None), Ok(0), "a default of 0 is a default");
    }

    #[test]
    fn the_policy_is_the_pods_own_or_that_of_its_class() {
        let mut classes = PriorityClasses::default();
        classes.add("patient", 1000, false, Some("Never"));
        classes.add("usual", 10, true, Some("PreemptLowerPriority"));
        assert!(!classes.may_preempt(Some("patient"), None));
        assert!(classes.may_preempt(Some("patient"), Some("PreemptLowerPriority")));
        assert!(!classes.may_preempt(Some("usual"), Some("Never")) && classes.may_preempt(None, None));
        assert!(classes.may_preempt(Some("system-node-critical"), None));
        classes.add("least", 1, true, Some("Never"));
        assert!(!classes.may_preempt(None, None), "of two defaults the one of the smaller value");
    }
}
