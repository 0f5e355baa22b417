//! PriorityClasses, resolved as the API server's admission plugin `Priority` does.

use std::collections::BTreeMap;

/// The priorities that pods can name.
#[derive(Clone, Debug)]
pub struct PriorityClasses {
    by_name: BTreeMap<String, i32>,
    default: Option<i32>,
}

impl Default for PriorityClasses {
    /// The two classes that every cluster has.
    fn default() -> Self {
        let system = [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)];
        let by_name = system.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { by_name, default: None }
    }
}

impl PriorityClasses {
    /// Adds a class. Of several global defaults the smallest value counts.
    pub fn add(&mut self, name: &str, value: i32, global_default: bool) {
        self.by_name.insert(name.to_owned(), value);
        if global_default {
            self.default = Some(self.default.map_or(value, |default| default.min(value)));
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
                .copied()
                .ok_or_else(|| format!("no PriorityClass with name {class} was found")),
            (None, None) => Ok(self.default.unwrap_or(0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_default() {
        let mut classes = PriorityClasses::default();
        assert_eq!(classes.resolve(Some("system-cluster-critical"), None), Ok(2_000_000_000));
        assert_eq!(classes.resolve(None, None), Ok(0));
        classes.add("high", 1000, false);
        classes.add("usual", 10, true);
        assert_eq!(classes.resolve(Some("high"), None), Ok(1000));
        assert_eq!(classes.resolve(None, None), Ok(10));
        assert!(classes.resolve(Some("none"), None).is_err());
        classes.add("nothing", 0, true);
        assert_eq!(classes.resolve(None, None), Ok(0), "a default of 0 is a default");
    }
}
