//! Which plugins a profile enables and disables, and the merging of a user's choice with the defaults
//! (`mergePlugins` in `pkg/scheduler/apis/config/v1/default_plugins.go` of kube-scheduler v1.34).

use crate::api::SchedulerBehaviour;
use crate::scheduler::framework::Point;
use crate::scheduler::plugins::{IN_TREE, node_declared_features};

/// Disables every default plugin.
const ALL_PLUGINS: &str = "*";

/// An entry of `enabled`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnabledPlugin {
    /// The plugin's name, which nobody has looked up yet.
    pub name: String,
    /// Its weight in scoring; 0 stands for 1.
    pub weight: i32,
    /// Its place in the list that the user wrote; `None` for a default.
    pub place: Option<usize>,
}

/// What is enabled and disabled at a point, or at all of them (`PluginSet` in Kubernetes).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PluginLists {
    /// The plugins to run, in order.
    pub enabled: Vec<EnabledPlugin>,
    /// Names of default plugins not to run; `*` is all of them.
    pub disabled: Vec<String>,
}

/// The `plugins` of a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plugins {
    /// Plugins that stand wherever they can.
    pub multi_point: PluginLists,
    at: [PluginLists; Point::COUNT],
}

impl PluginLists {
    /// Whether a plugin of this name is not to run.
    pub fn disables(&self, name: &str) -> bool {
        self.disabled.iter().any(|disabled| disabled == name)
    }

    /// Whether no default plugin is to run.
    pub fn disables_all(&self) -> bool {
        self.disables(ALL_PLUGINS)
    }

    /// Whether a plugin of this name is listed as enabled.
    pub fn enables(&self, name: &str) -> bool {
        self.enabled.iter().any(|enabled| enabled.name == name)
    }

    /// These lists as the defaults, with a user's choice: a default that the user disables goes, one that
    /// the user enables again takes the user's weight and keeps its place (of several entries of one name
    /// the last one counts), all else that the user enables follows in the user's order. A name that is
    /// both disabled and enabled is enabled, and moves to the end.
    #[must_use]
    pub fn merged_with(&self, custom: &Self) -> Self {
        let mut disabled = custom.disabled.clone();
        disabled.extend(self.disabled.iter().cloned());
        let mut merged = Self { enabled: Vec::new(), disabled };
        let mut replacing = vec![false; custom.enabled.len()];
        for default in &self.enabled {
            if merged.disables_all() || merged.disables(&default.name) {
                continue;
            }
            match custom.enabled.iter().rposition(|entry| entry.name == default.name) {
                None => merged.enabled.push(default.clone()),
                Some(place) => {
                    replacing[place] = true;
                    merged.enabled.push(custom.enabled[place].clone());
                }
            }
        }
        let rest = custom.enabled.iter().zip(&replacing).filter(|entry| !entry.1).map(|entry| entry.0);
        merged.enabled.extend(rest.cloned());
        merged
    }
}

impl Plugins {
    /// The defaults of a release: those of v1.34, and NodeDeclaredFeatures with its gate.
    pub fn defaults_of(behaviour: &SchedulerBehaviour) -> Self {
        let mut defaults = Self::defaults();
        if behaviour.node_declared_features {
            let name = node_declared_features::DESCRIPTOR.name.to_owned();
            defaults.multi_point.enabled.push(EnabledPlugin { name, weight: 0, place: None });
        }
        defaults
    }

    /// The defaults without gates: every other plugin that there is, wherever it can stand.
    pub fn defaults() -> Self {
        let all = IN_TREE.iter().filter(|plugin| plugin.name != node_declared_features::DESCRIPTOR.name);
        let enabled = all.map(|plugin| EnabledPlugin {
            name: plugin.name.to_owned(),
            weight: plugin.default_weight,
            place: None,
        });
        let multi_point = PluginLists { enabled: enabled.collect(), disabled: Vec::new() };
        Self { multi_point, ..Self::default() }
    }

