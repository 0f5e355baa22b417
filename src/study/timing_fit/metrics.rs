//! Hops that the kubelets' and the scheduler's histograms tell. Each bucket is a duration that is known to lie between two
//! bounds, as often as it counts; the last one has no upper bound.
//!
//! They are those of all nodes and workloads together. What stands first for a hop counts, where it has samples.

use super::observations::{Hop, Sample, Samples, Subject};
use super::seen::Seen;
use crate::scenario::prometheus::Histogram;

/// A histogram that tells a hop.
struct Row {
    metric: &'static str,
    /// A label that it must have, and its value.
    only: Option<(&'static str, &'static str)>,
    /// `None`: it is no hop of `spec.timing`.
    hop: Option<Hop>,
    /// Whether pulls are in it.
    with_pulls: bool,
}

const fn row(metric: &'static str, only: Option<(&'static str, &'static str)>, hop: Option<Hop>) -> Row {
    Row { metric, only, hop, with_pulls: false }
}

/// What is read. Of the kubelet's start-up histograms the first has neither pulls nor init containers and begins with the
/// pod's creation, the second begins when the kubelet sees the pod and holds pulls. An attempt of the scheduler holds the
/// binding.
const ROWS: [Row; 9] = [
    row("kubelet_image_pull_duration_seconds", None, Some(Hop::ImagePull)),
    row(OPERATIONS, Some(("operation_type", "pull_image")), Some(Hop::ImagePull)),
    row("kubelet_pod_start_sli_duration_seconds", None, Some(Hop::ContainerStart)),
    Row { with_pulls: true, ..row("kubelet_pod_start_duration_seconds", None, Some(Hop::ContainerStart)) },
    row(OPERATIONS, Some(("operation_type", "stop_container")), Some(Hop::Termination)),
    row("scheduler_scheduling_algorithm_duration_seconds", None, Some(Hop::SchedulingCycle)),
    row(
        "scheduler_scheduling_attempt_duration_seconds",
        Some(("result", "scheduled")),
        Some(Hop::SchedulingCycle),
    ),
    row(
        "scheduler_framework_extension_point_duration_seconds",
        Some(("extension_point", "Bind")),
        Some(Hop::Binding),
    ),
    row("scheduler_pod_scheduling_sli_duration_seconds", None, None),
];

/// The kubelet's requests to the container runtime.
const OPERATIONS: &str = "kubelet_runtime_operations_duration_seconds";

/// The metrics that are read, each once.
pub fn known() -> Vec<&'static str> {
    let mut known: Vec<&str> = ROWS.iter().filter(|row| row.hop.is_some()).map(|row| row.metric).collect();
    known.sort_unstable();
    known.dedup();
    known
}

/// What histograms show, of the cluster as a whole.
pub fn observe(histograms: &[Histogram]) -> Samples {
    let mut samples = Samples::new();
    for row in &ROWS {
        let Some(hop) = row.hop else { continue };
        let seen: Vec<Seen> = histograms.iter().filter(|one| row.is(one)).flat_map(of_buckets).collect();
        let with_pulls = if row.with_pulls { seen.iter().map(|seen| seen.count).sum() } else { 0 };
        if !seen.is_empty() {
            let sample = Sample { seen, with_pulls, ..Sample::default() };
            samples.entry((Subject::Cluster, hop)).or_insert(sample);
        }
    }
    samples
}

impl Row {
    fn is(&self, histogram: &Histogram) -> bool {
        let labelled =
            |(label, value): (&str, &str)| histogram.labels.get(label).is_some_and(|found| found == value);
        histogram.name == self.metric && self.only.is_none_or(labelled)
    }
}

/// A bucket's samples. Counts that fall, as between two scrapes of a restarted process, are passed over.
fn of_buckets(histogram: &Histogram) -> Vec<Seen> {
    let (mut low, mut below) = (0.0, 0);
    let mut seen = Vec::new();
    for (high, count) in &histogram.buckets {
        if *count > below {
            seen.push(Seen { low, high: *high, begin_cut: false, batch: None, count: count - below });
        }
        (low, below) = (*high, below.max(*count));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn histogram(name: &str, labels: &[(&str, &str)], buckets: &[(f64, u64)]) -> Histogram {
        let labels = labels.iter().map(|(label, value)| ((*label).to_owned(), (*value).to_owned()));
        Histogram {
            name: name.to_owned(),
            labels: labels.collect::<BTreeMap<_, _>>(),
            buckets: buckets.to_vec(),
        }
    }

    #[test]
    fn buckets_are_counts_between_bounds() {
        let pulls = histogram(
            "kubelet_image_pull_duration_seconds",
            &[],
            &[(1.0, 3), (5.0, 3), (10.0, 7), (f64::INFINITY, 8)],
        );
        let stop = [("operation_type", "stop_container")];
        let samples = observe(&[pulls, histogram(OPERATIONS, &stop, &[(1.0, 2)])]);
        let seen = &samples[&(Subject::Cluster, Hop::ImagePull)].seen;
        let told: Vec<(f64, f64, u64)> = seen.iter().map(|seen| (seen.low, seen.high, seen.count)).collect();
        assert_eq!(told, [(0.0, 1.0, 3), (5.0, 10.0, 4), (10.0, f64::INFINITY, 1)]);
        assert_eq!(samples.keys().map(|key| key.1).collect::<Vec<_>>(), [Hop::ImagePull, Hop::Termination]);
    }

    #[test]
    fn the_first_that_tells_a_hop_counts() {
        let both = [
            histogram("kubelet_pod_start_duration_seconds", &[], &[(1.0, 9)]),
            histogram("kubelet_pod_start_sli_duration_seconds", &[], &[(1.0, 4)]),
        ];
        assert_eq!(observe(&both)[&(Subject::Cluster, Hop::ContainerStart)].seen[0].count, 4);
        let alone = observe(&both[..1]);
        assert_eq!(alone[&(Subject::Cluster, Hop::ContainerStart)].with_pulls, 9, "pulls are in it");
    }
}
