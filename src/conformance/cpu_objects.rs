//! Machines, pods and hints as the CPU vectors write them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::behaviour::Behaviour;
use crate::api::{CpuSet, KubeletBehaviour, Quantity, Release};
use crate::kubelet::Machine;
use crate::kubelet::demand::{ContainerDemand, ContainerKind};
use crate::kubelet::topology_manager::{NumaMask, ProviderHints, ResourceHints, TopologyHint};
use crate::machine_files;

/// The machine of a vector's `topology`, which is kubecast's own format of machines too.
pub(super) fn machine(topology: &Value) -> Result<Machine, String> {
    let described = machine_files::read("machine", &topology.to_string());
    described.map(|described| described.machine).map_err(|error| format!("topology: {error}"))
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
pub(super) enum Qos {
    Guaranteed,
    Burstable,
    BestEffort,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Container {
    pub(super) name: String,
    cpu: Option<String>,
    restart_policy: Option<String>,
}

impl Container {
    pub(super) fn demand(&self, init: bool, qos: Qos) -> Result<ContainerDemand, String> {
        let kind = match (init, self.restart_policy.as_deref()) {
            (true, Some("Always")) => ContainerKind::Sidecar,
            (true, _) => ContainerKind::Init,
            (false, _) => ContainerKind::App,
        };
        let milli = match &self.cpu {
            None => 0,
            Some(text) => {
                Quantity::parse(text).map_err(|error| format!("cpu {text:?}: {error}"))?.milli_value()
            }
        };
        let exclusive = qos == Qos::Guaranteed && milli % 1000 == 0;
        let exclusive_cpus = if exclusive { usize::try_from(milli / 1000).unwrap_or(0) } else { 0 };
        Ok(ContainerDemand { kind, exclusive_cpus, devices: Vec::new() })
    }
}

#[derive(Clone, Deserialize)]
pub(super) struct Hint {
    numa: Option<Vec<u32>>,
    preferred: bool,
}

impl Hint {
    pub(super) fn read(&self) -> Result<TopologyHint, String> {
        let mask = |ids: &Vec<u32>| match ids.iter().find(|id| **id >= 64) {
            Some(id) => Err(format!("NUMA node {id} is beyond 63")),
            None => Ok(ids.iter().copied().collect::<NumaMask>()),
        };
        let affinity = self.numa.as_ref().map(mask).transpose()?;
        Ok(TopologyHint { affinity, preferred: self.preferred })
    }
}

pub(super) fn list_of(hints: &[Hint]) -> Result<ResourceHints, String> {
    Ok(ResourceHints::List(hints.iter().map(Hint::read).collect::<Result<_, _>>()?))
}

pub(super) fn hint_json(hint: TopologyHint) -> Value {
    let ids = hint.affinity.map(|nodes| nodes.ids().collect::<Vec<_>>());
    json!({ "numa": ids, "preferred": hint.preferred })
}

/// The CPU Manager's hints, by number of nodes and then by mask; `None` for no preference.
pub(super) fn cpu_hints(hints: &ProviderHints) -> Option<Vec<TopologyHint>> {
    let ProviderHints::Resources(resources) = hints else { return None };
    let mut list: Vec<TopologyHint> = resources
        .iter()
        .flat_map(|resource| match resource {
            ResourceHints::NoPreference => Vec::new(),
            ResourceHints::List(list) => list.clone(),
            ResourceHints::Cpus(hints) => hints.list(),
        })
        .collect();
    list.sort_by_key(|hint| hint.affinity.map(|nodes| (nodes.count(), nodes)));
    Some(list)
}

/// A set of CPUs.
pub(super) fn cpu_set(list: &str) -> Result<CpuSet, String> {
    CpuSet::parse(list)
}

/// The kubelet of the vectors' release, with the gates for options of every stage on unless a vector says
/// otherwise.
pub(super) fn behaviour(
    kubernetes: &str,
    gates: &BTreeMap<String, bool>,
) -> Result<KubeletBehaviour, String> {
    let release = Release::parse(kubernetes)?;
    let mut all: BTreeMap<String, bool> = [
        "CPUManagerPolicyAlphaOptions",
        "CPUManagerPolicyBetaOptions",
        "TopologyManagerPolicyAlphaOptions",
        "TopologyManagerPolicyBetaOptions",
    ]
    .map(|gate| (gate.to_owned(), true))
    .into();
    all.extend(gates.iter().map(|(name, on)| (name.clone(), *on)));
    Ok(Behaviour::resolve(release, &all)?.0.kubelet)
}
