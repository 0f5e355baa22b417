//! NodeName: a pod that names its node fits nowhere else (kube-scheduler v1.34).

mod hint;

use crate::scheduler::framework::{
    CycleContext, CycleState, Descriptor, FastColumn, Plugin, Point, Status, Work,
};
use crate::scheduler::node_info::NodeInfo;

const REASON: &str = "node(s) didn't match the requested node name";

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct NodeName;

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::Node),
    ..Descriptor::new("NodeName", &[Point::Filter], Work::Plugin(|_| Box::new(NodeName)))
};

impl Plugin for NodeName {
    fn filter(&self, _: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        match cycle.pod.spec.node_name {
            Some(name) if name != node.node().name => Err(Status::unresolvable(REASON)),
            _ => Ok(()),
        }
    }
}
