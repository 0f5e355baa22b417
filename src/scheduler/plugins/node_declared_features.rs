//! NodeDeclaredFeatures: a pod that needs a feature goes to nodes that declare it (kube-scheduler v1.35, v1.36; behind
//! the gate of its name).

mod hint;

use crate::scheduler::framework::{
    Code, CycleContext, CycleState, Descriptor, FastColumn, Plugin, Point, PreFilterOutcome, Reason, Status,
    Work,
};
use crate::scheduler::node_info::NodeInfo;

const REASON: &str = "node(s) didn't match Pod's required features";

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct NodeDeclaredFeatures;

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    needs_preparation: &[Point::Filter],
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::Node),
    ..Descriptor::new(
        "NodeDeclaredFeatures",
        &[Point::PreFilter, Point::Filter],
        Work::Plugin(|_| Box::new(NodeDeclaredFeatures)),
    )
};

impl Plugin for NodeDeclaredFeatures {
    fn pre_filter(&self, _: &mut CycleState, cycle: &CycleContext<'_>) -> Result<PreFilterOutcome, Status> {
        let needs_none = cycle.pod.spec.required_features.is_empty();
        Ok(if needs_none { PreFilterOutcome::Skip } else { PreFilterOutcome::AllNodes })
    }

    fn filter(&self, _: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        let declared = &node.node().declared_features;
        let needed = cycle.pod.spec.required_features.iter();
        let mut missing = needed.filter(|feature| !declared.contains(feature)).peekable();
        if missing.peek().is_none() {
            return Ok(());
        }
        if !cycle.behaviour.unmet_features_are_named {
            return Err(Status::unresolvable(REASON));
        }
        let mut texts: Vec<&str> = missing.map(|feature| cycle.names.resolve(*feature)).collect();
        texts.sort_unstable();
        let text =
            format!("node declared features check failed - unsatisfied requirements: {}", texts.join(", "));
        Err(Status::new(Code::UnschedulableAndUnresolvable, Reason::Message(text.into())))
    }
}
