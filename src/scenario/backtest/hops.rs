//! How long the new pods of a rollout took, as the second dump and Events tell, beside what the forecast draws.

use super::{Roll, SeenHop};
use crate::api::{Deployment, Timestamp};
use crate::cluster::setup::ClusterSetup;
use crate::cluster::timing::KubeletHops;
use crate::kernel::{Distribution, SimDuration};
use crate::scenario::fitted::KubeletHop;
use crate::scenario::objects::ObjectSource;
use crate::scenario::pod_times::{self, Moment, PodTimes, Pull};
use crate::scenario::rollout::deployment_of;

/// How many seconds a pod took, where it shows that.
type Took = fn(&PodTimes) -> Option<f64>;

/// Tells it of each rollout.
pub(super) fn tell(
    rolls: &mut [Roll],
    after: &[ObjectSource],
    events: &[ObjectSource],
    forecast: &ClusterSetup,
) {
    let is_new = |event: &&ObjectSource| after.iter().all(|known| known.reference != event.reference);
    let all: Vec<ObjectSource> = after.iter().chain(events.iter().filter(is_new)).cloned().collect();
    let times = pod_times::of(&all);
    for roll in rolls {
        let Some(begin) = roll.begin else { continue };
        let Some(deployment) = deployment_of(forecast, &roll.workload) else { continue };
        let is_its = |pod: &&PodTimes| {
            let began = pod.bound.or(pod.acknowledged);
            pod.workload.as_ref() == Some(&roll.workload)
                && began.is_some_and(|began| began.at >= begin)
                && pod.restarts == 0
        };
        let pods: Vec<&PodTimes> = times.pods.iter().filter(is_its).collect();
        let hops: [(KubeletHop, Took); 3] = [
            (KubeletHop::ImagePull, pull),
            (KubeletHop::ContainerStart, start),
            (KubeletHop::Readiness, readiness),
        ];
        roll.hops = hops
            .into_iter()
            .filter_map(|(hop, took)| {
                let all: Vec<f64> = pods.iter().filter_map(|pod| took(pod)).collect();
                let longest = all.iter().copied().max_by(f64::total_cmp)?;
                Some(SeenHop { hop, pods: all.len(), longest, assumed: assumed(forecast, deployment, hop) })
            })
            .collect();
    }
}

fn seconds(from: Moment, to: Moment) -> f64 {
    (to.at.nanos_since(from.at) as f64 / Timestamp::NANOS as f64).max(0.0)
}

fn pull(pod: &PodTimes) -> Option<f64> {
    match pod.pull {
        Pull::Unknown => None,
        Pull::Took(time) => Some(time.as_secs_f64()),
    }
}

/// From the binding to the last container, less the pulls that Events tell of.
fn start(pod: &PodTimes) -> Option<f64> {
    let took = seconds(pod.bound.or(pod.acknowledged)?, pod.running?);
    Some((took - pull(pod).unwrap_or(0.0)).max(0.0))
}

fn readiness(pod: &PodTimes) -> Option<f64> {
    let took = seconds(pod.running?, pod.ready?);
    Some((took - SimDuration::as_secs_f64(pod.initial_delay)).max(0.0))
}

/// What the forecast draws a hop of these pods from.
fn assumed(setup: &ClusterSetup, deployment: &Deployment, hop: KubeletHop) -> Distribution {
    let timing = &setup.timing;
    let (own, general): (fn(&KubeletHops) -> &Option<Distribution>, &Distribution) = match hop {
        KubeletHop::ImagePull => (|hops| &hops.image_pull, &timing.image_pull),
        KubeletHop::ContainerStart => (|hops| &hops.container_start, &timing.container_start),
        KubeletHop::Readiness | KubeletHop::Termination => (|hops| &hops.readiness, &timing.readiness),
    };
    timing.hops_of.find((Some(deployment.id), None), own).unwrap_or(general).clone()
}
