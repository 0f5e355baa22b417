//! The feature gates that touch what is simulated, release by release.
//!
//! From the feature tables of the releases (`pkg/features/kube_features.go`, up to the development
//! branch of 1.37). A gate that is missing from a release is unknown to its components.
//!
//! DIFFERENCE: gates that were removed from the code more than three releases after they were locked
//! stay known here where the release of the removal is not certain; they can be set to their locked
//! value only.

use super::gate::{FeatureGate, GateStatus, Stage, Step};
use super::release::Release;
use Stage::{Alpha, Beta, Ga};

const fn at(minor: u8, stage: Stage, default: bool) -> Step {
    Step { since: Release::one(minor), status: GateStatus { stage, default, locked: false } }
}

/// A step that came with a patch release.
const fn patch(minor: u8, patch: u8, stage: Stage, default: bool) -> Step {
    Step { since: Release::patched(minor, patch), status: GateStatus { stage, default, locked: false } }
}

const fn locked(minor: u8) -> Step {
    Step { since: Release::one(minor), status: GateStatus { stage: Ga, default: true, locked: true } }
}

const fn gate(
    name: &'static str,
    simulated: bool,
    history: &'static [Step],
    removed: Option<u8>,
) -> FeatureGate {
    FeatureGate { name, simulated, history, removed }
}

/// Every gate that is known, by name.
pub(super) const GATES: &[FeatureGate] = &[
    gate("CPUManagerPolicyAlphaOptions", true, &[at(23, Alpha, false)], None),
    gate("CPUManagerPolicyBetaOptions", true, &[at(23, Beta, true)], None),
    gate("CPUManagerPolicyOptions", true, &[at(22, Alpha, false), at(23, Beta, true), locked(33)], None),
    gate("DeploymentReplicaSetTerminatingReplicas", true, &[at(33, Alpha, false), at(35, Beta, true)], None),
    gate(
        "DisableAllocatorDualWrite",
        true,
        &[at(31, Alpha, false), at(33, Beta, false), at(34, Ga, true)],
        None,
    ),
    gate("InPlacePodVerticalScaling", true, &[at(27, Alpha, false), at(33, Beta, true), locked(35)], None),
    gate("LogarithmicScaleDown", true, &[at(21, Alpha, false), at(22, Beta, true), locked(31)], None),
    gate("MatchLabelKeysInPodAffinity", true, &[at(29, Alpha, false), at(31, Beta, true), locked(33)], None),
    gate("MatchLabelKeysInPodTopologySpread", true, &[at(25, Alpha, false), at(27, Beta, true)], None),
    gate("MatchLabelKeysInPodTopologySpreadSelectorMerge", true, &[at(34, Beta, true)], None),
    // Off again by pull request 137904, on again by 137666.
    gate(
        "MaxUnavailableStatefulSet",
        false,
        &[at(24, Alpha, false), at(35, Beta, true), patch(35, 4, Beta, false), at(37, Beta, true)],
        None,
    ),
    gate(
        "MinDomainsInPodTopologySpread",
        true,
        &[at(24, Alpha, false), at(25, Beta, false), at(27, Beta, true), locked(30)],
        Some(32),
    ),
    gate(
        "MultiCIDRServiceAllocator",
        true,
        &[at(27, Alpha, false), at(31, Beta, false), at(33, Ga, true), locked(34)],
        None,
    ),
    gate("NodeDeclaredFeatures", true, &[at(35, Alpha, false), at(36, Beta, true), at(37, Ga, true)], None),
    gate(
        "NodeInclusionPolicyInPodTopologySpread",
        true,
        &[at(25, Alpha, false), at(26, Beta, true), locked(33)],
        None,
    ),
    gate("OpportunisticBatching", false, &[at(35, Beta, true)], None),
    gate("PodDeletionCost", true, &[at(21, Alpha, false), at(22, Beta, true)], None),
    gate("PodLevelResources", true, &[at(32, Alpha, false), at(34, Beta, true)], None),
    // Off again by pull requests 134401 (merged after 1.34.1) and 135904 (after 1.35.0).
    gate(
        "SchedulerAsyncAPICalls",
        false,
        &[at(34, Beta, true), patch(34, 2, Beta, false), at(35, Beta, true), patch(35, 1, Beta, false)],
        None,
    ),
    gate("SchedulerAsyncPreemption", true, &[at(32, Alpha, false), at(33, Beta, true)], None),
    gate("SchedulerPopFromBackoffQ", true, &[at(33, Beta, true)], None),
    gate("SchedulerQueueingHints", true, &[at(28, Beta, false), at(32, Beta, true), locked(34)], None),
    gate("ServiceIPStaticSubrange", true, &[at(24, Alpha, false), at(25, Beta, true), locked(26)], Some(28)),
    gate(
        "ServiceNodePortStaticSubrange",
        true,
        &[at(27, Alpha, false), at(28, Beta, true), locked(29)],
        Some(31),
    ),
    gate("SidecarContainers", true, &[at(28, Alpha, false), at(29, Beta, true), locked(33)], None),
    gate("StaleControllerConsistencyDaemonSet", true, &[at(36, Beta, true)], None),
    gate("StaleControllerConsistencyReplicaSet", true, &[at(36, Beta, true)], None),
    gate("TaintTolerationComparisonOperators", true, &[at(35, Alpha, false)], None),
    gate("TopologyManagerPolicyAlphaOptions", true, &[at(26, Alpha, false)], None),
    gate("TopologyManagerPolicyBetaOptions", true, &[at(26, Beta, false), at(28, Beta, true)], None),
    gate(
        "TopologyManagerPolicyOptions",
        true,
        &[at(26, Alpha, false), at(28, Beta, true), at(32, Ga, true)],
        None,
    ),
];
