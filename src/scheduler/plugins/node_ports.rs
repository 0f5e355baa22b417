//! NodePorts: a host port is given to one pod of a node only (kube-scheduler v1.34).

pub(in crate::scheduler) mod hint;

use crate::api::HostPort;
use crate::scheduler::framework::{
    CycleContext, Descriptor, ExtensionPoint, Plugin, PreFilterOutcome, Status,
};
use crate::scheduler::node_info::NodeInfo;

const REASON: &str = "node(s) didn't have free ports for the requested pod ports";

/// The plugin.
#[derive(Clone, Debug, Default)]
pub struct NodePorts {
    wanted: Vec<HostPort>,
}

/// Its line in the registry.
pub const DESCRIPTOR: Descriptor = Descriptor {
    name: "NodePorts",
    points: &[ExtensionPoint::PreFilter, ExtensionPoint::Filter],
    build: |_| Box::new(NodePorts::default()),
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
