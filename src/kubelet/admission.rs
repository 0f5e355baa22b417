//! The Topology Manager's admission: hints of all providers, their merge, the allocation.
//!
//! Source: kubelet v1.32, `topologymanager/scope_container.go`, `scope_pod.go`, `scope_none.go`, and
//! `lifecycle` for the reasons of a refusal.

use std::borrow::Cow;
use std::fmt;

use super::cpu_manager::{CpuAllocationError, CpuManager, TakeError};
use super::demand::PodDemand;
use super::general_admission::PredicateFailure;
use super::topology_manager::{
    NumaInfo, NumaMask, PolicyName, ProviderHints, Scope, TopologyHint, TopologyManagerConfig, merge_hints,
};

/// Another provider of hints beside the CPU Manager: devices, memory.
pub trait HintProvider {
    /// Hints for a container.
    fn hints(&self, pod: &PodDemand, container: usize) -> ProviderHints;

    /// Hints for all containers of a pod together.
    fn pod_hints(&self, pod: &PodDemand) -> ProviderHints;

    /// Gives a container what it asks for; the error is the provider's own words.
    fn allocate(
        &mut self,
        pod: &PodDemand,
        container: usize,
        affinity: Option<NumaMask>,
    ) -> Result<(), String>;
}

/// Why the kubelet refuses a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The policy does not admit the merged hint.
    TopologyAffinity,
    /// `full-pcpus-only` cannot be kept.
    SmtAlignment(CpuAllocationError),
    /// A provider failed after the pod was admitted.
    Unexpected(String),
    /// The node has no room for the pod, or is not for it.
    General(PredicateFailure),
    /// The kubelet would not return from the allocation, and so admit no pod any more.
    WouldNotReturn,
}

impl Refusal {
    /// `status.reason` of the pod.
    pub fn reason(&self) -> Cow<'static, str> {
        match self {
            Self::TopologyAffinity => "TopologyAffinityError".into(),
            Self::SmtAlignment(_) => "SMTAlignmentError".into(),
            Self::Unexpected(_) => "UnexpectedAdmissionError".into(),
            Self::General(failure) => failure.reason(),
            Self::WouldNotReturn => "wouldNotReturn".into(),
        }
    }
}

impl fmt::Display for Refusal {
    /// `status.message` of the pod.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TopologyAffinity => f.write_str("Resources cannot be allocated with Topology locality"),
            Self::SmtAlignment(error) => error.fmt(f),
            Self::Unexpected(error) => write!(f, "Allocate failed due to {error}, which is unexpected"),
            Self::General(failure) => failure.fmt(f),
            Self::WouldNotReturn => f.write_str("the kubelet would not return from the allocation"),
        }
    }
}

/// What was merged for whom: a container, or (`None`) the pod.
pub type Observer<'a> = &'a mut dyn FnMut(Option<usize>, &[ProviderHints], TopologyHint);

/// Runs a pod through admission. What was allocated before a refusal stays until the pod is removed.
/// Providers are asked in the kubelet's order: devices, then CPUs.
pub fn admit(
    info: &NumaInfo,
    config: TopologyManagerConfig,
    devices: &mut dyn HintProvider,
    mut cpus: Option<&mut CpuManager>,
    pod: &PodDemand,
    observe: Observer<'_>,
) -> Result<(), Refusal> {
    let containers = 0..pod.containers.len();
    if config.policy == PolicyName::None {
        return containers.into_iter().try_for_each(|at| allocate(devices, &mut cpus, pod, at, None));
    }
    if config.scope == Scope::Pod {
        let hints = [devices.pod_hints(pod), cpus.as_ref().map_or(NOTHING, |cpus| cpus.pod_hints(pod))];
        let merged = merged(info, config, &hints, None, observe)?;
        return containers.into_iter().try_for_each(|at| allocate(devices, &mut cpus, pod, at, merged));
    }
    for at in containers {
        let hints = [devices.hints(pod, at), cpus.as_ref().map_or(NOTHING, |cpus| cpus.hints(pod, at))];
        let merged = merged(info, config, &hints, Some(at), observe)?;
        allocate(devices, &mut cpus, pod, at, merged)?;
    }
    Ok(())
}

const NOTHING: ProviderHints = ProviderHints::NoPreference;

fn merged(
    info: &NumaInfo,
    config: TopologyManagerConfig,
    hints: &[ProviderHints],
    container: Option<usize>,
    observe: Observer<'_>,
) -> Result<Option<NumaMask>, Refusal> {
    let (hint, admits) = merge_hints(info, config, hints);
    observe(container, hints, hint);
    if admits { Ok(hint.affinity) } else { Err(Refusal::TopologyAffinity) }
}

fn allocate(
    devices: &mut dyn HintProvider,
    cpus: &mut Option<&mut CpuManager>,
    pod: &PodDemand,
    container: usize,
    affinity: Option<NumaMask>,
) -> Result<(), Refusal> {
    devices.allocate(pod, container, affinity).map_err(Refusal::Unexpected)?;
    let Some(cpus) = cpus else { return Ok(()) };
    cpus.allocate(pod, container, affinity).map_err(|error| match error {
        CpuAllocationError::Take(TakeError::WouldNotReturn) => Refusal::WouldNotReturn,
        CpuAllocationError::Take(error) => Refusal::Unexpected(error.to_string()),
        smt => Refusal::SmtAlignment(smt),
    })
}
