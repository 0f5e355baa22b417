//! The kubelet's general admission: does the node hold what a pod asks for, and is it the pod's node?
//!
//! Source: kubelet v1.34, `lifecycle/predicate.go`, and `AdmissionCheck` of `pkg/scheduler`: resources,
//! node affinity, node name, host ports, then taints `NoExecute`; the first that fails is told. It runs
//! after the managers, on every node. The scheduler's filters see the same sums, so that it refuses what
//! the scheduler did not place, or placed on a stale view.
//! DIFFERENCE: no preemption for critical pods; of several extended resources that are short, which one is
//! told is random in the kubelet (here: the bytewise first); operating systems and `supplementalGroupsPolicy`
//! are not looked at.

use std::borrow::Cow;
use std::fmt;

use crate::api::{HostPort, Node, PodSpec, Resources, TaintEffect};
use crate::component_helpers::node_affinity::pod_admits_node;
use crate::kernel::Interner;

/// What the pods that a kubelet has admitted take from its node.
#[derive(Clone, Debug, Default)]
pub struct NodeLoad {
    used: Resources,
    pods: i64,
    ports: Vec<HostPort>,
}

/// Why the general admission refuses a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PredicateFailure {
    /// The node has too little of something.
    Insufficient {
        /// Of what: `cpu`, `memory`, `pods`, …
        resource: Cow<'static, str>,
        /// What the pod asks for, in the resource's own unit (CPU: thousandths).
        requested: i64,
        /// What other pods ask for.
        used: i64,
        /// What the node has.
        capacity: i64,
    },
    /// A predicate does not hold.
    Predicate {
        /// Its name.
        name: &'static str,
        /// Its words.
        why: &'static str,
    },
}

impl PredicateFailure {
    /// `status.reason` of the pod.
    pub fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::Insufficient { resource, .. } => format!("OutOf{resource}").into(),
            Self::Predicate { name, .. } => (*name).into(),
        }
    }
}

impl fmt::Display for PredicateFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insufficient { resource, requested, used, capacity } => write!(
                f,
                "Node didn't have enough resource: {resource}, requested: {requested}, used: {used}, \
                 capacity: {capacity}"
            ),
            Self::Predicate { name, why } => write!(f, "Predicate {name} failed: {why}"),
        }
    }
}

const fn predicate(name: &'static str, why: &'static str) -> PredicateFailure {
    PredicateFailure::Predicate { name, why }
}

impl NodeLoad {
    /// A pod is admitted.
    pub fn add(&mut self, pod: &PodSpec) {
        self.used.add(&pod.requests.usage, 1);
        self.pods += 1;
        self.ports.extend(&pod.host_ports);
    }

    /// A pod is no longer active.
    pub fn remove(&mut self, pod: &PodSpec) {
        self.used.add(&pod.requests.usage, -1);
        self.pods -= 1;
        for port in &pod.host_ports {
            if let Some(place) = self.ports.iter().position(|held| held == port) {
                self.ports.swap_remove(place);
            }
        }
    }

    /// Whether the node takes the pod.
    pub fn admits(&self, pod: &PodSpec, node: &Node, names: &Interner) -> Result<(), PredicateFailure> {
        self.has_room(pod, node, names)?;
        if !pod_admits_node(pod, node, names) {
            return Err(predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector"));
        }
        if pod.node_name.is_some_and(|name| name != node.name) {
            return Err(predicate("NodeName", "node(s) didn't match the requested node name"));
        }
        let mut wanted = pod.host_ports.iter().filter(|port| port.port > 0);
        if wanted.any(|port| self.ports.iter().any(|held| held.conflicts_with(port))) {
            return Err(predicate("NodePorts", "node(s) didn't have free ports for the requested pod ports"));
        }
        let mut driving = node.taints.iter().filter(|taint| taint.effect == TaintEffect::NoExecute);
        if driving.any(|taint| !taint.is_tolerated_by(&pod.tolerations)) {
            return Err(predicate("TaintToleration", "node(s) had taints that the pod didn't tolerate"));
        }
        Ok(())
    }

    fn has_room(&self, pod: &PodSpec, node: &Node, names: &Interner) -> Result<(), PredicateFailure> {
        let (wanted, used, has) = (&pod.requests.fit, &self.used, &node.allocatable);
        let named = [
            ("pods", 1, self.pods, has.pods),
            ("cpu", wanted.milli_cpu, used.milli_cpu, has.milli_cpu),
            ("memory", wanted.memory, used.memory, has.memory),
            ("ephemeral-storage", wanted.ephemeral_storage, used.ephemeral_storage, has.ephemeral_storage),
        ];
        for (resource, requested, used, capacity) in named {
            if requested > 0 && requested > capacity - used {
                return Err(PredicateFailure::Insufficient {
                    resource: resource.into(),
                    requested,
                    used,
                    capacity,
                });
            }
        }
        // An extended resource that the node does not know is none of the kubelet's business.
        let known = wanted.scalar.iter().filter(|(name, _)| has.scalar.iter().any(|(of, _)| of == name));
        let short = known.filter(|(name, wanted)| {
            *wanted > 0 && *wanted > has.scalar_amount(*name) - used.scalar_amount(*name)
        });
        match short.min_by(|a, b| names.resolve(a.0).cmp(names.resolve(b.0))) {
            None => Ok(()),
            Some((name, requested)) => Err(PredicateFailure::Insufficient {
                resource: names.resolve(*name).to_owned().into(),
                requested: *requested,
                used: used.scalar_amount(*name),
                capacity: has.scalar_amount(*name),
            }),
        }
    }
}
