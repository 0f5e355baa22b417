//! NodeResourcesBalancedAllocation: prefers nodes whose resources fill up evenly (kube-scheduler v1.25 to v1.36).

use super::resource_weights::{ResourceName, ResourceWeight, cpu_and_memory};
use crate::api::{NodeId, PodRequests};
use crate::kernel::Interner;
use crate::scheduler::framework::{
    Arguments, CycleContext, CycleState, Descriptor, FastColumn, MAX_NODE_SCORE, Plugin, PluginArgs, Point,
    PreScoreOutcome, Status, Work,
};
use crate::scheduler::node_info::NodeInfo;

/// `NodeResourcesBalancedAllocationArgs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeResourcesBalancedAllocationArgs {
    /// The resources looked at; the weights are 1 and have no effect.
    pub resources: Vec<ResourceWeight>,
}

impl Default for NodeResourcesBalancedAllocationArgs {
    fn default() -> Self {
        Self { resources: cpu_and_memory() }
    }
}

impl Arguments for NodeResourcesBalancedAllocationArgs {
    fn defaults(_: &mut Interner) -> Self {
        Self::default()
    }
}

/// The plugin.
#[derive(Clone, Debug)]
pub struct NodeResourcesBalancedAllocation {
    args: NodeResourcesBalancedAllocationArgs,
}

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    default_weight: 1,
    args: Some(PluginArgs::fill::<NodeResourcesBalancedAllocationArgs>),
    fast: Some(FastColumn::Balance),
    ..Descriptor::new(
        "NodeResourcesBalancedAllocation",
        &[Point::PreScore, Point::Score],
        Work::Plugin(|args| {
            let args = args.of::<NodeResourcesBalancedAllocationArgs>().clone();
            Box::new(NodeResourcesBalancedAllocation { args })
        }),
    )
};

impl Plugin for NodeResourcesBalancedAllocation {
    /// From 1.33 on skips a pod that asks for none of the resources.
    fn pre_score(
        &self,
        _: &mut CycleState,
        cycle: &CycleContext<'_>,
        _: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        let requests = &cycle.pod.spec.requests.fit;
        if !cycle.behaviour.balance_skips_best_effort {
            return Ok(PreScoreOutcome::Score);
        }
        let best_effort = self.args.resources.iter().all(|line| line.name.amount(requests) == 0);
        Ok(if best_effort { PreScoreOutcome::Skip } else { PreScoreOutcome::Score })
    }

    /// How evenly the resources are in use with the pod; from 1.36 on, how the pod changes that.
    fn score(&self, _: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo, _: usize) -> i64 {
        let balance = |with_pod: bool| {
            let fractions = || {
                self.args.resources.iter().filter_map(|line| {
                    let wanted = scored(line.name, &cycle.pod.spec.requests);
                    let allocatable = line.name.amount(&node.node().allocatable);
                    if allocatable == 0 || (wanted == 0 && line.name.is_scalar()) {
                        return None;
                    }
                    let requested = line.name.amount(node.requested()) + if with_pod { wanted } else { 0 };
                    Some((requested as f64 / allocatable as f64).min(1.0))
                })
            };
            evenness(deviation(fractions))
        };
        if cycle.behaviour.balance_by_change {
            by_change(balance(true), balance(false))
        } else {
            balance(true)
        }
    }
}

/// What the pod counts for.
fn scored(name: ResourceName, requests: &PodRequests) -> i64 {
    let left_out = if name == ResourceName::Cpu { requests.unscored_milli_cpu } else { 0 };
    name.amount(&requests.fit) - left_out
}

/// 100 · (1 − deviation), cut off.
pub(crate) fn evenness(deviation: f64) -> i64 {
    ((1.0 - deviation) * MAX_NODE_SCORE as f64) as i64
}

/// The score from 1.36 on (pull request 135573): between 50 and 100, 75 if the pod changes nothing.
pub(crate) const fn by_change(with_pod: i64, without_pod: i64) -> i64 {
    const HALF: i64 = MAX_NODE_SCORE / 2;
    HALF + (HALF + with_pod - without_pod) / 2
}

/// The standard deviation: half the difference of two, by the formula for more, 0 for fewer.
fn deviation<I: Iterator<Item = f64>>(fractions: impl Fn() -> I) -> f64 {
    let count = fractions().count();
    if count == 2 {
        let mut both = fractions();
        let (first, second) = (both.next().unwrap_or(0.0), both.next().unwrap_or(0.0));
        return ((first - second) / 2.0).abs();
    }
    if count < 2 {
        return 0.0;
    }
    let mean = fractions().fold(0.0, |sum, fraction| sum + fraction) / count as f64;
    let squares = fractions().fold(0.0, |sum, fraction| sum + (fraction - mean) * (fraction - mean));
    (squares / count as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::deviation;

    #[test]
    fn the_deviation_of_few_and_of_many() {
        let of = |fractions: &'static [f64]| deviation(|| fractions.iter().copied());
        assert!(of(&[]).abs() < f64::EPSILON && of(&[0.7]).abs() < f64::EPSILON);
        assert!((of(&[0.5, 0.25]) - 0.125).abs() < f64::EPSILON);
        // Mean 0.5, squares 0.25 + 0 + 0.25, a third of the sum: 1/6.
        assert!((of(&[0.0, 0.5, 1.0]) - libm::sqrt(1.0 / 6.0)).abs() < 1e-15);
    }
}
