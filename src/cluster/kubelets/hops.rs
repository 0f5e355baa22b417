//! Which hops of [`crate::cluster::timing`] a pod has, and what it draws: those of its Deployment, else those of its
//! node, else those of all.

use crate::api::Pod;
use crate::cluster::api_server::ApiServer;
use crate::cluster::draw_uses;
use crate::cluster::timing::{KubeletHops, Timing};
use crate::kernel::{Distribution, DrawUse, SimDuration};

/// A hop: its draw, what it is for some pods, and what it is for all others.
pub(super) struct Hop {
    draw: DrawUse,
    of: fn(&KubeletHops) -> &Option<Distribution>,
    general: fn(&Timing) -> Option<&Distribution>,
}

pub(super) const IMAGE_PULL: Hop = Hop {
    draw: draw_uses::IMAGE_PULL,
    of: |hops| &hops.image_pull,
    general: |timing| Some(&timing.image_pull),
};
pub(super) const CONTAINER_START: Hop = Hop {
    draw: draw_uses::CONTAINER_START,
    of: |hops| &hops.container_start,
    general: |timing| Some(&timing.container_start),
};
pub(super) const READINESS: Hop =
    Hop { draw: draw_uses::READINESS, of: |hops| &hops.readiness, general: |timing| Some(&timing.readiness) };
pub(super) const TERMINATION: Hop = Hop {
    draw: draw_uses::TERMINATION,
    of: |hops| &hops.termination,
    general: |timing| timing.termination.as_ref(),
};

impl Hop {
    /// What a pod draws; `None`: the hop is told nowhere. `occurrence` counts the draws of the same hop.
    pub(super) fn sample(&self, pod: &Pod, occurrence: u64, api: &ApiServer<'_>) -> Option<SimDuration> {
        self.of_pod(pod, api).map(|hop| self.draw(hop, pod, occurrence, api))
    }

    /// What a pod draws of a distribution in the place of this hop's.
    pub(super) fn draw(
        &self,
        hop: &Distribution,
        pod: &Pod,
        occurrence: u64,
        api: &ApiServer<'_>,
    ) -> SimDuration {
        hop.sample(&mut api.draws.keyed(self.draw, pod.identity, occurrence))
    }

    fn of_pod<'a>(&self, pod: &Pod, api: &'a ApiServer<'_>) -> Option<&'a Distribution> {
        let timing = &api.setup.timing;
        if timing.hops_of.is_empty() {
            return (self.general)(timing);
        }
        let replica_set = pod.replica_set().and_then(|set| api.store().replica_set(set));
        let deployment = replica_set.and_then(|set| set.deployment);
        let node = pod.node.and_then(|node| api.store().node(node)).map(|node| &node.labels);
        timing.hops_of.find((deployment, node), self.of).or_else(|| (self.general)(timing))
    }
}
