//! The CPU Manager: exclusive CPUs for containers, and the shared pool of the rest.
//!
//! Source: kubelet v1.32, `pkg/kubelet/cm/cpumanager` (`cpu_manager.go`, `policy_static.go`, `state`).
//! Faults of that code are kept, and named when they happen ([`Fault`]). What changed up to 1.34 and in
//! 1.37 is switched by [`KubeletBehaviour`].
//! DIFFERENCE: pods that set `spec.resources` get no exclusive CPUs (as in 1.34; unverified before).
//! DIFFERENCE: in-place resizing of pods with exclusive CPUs is not simulated (refused by the kubelet).

mod accumulator;
mod combinations;
mod distributed;
mod faults;
mod hints;
mod options;
mod state;
mod static_policy;
mod topology;

use std::sync::Arc;

pub use accumulator::{SortingStrategy, TakeError, UncoreAlignment, take_packed};
pub use distributed::{Distributed, Distribution, take_distributed};
pub use faults::{Fault, FaultKind};
pub use hints::CpuHints;
pub use options::StaticPolicyOptions;
pub use state::{CpuState, StartError};
pub use static_policy::{Reservation, StaticPolicy};
pub use topology::{CpuGroup, CpuTopology};

use super::demand::{ContainerKind, PodDemand};
use super::topology_manager::{NumaMask, ProviderHints, ResourceHints};
use crate::api::{CpuSet, KubeletBehaviour, PodId};

/// Why a container gets no exclusive CPUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CpuAllocationError {
    /// `full-pcpus-only`: the request is not whole cores.
    NotWholeCores {
        /// CPUs asked for.
        requested: usize,
        /// CPUs of a core.
        cpus_per_core: usize,
    },
    /// `full-pcpus-only`: not so many CPUs of unreserved cores are in the shared pool.
    NotEnoughWholeCores {
        /// CPUs asked for.
        requested: usize,
        /// CPUs of a core.
        cpus_per_core: usize,
        /// CPUs of unreserved cores in the shared pool.
        available: usize,
    },
    /// The allocator found none.
    Take(TakeError),
}

impl std::fmt::Display for CpuAllocationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotWholeCores { requested, cpus_per_core } => write!(
                f,
                "SMT Alignment Error: requested {requested} cpus not multiple cpus per core = {cpus_per_core}"
            ),
            Self::NotEnoughWholeCores { requested, cpus_per_core, available } => write!(
                f,
                "SMT Alignment Error: not enough free physical CPUs: available physical CPUs = {available}, \
                 requested CPUs = {requested}, CPUs per core = {cpus_per_core}"
            ),
            Self::Take(error) => error.fmt(f),
        }
    }
}

/// The CPU Manager of a node under the static policy.
#[derive(Clone, Debug)]
pub struct CpuManager {
    policy: StaticPolicy,
    state: CpuState,
    /// CPUs of a pod's init containers that its next containers may use. Only the pod that was allocated
    /// last has an entry.
    reusable: Option<(PodId, CpuSet)>,
    faults: Vec<Fault>,
}

impl CpuManager {
    /// Starts with what a checkpoint holds, or with an empty state.
    pub fn start(policy: StaticPolicy, checkpoint: Option<CpuState>) -> Result<Self, Box<StartError>> {
        let mut state = checkpoint.unwrap_or_default();
        state.check(&policy)?;
        Ok(Self { policy, state, reusable: None, faults: Vec::new() })
    }

    /// Starts on a machine on which containers of pods hold these CPUs.
    pub fn holding(
        policy: StaticPolicy,
        held: impl IntoIterator<Item = (PodId, usize, CpuSet)>,
    ) -> Result<Self, Box<StartError>> {
        let mut manager = Self::start(policy, None)?;
        for (pod, container, cpus) in held {
            manager.state.assign(pod, container, cpus);
        }
        let Self { policy, state, .. } = manager;
        Self::start(policy, Some(state))
    }

    /// The policy.
    pub fn policy(&self) -> &StaticPolicy {
        &self.policy
    }

    /// The assignments and the shared pool.
    pub fn state(&self) -> &CpuState {
        &self.state
    }

