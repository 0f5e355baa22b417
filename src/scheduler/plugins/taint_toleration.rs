//! TaintToleration: taints that keep a pod away, or make a node worse (kube-scheduler v1.34, v1.35).

mod hint;

use crate::api::{NodeId, TaintEffect, Toleration};
use crate::scheduler::framework::{
    Code, CycleContext, CycleState, Descriptor, FastColumn, Plugin, Point, PreScoreOutcome, Reason, Status,
    WhatIf, Work,
};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::default_normalize::default_normalize;

/// The reason from v1.35 on, which does not name the taint.
const REASON: &str = "node(s) had untolerated taint(s)";

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct TaintToleration;

/// The pod's tolerations that count in scoring.
#[derive(Clone, Debug, Default)]
struct Preferences(Vec<Toleration>);

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    default_weight: 3,
    needs_preparation: &[Point::Score],
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::Taints),
    what_if: Some(WhatIf::Taints),
    ..Descriptor::new(
        "TaintToleration",
        &[Point::Filter, Point::PreScore, Point::Score],
        Work::Plugin(|_| Box::new(TaintToleration)),
    )
};

impl Plugin for TaintToleration {
    /// The first taint `NoSchedule` or `NoExecute` that the pod does not tolerate rejects the node.
    fn filter(&self, _: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        let tolerations = &cycle.pod.spec.tolerations;
        let mut taints = node.node().taints.iter().filter(|taint| taint.keeps_away());
        match taints.find(|taint| !taint.is_tolerated_by(tolerations)) {
            None => Ok(()),
            Some(taint) if cycle.behaviour.untolerated_taint_is_named => Err(Status::new(
                Code::UnschedulableAndUnresolvable,
                Reason::UntoleratedTaint { key: taint.key, value: taint.value },
            )),
            Some(_) => Err(Status::unresolvable(REASON)),
        }
    }

    fn pre_score(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        _: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        let Preferences(tolerations) = state.write();
        tolerations.clear();
        let preferences = cycle.pod.spec.tolerations.iter().filter(|toleration| {
            toleration.effect.is_none_or(|effect| effect == TaintEffect::PreferNoSchedule)
        });
        tolerations.extend(preferences.cloned());
        Ok(PreScoreOutcome::Score)
    }

    /// The number of taints `PreferNoSchedule` that the pod does not tolerate.
    fn score(&self, state: &CycleState, _: &CycleContext<'_>, node: &NodeInfo, _: usize) -> i64 {
        let taints = node.node().taints.iter();
        let preferences = taints.filter(|taint| taint.effect == TaintEffect::PreferNoSchedule);
        preferences.filter(|taint| !taint.is_tolerated_by(&state.read::<Preferences>().0)).count() as i64
    }

    fn normalize(&self, _: &CycleState, scores: &mut [i64]) {
        default_normalize(scores, true);
    }
}
