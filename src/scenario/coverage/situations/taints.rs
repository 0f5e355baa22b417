//! Taints that evict pods: nothing evicts them here.

use super::{Scene, counted};
use crate::scenario::coverage::gap::{EVICTIONS, Gap};

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let setup = scene.setup;
    let evicted = setup.pods.iter().filter(|pod| pod.is_active()).filter(|pod| {
        let node = pod.node.and_then(|id| setup.nodes.get(id.index()));
        node.is_some_and(|node| node.taints.iter().any(|taint| taint.evicts(&pod.spec.tolerations)))
    });
    let evicted = evicted.count();
    if evicted == 0 {
        return Vec::new();
    }
    let effect = "their node has a NoExecute taint that they do not tolerate, or not for long: a cluster evicts them, \
                  here they stay";
    vec![Gap::new(EVICTIONS, effect).counted(counted(evicted, "pod", "pods")).decisive(true)]
}
