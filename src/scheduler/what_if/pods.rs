//! One pod less: which single pod keeps the pod away from a node.

use std::cmp::Reverse;

use super::case::Case;
use super::{Candidate, Change, Series, WHOLE};
use crate::api::{Labels, NodeId, Pod, PodId, PodSpec};
use crate::kernel::Symbol;
use crate::scheduler::cycle::NodeRejections;
use crate::scheduler::framework::WhatIf;
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::node_resources_fit::{Scarce, shortages};

/// Nodes whose pods are looked through at most, those with the fewest rejecting plugins first.
const MOST_NODES: usize = 64;

/// A pod that may be the only one in the way.
struct Blocker<'a> {
    pod: &'a Pod,
    node: NodeId,
}

pub(super) fn series(case: &Case<'_>) -> Vec<Series> {
    // A node that other plugins reject as well is not helped by evictions.
    let mut nodes: Vec<&NodeRejections> = case.rejected_only_by(WhatIf::pods_decide).collect();
    nodes.sort_by_key(|node| node.statuses.len());
    nodes.truncate(MOST_NODES);
    let mut blockers: Vec<Blocker<'_>> = Vec::new();
    for node in nodes {
        for blocker in of_node(case, node) {
            if blockers.iter().all(|known| known.pod.id != blocker.pod.id) {
                blockers.push(blocker);
            }
        }
    }
    // The least important pod, then the smallest, then the youngest.
    blockers.sort_by_key(|blocker| {
        let spec = &blocker.pod.spec;
        let usage = &spec.requests.usage;
        (spec.priority, usage.milli_cpu, usage.memory, Reverse(blocker.pod.id))
    });
    let (going, staying): (Vec<_>, Vec<_>) =
        blockers.into_iter().partition(|blocker| blocker.pod.deleted.is_some());
    let gone = |blocker: Blocker<'_>| Candidate {
        change: Change::TerminatingPodGone { pod: blocker.pod.id, node: blocker.node },
        amount_ppm: 0,
    };
    let evicted = |blocker: Blocker<'_>| Candidate {
        change: Change::Evict { pod: blocker.pod.id, node: blocker.node },
        amount_ppm: WHOLE,
    };
    vec![going.into_iter().map(gone).collect(), staying.into_iter().map(evicted).collect()]
}

/// The pods of which each by itself clears all that is in the way on a node, as far as can be told
/// without trying.
fn of_node<'a>(case: &Case<'a>, node: &NodeRejections) -> Vec<Blocker<'a>> {
    let mut common: Option<Vec<Blocker<'a>>> = None;
    for status in &node.statuses {
        let mut clearing = match case.what_if(status.plugin).unwrap_or(WhatIf::Taints) {
            WhatIf::Resources => on_node(case, node.node, frees_enough(case, node.node)),
            WhatIf::HostPorts => on_node(case, node.node, holds_port(case)),
            WhatIf::Spread => in_domains(case, node.node, &spread_keys(case), is_counted(case)),
            WhatIf::Taints | WhatIf::NodeAffinity => Vec::new(),
            WhatIf::PodAffinity => {
                let mut apart =
                    in_domains(case, node.node, &affinity_keys(case, node.node), keeps_apart(case));
                apart.extend(only_companion(case));
                apart
            }
        };
        if let Some(earlier) = common {
            clearing.retain(|blocker| earlier.iter().any(|other| other.pod.id == blocker.pod.id));
        }
        common = Some(clearing);
    }
    common.unwrap_or_default()
}

fn on_node<'a>(case: &Case<'a>, node: NodeId, wanted: impl Fn(&Pod) -> bool) -> Vec<Blocker<'a>> {
    let pods = case.info(node).pods().iter().filter(|pod| wanted(pod));
    pods.map(|pod| Blocker { pod, node }).collect()
}

/// Pods on all nodes that share a value of one of the keys with this node.
fn in_domains<'a>(
    case: &Case<'a>,
    node: NodeId,
    keys: &[Symbol],
    wanted: impl Fn(&Pod) -> bool,
) -> Vec<Blocker<'a>> {
    let here = &case.info(node).node().labels;
    let shares = |labels: &Labels| {
        keys.iter().any(|key| labels.get(*key).is_some() && labels.get(*key) == here.get(*key))
    };
    let nodes = case.question.cache.nodes().iter().filter(|id| shares(&case.info(**id).node().labels));
    nodes.flat_map(|id| on_node(case, *id, &wanted)).collect()
}

