//! The scheduling framework (`pkg/scheduler/framework` of kube-scheduler v1.34): what a plugin is, what
//! it answers, and a profile's plugins ready to run.
//!
//! The framework knows no plugin by name. Whoever makes a profile hands it a [`Registry`]: the plugins that
//! kubecast brings with it ([`crate::scheduler::plugins`]), and those of a user.

pub mod actions;
pub mod args;
pub mod cluster_event;
pub mod cycle_state;
pub mod descriptor;
pub mod hint;
pub mod nominator;
pub mod plugin;
pub mod plugin_id;
pub mod point;
pub mod post_filter;
pub mod profile;
pub mod registry;
pub mod runtime;
pub mod status;
pub mod waiting_pods;

pub use actions::{Actions, Registration};
pub use args::{Arguments, PluginArgs};
pub use cluster_event::{ClusterEvent, EventLabel, NodeChange, PodChange};
pub use cycle_state::CycleState;
pub use descriptor::{Descriptor, FastColumn, WhatIf, Work};
pub use hint::{Events, HintContext, HintRules, Question};
pub use nominator::Nominator;
pub use plugin::{
    BindOutcome, CycleContext, Handle, MAX_NODE_SCORE, PermitOutcome, Plugin, PostFilterCall,
    PreFilterOutcome, PreScoreOutcome,
};
pub use plugin_id::{PluginId, PluginSet};
pub use point::Point;
pub use post_filter::{NoWayOut, WayOut};
pub use profile::Profile;
pub use registry::Registry;
pub use runtime::{Framework, NodeSubset, PreFiltered, ScoredPlugin};
pub use status::{Code, Reason, Status};
pub use waiting_pods::{MAX_PERMIT_WAIT, Waiting, WaitingPod, WaitingPods};

#[cfg(test)]
mod tests;
