//! The taints that the conditions of a node stand for (`pkg/controller/nodelifecycle`, `doNoScheduleTaintingPass` and
//! `doNoExecuteTaintingPass`): the controller puts them on within seconds, and a dump of nodes that fell ill just before may
//! lack them. DIFFERENCE: taints that are there without their condition stay, for they may be somebody's own.

use k8s_openapi::api::core::v1 as core;

use crate::api::{Interner, Node, Taint, TaintEffect};

/// Conditions, the status for which they count, and their taints.
const TAINTS: [(&str, &str, &str, &[TaintEffect]); 6] = [
    ("Ready", "False", "node.kubernetes.io/not-ready", &[TaintEffect::NoSchedule, TaintEffect::NoExecute]),
    (
        "Ready",
        "Unknown",
        "node.kubernetes.io/unreachable",
        &[TaintEffect::NoSchedule, TaintEffect::NoExecute],
    ),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure", &[TaintEffect::NoSchedule]),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure", &[TaintEffect::NoSchedule]),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure", &[TaintEffect::NoSchedule]),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable", &[TaintEffect::NoSchedule]),
];

/// Puts the taints of the node's conditions on it, where they are missing.
pub(super) fn put_taints(node: &core::Node, compiled: &mut Node, names: &mut Interner) {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    for (kind, status, key, effects) in TAINTS {
        if !conditions.iter().any(|condition| condition.type_ == kind && condition.status == status) {
            continue;
        }
        let (key, value) = (names.intern(key), names.intern(""));
        for &effect in effects {
            if !compiled.taints.iter().any(|taint| taint.key == key && taint.effect == effect) {
                compiled.taints.push(Taint { key, value, number: None, effect });
            }
        }
    }
}
