//! What came out of a phase, over all runs.

use std::collections::BTreeMap;

use super::observer::PhaseOutcome;
use super::scene::Scene;
use crate::api::{NodeId, Symbol};

/// How often each value was seen.
pub(super) type Histogram = BTreeMap<String, u64>;

/// A phase over all runs. Histograms by constraint or topology key, as recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct PhaseTally {
    pub(super) final_skew: BTreeMap<String, Histogram>,
    pub(super) max_skew_during: BTreeMap<String, Histogram>,
    pub(super) final_counts: BTreeMap<String, Histogram>,
    pub(super) total_counts: BTreeMap<String, Histogram>,
    pub(super) skewed_deployments: BTreeMap<String, Histogram>,
    pub(super) pending_at_end: Histogram,
    /// Runs in which some Deployment was not complete.
    pub(super) blocked: u64,
    /// Milliseconds until complete, of the other runs.
    pub(super) durations: Vec<f64>,
}

impl PhaseTally {
    /// Adds a run.
    pub(super) fn add(&mut self, outcome: &PhaseOutcome, scene: &Scene) {
        let count = |histogram: &mut Histogram, value: String| *histogram.entry(value).or_insert(0) += 1;
        for (place, (name, of_each)) in scene.constraints.iter().enumerate() {
            let mut skewed = 0_u32;
            for (deployment, constraint) in outcome.deployments.iter().zip(of_each) {
                let skew = deployment.final_skew[place];
                skewed += u32::from(i64::from(skew) > i64::from(constraint.max_skew));
                let during = deployment.max_skew_during[place];
                count(self.final_skew.entry(name.clone()).or_default(), skew.to_string());
                count(self.max_skew_during.entry(name.clone()).or_default(), during.to_string());
            }
            count(self.skewed_deployments.entry(name.clone()).or_default(), skewed.to_string());
        }
        for (name, key) in &scene.keys {
            for deployment in &outcome.deployments {
                let vector = counts_text(deployment.final_nodes.iter(), *key, scene);
                count(self.final_counts.entry(name.clone()).or_default(), vector);
            }
            let all = outcome.deployments.iter().flat_map(|deployment| &deployment.final_nodes);
            let vector = counts_text(all, *key, scene);
            count(self.total_counts.entry(name.clone()).or_default(), vector);
        }
        count(&mut self.pending_at_end, outcome.pending.to_string());
        let durations: Option<Vec<u64>> =
            outcome.deployments.iter().map(|deployment| deployment.duration_ms).collect();
        match durations.and_then(|all| all.into_iter().max()) {
            Some(longest) => self.durations.push(longest as f64),
            None => self.blocked += 1,
        }
    }
}

/// Pods per label value, all values of all nodes included, most first: `2,2,1`.
fn counts_text<'a>(nodes: impl Iterator<Item = &'a NodeId>, key: Symbol, scene: &Scene) -> String {
    let values: Vec<Option<Symbol>> = scene.values(key).collect();
    let mut counts: BTreeMap<Symbol, u32> = values.iter().flatten().map(|value| (*value, 0)).collect();
    for node in nodes {
        if let Some(value) = values[node.index()] {
            *counts.entry(value).or_insert(0) += 1;
        }
    }
    let mut sorted: Vec<u32> = counts.into_values().collect();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    sorted.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
