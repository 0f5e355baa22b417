//! The Kubernetes objects that a field of a document lists: files, and objects that stand in it.

use kubecast_manifest::Document;

use super::embedded::{Manifest, Manifests};
use super::error::Findings;
use super::inputs::Inputs;
use super::objects::ObjectSource;
use super::places::place_of;

/// The objects of a field that lists files and objects. `pointer` leads to the field.
pub(super) fn of_manifests(
    manifests: &Manifests,
    pointer: &str,
    scenario: &Document,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Vec<ObjectSource> {
    match manifests {
        Manifests::One(manifest) => of_manifest(manifest, pointer, scenario, inputs, findings),
        Manifests::Many(manifests) => of_list(manifests, pointer, scenario, inputs, findings),
    }
}

/// The objects of a list of files and objects.
pub(super) fn of_list(
    manifests: &[Manifest],
    pointer: &str,
    scenario: &Document,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Vec<ObjectSource> {
    let mut objects = Vec::new();
    for (index, manifest) in manifests.iter().enumerate() {
        objects.extend(of_manifest(manifest, &format!("{pointer}/{index}"), scenario, inputs, findings));
    }
    objects
}

fn of_manifest(
    manifest: &Manifest,
    pointer: &str,
    scenario: &Document,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Vec<ObjectSource> {
    let Some(tree) = scenario.tree.pointer(pointer) else { return Vec::new() };
    match manifest {
        Manifest::Object => ObjectSource::new(&scenario.file, tree.clone(), findings).into_iter().collect(),
        Manifest::File(path) => inputs.file(path, &scenario.file, place_of(&scenario.file, tree), findings),
    }
}
