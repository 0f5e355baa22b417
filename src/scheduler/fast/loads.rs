//! Columns of what depends on the pods of a node: whether a pod fits by its resources and host ports, and
//! the scores of NodeResourcesFit and NodeResourcesBalancedAllocation.
//!
//! Templates that ask for the same share a column. A column catches up with the places that changed since
//! it was read last. This is exact because the three plugins look at one node, its pods' sums and the
//! requests alone, and neither score is normalized.

use std::sync::Arc;

use super::View;
use super::bits::Bits;
use super::log::Log;
use super::parts::Part;
use crate::api::{HostPort, NodeId, Pod, Resources};
use crate::scheduler::framework::{FastColumn, MAX_NODE_SCORE};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::node_resources_balanced_allocation::{
    NodeResourcesBalancedAllocationArgs, by_change, evenness,
};
use crate::scheduler::plugins::node_resources_fit::{NodeResourcesFitArgs, ScoringStrategy};
use crate::scheduler::profile::Profile;

/// What decides about a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct LoadKey {
    fit: Resources,
    score_milli_cpu: i64,
    score_memory: i64,
    unscored_milli_cpu: i64,
    host_ports: Vec<HostPort>,
}

impl LoadKey {
    pub(super) fn of(pod: &Pod) -> Self {
        let requests = &pod.spec.requests;
        Self {
            fit: requests.fit.clone(),
            score_milli_cpu: requests.score_non_zero_milli_cpu,
            score_memory: requests.score_non_zero_memory,
            unscored_milli_cpu: requests.unscored_milli_cpu,
            host_ports: pod.spec.host_ports.clone(),
        }
    }
}

/// CPU, memory and number of the pods on a node, close together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NodeLoad {
    milli_cpu: i64,
    memory: i64,
    places: i64,
    requested_milli_cpu: i64,
    requested_memory: i64,
    non_zero_milli_cpu: i64,
    non_zero_memory: i64,
    pods: i64,
}

impl NodeLoad {
    pub(super) fn of(info: &NodeInfo) -> Self {
        let (there, taken) = (&info.node().allocatable, info.requested());
        Self {
            milli_cpu: there.milli_cpu,
            memory: there.memory,
            places: there.pods,
            requested_milli_cpu: taken.milli_cpu,
            requested_memory: taken.memory,
            non_zero_milli_cpu: info.non_zero_milli_cpu(),
            non_zero_memory: info.non_zero_memory(),
            pods: info.pods().len() as i64,
        }
    }
}

/// The plugins of a profile that the columns are about.
pub(super) struct LoadParts {
    ports: Option<Part>,
    fit: Option<Part>,
    balanced: Option<Part>,
    /// Both scores have their default arguments.
    is_default: bool,
}

impl LoadParts {
    pub(super) fn new(profile: &Profile) -> Self {
        let args = &profile.args;
        let balanced = args.of::<NodeResourcesBalancedAllocationArgs>();
        let fit = args.of::<NodeResourcesFitArgs>();
        Self {
            ports: Part::of(FastColumn::HostPorts, profile),
            fit: Part::of(FastColumn::Resources, profile),
            balanced: Part::of(FastColumn::Balance, profile),
            is_default: *fit
                == NodeResourcesFitArgs { scoring_strategy: ScoringStrategy::default(), ..fit.clone() }
                && *balanced == NodeResourcesBalancedAllocationArgs::default(),
        }
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Part> {
        [&mut self.ports, &mut self.fit, &mut self.balanced].into_iter().flatten()
    }
}

/// Whether a pod fits onto each node by what is on it, and what that adds to its total.
#[derive(Clone, Debug)]
pub(super) struct LoadColumn {
    pod: Arc<Pod>,
    /// The pod asks for CPU and memory alone, and the plugins have their default arguments.
    is_simple: bool,
    fits: Bits,
    scores: Vec<i64>,
    /// A score lies outside of what the framework lets pass: the plain cycle has to say so.
    is_odd: bool,
    cursor: Option<u64>,
}

impl LoadColumn {
    pub(super) fn new(pod: &Arc<Pod>, parts: &LoadParts, view: &View<'_>) -> Self {
        let fit = &pod.spec.requests.fit;
        let is_simple = parts.is_default
            && !view.behaviour.zero_requests_have_to_fit
            && parts.fit.is_some()
            && fit.scalar.is_empty()
            && fit.ephemeral_storage == 0
            && pod.spec.host_ports.is_empty();
        let fits = Bits::default();
        Self { pod: Arc::clone(pod), is_simple, fits, scores: Vec::new(), is_odd: false, cursor: None }
    }

    pub(super) fn fits(&self) -> &Bits {
        &self.fits
    }

    pub(super) fn scores(&self) -> &[i64] {
        &self.scores
    }

    pub(super) fn is_odd(&self) -> bool {
        self.is_odd
    }

