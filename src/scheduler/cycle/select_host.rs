//! One of the best nodes (`selectHost` in `schedule_one.go` of kube-scheduler v1.34).

use crate::api::NodeId;
use crate::kernel::Draw;
use crate::scheduler::framework::CycleContext;

/// How one of several best nodes is chosen.
#[derive(Debug)]
pub enum TieBreak<'a> {
    /// At random, each equally likely, as kube-scheduler. Draws only if there is more than one.
    Random(&'a mut Draw),
    /// The bytewise first name.
    First,
}

/// The place of the chosen node. `totals` belong to `nodes` place by place; neither is empty.
pub fn select_host(
    cycle: &CycleContext<'_>,
    nodes: &[NodeId],
    totals: &[i64],
    mut tie_break: TieBreak<'_>,
) -> usize {
    let best = totals.iter().copied().max().expect("there are feasible nodes");
    let mut places = totals.iter().enumerate().filter(|pair| *pair.1 == best).map(|pair| pair.0);
    let mut chosen = places.next().expect("one total is the best");
    let name = |place: usize| cycle.names.resolve(cycle.cache.node_info(nodes[place]).node().name);
    for (seen, place) in (2_u64..).zip(places) {
        let replace = match &mut tie_break {
            // Reservoir sampling: the n-th candidate takes the place with probability 1/n.
            TieBreak::Random(draw) => draw.below(seen) == 0,
            TieBreak::First => name(place) < name(chosen),
        };
        if replace {
            chosen = place;
        }
    }
    chosen
}
