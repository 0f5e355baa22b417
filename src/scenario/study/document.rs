//! The document `kind: Study` of `kubecast.dev/v1alpha1`: its fields as written. The descriptions of the
//! JSON Schema are the comments here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::document::MetadataDocument;
use crate::scenario::embedded::{AnyValue, Manifests};
use crate::scenario::reference::Reference;
use crate::scenario::variant::VariantDocument;

/// A scenario run many times with other values, and what is estimated from it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, title = "Study")]
pub struct StudyDocument {
    /// The version of this format.
    #[schemars(extend("const" = "kubecast.dev/v1alpha1"))]
    pub api_version: String,
    /// The kind of document.
    #[schemars(extend("const" = "Study"))]
    pub kind: String,
    /// The study's name and what it is about.
    pub metadata: MetadataDocument,
    /// The study itself.
    pub spec: StudySpec,
}

/// What a study consists of.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct StudySpec {
    /// The Scenario and the manifests that are run: files relative to this document's folder, or documents as
    /// they are.
    pub scenario: Manifests,
    /// What is varied. Default: nothing; there is one design point.
    #[serde(default)]
    pub factors: Vec<FactorDocument>,
    /// Which combinations of the factors' values are run. Default: all of them.
    pub design: Option<DesignDocument>,
    /// Whether all design points share their random numbers, so that the same pod has the same luck at each
    /// of them and differences between points are sharper. Arms of one point always do. Default true.
    pub common_random_numbers: Option<bool>,
    /// The same scenario with other values, at every design point. Default: the scenario's variants.
    #[serde(default)]
    pub arms: Vec<VariantDocument>,
    /// The arm that the others are compared with. Default: the first.
    pub baseline: Option<String>,
    /// What is estimated; the first is the main one.
    #[schemars(length(min = 1))]
    pub metrics: Vec<MetricDocument>,
    /// How many runs of each arm at each design point. Give this or `stopping`.
    #[schemars(range(min = 1, max = 10_000_000))]
    pub replications: Option<u32>,
    /// Run until the intervals are as narrow as the metrics' `halfWidth` asks. Give this or `replications`.
    pub stopping: Option<StoppingDocument>,
    /// How often an interval holds the truth. Default 0.95.
    #[schemars(range(min = 0.5, max = 0.9999))]
    pub confidence: Option<f64>,
    /// The seed of all random draws; `--seed` overrides it. Default: the scenario's, or 1.
    pub seed: Option<u64>,
}

/// A value that is varied.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend(
    "oneOf" = [{"required": ["path"]}, {"required": ["paths"]}],
    "anyOf" = [{"required": ["values"]}, {"required": ["range"]}]
))]
pub struct FactorDocument {
    /// The factor's name in tables. Default: the last key of its path.
    pub name: Option<String>,
    /// Where the value stands, `OBJECT#/path/to/field`, as in a variant's `set`.
    #[schemars(example = &"deployment/default/web#/spec/replicas")]
    pub path: Option<String>,
    /// Several places that all get the value.
    pub paths: Option<Vec<String>>,
    /// The values, in order. null removes the field.
    pub values: Option<Vec<AnyValue>>,
    /// Names of the values in tables. Default: the values as written.
    pub labels: Option<Vec<String>>,
    /// Equally spaced numbers instead of a list of values.
    pub range: Option<RangeDocument>,
}

/// Equally spaced numbers.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct RangeDocument {
    /// The first number.
    pub from: f64,
    /// The last number at most.
    pub to: f64,
    /// The distance from each to the next. Default 1.
    pub step: Option<f64>,
}

/// Which combinations of values are run, where it is not all of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend("oneOf" = [{"required": ["points"]}, {"required": ["latinHypercube"]}]))]
pub struct DesignDocument {
    /// These: for each factor, by its name, a value or the label of one.
    #[expect(
        clippy::zero_sized_map_values,
        reason = "the trees are read from the same place of the document"
    )]
    pub points: Option<Vec<BTreeMap<String, AnyValue>>>,
    /// So many points of a Latin hypercube: each factor's values are used equally often, in random order.
    #[schemars(range(min = 1, max = 100_000))]
    pub latin_hypercube: Option<u32>,
}

/// What is estimated: the mean of a measure over the runs, or a share of runs, or a quantile.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct MetricDocument {
    /// Its name in tables. Default: the measure, with what is asked of it.
    pub name: Option<String>,
    /// What is measured.
    #[schemars(extend("enum" = crate::scenario::measure_names::in_the_schema()))]
    pub measure: String,
    /// Of which Deployment. Default: the whole cluster, or the only Deployment.
    #[schemars(example = "deployment/default/web")]
    pub of: Option<Reference>,
    /// In which rollout: 0 is the creation, 1 the first that the timeline starts. Default: the last.
    pub rollout: Option<u32>,
    /// For which spread constraint: a topology key, or `KEY|DoNotSchedule`, `KEY|ScheduleAnyway`.
    /// Default: the first.
    pub constraint: Option<String>,
    /// The share of runs whose value compares so, instead of the mean.
    pub share: Option<ShareOfRuns>,
    /// This quantile over the runs instead of the mean: 0.5 is the median.
    #[schemars(range(min = 0.001, max = 0.999))]
    pub quantile: Option<f64>,
    /// Run until half the interval is at most this wide (with `stopping`).
    pub half_width: Option<f64>,
}

/// Which runs are counted, and how the interval is made.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend(
    "oneOf" = [{"required": ["above"]}, {"required": ["below"]}, {"required": ["equals"]}]
))]
pub struct ShareOfRuns {
    /// Those with a value above this.
    pub above: Option<f64>,
    /// Those with a value below this.
    pub below: Option<f64>,
    /// Those with exactly this value.
    pub equals: Option<f64>,
    /// `wilson` covers as often as is said on average, `exact` never less often. Default wilson.
    #[schemars(extend("enum" = ["wilson", "exact"]))]
    pub interval: Option<String>,
}

/// When to stop: the first stage of runs says how many are needed.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct StoppingDocument {
    /// Runs of the first stage, the fewest that are run.
    #[schemars(range(min = 10))]
    pub min: u32,
    /// The most that are run, even if intervals stay wider than asked.
    pub max: u32,
}
