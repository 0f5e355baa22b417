//! Single changes to a pod, to one node or to one other pod, and how each is carried out on a copy of
//! what the scheduler sees.

use std::sync::Arc;

use crate::api::{
    HostPort, InclusionPolicy, Labels, Node, NodeId, Pod, PodId, PodSpec, Requirement, Resources, Taint,
    TaintEffect, Toleration, TolerationOperator, WhenUnsatisfiable,
};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::cache::Cache;
use crate::scheduler::plugins::node_resources_fit::Scarce;
use crate::scheduler::plugins::resource_weights::ResourceName;

/// A single change. Constraints and terms are named by their place in the pod's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing is changed but that a terminating pod has gone.
    TerminatingPodGone {
        /// The pod.
        pod: PodId,
        /// Its node.
        node: NodeId,
    },
    /// A label key is added to a spread constraint's `matchLabelKeys`.
    MatchLabelKeys {
        /// Which constraint.
        constraint: usize,
        /// The key.
        key: Symbol,
        /// The pod's value of it.
        value: Symbol,
    },
    /// A spread constraint's `nodeTaintsPolicy` becomes `Honor`.
    HonorNodeTaints {
        /// Which constraint.
        constraint: usize,
    },
    /// A spread constraint's `nodeAffinityPolicy` changes.
    NodeAffinityPolicy {
        /// Which constraint.
        constraint: usize,
        /// The new policy.
        to: InclusionPolicy,
    },
    /// A spread constraint's `minDomains` is lowered.
    MinDomains {
        /// Which constraint.
        constraint: usize,
        /// Before.
        from: i32,
        /// After.
        to: i32,
    },
    /// A spread constraint's `maxSkew` is raised.
    MaxSkew {
        /// Which constraint.
        constraint: usize,
        /// Before.
        from: i32,
        /// After.
        to: i32,
    },
    /// A spread constraint becomes `ScheduleAnyway`, which to the filters is as if it were dropped.
    ScheduleAnyway {
        /// Which constraint.
        constraint: usize,
    },
    /// The pod requests less of a resource.
    LowerRequest {
        /// The resource.
        resource: ResourceName,
        /// Before, in the resource's own unit.
        from: i64,
        /// After.
        to: i64,
    },
    /// The pod tolerates one taint more.
    Tolerate {
        /// The taint.
        taint: Taint,
    },
    /// The pod gives up a host port.
    DropHostPort {
        /// The port.
        port: HostPort,
    },
    /// A label is taken out of the pod's `nodeSelector`.
    DropNodeSelector {
        /// The label's key.
        key: Symbol,
        /// Its value.
        value: Symbol,
    },
    /// A requirement is taken out of a term of the pod's required node affinity.
    DropNodeRequirement {
        /// Which term.
        term: usize,
        /// Which of its `matchExpressions`.
        expression: usize,
    },
    /// The pod's required node affinity is dropped as a whole.
    DropNodeAffinity,
    /// A required term of pod affinity is dropped.
    DropAffinityTerm {
        /// Which term.
        term: usize,
    },
    /// A required term of pod anti-affinity is dropped.
    DropAntiAffinityTerm {
        /// Which term.
        term: usize,
    },
    /// A node is uncordoned; its taint goes as well.
    Uncordon {
        /// The node.
        node: NodeId,
    },
    /// A taint is taken from a node.
    RemoveTaint {
        /// The node.
        node: NodeId,
        /// The taint.
        taint: Taint,
    },
    /// A node gets a label, or another value of it.
    LabelNode {
        /// The node.
        node: NodeId,
        /// The label's key.
        key: Symbol,
        /// The value.
        value: Symbol,
    },
    /// A node has more of something.
    AddResource {
        /// The node.
        node: NodeId,
        /// Of what.
        what: Scarce,
        /// How much more.
        amount: i64,
    },
    /// One pod less on a node.
    Evict {
        /// The pod.
        pod: PodId,
        /// Its node.
        node: NodeId,
    },
    /// One node more, the same as another, with nothing on it.
    AddNode {
        /// The other.
        like: NodeId,
        /// A label that has a value of its own on the new node, which is a new domain then.
        apart: Option<Symbol>,
    },
}

impl Change {
    /// Whether only the pod itself is changed.
    pub fn is_of_the_pod(&self) -> bool {
        !matches!(
            self,
            Self::TerminatingPodGone { .. }
                | Self::Uncordon { .. }
                | Self::RemoveTaint { .. }
                | Self::LabelNode { .. }
                | Self::AddResource { .. }
                | Self::Evict { .. }
                | Self::AddNode { .. }
        )
    }

    /// Carries the change out. The numbers are those of the cache that the change was found in.
    pub fn apply(&self, pod: &mut Pod, cache: &mut Cache, names: &mut Interner) {
        if self.is_of_the_pod() {
            self.apply_to_spec(Arc::make_mut(&mut pod.spec));
        } else {
            self.apply_to_cluster(cache, names);
        }
    }

