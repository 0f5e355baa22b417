//! A fork of the cache for trials: pods and nodes come and go in it, and at its end everything is as it was
//! (`clustersnapshot` of cluster-autoscaler; the dry runs of preemption in kube-scheduler v1.34).
//!
//! It costs what it changes, not what the cluster holds: a trial with a pod more or less on a node keeps
//! that node. Forks can be forked again.
//!
//! A cycle can be asked about a fork, but not a [`FastCycle`](crate::scheduler::fast::FastCycle): what it
//! keeps follows the cache itself.

use std::sync::Arc;

use super::Cache;
use super::undo::Mark;
use crate::api::{Node, NodeId, Pod, PodId};

/// A forked cache, which is as it was once the fork is dropped.
#[derive(Debug)]
pub struct Snapshot<'c> {
    cache: &'c mut Cache,
    mark: Mark,
}

impl<'c> Snapshot<'c> {
    /// Forks a cache.
    pub fn fork(cache: &'c mut Cache) -> Self {
        let mark = cache.begin_fork();
        Self { cache, mark }
    }

    /// Forks the fork.
    pub fn fork_again(&mut self) -> Snapshot<'_> {
        Snapshot::fork(self.cache)
    }

    /// The cache as it is in the fork.
    pub fn cache(&self) -> &Cache {
        self.cache
    }

    /// The same for a cycle to work on, or for changes of its nodes and pods. Namespaces, owners of
    /// selectors and nominations are not forked.
    pub fn cache_mut(&mut self) -> &mut Cache {
        self.cache
    }

    /// A pod comes to its node.
    pub fn add_pod(&mut self, pod: Arc<Pod>) {
        self.cache.put_pod(pod);
    }

    /// A pod leaves its node; whether it was there.
    pub fn remove_pod(&mut self, pod: PodId) -> bool {
        self.cache.remove_pod(pod)
    }

    /// A node appears or changes.
    pub fn put_node(&mut self, node: &Arc<Node>) {
        self.cache.put_node(node);
    }

    /// A node goes.
    pub fn remove_node(&mut self, node: NodeId) {
        self.cache.remove_node(node);
    }

    /// Ends the fork: everything is as it was.
    pub fn revert(self) {
        drop(self);
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        self.cache.revert_to(self.mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::{node, pod};
    use crate::api::{AffinityTerm, NodeImage, PodAffinity};
    use crate::kernel::{Interner, Symbol};
    use proptest::prelude::*;

    const NODES: u32 = 5;
    const PODS: u32 = 8;

    /// A change of a node (0 to 3: put it, in one of two zones, with an image or not; else remove it) or of
    /// a pod (on a node, or gone).
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Node(u32, u8),
        Pod(u32, Option<u32>),
        Refresh,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..NODES, 0_u8..6).prop_map(|(id, how)| Step::Node(id, how)),
            (0..PODS, prop::option::of(0..NODES)).prop_map(|(id, home)| Step::Pod(id, home)),
            Just(Step::Refresh),
        ]
    }

    fn term(key: Symbol) -> AffinityTerm {
        AffinityTerm {
            selector: None,
            namespaces: Vec::new(),
            namespace_selector: None,
            every_namespace_if_incoming: false,
            topology_key: key,
            match_label_keys: Vec::new(),
            mismatch_label_keys: Vec::new(),
        }
    }

    fn take(step: Step, cache: &mut Cache, names: &mut Interner) {
        match step {
            Step::Node(id, how @ 0..4) => {
                let mut made = node(names, id, &format!("node-{id}"));
                made.labels.set(cache.known().zone, names.intern(if how < 2 { "a" } else { "b" }));
                if how % 2 == 0 {
                    made.images = vec![NodeImage { name: names.intern("web:1"), size_bytes: i64::from(id) }];
                }
                cache.put_node(&Arc::new(made));
            }
            Step::Node(id, _) => cache.remove_node(NodeId(id)),
            Step::Pod(id, Some(home)) => {
                let mut made = pod(names, id, &format!("pod-{id}"));
                made.node = Some(NodeId(home));
                let key = cache.known().hostname;
                let spec = Arc::make_mut(&mut made.spec);
                spec.priority = i32::try_from(id % 3).expect("small");
                spec.requests.usage.milli_cpu = 100;
                if id % 2 == 0 {
                    spec.anti_affinity = PodAffinity { required: vec![term(key)], preferred: Vec::new() };
                }
                cache.put_pod(Arc::new(made));
            }
            Step::Pod(id, None) => {
                cache.remove_pod(PodId(id));
            }
            Step::Refresh => cache.refresh(),
        }
    }

    /// All that can be seen of a cache, orders included.
    fn told(cache: &Cache, names: &Interner) -> String {
        let infos: Vec<_> = (0..cache.unused_node_id().0).map(|id| cache.node_info(NodeId(id))).collect();
        let homes: Vec<_> = (0..PODS).map(|id| cache.home_of(PodId(id))).collect();
        let image = names.get("web:1").and_then(|name| cache.image(name));
        format!(
            "{infos:?} {homes:?} {image:?} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?}",
            cache.nodes(),
            cache.tree,
            cache.list_is_stale,
            cache.nodes_with_affinity(),
            cache.nodes_with_required_anti_affinity(),
            cache.priorities,
            cache.changes().end(),
            cache.epochs(),
        )
    }

    proptest! {
        /// A fork shows what a cache of the same history shows, and leaves nothing behind.
        #[test]
        fn a_fork_leaves_nothing_behind(
            before in prop::collection::vec(step(), 0..40),
            within in prop::collection::vec(step(), 0..20),
            deeper in prop::collection::vec(step(), 0..20),
        ) {
            let names = &mut Interner::new();
            let mut cache = Cache::new(names);
            for step in &before {
                take(*step, &mut cache, names);
            }
            let start = told(&cache, names);
            let mut plain = cache.clone();
            let mut fork = Snapshot::fork(&mut cache);
            for step in &within {
                take(*step, fork.cache_mut(), names);
                take(*step, &mut plain, names);
            }
            let seen = |cache: &Cache| format!("{:?} {:?} {:?}", cache.infos, cache.list, cache.priorities);
            prop_assert_eq!(seen(fork.cache()), seen(&plain));
            let middle = told(fork.cache(), names);
            let mut again = fork.fork_again();
            for step in &deeper {
                take(*step, again.cache_mut(), names);
            }
            again.revert();
            prop_assert_eq!(told(fork.cache(), names), middle);
            fork.revert();
            prop_assert_eq!(told(&cache, names), start);
            prop_assert!(cache.undo.is_none());
        }
    }
}
