//! What is told of a rollout: its arms with what came out, and what there is around them.

use crate::api::Timestamp;
use crate::scenario::Ledger;
use crate::scenario::rollout::Moment;
use crate::study::ends::Ends;
use crate::study::expectation::Verdict;
use crate::study::rollout_outcome::RolloutOutcome;

/// Up to so many domains are written out one by one.
const MOST_DOMAINS: usize = 8;

/// What there is around a rollout.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// `deployment/NAMESPACE/NAME`.
    pub workload: &'a str,
    /// When it is rolled.
    pub moment: Moment,
    /// The API time of the beginning.
    pub start: Timestamp,
    /// The new image, if it is more than a restart: `CONTAINER=IMAGE` or `IMAGE`.
    pub image: Option<&'a str>,
    /// What is set in every arm.
    pub set: &'a [String],
    /// The seed of all draws.
    pub seed: u64,
    /// The number of runs of each arm.
    pub runs: u32,
    /// The state at the beginning.
    pub state: State,
    /// What is not simulated.
    pub ledger: &'a Ledger,
    /// What a scenario beside the dump expects, judged as far as it is about this rollout.
    pub verdicts: &'a [Verdict],
}

/// What the input holds at the beginning, and what of it has not settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Nodes.
    pub nodes: usize,
    /// Active pods of the Deployment.
    pub pods: usize,
    /// `spec.replicas`.
    pub replicas: i32,
    /// Pods of the whole cluster without a node.
    pub without_node: usize,
    /// Pods of the whole cluster that are being deleted.
    pub terminating: usize,
    /// Pods of the Deployment that have a node and are not ready.
    pub not_ready: usize,
}

/// An arm with its outcome.
#[derive(Clone, Debug)]
pub struct ArmReport {
    /// Its name.
    pub name: String,
    /// What it sets, as it was written.
    pub set: Vec<String>,
    /// What came out.
    pub outcome: RolloutOutcome,
    /// How its runs ended.
    pub ends: Ends,
}

/// `3/1/1`, most first; from nine domains on how many hold so many: `1×5 0×95`.
pub fn spread_text(counts: &[u32]) -> String {
    if counts.len() <= MOST_DOMAINS {
        return counts.iter().map(ToString::to_string).collect::<Vec<_>>().join("/");
    }
    let groups = counts.chunk_by(|a, b| a == b);
    groups.map(|group| format!("{}×{}", group[0], group.len())).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_over_many_domains_are_counted() {
        assert_eq!(spread_text(&[2, 2, 1]), "2/2/1");
        assert_eq!(spread_text(&[]), "");
        assert_eq!(spread_text(&[2, 1, 1, 1, 0, 0, 0, 0, 0]), "2×1 1×3 0×5");
    }
}
