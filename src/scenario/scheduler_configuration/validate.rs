//! What kube-scheduler refuses before it starts (`validation.go` and `validation_pluginargs.go` in
//! `pkg/scheduler/apis/config/validation` of v1.34).
//!
//! DIFFERENCE: connections and leader election are not looked at. The order is kube-scheduler's, but for
//! arguments, which come by plugin, and lists of plugins, which come by point (kube-scheduler's own order
//! of those is random).

use serde_json::{Value, json};

use super::args::{Args, DefaultPreemptionArgs};
use super::document::{
    API_VERSION, ConfigurationDocument, ExtenderDocument, PluginSetDocument, ProfileDocument,
};
use super::faults::{At, Faults};
use super::label_names::qualified_name;
use super::node_resources::is_extended_resource;
use super::{node_affinity, node_resources, topology_spread};
use crate::scenario::error::did_you_mean;
use crate::scheduler::plugins::IN_TREE;
use crate::scheduler::profile::Point;

/// Plugins that are gone.
const REMOVED: [&str; 4] = ["AzureDiskLimits", "CinderLimits", "EBSLimits", "GCEPDLimits"];

/// Tells of everything.
pub(super) fn configuration(document: &ConfigurationDocument, args: &[Args], faults: &mut Faults<'_>) {
    if let Some(parallelism) = document.parallelism.filter(|parallelism| *parallelism <= 0) {
        let detail = "should be an integer value greater than zero";
        faults.invalid(&At::root("parallelism"), parallelism, detail);
    }
    let client = document.client_connection.as_ref();
    if let Some(burst) = client.and_then(|client| client.burst).filter(|burst| *burst < 0) {
        let at = At::root("clientConnection").child("burst");
        faults.invalid(&at, burst, "must be non-negative");
    }
    let all = At::root("profiles");
    let names: Vec<&str> = (0..document.profiles.len()).map(|index| document.scheduler_name(index)).collect();
    for (index, (profile, args)) in document.profiles.iter().zip(args).enumerate() {
        let at = all.index(index);
        if names[index].is_empty() {
            faults.required(&at.child("schedulerName"), "");
        }
        percentage(profile.percentage_of_nodes_to_score, &at.child("percentageOfNodesToScore"), faults);
        plugins(profile, &at, faults);
        plugin_config(profile, &at, faults);
        plugin_args(args, faults);
        if let Some(first) = names[..index].iter().rposition(|name| *name == names[index]) {
            // The value that kube-scheduler shows is the first one's path, which its JSON leaves empty.
            let fault = format!("{}.schedulerName: Duplicate value: {{}}", at.place());
            let hint = format!("profiles[{first}] is named {:?} too", names[index]);
            faults.tell(&at.child("schedulerName"), format!("{fault} ({hint})"));
        }
    }
    common_queue_sort(&document.profiles, &all, faults);
    percentage(document.percentage_of_nodes_to_score, &At::root("percentageOfNodesToScore"), faults);
    let (initial, most) = document.backoff_seconds();
    if initial <= 0 {
        faults.invalid(&At::root("podInitialBackoffSeconds"), initial, "must be greater than 0");
    }
    if most < initial {
        let detail = "must be greater than or equal to PodInitialBackoffSeconds";
        faults.invalid(&At::root("podMaxBackoffSeconds"), most, detail);
    }
    extenders(&document.extenders, &At::root("extenders"), faults);
}

fn percentage(value: Option<i32>, at: &At, faults: &mut Faults<'_>) {
    if let Some(value) = value.filter(|value| !(0..=100).contains(value)) {
        faults.invalid(at, value, "not in valid range [0-100]");
    }
}

fn removed(name: &str) -> Option<String> {
    REMOVED.contains(&name).then(|| {
        format!(
            "was invalid in version {API_VERSION:?} (KubeSchedulerConfiguration is version {API_VERSION:?})"
        )
    })
}

fn plugins(profile: &ProfileDocument, at: &At, faults: &mut Faults<'_>) {
    let at = at.child("plugins");
    for point in Point::ALL {
        let lists = profile.plugins.at(point);
        for (index, plugin) in lists.enabled.iter().enumerate() {
            if let Some(detail) = removed(&plugin.name) {
                let at = at.child(point.field()).child("enabled").index(index);
                faults.invalid(&at, plugin.name.as_str(), &detail);
            }
        }
        warn_of_unknown(lists, &at.child(point.field()), faults);
    }
    warn_of_unknown(&profile.plugins.multi_point, &at.child("multiPoint"), faults);
}

/// A name that is nobody's disables nothing, and kube-scheduler says nothing.
fn warn_of_unknown(lists: &PluginSetDocument, at: &At, faults: &mut Faults<'_>) {
    for (index, plugin) in lists.disabled.iter().enumerate() {
        let name = plugin.name.as_str();
        if name != "*" && !is_in_tree(name) {
            let at = at.child("disabled").index(index).child("name");
            faults
                .warn(&at, format!("no plugin is called {name:?}, nothing is disabled{}", suggestion(name)));
        }
    }
}

fn is_in_tree(name: &str) -> bool {
    IN_TREE.iter().any(|plugin| plugin.name == name)
}

fn suggestion(name: &str) -> String {
    did_you_mean(name, IN_TREE.iter().map(|plugin| plugin.name))
}

