//! The settings of a scenario: each document declares its own beside its code.

use crate::api::coverage::Coverage::{Irrelevant, Object, Simulated};
use crate::api::coverage::{Field, Shape};
use crate::scenario::operation::registry;
use crate::scenario::{
    control_plane, expectation, kubelets, node_pool, scheduler_settings, service_ips, start_up,
    timing_settings, trace, variant, workload,
};

/// All settings.
pub const SCENARIO: Shape = &[DOCUMENT];

/// Why names change nothing.
const WORDS: &str = "what results are called by";
/// What becomes of the fields of a scenario.
const DOCUMENT: &[Field] = &[
    ("apiVersion", Simulated),
    ("kind", Simulated),
    ("metadata", Object(&[&[("description", Irrelevant(WORDS)), ("name", Irrelevant(WORDS))]])),
    ("spec", Object(&[SPEC])),
];

/// What becomes of the fields of `spec`.
const SPEC: &[Field] = &[
    ("blockedAfter", Simulated),
    ("controlPlane", Object(&[control_plane::COVERAGE])),
    ("expect", Object(&[expectation::COVERAGE])),
    ("featureGates", Simulated),
    ("horizon", Simulated),
    ("kubelets", Object(&[kubelets::COVERAGE])),
    ("kubernetesVersion", Simulated),
    ("manifests", Simulated),
    ("maxEvents", Simulated),
    ("nodePools", Object(&[node_pool::COVERAGE])),
    ("scheduler", Object(&[scheduler_settings::COVERAGE])),
    ("seed", Simulated),
    ("serviceIPs", Object(&[service_ips::COVERAGE])),
    ("startTime", Simulated),
    ("startUp", Object(&[start_up::COVERAGE])),
    ("timeline", Object(&[registry::WHEN, registry::WHAT])),
    ("timing", Object(&[timing_settings::COVERAGE])),
    ("traces", Object(&[trace::COVERAGE])),
    ("variants", Object(&[variant::COVERAGE])),
    ("workloads", Object(&[workload::COVERAGE])),
];
