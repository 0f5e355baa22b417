//! Changes in words.

use super::Change;
use super::pods::pod_on;
use crate::api::quantity::Notation;
use crate::api::{
    HostPort, InclusionPolicy, Interner, NodeId, NodeRequirement, NodeSelectorOperator, Pod, PodId, Protocol,
    Quantity, Symbol, Taint, TaintEffect,
};
use crate::scheduler::cache::Cache;
use crate::scheduler::plugins::node_resources_fit::Scarce;
use crate::scheduler::plugins::resource_weights::ResourceName;

/// What words are made from: the pod and the cluster before the change.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// The pod.
    pub pod: &'a Pod,
    /// The cluster.
    pub cache: &'a Cache,
    /// The texts of all symbols.
    pub names: &'a Interner,
}

impl Change {
    /// The change as a request: `uncordon node worker-1`.
    pub fn words(&self, words: Words<'_>) -> String {
        let Words { names, .. } = words;
        let text = |symbol: &Symbol| names.resolve(*symbol);
        match self {
            Self::LowerRequest { resource, from, to } => {
                let amount = |value| amount_text(Scarce::Resource(*resource), value);
                format!(
                    "lower the {} request from {} to {}",
                    resource_name(Scarce::Resource(*resource), names),
                    amount(*from),
                    amount(*to)
                )
            }
            Self::Tolerate { taint } => format!("tolerate the taint {}", taint_text(taint, names)),
            Self::DropHostPort { port } => format!("give up host port {}", port_text(port, names)),
            Self::DropNodeSelector { key, value } => {
                format!("take {}: {} out of nodeSelector", text(key), text(value))
            }
            Self::DropNodeRequirement { term, expression } => {
                let terms = words.pod.spec.required_node_terms.as_deref().unwrap_or_default();
                let requirement = terms.get(*term).and_then(|term| term.expressions.get(*expression));
                let requirement = requirement.map_or_else(String::new, |held| requirement_text(held, names));
                format!("take {requirement} out of the required node affinity")
            }
            Self::DropNodeAffinity => "drop the required node affinity".to_owned(),
            Self::DropAffinityTerm { term } => {
                let term = words.pod.spec.affinity.required.get(*term);
                let key = term.map_or("", |term| names.resolve(term.topology_key));
                format!("drop the required podAffinity term on {key} (or make it preferred)")
            }
            Self::DropAntiAffinityTerm { term } => {
                let term = words.pod.spec.anti_affinity.required.get(*term);
                let key = term.map_or("", |term| names.resolve(term.topology_key));
                format!("drop the required podAntiAffinity term on {key} (or make it preferred)")
            }
            _ if self.is_of_the_pod() => self.spread_words(words),
            _ => self.cluster_words(words),
        }
    }

    fn spread_words(&self, words: Words<'_>) -> String {
        let of = |place: usize| {
            let constraint = words.pod.spec.spread_constraints.get(place);
            let key = constraint.map_or("", |constraint| words.names.resolve(constraint.topology_key));
            format!("the spread constraint on {key}")
        };
        match self {
            Self::MatchLabelKeys { constraint, key, .. } => {
                format!("add matchLabelKeys: [{}] to {}", words.names.resolve(*key), of(*constraint))
            }
            Self::HonorNodeTaints { constraint } => {
                format!("set nodeTaintsPolicy: Honor in {}", of(*constraint))
            }
            Self::NodeAffinityPolicy { constraint, to } => {
                let policy = if *to == InclusionPolicy::Honor { "Honor" } else { "Ignore" };
                format!("set nodeAffinityPolicy: {policy} in {}", of(*constraint))
            }
            Self::MinDomains { constraint, from, to } => {
                format!("lower minDomains from {from} to {to} in {}", of(*constraint))
            }
            Self::MaxSkew { constraint, from, to } => {
                format!("raise maxSkew from {from} to {to} in {}", of(*constraint))
            }
            Self::ScheduleAnyway { constraint } => {
                format!("set whenUnsatisfiable: ScheduleAnyway in {} (or drop it)", of(*constraint))
            }
            _ => unreachable!("no change of a spread constraint"),
        }
    }

    fn cluster_words(&self, words: Words<'_>) -> String {
        let Words { cache, names, .. } = words;
        let node_name = |id: &NodeId| names.resolve(cache.node_info(*id).node().name);
        match self {
            Self::TerminatingPodGone { pod, node } => {
                format!(
                    "wait until {}, which is terminating, has left {}",
                    pod_text(words, *pod, *node),
                    node_name(node)
                )
            }
            Self::Uncordon { node } => format!("uncordon node {}", node_name(node)),
            Self::RemoveTaint { node, taint } => {
                format!("remove the taint {} from node {}", taint_text(taint, names), node_name(node))
            }
            Self::LabelNode { node, key, value } => {
                let (key, value) = (names.resolve(*key), names.resolve(*value));
                format!("label node {} with {key}={value}", node_name(node))
            }
            Self::AddResource { node, what, amount } => {
                let name = resource_name(*what, names);
                format!("add {} {name} to node {}", amount_text(*what, *amount), node_name(node))
            }
            Self::Evict { pod, node } => {
                format!("evict {} from node {}", pod_text(words, *pod, *node), node_name(node))
            }
            Self::AddNode { like, apart: Some(key) } => {
                format!("add a node like {} in a new {}", node_name(like), names.resolve(*key))
            }
            Self::AddNode { like, apart: None } => {
                let known = cache.known();
                let zone = cache.node_info(*like).node().labels.get(known.zone);
                let zone = zone.map_or_else(String::new, |zone| format!(" in zone {}", names.resolve(zone)));
                format!("add a node like {}{zone}", node_name(like))
            }
            _ => unreachable!("no change of the cluster"),
        }
    }

