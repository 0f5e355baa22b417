//! A set of nodes that can be changed and walked without a look at the others.

use crate::api::NodeId;

/// What [`NodeSet::set`] did, to be undone.
#[derive(Clone, Copy, Debug)]
pub enum SetChange {
    /// The node became a member, the last one.
    Joined,
    /// It left this place, which the last member took.
    Left(u32),
}

/// A set of nodes. Members stand in an order that depends on the history of changes alone.
#[derive(Clone, Debug, Default)]
pub struct NodeSet {
    members: Vec<NodeId>,
    places: Vec<Option<u32>>,
}

impl NodeSet {
    /// The members.
    pub fn members(&self) -> &[NodeId] {
        &self.members
    }

    /// Makes a node a member, or not; what that changed.
    pub fn set(&mut self, node: NodeId, member: bool) -> Option<SetChange> {
        if self.places.len() <= node.index() {
            self.places.resize(node.index() + 1, None);
        }
        match (self.places[node.index()], member) {
            (None, true) => {
                let place = u32::try_from(self.members.len()).expect("fewer than 2^32 nodes");
                self.places[node.index()] = Some(place);
                self.members.push(node);
                Some(SetChange::Joined)
            }
            (Some(place), false) => {
                self.places[node.index()] = None;
                self.members.swap_remove(place as usize);
                if let Some(moved) = self.members.get(place as usize) {
                    self.places[moved.index()] = Some(place);
                }
                Some(SetChange::Left(place))
            }
            (Some(_), true) | (None, false) => None,
        }
    }

    /// Undoes the latest change, of this node.
    pub fn undo(&mut self, node: NodeId, change: SetChange) {
        match change {
            SetChange::Joined => {
                self.places[node.index()] = None;
                self.members.pop();
            }
            SetChange::Left(place) => {
                let end = self.members.len();
                self.members.push(node);
                self.members.swap(place as usize, end);
                let moved = self.members[end];
                self.places[moved.index()] = Some(end as u32);
                self.places[node.index()] = Some(place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn holds_what_a_plain_set_holds(steps in prop::collection::vec((0_u32..20, any::<bool>()), 0..200)) {
            let (mut set, mut plain) = (NodeSet::default(), BTreeSet::new());
            for (node, member) in steps {
                let before = set.members().to_vec();
                if let Some(change) = set.set(NodeId(node), !plain.contains(&NodeId(node))) {
                    set.undo(NodeId(node), change);
                }
                prop_assert_eq!(set.members(), before);
                set.set(NodeId(node), member);
                if member {
                    plain.insert(NodeId(node));
                } else {
                    plain.remove(&NodeId(node));
                }
                let members: BTreeSet<NodeId> = set.members().iter().copied().collect();
                prop_assert_eq!(&members, &plain);
                prop_assert_eq!(set.members().len(), plain.len());
            }
        }
    }
}
