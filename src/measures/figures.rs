//! The figures of a run: named numbers, the same list for every command that reads them.

use std::sync::Arc;

use super::figure::{Figure, FigureKey};
use super::rollout_row::RolloutRow;
use super::run_record::RunRecord;

/// Names of measures, with what they mean.
pub const MEASURES: [(&str, &str); 39] = [
    ("finalSkew", "max − min over the eligible domains at the end of a rollout, newest ReplicaSet only"),
    ("maxSkewDuring", "the largest max − min at any settled instant of a rollout, pods of all revisions"),
    ("timeAboveMaxSkewSeconds", "for how long the skew exceeded maxSkew during a rollout"),
    (
        "rolloutDurationSeconds",
        "from the change of the template until the rollout is complete; absent if blocked",
    ),
    ("rolloutBlocked", "1 if the rollout did not complete, else 0"),
    ("pendingPods", "pods without a node at the end"),
    ("scheduledPods", "pods with a node at the end"),
    ("pods", "pods in the API at the end"),
    ("refusedPods", "pods that their kubelets refused"),
    ("surgePodsMax", "the largest number of pods above spec.replicas at any settled instant of a rollout"),
    ("unavailablePodsMax", "the largest number of ready pods missing to spec.replicas in a rollout"),
    ("pendingSecondsMax", "the longest time that a pod created in a rollout had no node"),
    ("pendingSecondsTotal", "the time without a node of all pods created in a rollout together"),
    (
        "readyShareAfterDomainLossMin",
        "the share of the ready pods outside the domain with most of them, at the worst settled instant of a rollout",
    ),
    ("readyShareAfterDomainLoss", "the same at the end of a rollout; absent without ready pods"),
    (
        "admittedPods",
        "pods that kubelets with a machine admitted; this and the next are there with spec.kubelets",
    ),
    ("pinnedContainers", "containers that got CPUs for themselves"),
    ("pinnedAcrossNumaNodes", "those with CPUs on more than one NUMA node"),
    ("pinnedAcrossSockets", "those with CPUs on more than one socket"),
    (
        "pinnedAcrossCaches",
        "those with CPUs at more than one last-level cache, as the kubelet is told of them",
    ),
    ("pinnedOffDeviceNodes", "those with devices, and CPUs on a NUMA node that has none of their devices"),
    ("kubeletFaults", "faults of the kubelet's own code, such as CPUs given to two containers"),
    (
        "refusedByFragmentation",
        "refusals of pods that their node could have taken if its pods had been packed anew: a lower bound",
    ),
    ("refusedByFragmentationAtMost", "the same, an upper bound"),
    ("waitingForCpus", "pods at the end that wait for CPUs of their own"),
    ("waitingAdmissible", "those of them that could be admitted as CPUs lie: a lower bound"),
    ("waitingAdmissibleRepacked", "the same if the pods of every node were packed anew: a lower bound"),
    ("waitingAdmissibleRepackedAtMost", "the same, an upper bound"),
    (
        "serviceIpDuplicates",
        "times that a Service came to hold an address that another one holds; this and the next ten are there with spec.serviceIPs",
    ),
    (
        "serviceIpFalseConflicts",
        "addresses refused as taken though no Service holds them and none is about to",
    ),
    ("serviceIpRefused", "requests for Services that were refused, for whatever reason"),
    ("serviceIpRangeFull", "those refused because the range is full"),
    ("serviceIpLeaks", "addresses and node ports that were taken and are held by nobody"),
    ("serviceIpLeaksReleased", "those that a repair loop gave free again"),
    (
        "serviceIpMidAirCollisions",
        "allocations that found their address, or the bitmap, written in the meantime",
    ),
    ("serviceIpRepairRaces", "addresses that a repair loop gave free though they were in use or about to be"),
    ("dynamicBandFull", "1 if any address had to come from the static band, else 0"),
    ("serviceIpsInUse", "addresses that Services hold at the end"),
    ("dnsRefused", "1 if the DNS Service of the installer was refused, else 0; with spec.serviceIPs.dns"),
];

impl RunRecord {
    /// The run's figures, in a fixed order.
    pub fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        let mut whole = |measure, value: usize| {
            let key = FigureKey { measure, workload: "".into(), rollout: None, constraint: "".into() };
            figures.push(Figure { key, value: value as f64 });
        };
        let here = || self.pods.iter().filter(|row| row.gone.is_none());
        whole("pods", here().count());
        whole("scheduledPods", here().filter(|row| row.pod.node.is_some()).count());
        whole("pendingPods", here().filter(|row| row.is_pending_placement()).count());
        whole("refusedPods", self.admissions.refused.values().sum());
        if self.admissions.any_machine {
            for (measure, value) in self.admissions.figures() {
                whole(measure, value);
            }
            whole("refusedByFragmentation", self.fragmentation.at_least);
            whole("refusedByFragmentationAtMost", self.fragmentation.at_most);
            whole("waitingForCpus", self.waiting_for_cpus.pods);
            whole("waitingAdmissible", self.waiting_for_cpus.as_it_is);
            whole("waitingAdmissibleRepacked", self.waiting_for_cpus.repacked_at_least);
            whole("waitingAdmissibleRepackedAtMost", self.waiting_for_cpus.repacked_at_most);
        }
        figures.extend(self.service_ips.figures());
        for rollout in &self.rollouts {
            rollout_figures(rollout, &mut figures);
        }
        figures
    }
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

fn rollout_figures(rollout: &RolloutRow, figures: &mut Vec<Figure>) {
    let mut push = |measure, constraint: &Arc<str>, value: f64| {
        let key = FigureKey {
            measure,
            workload: Arc::clone(&rollout.workload),
            rollout: Some(rollout.number),
            constraint: Arc::clone(constraint),
        };
        figures.push(Figure { key, value });
    };
    let none: Arc<str> = "".into();
    push("rolloutBlocked", &none, f64::from(u8::from(rollout.completed.is_none())));
    if let Some(completed) = rollout.completed {
        push("rolloutDurationSeconds", &none, seconds(completed.0 - rollout.started.0));
    }
    push("surgePodsMax", &none, f64::from(rollout.surge_max));
    push("unavailablePodsMax", &none, f64::from(rollout.unavailable_max));
    push("pendingSecondsMax", &none, seconds(rollout.pending.longest_ns));
    push("pendingSecondsTotal", &none, seconds(rollout.pending.total_ns));
    for constraint in &rollout.constraints {
        push("finalSkew", &constraint.name, f64::from(constraint.final_skew));
        push("maxSkewDuring", &constraint.name, f64::from(constraint.max_skew_during));
        push("timeAboveMaxSkewSeconds", &constraint.name, seconds(constraint.time_above_max_skew_ns));
        let left = [
            ("readyShareAfterDomainLossMin", constraint.ready_left_min),
            ("readyShareAfterDomainLoss", constraint.ready_left),
        ];
        for (measure, left) in left {
            if let Some(left) = left {
                push(measure, &constraint.name, left.share());
            }
        }
    }
}