    /// The change's kind, a word for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TerminatingPodGone { .. } => "terminatingPodGone",
            Self::MatchLabelKeys { .. } => "matchLabelKeys",
            Self::HonorNodeTaints { .. } => "nodeTaintsPolicy",
            Self::NodeAffinityPolicy { .. } => "nodeAffinityPolicy",
            Self::MinDomains { .. } => "minDomains",
            Self::MaxSkew { .. } => "maxSkew",
            Self::ScheduleAnyway { .. } => "scheduleAnyway",
            Self::LowerRequest { .. } => "lowerRequest",
            Self::Tolerate { .. } => "tolerate",
            Self::DropHostPort { .. } => "dropHostPort",
            Self::DropNodeSelector { .. } => "dropNodeSelector",
            Self::DropNodeRequirement { .. } => "dropNodeRequirement",
            Self::DropNodeAffinity => "dropNodeAffinity",
            Self::DropAffinityTerm { .. } => "dropAffinityTerm",
            Self::DropAntiAffinityTerm { .. } => "dropAntiAffinityTerm",
            Self::Uncordon { .. } => "uncordon",
            Self::RemoveTaint { .. } => "removeTaint",
            Self::LabelNode { .. } => "labelNode",
            Self::AddResource { .. } => "addResource",
            Self::Evict { .. } => "evict",
            Self::AddNode { .. } => "addNode",
        }
    }
}

fn pod_text(words: Words<'_>, pod: PodId, node: NodeId) -> String {
    pod_on(words.cache.node_info(node), pod).map_or_else(String::new, |pod| {
        format!("pod {}/{}", words.names.resolve(pod.spec.namespace), pod.name)
    })
}

/// `cpu`, `pods`, `example.com/gpu`.
pub fn resource_name(what: Scarce, names: &Interner) -> &str {
    match what {
        Scarce::Pods => "pods",
        Scarce::Resource(ResourceName::Cpu) => "cpu",
        Scarce::Resource(ResourceName::Memory) => "memory",
        Scarce::Resource(ResourceName::EphemeralStorage) => "ephemeral-storage",
        Scarce::Resource(ResourceName::Scalar(name)) => names.resolve(name),
    }
}

/// An amount as a quantity: `2500m`, `3Gi`.
pub fn amount_text(what: Scarce, amount: i64) -> String {
    match what {
        Scarce::Resource(ResourceName::Cpu) => Quantity::from_milli(amount).to_text(Notation::DecimalSi),
        Scarce::Resource(ResourceName::Memory | ResourceName::EphemeralStorage) => {
            Quantity::from_units(amount).to_text(Notation::BinarySi)
        }
        Scarce::Pods | Scarce::Resource(ResourceName::Scalar(_)) => amount.to_string(),
    }
}

/// `dedicated=db:NoSchedule`, as `kubectl taint` writes it.
fn taint_text(taint: &Taint, names: &Interner) -> String {
    let effect = match taint.effect {
        TaintEffect::NoSchedule => "NoSchedule",
        TaintEffect::PreferNoSchedule => "PreferNoSchedule",
        TaintEffect::NoExecute => "NoExecute",
    };
    let (key, value) = (names.resolve(taint.key), names.resolve(taint.value));
    if value.is_empty() { format!("{key}:{effect}") } else { format!("{key}={value}:{effect}") }
}

fn port_text(port: &HostPort, names: &Interner) -> String {
    let protocol = match port.protocol {
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Sctp => "SCTP",
    };
    let ip = port.ip.map_or_else(String::new, |ip| format!("{}:", names.resolve(ip)));
    format!("{ip}{}/{protocol}", port.port)
}

/// `disk In [ssd nvme]`.
fn requirement_text(requirement: &NodeRequirement, names: &Interner) -> String {
    let operator = match requirement.operator {
        NodeSelectorOperator::In => "In",
        NodeSelectorOperator::NotIn => "NotIn",
        NodeSelectorOperator::Exists => "Exists",
        NodeSelectorOperator::DoesNotExist => "DoesNotExist",
        NodeSelectorOperator::Gt => "Gt",
        NodeSelectorOperator::Lt => "Lt",
    };
    let key = names.resolve(requirement.key);
    let values: Vec<&str> = requirement.values.iter().map(|value| names.resolve(*value)).collect();
    if values.is_empty() {
        format!("`{key} {operator}`")
    } else {
        format!("`{key} {operator} [{}]`", values.join(" "))
    }
}
