//! The machine and the configuration of every entry of `spec.kubelets`, read.

use kubecast_manifest::Document;

use super::KubeletDocument;
use crate::kubelet::Machine;
use crate::machine_files::{self, catalogue};
use crate::scenario::embedded::{Manifest, Manifests};
use crate::scenario::error::Findings;
use crate::scenario::inputs::Inputs;
use crate::scenario::manifests;
use crate::scenario::objects::ObjectSource;
use crate::scenario::places::place_of;

/// An entry with its machine and its configuration read.
pub(in super::super) struct KubeletPlan {
    pub(super) machine: Machine,
    pub(in super::super) configuration: Option<ObjectSource>,
}

/// Reads the machine and the configuration of every entry. `None` stands for one that is wrong.
pub(in super::super) fn gather(
    entries: &[KubeletDocument],
    scenario: &Document,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Vec<Option<KubeletPlan>> {
    let mut plans = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let pointer = format!("/spec/kubelets/{index}");
        let place = scenario
            .tree
            .pointer(&format!("{pointer}/machine"))
            .and_then(|tree| place_of(&scenario.file, tree));
        let machine = match machine_of(&entry.machine, &scenario.file, inputs) {
            Ok(machine) => Some(machine),
            Err(error) => {
                findings.error(place.clone(), format!("spec.kubelets[{index}].machine: {error}"));
                None
            }
        };
        let configuration = entry.configuration.as_ref().and_then(|configuration| {
            configuration_of(configuration, &format!("{pointer}/configuration"), scenario, inputs, findings)
        });
        plans.push(machine.map(|machine| KubeletPlan { machine, configuration }));
    }
    plans
}

/// The one KubeletConfiguration of a file or of the document itself, at a JSON pointer.
pub(in super::super) fn configuration_of(
    written: &Manifest,
    pointer: &str,
    scenario: &Document,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Option<ObjectSource> {
    let before = findings.errors.len();
    let manifests = Manifests::One(written.clone());
    let mut found = manifests::of_manifests(&manifests, pointer, scenario, inputs, findings);
    if found.len() > 1 || (found.is_empty() && findings.errors.len() == before) {
        let place = scenario.tree.pointer(pointer).and_then(|tree| place_of(&scenario.file, tree));
        let field = pointer.trim_start_matches('/').replace('/', ".");
        let message =
            format!("{field}: one KubeletConfiguration is wanted, the file has {} objects", found.len());
        findings.error(place, message);
    }
    found.pop()
}

fn machine_of(name: &str, named_in: &str, inputs: &Inputs<'_>) -> Result<Machine, String> {
    let ends = [".xml", ".json", ".txt", ".gz"].iter().any(|ending| name.ends_with(ending));
    if name.starts_with("./") || ends {
        let source = inputs.text(name, named_in)?;
        return machine_files::read(&source.name, &source.text)
            .map(|described| described.machine)
            .map_err(|error| format!("{name}: {error}"));
    }
    catalogue::find(name).map(|described| described.machine).map_err(|error| format!("{name:?}: {error}"))
}
