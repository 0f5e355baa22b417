//! NodePorts: a host port is given to one pod of a node only (kube-scheduler v1.34).

mod hint;

use crate::api::HostPort;
use crate::scheduler::framework::{
    CycleContext, Descriptor, FastColumn, Plugin, Point, PreFilterOutcome, Status, WhatIf, Work,
};
use crate::scheduler::node_info::NodeInfo;

const REASON: &str = "node(s) didn't have free ports for the requested pod ports";

/// The plugin.
#[derive(Clone, Debug, Default)]
pub struct NodePorts {
    wanted: Vec<HostPort>,
}

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    needs_preparation: &[Point::Filter],
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::HostPorts),
    what_if: Some(WhatIf::HostPorts),
    ..Descriptor::new(
        "NodePorts",
        &[Point::PreFilter, Point::Filter],
        Work::Plugin(|_| Box::new(NodePorts::default())),
    )
};

impl Plugin for NodePorts {
    fn pre_filter(&mut self, cycle: &CycleContext<'_>) -> Result<PreFilterOutcome, Status> {
        self.wanted.clear();
        self.wanted.extend(cycle.pod.spec.host_ports.iter().filter(|port| port.port > 0));
        Ok(if self.wanted.is_empty() { PreFilterOutcome::Skip } else { PreFilterOutcome::AllNodes })
    }

    fn filter(&self, _: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        if self.wanted.iter().any(|port| node.port_conflicts(port)) {
            Err(Status::unschedulable(REASON))
        } else {
            Ok(())
        }
    }
}
