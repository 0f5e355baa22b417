//! `NodeResourcesFitArgs` and `NodeResourcesBalancedAllocationArgs`: defaults, bounds, compiling
//! (`defaults.go`, `validation_pluginargs.go` of v1.34).
//!
//! Kube-scheduler checks those of NodeResourcesFit late, when it makes the plugin, and only if some point
//! needs it; its messages then name the profile and the plugin, not the place.

use super::args::{BalancedAllocationArgs, FitArgs, ResourceSpec, ScoringStrategyDocument, ShapePoint};
use super::faults::{At, Faults};
use super::label_names::qualified_name;
use crate::api::Interner;
use crate::scheduler::plugins::node_resources_balanced_allocation::NodeResourcesBalancedAllocationArgs;
use crate::scheduler::plugins::node_resources_fit::{
    NodeResourcesFitArgs, ScoringStrategy, StrategyType, UtilizationPoint,
};
use crate::scheduler::plugins::resource_weights::{ResourceName, ResourceWeight, cpu_and_memory};

const REQUESTED_TO_CAPACITY_RATIO: &str = "RequestedToCapacityRatio";
const STRATEGIES: [&str; 3] = ["LeastAllocated", "MostAllocated", REQUESTED_TO_CAPACITY_RATIO];

/// `ValidateNodeResourcesFitArgs`.
pub(super) fn validate_fit(args: &FitArgs, at: &At, faults: &mut Faults<'_>) {
    for (index, name) in args.ignored_resources.iter().enumerate() {
        label_name(name, &at.child("ignoredResources").index(index), faults);
    }
    for (index, group) in args.ignored_resource_groups.iter().enumerate() {
        let at = at.child("ignoredResourceGroups").index(index);
        if group.contains('/') {
            faults.invalid(&at, group.as_str(), "resource group name can't contain '/'");
        }
        label_name(group, &at, faults);
    }
    let Some(strategy) = &args.scoring_strategy else { return };
    let at = at.child("scoringStrategy");
    if !STRATEGIES.contains(&strategy.kind.as_str()) {
        faults.not_supported(&at.child("type"), &strategy.kind, &STRATEGIES);
    }
    for (index, resource) in strategy.resources.iter().enumerate() {
        let weight = defaulted(resource.weight);
        if !(1..=100).contains(&weight) {
            let at = at.child("resources").index(index).child("weight");
            let detail = format!("resource weight of {} not in valid range (0, 100]", resource.name);
            faults.invalid(&at, weight, &detail);
        }
    }
    let ratio_at = at.child("requestedToCapacityRatio");
    match (&strategy.requested_to_capacity_ratio, strategy.kind == REQUESTED_TO_CAPACITY_RATIO) {
        (Some(ratio), true) => validate_shape(&ratio.shape, &ratio_at.child("shape"), faults),
        (None, true) => {
            faults.required(&ratio_at, "must be specified when type is RequestedToCapacityRatio");
        }
        (Some(_), false) => {
            faults.forbidden(&ratio_at, "must be nil when type is not RequestedToCapacityRatio");
        }
        (None, false) => {}
    }
}

/// `metav1validation.ValidateLabelName`.
pub(super) fn label_name(text: &str, at: &At, faults: &mut Faults<'_>) {
    for wrong in qualified_name(text) {
        faults.invalid(at, text, &wrong);
    }
}

fn validate_shape(shape: &[ShapePoint], at: &At, faults: &mut Faults<'_>) {
    if shape.is_empty() {
        faults.required(at, "at least one point must be specified");
    }
    let falling = shape.windows(2).position(|pair| pair[0].utilization >= pair[1].utilization);
    if let Some(place) = falling {
        let at = at.index(place + 1).child("utilization");
        faults.invalid(&at, shape[place + 1].utilization, "values must be sorted in increasing order");
    }
    for (index, point) in shape.iter().enumerate() {
        let at = at.index(index);
        for (field, value, most) in [("utilization", point.utilization, 100), ("score", point.score, 10)] {
            if !(0..=most).contains(&value) {
                faults.invalid(&at.child(field), value, &format!("not in valid range [0, {most}]"));
            }
        }
    }
}

