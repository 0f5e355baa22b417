//! NodeResourcesFit: a node must hold what the pod requests; emptier (or fuller) nodes score higher
//! (kube-scheduler v1.25 to v1.36).

mod hint;
pub mod shortage;
pub mod strategy;

pub use shortage::{Scarce, Shortage, shortages};
pub use strategy::{ScoringStrategy, StrategyType, UtilizationPoint};

use super::resource_weights::ResourceName;
use crate::api::{NodeId, Resources};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::framework::{
    Arguments, Code, CycleContext, CycleState, Descriptor, FastColumn, Plugin, PluginArgs, Point,
    PreFilterOutcome, PreScoreOutcome, Reason, Status, WhatIf, Work,
};
use crate::scheduler::node_info::NodeInfo;

const TOO_MANY_PODS: &str = "Too many pods";
const INSUFFICIENT_CPU: &str = "Insufficient cpu";
const INSUFFICIENT_MEMORY: &str = "Insufficient memory";
const INSUFFICIENT_EPHEMERAL_STORAGE: &str = "Insufficient ephemeral-storage";

/// `NodeResourcesFitArgs`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeResourcesFitArgs {
    /// Extended resources that the filter does not look at.
    pub ignored_resources: Vec<Symbol>,
    /// The same by the part of the name before the slash.
    pub ignored_resource_groups: Vec<String>,
    /// How nodes are scored.
    pub scoring_strategy: ScoringStrategy,
}

impl Arguments for NodeResourcesFitArgs {
    fn defaults(_: &mut Interner) -> Self {
        Self::default()
    }
}

/// The plugin.
#[derive(Clone, Debug)]
pub struct NodeResourcesFit {
    args: NodeResourcesFitArgs,
}

/// The extended resources and huge pages that the pod requests, without those that are ignored, by name.
#[derive(Clone, Debug, Default)]
struct Scalars(Vec<(Symbol, i64)>);

/// What the pod counts for in scoring, of each resource of the strategy.
#[derive(Clone, Debug, Default)]
struct Scored(Vec<i64>);

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    default_weight: 1,
    needs_preparation: &[Point::Filter],
    args: Some(PluginArgs::fill::<NodeResourcesFitArgs>),
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::Resources),
    what_if: Some(WhatIf::Resources),
    ..Descriptor::new(
        "NodeResourcesFit",
        &[Point::PreFilter, Point::Filter, Point::PreScore, Point::Score],
        Work::Plugin(|args| {
            let args = args.of::<NodeResourcesFitArgs>().clone();
            Box::new(NodeResourcesFit { args })
        }),
    )
};

/// Collects the reasons of one node; nothing is allocated for the first.
struct Insufficient {
    status: Option<Status>,
    unresolvable: bool,
    /// Nothing fits where there is less than nothing left (up to v1.27).
    zero_has_to_fit: bool,
    /// More than there is at all is unresolvable (from v1.34 on).
    knows_unresolvable: bool,
}

impl Insufficient {
    /// Adds a reason if the request is above what is free; above all there is, nothing can help.
    fn check(&mut self, wanted: i64, allocatable: i64, requested: i64, reason: impl FnOnce() -> Reason) {
        if (wanted > 0 || self.zero_has_to_fit) && wanted > allocatable - requested {
            self.add(reason());
            self.unresolvable |= self.knows_unresolvable && wanted > allocatable;
        }
    }

    fn add(&mut self, reason: Reason) {
        match &mut self.status {
            None => self.status = Some(Status::new(Code::Unschedulable, reason)),
            Some(status) => status.push(reason),
        }
    }

    fn result(self) -> Result<(), Status> {
        let Some(mut status) = self.status else { return Ok(()) };
        if self.unresolvable {
            status.code = Code::UnschedulableAndUnresolvable;
        }
        Err(status)
    }
}

