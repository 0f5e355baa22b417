//! What a dump of a cluster should hold, and what one lacks.

use std::collections::{BTreeMap, BTreeSet};

use kubecast_manifest::Value;

use super::coverage::Gap;
use super::coverage::owners::controller_of;
pub use super::dump_line::{KINDS, command};
use super::error::{Findings, Place};
use super::objects::ObjectSource;

/// Refuses a dump that lacks what its other objects build on, and warns of one that lacks what takes room.
pub(super) fn check(objects: &[ObjectSource], left_out: &LeftOut, findings: &mut Findings) {
    left_out.warn(findings);
    if !objects.iter().any(ObjectSource::is_dumped) {
        return;
    }
    refuse_missing_replica_sets(objects, findings);
    let of_kind = |kind: &str| objects.iter().filter(|source| source.reference.kind == kind).count();
    if of_kind("node") == 0 && left_out.pods == 0 {
        findings
            .warning(None, format!("the input is a dump without nodes; dump all that counts: {}", command()));
    }
    let told: i64 = objects.iter().map(pods_told).sum();
    if of_kind("pod") == 0 && told > 0 {
        let message = format!(
            "the Deployments of the input have {told} pods, says their status, but no pod is in it: they are made anew; dump \
             all that counts: {}",
            command()
        );
        findings.warning(None, message);
    }
}

/// The pods that a Deployment has, says its status.
fn pods_told(source: &ObjectSource) -> i64 {
    match source.tree.pointer("/status/replicas").map(|tree| &tree.value) {
        Some(Value::Number(text)) if source.reference.kind == "deployment" => text.parse().unwrap_or(0),
        _ => 0,
    }
}

/// Pods of ReplicaSets that are not there would stay beside those that their Deployment makes anew.
fn refuse_missing_replica_sets(objects: &[ObjectSource], findings: &mut Findings) {
    let there: BTreeSet<_> = objects
        .iter()
        .filter(|source| source.reference.kind == "replicaset")
        .map(|source| &source.reference)
        .collect();
    let mut orphans: BTreeMap<String, (usize, Option<Place>)> = BTreeMap::new();
    for source in objects.iter().filter(|source| source.reference.kind == "pod" && source.is_dumped()) {
        let owner =
            controller_of(source).filter(|owner| owner.kind == "replicaset" && !there.contains(owner));
        if let Some(owner) = owner {
            orphans.entry(owner.to_string()).or_insert_with(|| (0, source.place())).0 += 1;
        }
    }
    let Some((owner, (_, place))) = orphans.first_key_value() else { return };
    let pods: usize = orphans.values().map(|(count, _)| count).sum();
    let message = format!(
        "{pods} pods belong to ReplicaSets that are not in the input ({owner}{}): they would be counted twice, once as they \
         are and once as their Deployment makes them anew; dump all that counts: {}",
        if orphans.len() > 1 { format!(" and {} more", orphans.len() - 1) } else { String::new() },
        command()
    );
    findings.error(place.clone(), message);
}

/// What a dump of one namespace leaves out: the pods of the others take room too.
pub(super) fn one_namespace(objects: &[ObjectSource]) -> Option<Gap> {
    let dumped = objects.iter().filter(|source| source.reference.kind == "pod" && source.is_dumped());
    let namespaces: BTreeSet<&str> = dumped.map(|source| source.reference.namespace.as_str()).collect();
    let (Some(only), 1) = (namespaces.first(), namespaces.len()) else { return None };
    let effect = format!(
        "every pod of the dump is in {only}; pods of others, if there are any, take room too (dump with -A)"
    );
    Some(Gap::new("pods of other namespaces", effect))
}

/// Pods on nodes that are not in the input are left out: how many, and of which nodes.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    pods: usize,
    nodes: BTreeSet<String>,
    first: Option<Place>,
}

impl LeftOut {
    /// Takes note of a pod.
    pub(super) fn note(&mut self, pod: &ObjectSource, node: &str) {
        self.pods += 1;
        self.nodes.insert(node.to_owned());
        if self.first.is_none() {
            self.first = pod.place_at("/spec/nodeName");
        }
    }

    /// Warns once of all of them.
    fn warn(&self, findings: &mut Findings) {
        if self.pods > 0 {
            findings.warning(
                self.first.clone(),
                format!("{}; dump all that counts: {}", self.words(), command()),
            );
        }
    }

    fn words(&self) -> String {
        let (pods, verb) = if self.pods == 1 { ("pod is", "is") } else { ("pods are", "are") };
        let names: Vec<&str> = self.nodes.iter().take(3).map(String::as_str).collect();
        let more = self.nodes.len().saturating_sub(names.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!(
            "{} {pods} on nodes that are not in the input ({}{more}) and {verb} left out",
            self.pods,
            names.join(", ")
        )
    }

    /// The same for the ledger.
    pub(super) fn gap(&self) -> Option<Gap> {
        let effect =
            "their nodes are not in the input, so that they are left out, with what they would take or make";
        (self.pods > 0)
            .then(|| Gap::new("pods left out", effect).counted(self.pods.to_string()).decisive(true))
    }
}
