//! Tests of the whole queue: a small cluster for the hints, and one file per concern.

mod any_change;
mod back_off;
mod events;
mod gates_and_order;
mod invariants;
mod without_hints;

use std::sync::Arc;

use super::{HintContext, Moved, Place, QueueConfig, QueuedPod, RequeueRule, SchedulingQueue};
use crate::api::testing;
use crate::api::{
    InclusionPolicy, LabelSelector, Labels, Node, NodeId, Pod, PodId, PodSpec, Requirement,
    SchedulerBehaviour, SpreadConstraint, WhenUnsatisfiable,
};
use crate::kernel::{Interner, SimTime, Symbol};
use crate::scheduler::framework::ClusterEvent;
use crate::scheduler::framework::{PluginArgs, PluginId, PluginSet};
use crate::scheduler::plugins::in_tree;
use crate::scheduler::well_known::WellKnown;

/// The settings of v1.34.
pub(super) fn config() -> QueueConfig {
    QueueConfig::new(&SchedulerBehaviour {
        node_inclusion_policy_in_pod_topology_spread: true,
        match_label_keys_in_pod_topology_spread: true,
        min_domains_in_pod_topology_spread: true,
        async_preemption: true,
        queueing_hints: true,
        pop_from_backoff_q: true,
        in_place_pod_vertical_scaling: true,
        taint_update_counts_as_node_add: true,
        anti_affinity_of_deleted_pod: false,
        any_anti_affinity_term: false,
        ties_by_heap: false,
        balance_by_change: false,
    })
}

/// The settings of v1.34 without `SchedulerPopFromBackoffQ`.
fn exact() -> QueueConfig {
    QueueConfig { pop_from_backoff_q: false, ..config() }
}

/// The settings of v1.26.
fn without_hints() -> QueueConfig {
    QueueConfig { queueing_hints: false, ..exact() }
}

/// The settings of the recorded closed loops.
fn any_change() -> QueueConfig {
    QueueConfig { requeue: RequeueRule::AnyChange, ..config() }
}

/// What the hints see.
#[derive(Debug)]
struct Cluster {
    names: Interner,
    known: WellKnown,
    /// The nodes that would take any pod.
    inviting: Vec<NodeId>,
}

impl HintContext for Cluster {
    fn names(&self) -> &Interner {
        &self.names
    }

    fn known(&self) -> &WellKnown {
        &self.known
    }

    fn namespace_labels(&self, _namespace: Symbol) -> Option<&Labels> {
        None
    }

    fn default_selector(&self, _pod: &Pod) -> LabelSelector {
        LabelSelector { requirements: Vec::new() }
    }

    fn args(&self, _pod: &Pod) -> Option<&PluginArgs> {
        None
    }

    fn node_would_take(&self, _pod: &Pod, node: &Node) -> bool {
        self.inviting.contains(&node.id)
    }
}

/// A move: pod, from, to, why, plugin.
type Told = (u32, Option<Place>, Place, &'static str, Option<&'static str>);

/// A queue and its cluster. Times are milliseconds.
struct Bench {
    cluster: Cluster,
    queue: SchedulingQueue,
}

fn at(millis: u64) -> SimTime {
    SimTime(millis * 1_000_000)
}

/// The set of plugins of these names.
fn plugins(names: &[&str]) -> PluginSet {
    let registry = in_tree();
    names.iter().map(|name| registry.by_name(name).expect("a registered plugin")).collect()
}

const FIT: &[&str] = &["NodeResourcesFit"];
const SPREAD: &[&str] = &["PodTopologySpread"];

impl Bench {
    fn new(config: QueueConfig) -> Self {
        let mut names = Interner::new();
        let known = WellKnown::new(&mut names);
        let mut queue = SchedulingQueue::new(config, &in_tree());
        queue.record_moves(true);
        Self { cluster: Cluster { names, known, inviting: Vec::new() }, queue }
    }

