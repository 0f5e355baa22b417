//! What of a release an input can feel: the fields that its pods have, what its timeline does.

use std::collections::BTreeSet;

use kubecast_manifest::Tree;

use crate::api::behaviour::switches::{Component, Setting};
use crate::scenario::document::ScenarioSpec;
use crate::scenario::objects::ObjectSource;
use crate::scenario::operation::registry::TimelineEntryDocument;

/// What of an input switches can be felt by.
pub(super) struct Felt {
    /// Fields of pods: `matchLabelKeys` of spread constraints and the like; kinds of objects.
    fields: BTreeSet<&'static str>,
    min_ready_seconds: bool,
    services: bool,
    nodes_change: bool,
}

/// Under this name DaemonSets are known to be there.
const DAEMON_SETS: &str = "DaemonSets";

/// A field of pod specs, and a way to find it.
type Field = (&'static str, fn(&Tree) -> bool);

/// Fields of a pod spec that a switch is about.
const FIELDS: [Field; 16] = [
    ("spread matchLabelKeys", |spec| in_list(spec, "topologySpreadConstraints", "matchLabelKeys")),
    ("spread policies", |spec| {
        ["nodeAffinityPolicy", "nodeTaintsPolicy"]
            .iter()
            .any(|field| in_list(spec, "topologySpreadConstraints", field))
    }),
    ("minDomains", |spec| in_list(spec, "topologySpreadConstraints", "minDomains")),
    ("sidecars", |spec| in_list(spec, "initContainers", "restartPolicy")),
    ("pod resources", |spec| spec.get("resources").is_some()),
    ("anti-affinity", |spec| {
        spec.pointer("/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution").is_some()
    }),
    ("init containers", |spec| !list(spec, "initContainers").is_empty()),
    ("no requests", |spec| !list(spec, "containers").iter().any(requests_something)),
    ("priorities", |spec| ["priority", "priorityClassName"].iter().any(|field| spec.get(field).is_some())),
    ("requests", |spec| list(spec, "containers").iter().any(requests_something)),
    ("overhead", |spec| spec.get("overhead").is_some()),
    ("named nodes", |spec| {
        let terms = "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms";
        let terms = spec.pointer(terms).and_then(Tree::as_seq).unwrap_or_default();
        terms.iter().any(|term| term.get("matchFields").is_some())
    }),
    ("namespace selectors", |spec| has_in_affinity(spec, &["namespaceSelector"])),
    ("features", |spec| spec.get("hostUsers").is_some() || in_list(spec, "containers", "restartPolicyRules")),
    ("image volumes", |spec| in_list(spec, "volumes", "image")),
    ("empty selector", |spec| {
        let is_empty =
            |one: &Tree| one.get("labelSelector").and_then(Tree::as_map).is_some_and(<[_]>::is_empty);
        list(spec, "topologySpreadConstraints").iter().any(is_empty)
    }),
];

fn list<'t>(spec: &'t Tree, name: &str) -> &'t [Tree] {
    spec.get(name).and_then(Tree::as_seq).unwrap_or_default()
}

/// Whether a container requests anything, by a limit at least.
fn requests_something(container: &Tree) -> bool {
    let maps = ["/resources/requests", "/resources/limits"];
    maps.iter().filter_map(|map| container.pointer(map)).filter_map(Tree::as_map).any(|map| !map.is_empty())
}

fn in_list(spec: &Tree, list: &str, field: &str) -> bool {
    self::list(spec, list).iter().any(|item| item.get(field).is_some())
}

/// Whether a term of a pod's (anti-)affinity has one of these fields.
fn has_in_affinity(spec: &Tree, keys: &[&str]) -> bool {
    let kinds = ["/affinity/podAffinity", "/affinity/podAntiAffinity"];
    kinds.iter().filter_map(|kind| spec.pointer(kind)).any(|terms| {
        let required = "requiredDuringSchedulingIgnoredDuringExecution";
        let preferred = terms.get("preferredDuringSchedulingIgnoredDuringExecution").and_then(Tree::as_seq);
        let of_preferred =
            preferred.unwrap_or_default().iter().filter_map(|item| item.get("podAffinityTerm"));
        keys.iter().any(|key| in_list(terms, required, key))
            || of_preferred.into_iter().any(|term| keys.iter().any(|key| term.get(key).is_some()))
    })
}