/// `ValidateNodeResourcesBalancedAllocationArgs`.
pub(super) fn validate_balanced(args: &BalancedAllocationArgs, at: &At, faults: &mut Faults<'_>) {
    for (index, resource) in args.resources.iter().enumerate() {
        let at = at.child("resources").index(index);
        if args.resources[..index].iter().any(|other| other.name == resource.name) {
            faults.duplicate(&at.child("name"), resource.name.as_str());
        }
        if defaulted(resource.weight) != 1 {
            faults.invalid(&at.child("weight"), resource.weight, "must be 1");
        }
    }
}

/// A weight that is not given, or 0, is 1.
fn defaulted(weight: i64) -> i64 {
    if weight == 0 { 1 } else { weight }
}

/// The arguments of NodeResourcesFit, compiled. `ignored` takes the place of the resources that they ignore.
pub(super) fn compile_fit(
    args: Option<&FitArgs>,
    ignored: Option<&[String]>,
    names: &mut Interner,
) -> NodeResourcesFitArgs {
    let empty = FitArgs::default();
    let args = args.unwrap_or(&empty);
    let ignored = ignored.unwrap_or(&args.ignored_resources);
    NodeResourcesFitArgs {
        ignored_resources: ignored
            .iter()
            .filter(|name| is_extended_resource(name))
            .map(|name| names.intern(name))
            .collect(),
        // Names of the group kubernetes.io and those below it are native: they are never ignored.
        ignored_resource_groups: args
            .ignored_resource_groups
            .iter()
            .filter(|group| !group.ends_with("kubernetes.io"))
            .cloned()
            .collect(),
        scoring_strategy: args.scoring_strategy.as_ref().map_or_else(ScoringStrategy::default, |strategy| {
            ScoringStrategy { strategy: kind_of(strategy), resources: resources(&strategy.resources, names) }
        }),
    }
}

/// The filter ignores extended resources only (`IsExtendedResourceName`).
pub(super) fn is_extended_resource(name: &str) -> bool {
    name.contains('/')
        && !name.contains("kubernetes.io/")
        && !name.starts_with("requests.")
        && qualified_name(&format!("requests.{name}")).is_empty()
}

fn kind_of(strategy: &ScoringStrategyDocument) -> StrategyType {
    match strategy.kind.as_str() {
        "MostAllocated" => StrategyType::MostAllocated,
        REQUESTED_TO_CAPACITY_RATIO => {
            let shape = strategy.requested_to_capacity_ratio.iter().flat_map(|ratio| &ratio.shape);
            let point = |point: &ShapePoint| UtilizationPoint {
                utilization: point.utilization.into(),
                score: point.score.into(),
            };
            StrategyType::RequestedToCapacityRatio(shape.map(point).collect())
        }
        _ => StrategyType::LeastAllocated,
    }
}

fn resources(written: &[ResourceSpec], names: &mut Interner) -> Vec<ResourceWeight> {
    if written.is_empty() {
        return cpu_and_memory();
    }
    let compiled = |resource: &ResourceSpec| ResourceWeight {
        name: match resource.name.as_str() {
            "cpu" => ResourceName::Cpu,
            "memory" => ResourceName::Memory,
            "ephemeral-storage" => ResourceName::EphemeralStorage,
            other => ResourceName::Scalar(names.intern(other)),
        },
        weight: defaulted(resource.weight),
    };
    written.iter().map(compiled).collect()
}

/// The arguments of NodeResourcesBalancedAllocation, compiled.
pub(super) fn compile_balanced(
    args: Option<&BalancedAllocationArgs>,
    names: &mut Interner,
) -> NodeResourcesBalancedAllocationArgs {
    let resources = resources(args.map_or(&[], |args| &args.resources), names);
    NodeResourcesBalancedAllocationArgs { resources }
}