fn frees_enough<'c>(case: &'c Case<'_>, node: NodeId) -> impl Fn(&Pod) -> bool + 'c {
    let question = case.question;
    let args = question.profile.args.of();
    let lines = shortages(question.pod, case.info(node), args, question.names);
    move |pod| {
        lines.iter().all(|line| match line.what {
            Scarce::Pods => line.missing() <= 1,
            Scarce::Resource(name) => name.amount(&pod.spec.requests.usage) >= line.missing(),
        })
    }
}

fn holds_port<'c>(case: &'c Case<'_>) -> impl Fn(&Pod) -> bool + 'c {
    move |pod| {
        let mut alone = NodeInfo::default();
        alone.add_pod(std::sync::Arc::new(pod.clone()));
        case.pod().spec.host_ports.iter().any(|port| alone.port_conflicts(port))
    }
}

fn spread_keys(case: &Case<'_>) -> Vec<Symbol> {
    case.pod().spec.spread_constraints.iter().map(|constraint| constraint.topology_key).collect()
}

/// Spreading does not count terminating pods.
fn is_counted<'c>(case: &'c Case<'_>) -> impl Fn(&Pod) -> bool + 'c {
    let spec = &case.pod().spec;
    move |pod| {
        let selectors = spec.spread_constraints.iter().filter_map(|constraint| constraint.selector.as_ref());
        pod.deleted.is_none()
            && pod.spec.namespace == spec.namespace
            && selectors.into_iter().any(|selector| selector.matches(&pod.spec.labels))
    }
}

/// The keys of the pod's own anti-affinity and of that of all pods.
fn affinity_keys(case: &Case<'_>, node: NodeId) -> Vec<Symbol> {
    let own = case.pod().spec.anti_affinity.required.iter().map(|term| term.topology_key);
    let labels = case.info(node).node().labels.iter().map(|pair| pair.0);
    let holders = case.question.cache.nodes_with_required_anti_affinity();
    if holders.is_empty() { own.collect() } else { labels.collect() }
}

/// Pods of an anti-affinity term of the pod, and pods with a term that may mean it. Namespaces are left
/// to the trial.
fn keeps_apart<'c>(case: &'c Case<'_>) -> impl Fn(&Pod) -> bool + 'c {
    let spec = &case.pod().spec;
    let matches = |term: &crate::api::AffinityTerm, pod: &PodSpec| {
        term.selector.as_ref().is_some_and(|selector| selector.matches(&pod.labels))
    };
    move |pod| {
        spec.anti_affinity.required.iter().any(|term| matches(term, &pod.spec))
            || pod.spec.anti_affinity.required.iter().any(|term| matches(term, spec))
    }
}

/// A pod that has required affinity may be the first of its group once the only pod of the group has
/// gone. Pods on nodes without any of the keys are no companions.
fn only_companion<'a>(case: &Case<'a>) -> Option<Blocker<'a>> {
    let terms = &case.pod().spec.affinity.required;
    let is_companion = |pod: &Pod| {
        let mut selectors = terms.iter().filter_map(|term| term.selector.as_ref());
        !terms.is_empty() && selectors.all(|selector| selector.matches(&pod.spec.labels))
    };
    let has_a_key = |id: &&NodeId| {
        let labels = &case.info(**id).node().labels;
        terms.iter().any(|term| labels.get(term.topology_key).is_some())
    };
    let nodes = case.question.cache.nodes().iter().filter(has_a_key);
    let mut companions = nodes.flat_map(|id| on_node(case, *id, is_companion));
    let first = companions.next();
    first.filter(|_| companions.next().is_none())
}

/// The pod of a number, on the node that it is on.
pub(super) fn pod_on(info: &NodeInfo, id: PodId) -> Option<&Pod> {
    info.pods().iter().find(|pod| pod.id == id).map(AsRef::as_ref)
}
