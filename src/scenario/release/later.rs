//! What may change where the control plane is newer than its kubelets say: the switches that the next two minor
//! releases turn, of those that this input can feel.

use std::collections::{BTreeMap, BTreeSet};

use kubecast_manifest::Tree;

use super::{ClusterRelease, Origin};
use crate::api::Behaviour;
use crate::api::behaviour::switches::{Component, Setting};
use crate::scenario::document::ScenarioSpec;
use crate::scenario::objects::ObjectSource;
use crate::scenario::operation::registry::TimelineEntryDocument;

/// A control plane may be this many minor releases newer than its newest kubelet without anybody wondering.
const MINORS: u8 = 2;

/// One line, if the release is a lower bound and a later one would turn a switch that the input can feel.
pub(in crate::scenario) fn what_may_change(
    of: &ClusterRelease,
    behaviour: &Behaviour,
    spec: &ScenarioSpec,
    objects: &[ObjectSource],
) -> Option<String> {
    if of.origin != Origin::Kubelets {
        return None;
    }
    let felt = Felt::of(spec, objects);
    let mut known = behaviour.settings();
    let mut parts = Vec::new();
    for release in (1..=MINORS).filter_map(|minors| of.release.later(minors)) {
        // A gate that a later release does not know, or locks, is not set there.
        let later = Behaviour::resolve(release, &spec.feature_gates)
            .or_else(|_| Behaviour::resolve(release, &BTreeMap::new()));
        let Ok((later, _)) = later else { continue };
        let settings = later.settings();
        // A field that the API server drops is not obeyed by the scheduler either: it is named once.
        let mut named = BTreeSet::new();
        let changed =
            known.iter().zip(&settings).filter(|(old, new)| old.value != new.value && felt.feels(new));
        let changes: Vec<String> =
            changed.filter(|(_, new)| named.insert(new.name)).map(|(_, new)| words(new)).collect();
        if !changes.is_empty() {
            parts.push(format!("from v{release} on, {}", changes.join(" and ")));
        }
        known = settings;
    }
    let bound = of.release;
    (!parts.is_empty()).then(|| {
        format!("if the control plane is newer than v{bound}, this may differ: {}", parts.join("; "))
    })
}

fn words(setting: &Setting) -> String {
    if setting.value == "off" { format!("no longer: {}", setting.words) } else { setting.words.to_owned() }
}

/// What of an input switches can be felt by.
struct Felt {
    /// Fields of pods: `matchLabelKeys` of spread constraints and the like.
    fields: BTreeSet<&'static str>,
    min_ready_seconds: bool,
    services: bool,
    nodes_change: bool,
}

/// A field of pod specs, and a way to find it.
type Field = (&'static str, fn(&Tree) -> bool);

/// Fields of a pod spec that a switch is about.
const FIELDS: [Field; 6] = [
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
];

fn in_list(spec: &Tree, list: &str, field: &str) -> bool {
    let items = spec.get(list).and_then(Tree::as_seq).unwrap_or_default();
    items.iter().any(|item| item.get(field).is_some())
}

/// Whether a term of a pod's (anti-)affinity has one of these keys.
fn has_keys_in_affinity(spec: &Tree) -> bool {
    let kinds = ["/affinity/podAffinity", "/affinity/podAntiAffinity"];
    let keys = ["matchLabelKeys", "mismatchLabelKeys"];
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
    fn of(spec: &ScenarioSpec, objects: &[ObjectSource]) -> Self {
        let mut felt = Self {
            fields: BTreeSet::new(),
            min_ready_seconds: false,
            services: spec.service_ips.is_some(),
            nodes_change: spec.timeline.iter().any(changes_nodes),
        };
        for object in objects {
            let pod = match object.reference.kind.as_str() {
                "pod" => object.tree.pointer("/spec"),
                "deployment" | "replicaset" => object.tree.pointer("/spec/template/spec"),
                _ => None,
            };
            let Some(pod) = pod else { continue };
            for (name, has) in FIELDS {
                if !felt.fields.contains(name) && has(pod) {
                    felt.fields.insert(name);
                }
            }
            if !felt.fields.contains("affinity keys") && has_keys_in_affinity(pod) {
                felt.fields.insert("affinity keys");
            }
            felt.min_ready_seconds |= object.tree.pointer("/spec/minReadySeconds").is_some();
        }
        felt
    }

    /// Whether a switch can change something here. Of those about the queue nobody knows before the run.
    fn feels(&self, setting: &Setting) -> bool {
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
            (_, "sidecar_containers") => field("sidecars"),
            (_, "pod_level_resources") => field("pod resources"),
            (_, "anti_affinity_of_deleted_pod" | "any_anti_affinity_term") => field("anti-affinity"),
            (_, "taint_update_counts_as_node_add") => self.nodes_change,
            // Nothing resizes a pod here, and kubelets that are as old report no resources.
            (_, "in_place_pod_vertical_scaling") => false,
            (_, "available_at_min_ready" | "availability_checks_on_time") => self.min_ready_seconds,
            _ => true,
        }
    }
}