fn plugin_config(profile: &ProfileDocument, at: &At, faults: &mut Faults<'_>) {
    for (index, config) in profile.plugin_config.iter().enumerate() {
        let at = at.child("pluginConfig").index(index);
        let name = config.name.as_str();
        if profile.plugin_config[..index].iter().any(|other| other.name == name) {
            faults.duplicate(&at, name);
        }
        if let Some(detail) = removed(name) {
            faults.invalid(&at, name, &detail);
        } else if !is_in_tree(name) {
            let message =
                format!("no plugin is called {name:?}, its arguments would be ignored{}", suggestion(name));
            faults.tell(&at.child("name"), format!("{}.name: {message}", at.place()));
        }
    }
}

fn plugin_args(args: &Args, faults: &mut Faults<'_>) {
    if let Some((at, args)) = &args.default_preemption {
        default_preemption(args, at, faults);
    }
    if let Some((at, args)) = &args.inter_pod_affinity
        && let Some(weight) = args.hard_pod_affinity_weight.filter(|weight| !(0..=100).contains(weight))
    {
        faults.invalid(&at.child("hardPodAffinityWeight"), weight, "not in valid range [0, 100]");
    }
    if let Some((at, args)) = &args.node_affinity {
        node_affinity::validate(args, at, faults);
    }
    if let Some((at, args)) = &args.balanced_allocation {
        node_resources::validate_balanced(args, at, faults);
    }
    if let Some((at, args)) = &args.pod_topology_spread {
        topology_spread::validate(args, at, faults);
    }
    if let Some((at, args)) = &args.volume_binding
        && let Some(seconds) = args.bind_timeout_seconds.filter(|seconds| *seconds < 0)
    {
        let detail = "invalid BindTimeoutSeconds, should not be a negative value";
        faults.invalid(&at.child("bindTimeoutSeconds"), seconds, detail);
    }
}

fn default_preemption(args: &DefaultPreemptionArgs, at: &At, faults: &mut Faults<'_>) {
    let (percentage_at, absolute_at) =
        (at.child("minCandidateNodesPercentage"), at.child("minCandidateNodesAbsolute"));
    let args = args.compile();
    let (percentage, absolute) = (args.min_candidate_nodes_percentage, args.min_candidate_nodes_absolute);
    if !(0..=100).contains(&percentage) {
        faults.invalid(&percentage_at, percentage, "not in valid range [0, 100]");
    }
    if absolute < 0 {
        faults.invalid(&absolute_at, absolute, "not in valid range [0, inf)");
    }
    if percentage == 0 && absolute == 0 {
        let at_once = |other: &str| format!("cannot be zero at the same time as {other}");
        faults.invalid(&percentage_at, 0, &at_once("minCandidateNodesAbsolute"));
        faults.invalid(&absolute_at, 0, &at_once("minCandidateNodesPercentage"));
    }
}

/// All profiles share one queue, and so its order: what they list at `queueSort` must be the same.
fn common_queue_sort(profiles: &[ProfileDocument], at: &At, faults: &mut Faults<'_>) {
    let Some(first) = profiles.first() else { return };
    let sort = |profile: &ProfileDocument| queue_sort(profile.plugins.at(Point::QueueSort));
    let enabled = first.plugins.at(Point::QueueSort).enabled.len();
    if enabled > 1 {
        let at = at.index(0).child("plugins").child("queueSort").child("Enabled");
        faults.invalid(&at, enabled, "only one queue sort plugin can be enabled");
    }
    for (index, profile) in profiles.iter().enumerate().skip(1) {
        if sort(profile) != sort(first) {
            let at = at.index(index).child("plugins").child("queueSort");
            faults.invalid(&at, sort(profile), "must be the same for all profiles");
        }
    }
}

/// The lists as kube-scheduler shows them.
fn queue_sort(lists: &PluginSetDocument) -> Value {
    let list = |entries: Vec<Value>| if entries.is_empty() { Value::Null } else { Value::from(entries) };
    let enabled = lists.enabled.iter();
    let enabled = enabled.map(|plugin| json!({"Name": plugin.name, "Weight": plugin.weight.unwrap_or(0)}));
    // Weights of disabled plugins are dropped.
    let disabled = lists.disabled.iter().map(|plugin| json!({"Name": plugin.name, "Weight": 0}));
    json!({"Enabled": list(enabled.collect()), "Disabled": list(disabled.collect())})
}

fn extenders(extenders: &[ExtenderDocument], at: &At, faults: &mut Faults<'_>) {
    let mut managed: Vec<&str> = Vec::new();
    for (index, extender) in extenders.iter().enumerate() {
        let at = at.index(index);
        if !extender.prioritize_verb.is_empty() && extender.weight <= 0 {
            let detail = "must have a positive weight applied to it";
            faults.invalid(&at.child("weight"), extender.weight, detail);
        }
        for (index, resource) in extender.managed_resources.iter().enumerate() {
            let at = at.child("managedResources").index(index).child("name");
            let name = resource.name.as_str();
            let wrong = qualified_name(name);
            for detail in &wrong {
                faults.invalid(&at, name, detail);
            }
            if wrong.is_empty() && !is_extended_resource(name) {
                faults.invalid(&at, name, "is an invalid extended resource name");
            }
            if managed.contains(&name) {
                faults.invalid(&at, name, "duplicate extender managed resource name");
            }
            managed.push(name);
        }
    }
    let binders = extenders.iter().filter(|extender| !extender.bind_verb.is_empty()).count();
    if binders > 1 {
        let found = format!("found {binders} extenders implementing bind");
        faults.invalid(at, found, "only one extender can implement bind");
    }
}
