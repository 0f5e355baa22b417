//! The list of measures: whatever documents, tables and messages call by a name stands here, and only here.

use super::domain_loss::ShareLeft;
use super::measure::{Measure, Unit};
use super::run_record::RunRecord;
use crate::cluster::service_registry::ServiceEventKind;

/// All measures, in the order in which messages and the JSON Schema name them. A new measure is one row.
pub const MEASURES: &[Measure] = &[
    Measure::of_constraint(
        "finalSkew",
        Unit::Count("pods"),
        "max − min over the eligible domains at the end of a rollout, newest revision only (of a Deployment, its \
         newest ReplicaSet). A constraint whose selector covers pods of others too counts all that it selects \
         (0 is the minimum while there are fewer domains than `minDomains`), and the workload's own pods stand \
         beside it as the constraint `KEY\\|WHEN\\|own spread`",
        |one| Some(one.final_skew.into()),
    ),
    Measure::of_constraint(
        "maxSkewDuring",
        Unit::Count("pods"),
        "the largest max − min at any settled instant of a rollout, pods of all revisions",
        |one| Some(one.max_skew_during.into()),
    ),
    Measure::of_constraint(
        "timeAboveMaxSkewSeconds",
        Unit::Seconds,
        "for how long the skew exceeded `maxSkew` during a rollout",
        |one| Some(seconds(one.time_above_max_skew_ns)),
    ),
    Measure::of_rollout(
        "rolloutDurationSeconds",
        Unit::Seconds,
        "from the change of the template until the rollout is complete; absent if it is blocked",
        |rollout| rollout.completed.map(|done| seconds(done.0 - rollout.started.0)),
    ),
    Measure::of_rollout(
        "rolloutBlocked",
        Unit::Flag,
        "1 if the rollout did not complete, else 0",
        |rollout| flag(rollout.blocked.is_some()),
    )
    .ahead(1),
    Measure::of_cluster("pendingPods", Unit::Count("pods"), "pods without a node at the end", |run| {
        count(run.pods.iter().filter(|row| row.is_pending_placement()).count())
    }),
    Measure::of_cluster("scheduledPods", Unit::Count("pods"), "pods with a node at the end", |run| {
        count(run.pods.iter().filter(|row| row.placed_on().is_some()).count())
    })
    .ahead(1),
    Measure::of_cluster("pods", Unit::Count("pods"), "pods in the API at the end", |run| {
        count(run.pods.iter().filter(|row| row.gone.is_none()).count())
    })
    .ahead(2),
    Measure::of_cluster("refusedPods", Unit::Count("pods"), "pods that their kubelets refused", |run| {
        count(run.admissions.refused.values().sum())
    }),
    Measure::of_rollout(
        "surgePodsMax",
        Unit::Count("pods"),
        "the largest number of pods above `spec.replicas` at any settled instant of a rollout",
        |rollout| Some(rollout.surge_max.into()),
    ),
    Measure::of_rollout(
        "unavailablePodsMax",
        Unit::Count("pods"),
        "the largest number of ready pods missing to `spec.replicas` at any settled instant until a \
         rollout is complete",
        |rollout| Some(rollout.unavailable_max.into()),
    ),
    Measure::of_rollout(
        "pendingSecondsMax",
        Unit::Seconds,
        "the longest time that a pod had no node, of those created between the beginning of a rollout and \
         the next one's: from creation (time 0 for pods of the input) to binding, deletion, or the end",
        |rollout| Some(seconds(rollout.pending.longest_ns)),
    ),
    Measure::of_rollout(
        "pendingSecondsTotal",
        Unit::Seconds,
        "the times without a node of all these pods together",
        |rollout| Some(seconds(rollout.pending.total_ns)),
    ),
    Measure::of_constraint(
        "readyShareAfterDomainLossMin",
        Unit::Share,
        "what the loss of any one domain would leave of the ready pods: the ready pods outside the domain \
         with most of them, out of all ready ones, at the worst settled instant of a rollout. Domains are \
         the values of the constraint's topology key, whatever its inclusion policies; pods of all \
         revisions count, and those on nodes without the key outlive every loss. A creation begins with a \
         single ready pod, so there it is 0",
        |one| one.ready_left_min.map(ShareLeft::share),
    ),
    Measure::of_constraint(
        "readyShareAfterDomainLoss",
        Unit::Share,
        "the same at the end of a rollout; absent without ready pods",
        |one| one.ready_left.map(ShareLeft::share),
    ),
    Measure::of_cluster(
        "admittedPods",
        Unit::Count("pods"),
        "pods that kubelets with a machine admitted; like all that follow, up to those of Service IPs, \
         with `kubelets` only",
        |run| with_machines(run, run.admissions.admitted),
    ),
    Measure::of_cluster(
        "pinnedContainers",
        Unit::Count("containers"),
        "containers that got CPUs for themselves",
        |run| with_machines(run, run.admissions.pinned),
    ),
    Measure::of_cluster(
        "pinnedAcrossNumaNodes",
        Unit::Count("containers"),
        "those of them with CPUs on more than one NUMA node",
        |run| with_machines(run, run.admissions.across_numa_nodes),
    ),
    Measure::of_cluster(
        "pinnedAcrossSockets",
        Unit::Count("containers"),
        "those of them with CPUs on more than one socket",
        |run| with_machines(run, run.admissions.across_sockets),
    ),
    Measure::of_cluster(
        "pinnedAcrossCaches",
        Unit::Count("containers"),
        "those of them with CPUs at more than one last-level cache, as the kubelet is told of caches",
        |run| with_machines(run, run.admissions.across_caches),
    ),
    Measure::of_cluster(
        "pinnedOffDeviceNodes",
        Unit::Count("containers"),
        "those of them with devices, and CPUs on a NUMA node that has none of their devices",
        |run| with_machines(run, run.admissions.off_device_nodes),
    ),
    Measure::of_cluster(
        "kubeletFaults",
        Unit::Count("faults"),
        "faults of the kubelet's own code: CPUs given to two containers, or that were not free, another \
         number than asked for, other NUMA nodes than rated best, a failed or an endless allocation",
        |run| with_machines(run, run.admissions.faults.values().sum()),
    ),
    Measure::of_cluster(
        "refusedByFragmentation",
        Unit::Count("refusals"),
        "refusals that would not have been if the pods of that node had been packed anew: at least so \
         many, as the kubelet's own managers, idle, admit all of them, the largest first. Devices are not \
         looked at",
        |run| with_machines(run, run.fragmentation.at_least),
    ),
    Measure::of_cluster(
        "refusedByFragmentationAtMost",
        Unit::Count("refusals"),
        "the same, at most: CPUs split at will among the NUMA nodes or sockets that may hold them, as a \
         maximum flow",
        |run| with_machines(run, run.fragmentation.at_most),
    ),
    Measure::of_cluster(
        "waitingForCpus",
        Unit::Count("pods"),
        "pods at the end that wait for CPUs of their own",
        |run| with_machines(run, run.waiting_for_cpus.pods),
    ),
    Measure::of_cluster(
        "waitingAdmissible",
        Unit::Count("pods"),
        "those of them that could be admitted as CPUs lie: a lower bound",
        |run| with_machines(run, run.waiting_for_cpus.as_it_is),
    ),
    Measure::of_cluster(
        "waitingAdmissibleRepacked",
        Unit::Count("pods"),
        "those of them that could be admitted if the pods of every node were packed anew: a lower bound",
        |run| with_machines(run, run.waiting_for_cpus.repacked_at_least),
    ),
    Measure::of_cluster(
        "waitingAdmissibleRepackedAtMost",
        Unit::Count("pods"),
        "the same, an upper bound",
        |run| with_machines(run, run.waiting_for_cpus.repacked_at_most),
    ),
    Measure::of_cluster(
        "serviceIpDuplicates",
        Unit::Count("times"),
        "times that a Service came to hold an address that another one holds; this and all that follow \
         with `serviceIPs` only",
        |run| run.service_ips.count_of(ServiceEventKind::Duplicate),
    )
    .told(2, "two Services hold one address"),
    Measure::of_cluster(
        "serviceIpFalseConflicts",
        Unit::Count("times"),
        "addresses refused as taken though no Service holds them and none is about to",
        |run| run.service_ips.count_of(ServiceEventKind::FalseConflict),
    )
    .told(3, "an address is refused as taken that nobody holds"),
    Measure::of_cluster(
        "serviceIpRefused",
        Unit::Count("requests"),
        "requests for Services that were refused, for whatever reason",
        |run| run.service_ips.count_of(ServiceEventKind::Refused),
    )
    .told(5, "a request for a Service is refused"),
    Measure::of_cluster(
        "serviceIpRangeFull",
        Unit::Count("requests"),
        "those of them that were refused because the range is full",
        |run| run.service_ips.count_of(ServiceEventKind::RangeFull),
    )
    .told(4, "a Service finds the range full"),
    Measure::of_cluster(
        "serviceIpLeaks",
        Unit::Count("times"),
        "addresses and node ports that were taken and are held by nobody",
        |run| run.service_ips.count_of(ServiceEventKind::Leak),
    )
    .told(6, "an address leaks"),
    Measure::of_cluster(
        "serviceIpLeaksReleased",
        Unit::Count("times"),
        "those of them that a repair loop gave free again",
        |run| run.service_ips.count_of(ServiceEventKind::LeakReleased),
    ),
    Measure::of_cluster(
        "serviceIpMidAirCollisions",
        Unit::Count("times"),
        "allocations that found their address, or the bitmap, written in the meantime",
        |run| run.service_ips.count_of(ServiceEventKind::MidAirCollision),
    )
    .told(8, "two API servers pick one address"),
    Measure::of_cluster(
        "serviceIpRepairRaces",
        Unit::Count("times"),
        "addresses that a repair loop gave free though they were in use or about to be",
        |run| run.service_ips.count_of(ServiceEventKind::RepairRace),
    )
    .told(7, "the repair loop frees an address that is in use"),
    Measure::of_cluster(
        "dynamicBandFull",
        Unit::Flag,
        "1 if any address had to come from the static band, else 0",
        |run| run.service_ips.count_of(ServiceEventKind::Spill).map(|times| times.min(1.0)),
    )
    .told(9, "the dynamic band is full"),
    Measure::of_cluster(
        "serviceIpsInUse",
        Unit::Count("addresses"),
        "addresses that Services hold at the end",
        |run| run.service_ips.setup.as_ref().and_then(|_| count(run.service_ips.in_use())),
    ),
    Measure::of_cluster(
        "dnsRefused",
        Unit::Flag,
        "1 if the DNS Service of the installer was refused, else 0; with `serviceIPs.dns` only",
        |run| run.service_ips.dns_refused().and_then(flag),
    )
    .told(1, "DNS is refused"),
];

/// The measure of this name in [`MEASURES`]. In a constant, a name that no measure has does not compile.
pub const fn listed(name: &str) -> &'static Measure {
    let mut place = 0;
    while place < MEASURES.len() {
        if are_equal(MEASURES[place].name.as_bytes(), name.as_bytes()) {
            return &MEASURES[place];
        }
        place += 1;
    }
    panic!("no measure has this name")
}

const fn are_equal(one: &[u8], other: &[u8]) -> bool {
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

#[expect(clippy::unnecessary_wraps, reason = "the value of a measure that every run has")]
fn count(things: usize) -> Option<f64> {
    Some(things as f64)
}

#[expect(clippy::unnecessary_wraps, reason = "the value of a measure that every run has")]
fn flag(is_so: bool) -> Option<f64> {
    Some(f64::from(u8::from(is_so)))
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

/// A count of kubelets with a machine, where there are any.
fn with_machines(run: &RunRecord, things: usize) -> Option<f64> {
    run.admissions.any_machine.then_some(things as f64)
}
