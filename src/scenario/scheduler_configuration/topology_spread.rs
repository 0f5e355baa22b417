//! `PodTopologySpreadArgs`: bounds and compiling (`ValidatePodTopologySpreadArgs` of v1.34).

use super::args::TopologySpreadArgs;
use super::faults::{At, Faults};
use super::node_resources::label_name;
use crate::api_machinery::compile::spread;
use crate::scenario::builder::Builder;
use crate::scheduler::plugins::pod_topology_spread::PodTopologySpreadArgs;

const SYSTEM: &str = "System";
const LIST: &str = "List";

/// Tells of what is wrong with the constraints, or with the way of defaulting.
pub(super) fn validate(args: &TopologySpreadArgs, at: &At, faults: &mut Faults<'_>) {
    let type_at = at.child("defaultingType");
    match args.defaulting_type.as_str() {
        SYSTEM if !args.default_constraints.is_empty() => {
            faults.invalid(&type_at, SYSTEM, "when .defaultConstraints are not empty");
        }
        SYSTEM | LIST => {}
        other => faults.not_supported(&type_at, other, &[SYSTEM, LIST]),
    }
    for (index, constraint) in args.default_constraints.iter().enumerate() {
        let at = at.child("defaultConstraints").index(index);
        if constraint.max_skew <= 0 {
            faults.invalid(&at.child("maxSkew"), constraint.max_skew, "not in valid range (0, inf)");
        }
        let key = &constraint.topology_key;
        if key.is_empty() {
            faults.required(&at.child("topologyKey"), "can not be empty");
        } else {
            label_name(key, &at.child("topologyKey"), faults);
        }
        let action = &constraint.when_unsatisfiable;
        match action.as_str() {
            "" => faults.required(&at.child("whenUnsatisfiable"), "can not be empty"),
            "DoNotSchedule" | "ScheduleAnyway" => {}
            other => {
                let actions = ["DoNotSchedule", "ScheduleAnyway"];
                faults.not_supported(&at.child("whenUnsatisfiable"), other, &actions);
            }
        }
        if constraint.label_selector.is_some() {
            let detail = "constraint must not define a selector, as they deduced for each pod";
            faults.forbidden(&at.child("labelSelector"), detail);
        }
        let before = &args.default_constraints[..index];
        if before.iter().any(|other| other.topology_key == *key && other.when_unsatisfiable == *action) {
            faults.duplicate(&at, format!("{{{key}, {action}}}"));
        }
    }
}

/// The arguments, compiled.
pub(super) fn compile(args: Option<&TopologySpreadArgs>, builder: &mut Builder) -> PodTopologySpreadArgs {
    match args.filter(|args| args.defaulting_type == LIST) {
        None => PodTopologySpreadArgs::system(&mut builder.names),
        Some(args) => {
            let (context, names) = builder.context();
            let constraints = spread::constraints(Some(&args.default_constraints), &context, names);
            PodTopologySpreadArgs::list(constraints)
        }
    }
}
