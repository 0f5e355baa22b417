//! Why no node fits, in the words of Kubernetes (`framework.FitError` and the message of
//! DefaultPreemption, kube-scheduler v1.34).

use crate::api::NodeId;
use crate::kernel::Interner;
use crate::scheduler::framework::{Code, CycleContext, PluginSet, PreFiltered, Reason, Status};

/// What DynamicResources contributes before DefaultPreemption in v1.34.
const NO_NEW_CLAIMS: &str = "no new claims to deallocate";
const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";
const NO_VICTIMS: &str = "No preemption victims found for incoming pod";

/// No node fits a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FitError {
    /// Nodes in the cluster.
    pub all_nodes: usize,
    /// Set if PreFilter rejected the pod as a whole.
    pub pre_filter: Option<Status>,
    /// The reason of PreFilter is told with the number of nodes (up to v1.25).
    pub counts_nodes: bool,
    /// Each reason with the number of nodes that gave it; empty after a PreFilter rejection.
    pub reasons: Vec<(Reason, usize)>,
    /// The plugins that rejected the pod, or a node, or named the nodes that come into question: only
    /// events that these care about can help the pod.
    pub unschedulable_plugins: PluginSet,
    /// Nodes where pods that go away may help (`Unschedulable`).
    pub resolvable: usize,
    /// Of these, nodes with pods of a lower priority. If there are any, Kubernetes would try
    /// preemption, which is not simulated.
    pub preemptible: usize,
    /// The node that a plugin at PostFilter found a way onto.
    pub nominated: Option<NodeId>,
    /// A node had been chosen, and a plugin then rejected the pod there; nobody looks for a way out.
    pub is_after_choice: bool,
}

impl FitError {
    /// PreFilter rejected the pod.
    pub fn from_pre_filter(cycle: &CycleContext<'_>, status: Status) -> Self {
        let nodes = cycle.cache.nodes();
        let resolvable = status.code == Code::Unschedulable;
        let mut unschedulable_plugins = PluginSet::default();
        unschedulable_plugins.insert(status.plugin);
        Self {
            all_nodes: nodes.len(),
            pre_filter: Some(status),
            counts_nodes: cycle.behaviour.pre_filter_messages_count_nodes,
            reasons: Vec::new(),
            unschedulable_plugins,
            resolvable: if resolvable { nodes.len() } else { 0 },
            preemptible: if resolvable { preemptible(cycle, nodes.iter()) } else { 0 },
            nominated: None,
            is_after_choice: false,
        }
    }

    /// A plugin rejected the pod on the node that was chosen, which is the only one that counts then.
    pub fn on_chosen_node(status: &Status) -> Self {
        let mut unschedulable_plugins = PluginSet::default();
        unschedulable_plugins.insert(status.plugin);
        Self {
            all_nodes: 1,
            pre_filter: None,
            counts_nodes: false,
            reasons: status.reasons().map(|reason| (reason.clone(), 1)).collect(),
            unschedulable_plugins,
            resolvable: usize::from(status.code == Code::Unschedulable),
            preemptible: 0,
            nominated: None,
            is_after_choice: true,
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
        let mut count =
            |reason: &Reason, nodes: usize| match reasons.iter_mut().find(|counted| counted.0 == *reason) {
                Some(counted) => counted.1 += nodes,
                None => reasons.push((reason.clone(), nodes)),
            };
        let waits = cycle.behaviour.naming_plugins_wait_for_events;
        let mut unschedulable_plugins: PluginSet =
            pre_filtered.by.iter().copied().filter(|_| waits).collect();
        for (_, status) in rejected {
            unschedulable_plugins.insert(status.plugin);
            status.reasons().for_each(|reason| count(reason, 1));
        }
        let absent = all_nodes - rejected.len();
        if absent > 0 {
            pre_filtered.absent_status().reasons().for_each(|reason| count(reason, absent));
        }
        let resolvable = || rejected.iter().filter(|pair| pair.1.code == Code::Unschedulable);
        Self {
            all_nodes,
            pre_filter: None,
            counts_nodes: false,
            reasons,
            unschedulable_plugins,
            resolvable: resolvable().count(),
            preemptible: preemptible(cycle, resolvable().map(|pair| &pair.0)),
            nominated: None,
            is_after_choice: false,
        }
    }

    /// The message of the error itself: `0/5 nodes are available: 1 Insufficient cpu, 4 ….`
    pub fn message(&self, names: &Interner) -> String {
        let head = format!("0/{} nodes are available:", self.all_nodes);
        if let Some(status) = self.pre_filter.as_ref().filter(|_| self.counts_nodes) {
            let reasons = status.reasons().map(|reason| format!("{} {}", self.all_nodes, reason.text(names)));
            return sentence(head, reasons.collect());
        }
        if let Some(status) = &self.pre_filter {
            return format!("{head} {}.", status.message(names));
        }
        let reasons = self.reasons.iter().map(|(reason, nodes)| format!("{nodes} {}", reason.text(names)));
        sentence(head, reasons.collect())
    }

    /// The message of the event `FailedScheduling` of v1.34: the error's and what PostFilter adds where
    /// preemption finds no pod of lower priority to evict. Where there are such pods
    /// ([`FitError::preemptible`]), what preemption would say is not known and nothing is added.
    pub fn message_with_preemption(&self, names: &Interner) -> String {
        if self.preemptible > 0 || self.is_after_choice {
            return self.message(names);
        }
        let counts = [(self.resolvable, NO_VICTIMS), (self.all_nodes - self.resolvable, NOT_HELPFUL)];
        let counts = counts.iter().filter(|count| count.0 > 0).map(|(nodes, text)| format!("{nodes} {text}"));
        let preemption = sentence(format!("0/{} nodes are available:", self.all_nodes), counts.collect());
        format!("{} {NO_NEW_CLAIMS}, preemption: {preemption}", self.message(names))
    }
}

/// `head a, b.` with the parts in bytewise order, as Kubernetes sorts them: numbers as text.
fn sentence(head: String, mut parts: Vec<String>) -> String {
    parts.sort_unstable();
    if parts.is_empty() { head } else { format!("{head} {}.", parts.join(", ")) }
}

fn preemptible<'a>(cycle: &CycleContext<'_>, nodes: impl Iterator<Item = &'a NodeId>) -> usize {
    let priority = cycle.pod.spec.priority;
    if cycle.cache.lowest_priority().is_none_or(|lowest| lowest >= priority) {
        return 0;
    }
    let has_lower =
        |node: &&NodeId| cycle.cache.node_info(**node).pods().iter().any(|pod| pod.spec.priority < priority);
    nodes.filter(has_lower).count()
}
