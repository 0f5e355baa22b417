//! `spec.kubelets`: which nodes are which machine, and how their kubelets are configured.

mod configuration;
mod resolve;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::embedded::Manifest;
use super::error::Findings;
use super::inputs::Inputs;
use super::machine::{self, catalogue};
use super::objects::{self, ObjectSource};
use super::plan::Plan;
use crate::kubelet::Machine;

pub(super) use resolve::Fleet;

/// Nodes of one machine whose kubelets are configured alike.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct KubeletDocument {
    /// The entry's name, by which variants address it: `kubelet/NAME#/configuration/…`.
    #[schemars(length(min = 1), example = &"epyc")]
    pub name: String,
    /// Labels that a node must have. Default: every node. The first entry that fits a node is taken.
    #[serde(default)]
    pub node_selector: BTreeMap<String, String>,
    /// The machine: a name or formula that `kubecast topology` knows, or a file that it reads (hwloc XML,
    /// MachineInfo, lscpu), relative to this document's folder, beginning with ./ or ending in .xml, .json
    /// or .txt.
    #[schemars(example = &"2s4n16c2t")]
    pub machine: String,
    /// Devices of extended resources: for each resource, how many sit on each NUMA node (by its number, in
    /// quotes), or a number of devices of which nobody knows where they sit.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"nvidia.com/gpu": {"0": 2, "1": 2}}))]
    pub devices: BTreeMap<String, Devices>,
    /// A KubeletConfiguration, or a file that holds one. Default: the kubelet's defaults, under which every
    /// container runs in the shared pool.
    pub configuration: Option<Manifest>,
}

/// Where the devices of a resource sit.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Devices {
    /// So many, without a NUMA node.
    Anywhere(u32),
    /// So many on each NUMA node.
    OnNumaNodes(BTreeMap<String, u32>),
}

/// An entry with its machine and its configuration read.
pub(super) struct KubeletPlan {
    machine: Machine,
    configuration: Option<ObjectSource>,
}

/// Reads the machine and the configuration of every entry. `None` stands for one that is wrong.
pub(super) fn gather(
    entries: &[KubeletDocument],
    scenario: &kubecast_manifest::Document,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Vec<Option<KubeletPlan>> {
    let mut plans = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let pointer = format!("/spec/kubelets/{index}");
        let place = scenario
            .tree
            .pointer(&format!("{pointer}/machine"))
            .and_then(|tree| super::places::place_of(&scenario.file, tree));
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
pub(super) fn configuration_of(
    written: &Manifest,
    pointer: &str,
    scenario: &kubecast_manifest::Document,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Option<ObjectSource> {
    let before = findings.errors.len();
    let manifests = super::embedded::Manifests::One(written.clone());
    let mut found = objects::of_manifests(&manifests, pointer, scenario, inputs, findings);
    if found.len() > 1 || (found.is_empty() && findings.errors.len() == before) {
        let place =
            scenario.tree.pointer(pointer).and_then(|tree| super::places::place_of(&scenario.file, tree));
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
        return machine::read(&source.name, &source.text)
            .map(|described| described.machine)
            .map_err(|error| format!("{name}: {error}"));
    }
    catalogue::find(name).map(|described| described.machine).map_err(|error| format!("{name:?}: {error}"))
}

impl Plan {
    /// The place of an entry's field.
    pub(super) fn place_of_kubelet(&self, index: usize, field: &str) -> Option<super::error::Place> {
        self.place_at(&format!("/spec/kubelets/{index}/{field}"))
    }
}
