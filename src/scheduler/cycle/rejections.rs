//! Everything that is in a pod's way: all plugins that reject a node, not only the first.
//!
//! Kubernetes asks no further filter once one has rejected a node, so its message names one reason a
//! node. What would help a pod follows from all of them.

use super::{Cycle, CycleInput};
use crate::api::{NodeId, Pod};
use crate::scheduler::framework::{CycleContext, CycleState, NodeSubset, PluginSet, Status};

/// What is in a pod's way on every node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejections {
    /// Set if PreFilter rejected the pod as a whole; then `nodes` is empty.
    pub pre_filter: Option<Status>,
    /// The nodes, in the order of the node list.
    pub nodes: Vec<NodeRejections>,
}

/// What is in a pod's way on one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRejections {
    /// The node.
    pub node: NodeId,
    /// One status a rejecting plugin, in the order of the profile; empty if the node is feasible. The
    /// first is the one that Kubernetes gives.
    pub statuses: Vec<Status>,
}

impl Rejections {
    /// All plugins that reject the pod or any node.
    pub fn plugins(&self) -> PluginSet {
        let statuses = self.pre_filter.iter().chain(self.nodes.iter().flat_map(|node| &node.statuses));
        let mut plugins = PluginSet::default();
        statuses.for_each(|status| plugins.insert(status.plugin));
        plugins
    }

    /// The nodes by the number of rejecting plugins, fewest first, then of reasons, then by the order of
    /// the list.
    pub fn nearest_first(&self) -> Vec<&NodeRejections> {
        let mut nodes: Vec<&NodeRejections> = self.nodes.iter().collect();
        let reasons = |node: &NodeRejections| node.statuses.iter().flat_map(Status::reasons).count();
        nodes.sort_by_key(|node| (node.statuses.len(), reasons(node)));
        nodes
    }
}

impl Cycle {
    /// Asks every filter about every node, whatever the others say. Changes nothing.
    #[expect(clippy::needless_pass_by_value, reason = "taken like the input of a real cycle")]
    pub fn rejections(pod: &Pod, input: CycleInput<'_>) -> Rejections {
        input.cache.refresh();
        let cycle = CycleContext { pod, cache: input.cache, names: input.names, behaviour: input.behaviour };
        let mut state = CycleState::default();
        let pre_filtered = match input.framework.run_pre_filter(&mut state, &cycle) {
            Ok(pre_filtered) => pre_filtered,
            Err(status) => return Rejections { pre_filter: Some(status), nodes: Vec::new() },
        };
        let of_node = |&node: &NodeId| {
            let info = cycle.cache.node_info(node);
            let mut statuses = input.framework.run_all_filters(&state, &cycle, info);
            if let NodeSubset::Names(names) = &pre_filtered.nodes
                && names.binary_search(&info.node().name).is_err()
            {
                let absent = pre_filtered.absent_status();
                // The same plugin's filter says the same in other words.
                statuses.retain(|status| status.plugin != absent.plugin);
                statuses.insert(0, absent);
            }
            NodeRejections { node, statuses }
        };
        Rejections { pre_filter: None, nodes: cycle.cache.nodes().iter().map(of_node).collect() }
    }
}
