//! What is left out, told by its effect on this input: one file a situation, one row in [`ALL`].
//!
//! A situation that speaks of a thing that a kind or field has told already takes its place.

mod autoscalers;
mod custom_resources;
mod finalizers;
mod kubelet_configuration;
mod quotas;
mod scheduler_panics;
mod taints;
mod volumes;
mod workloads;

use kubecast_manifest::Tree;

use super::gap::Gap;
use super::owners::Owners;
use super::stake::Stake;
use crate::cluster::setup::ClusterSetup;
use crate::scenario::objects::ObjectSource;
use crate::scenario::plan::Plan;

/// What a situation is judged by.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// The documents.
    pub(super) plan: &'a Plan,
    /// What they were compiled to.
    pub(super) setup: &'a ClusterSetup,
    /// What the answer hangs on.
    pub(super) stake: &'a Stake,
    /// Whose the pods are.
    pub(super) owners: &'a Owners,
}

/// A situation: what it leaves out here.
type Situation = fn(&Scene<'_>) -> Vec<Gap>;

/// All of them.
pub(super) const ALL: [Situation; 9] = [
    workloads::gaps,
    custom_resources::gaps,
    taints::gaps,
    quotas::gaps,
    kubelet_configuration::gaps,
    autoscalers::gaps,
    finalizers::gaps,
    volumes::gaps,
    scheduler_panics::gaps,
];

impl<'a> Scene<'a> {
    /// The objects of a kind, in lower case.
    fn of_kind(self, kind: &'static str) -> impl Iterator<Item = &'a ObjectSource> {
        self.plan.objects.iter().filter(move |source| source.reference.kind == kind)
    }

    /// The pods that run or wait.
    fn live_pods(self) -> impl Iterator<Item = &'a ObjectSource> {
        let ended = |source: &&ObjectSource| {
            let phase = source.tree.pointer("/status/phase").and_then(Tree::as_str);
            !matches!(phase, Some("Succeeded" | "Failed"))
        };
        self.of_kind("pod").filter(ended)
    }
}

/// `1 pod`, `3 pods`.
fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// `a, b and 3 more`, of at most three.
fn some(names: &[String]) -> String {
    const MOST: usize = 3;
    let more = names.len().saturating_sub(MOST);
    let told = names[..names.len() - more].join(", ");
    if more > 0 { format!("{told} and {more} more") } else { told }
}
