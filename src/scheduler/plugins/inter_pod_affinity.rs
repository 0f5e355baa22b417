//! InterPodAffinity: pods that want to be near other pods, or away from them (kube-scheduler v1.34,
//! `plugins/interpodaffinity`).
//!
//! An incoming pod's terms and those of the pods that are there already count; terminating pods count
//! like others. An empty selector matches every pod here.

mod filtering;
pub(in crate::scheduler) mod hint;
mod scoring;

use self::filtering::RequiredState;
pub(in crate::scheduler) use self::filtering::matches_all;
use self::scoring::PreferredState;
pub(in crate::scheduler) use self::scoring::signed;
use crate::api::{AffinityTerm, Labels, NodeId, Pod, PodSpec};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::cache::Cache;
use crate::scheduler::framework::{
    Arguments, CycleContext, CycleState, Descriptor, FastColumn, Plugin, PluginArgs, Point, PreFilterOutcome,
    PreScoreOutcome, Status, WhatIf, Work,
};
use crate::scheduler::node_info::NodeInfo;

/// `InterPodAffinityArgs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterPodAffinityArgs {
    /// What an existing pod's *required* affinity adds to the score of its domain (0 to 100).
    pub hard_pod_affinity_weight: i32,
    /// Leave existing pods' preferences out for a pod that has none itself.
    pub ignore_preferred_terms_of_existing_pods: bool,
}

impl Default for InterPodAffinityArgs {
    fn default() -> Self {
        Self { hard_pod_affinity_weight: 1, ignore_preferred_terms_of_existing_pods: false }
    }
}

impl Arguments for InterPodAffinityArgs {
    fn defaults(_: &mut Interner) -> Self {
        Self::default()
    }
}

/// The plugin.
#[derive(Clone, Debug)]
pub struct InterPodAffinity {
    args: InterPodAffinityArgs,
}

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    default_weight: 2,
    needs_preparation: &[Point::Filter, Point::Score],
    args: Some(PluginArgs::fill::<InterPodAffinityArgs>),
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::PodAffinity),
    what_if: Some(WhatIf::PodAffinity),
    ..Descriptor::new(
        "InterPodAffinity",
        &[Point::PreFilter, Point::Filter, Point::PreScore, Point::Score],
        Work::Plugin(|args| Box::new(InterPodAffinity { args: *args.of() })),
    )
};

impl Plugin for InterPodAffinity {
    fn pre_filter(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
    ) -> Result<PreFilterOutcome, Status> {
        Ok(state.write::<RequiredState>().count(cycle))
    }

    fn add_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        added: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        state.write::<RequiredState>().update(cycle, added, node, 1);
        Ok(())
    }

    fn remove_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        removed: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        state.write::<RequiredState>().update(cycle, removed, node, -1);
        Ok(())
    }

    fn filter(&self, state: &CycleState, _: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        state.read::<RequiredState>().filter(node)
    }

    fn pre_score(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        _: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        Ok(state.write::<PreferredState>().count(self.args, cycle))
    }

    fn score(&self, state: &CycleState, _: &CycleContext<'_>, node: &NodeInfo, _: usize) -> i64 {
        state.read::<PreferredState>().score(node)
    }

    fn normalize(&self, _: &CycleState, scores: &mut [i64]) {
        PreferredState::normalize(scores);
    }
}

/// A term of the incoming pod, its namespace selector resolved to names.
#[derive(Clone, Debug)]
pub(in crate::scheduler) struct IncomingTerm {
    /// The term.
    pub(in crate::scheduler) term: AffinityTerm,
    /// The term's namespaces and those that its selector picks.
    namespaces: Vec<Symbol>,
}

impl IncomingTerm {
    /// Resolves a term by the namespaces as they are now.
    pub(in crate::scheduler) fn new(term: &AffinityTerm, cache: &Cache) -> Self {
        let mut namespaces = term.namespaces.clone();
        if let Some(selector) = &term.namespace_selector {
            let picked = cache.namespaces().filter(|(_, labels)| selector.matches(labels));
            namespaces.extend(picked.map(|(name, _)| name));
        }
        Self { term: term.clone(), namespaces }
    }

    /// Whether the term matches an existing pod.
    pub(in crate::scheduler) fn matches(&self, pod: &PodSpec) -> bool {
        (self.term.every_namespace_if_incoming || self.namespaces.contains(&pod.namespace))
            && self.term.selector.as_ref().is_some_and(|selector| selector.matches(&pod.labels))
    }
}

/// Whether an existing pod's term matches the incoming pod, whose namespace has these labels.
pub(in crate::scheduler) fn existing_term_matches(
    term: &AffinityTerm,
    incoming: &Pod,
    namespace_labels: &Labels,
) -> bool {
    let spec = &incoming.spec;
    let namespace = term.namespaces.contains(&spec.namespace)
        || term.namespace_selector.as_ref().is_some_and(|selector| selector.matches(namespace_labels));
    namespace && term.selector.as_ref().is_some_and(|selector| selector.matches(&spec.labels))
}
