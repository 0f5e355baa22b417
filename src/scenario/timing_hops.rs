//! `spec.timing.workloads` and `spec.timing.pools`: hops of the kubelets that are others for the pods of a Deployment, or
//! on some nodes ([`crate::cluster::timing::hops_of`]).

mod resolve;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::reference::Reference;
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::cluster::timing::KubeletHops;

pub(super) use resolve::{assumptions, resolve};

/// What becomes of the fields of an entry of `workloads`.
pub(in crate::scenario) const WORKLOADS: &[Field] = &[
    ("containerStart", Simulated),
    ("imagePull", Simulated),
    ("readiness", Simulated),
    ("termination", Simulated),
    ("workload", Simulated),
];

/// What becomes of the fields of an entry of `pools`.
pub(in crate::scenario) const POOLS: &[Field] = &[
    ("containerStart", Simulated),
    ("imagePull", Simulated),
    ("nodeSelector", Simulated),
    ("readiness", Simulated),
    ("termination", Simulated),
];

/// Hops of the pods of one Deployment. They go before those of `pools`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub(super) struct WorkloadTiming {
    /// Which Deployment's pods.
    #[schemars(example = "deployment/default/web")]
    pub(super) workload: Reference,
    /// From a pod bound to its image on the node, where it is not there yet.
    image_pull: Option<Distribution>,
    /// From the image there to the containers running.
    container_start: Option<Distribution>,
    /// From running (and the probe's initialDelaySeconds over) to Ready.
    readiness: Option<Distribution>,
    /// From a pod deleted to gone, at most its grace period.
    termination: Option<Distribution>,
}

/// Hops of the pods on some nodes.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub(super) struct PoolTiming {
    /// Labels that a node must have. Default: every node. Of several entries that fit and tell a hop the first counts.
    #[serde(default)]
    node_selector: BTreeMap<String, String>,
    /// From a pod bound to its image on the node, where it is not there yet.
    image_pull: Option<Distribution>,
    /// From the image there to the containers running.
    container_start: Option<Distribution>,
    /// From running (and the probe's initialDelaySeconds over) to Ready.
    readiness: Option<Distribution>,
    /// From a pod deleted to gone, at most its grace period.
    termination: Option<Distribution>,
}

/// The hops in the order in which they are told.
fn hops(
    image_pull: Option<&Distribution>,
    container_start: Option<&Distribution>,
    readiness: Option<&Distribution>,
    termination: Option<&Distribution>,
) -> KubeletHops {
    let own = |hop: Option<&Distribution>| hop.map(|hop| hop.0.clone());
    KubeletHops {
        image_pull: own(image_pull),
        container_start: own(container_start),
        readiness: own(readiness),
        termination: own(termination),
    }
}

impl WorkloadTiming {
    pub(super) fn hops(&self) -> KubeletHops {
        let Self { image_pull, container_start, readiness, termination, .. } = self;
        hops(image_pull.as_ref(), container_start.as_ref(), readiness.as_ref(), termination.as_ref())
    }
}

impl PoolTiming {
    pub(super) fn hops(&self) -> KubeletHops {
        let Self { image_pull, container_start, readiness, termination, .. } = self;
        hops(image_pull.as_ref(), container_start.as_ref(), readiness.as_ref(), termination.as_ref())
    }

    fn words(&self) -> String {
        let labels: Vec<String> =
            self.node_selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
        if labels.is_empty() { "all nodes".to_owned() } else { format!("nodes with {}", labels.join(", ")) }
    }
}
