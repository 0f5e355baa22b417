//! Entries of `spec.kubelets` to the managers of nodes, as the kubelet would start them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::builder::Builder;
use super::super::error::{Findings, Place};
use super::super::objects::ObjectSource;
use super::super::plan::Plan;
use super::configuration::KubeletConfiguration;
use super::{Devices, KubeletDocument};
use crate::api::behaviour::Release;
use crate::api::{Behaviour, CpuSet, KubeletBehaviour, Node, NodeId, Symbol};
use crate::cluster::setup::KubeletSetup;
use crate::cluster::setup::kubelet::KubeletChange;
use crate::kubelet::Machine;
use crate::kubelet::cpu_manager::{CpuTopology, Reservation, build_policy, reserved_count};
use crate::kubelet::device_manager::DeviceResource;
use crate::kubelet::topology_manager::{NumaInfo, TopologyManagerConfig};

/// A kubelet that started: its managers, and what pods can have of the machine's CPU.
pub(in super::super) struct Started {
    setup: Arc<KubeletSetup>,
    allocatable_milli: i64,
}

/// The kubelets of a scenario: one for each entry, and whose node is whose.
pub(in super::super) struct Fleet {
    release: Release,
    entries: Vec<Option<Started>>,
    /// Entries that some node takes.
    taken: Vec<bool>,
    nodes: Vec<Option<Arc<KubeletSetup>>>,
}

impl Fleet {
    /// Starts the kubelet of every entry, and gives the nodes of the beginning theirs.
    pub(in super::super) fn start(
        plan: &Plan,
        release: Release,
        nodes: &mut [Node],
        builder: &mut Builder,
        findings: &mut Findings,
    ) -> Self {
        let mut entries = Vec::with_capacity(plan.kubelets.len());
        for (index, kubelet) in plan.kubelets.iter().enumerate() {
            let started = kubelet.as_ref().and_then(|kubelet| {
                start(
                    plan,
                    index,
                    &kubelet.machine,
                    kubelet.configuration.as_ref(),
                    release,
                    builder,
                    findings,
                )
            });
            entries.push(started);
        }
        let mut fleet = Self { release, taken: vec![false; entries.len()], entries, nodes: Vec::new() };
        for node in nodes {
            fleet.assign(node, plan, builder, findings);
        }
        fleet
    }

    /// Gives a node its machine, if an entry fits; a node that says nothing of CPU gets what the machine has.
    /// A node that is applied again keeps what it is.
    pub(in super::super) fn assign(
        &mut self,
        node: &mut Node,
        plan: &Plan,
        builder: &mut Builder,
        findings: &mut Findings,
    ) {
        let known = self.nodes.get(node.id.index()).and_then(Option::as_ref).map(|setup| setup.entry);
        let fits = |entry: &KubeletDocument, builder: &mut Builder| {
            entry.node_selector.iter().all(|(key, value)| {
                let (key, value) = (builder.names.intern(key), builder.names.intern(value));
                node.labels.get(key) == Some(value)
            })
        };
        let mut entries = plan.document.spec.kubelets.iter();
        let Some(index) = known.or_else(|| entries.position(|entry| fits(entry, builder))) else { return };
        self.taken[index] = true;
        let Some(started) = &self.entries[index] else { return };
        agree_on_cpu(plan, index, started, node, builder, findings);
        agree_on_devices(plan, index, started, node, builder, findings);
        if self.nodes.len() <= node.id.index() {
            self.nodes.resize(node.id.index() + 1, None);
        }
        self.nodes[node.id.index()] = Some(Arc::clone(&started.setup));
    }

    /// The kubelets by node; entries that nobody takes are told of.
    pub(in super::super) fn finish(
        self,
        plan: &Plan,
        findings: &mut Findings,
    ) -> Vec<Option<Arc<KubeletSetup>>> {
        for (index, _) in self.taken.iter().enumerate().filter(|(_, taken)| !**taken) {
            let message = format!("spec.kubelets[{index}]: no node has these labels");
            findings.warning(plan.place_of_kubelet(index, "nodeSelector"), message);
        }
        self.nodes
    }

