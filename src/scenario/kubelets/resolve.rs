//! An entry of `spec.kubelets` to the managers of a node, as the kubelet would start them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::builder::Builder;
use super::super::error::{Findings, Place};
use super::super::objects::ObjectSource;
use super::super::plan::Plan;
use super::Devices;
use super::configuration::KubeletConfiguration;
use crate::api::behaviour::Release;
use crate::api::{Behaviour, CpuSet, KubeletBehaviour, Symbol};
use crate::cluster::setup::KubeletSetup;
use crate::kubelet::Machine;
use crate::kubelet::cpu_manager::{CpuTopology, Reservation, build_policy, reserved_count};
use crate::kubelet::device_manager::DeviceResource;
use crate::kubelet::topology_manager::{NumaInfo, TopologyManagerConfig};

/// A kubelet that started: its managers, and what pods can have of the machine's CPU.
pub(super) struct Started {
    pub(super) setup: Arc<KubeletSetup>,
    pub(super) allocatable_milli: i64,
}

/// Starts a kubelet of an entry with a configuration. `own` is its release, where that is not the cluster's.
pub(super) fn start(
    plan: &Plan,
    (index, own): (usize, Option<Release>),
    source: Option<&ObjectSource>,
    builder: &mut Builder,
    findings: &mut Findings,
) -> Option<Started> {
    let machine = &plan.kubelets[index].as_ref()?.machine;
    let configuration = match source {
        None => KubeletConfiguration::default(),
        Some(source) => KubeletConfiguration::read(source, findings)?,
    };
    let behaviour = behaviour(plan, &configuration, own, builder);
    let devices = match devices(&plan.document.spec.kubelets[index].devices, machine, builder) {
        Ok(devices) => devices,
        Err(error) => {
            let place = plan.place_of_kubelet(index, "devices");
            findings.error(place, format!("spec.kubelets[{index}].devices: {error}"));
            return None;
        }
    };
    let started =
        behaviour.and_then(|behaviour| managers((index, machine), &configuration, devices, behaviour));
    match started {
        Ok(started) => Some(started),
        Err(errors) => {
            // The kubelet reports any one of these; it looks at them in no fixed order.
            let place = source.and_then(ObjectSource::place);
            for error in errors {
                let place = place.clone().or_else(|| plan.place_of_kubelet(index, "machine"));
                let of = own.map_or_else(String::new, |release| format!(" of v{release}"));
                let message = format!("spec.kubelets[{index}]: the kubelet{of} does not start: {error}");
                findings.error(place, message);
            }
            None
        }
    }
}

/// The scenario's gates, and over them the configuration's own. A kubelet of another release than the cluster's has
/// those of the scenario's gates that it knows.
fn behaviour(
    plan: &Plan,
    configuration: &KubeletConfiguration,
    own: Option<Release>,
    builder: &Builder,
) -> Result<KubeletBehaviour, Vec<String>> {
    if configuration.feature_gates.is_empty() && own.is_none() {
        return Ok(builder.behaviour.kubelet);
    }
    let mut gates: BTreeMap<String, bool> = plan.document.spec.feature_gates.clone();
    if let Some(own) = own {
        gates.retain(|name, on| Behaviour::resolve(own, &BTreeMap::from([(name.clone(), *on)])).is_ok());
    }
    gates.extend(configuration.feature_gates.iter().map(|(name, on)| (name.clone(), *on)));
    let release = own.unwrap_or(plan.release.release);
    Behaviour::resolve(release, &gates).map(|(behaviour, _)| behaviour.kubelet).map_err(|error| vec![error])
}

/// The devices of an entry.
fn devices(
    written: &BTreeMap<String, Devices>,
    machine: &Machine,
    builder: &mut Builder,
) -> Result<Vec<(Symbol, DeviceResource)>, String> {
    let mut devices = Vec::new();
    for (name, places) in written {
        let resource = match places {
            Devices::Anywhere(count) => DeviceResource::new(name.clone(), [], *count as usize),
            Devices::OnNumaNodes(counts) => {
                let mut on_nodes = Vec::new();
                for (node, count) in counts {
                    let there = |id: &u32| machine.numa_nodes().iter().any(|node| node.id == *id);
                    match node.parse().ok().filter(there) {
                        Some(id) => on_nodes.push((id, *count as usize)),
                        None => {
                            return Err(format!(
                                "{name}: the machine {} has no NUMA node {node:?}",
                                machine.name()
                            ));
                        }
                    }
                }
                on_nodes.sort_unstable();
                DeviceResource::new(name.clone(), on_nodes, 0)
            }
        };
        devices.push((builder.names.intern(name), resource));
    }
    Ok(devices)
}

fn managers(
    (entry, machine): (usize, &Machine),
    configuration: &KubeletConfiguration,
    devices: Vec<(Symbol, DeviceResource)>,
    behaviour: KubeletBehaviour,
) -> Result<Started, Vec<String>> {
    let one = |error: String| vec![error];
    for (options, known, manager) in [
        (&configuration.cpu_manager_policy_options, behaviour.cpu_manager_options.any, "CPUManager"),
        (
            &configuration.topology_manager_policy_options,
            behaviour.topology_manager_options.any,
            "TopologyManager",
        ),
    ] {
        if !known && !options.is_empty() {
            return Err(one(format!(
                "policy options of the {manager} require feature gate {manager}PolicyOptions enabled"
            )));
        }
    }
    let topology_manager = TopologyManagerConfig::parse(
        configuration.topology_manager_policy.as_deref().unwrap_or("none"),
        configuration.topology_manager_scope.as_deref().unwrap_or("container"),
        &configuration.topology_manager_policy_options,
        &behaviour.topology_manager_options,
        machine,
    )?;
    let (reservation, reserved_milli) = reservation(configuration).map_err(one)?;
    let cpu_policy = build_policy(
        configuration.cpu_manager_policy.as_deref().unwrap_or("none"),
        &configuration.cpu_manager_policy_options,
        reservation,
        &Arc::new(CpuTopology::new(machine)),
        topology_manager.policy,
        behaviour,
    )?;
    let allocatable_milli = machine.cpus().len() as i64 * 1000 - reserved_milli;
    if allocatable_milli < 0 {
        return Err(one(format!(
            "{reserved_milli}m CPU are reserved, the machine has {} CPUs",
            machine.cpus().len()
        )));
    }
    let numa = NumaInfo::new(machine);
    let setup = KubeletSetup { entry, machine: machine.clone(), numa, topology_manager, cpu_policy, devices };
    Ok(Started { setup: Arc::new(setup), allocatable_milli })
}

/// What is reserved, for the static policy and for the node's allocatable CPU. Named CPUs take the place of
/// reserved amounts.
fn reservation(configuration: &KubeletConfiguration) -> Result<(Result<Reservation, String>, i64), String> {
    if let Some(list) = configuration.reserved_system_cpus.as_deref().filter(|list| !list.is_empty()) {
        let cpus = CpuSet::parse(list)
            .map_err(|error| format!("unable to parse the CPUs in reservedSystemCPUs {list:?}: {error}"))?;
        let milli = cpus.len() as i64 * 1000;
        return Ok((reserved_count(Some(milli)).map(|_| Reservation::Cpus(cpus)), milli));
    }
    let milli = configuration.reserved_milli()?;
    Ok((reserved_count(milli).map(Reservation::Count), milli.unwrap_or(0)))
}

impl Plan {
    /// The place of an entry's field.
    pub(super) fn place_of_kubelet(&self, index: usize, field: &str) -> Option<Place> {
        self.place_at(&format!("/spec/kubelets/{index}/{field}"))
    }
}
