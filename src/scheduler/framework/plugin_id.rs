//! Plugins by their place in a registry, and sets of them.

use std::hash::{Hash, Hasher};

/// The most plugins that a registry holds.
pub(super) const MOST_PLUGINS: usize = 64;

/// A plugin: its place in the registry of its profile, and its name. Two of one registry are the same if
/// their places are.
#[derive(Clone, Copy, Debug)]
pub struct PluginId {
    place: u8,
    name: &'static str,
}

impl PluginId {
    /// No plugin; never seen outside the framework.
    pub const UNKNOWN: Self = Self { place: u8::MAX, name: "unknown" };

    /// The plugin at a place of a registry.
    pub(super) fn new(place: usize, name: &'static str) -> Self {
        assert!(place < MOST_PLUGINS, "a registry holds {MOST_PLUGINS} plugins at most");
        Self { place: place as u8, name }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Its place in the registry.
    pub fn place(self) -> usize {
        usize::from(self.place)
    }
}

impl PartialEq for PluginId {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for PluginId {}

impl Hash for PluginId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.place.hash(state);
    }
}

/// A set of plugins of one registry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PluginSet(u64);

impl PluginSet {
    /// Adds a plugin.
    pub fn insert(&mut self, plugin: PluginId) {
        assert!(plugin.place() < MOST_PLUGINS, "only plugins of a registry are in sets");
        self.0 |= 1 << plugin.place;
    }

    /// Whether a plugin is in the set.
    pub fn contains(self, plugin: PluginId) -> bool {
        plugin.place() < MOST_PLUGINS && self.0 & (1 << plugin.place) != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The plugins that are in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The places of the plugins, in the order of the registry.
    pub fn places(self) -> impl Iterator<Item = usize> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let place = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(place)
        })
    }
}

impl FromIterator<PluginId> for PluginSet {
    fn from_iter<I: IntoIterator<Item = PluginId>>(plugins: I) -> Self {
        let mut set = Self::default();
        plugins.into_iter().for_each(|plugin| set.insert(plugin));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_was_put_in() {
        let (first, last, other) = (PluginId::new(0, "A"), PluginId::new(63, "B"), PluginId::new(5, "C"));
        let set: PluginSet = [last, first].into_iter().collect();
        assert!(set.contains(first) && set.contains(last) && !set.contains(other));
        assert_eq!(set.places().collect::<Vec<_>>(), [0, 63]);
        assert_eq!(set.intersection([last, other].into_iter().collect()).places().collect::<Vec<_>>(), [63]);
        assert!(!set.contains(PluginId::UNKNOWN) && !set.is_empty() && PluginSet::default().is_empty());
    }
}