impl Plugin for NodeResourcesFit {
    fn pre_filter(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
    ) -> Result<PreFilterOutcome, Status> {
        let Scalars(kept) = state.write();
        kept.clear();
        let scalars = cycle.pod.spec.requests.fit.scalar.iter().copied();
        let (args, zero_counts) = (&self.args, cycle.behaviour.zero_requests_have_to_fit);
        let counts = |amount: i64| amount != 0 || zero_counts;
        kept.extend(scalars.filter(|&(name, amount)| counts(amount) && !is_ignored(args, name, cycle.names)));
        // Kubernetes gives the reasons for these in random order; here they stand by name.
        kept.sort_by(|a, b| cycle.names.resolve(a.0).cmp(cycle.names.resolve(b.0)));
        Ok(PreFilterOutcome::AllNodes)
    }

    fn filter(&self, state: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        let wanted = &cycle.pod.spec.requests.fit;
        let mut found = Insufficient {
            status: None,
            unresolvable: false,
            zero_has_to_fit: cycle.behaviour.zero_requests_have_to_fit && asks_for_something(wanted),
            knows_unresolvable: cycle.behaviour.above_allocatable_is_unresolvable,
        };
        let (allocatable, requested) = (&node.node().allocatable, node.requested());
        if node.pods().len() as i64 + 1 > allocatable.pods {
            found.add(Reason::Text(TOO_MANY_PODS));
        }
        for (name, text) in [
            (ResourceName::Cpu, INSUFFICIENT_CPU),
            (ResourceName::Memory, INSUFFICIENT_MEMORY),
            (ResourceName::EphemeralStorage, INSUFFICIENT_EPHEMERAL_STORAGE),
        ] {
            found.check(name.amount(wanted), name.amount(allocatable), name.amount(requested), || {
                Reason::Text(text)
            });
        }
        for &(name, amount) in &state.read::<Scalars>().0 {
            let (there, taken) = (allocatable.scalar_amount(name), requested.scalar_amount(name));
            found.check(amount, there, taken, || Reason::InsufficientResource(name));
        }
        found.result()
    }

    fn pre_score(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        _: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        let requests = &cycle.pod.spec.requests;
        let Scored(wanted) = state.write();
        wanted.clear();
        wanted.extend(self.args.scoring_strategy.resources.iter().map(|line| match line.name {
            ResourceName::Cpu => requests.score_non_zero_milli_cpu,
            ResourceName::Memory => requests.score_non_zero_memory,
            other => other.amount(&requests.fit),
        }));
        Ok(PreScoreOutcome::Score)
    }

    fn score(&self, state: &CycleState, _: &CycleContext<'_>, node: &NodeInfo, _: usize) -> i64 {
        let lines = self.args.scoring_strategy.resources.iter().zip(&state.read::<Scored>().0);
        let in_use = lines.filter_map(|(line, &wanted)| {
            let allocatable = line.name.amount(&node.node().allocatable);
            if allocatable == 0 || (wanted == 0 && line.name.is_scalar()) {
                return None;
            }
            let requested = match line.name {
                ResourceName::Cpu => node.non_zero_milli_cpu(),
                ResourceName::Memory => node.non_zero_memory(),
                other => other.amount(node.requested()),
            };
            Some((requested + wanted, allocatable, line.weight))
        });
        self.args.scoring_strategy.score(in_use)
    }
}

/// Whether a pod names any resource but cpu, memory and ephemeral storage, or asks for one of these.
fn asks_for_something(wanted: &Resources) -> bool {
    !wanted.scalar.is_empty() || wanted.milli_cpu != 0 || wanted.memory != 0 || wanted.ephemeral_storage != 0
}

fn is_ignored(args: &NodeResourcesFitArgs, name: Symbol, names: &Interner) -> bool {
    if args.ignored_resources.contains(&name) {
        return true;
    }
    let group = || names.resolve(name).split_once('/').map(|parts| parts.0);
    !args.ignored_resource_groups.is_empty()
        && group().is_some_and(|group| args.ignored_resource_groups.iter().any(|other| other == group))
}
