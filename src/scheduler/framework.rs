//! The scheduling framework (`pkg/scheduler/framework` of kube-scheduler v1.34): what a plugin is, what
//! it answers, and a profile's plugins ready to run.

pub mod cluster_event;
pub mod hint;
pub mod plugin;
pub mod point;
pub mod runtime;
pub mod status;

pub use plugin::{
    CycleContext, Descriptor, ExtensionPoint, MAX_NODE_SCORE, Plugin, PluginId, PluginSet, PreFilterOutcome,
    PreScoreOutcome,
};
pub use runtime::{Framework, NodeSubset, PreFiltered, ScoredPlugin};
pub use status::{Code, Reason, Status};
