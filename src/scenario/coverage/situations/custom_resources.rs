//! Objects of kinds that nobody declares: what acts on them is not known.

use std::collections::BTreeMap;

use super::{Scene, some};
use crate::scenario::coverage::gap::Gap;
use crate::scenario::coverage::owners::all;
use crate::scenario::coverage::registry::{self, CUSTOM};

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for source in all(scene.plan) {
        let api_version = source.tree.get_str("apiVersion").unwrap_or_default();
        if registry::coverage_of(api_version, source.kind()).is_none() {
            *kinds.entry(source.kind()).or_default() += 1;
        }
    }
    if kinds.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    // Of a running cluster the pods that they made are there; of manifests alone they are not.
    let decisive = scene.stake.nodes_change || scene.of_kind("pod").next().is_none();
    vec![Gap::new(CUSTOM.what, CUSTOM.effect).counted(some(&names)).decisive(decisive)]
}
