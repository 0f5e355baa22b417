//! `cordon` and `uncordon`: `kubectl cordon` and `kubectl uncordon`. The taint follows a little later, from the node
//! life-cycle controller.

use super::{Made, Stage, named};
use crate::api::{Node, NodeId};
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::scenario::reference::Reference;

pub(super) fn cordon(reference: &Reference, stage: &mut Stage<'_>) -> Result<Made, String> {
    let node = stage.builder.directory.find_node(reference)?;
    Ok(Some(named(Operation { node, unschedulable: true }, "cordon", reference)))
}

pub(super) fn uncordon(reference: &Reference, stage: &mut Stage<'_>) -> Result<Made, String> {
    let node = stage.builder.directory.find_node(reference)?;
    Ok(Some(named(Operation { node, unschedulable: false }, "uncordon", reference)))
}

#[derive(Debug)]
struct Operation {
    node: NodeId,
    unschedulable: bool,
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        api.update(self.node, |node: &mut Node| node.unschedulable = self.unschedulable);
        Ok(())
    }
}