/// Whether an entry can change a node.
fn changes_nodes(entry: &TimelineEntryDocument) -> bool {
    entry.apply.is_some() || entry.cordon.is_some() || entry.uncordon.is_some()
}

impl Felt {
    pub(super) fn of<'o>(spec: &ScenarioSpec, objects: impl Iterator<Item = &'o ObjectSource>) -> Self {
        let mut felt = Self {
            fields: BTreeSet::new(),
            min_ready_seconds: false,
            services: spec.service_ips.is_some(),
            nodes_change: spec.timeline.iter().any(changes_nodes),
        };
        for object in objects {
            if object.reference.kind == "daemonset" {
                felt.fields.insert(DAEMON_SETS);
            }
            let pod = match object.reference.kind.as_str() {
                "pod" => object.tree.pointer("/spec"),
                "deployment" | "replicaset" | "daemonset" => object.tree.pointer("/spec/template/spec"),
                _ => None,
            };
            let Some(pod) = pod else { continue };
            for (name, has) in FIELDS {
                if !felt.fields.contains(name) && has(pod) {
                    felt.fields.insert(name);
                }
            }
            if !felt.fields.contains("affinity keys")
                && has_in_affinity(pod, &["matchLabelKeys", "mismatchLabelKeys"])
            {
                felt.fields.insert("affinity keys");
            }
            felt.min_ready_seconds |= object.tree.pointer("/spec/minReadySeconds").is_some();
        }
        felt
    }

    /// Whether a switch can change something here. Of those about the queue nobody knows before the run.
    pub(super) fn feels(&self, setting: &Setting) -> bool {
        let field = |name| self.fields.contains(name);
        match (setting.component, setting.name) {
            // Each node tells of its own kubelet.
            (Component::Kubelet, _) => false,
            (Component::ServiceIp, _) => self.services,
            (_, name) if name.starts_with("match_label_keys_in_pod_topology_spread") => {
                field("spread matchLabelKeys")
            }
            (_, "match_label_keys_in_pod_affinity") => field("affinity keys"),
            (_, "node_inclusion_policy_in_pod_topology_spread") => field("spread policies"),
            (_, "min_domains_in_pod_topology_spread") => field("minDomains"),
            (_, "sidecar_containers" | "host_ports_of_sidecars") => field("sidecars"),
            (_, "pod_level_resources") => field("pod resources"),
            (_, "anti_affinity_of_deleted_pod" | "any_anti_affinity_term") => field("anti-affinity"),
            (_, "taint_update_counts_as_node_add") => self.nodes_change,
            (_, "async_preemption" | "empty_budget_selector_counts") => field("priorities"),
            (_, "balance_skips_best_effort") => field("no requests"),
            (_, "above_allocatable_is_unresolvable") => field("requests"),
            (_, "requests_by_container") => field("overhead"),
            (_, "usage_scored_by_container" | "images_of_init_containers") => field("init containers"),
            (_, "images_of_volumes" | "image_volumes_raise_limit") => field("image volumes"),
            (_, "empty_spread_selector_counts") => field("empty selector"),
            (_, "unlabelled_namespaces_mean_all") => field("namespace selectors"),
            (
                _,
                "conflicting_term_rejects"
                | "naming_plugins_wait_for_events"
                | "start_wraps_at_named_nodes"
                | "unknown_named_node_fails"
                | "no_named_node_panics",
            ) => field("named nodes"),
            (_, "node_declared_features" | "user_namespaces_host_network_support") => field("features"),
            // Nothing resizes a pod here, and kubelets that are as old report no resources; messages; scores that
            // decide nothing; what no input can hold yet; nodes that hold more than they have.
            (
                _,
                "in_place_pod_vertical_scaling"
                | "zero_requests_have_to_fit"
                | "relations_always_score"
                | "node_affinity_always_scores"
                | "every_filter_is_asked"
                | "untolerated_taint_is_named"
                | "image_counts_age"
                | "pre_filter_messages_count_nodes"
                | "absent_nodes_name_plugins"
                | "absent_nodes_are_rejected"
                | "unset_requests_panic"
                | "unmet_features_are_named"
                | "toleration_comparison_operators",
            ) => false,
            // No controller runs for them.
            (_, name) if name.starts_with("stateful_set_") => false,
            (_, name) if name.starts_with("daemon_set_") => field(DAEMON_SETS),
            (_, "available_at_min_ready" | "availability_checks_on_time") => self.min_ready_seconds,
            _ => true,
        }
    }
}
