//! `KubeletConfiguration` of `kubelet.config.k8s.io/v1beta1`: what its managers read of it.
//!
//! DIFFERENCE: other fields are accepted and have no effect; those that would have one are told in the ledger
//! (`kubelet::coverage::CONFIGURATION`).

use std::collections::BTreeMap;

use kubecast_manifest::decode;
use serde::Deserialize;

use crate::api::Quantity;
use crate::scenario::embedded::AnyValue;
use crate::scenario::error::Findings;
use crate::scenario::objects::ObjectSource;

/// The fields that are read.
const READ: [&str; 9] = [
    "cpuManagerPolicy",
    "cpuManagerPolicyOptions",
    "topologyManagerPolicy",
    "topologyManagerScope",
    "topologyManagerPolicyOptions",
    "reservedSystemCPUs",
    "kubeReserved",
    "systemReserved",
    "featureGates",
];

/// What the managers read of a KubeletConfiguration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KubeletConfiguration {
    #[expect(dead_code, reason = "looked at before anything else")]
    api_version: Option<AnyValue>,
    #[expect(dead_code, reason = "looked at before anything else")]
    kind: Option<AnyValue>,
    pub(super) cpu_manager_policy: Option<String>,
    #[serde(default)]
    pub(super) cpu_manager_policy_options: BTreeMap<String, String>,
    pub(super) topology_manager_policy: Option<String>,
    pub(super) topology_manager_scope: Option<String>,
    #[serde(default)]
    pub(super) topology_manager_policy_options: BTreeMap<String, String>,
    #[serde(rename = "reservedSystemCPUs")]
    pub(super) reserved_system_cpus: Option<String>,
    #[serde(default)]
    kube_reserved: BTreeMap<String, String>,
    #[serde(default)]
    system_reserved: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) feature_gates: BTreeMap<String, bool>,
}

impl KubeletConfiguration {
    /// Reads a document.
    pub(super) fn read(source: &ObjectSource, findings: &mut Findings) -> Option<Self> {
        if source.kind() != "KubeletConfiguration" {
            let message =
                format!("configuration: a KubeletConfiguration is wanted, this is a {}", source.kind());
            findings.error(source.place(), message);
            return None;
        }
        let version = source.tree.get_str("apiVersion").unwrap_or_default();
        if version != "kubelet.config.k8s.io/v1beta1" {
            let message = format!(
                "KubeletConfiguration: apiVersion {version:?} is not known; kubelet.config.k8s.io/v1beta1 is read"
            );
            findings.error(source.place_at("/apiVersion"), message);
            return None;
        }
        let (read, unknown) = match decode::<Self>(&source.tree) {
            Ok(decoded) => decoded,
            Err(error) => {
                let here = source.place_of_part(error.line, error.column);
                findings.error(here, format!("KubeletConfiguration: {error}"));
                return None;
            }
        };
        for field in unknown {
            let near = READ.iter().find(|known| strsim::damerau_levenshtein(known, &field.path) <= 2);
            if let Some(known) = near {
                let here = source.place_of_part(field.line, field.column);
                let message =
                    format!("KubeletConfiguration: unknown field {:?}; did you mean {known:?}?", field.path);
                findings.error(here, message);
            }
        }
        Some(read)
    }

    /// CPU kept for the system and for Kubernetes, in thousandths; `None` if nothing is said of CPU.
    pub(super) fn reserved_milli(&self) -> Result<Option<i64>, String> {
        let mut sum = None;
        for (field, list) in
            [("kubeReserved", &self.kube_reserved), ("systemReserved", &self.system_reserved)]
        {
            if let Some(text) = list.get("cpu") {
                let cpu = Quantity::parse(text).map_err(|error| format!("{field}.cpu {text:?}: {error}"))?;
                sum = Some(sum.unwrap_or(0) + cpu.milli_value());
            }
        }
        Ok(sum)
    }
}
