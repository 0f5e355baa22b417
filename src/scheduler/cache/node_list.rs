//! The order in which the scheduler walks the nodes (`node_tree.go` of kube-scheduler v1.34): in turn
//! one from each zone, zones in order of first appearance, nodes of a zone in order of appearance.
//!
//! As in Kubernetes a node whose zone label changes moves in the tree at once, but the list is made
//! anew only when a node comes or goes.

use crate::api::{Node, NodeId};
use crate::kernel::Symbol;
use crate::scheduler::well_known::WellKnown;

/// Region and zone; both empty (as the empty string's symbol) for a node without either.
type ZoneKey = (Symbol, Symbol);

/// Nodes by zone.
#[derive(Clone, Debug, Default)]
pub struct NodeTree {
    zones: Vec<(ZoneKey, Vec<NodeId>)>,
}

impl NodeTree {
    /// A node appeared.
    pub fn add(&mut self, known: &WellKnown, node: &Node) {
        let key = zone_key(known, node);
        match self.zones.iter_mut().find(|zone| zone.0 == key) {
            Some(zone) => zone.1.push(node.id),
            None => self.zones.push((key, vec![node.id])),
        }
    }

    /// A node went away; a zone without nodes is forgotten.
    pub fn remove(&mut self, known: &WellKnown, node: &Node) {
        let key = zone_key(known, node);
        if let Some(place) = self.zones.iter().position(|zone| zone.0 == key) {
            self.zones[place].1.retain(|id| *id != node.id);
            if self.zones[place].1.is_empty() {
                self.zones.remove(place);
            }
        }
    }

    /// Whether a node that changes moves in the tree.
    pub fn moves(known: &WellKnown, old: &Node, new: &Node) -> bool {
        zone_key(known, old) != zone_key(known, new)
    }

    /// A node changed; it moves if its zone is another one.
    pub fn update(&mut self, known: &WellKnown, old: &Node, new: &Node) {
        if Self::moves(known, old, new) {
            self.remove(known, old);
            self.add(known, new);
        }
    }

    /// Fills the list in the order of walking.
    pub fn list(&self, list: &mut Vec<NodeId>) {
        list.clear();
        let longest = self.zones.iter().map(|zone| zone.1.len()).max().unwrap_or(0);
        for turn in 0..longest {
            list.extend(self.zones.iter().filter_map(|zone| zone.1.get(turn)));
        }
    }
}

fn zone_key(known: &WellKnown, node: &Node) -> ZoneKey {
    let label =
        |older, newer| node.labels.get(older).or_else(|| node.labels.get(newer)).unwrap_or(known.empty);
    (label(known.region_beta, known.region), label(known.zone_beta, known.zone))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Labels;
    use crate::api::testing::node;
    use crate::kernel::Interner;

    #[test]
    fn takes_one_node_of_each_zone_in_turn() {
        let mut names = Interner::new();
        let known = WellKnown::new(&mut names);
        let mut tree = NodeTree::default();
        let mut nodes = Vec::new();
        for (id, zone) in [(0, "a"), (1, "a"), (2, "b"), (3, "a"), (4, "c"), (5, "b")] {
            let mut made = node(&mut names, id, &format!("n{id}"));
            made.labels = Labels::new([(known.zone, names.intern(zone))]);
            tree.add(&known, &made);
            nodes.push(made);
        }
        let listed = |tree: &NodeTree| {
            let mut list = Vec::new();
            tree.list(&mut list);
            list.into_iter().map(|id| id.0).collect::<Vec<_>>()
        };
        // Turn 0: a, b, c give 0, 2, 4; turn 1: a, b give 1, 5; turn 2: a gives 3.
        assert_eq!(listed(&tree), [0, 2, 4, 1, 5, 3]);
        tree.remove(&known, &nodes[4]);
        tree.remove(&known, &nodes[0]);
        assert_eq!(listed(&tree), [1, 2, 3, 5]);
        let mut moved = nodes[1].clone();
        moved.labels = Labels::default();
        tree.update(&known, &nodes[1], &moved);
        assert_eq!(listed(&tree), [3, 2, 1, 5], "its zone comes last now: a, b, none");
    }
}
