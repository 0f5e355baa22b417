//! A measure of one's own: pods on nodes that were made in the run.

use kubecast::measures::{Measure, Unit};

pub(super) const PODS_ON_BORN_NODES: Measure = Measure::of_cluster(
    "podsOnBornNodes",
    Unit::Count("pods"),
    "pods on nodes that came up in the run",
    |run| {
        let born = |place: usize| run.node_names.get(place).is_some_and(|name| name.starts_with("born"));
        let pods = run.pods.iter().filter(|row| row.pod.node.is_some_and(|node| born(node.index())));
        Some(pods.count() as f64)
    },
);
