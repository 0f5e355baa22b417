//! The tolerations that the controller adds to its pods (`AddOrUpdateDaemonPodTolerations`).

use crate::api::{TaintEffect, Toleration, TolerationOperator};
use crate::kernel::Interner;

/// Keys of taints that every daemon pod tolerates, with the effect.
const ALWAYS: [(&str, TaintEffect); 6] = [
    ("node.kubernetes.io/not-ready", TaintEffect::NoExecute),
    ("node.kubernetes.io/unreachable", TaintEffect::NoExecute),
    ("node.kubernetes.io/disk-pressure", TaintEffect::NoSchedule),
    ("node.kubernetes.io/memory-pressure", TaintEffect::NoSchedule),
    ("node.kubernetes.io/pid-pressure", TaintEffect::NoSchedule),
    ("node.kubernetes.io/unschedulable", TaintEffect::NoSchedule),
];

/// Those on the host's network tolerate it besides.
const ON_HOST_NETWORK: (&str, TaintEffect) =
    ("node.kubernetes.io/network-unavailable", TaintEffect::NoSchedule);

/// Adds them. One that is there but for how long it lasts lasts for ever then, in its place.
pub fn add(tolerations: &mut Vec<Toleration>, host_network: bool, names: &mut Interner) {
    let added = ALWAYS.into_iter().chain(host_network.then_some(ON_HOST_NETWORK));
    for (key, effect) in added {
        let new = Toleration {
            key: Some(names.intern(key)),
            operator: TolerationOperator::Exists,
            value: names.intern(""),
            number: None,
            effect: Some(effect),
            toleration_seconds: None,
        };
        let alike = |held: &Toleration| Toleration { toleration_seconds: None, ..held.clone() } == new;
        let mut there = false;
        for held in tolerations.iter_mut().filter(|held| alike(held)) {
            held.toleration_seconds = None;
            there = true;
        }
        if !there {
            tolerations.push(new);
        }
    }
}
