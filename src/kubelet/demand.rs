//! What a pod asks of the kubelet's managers.

use std::sync::Arc;

pub use crate::api::ContainerKind;
use crate::api::{Pod, PodId, PodSpec, Symbol};

/// Devices of one resource that a container asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceDemand {
    /// The resource, by its place in the node's list.
    pub resource: usize,
    /// How many.
    pub count: u32,
}

/// What a container asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContainerDemand {
    /// Its kind.
    pub kind: ContainerKind,
    /// CPUs that it wants for itself: whole numbers of Guaranteed pods; else 0, for the shared pool.
    pub exclusive_cpus: usize,
    /// Devices.
    pub devices: Vec<DeviceDemand>,
}

/// What a pod asks for: init containers first, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodDemand {
    /// The pod.
    pub pod: PodId,
    /// Its containers; pods of one template share them.
    pub containers: Arc<[ContainerDemand]>,
}

impl PodDemand {
    /// What a pod asks for; of extended resources those that have a place in the node's list.
    pub fn of(pod: &Pod, place: impl Fn(Symbol) -> Option<usize>) -> Self {
        Self::of_spec(pod.id, &pod.spec, place)
    }

    /// The same of a pod that has this number.
    pub fn of_spec(pod: PodId, spec: &PodSpec, place: impl Fn(Symbol) -> Option<usize>) -> Self {
        let device = |(name, count): &(Symbol, i64)| {
            let resource = place(*name)?;
            Some(DeviceDemand { resource, count: u32::try_from(*count).unwrap_or(u32::MAX) })
        };
        let containers = spec.containers.iter().map(|container| ContainerDemand {
            kind: container.kind,
            exclusive_cpus: container.exclusive_cpus as usize,
            devices: container.extended.iter().filter_map(device).collect(),
        });
        Self { pod, containers: containers.collect() }
    }

    /// The most that the pod has at a time, if a container has so much: the larger of any init container
    /// with the sidecars before it, and of containers with all sidecars.
    pub fn most_at_a_time(&self, of: impl Fn(&ContainerDemand) -> usize) -> usize {
        let (mut sidecars, mut starting, mut running) = (0, 0, 0);
        for container in self.containers.iter() {
            let has = of(container);
            match container.kind {
                ContainerKind::Sidecar => sidecars += has,
                ContainerKind::Init => starting = starting.max(sidecars + has),
                ContainerKind::App => running += has,
            }
        }
        starting.max(sidecars + running)
    }

    /// The exclusive CPUs that the pod has at a time.
    pub fn exclusive_cpus(&self) -> usize {
        self.most_at_a_time(|container| container.exclusive_cpus)
    }
}