    pub(super) fn apply_to_spec(&self, spec: &mut PodSpec) {
        match self {
            Self::MatchLabelKeys { constraint, key, value } => {
                let constraint = &mut spec.spread_constraints[*constraint];
                constraint.match_label_keys.push(*key);
                let merged = Requirement::equals(*key, *value);
                constraint
                    .selector
                    .iter_mut()
                    .for_each(|selector| selector.requirements.push(merged.clone()));
            }
            Self::HonorNodeTaints { constraint } => {
                spec.spread_constraints[*constraint].node_taints_policy = InclusionPolicy::Honor;
            }
            Self::NodeAffinityPolicy { constraint, to } => {
                spec.spread_constraints[*constraint].node_affinity_policy = *to;
            }
            Self::MinDomains { constraint, to, .. } => spec.spread_constraints[*constraint].min_domains = *to,
            Self::MaxSkew { constraint, to, .. } => spec.spread_constraints[*constraint].max_skew = *to,
            Self::ScheduleAnyway { constraint } => {
                spec.spread_constraints[*constraint].when_unsatisfiable = WhenUnsatisfiable::ScheduleAnyway;
            }
            Self::LowerRequest { resource, from, to } => lower_request(spec, *resource, from - to),
            Self::Tolerate { taint } => spec.tolerations.push(Toleration {
                key: Some(taint.key),
                operator: TolerationOperator::Equal,
                number: None,
                value: taint.value,
                effect: Some(taint.effect),
                toleration_seconds: None,
            }),
            Self::DropHostPort { port } => spec.host_ports.retain(|held| held != port),
            Self::DropNodeSelector { key, .. } => {
                spec.node_selector.remove(*key);
            }
            Self::DropNodeRequirement { term, expression } => {
                let terms = spec.required_node_terms.as_mut().expect("a requirement stands in a term");
                terms[*term].expressions.remove(*expression);
            }
            Self::DropNodeAffinity => spec.required_node_terms = None,
            Self::DropAffinityTerm { term } => {
                spec.affinity.required.remove(*term);
            }
            Self::DropAntiAffinityTerm { term } => {
                spec.anti_affinity.required.remove(*term);
            }
            _ => unreachable!("a change of the cluster"),
        }
    }

    pub(super) fn apply_to_cluster(&self, cache: &mut Cache, names: &mut Interner) {
        match self {
            Self::TerminatingPodGone { pod, .. } | Self::Evict { pod, .. } => {
                cache.remove_pod(*pod);
            }
            Self::Uncordon { node } => {
                let key = cache.known().unschedulable;
                change_node(cache, *node, |node| {
                    node.unschedulable = false;
                    node.taints.retain(|taint| taint.key != key || taint.effect != TaintEffect::NoSchedule);
                });
            }
            Self::RemoveTaint { node, taint } => {
                change_node(cache, *node, |node| node.taints.retain(|held| held != taint));
            }
            Self::LabelNode { node, key, value } => {
                change_node(cache, *node, |node| node.labels.set(*key, *value));
            }
            Self::AddResource { node, what, amount } => change_node(cache, *node, |node| match what {
                Scarce::Pods => node.allocatable.pods += amount,
                Scarce::Resource(name) => add(&mut node.allocatable, *name, *amount),
            }),
            Self::AddNode { like, apart } => add_node(cache, *like, *apart, names),
            _ => unreachable!("a change of the pod"),
        }
    }
}

fn change_node(cache: &mut Cache, id: NodeId, change: impl FnOnce(&mut Node)) {
    let mut node = Node::clone(cache.node_info(id).node());
    change(&mut node);
    cache.put_node(&Arc::new(node));
}

/// The new node has a name of its own, which stands in the label `kubernetes.io/hostname` as well. What
/// belongs to the other's present state, cordon and condition taints, it does not have.
fn add_node(cache: &mut Cache, like: NodeId, apart: Option<Symbol>, names: &mut Interner) {
    let mut model = cache.node_info(like).node().clone();
    model.unschedulable = false;
    model.taints.retain(|taint| !names.resolve(taint.key).starts_with("node.kubernetes.io/"));
    let mut name = format!("{}-one-more", names.resolve(model.name));
    while names.get(&name).is_some() {
        name.push_str("-more");
    }
    let name = names.intern(&name);
    let hostname = cache.known().hostname;
    let mut labels: Labels = model.labels.clone();
    if labels.get(hostname).is_some() {
        labels.set(hostname, name);
    }
    if let Some(key) = apart {
        labels.set(key, name);
    }
    cache.put_node(&Arc::new(Node { id: cache.unused_node_id(), name, labels, ..model }));
}

fn add(resources: &mut Resources, name: ResourceName, amount: i64) {
    match name {
        ResourceName::Cpu => resources.milli_cpu += amount,
        ResourceName::Memory => resources.memory += amount,
        ResourceName::EphemeralStorage => resources.ephemeral_storage += amount,
        ResourceName::Scalar(name) => resources.add_scalar(name, amount),
    }
}

/// All sums of the request fall by the same amount.
fn lower_request(spec: &mut PodSpec, resource: ResourceName, by: i64) {
    let requests = &mut spec.requests;
    add(&mut requests.fit, resource, -by);
    add(&mut requests.usage, resource, -by);
    let (usage, score) = match resource {
        ResourceName::Cpu => (&mut requests.usage_non_zero_milli_cpu, &mut requests.score_non_zero_milli_cpu),
        ResourceName::Memory => (&mut requests.usage_non_zero_memory, &mut requests.score_non_zero_memory),
        _ => return,
    };
    *usage = (*usage - by).max(0);
    *score = (*score - by).max(0);
}
