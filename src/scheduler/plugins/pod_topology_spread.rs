//! PodTopologySpread: keeps the pods of a workload evenly spread over domains (kube-scheduler v1.34,
//! `plugins/podtopologyspread`; KEP-895, 3022, 3094, 3243).
//!
//! `DoNotSchedule` constraints filter, `ScheduleAnyway` constraints score. A pod that has no
//! constraints at all gets the profile's default ones, if a Service or its controller gives a selector.

pub mod counted;
mod filtering;
mod hint;
pub mod report;
mod scoring;

use self::filtering::HardState;
use self::scoring::SoftState;
use crate::api::{InclusionPolicy, LabelSelector, NodeId, Pod, SpreadConstraint, WhenUnsatisfiable};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::cache::Cache;
use crate::scheduler::framework::{
    Arguments, CycleContext, CycleState, Descriptor, FastColumn, Plugin, PluginArgs, Point, PreFilterOutcome,
    PreScoreOutcome, Status, WhatIf, Work,
};
use crate::scheduler::node_info::NodeInfo;

/// `PodTopologySpreadArgs`: the constraints of pods that have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodTopologySpreadArgs {
    /// The constraints; their selector comes from the pod's Services and controller.
    pub default_constraints: Vec<SpreadConstraint>,
    /// `defaultingType: System`: nodes that miss a key take part in scoring all the same.
    pub system_defaulted: bool,
}

impl Arguments for PodTopologySpreadArgs {
    fn defaults(names: &mut Interner) -> Self {
        Self::system(names)
    }
}

impl PodTopologySpreadArgs {
    /// `defaultingType: System`: by hostname up to 3 apart, by zone up to 5, both `ScheduleAnyway`.
    pub fn system(names: &mut Interner) -> Self {
        let mut constraint = |topology_key: &str, max_skew| SpreadConstraint {
            topology_key: names.intern(topology_key),
            max_skew,
            when_unsatisfiable: WhenUnsatisfiable::ScheduleAnyway,
            selector: None,
            empty_selector_counts: false,
            match_label_keys: Vec::new(),
            min_domains: 1,
            node_affinity_policy: InclusionPolicy::Honor,
            node_taints_policy: InclusionPolicy::Ignore,
        };
        let default_constraints =
            vec![constraint("kubernetes.io/hostname", 3), constraint("topology.kubernetes.io/zone", 5)];
        Self { default_constraints, system_defaulted: true }
    }

    /// `defaultingType: List`.
    pub fn list(default_constraints: Vec<SpreadConstraint>) -> Self {
        Self { default_constraints, system_defaulted: false }
    }

    /// The constraints of one kind that hold for a pod: its own or, if it has none of either kind, the
    /// default ones.
    pub fn constraints_of(&self, pod: &Pod, cache: &Cache, kind: WhenUnsatisfiable) -> Vec<SpreadConstraint> {
        let own = &pod.spec.spread_constraints;
        if own.is_empty() {
            return self.defaults_of(kind, || cache.default_selector(pod));
        }
        own.iter().filter(|constraint| constraint.when_unsatisfiable == kind).cloned().collect()
    }

    /// The constraints of one kind of a pod that has none of its own. `selector` is what its Services and
    /// controller require.
    fn defaults_of(
        &self,
        kind: WhenUnsatisfiable,
        selector: impl FnOnce() -> LabelSelector,
    ) -> Vec<SpreadConstraint> {
        let of_kind = |constraint: &&SpreadConstraint| constraint.when_unsatisfiable == kind;
        let mut defaults: Vec<SpreadConstraint> =
            self.default_constraints.iter().filter(of_kind).cloned().collect();
        if defaults.is_empty() {
            return defaults;
        }
        let selector = selector();
        if selector.is_empty() {
            return Vec::new();
        }
        for constraint in &mut defaults {
            // `matchLabelKeys` of default constraints have no effect: Kubernetes merges them into a selector
            // that this one then replaces.
            constraint.selector = Some(selector.clone());
        }
        defaults
    }
}

/// The plugin.
#[derive(Clone, Debug)]
pub struct PodTopologySpread {
    args: PodTopologySpreadArgs,
}

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    default_weight: 2,
    needs_preparation: &[Point::Filter, Point::Score],
    args: Some(PluginArgs::fill::<PodTopologySpreadArgs>),
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::Spread),
    what_if: Some(WhatIf::Spread),
    ..Descriptor::new(
        "PodTopologySpread",
        &[Point::PreFilter, Point::Filter, Point::PreScore, Point::Score],
        Work::Plugin(|args| Box::new(PodTopologySpread { args: args.of::<PodTopologySpreadArgs>().clone() })),
    )
};

impl Plugin for PodTopologySpread {
    fn pre_filter(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
    ) -> Result<PreFilterOutcome, Status> {
        let constraints = self.args.constraints_of(cycle.pod, cycle.cache, WhenUnsatisfiable::DoNotSchedule);
        Ok(state.write::<HardState>().count(constraints, cycle))
    }

    fn add_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        added: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        state.write::<HardState>().update(cycle, added, node, 1);
        Ok(())
    }

    fn remove_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        removed: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        state.write::<HardState>().update(cycle, removed, node, -1);
        Ok(())
    }

    fn filter(&self, state: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        state.read::<HardState>().filter(cycle, node)
    }

    fn pre_score(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        feasible: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        let constraints = self.args.constraints_of(cycle.pod, cycle.cache, WhenUnsatisfiable::ScheduleAnyway);
        let all_keys_required = !cycle.pod.spec.spread_constraints.is_empty() || !self.args.system_defaulted;
        if constraints.is_empty() && !cycle.behaviour.relations_always_score {
            return Ok(PreScoreOutcome::Skip);
        }
        state.write::<SoftState>().count(constraints, all_keys_required, cycle, feasible);
        Ok(PreScoreOutcome::Score)
    }

    fn score(&self, state: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo, place: usize) -> i64 {
        state.read::<SoftState>().score(cycle, node, place)
    }

    fn normalize(&self, state: &CycleState, scores: &mut [i64]) {
        state.read::<SoftState>().normalize(scores);
    }
}

/// Whether a node carries the keys of all constraints.
fn has_all_keys(node: &NodeInfo, constraints: &[SpreadConstraint]) -> bool {
    let labels = &node.node().labels;
    constraints.iter().all(|constraint| labels.get(constraint.topology_key).is_some())
}

/// Pods of a namespace on a node that a constraint counts, without terminating ones
/// (`countPodsMatchSelector`). From v1.27 to v1.37 the empty selector counts none.
fn count_matching(node: &NodeInfo, constraint: &SpreadConstraint, namespace: Symbol) -> i64 {
    let Some(selector) = constraint.counted() else { return 0 };
    let matching = node.pods().iter().filter(|pod| {
        pod.deleted.is_none() && pod.spec.namespace == namespace && selector.matches(&pod.spec.labels)
    });
    matching.count() as i64
}
