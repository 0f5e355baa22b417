//! The times of the workload that is rolled, fitted to its pods in the dump.

use super::estimate::Fit;
use super::observations::{Hop, Subject};
use super::seen::finished;
use super::{HopFit, fit};
use crate::scenario::fitted::{FittedHop, KubeletHop};
use crate::scenario::pod_times::ClusterTimes;

/// No runtime makes sandbox and container in less than so many seconds: a dump of which every start is quicker was not
/// read from a cluster, or its times were made alike.
const LEAST_START: f64 = 0.1;

/// The hops of one workload's pods that enough of them show.
pub fn times(times: &ClusterTimes) -> Vec<FittedHop> {
    let fits = fit(times, &[]);
    let of_workload = fits.iter().filter(|fit| matches!(fit.subject, Subject::Workload(_)));
    let believed = of_workload.filter_map(|fit| Some((fit, fit.fit.as_ref()?)));
    let believed: Vec<(&HopFit, &Fit)> = believed.collect();
    let too_quick =
        |(of, found): &(&HopFit, &Fit)| of.hop == Hop::ContainerStart && found.p95.value < LEAST_START;
    if believed.iter().any(too_quick) {
        return Vec::new();
    }
    let mut hops: Vec<FittedHop> = believed.into_iter().filter_map(|(of, found)| hop(of, found)).collect();
    // Where some starts hold pulls that no Event tells of, those that Events tell of are not added.
    if hops.iter().any(|hop| hop.includes_pulls) {
        hops.retain(|hop| hop.hop != KubeletHop::ImagePull);
    }
    hops
}

fn hop(of: &HopFit, found: &Fit) -> Option<FittedHop> {
    let (hop, what) = match of.hop {
        Hop::ImagePull => (KubeletHop::ImagePull, "pulls"),
        Hop::ContainerStart if of.sample.with_pulls > 0 => {
            (KubeletHop::ContainerStart, "starts, pulls included")
        }
        Hop::ContainerStart => (KubeletHop::ContainerStart, "starts"),
        Hop::Readiness => (KubeletHop::Readiness, "starts"),
        Hop::Termination => (KubeletHop::Termination, "ends"),
        Hop::Sandbox | Hop::SchedulingCycle | Hop::Binding => return None,
    };
    let source = format!("fitted from {} {what}", finished(&of.sample.seen));
    let includes_pulls = of.hop == Hop::ContainerStart && of.sample.with_pulls > 0;
    Some(FittedHop { hop, distribution: found.distribution.clone(), source, includes_pulls })
}