    /// Brings the column up to date.
    pub(super) fn catch_up(&mut self, parts: &mut LoadParts, loads: &[NodeLoad], log: &Log, view: &View<'_>) {
        let changes = self.cursor.and_then(|cursor| log.since(cursor));
        self.cursor = Some(log.end());
        if changes.is_some_and(<[_]>::is_empty) {
            return;
        }
        // The parts keep the pod that they looked at last, so this is done before each use of them.
        let pod = Arc::clone(&self.pod);
        let cycle = view.cycle(&pod);
        parts.all().for_each(|part| part.prepare(&cycle));
        match changes {
            Some(changes) => {
                for change in changes {
                    let place = change.place as usize;
                    self.update(place, view.cache.nodes()[place], parts, loads, view);
                }
            }
            None => {
                self.is_odd = false;
                self.fits = Bits::new(loads.len());
                self.scores.clear();
                self.scores.resize(loads.len(), 0);
                for (place, node) in view.cache.nodes().iter().enumerate() {
                    self.update(place, *node, parts, loads, view);
                }
            }
        }
    }

    fn update(&mut self, place: usize, node: NodeId, parts: &LoadParts, loads: &[NodeLoad], view: &View<'_>) {
        let (fits, score) = if self.is_simple {
            self.simple(&loads[place], parts, view.behaviour.balance_by_change)
        } else {
            let cycle = view.cycle(&self.pod);
            let admits = |part: &Option<Part>| part.as_ref().is_none_or(|part| part.admits(&cycle, node));
            let score =
                |part: &Option<Part>| part.as_ref().map_or(Some(0), |part| part.weighted(&cycle, node));
            let fits = admits(&parts.ports) && admits(&parts.fit);
            (fits, score(&parts.fit).zip(score(&parts.balanced)).map(|(fit, balanced)| fit + balanced))
        };
        self.fits.set(place, fits);
        self.is_odd |= score.is_none();
        self.scores[place] = score.unwrap_or(0);
    }

    /// What [`Part`]s of NodeResourcesFit and NodeResourcesBalancedAllocation with their default arguments
    /// say, in their own arithmetic, from the few numbers that they look at for such a pod.
    fn simple(&self, load: &NodeLoad, parts: &LoadParts, by_changes: bool) -> (bool, Option<i64>) {
        let requests = &self.pod.spec.requests;
        let (cpu, memory) = (requests.fit.milli_cpu, requests.fit.memory);
        let holds = |wanted: i64, there: i64, taken: i64| wanted <= 0 || wanted <= there - taken;
        let fits = !parts.fit.as_ref().is_some_and(Part::filters)
            || (load.pods < load.places
                && holds(cpu, load.milli_cpu, load.requested_milli_cpu)
                && holds(memory, load.memory, load.requested_memory));
        let mut score = 0;
        if let Some(fit) = parts.fit.as_ref().filter(|fit| fit.weight() != 0) {
            let of_cpu =
                least_allocated(load.non_zero_milli_cpu + requests.score_non_zero_milli_cpu, load.milli_cpu);
            let of_memory =
                least_allocated(load.non_zero_memory + requests.score_non_zero_memory, load.memory);
            let raw = match (of_cpu, of_memory) {
                (Some(cpu), Some(memory)) => i64::midpoint(cpu, memory),
                (one, other) => one.or(other).unwrap_or(0),
            };
            if !(0..=MAX_NODE_SCORE).contains(&raw) {
                return (fits, None);
            }
            score += raw * fit.weight();
        }
        if let Some(balanced) = parts.balanced.as_ref().filter(|balanced| balanced.weight() != 0) {
            let with_pod = balance(load, cpu - requests.unscored_milli_cpu, memory);
            let raw = if by_changes { by_change(with_pod, balance(load, 0, 0)) } else { with_pod };
            if !(0..=MAX_NODE_SCORE).contains(&raw) {
                return (fits, None);
            }
            score += raw * balanced.weight();
        }
        (fits, Some(score))
    }
}

fn least_allocated(requested: i64, capacity: i64) -> Option<i64> {
    match capacity {
        0 => None,
        _ if requested > capacity => Some(0),
        _ => Some((capacity - requested) * MAX_NODE_SCORE / capacity),
    }
}

/// How evenly CPU and memory are in use with so much more.
fn balance(load: &NodeLoad, cpu: i64, memory: i64) -> i64 {
    let of_cpu = fraction(load.requested_milli_cpu + cpu, load.milli_cpu);
    let of_memory = fraction(load.requested_memory + memory, load.memory);
    let deviation = of_cpu.zip(of_memory).map_or(0.0, |(cpu, memory)| ((cpu - memory) / 2.0).abs());
    evenness(deviation)
}

fn fraction(requested: i64, allocatable: i64) -> Option<f64> {
    (allocatable != 0).then(|| (requested as f64 / allocatable as f64).min(1.0))
}
