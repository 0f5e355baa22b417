//! One of the best nodes (`selectHost` in `schedule_one.go` of kube-scheduler v1.34; from 1.35 on the top of a heap,
//! `nodeScoreHeap`).

use crate::api::NodeId;
use crate::kernel::Draw;
use crate::scheduler::framework::CycleContext;

/// How one of several best nodes is chosen.
#[derive(Debug)]
pub enum TieBreak<'a> {
    /// At random, each equally likely, as kube-scheduler. Draws only if there is more than one.
    Random(&'a mut Draw),
    /// The top of a heap of the nodes in their order, without any draw.
    Heap,
    /// The bytewise first name.
    First,
}

/// The place of the chosen node. `totals` belong to `nodes` place by place; neither is empty.
pub fn select_host(
    cycle: &CycleContext<'_>,
    nodes: &[NodeId],
    totals: &[i64],
    tie_break: TieBreak<'_>,
) -> usize {
    match tie_break {
        TieBreak::Random(draw) => one_of_the_best(totals, draw),
        TieBreak::Heap => top_of_heap(totals),
        TieBreak::First => {
            let name = |place: usize| cycle.names.resolve(cycle.cache.node_info(nodes[place]).node().name);
            best_places(totals).min_by_key(|place| name(*place)).expect(ONE_IS_BEST)
        }
    }
}

const ONE_IS_BEST: &str = "one total is the best";

/// The places of the greatest total, in order. There is one, as there are feasible nodes.
fn best_places(totals: &[i64]) -> impl Iterator<Item = usize> + '_ {
    let best = totals.iter().copied().max();
    totals.iter().enumerate().filter(move |pair| Some(*pair.1) == best).map(|pair| pair.0)
}

/// One of the greatest totals, each equally likely. kube-scheduler keeps the n-th candidate with probability 1/n
/// (reservoir sampling, a draw for each); one draw among all of them has the same law.
pub fn one_of_the_best(totals: &[i64], draw: &mut Draw) -> usize {
    let tied = best_places(totals).count() as u64;
    let which = if tied > 1 { draw.below(tied) } else { 0 };
    best_places(totals).nth(which as usize).expect(ONE_IS_BEST)
}

/// Which of these stands at the top when Go's `container/heap` has put them in order, the greatest first: each
/// parent from the last to the first changes places with a child that is greater, the right one only if it is
/// greater than the left.
pub fn top_of_heap(totals: &[i64]) -> usize {
    let mut places: Vec<usize> = (0..totals.len()).collect();
    for root in (0..totals.len() / 2).rev() {
        let mut parent = root;
        loop {
            let left = 2 * parent + 1;
            if left >= places.len() {
                break;
            }
            let right = left + 1;
            let greater = |a: usize, b: usize| totals[places[a]] > totals[places[b]];
            let child = if right < places.len() && greater(right, left) { right } else { left };
            if !greater(child, parent) {
                break;
            }
            places.swap(parent, child);
            parent = child;
        }
    }
    places[0]
}

#[cfg(test)]
mod tests {
    use super::top_of_heap;

    /// The rule as it was seen in 2,400 placements of v1.36.2: the root if it is among the best, else the left
    /// subtree if it holds one of the best, else the right.
    fn by_rule(totals: &[i64], root: usize) -> Option<usize> {
        let best = totals.iter().max()?;
        if totals.get(root)? == best {
            return Some(root);
        }
        by_rule(totals, 2 * root + 1).or_else(|| by_rule(totals, 2 * root + 2))
    }

    #[test]
    fn the_top_is_the_one_of_the_rule() {
        // Every list of up to 9 totals of 1 and 2, and of up to 6 of 1, 2 and 3.
        for (length, values) in (1..=9).map(|length| (length, 2_u32)).chain((1..=6).map(|length| (length, 3)))
        {
            for number in 0..values.pow(length) {
                let totals: Vec<i64> =
                    (0..length).map(|place| i64::from(number / values.pow(place) % values)).collect();
                assert_eq!(Some(top_of_heap(&totals)), by_rule(&totals, 0), "{totals:?}");
            }
        }
    }
}
