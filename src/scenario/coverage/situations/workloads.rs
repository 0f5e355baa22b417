//! Workloads whose controllers do not run here, and pods whose owner is not in the input.

use std::collections::{BTreeMap, BTreeSet};

use super::{Scene, counted, some};
use crate::scenario::coverage::gap::Gap;
use crate::scenario::reference::Reference;

/// Kinds that make pods: in lower case, in the plural, and where they say how many.
const KINDS: [(&str, &str, &str); 3] = [
    ("job", "Jobs", "/spec/parallelism"),
    ("replicationcontroller", "ReplicationControllers", "/spec/replicas"),
    ("statefulset", "StatefulSets", "/spec/replicas"),
];

/// Owners whose pods are made anew here.
const SIMULATED: [&str; 3] = ["deployment", "replicaset", "daemonset"];

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let mut pods: BTreeMap<Reference, usize> = BTreeMap::new();
    for owner in scene.live_pods().filter_map(|pod| scene.owners.of_pod(pod)) {
        *pods.entry(owner).or_default() += 1;
    }
    let mut gaps: Vec<Gap> = KINDS.iter().filter_map(|kind| of_kind(scene, *kind, &pods)).collect();
    gaps.extend(orphans(scene, &pods));
    gaps
}

fn of_kind(
    scene: &Scene<'_>,
    (kind, plural, replicas): (&'static str, &str, &str),
    pods: &BTreeMap<Reference, usize>,
) -> Option<Gap> {
    let mut objects = 0;
    let (mut there, mut missing) = (0, 0);
    let mut incomplete = Vec::new();
    for source in scene.of_kind(kind).filter(|source| !has_ended(source)) {
        objects += 1;
        let own = pods.get(&source.reference).copied().unwrap_or(0);
        there += own;
        let wanted = usize::try_from(source.whole_number(replicas).unwrap_or(1)).unwrap_or(0);
        if wanted > own {
            missing += wanted - own;
            incomplete.push(source.reference.to_string());
        }
    }
    if objects == 0 {
        return None;
    }
    let mut parts = Vec::new();
    let mut decisive = scene.stake.nodes_change;
    if there > 0 {
        parts.push(format!(
            "their {} stay as they are, none is replaced, nor are theirs moved when nodes go",
            pods_words(there)
        ));
    }
    if !incomplete.is_empty() {
        decisive = true;
        let missing = pods_words(missing);
        parts.push(format!("{missing} that {} should have are not made and take no room", some(&incomplete)));
    }
    if parts.is_empty() {
        parts.push("pods that they would make are not there".to_owned());
    }
    let effect = format!("no controller runs for them: {}", parts.join("; "));
    Some(Gap::new(plural, effect).counted(objects.to_string()).decisive(decisive))
}

fn has_ended(source: &crate::scenario::objects::ObjectSource) -> bool {
    source.reference.kind == "job" && source.tree.pointer("/status/completionTime").is_some()
}

fn pods_words(count: usize) -> String {
    counted(count, "pod", "pods")
}

/// Pods of owners that are not in the input, or of which nothing is known here.
fn orphans(scene: &Scene<'_>, pods: &BTreeMap<Reference, usize>) -> Option<Gap> {
    let there: BTreeSet<&Reference> = scene.plan.objects.iter().map(|source| &source.reference).collect();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for (owner, count) in pods {
        let declared =
            KINDS.iter().any(|(kind, ..)| *kind == owner.kind) || SIMULATED.contains(&owner.kind.as_str());
        if !there.contains(owner) || !declared {
            *kinds.entry(&owner.kind).or_default() += count;
        }
    }
    let total: usize = kinds.values().sum();
    let names: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} of a {kind}")).collect();
    let effect = format!(
        "{}: the owner is not in the input or has no controller here, so that none of them is replaced",
        some(&names)
    );
    (total > 0).then(|| {
        let gap = Gap::new("pods without their owner", effect).counted(pods_words(total));
        gap.decisive(scene.stake.nodes_change)
    })
}