    /// Whether a node's kubelet is of an entry.
    pub(in super::super) fn is_of(&self, node: NodeId, entry: usize) -> bool {
        self.nodes.get(node.index()).and_then(Option::as_ref).is_some_and(|setup| setup.entry == entry)
    }

    /// The settings with which kubelets of an entry restart. `None` if they are wrong, which is told.
    pub(in super::super) fn change(
        &self,
        index: usize,
        configuration: &ObjectSource,
        plan: &Plan,
        builder: &mut Builder,
        findings: &mut Findings,
    ) -> Option<KubeletChange> {
        let machine = &plan.kubelets[index].as_ref()?.machine;
        let started = start(plan, index, machine, Some(configuration), self.release, builder, findings)?;
        Some(KubeletChange { setup: started.setup, allocatable_milli_cpu: started.allocatable_milli })
    }
}

/// A node's allocatable CPU is what the machine has beyond the reservation.
fn agree_on_cpu(
    plan: &Plan,
    index: usize,
    started: &Started,
    node: &mut Node,
    builder: &Builder,
    findings: &mut Findings,
) {
    let of_machine = started.allocatable_milli;
    if node.allocatable.milli_cpu == 0 {
        node.allocatable.milli_cpu = of_machine;
    } else if node.allocatable.milli_cpu != of_machine {
        let message = format!(
            "spec.kubelets[{index}]: node {:?} has {}m allocatable CPU, its machine {} leaves {of_machine}m; leave \
             it out, or name the machine that it is",
            builder.names.resolve(node.name),
            node.allocatable.milli_cpu,
            started.setup.machine.name()
        );
        findings.error(plan.place_of_kubelet(index, "machine"), message);
    }
}

/// A node has as many of an extended resource as there are devices.
fn agree_on_devices(
    plan: &Plan,
    index: usize,
    started: &Started,
    node: &mut Node,
    builder: &Builder,
    findings: &mut Findings,
) {
    for (name, resource) in &started.setup.devices {
        let devices = resource.devices.len() as i64;
        let told = node.allocatable.scalar_amount(*name);
        if told == 0 {
            node.allocatable.add_scalar(*name, devices);
        } else if told != devices {
            let message = format!(
                "spec.kubelets[{index}]: node {:?} has {told} {}, its devices are {devices}",
                builder.names.resolve(node.name),
                resource.name
            );
            findings.error(plan.place_of_kubelet(index, "devices"), message);
        }
    }
}

fn start(
    plan: &Plan,
    index: usize,
    machine: &Machine,
    source: Option<&ObjectSource>,
    release: Release,
    builder: &mut Builder,
    findings: &mut Findings,
) -> Option<Started> {
    let configuration = match source {
        None => KubeletConfiguration::default(),
        Some(source) => KubeletConfiguration::read(source, findings)?,
    };
    let behaviour = behaviour(plan, &configuration, release, builder);
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
                findings.error(place, format!("spec.kubelets[{index}]: the kubelet does not start: {error}"));
            }
            None
        }
    }
}

/// The scenario's gates, and over them the configuration's own.
fn behaviour(
    plan: &Plan,
    configuration: &KubeletConfiguration,
    release: Release,
    builder: &Builder,
) -> Result<KubeletBehaviour, Vec<String>> {
    if configuration.feature_gates.is_empty() {
        return Ok(builder.behaviour.kubelet);
    }
    let mut gates: BTreeMap<String, bool> = plan.document.spec.feature_gates.clone();
    gates.extend(configuration.feature_gates.iter().map(|(name, on)| (name.clone(), *on)));
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
    fn place_of_kubelet(&self, index: usize, field: &str) -> Option<Place> {
        self.place_at(&format!("/spec/kubelets/{index}/{field}"))
    }
}
