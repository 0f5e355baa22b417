//! The plugins that a scheduler has (`Registry` in `framework/runtime` of kube-scheduler v1.34).

use std::sync::Arc;

use super::descriptor::Descriptor;
use super::plugin_id::{PluginId, PluginSet};

/// Plugins by name, in the order in which sets of them are read out. All profiles of a scheduler share one.
#[derive(Clone, Debug)]
pub struct Registry(Arc<[&'static Descriptor]>);

impl Registry {
    /// A registry of these plugins. That a name comes twice is a bug of the caller.
    pub fn new(lines: impl IntoIterator<Item = &'static Descriptor>) -> Self {
        let lines: Arc<[_]> = lines.into_iter().collect();
        for (place, line) in lines.iter().enumerate() {
            assert!(!lines[..place].iter().any(|other| other.name == line.name), "{} comes twice", line.name);
        }
        Self(lines)
    }

    /// The same plugins and, at the end, one more.
    #[must_use]
    pub fn with(&self, line: &'static Descriptor) -> Self {
        Self::new(self.0.iter().copied().chain([line]))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The plugins with their lines.
    pub fn iter(&self) -> impl Iterator<Item = (PluginId, &'static Descriptor)> {
        self.0.iter().enumerate().map(|(place, line)| (PluginId::new(place, line.name), *line))
    }

    /// The plugin of this name, if there is one.
    pub fn by_name(&self, name: &str) -> Option<PluginId> {
        self.iter().find(|(_, line)| line.name == name).map(|(id, _)| id)
    }

    /// The line of a plugin of this registry.
    pub fn line(&self, plugin: PluginId) -> &'static Descriptor {
        self.0[plugin.place()]
    }

    /// The plugins of a set.
    pub fn in_set(&self, set: PluginSet) -> impl Iterator<Item = PluginId> {
        set.places().map(|place| PluginId::new(place, self.0[place].name))
    }
}

impl PartialEq for Registry {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(other.0.iter()).all(|(a, b)| std::ptr::eq(*a, *b))
    }
}

impl Eq for Registry {}
