//! What all templates read: places, loads, domains, classes, and the log of what changed.

use std::sync::Arc;

use super::classes::{ClassId, Classes};
use super::loads::NodeLoad;
use super::log::{Entry, Log};
use super::topologies::Topologies;
use crate::api::{NodeId, PodSpec};
use crate::scheduler::cache::Cache;
use crate::scheduler::cache::changes::CacheChange;

/// The place of a node that is not in the list.
const NO_PLACE: u32 = u32::MAX;

/// Nodes and pods as of the last look at the cache.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) classes: Classes,
    pub(super) topologies: Topologies,
    /// The place of each node by its number.
    pub(super) places: Vec<u32>,
    pub(super) loads: Vec<NodeLoad>,
    pub(super) log: Log,
    /// Changes of nodes alone.
    pub(super) node_log: Log,
    list_epoch: Option<u64>,
    seen: u64,
}

impl Shared {
    /// Takes over what changed in the cache; whether the list of nodes is another one, so that nothing
    /// that is kept by place holds any more.
    pub(super) fn catch_up(&mut self, cache: &Cache) -> bool {
        let changes = self.list_epoch.and_then(|_| cache.changes().since(self.seen));
        self.seen = cache.changes().end();
        let is_new = changes.is_none() || self.list_epoch != Some(cache.epochs().list);
        match changes {
            Some(changes) => {
                for change in changes {
                    self.take(change, cache, is_new);
                }
            }
            None => self.count_all(cache),
        }
        if is_new {
            self.list_epoch = Some(cache.epochs().list);
            self.start_anew(cache);
        }
        is_new
    }

    fn take(&mut self, change: &CacheChange, cache: &Cache, list_is_new: bool) {
        match change {
            CacheChange::Pod { node, spec, pods, living } => {
                let class = self.classes.class_of(spec);
                self.classes.count(class, *node, i64::from(*pods), i64::from(*living));
                if !list_is_new {
                    self.log(*node, Some(class), (*pods, *living), cache);
                }
            }
            CacheChange::Node(node) if !list_is_new => self.log(*node, None, (0, 0), cache),
            CacheChange::Node(_) => {}
        }
    }

    fn log(&mut self, node: NodeId, class: Option<ClassId>, (pods, living): (i8, i8), cache: &Cache) {
        let place = self.places.get(node.index()).copied().unwrap_or(NO_PLACE);
        if place == NO_PLACE {
            return;
        }
        self.loads[place as usize] = NodeLoad::of(cache.node_info(node));
        let entry = Entry { place, class, pods, living };
        self.log.push(entry);
        if class.is_none() {
            self.topologies.node_changed(place as usize, node, cache);
            self.node_log.push(entry);
        }
    }

    /// Counts all pods anew: the cache does not keep all changes since the last look.
    fn count_all(&mut self, cache: &Cache) {
        self.classes.clear_nodes();
        for id in (0..cache.unused_node_id().0).map(NodeId) {
            for pod in cache.node_info(id).pods() {
                let class = self.classes.class_of(&pod.spec);
                self.classes.count(class, id, 1, i64::from(pod.deleted.is_none()));
            }
        }
    }

    fn start_anew(&mut self, cache: &Cache) {
        let nodes = cache.nodes();
        self.places.clear();
        self.places.resize(cache.unused_node_id().index(), NO_PLACE);
        self.loads.clear();
        for (place, node) in (0_u32..).zip(nodes) {
            self.places[node.index()] = place;
            self.loads.push(NodeLoad::of(cache.node_info(*node)));
        }
        self.topologies = Topologies::default();
        self.log = Log::new(nodes.len());
        self.node_log = Log::new(nodes.len());
    }

    /// The class of a spec.
    pub(super) fn class_of(&mut self, spec: &Arc<PodSpec>) -> ClassId {
        self.classes.class_of(spec)
    }
}