    /// A pod with a spec of its own.
    fn pod(&mut self, id: u32, change: impl FnOnce(&mut PodSpec, &mut Interner)) -> Arc<Pod> {
        let mut pod = testing::pod(&mut self.cluster.names, id, &format!("pod-{id}"));
        change(Arc::make_mut(&mut pod.spec), &mut self.cluster.names);
        Arc::new(pod)
    }

    fn node(&mut self, id: u32) -> Arc<Node> {
        Arc::new(testing::node(&mut self.cluster.names, id, &format!("node-{id}")))
    }

    /// Adds a plain pod of this priority.
    fn add(&mut self, id: u32, priority: i32, millis: u64) -> Arc<Pod> {
        let pod = self.pod(id, |spec, _| spec.priority = priority);
        self.queue.add(Arc::clone(&pod), PluginSet::default(), at(millis));
        pod
    }

    fn pop(&mut self, millis: u64) -> Option<u32> {
        self.queue.pop(at(millis)).map(|queued| queued.pod.id.0)
    }

    /// Pops until there is nothing more, and finishes every pod.
    fn drain(&mut self, millis: u64) -> Vec<u32> {
        let mut order = Vec::new();
        while let Some(pod) = self.pop(millis) {
            self.queue.done(PodId(pod));
            order.push(pod);
        }
        order
    }

    fn fail(&mut self, pod: &Arc<Pod>, rejected_by: &[&str], millis: u64) {
        self.queue.add_unschedulable(Arc::clone(pod), plugins(rejected_by), at(millis), &self.cluster);
    }

    /// Adds a pod, pops it and lets the attempt fail, all at one instant.
    fn add_failed(&mut self, pod: &Arc<Pod>, rejected_by: &[&str], millis: u64) {
        self.queue.add(Arc::clone(pod), PluginSet::default(), at(millis));
        assert_eq!(self.pop(millis), Some(pod.id.0), "nothing else is ready");
        self.fail(pod, rejected_by, millis);
    }

    fn observe(&mut self, event: &ClusterEvent, millis: u64) {
        self.queue.observe(event, at(millis), &self.cluster);
    }

    fn update(&mut self, old: &Arc<Pod>, new: &Arc<Pod>, gated_by: &[&str], millis: u64) {
        let new = Arc::clone(new);
        self.queue.update(old, new, plugins(gated_by), at(millis), &self.cluster);
    }

    fn place(&self, pod: u32) -> Option<Place> {
        self.queue.place_of(PodId(pod))
    }

    fn queued(&self, pod: u32) -> &QueuedPod {
        let waiting = self.queue.waiting();
        waiting.into_iter().find(|queued| queued.pod.id.0 == pod).expect("the pod waits")
    }

    /// The moves since the last call.
    fn moves(&mut self) -> Vec<Told> {
        let moves = self.queue.take_moves().into_iter();
        moves
            .map(|Moved { pod, from, to, why, plugin }| {
                (pod.0, from, to, why.as_str(), plugin.map(PluginId::name))
            })
            .collect()
    }
}

/// A pod on a node, that is gone.
fn deleted(pod: &Arc<Pod>) -> ClusterEvent {
    ClusterEvent::AssignedPodDelete(on_node(pod))
}

/// The same pod, bound.
fn on_node(pod: &Pod) -> Arc<Pod> {
    Arc::new(Pod { node: Some(NodeId(0)), ..pod.clone() })
}

/// Labels a pod `app: web` and lets it spread over zones with others of this label.
fn spreads(spec: &mut PodSpec, names: &mut Interner) {
    let (app, web) = (names.intern("app"), names.intern("web"));
    spec.labels = Labels::new([(app, web)]);
    spec.spread_constraints = vec![SpreadConstraint {
        topology_key: names.intern("topology.kubernetes.io/zone"),
        max_skew: 1,
        when_unsatisfiable: WhenUnsatisfiable::DoNotSchedule,
        selector: Some(LabelSelector { requirements: vec![Requirement::equals(app, web)] }),
        match_label_keys: Vec::new(),
        min_domains: 1,
        node_affinity_policy: InclusionPolicy::Honor,
        node_taints_policy: InclusionPolicy::Ignore,
    }];
}