    /// The faults of the kubelet since the last call.
    pub fn take_faults(&mut self) -> Vec<Fault> {
        std::mem::take(&mut self.faults)
    }

    /// The CPUs that could be given away now.
    pub fn available(&self) -> CpuSet {
        self.policy.available(self.state.shared())
    }

    /// Hints for a container.
    pub fn hints(&self, pod: &PodDemand, container: usize) -> ProviderHints {
        let requested = pod.containers[container].exclusive_cpus;
        if requested == 0 {
            return ProviderHints::NoPreference;
        }
        match self.state.assigned(pod.pod, container) {
            Some(assigned) if assigned.len() != requested => unsatisfiable(),
            Some(assigned) => self.hints_from(assigned, &CpuSet::EMPTY, requested),
            None => self.hints_from(&self.available(), &self.reusable_of(pod.pod), requested),
        }
    }

    /// Hints for all containers of a pod together.
    pub fn pod_hints(&self, pod: &PodDemand) -> ProviderHints {
        let requested = pod.exclusive_cpus();
        if requested == 0 {
            return ProviderHints::NoPreference;
        }
        let mut assigned = CpuSet::EMPTY;
        for (index, container) in pod.containers.iter().enumerate() {
            if let Some(cpus) = self.state.assigned(pod.pod, index) {
                if cpus.len() != container.exclusive_cpus {
                    return unsatisfiable();
                }
                assigned = assigned.union(cpus);
            }
        }
        if assigned.len() == requested {
            return self.hints_from(&assigned, &CpuSet::EMPTY, requested);
        }
        let reusable = self.reusable_of(pod.pod).union(&assigned);
        self.hints_from(&self.available(), &reusable, requested)
    }

    fn hints_from(&self, available: &CpuSet, reusable: &CpuSet, requested: usize) -> ProviderHints {
        let align = self.policy.options().align_by_socket;
        let hints = CpuHints::new(self.policy.topology(), available, reusable, requested, align);
        ProviderHints::Resources(vec![ResourceHints::Cpus(hints)])
    }

    fn reusable_of(&self, pod: PodId) -> CpuSet {
        match self.reusable {
            Some((owner, cpus)) if owner == pod => cpus,
            _ => CpuSet::EMPTY,
        }
    }

    /// Gives a container its exclusive CPUs, if it wants any.
    pub fn allocate(
        &mut self,
        pod: &PodDemand,
        container: usize,
        affinity: Option<NumaMask>,
    ) -> Result<(), CpuAllocationError> {
        let demand = &pod.containers[container];
        let requested = demand.exclusive_cpus;
        if requested == 0 {
            return Ok(());
        }
        if self.policy.options().full_pcpus_only {
            self.check_whole_cores(requested)?;
        }
        if let Some(assigned) = self.state.assigned(pod.pod, container).copied() {
            self.update_reusable(pod.pod, demand.kind, &assigned);
            return Ok(());
        }
        let allocatable = self.available().union(&self.reusable_of(pod.pod));
        let picked = self.policy.pick(&allocatable, requested, affinity).map_err(|error| {
            self.note_failure(pod.pod, container, error);
            CpuAllocationError::Take(error)
        })?;
        self.note_faults(pod.pod, container, requested, &allocatable, &picked);
        self.state.assign(pod.pod, container, picked.cpus);
        self.update_reusable(pod.pod, demand.kind, &picked.cpus);
        Ok(())
    }

    /// Looks at the whole shared pool, whatever the affinity and whatever the pod could use again.
    fn check_whole_cores(&self, requested: usize) -> Result<(), CpuAllocationError> {
        let cpus_per_core = self.policy.topology().cpus_per_core();
        if !requested.is_multiple_of(cpus_per_core) {
            return Err(CpuAllocationError::NotWholeCores { requested, cpus_per_core });
        }
        let available = self.policy.available_on_whole_cores(self.state.shared()).len();
        if requested > available {
            Err(CpuAllocationError::NotEnoughWholeCores { requested, cpus_per_core, available })
        } else {
            Ok(())
        }
    }

    fn update_reusable(&mut self, pod: PodId, kind: ContainerKind, cpus: &CpuSet) {
        let before = self.reusable_of(pod);
        let after = match kind {
            ContainerKind::Init => before.union(cpus),
            ContainerKind::Sidecar | ContainerKind::App => before.difference(cpus),
        };
        self.reusable = Some((pod, after));
    }

