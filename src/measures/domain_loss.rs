//! What the loss of one domain would leave: a zone that fails, a node that dies.
//!
//! Domains are the values of a constraint's topology key on the nodes where ready pods run, whatever
//! the constraint's inclusion policies say: a failing zone takes all of its pods along. Ready pods
//! on nodes without the key outlive every loss.

use std::sync::Arc;

use super::tally::Tally;
use crate::api::{Node, NodeId, Symbol};

/// Ready pods outside the domain that holds most of them, out of all ready ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareLeft {
    /// Ready pods outside the worst domain.
    pub left: u32,
    /// Ready pods, at least one.
    pub ready: u32,
}

impl ShareLeft {
    /// From 0 (all in one domain) to 1 (none in any).
    pub fn share(self) -> f64 {
        f64::from(self.left) / f64::from(self.ready)
    }

    /// Whether less is left than in another case; exact.
    pub(super) fn is_below(self, other: Self) -> bool {
        u64::from(self.left) * u64::from(other.ready) < u64::from(other.left) * u64::from(self.ready)
    }
}

/// The ready pods of one workload by domain of one topology key.
#[derive(Clone, Debug)]
pub(super) struct DomainLoss {
    key: Symbol,
    domains: Tally,
}

impl DomainLoss {
    /// No ready pod yet.
    pub(super) fn new(key: Symbol) -> Self {
        Self { key, domains: Tally::default() }
    }

    /// Ready pods come (above 0) or go (below) on a node.
    pub(super) fn add(&mut self, node: NodeId, pods: i32, nodes: &[Option<Arc<Node>>]) {
        let node = nodes.get(node.index()).and_then(Option::as_deref);
        if let Some(domain) = node.and_then(|node| node.labels.get(self.key)) {
            self.domains.add(domain, pods);
        }
    }

    /// What is left of `ready` pods without the worst domain; `None` without ready pods.
    pub(super) fn left_of(&self, ready: u32) -> Option<ShareLeft> {
        (ready > 0).then(|| ShareLeft { left: ready - self.domains.largest(), ready })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_compared_exactly() {
        let share = |left, ready| ShareLeft { left, ready };
        assert!(share(1, 3).is_below(share(2, 5)));
        assert!(!share(2, 6).is_below(share(1, 3)), "2 of 6 is 1 of 3");
        assert!(share(0, 1).is_below(share(1, 1_000_000)));
        assert!((share(3, 4).share() - 0.75).abs() < f64::EPSILON);
    }

    #[test]
    fn without_ready_pods_nothing_can_be_lost() {
        let mut loss = DomainLoss::new(Symbol(0));
        assert_eq!(loss.left_of(0), None);
        // A node that is not there has no domain: its pod outlives every loss.
        loss.add(NodeId(7), 1, &[]);
        assert_eq!(loss.left_of(1), Some(ShareLeft { left: 1, ready: 1 }));
    }
}
