//! The Device Manager: devices of extended resources for containers, and hints from where they come.
//!
//! Source: kubelet v1.32, `pkg/kubelet/cm/devicemanager` (`manager.go`, `topology_hints.go`,
//! `pod_devices.go`). No recorded vectors check this model: its tests are worked out by hand from that
//! source. A device is known by its resource and its ordinal there. Where the kubelet takes any of several
//! devices, in the random order of a Go map (devices to be used again, devices within the affinity, those
//! outside it, those without topology), the lowest ordinals are taken.
//!
//! A finished init container's devices are used again by the pod's next containers, first and whatever
//! the affinity; those that none of them uses stay with the init container until the pod is removed.
//! Sidecars keep theirs. Hints for a pod as a whole do not count devices to be used again.
//!
//! DIFFERENCE: plugins have no preference (`GetPreferredAllocation`), and never refuse or fail.
//! DIFFERENCE: a container's resources are served in the order of its demands, in the kubelet in random
//! order; if one cannot be had, which others were given before, and which error is told, may differ.
//! DIFFERENCE: every device is healthy, and plugins are registered again at once after a restart of the
//! kubelet or the node; the kubelet has no devices and no hints until then.
//! DIFFERENCE: a device sits on one NUMA node or on none; several nodes for a device are not modelled.
//! DIFFERENCE: errors name pod and container by their numbers here, not by UID and name.
//! DIFFERENCE: devices of Dynamic Resource Allocation are not simulated.
//! DIFFERENCE: on machines with more than 12 NUMA nodes, where the kubelet goes through all 2ⁿ − 1 sets of
//! them and may not come to an end, see [`MOST_NODES`].

mod hints;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use hints::MOST_NODES;

use super::admission::HintProvider;
use super::demand::{ContainerDemand, ContainerKind, PodDemand};
use super::topology_manager::{NumaMask, ProviderHints, ResourceHints};
use crate::api::PodId;
use crate::api::go_text::quote;

/// An extended resource of a node and its devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceResource {
    /// Its name, such as `example.com/gpu`.
    pub name: String,
    /// Its devices by ordinal: the NUMA node that each sits on; `None` for one without topology.
    pub devices: Vec<Option<u32>>,
}

impl DeviceResource {
    /// So many devices on each NUMA node, and then so many without topology.
    pub fn new(
        name: impl Into<String>,
        on_nodes: impl IntoIterator<Item = (u32, usize)>,
        without_topology: usize,
    ) -> Self {
        let on_nodes = on_nodes.into_iter().flat_map(|(node, count)| std::iter::repeat_n(Some(node), count));
        let devices = on_nodes.chain(std::iter::repeat_n(None, without_topology)).collect();
        Self { name: name.into(), devices }
    }

    fn has_topology(&self) -> bool {
        self.devices.iter().any(Option::is_some)
    }
}

type Ordinals = BTreeSet<usize>;

#[derive(Clone, Debug)]
struct Stock {
    resource: DeviceResource,
    available: Ordinals,
}

/// The Device Manager of a node.
#[derive(Clone, Debug)]
pub struct DeviceManager {
    /// The machine's NUMA nodes.
    nodes: NumaMask,
    stocks: Vec<Stock>,
    /// By pod, container and resource. This is what the checkpoint holds.
    assigned: BTreeMap<(PodId, usize, usize), Ordinals>,
    /// Devices of a pod's init containers that its next containers may use, by resource. Only the pod
    /// that was allocated last has an entry.
    reusable: Option<(PodId, BTreeMap<usize, Ordinals>)>,
}

impl DeviceManager {
    /// All devices are available. `nodes` are all NUMA nodes of the machine; a resource's place in the
    /// list is what [`super::demand::DeviceDemand::resource`] names.
    pub fn new(nodes: NumaMask, resources: impl IntoIterator<Item = DeviceResource>) -> Self {
        let stock =
            |resource: DeviceResource| Stock { available: (0..resource.devices.len()).collect(), resource };
        let stocks = resources.into_iter().map(stock).collect();
        Self { nodes, stocks, assigned: BTreeMap::new(), reusable: None }
    }

    /// The resources, in the order given.
    pub fn resources(&self) -> impl ExactSizeIterator<Item = &DeviceResource> {
        self.stocks.iter().map(|stock| &stock.resource)
    }

