//! `spec.variants`: the same scenario with other values.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::embedded::AnyValue;
use crate::api::coverage::Coverage::{Irrelevant, Simulated};
use crate::api::coverage::Field;

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] =
    &[("name", Irrelevant("names of results")), ("set", Simulated)];

/// The same scenario with other values, run on the same random numbers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct VariantDocument {
    /// The variant's name, as `expect` and the results use it.
    #[schemars(length(min = 1), example = "with-matchLabelKeys")]
    pub name: String,
    /// Values by place, `OBJECT#/path/to/field`. OBJECT is `deployment/NAMESPACE/NAME` or the like,
    /// `node/NAME`, `nodePool/NAME`, `kubelet/NAME`, `workload/NAME`, `apiServer/NAME`, `services/NAME`, `kubeSchedulerConfiguration` or `scenario`. The path
    /// is a JSON pointer: list items by number (`-` appends), `/` in a key is written `~1`. Missing
    /// mappings on the way are made; null removes the field.
    #[serde(default)]
    #[schemars(example = serde_json::json!({"deployment/default/web#/spec/replicas": 10}))]
    #[expect(
        clippy::zero_sized_map_values,
        reason = "the trees are read from the same place of the document"
    )]
    pub set: BTreeMap<String, AnyValue>,
}
