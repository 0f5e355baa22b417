//! NodePorts: a host port is given to one pod of a node only (kube-scheduler v1.34).

mod hint;

use crate::api::HostPort;
use crate::scheduler::framework::{
    CycleContext, CycleState, Descriptor, FastColumn, Plugin, Point, PreFilterOutcome, Status, WhatIf, Work,
};
use crate::scheduler::node_info::NodeInfo;

const REASON: &str = "node(s) didn't have free ports for the requested pod ports";

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct NodePorts;

/// The host ports that the pod wants.
#[derive(Clone, Debug, Default)]
struct Wanted(Vec<HostPort>);

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    needs_preparation: &[Point::Filter],
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::HostPorts),
    what_if: Some(WhatIf::HostPorts),
    ..Descriptor::new("NodePorts", &[Point::PreFilter, Point::Filter], Work::Plugin(|_| Box::new(NodePorts)))
};

impl Plugin for NodePorts {
    fn pre_filter(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
    ) -> Result<PreFilterOutcome, Status> {
        let Wanted(wanted) = state.write();
        wanted.clear();
        wanted.extend(cycle.pod.spec.host_ports.iter().filter(|port| port.port > 0));
        Ok(if wanted.is_empty() { PreFilterOutcome::Skip } else { PreFilterOutcome::AllNodes })
    }

    fn filter(&self, state: &CycleState, _: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        if state.read::<Wanted>().0.iter().any(|port| node.port_conflicts(port)) {
            Err(Status::unschedulable(REASON))
        } else {
            Ok(())
        }
    }
}
