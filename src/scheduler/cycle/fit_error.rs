//! Why no node fits, in the words of Kubernetes (`framework.FitError` of kube-scheduler v1.34).

use crate::api::NodeId;
use crate::kernel::Interner;
use crate::scheduler::framework::{CycleContext, NoWayOut, PluginSet, PreFiltered, Reason, Status, WayOut};

/// No node fits a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FitError {
    /// Nodes in the cluster.
    pub all_nodes: usize,
    /// Set if PreFilter rejected the pod as a whole.
    pub pre_filter: Option<Status>,
    /// Each reason with the number of nodes that gave it; empty after a PreFilter rejection.
    pub reasons: Vec<(Reason, usize)>,
    /// The plugins that rejected the pod, or a node, or named the nodes that come into question: only
    /// events that these care about can help the pod.
    pub unschedulable_plugins: PluginSet,
    /// What the plugins at PostFilter found, if they were asked.
    pub post_filter: Option<Result<WayOut, NoWayOut>>,
}

impl FitError {
    /// PreFilter rejected the pod.
    pub fn from_pre_filter(cycle: &CycleContext<'_>, status: Status) -> Self {
        let mut unschedulable_plugins = PluginSet::default();
        unschedulable_plugins.insert(status.plugin);
        Self {
            all_nodes: cycle.cache.nodes().len(),
            pre_filter: Some(status),
            reasons: Vec::new(),
            unschedulable_plugins,
            post_filter: None,
        }
    }

    /// A plugin rejected the pod on the node that was chosen, which is the only one that counts then.
    pub fn on_chosen_node(status: &Status) -> Self {
        let mut unschedulable_plugins = PluginSet::default();
        unschedulable_plugins.insert(status.plugin);
        Self {
            all_nodes: 1,
            pre_filter: None,
            reasons: status.reasons().map(|reason| (reason.clone(), 1)).collect(),
            unschedulable_plugins,
            post_filter: None,
        }
    }

    /// Every node was rejected, by a filter or because PreFilter named others.
    pub fn from_filters(
        cycle: &CycleContext<'_>,
        rejected: &[(NodeId, Status)],
        pre_filtered: &PreFiltered,
    ) -> Self {
        let all_nodes = cycle.cache.nodes().len();
        let mut reasons: Vec<(Reason, usize)> = Vec::new();
        let mut unschedulable_plugins: PluginSet = pre_filtered.by.iter().copied().collect();
        for (_, status) in rejected {
            unschedulable_plugins.insert(status.plugin);
            status.reasons().for_each(|reason| count_reason(&mut reasons, reason, 1));
        }
        let absent = all_nodes - rejected.len();
        if absent > 0 {
            let status = pre_filtered.absent_status();
            status.reasons().for_each(|reason| count_reason(&mut reasons, reason, absent));
        }
        Self { all_nodes, pre_filter: None, reasons, unschedulable_plugins, post_filter: None }
    }

    /// The message of the error itself: `0/5 nodes are available: 1 Insufficient cpu, 4 ….`
    pub fn message(&self, names: &Interner) -> String {
        match &self.pre_filter {
            Some(status) => format!("{} {}.", head(self.all_nodes), status.message(names)),
            None => unavailable(self.all_nodes, &self.reasons, names),
        }
    }

    /// The message of the event `FailedScheduling`: the error's, and why PostFilter found no way out.
    pub fn message_with_post_filter(&self, names: &Interner) -> String {
        match &self.post_filter {
            Some(Err(none)) => format!("{} {}", self.message(names), none.status.message(names)),
            Some(Ok(_)) | None => self.message(names),
        }
    }

    /// The way out that PostFilter found.
    pub fn way_out(&self) -> Option<&WayOut> {
        self.post_filter.as_ref()?.as_ref().ok()
    }

    /// Whether the pod gives up the node that it was nominated for.
    pub fn gives_up_node(&self) -> bool {
        matches!(&self.post_filter, Some(Err(none)) if none.gives_up_node)
    }
}

/// Counts a reason for so many nodes.
pub fn count_reason(reasons: &mut Vec<(Reason, usize)>, reason: &Reason, nodes: usize) {
    match reasons.iter_mut().find(|counted| counted.0 == *reason) {
        Some(counted) => counted.1 += nodes,
        None => reasons.push((reason.clone(), nodes)),
    }
}

/// `0/5 nodes are available: 1 Insufficient cpu, 4 ….` with the parts in bytewise order, as Kubernetes sorts
/// them: numbers as text.
pub fn unavailable(all_nodes: usize, reasons: &[(Reason, usize)], names: &Interner) -> String {
    let counted = reasons.iter().map(|(reason, nodes)| format!("{nodes} {}", reason.text(names)));
    let mut parts: Vec<String> = counted.collect();
    parts.sort_unstable();
    let head = head(all_nodes);
    if parts.is_empty() { head } else { format!("{head} {}.", parts.join(", ")) }
}

fn head(all_nodes: usize) -> String {
    format!("0/{all_nodes} nodes are available:")
}