    fn note_failure(&mut self, pod: PodId, container: usize, error: TakeError) {
        let kind = match error {
            TakeError::Accounting { .. } => FaultKind::AccountingError,
            TakeError::WouldNotReturn => FaultKind::WouldNotReturn,
            TakeError::NotEnough { .. } | TakeError::Failed => return,
        };
        self.faults.push(Fault { kind, pod, container, cpus: CpuSet::EMPTY });
    }

    fn note_faults(
        &mut self,
        pod: PodId,
        container: usize,
        requested: usize,
        allocatable: &CpuSet,
        picked: &Distributed,
    ) {
        let mut note = |kind, cpus| self.faults.push(Fault { kind, pod, container, cpus });
        if picked.aliased {
            note(FaultKind::SliceAliasing, picked.cpus);
        }
        if picked.cpus.len() != requested {
            note(FaultKind::WrongSizeAllocation, picked.cpus);
        }
        let beyond = picked.cpus.difference(allocatable);
        if beyond.is_empty() {
            return;
        }
        let of_others = beyond.intersection(&self.state.exclusive_of_others(pod));
        if !of_others.is_empty() {
            note(FaultKind::OverlappingExclusiveCpus, of_others);
        }
        let unavailable = beyond.difference(&of_others);
        if !unavailable.is_empty() {
            note(FaultKind::TakesUnavailableCpus, unavailable);
        }
    }

    /// A pod is no longer active: its CPUs go back to the shared pool.
    pub fn remove(&mut self, pod: PodId) {
        self.state.remove(pod);
    }

    /// What survives a restart of the kubelet.
    pub fn checkpoint(self) -> CpuState {
        self.state
    }

    /// The machine's CPUs.
    pub fn topology(&self) -> &Arc<CpuTopology> {
        self.policy.topology()
    }
}

/// A request that was given another number of CPUs than it asks for now.
fn unsatisfiable() -> ProviderHints {
    ProviderHints::Resources(vec![ResourceHints::List(Vec::new())])
}

/// What the kubelet reserves: a number of CPUs, rounded up, or none at all, which it refuses.
pub fn reserved_count(milli: Option<i64>) -> Result<usize, String> {
    match milli {
        None => Err("[cpumanager] unable to determine reserved CPU resources for static policy".to_owned()),
        Some(0) => {
            Err("[cpumanager] the static policy requires systemreserved.cpu + kubereserved.cpu to be \
                        greater than zero"
                .to_owned())
        }
        Some(milli) => Ok(usize::try_from(milli).unwrap_or(0).div_ceil(1000)),
    }
}

/// The policy of the CPU Manager: `static`, or `none`, under which every container is in the shared pool.
pub fn build_policy(
    policy: &str,
    options: &std::collections::BTreeMap<String, String>,
    reservation: Result<Reservation, String>,
    topology: &Arc<CpuTopology>,
    topology_policy: super::topology_manager::PolicyName,
    behaviour: KubeletBehaviour,
) -> Result<Option<StaticPolicy>, Vec<String>> {
    let all = |prefix: &str, errors: Vec<String>| -> Vec<String> {
        errors.into_iter().map(|error| format!("{prefix}: {error}")).collect()
    };
    match policy {
        "none" if options.is_empty() => Ok(None),
        "none" => {
            let pairs: Vec<String> = options.iter().map(|(name, value)| format!("{name}:{value}")).collect();
            let told = format!("None policy: received unsupported options=map[{}]", pairs.join(" "));
            Err(all("new none policy error", vec![told]))
        }
        "static" => {
            let reservation = reservation.map_err(|error| vec![error])?;
            let refused = |errors| all("new static policy error", errors);
            let options =
                StaticPolicyOptions::parse(options, &behaviour.cpu_manager_options).map_err(refused)?;
            options.check(topology, topology_policy).map_err(|error| refused(vec![error]))?;
            StaticPolicy::new(Arc::clone(topology), options, reservation, behaviour)
                .map(Some)
                .map_err(refused)
        }
        _ => Err(vec![format!("unknown policy: \"{policy}\"")]),
    }
}
