//! Who has which CPUs, and the shared pool; what the kubelet keeps in its checkpoint.
//!
//! Source: kubelet v1.32, `cpumanager/state`, and `validateState` of the static policy.

use std::collections::BTreeMap;
use std::fmt;

use super::static_policy::StaticPolicy;
use crate::api::{CpuSet, PodId};

/// Assignments and the shared pool ("default CPU set").
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuState {
    /// By pod: its containers that have exclusive CPUs, in order of allocation.
    assignments: BTreeMap<PodId, Vec<(usize, CpuSet)>>,
    shared: Option<CpuSet>,
}

/// Why the static policy does not start with a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartError {
    /// There are assignments, but no shared pool.
    EmptyShared,
    /// Reserved CPUs are not in the shared pool.
    ReservedMissing {
        /// The reserved CPUs.
        reserved: CpuSet,
        /// The shared pool.
        shared: CpuSet,
    },
    /// Strictly reserved CPUs are in the shared pool.
    ReservedShared {
        /// Those that are.
        reserved: CpuSet,
        /// The shared pool.
        shared: CpuSet,
    },
    /// Exclusive CPUs are in the shared pool.
    Overlap {
        /// Whose they are.
        pod: PodId,
        /// Whose they are.
        container: usize,
        /// All its CPUs.
        cpus: CpuSet,
        /// The shared pool.
        shared: CpuSet,
    },
    /// The machine has other CPUs than the state.
    OtherCpus {
        /// The machine's, less those reserved strictly.
        machine: CpuSet,
        /// The state's.
        state: CpuSet,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyShared => f.write_str("default cpuset cannot be empty"),
            Self::ReservedMissing { reserved, shared } => {
                write!(f, "not all reserved cpus: \"{reserved}\" are present in defaultCpuSet: \"{shared}\"")
            }
            Self::ReservedShared { reserved, shared } => write!(
                f,
                "some of strictly reserved cpus: \"{reserved}\" are present in defaultCpuSet: \"{shared}\""
            ),
            Self::Overlap { pod, container, cpus, shared } => write!(
                f,
                "pod: {}, container: {container} cpuset: \"{cpus}\" overlaps with default cpuset \
                 \"{shared}\"",
                pod.0
            ),
            Self::OtherCpus { machine, state } => write!(
                f,
                "current set of available CPUs \"{machine}\" doesn't match with CPUs in state \"{state}\""
            ),
        }
    }
}

impl CpuState {
    /// The shared pool.
    pub fn shared(&self) -> &CpuSet {
        self.shared.as_ref().unwrap_or(&CpuSet::EMPTY)
    }

    /// The exclusive CPUs of a container.
    pub fn assigned(&self, pod: PodId, container: usize) -> Option<&CpuSet> {
        self.of(pod).iter().find(|(index, _)| *index == container).map(|(_, cpus)| cpus)
    }

    /// The containers of a pod that have exclusive CPUs, in order of allocation.
    pub fn of(&self, pod: PodId) -> &[(usize, CpuSet)] {
        self.assignments.get(&pod).map_or(&[], Vec::as_slice)
    }

    /// All pods with their containers that have exclusive CPUs.
    pub fn assignments(&self) -> impl Iterator<Item = (PodId, &[(usize, CpuSet)])> {
        self.assignments.iter().map(|(pod, containers)| (*pod, containers.as_slice()))
    }

    /// All exclusive CPUs.
    pub fn exclusive(&self) -> CpuSet {
        union(self.assignments.values())
    }

    /// The exclusive CPUs of all pods but one.
    pub(super) fn exclusive_of_others(&self, pod: PodId) -> CpuSet {
        union(self.assignments.iter().filter(|(owner, _)| **owner != pod).map(|(_, containers)| containers))
    }

    pub(super) fn assign(&mut self, pod: PodId, container: usize, cpus: CpuSet) {
        self.shared = Some(self.shared().difference(&cpus));
        self.assignments.entry(pod).or_default().push((container, cpus));
    }

    pub(super) fn remove(&mut self, pod: PodId) {
        if let Some(containers) = self.assignments.remove(&pod) {
            let released = containers.iter().fold(*self.shared(), |all, (_, cpus)| all.union(cpus));
            self.shared = Some(released);
        }
    }

    /// What the static policy checks when it starts; an empty state becomes that of an idle machine.
    pub(super) fn check(&mut self, policy: &StaticPolicy) -> Result<(), Box<StartError>> {
        let (reserved, strict) = (*policy.reserved(), policy.options().strict_cpu_reservation);
        let machine = if strict { policy.allocatable() } else { *policy.topology().all() };
        let shared = *self.shared();
        if shared.is_empty() {
            if !self.assignments.is_empty() {
                return Err(Box::new(StartError::EmptyShared));
            }
            self.shared = Some(machine);
            return Ok(());
        }
        let among = reserved.intersection(&shared);
        if strict && !among.is_empty() {
            return Err(Box::new(StartError::ReservedShared { reserved: among, shared }));
        }
        if !strict && among != reserved {
            return Err(Box::new(StartError::ReservedMissing { reserved, shared }));
        }
        for (pod, containers) in &self.assignments {
            if let Some((container, cpus)) = containers.iter().find(|(_, cpus)| !cpus.is_disjoint(&shared)) {
                let (pod, container, cpus) = (*pod, *container, *cpus);
                return Err(Box::new(StartError::Overlap { pod, container, cpus, shared }));
            }
        }
        let state = shared.union(&self.exclusive());
        if state == machine { Ok(()) } else { Err(Box::new(StartError::OtherCpus { machine, state })) }
    }
}

fn union<'a>(pods: impl Iterator<Item = &'a Vec<(usize, CpuSet)>>) -> CpuSet {
    pods.flatten().fold(CpuSet::EMPTY, |all, (_, cpus)| all.union(cpus))
}
