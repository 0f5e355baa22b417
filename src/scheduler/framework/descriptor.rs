//! A plugin's line: all that the rest of the scheduler knows of it.
//!
//! | what reads it | fields |
//! | --- | --- |
//! | a profile | `name`, `points`, `default_weight`, `needs_preparation`, `args` |
//! | the framework | `work` |
//! | the queue | `events` |
//! | the fast cycle | `fast` |
//! | explanations | `what_if` |

use super::args::PluginArgs;
use super::hint::Events;
use super::plugin::Plugin;
use super::point::Point;
use crate::kernel::Interner;

/// Makes a plugin from the arguments of a profile.
pub type Build = fn(&PluginArgs) -> Box<dyn Plugin>;

/// The line of a plugin in a registry.
#[derive(Debug)]
pub struct Descriptor {
    /// The name, as in KubeSchedulerConfiguration.
    pub name: &'static str,
    /// Where it can stand.
    pub points: &'static [Point],
    /// Who does its work.
    pub work: Work,
    /// Its weight in the default profile; 0 if it has none.
    pub default_weight: i32,
    /// Points at which it fails every pod if it does not stand at the point before (`preFilter` for
    /// `filter`, `preScore` for `score`), since it finds no state in the cycle. Others compute there what
    /// is missing.
    pub needs_preparation: &'static [Point],
    /// Sets its arguments to their defaults where they are missing ([`PluginArgs::fill`]; where they are read and
    /// not simulated, [`PluginArgs::fill_nothing`]); `None` if it takes none.
    pub args: Option<fn(&mut PluginArgs, &mut Interner)>,
    /// The events that may help a pod that it rejected; `None`: none does.
    pub events: Option<Events>,
    /// What the fast cycle keeps of it; `None`: profiles with it are left to the plain cycle.
    pub fast: Option<FastColumn>,
    /// What it says at PostFilter to every pod, where it is left out.
    pub says_at_post_filter: Option<&'static str>,
    /// The changes that explanations try where it rejects a pod; `None`: none of its own.
    pub what_if: Option<WhatIf>,
}

/// Who does the work of a plugin.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// The plugin that this makes.
    Plugin(Build),
    /// Another part of the scheduler, whatever the profile says.
    Elsewhere,
    /// Nobody: a profile can name the plugin, and leaves it out.
    LeftOut,
}

/// What the fast cycle keeps of a plugin. Of all but [`FastColumn::Node`] a profile can have one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FastColumn {
    /// A filter that looks at the node's own fields and, of the pod, at its node name, node selector, node
    /// affinity and tolerations alone: asked once for each node and each such pod.
    Node,
    /// The filter and the score of taints.
    Taints,
    /// The filter and the score of node affinity.
    NodeAffinity,
    /// The score of images.
    Images,
    /// The filter of host ports.
    HostPorts,
    /// The filter and the score of resources.
    Resources,
    /// The score of evenly used resources.
    Balance,
    /// The filter and the score of topology spread.
    Spread,
    /// The filter and the score of affinity to pods.
    PodAffinity,
}

/// The single changes that explanations try where a plugin rejects a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhatIf {
    /// Tolerations more, taints and cordons less.
    Taints,
    /// Requirements on nodes less, labels of nodes more.
    NodeAffinity,
    /// Host ports less; other pods less.
    HostPorts,
    /// Requests less, resources more; other pods less.
    Resources,
    /// Spread constraints looser; other pods less.
    Spread,
    /// Terms less; other pods less.
    PodAffinity,
}

impl WhatIf {
    /// Whether other pods decide, so that one pod less may help.
    pub fn pods_decide(self) -> bool {
        !matches!(self, Self::Taints | Self::NodeAffinity)
    }
}

impl Descriptor {
    /// A plugin that has nothing but its name and its points; the rest is set by struct update.
    pub const fn new(name: &'static str, points: &'static [Point], work: Work) -> Self {
        Self {
            name,
            points,
            work,
            default_weight: 0,
            needs_preparation: &[],
            args: None,
            events: None,
            fast: None,
            says_at_post_filter: None,
            what_if: None,
        }
    }

    /// Whether a plugin is made that the framework runs.
    pub fn is_simulated(&self) -> bool {
        matches!(self.work, Work::Plugin(_))
    }

    /// Whether a profile's `pluginConfig` can say something to it, in the kind `NAMEArgs`.
    pub fn takes_args(&self) -> bool {
        self.args.is_some()
    }

    /// Whether nobody does its work.
    pub fn is_left_out(&self) -> bool {
        matches!(self.work, Work::LeftOut)
    }
}
