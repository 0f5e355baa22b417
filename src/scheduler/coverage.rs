//! The fields of pods and nodes that the scheduler decides by.

use kubecast_manifest::Tree;

use crate::api::coverage::Coverage::{self, Irrelevant, Object, Simulated};
use crate::api::coverage::{Field, Missing, Reach, gap};

/// `spec` of pods.
pub const POD_SPEC: &[Field] = &[
    ("affinity", Object(&[AFFINITY])),
    ("hostNetwork", Simulated),
    ("nodeName", Simulated),
    ("nodeSelector", Simulated),
    ("overhead", Simulated),
    ("preemptionPolicy", Simulated),
    ("priority", Simulated),
    ("priorityClassName", Simulated),
    ("resourceClaims", gap("resource claims", "devices are not allocated", Reach::NewPods)),
    ("resources", Simulated),
    ("runtimeClassName", RUNTIME_CLASS),
    ("schedulerName", Simulated),
    ("schedulingGates", Simulated),
    ("schedulingGroup", gap("groups of pods", "each pod is scheduled by itself", Reach::NewPods)),
    ("tolerations", Object(&[TOLERATION])),
    ("topologySpreadConstraints", Object(&[SPREAD_CONSTRAINT])),
];

const AFFINITY: &[Field] =
    &[("nodeAffinity", Simulated), ("podAffinity", Simulated), ("podAntiAffinity", Simulated)];

const TOLERATION: &[Field] = &[
    ("effect", Simulated),
    ("key", Simulated),
    ("operator", Simulated),
    ("tolerationSeconds", Irrelevant("no taint evicts here, which is told where it counts")),
    ("value", Simulated),
];

const SPREAD_CONSTRAINT: &[Field] = &[
    ("labelSelector", Simulated),
    ("matchLabelKeys", Simulated),
    ("maxSkew", Simulated),
    ("minDomains", Simulated),
    ("nodeAffinityPolicy", Simulated),
    ("nodeTaintsPolicy", Simulated),
    ("topologyKey", Simulated),
    ("whenUnsatisfiable", Simulated),
];

const RUNTIME_CLASS: Coverage = Coverage::GapIf(
    |_, spec: &Tree| spec.get("overhead").is_none(),
    Missing {
        what: "runtime classes without overhead",
        effect: "the overhead, nodeSelector and tolerations of the class are not added",
        reach: Reach::NewPods,
    },
);

/// `status` of pods.
pub const POD_STATUS: &[Field] = &[("nominatedNodeName", Simulated), ("startTime", Simulated)];

/// `spec` of nodes.
pub const NODE_SPEC: &[Field] = &[
    (
        "podPreemptionPolicy",
        gap("nodes with a preemption policy", "pods are preempted there as anywhere", Reach::Detail),
    ),
    ("taints", Simulated),
    ("unschedulable", Simulated),
];

/// `status` of nodes.
pub const NODE_STATUS: &[Field] = &[("allocatable", Simulated), ("images", Simulated)];