    /// How many devices of a resource there are; 0 if there is no such resource.
    pub fn capacity(&self, resource: usize) -> usize {
        self.stocks.get(resource).map_or(0, |stock| stock.resource.devices.len())
    }

    /// How many devices of a resource no pod has.
    pub fn available(&self, resource: usize) -> usize {
        self.stocks.get(resource).map_or(0, |stock| stock.available.len())
    }

    /// The devices of a resource that no pod has: ordinal and NUMA node.
    pub fn available_devices(&self, resource: usize) -> impl Iterator<Item = (usize, Option<u32>)> {
        let of = |stock: &'_ Stock| {
            let numa = |device: &usize| (*device, stock.resource.devices[*device]);
            stock.available.iter().map(numa).collect::<Vec<_>>()
        };
        self.stocks.get(resource).map(of).unwrap_or_default().into_iter()
    }

    /// A container's devices: resource, and ascending ordinals. Several containers of one pod may have
    /// the same device, of which all but one are init containers.
    pub fn assigned(
        &self,
        pod: PodId,
        container: usize,
    ) -> impl Iterator<Item = (usize, impl Iterator<Item = usize>)> {
        let of_container = self.assigned.range((pod, container, 0)..=(pod, container, usize::MAX));
        of_container.map(|((_, _, resource), devices)| (*resource, devices.iter().copied()))
    }

    /// A pod is no longer active: its devices are available again.
    pub fn remove(&mut self, pod: PodId) {
        let keys = self.assigned.range((pod, 0, 0)..=(pod, usize::MAX, usize::MAX)).map(|(key, _)| *key);
        for key in keys.collect::<Vec<_>>() {
            self.stocks[key.2].available.extend(self.assigned.remove(&key).into_iter().flatten());
        }
        self.reusable.take_if(|(owner, _)| *owner == pod);
    }

    /// The kubelet starts again: the checkpoint keeps what is assigned; what could be used again is found
    /// out anew while the running pods are admitted once more.
    pub fn restart(&mut self) {
        self.reusable = None;
    }

    fn reusable_of(&self, pod: PodId, resource: usize) -> Option<&Ordinals> {
        let (owner, devices) = self.reusable.as_ref()?;
        if *owner == pod { devices.get(&resource) } else { None }
    }

    fn of_container(&self, pod: PodId, container: usize, resource: usize) -> Option<&Ordinals> {
        self.assigned.get(&(pod, container, resource))
    }

    fn of_pod(&self, pod: PodId, resource: usize) -> Ordinals {
        let of_pod = self.assigned.range((pod, 0, 0)..=(pod, usize::MAX, usize::MAX));
        of_pod.filter(|((_, _, of), _)| *of == resource).flat_map(|(_, devices)| devices).copied().collect()
    }

    /// Hints about one resource: from where it was given, or could be given.
    fn resource_hints(
        &self,
        resource: usize,
        requested: usize,
        given: Option<&Ordinals>,
        reusable: Option<&Ordinals>,
    ) -> ResourceHints {
        let stock = &self.stocks[resource];
        if !stock.resource.has_topology() {
            return ResourceHints::NoPreference;
        }
        let none = Ordinals::new();
        let (available, reusable) = match given.filter(|devices| !devices.is_empty()) {
            Some(devices) if devices.len() != requested => return ResourceHints::List(Vec::new()),
            Some(devices) => (devices, &none),
            None => (&stock.available, reusable.unwrap_or(&none)),
        };
        if available.len() + reusable.len() < requested {
            return ResourceHints::List(Vec::new());
        }
        hints::hints(self.nodes, &stock.resource.devices, available, reusable, requested)
    }

    /// Gives a container devices of one resource.
    fn give(
        &mut self,
        (pod, container, resource): (PodId, usize, usize),
        requested: usize,
        affinity: Option<NumaMask>,
    ) -> Result<(), String> {
        let given = self.of_container(pod, container, resource).map(Ordinals::len);
        if let Some(given) = given.filter(|given| *given != requested) {
            let name = quote(&self.stocks[resource].resource.name);
            return Err(format!(
                "pod \"{}\" container \"{container}\" changed request for resource {name} from {given} to \
                 {requested}",
                pod.0
            ));
        }
        let Stock { resource: DeviceResource { name, devices }, available } = &self.stocks[resource];
        if devices.is_empty() {
            return Err(format!("no healthy devices present; cannot allocate unhealthy devices {name}"));
        }
        if given.is_some() || requested == 0 {
            return Ok(());
        }
        let reused = self.reusable_of(pod, resource).into_iter().flatten().copied();
        let mut picked: Ordinals = reused.take(requested).collect();
        let needed = requested - picked.len();
        if available.len() < needed {
            return Err(format!(
                "requested number of devices unavailable for {name}. Requested: {needed}, Available: {}",
                available.len()
            ));
        }
        picked.extend(by_affinity(devices, available, affinity).take(needed));
        self.stocks[resource].available.retain(|device| !picked.contains(device));
        self.assigned.insert((pod, container, resource), picked);
        Ok(())
    }

    /// An init container's devices may be used again, those of others not any more.
    fn update_reusable(&mut self, pod: PodId, container: usize, kind: ContainerKind) {
        let Some((_, reusable)) = &mut self.reusable else { return };
        let of_container = self.assigned.range((pod, container, 0)..=(pod, container, usize::MAX));
        for ((_, _, resource), devices) in of_container {
            let reusable = reusable.entry(*resource).or_default();
            match kind {
                ContainerKind::Init => reusable.extend(devices),
                ContainerKind::Sidecar | ContainerKind::App => {
                    reusable.retain(|device| !devices.contains(device));
                }
            }
        }
    }
}

