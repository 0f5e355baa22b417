//! NodeUnschedulable: a cordoned node takes only pods that tolerate its taint (kube-scheduler v1.34).

mod hint;

use crate::api::{Taint, TaintEffect};
use crate::scheduler::framework::{
    CycleContext, CycleState, Descriptor, FastColumn, Plugin, Point, Status, WhatIf, Work,
};
use crate::scheduler::node_info::NodeInfo;

const REASON: &str = "node(s) were unschedulable";

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct NodeUnschedulable;

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::Node),
    what_if: Some(WhatIf::Taints),
    ..Descriptor::new("NodeUnschedulable", &[Point::Filter], Work::Plugin(|_| Box::new(NodeUnschedulable)))
};

impl Plugin for NodeUnschedulable {
    fn filter(&self, _: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        if !node.node().unschedulable {
            return Ok(());
        }
        let known = cycle.cache.known();
        let taint = Taint {
            key: known.unschedulable,
            value: known.empty,
            number: None,
            effect: TaintEffect::NoSchedule,
        };
        if taint.is_tolerated_by(&cycle.pod.spec.tolerations) {
            Ok(())
        } else {
            Err(Status::unresolvable(REASON))
        }
    }
}
