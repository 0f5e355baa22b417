//! How a forked cache finds back: what each change replaced, in order.
//!
//! A change of one node keeps that node as it was, a change of the list of nodes keeps the list. Nothing is
//! kept, and nothing is logged for readers ([`super::changes`]), unless the cache is forked.

use super::changes::Epochs;
use super::node_list::NodeTree;
use super::node_set::SetChange;
use super::{Cache, ImageState};
use crate::api::{NodeId, PodId};
use crate::kernel::Symbol;
use crate::scheduler::node_info::NodeInfo;

/// What was there before a change.
#[derive(Clone, Debug)]
pub(super) enum Undo {
    Info(NodeId, Box<NodeInfo>),
    /// So many nodes were known.
    Known(usize),
    Home(PodId, Option<NodeId>),
    /// So many pods had the priority.
    Priority(i32, usize),
    Affinity(NodeId, SetChange),
    RequiredAntiAffinity(NodeId, SetChange),
    Tree(NodeTree, bool),
    List(Vec<NodeId>),
    Image(Symbol, Option<ImageState>),
}

/// Where a fork began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    entries: usize,
    epochs: Epochs,
    panicking: usize,
    is_outermost: bool,
}

impl Cache {
    /// From now on changes can be undone.
    pub(super) fn begin_fork(&mut self) -> Mark {
        let is_outermost = self.undo.is_none();
        let entries = self.undo.get_or_insert_default().len();
        Mark { entries, epochs: self.epochs, panicking: self.panicking, is_outermost }
    }

    /// Undoes all changes since a fork began.
    pub(super) fn revert_to(&mut self, mark: Mark) {
        let mut entries = self.undo.take().expect("a forked cache keeps what its changes replaced");
        while entries.len() > mark.entries {
            if let Some(entry) = entries.pop() {
                self.put_back(entry);
            }
        }
        self.epochs = mark.epochs;
        self.panicking = mark.panicking;
        self.undo = (!mark.is_outermost).then_some(entries);
    }

    /// Keeps what a change is about to replace, if the cache is forked.
    pub(super) fn keep(&mut self, before: impl FnOnce(&Self) -> Undo) {
        if self.undo.is_some() {
            let entry = before(self);
            self.undo.get_or_insert_default().push(entry);
        }
    }

    /// Keeps a node as it is, if the cache is forked.
    pub(super) fn keep_info(&mut self, id: NodeId) {
        self.keep(|cache| Undo::Info(id, Box::new(cache.infos[id.index()].clone())));
    }

    /// Keeps how many pods have a priority, if the cache is forked.
    pub(super) fn keep_priority(&mut self, priority: i32) {
        self.keep(|cache| Undo::Priority(priority, cache.priorities.get(&priority).copied().unwrap_or(0)));
    }

    /// Keeps the tree of nodes, if the cache is forked.
    pub(super) fn keep_tree(&mut self) {
        self.keep(|cache| Undo::Tree(cache.tree.clone(), cache.list_is_stale));
    }

    fn put_back(&mut self, entry: Undo) {
        match entry {
            Undo::Info(id, info) => self.infos[id.index()] = *info,
            Undo::Known(count) => self.infos.truncate(count),
            Undo::Home(pod, Some(home)) => {
                self.homes.insert(pod, home);
            }
            Undo::Home(pod, None) => {
                self.homes.remove(&pod);
            }
            Undo::Priority(priority, 0) => {
                self.priorities.remove(&priority);
            }
            Undo::Priority(priority, count) => {
                self.priorities.insert(priority, count);
            }
            Undo::Affinity(node, change) => self.with_affinity.undo(node, change),
            Undo::RequiredAntiAffinity(node, change) => self.with_required_anti_affinity.undo(node, change),
            Undo::Tree(tree, is_stale) => (self.tree, self.list_is_stale) = (tree, is_stale),
            Undo::List(list) => (self.list, self.list_is_stale) = (list, true),
            Undo::Image(name, Some(state)) => {
                self.images.insert(name, state);
            }
            Undo::Image(name, None) => {
                self.images.remove(&name);
            }
        }
    }
}