    /// The lists of a single point.
    pub fn at(&self, point: Point) -> &PluginLists {
        &self.at[point as usize]
    }

    /// The lists of a single point, to change them.
    pub fn at_mut(&mut self, point: Point) -> &mut PluginLists {
        &mut self.at[point as usize]
    }

    /// These as the defaults, with a user's choice at every point and for all.
    #[must_use]
    pub fn merged_with(&self, custom: &Self) -> Self {
        let mut merged =
            Self { multi_point: self.multi_point.merged_with(&custom.multi_point), ..Self::default() };
        for point in Point::ALL {
            *merged.at_mut(point) = self.at(point).merged_with(custom.at(point));
        }
        merged
    }

    /// Every name that is enabled somewhere: the plugins that kube-scheduler makes (`pluginsNeeded`).
    pub fn needs(&self, name: &str) -> bool {
        self.multi_point.enables(name) || self.at.iter().any(|lists| lists.enables(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(enabled: &[(&str, i32)], disabled: &[&str]) -> PluginLists {
        let enabled = enabled.iter().enumerate().map(|(place, (name, weight))| EnabledPlugin {
            name: (*name).to_owned(),
            weight: *weight,
            place: Some(place),
        });
        PluginLists {
            enabled: enabled.collect(),
            disabled: disabled.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    /// Merges with the defaults A, B, C of weights 1, 2, 3 and compares `NAME=WEIGHT` of what is enabled.
    fn check(enabled: &[(&str, i32)], disabled: &[&str], expected: &str) {
        let defaults = lists(&[("A", 1), ("B", 2), ("C", 3)], &[]);
        let merged = defaults.merged_with(&lists(enabled, disabled));
        let told: Vec<String> =
            merged.enabled.iter().map(|entry| format!("{}={}", entry.name, entry.weight)).collect();
        assert_eq!(told.join(" "), expected, "enabled {enabled:?}, disabled {disabled:?}");
        assert_eq!(merged.disabled, disabled);
    }

    /// The rules of `mergePluginSet`, each by hand.
    #[test]
    fn a_choice_changes_the_defaults() {
        check(&[], &[], "A=1 B=2 C=3");
        // Without the defaults that are disabled, by name or all.
        check(&[], &["B"], "A=1 C=3");
        check(&[], &["*"], "");
        check(&[], &["Nonsense"], "A=1 B=2 C=3");
        // A default that is enabled again keeps its place and takes the weight, an absent one (0) too.
        check(&[("B", 9)], &[], "A=1 B=9 C=3");
        check(&[("B", 0)], &[], "A=1 B=0 C=3");
        // What is no default follows, in the order written.
        check(&[("Z", 5), ("B", 9), ("Y", 0)], &[], "A=1 B=9 C=3 Z=5 Y=0");
        // Disabled and enabled: enabled, at the end.
        check(&[("A", 7)], &["A"], "B=2 C=3 A=7");
        check(&[("C", 1), ("A", 2)], &["*"], "C=1 A=2");
        // Of two entries of one name the last takes the default's place; the other one stays, for the
        // framework to refuse.
        check(&[("B", 8), ("B", 9)], &[], "A=1 B=9 C=3 B=8");
    }

    #[test]
    fn points_are_merged_one_by_one() {
        let mut custom = Plugins::default();
        *custom.at_mut(Point::Score) = lists(&[("NodeResourcesFit", 5)], &["*"]);
        let merged = Plugins::defaults().merged_with(&custom);
        assert_eq!(merged.multi_point, Plugins::defaults().multi_point);
        assert_eq!(merged.at(Point::Score), custom.at(Point::Score));
        assert_eq!(merged.at(Point::Filter), &PluginLists::default());
        assert!(merged.needs("DefaultBinder") && !merged.needs("Nonsense"));
        assert!(custom.needs("NodeResourcesFit") && !custom.needs("DefaultBinder"));
    }
}
