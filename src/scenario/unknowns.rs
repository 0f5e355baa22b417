//! The trust line: what an input holds that is not simulated and can change the result.

use std::collections::BTreeMap;
use std::fmt;

use kubecast_manifest::Tree;

use super::objects::ObjectSource;

/// Devices whose place is not known.
pub(super) const EXTENDED_RESOURCES: &str = "extended resources";

/// Everything of an input that is not simulated and can change the result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknowns {
    /// The items, kinds first, then fields; each once.
    pub items: Vec<Unknown>,
    /// How closely the release is followed, and what its gates bring with them.
    pub notes: Vec<String>,
    /// What each model was checked against: `kube-scheduler: recorded at v1.34`.
    pub models: Vec<String>,
    /// Which release is followed, and where it is known from; one of each release of the variants.
    pub releases: Vec<String>,
}

/// One thing that is not simulated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What it is: `HorizontalPodAutoscaler`, `persistent volumes`.
    pub what: String,
    /// How many objects have it.
    pub count: usize,
    /// What it does in a cluster that kubecast leaves out.
    pub effect: &'static str,
}

impl Unknowns {
    /// Adds what another variant holds; of the same thing the larger count stays.
    pub(super) fn merge(&mut self, other: Self) {
        for note in other.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        for model in other.models {
            if !self.models.contains(&model) {
                self.models.push(model);
            }
        }
        for release in other.releases {
            if !self.releases.contains(&release) {
                self.releases.push(release);
            }
        }
        for item in other.items {
            match self.items.iter_mut().find(|known| known.what == item.what) {
                Some(known) => known.count = known.count.max(item.count),
                None => self.items.push(item),
            }
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.what, self.count, self.effect)
    }
}

/// Kinds that are not simulated and can change what is decided, in lower case, with what they do.
const KINDS: [(&str, &str); 15] = [
    ("horizontalpodautoscaler", "replicas do not follow the load"),
    ("verticalpodautoscaler", "requests are not adjusted"),
    ("poddisruptionbudget", "disruption budgets do not hold back deletions"),
    ("resourcequota", "quotas refuse no pod"),
    ("limitrange", "its default requests are not added, its limits refuse no pod"),
    ("mutatingwebhookconfiguration", "webhooks change no object"),
    ("validatingwebhookconfiguration", "webhooks refuse no object"),
    ("validatingadmissionpolicy", "admission policies refuse no object"),
    ("mutatingadmissionpolicy", "admission policies change no object"),
    ("persistentvolumeclaim", "volumes bind no pod to a place"),
    ("persistentvolume", "volumes bind no pod to a place"),
    ("runtimeclass", "its overhead is not added"),
    ("resourceclaim", "devices are not allocated"),
    ("cronjob", "no Job is started"),
    ("kubeletconfiguration", "kubelets admit every pod"),
];

/// Workloads whose selectors and pods count, though their controllers do not run.
const PASSIVE: [(&str, &str); 4] = [
    ("statefulset", "its controller does not run: its pods stay as they are"),
    ("daemonset", "its controller does not run: its pods stay as they are"),
    ("job", "its controller does not run: its pods stay as they are"),
    ("replicationcontroller", "its controller does not run: its pods stay as they are"),
];

/// A property of a pod spec that is not simulated.
struct Field {
    what: &'static str,
    effect: &'static str,
    has: fn(&Tree) -> bool,
}

const FIELDS: [Field; 5] = [
    Field {
        what: "persistent volumes",
        effect: "volumes bind no pod to a zone or node, attach limits do not count",
        has: |spec| {
            let kinds = ["persistentVolumeClaim", "ephemeral", "csi"];
            each(spec, "volumes").any(|volume| kinds.iter().any(|kind| volume.get(kind).is_some()))
        },
    },
    Field {
        what: "resource claims",
        effect: "devices are not allocated",
        has: |spec| each(spec, "resourceClaims").next().is_some(),
    },
    Field {
        what: EXTENDED_RESOURCES,
        effect: "counted, but which device a container gets is not chosen",
        has: |spec| {
            let resources = |container: &Tree| {
                let maps = ["/resources/requests", "/resources/limits"];
                maps.iter().any(|map| {
                    let entries = container.pointer(map).and_then(Tree::as_map).unwrap_or_default();
                    entries
                        .iter()
                        .any(|entry| entry.key.contains('/') && !entry.key.contains("kubernetes.io/"))
                })
            };
            each(spec, "containers").chain(each(spec, "initContainers")).any(resources)
        },
    },
    Field {
        what: "runtime classes without overhead",
        effect: "the class's overhead is not added",
        has: |spec| spec.get_str("runtimeClassName").is_some() && spec.get("overhead").is_none(),
    },
    Field {
        what: "init containers",
        effect: "they take no time of their own: containerStart stands for the whole start",
        has: |spec| each(spec, "initContainers").next().is_some(),
    },
];

fn each<'t>(spec: &'t Tree, list: &str) -> impl Iterator<Item = &'t Tree> {
    spec.get(list).and_then(Tree::as_seq).unwrap_or_default().iter()
}

/// Gathers what objects hold.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    kinds: BTreeMap<String, usize>,
    fields: BTreeMap<usize, usize>,
}

impl Gatherer {
    /// Notes an object of a kind that is not simulated.
    pub(super) fn kind(&mut self, kind: &str) {
        *self.kinds.entry(kind.to_owned()).or_default() += 1;
    }

    /// Notes what an object's pods ask for, if they are simulated.
    pub(super) fn pods_of(&mut self, object: &ObjectSource) {
        let pointer = match object.reference.kind.as_str() {
            "pod" => "/spec",
            "deployment" | "replicaset" => "/spec/template/spec",
            _ => return,
        };
        let Some(spec) = object.tree.pointer(pointer) else { return };
        for (index, field) in FIELDS.iter().enumerate() {
            if (field.has)(spec) {
                *self.fields.entry(index).or_default() += 1;
            }
        }
    }

    /// One warning for each kind that is not simulated.
    pub(super) fn warnings(&self) -> Vec<String> {
        let warning = |(kind, count): (&String, &usize)| {
            let objects = if *count == 1 { "object" } else { "objects" };
            let effect = effect_of(kind).map_or_else(String::new, |effect| format!(": {effect}"));
            format!("{count} {objects} of kind {kind} not simulated{effect}")
        };
        self.kinds.iter().map(warning).collect()
    }

    /// What can change the result. `priorities` are the different priorities of all pods.
    pub(super) fn finish(&self, priorities: usize, notes: Vec<String>, models: Vec<String>) -> Unknowns {
        let mut items = Vec::new();
        for (kind, count) in &self.kinds {
            items.extend(effect_of(kind).map(|effect| Unknown { what: kind.clone(), count: *count, effect }));
        }
        for (index, count) in &self.fields {
            let field = &FIELDS[*index];
            items.push(Unknown { what: field.what.to_owned(), count: *count, effect: field.effect });
        }
        if priorities > 1 {
            let effect = "a pod that does not fit evicts none of lower priority (it is tried first, though)";
            items.push(Unknown { what: "different priorities".to_owned(), count: priorities, effect });
        }
        Unknowns { items, notes, models, releases: Vec::new() }
    }
}

fn effect_of(kind: &str) -> Option<&'static str> {
    let kind = kind.to_ascii_lowercase();
    KINDS.iter().chain(&PASSIVE).find(|(name, _)| *name == kind).map(|(_, effect)| *effect)
}
