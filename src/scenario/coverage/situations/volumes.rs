//! Persistent volumes: where those that are bound keep their pods.

use std::collections::{BTreeMap, BTreeSet};

use kubecast_manifest::Tree;

use super::{Scene, counted, some};
use crate::scenario::coverage::gap::Gap;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let volumes: BTreeMap<&str, &ObjectSource> =
        scene.of_kind("persistentvolume").map(|source| (source.reference.name.as_str(), source)).collect();
    let claims: BTreeMap<&Reference, &ObjectSource> =
        scene.of_kind("persistentvolumeclaim").map(|source| (&source.reference, source)).collect();
    let mut places: BTreeSet<String> = BTreeSet::new();
    let (mut pods, mut bound, mut moves) = (0, 0, false);
    for pod in scene.live_pods() {
        let names = claim_names(pod);
        if names.is_empty() {
            continue;
        }
        pods += 1;
        let waits = pod.tree.pointer("/spec/nodeName").is_none();
        let owner = scene.owners.of_pod(pod);
        let own: Vec<String> = names
            .iter()
            .filter_map(|name| {
                let claim = Reference::new("persistentvolumeclaim", Some(&pod.reference.namespace), name);
                let volume = claims.get(&claim)?.tree.pointer("/spec/volumeName")?.as_str()?;
                place_of(volumes.get(volume)?)
            })
            .collect();
        bound += usize::from(!own.is_empty());
        moves |= waits || owner.is_some_and(|owner| scene.stake.workloads.contains(&owner));
        places.extend(own);
    }
    if bound == 0 {
        return Vec::new();
    }
    let places: Vec<String> = places.into_iter().collect();
    let effect = format!(
        "volumes bind {} to {}: kubecast may place them elsewhere; attach limits and access modes do not count",
        counted(bound, "pod", "pods"),
        some(&places)
    );
    let decisive = moves || scene.stake.nodes_change;
    vec![Gap::new("persistent volumes", effect).counted(counted(pods, "pod", "pods")).decisive(decisive)]
}

/// The claims of a pod.
fn claim_names(pod: &ObjectSource) -> Vec<&str> {
    let volumes = pod.tree.pointer("/spec/volumes").and_then(Tree::as_seq).unwrap_or_default();
    volumes
        .iter()
        .filter_map(|volume| volume.pointer("/persistentVolumeClaim/claimName").and_then(Tree::as_str))
        .collect()
}

/// Where a volume lies: `topology.kubernetes.io/zone in b`.
fn place_of(volume: &ObjectSource) -> Option<String> {
    let terms = volume.tree.pointer("/spec/nodeAffinity/required/nodeSelectorTerms")?.as_seq()?;
    let expression = terms.first()?.get("matchExpressions")?.as_seq()?.first()?;
    let values = expression.get("values").and_then(Tree::as_seq).unwrap_or_default();
    let values: Vec<&str> = values.iter().filter_map(Tree::as_str).collect();
    Some(format!("{} {}", expression.get_str("key")?, values.join("/")))
}
