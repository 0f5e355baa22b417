//! Placements of a real cluster's pods, as kube-scheduler v1.34 decided them: pods taken one by one in
//! the order of the input and bound at once, one that fits nowhere dropped for good, every node looked at
//! and scored, and of several best nodes the bytewise first name.
//!
//! A recorded file has one line a pod, `NAMESPACE/NAME,NODE`, the node empty for a pod that was dropped.

use std::sync::Arc;

use crate::api::{Pod, WorkloadKind};
use crate::cluster::setup::ClusterSetup;
use crate::kernel::Interner;
use crate::scheduler::cache::Cache;
use crate::scheduler::cycle::{Cycle, CycleInput, Outcome, TieBreak};
use crate::scheduler::framework::Framework;

/// Where a pod went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// `NAMESPACE/NAME`.
    pub pod: String,
    /// The node's name; empty if no node fits.
    pub node: String,
}

/// Places the waiting pods of a setup one by one.
pub fn place_one_by_one(setup: &ClusterSetup) -> Vec<Placement> {
    let mut names = setup.names.clone();
    let mut cache = Cache::new(&mut names);
    for (name, labels) in &setup.namespaces {
        cache.put_namespace(*name, labels.clone());
    }
    for node in &setup.nodes {
        cache.put_node(&Arc::new(node.clone()));
    }
    for owner in &setup.selector_owners {
        cache.put_selector_owner(owner.clone());
    }
    for set in &setup.replica_sets {
        let (kind, selector) = (Some(WorkloadKind::ReplicaSet), Some(set.selector.clone()));
        cache.selector_owners_mut().put(kind, set.namespace, names.intern(&set.name), selector);
    }
    let (waiting, bound): (Vec<&Pod>, Vec<&Pod>) =
        setup.pods.iter().filter(|pod| !pod.is_finished()).partition(|pod| pod.node.is_none());
    for pod in bound {
        cache.put_pod(Arc::new(pod.clone()));
    }
    let mut framework = Framework::new(&setup.scheduler.profiles[0]);
    let mut cycle = Cycle::new();
    let mut place = |pod: &Pod| {
        let input = CycleInput {
            cache: &mut cache,
            framework: &mut framework,
            names: &names,
            behaviour: setup.behaviour.scheduler,
            percentage_of_nodes_to_score: 100,
            tie_break: TieBreak::First,
        };
        let mut name = String::new();
        if let Outcome::Scheduled { node, .. } = cycle.schedule(pod, input).outcome {
            cache.put_pod(Arc::new(Pod { node: Some(node), ..pod.clone() }));
            names.resolve(cache.node_info(node).node().name).clone_into(&mut name);
        }
        Placement { pod: pod_name(pod, &names), node: name }
    };
    waiting.into_iter().map(&mut place).collect()
}

fn pod_name(pod: &Pod, names: &Interner) -> String {
    format!("{}/{}", names.resolve(pod.spec.namespace), pod.name)
}

/// Holds placements against a recorded file, line by line: how many agree, and what each other line says.
/// The error is the first line that is none of a recorded file.
pub fn compare(recorded: &str, placements: &[Placement]) -> Result<(usize, Vec<String>), String> {
    let mut agreeing = 0;
    let mut differences = Vec::new();
    let mut ours = placements.iter();
    for (line, text) in (1..).zip(recorded.lines()).filter(|(_, text)| !text.is_empty()) {
        let Some((pod, node)) = text.split_once(',') else {
            return Err(format!("{line}:1: not a placement: write NAMESPACE/NAME,NODE"));
        };
        match ours.next() {
            Some(placement) if placement.pod != pod => {
                differences.push(format!("line {line}: expected the pod {pod}, found {}", placement.pod));
            }
            Some(placement) if placement.node != node => {
                let told = |node: &str| if node.is_empty() { "no node".to_owned() } else { node.to_owned() };
                let (expected, found) = (told(node), told(&placement.node));
                differences.push(format!("{pod}: expected {expected}, found {found}"));
            }
            Some(_) => agreeing += 1,
            None => differences.push(format!("{pod}: not among the pods")),
        }
    }
    differences.extend(ours.map(|placement| format!("{}: not recorded", placement.pod)));
    if agreeing + differences.len() == 0 {
        return Err("1:1: there is no placement in this file".to_owned());
    }
    Ok((agreeing, differences))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placement(pod: &str, node: &str) -> Placement {
        Placement { pod: pod.to_owned(), node: node.to_owned() }
    }

    #[test]
    fn every_line_must_agree() {
        let ours = [placement("a/x", "n1"), placement("a/y", "")];
        assert_eq!(compare("a/x,n1\na/y,\n", &ours), Ok((2, vec![])));
        let differing = |recorded: &str| compare(recorded, &ours).expect("lines of placements").1;
        assert_eq!(differing("a/x,n2\na/y,\n"), ["a/x: expected n2, found n1"]);
        assert_eq!(differing("a/x,n1\na/y,n1\n"), ["a/y: expected n1, found no node"]);
        assert_eq!(differing("a/x,n1\n"), ["a/y: not recorded"]);
        assert_eq!(differing("a/x,n1\na/y,\na/z,\n"), ["a/z: not among the pods"]);
        assert_eq!(differing("a/y,\na/x,n1\n").len(), 2);
        assert!(compare("a/x\n", &ours).is_err() && compare("", &[]).is_err());
    }
}
