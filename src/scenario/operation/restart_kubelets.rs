//! `restartKubelets`: kubelets restart, as after a change of their configuration.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Made, Stage, made};
use crate::api::NodeId;
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::cluster::setup::kubelet::KubeletChange;
use crate::scenario::embedded::Manifest;
use crate::scenario::error::did_you_mean;
use crate::scenario::reference::Reference;

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] =
    &[("configuration", Simulated), ("kubelet", Simulated), ("node", Simulated)];

/// A restart of kubelets.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct RestartKubelets {
    /// The name of the entry of `spec.kubelets`.
    #[schemars(length(min = 1), example = &"epyc")]
    pub kubelet: String,
    /// Only the kubelet of this node. Default: those of all nodes of the entry.
    #[schemars(example = "node/worker-0")]
    pub node: Option<Reference>,
    /// A KubeletConfiguration, or a file that holds one. Default: the one they have.
    pub configuration: Option<Manifest>,
}

pub(super) fn compile(restart: &RestartKubelets, stage: &mut Stage<'_>) -> Result<Made, String> {
    let Stage { plan, fleet, builder, findings, index, .. } = stage;
    let names = || plan.document.spec.kubelets.iter().map(|entry| entry.name.as_str());
    let Some(entry) = names().position(|name| name == restart.kubelet) else {
        let hint = did_you_mean(&restart.kubelet, names());
        return Err(format!("spec.kubelets has no entry {:?}{hint}", restart.kubelet));
    };
    let node = restart.node.as_ref().map(|node| builder.directory.find_node(node)).transpose()?;
    if let (Some(written), Some(node)) = (&restart.node, node)
        && !fleet.is_of(node, entry)
    {
        return Err(format!("{written} is not a node of spec.kubelets entry {:?}", restart.kubelet));
    }
    let settings = match plan.configurations.get(index) {
        Some(source) => match fleet.change((entry, node), source, plan, builder, findings) {
            Some(changes) => changes,
            None => return Ok(None),
        },
        None => Vec::new(),
    };
    let of = restart.node.as_ref().map_or_else(String::new, |node| format!(" on {node}"));
    let with = if settings.is_empty() { "" } else { " with another configuration" };
    let label = format!("restartKubelets {}{of}{with}", restart.kubelet);
    Ok(Some(made(Operation { entry, node, settings }, label)))
}

#[derive(Debug)]
struct Operation {
    /// Those of this entry of `spec.kubelets`.
    entry: usize,
    /// Only that on this node.
    node: Option<NodeId>,
    /// With these settings, all or that on a node; none: as they were.
    settings: Vec<(Option<NodeId>, KubeletChange)>,
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        if self.settings.is_empty() {
            return api.restart_kubelets((self.entry, self.node), None);
        }
        let restarted = self
            .settings
            .iter()
            .map(|(node, change)| api.restart_kubelets((self.entry, *node), Some(change)));
        let faults: Vec<String> = restarted.filter_map(Result::err).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }
}