/// Available devices in the order in which they are taken: within the affinity, outside it, without
/// topology. Without an affinity by ordinal alone.
fn by_affinity(
    devices: &[Option<u32>],
    available: &Ordinals,
    affinity: Option<NumaMask>,
) -> impl Iterator<Item = usize> {
    let rank = move |device: usize| match (affinity, devices[device]) {
        (None, _) => 0,
        (Some(affinity), Some(node)) => u8::from(!affinity.contains(node)),
        (Some(_), None) => 2,
    };
    (0..=2).flat_map(move |wanted| available.iter().copied().filter(move |device| rank(*device) == wanted))
}

/// Devices of a resource that a container asks for.
fn requested(container: &ContainerDemand, resource: usize) -> usize {
    let of_resource = container.devices.iter().filter(|demand| demand.resource == resource);
    of_resource.map(|demand| demand.count as usize).sum()
}

fn provider_hints(resources: impl Iterator<Item = ResourceHints>) -> ProviderHints {
    let resources: Vec<ResourceHints> = resources.collect();
    if resources.is_empty() { ProviderHints::NoPreference } else { ProviderHints::Resources(resources) }
}

impl HintProvider for DeviceManager {
    fn hints(&self, pod: &PodDemand, container: usize) -> ProviderHints {
        let demands = pod.containers[container].devices.iter();
        provider_hints(demands.filter(|demand| demand.resource < self.stocks.len()).map(|demand| {
            let given = self.of_container(pod.pod, container, demand.resource);
            let reusable = self.reusable_of(pod.pod, demand.resource);
            self.resource_hints(demand.resource, demand.count as usize, given, reusable)
        }))
    }

    fn pod_hints(&self, pod: &PodDemand) -> ProviderHints {
        let demands = pod.containers.iter().flat_map(|container| &container.devices);
        let resources: BTreeSet<usize> = demands.map(|demand| demand.resource).collect();
        provider_hints(resources.into_iter().filter(|resource| *resource < self.stocks.len()).map(
            |resource| {
                let most = pod.most_at_a_time(|container| requested(container, resource));
                self.resource_hints(resource, most, Some(&self.of_pod(pod.pod, resource)), None)
            },
        ))
    }

    fn allocate(
        &mut self,
        pod: &PodDemand,
        container: usize,
        affinity: Option<NumaMask>,
    ) -> Result<(), String> {
        if self.reusable.as_ref().is_none_or(|(owner, _)| *owner != pod.pod) {
            self.reusable = Some((pod.pod, BTreeMap::new()));
        }
        let asks = &pod.containers[container];
        let resources = self.stocks.len();
        for demand in asks.devices.iter().filter(|demand| demand.resource < resources) {
            self.give((pod.pod, container, demand.resource), demand.count as usize, affinity)?;
        }
        self.update_reusable(pod.pod, container, asks.kind);
        Ok(())
    }
}
