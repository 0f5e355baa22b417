//! What would make the pod fit.

use std::sync::Arc;

use super::nodes::Rejection;
use super::stage::Stage;
use crate::scheduler::what_if::words::Words;
use crate::scheduler::what_if::{Fix, Question, Touched, what_if};

/// What would make the pod fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhatIf {
    /// The best single change of every kind, the smallest first.
    pub fixes: Vec<FixRow>,
    /// If there is none: the node with the fewest rejecting plugins, and these.
    pub nearest: Option<(Arc<str>, Vec<Rejection>)>,
}

/// A single change that makes the pod fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixRow {
    /// Its kind, one of [`crate::scheduler::what_if::KINDS`].
    pub kind: &'static str,
    /// The change in words, as a request.
    pub text: String,
    /// What it touches: `nothing`, `pod`, `node`, `otherPod`, `nodeCount`.
    pub touches: &'static str,
    /// How much is changed, relatively, in millionths; 1,000,000 for a requirement given up.
    pub amount_ppm: u64,
    /// Nodes that the pod fits on then; none if it fits on a new node alone.
    pub fits_on: Vec<Arc<str>>,
}

pub(super) fn of_stage(stage: &Stage<'_>) -> WhatIf {
    let question = Question {
        pod: stage.pod,
        cache: stage.cache,
        profile: stage.profile,
        names: stage.names,
        behaviour: stage.setup.behaviour.scheduler,
    };
    let words = Words { pod: stage.pod, cache: stage.cache, names: stage.names };
    let answer = what_if(&question);
    let row = |fix: Fix| FixRow {
        kind: fix.change.kind(),
        text: fix.change.words(words),
        touches: match fix.change.touched() {
            Touched::Nobody => "nothing",
            Touched::Pod => "pod",
            Touched::Node => "node",
            Touched::OtherPod => "otherPod",
            Touched::NodeCount => "nodeCount",
        },
        amount_ppm: fix.amount_ppm,
        fits_on: fix.fits_on.into_iter().map(|node| stage.node_name(node)).collect(),
    };
    let nearest = answer.nearest.map(|node| {
        let rejections = node.statuses.iter().map(|status| Rejection::new(status, stage.names));
        (stage.node_name(node.node), rejections.collect())
    });
    WhatIf { fixes: answer.fixes.into_iter().map(row).collect(), nearest }
}
