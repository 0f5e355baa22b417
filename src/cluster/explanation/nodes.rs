//! What every plugin says about every node.

use std::sync::Arc;

use super::stage::Stage;
use crate::api::NodeId;
use crate::kernel::LookupSet;
use crate::scheduler::cycle::{NodeReport, Outcome};
use crate::scheduler::framework::Status;
use crate::scheduler::plugins::node_resources_fit::shortages;
use crate::scheduler::what_if::words::{amount_text, resource_name};

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeVerdict {
    /// Its name.
    pub name: Arc<str>,
    /// Its values of the scene's topology keys; `None` where it misses one.
    pub domains: Vec<Option<String>>,
    /// The cycle looked at it. Of a node that it did not look at stands here what it would have said.
    pub looked_at: bool,
    /// The pod goes there.
    pub chosen: bool,
    /// Every plugin that rejects it; empty if it is feasible. The first is the one that Kubernetes gives.
    pub rejections: Vec<Rejection>,
    /// What it lacks, in amounts.
    pub lacks: Vec<Lack>,
    /// Its scores, in the order of the profile; plugins that skipped are missing, and a node that is the
    /// only feasible one is never scored.
    pub scores: Vec<ScoreCell>,
    /// The sum of weighted scores, where there are any.
    pub total: Option<i64>,
}

/// A plugin rejects a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The plugin.
    pub plugin: &'static str,
    /// `Unschedulable` or `UnschedulableAndUnresolvable`.
    pub code: &'static str,
    /// Its reasons, in Kubernetes' words.
    pub reasons: Vec<String>,
}

/// Too little of one thing, as quantities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// `cpu`, `memory`, `pods`, …
    pub resource: String,
    /// What the pod requests.
    pub requested: String,
    /// What is left.
    pub free: String,
    /// What the node has in all.
    pub allocatable: String,
}

/// One plugin's score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreCell {
    /// The plugin.
    pub plugin: &'static str,
    /// As the plugin computes it.
    pub raw: i64,
    /// From 0 to 100, after normalization over the feasible nodes of the sample.
    pub normalized: i64,
    /// The plugin's weight.
    pub weight: i64,
}

impl Rejection {
    pub(super) fn new(status: &Status, names: &crate::api::Interner) -> Self {
        Self {
            plugin: status.plugin.name(),
            code: status.code.as_str(),
            reasons: status.reasons().map(|reason| reason.text(names).into_owned()).collect(),
        }
    }
}

/// All nodes, the most telling first. `is_settled`: the outcome's node is the one, not just one of several.
pub(super) fn verdicts(stage: &Stage<'_>, topology_keys: &[String], is_settled: bool) -> Vec<NodeVerdict> {
    let tried = stage.tried;
    let mut looked_at: LookupSet<NodeId> = LookupSet::default();
    for id in tried.feasible.iter().chain(&tried.rejected) {
        looked_at.insert(*id);
    }
    let chosen = match tried.result.outcome {
        Outcome::Scheduled { node, .. } if is_settled => Some(node),
        _ => None,
    };
    let is_scored = tried.feasible.len() > 1 && stage.report.error.is_none();
    let verdict = |report: &NodeReport, statuses: &[Status]| {
        let id = report.node;
        let info = stage.cache.node_info(id);
        let args = stage.profile.args.of();
        let value = |key: &String| {
            let value = info.node().labels.get(stage.names.get(key)?)?;
            Some(stage.names.resolve(value).to_owned())
        };
        let scores = report.scores.iter().filter(|_| is_scored).map(|score| ScoreCell {
            plugin: score.plugin.name(),
            raw: score.raw,
            normalized: score.normalized,
            weight: score.weight,
        });
        let lack = |line: crate::scheduler::plugins::node_resources_fit::Shortage| Lack {
            resource: resource_name(line.what, stage.names).to_owned(),
            requested: amount_text(line.what, line.wanted),
            free: amount_text(line.what, line.free()),
            allocatable: amount_text(line.what, line.allocatable),
        };
        let is_lacking = statuses.iter().any(|status| status.plugin.name() == "NodeResourcesFit");
        let lacks = if is_lacking { shortages(stage.pod, info, args, stage.names) } else { Vec::new() };
        let verdict = NodeVerdict {
            name: stage.node_name(id),
            domains: topology_keys.iter().map(value).collect(),
            looked_at: looked_at.contains(&id),
            chosen: chosen == Some(id),
            rejections: statuses.iter().map(|status| Rejection::new(status, stage.names)).collect(),
            lacks: lacks.into_iter().map(lack).collect(),
            scores: scores.collect(),
            total: (is_scored && !report.scores.is_empty()).then_some(report.total),
        };
        (id, verdict)
    };
    let pairs = stage.report.nodes.iter().zip(&stage.rejections.nodes);
    let mut verdicts: Vec<(NodeId, NodeVerdict)> =
        pairs.map(|(report, node)| verdict(report, &node.statuses)).collect();
    verdicts.sort_by_key(|(id, verdict)| {
        let total = std::cmp::Reverse(verdict.total);
        (!verdict.chosen, !verdict.looked_at, verdict.rejections.len(), total, *id)
    });
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}
