//! The document `kind: Plan` of `kubecast.dev/v1alpha1`: its fields as written. The descriptions of the JSON
//! Schema are the comments here.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::document::MetadataDocument;
use crate::scenario::embedded::{AnyValue, Manifests};
use crate::scenario::reference::Reference;
use crate::scenario::study::document::RangeDocument;

/// A scenario, what may be bought, and what must hold: the smallest or cheapest that does is searched for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, title = "Plan")]
pub struct PlanDocument {
    /// The version of this format.
    #[schemars(extend("const" = "kubecast.dev/v1alpha1"))]
    pub api_version: String,
    /// The kind of document.
    #[schemars(extend("const" = "Plan"))]
    pub kind: String,
    /// The plan's name and what it is about.
    pub metadata: MetadataDocument,
    /// The plan itself.
    pub spec: PlanSpec,
}

/// What a plan consists of.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct PlanSpec {
    /// The Scenario and the manifests that are run: files relative to this document's folder, or documents as
    /// they are.
    pub scenario: Manifests,
    /// What is chosen. A target that holds for a value holds for all that follow it: more nodes, a larger range.
    #[schemars(length(min = 1))]
    pub variables: Vec<VariableDocument>,
    /// How the prices of several variables make one: their sum, or their product (so many nodes of that price).
    /// Default sum.
    #[schemars(extend("enum" = ["sum", "product"]))]
    pub cost: Option<String>,
    /// What must hold, all of it.
    #[schemars(length(min = 1))]
    pub targets: Vec<TargetDocument>,
    /// How surely the answer meets the targets. Default 0.95.
    #[schemars(range(min = 0.5, max = 0.9999))]
    pub confidence: Option<f64>,
    /// The most runs for one choice; one that is not decided by then does not count as meeting. Default 4000.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub max_runs: Option<u32>,
    /// The seed of all random draws; `--seed` overrides it. Default: the scenario's, or 1.
    pub seed: Option<u64>,
}

/// Something that is chosen, with its values from the worst to the best.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend(
    "oneOf" = [{"required": ["path"]}, {"required": ["paths"]}],
    "anyOf" = [{"required": ["values"]}, {"required": ["range"]}]
))]
pub struct VariableDocument {
    /// Its name. Default: the last key of its path.
    pub name: Option<String>,
    /// Where the value stands, `OBJECT#/path/to/field`, as in a variant's `set`.
    #[schemars(example = &"nodePool/worker#/count")]
    pub path: Option<String>,
    /// Several places that all get the value.
    pub paths: Option<Vec<String>>,
    /// The values, from the worst to the best. null removes the field.
    pub values: Option<Vec<AnyValue>>,
    /// Names of the values. Default: the values as written.
    pub labels: Option<Vec<String>>,
    /// Equally spaced numbers instead of a list of values.
    pub range: Option<RangeDocument>,
    /// The price of one unit: a value of 6 costs six times that.
    pub price: Option<f64>,
    /// The price of each value, growing.
    pub prices: Option<Vec<f64>>,
}

/// What must hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct TargetDocument {
    /// `P(pendingPods > 0) < 1%`, `max(finalSkew) <= 1`, `min(readyShareAfterDomainLoss) >= 0.5`,
    /// `mean(rolloutDurationSeconds) <= 60`, `p95(rolloutDurationSeconds) <= 90`. max and min hold for every run.
    #[schemars(example = &"P(pendingPods > 0) < 1%")]
    pub target: String,
    /// Of which Deployment. Default: the whole cluster, or the only Deployment.
    #[schemars(example = "deployment/default/web")]
    pub of: Option<Reference>,
    /// In which rollout: 0 is the creation, 1 the first that the timeline starts. Default: the last.
    pub rollout: Option<u32>,
    /// For which spread constraint: a topology key, or `KEY|DoNotSchedule`, `KEY|ScheduleAnyway`.
    /// Default: the first.
    pub constraint: Option<String>,
    /// For max and min: no run may break it, and the share of runs that would is shown to be below this. Default
    /// 0.01.
    #[schemars(range(min = 0.000_1, max = 0.5))]
    pub tolerance: Option<f64>,
}
