//! The Kubernetes objects of a scenario as trees: collected, named, each name once.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast_manifest::{Tree, Value};

use super::error::{Findings, Place};
use super::mistaken;
use super::places::{place, place_of};
use super::reference::Reference;

/// An object that is not decoded yet.
#[derive(Clone, Debug)]
pub(super) struct ObjectSource {
    /// Its kind, namespace and name.
    pub(super) reference: Reference,
    /// The file it stands in.
    pub(super) file: Arc<str>,
    /// The object. Shared between variants until one of them sets something in it.
    pub(super) tree: Arc<Tree>,
    /// The place in another file from which a variant set something in it.
    pub(super) set_from: Option<Place>,
    /// Where in it a variant set something, as JSON pointers.
    pub(super) set_at: Vec<String>,
    /// Whether some of that has no place, because it comes from the command line.
    pub(super) set_unplaced: bool,
}

impl ObjectSource {
    /// The object in a tree, if it has kind, apiVersion and name.
    pub(super) fn new(file: &Arc<str>, tree: Tree, findings: &mut Findings) -> Option<Self> {
        let here = place_of(file, &tree);
        if let Some(what) = mistaken::document(file, &tree) {
            findings.error(here, what);
            return None;
        }
        let missing =
            ["apiVersion", "kind"].into_iter().find(|key| tree.get_str(key).is_none_or(str::is_empty));
        if let Some(key) = missing {
            findings.error(here, format!("{key} is missing: a Kubernetes object has apiVersion and kind"));
            return None;
        }
        let kind = tree.get_str("kind").unwrap_or_default();
        let metadata = tree.get("metadata");
        let written = metadata.and_then(|metadata| metadata.get("name"));
        if let Some(written) = written.filter(|name| name.as_str().is_none() && name.value != Value::Null) {
            // YAML takes n, y, no and 1 for other things than names.
            let message = format!("metadata.name of this {kind} must be a string; write it in quotes");
            findings.error(place_of(file, written), message);
            return None;
        }
        let name = written.and_then(Tree::as_str).unwrap_or_default();
        let namespace = metadata.and_then(|metadata| metadata.get_str("namespace"));
        if name.is_empty() && !is_configuration(&tree) {
            findings.error(here, format!("metadata.name is missing: this {kind} needs a name"));
            return None;
        }
        let reference = Reference::new(kind, namespace, name);
        Some(Self {
            reference,
            file: Arc::clone(file),
            tree: Arc::new(tree),
            set_from: None,
            set_at: Vec::new(),
            set_unplaced: false,
        })
    }

    /// Puts it into a namespace, if it is of a kind that has one and names none, as `kubectl apply --namespace` does.
    pub(super) fn put_into(&mut self, namespace: &str) {
        let has_none = self.tree.pointer("/metadata/namespace").is_none();
        if has_none && !self.reference.namespace.is_empty() && !self.reference.name.is_empty() {
            let value = Value::String(namespace.to_owned()).into();
            if Arc::make_mut(&mut self.tree).set("/metadata/namespace", value).is_ok() {
                namespace.clone_into(&mut self.reference.namespace);
            }
        }
    }

    /// `kind`, as written.
    pub(super) fn kind(&self) -> &str {
        self.tree.get_str("kind").unwrap_or_default()
    }

    /// The whole number at a JSON pointer.
    pub(super) fn whole_number(&self, pointer: &str) -> Option<i64> {
        match &self.tree.pointer(pointer)?.value {
            Value::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// What a HorizontalPodAutoscaler scales; `None` for other objects.
    pub(super) fn scale_target(&self) -> Option<Reference> {
        let target = self.tree.pointer("/spec/scaleTargetRef")?;
        let is_one = self.reference.kind == "horizontalpodautoscaler";
        let name = (target.get_str("kind")?, target.get_str("name")?);
        is_one.then(|| Reference::new(name.0, Some(&self.reference.namespace), name.1))
    }

    /// Where it begins.
    pub(super) fn place(&self) -> Option<Place> {
        place_of(&self.file, &self.tree)
    }

    /// Where a line and column of it lie: in its own file; without a line, where a variant set the value
    /// (`None` for values of the command line).
    pub(super) fn place_of_part(&self, line: u32, column: u32) -> Option<Place> {
        let whole = || if self.set_unplaced { None } else { self.place() };
        place(&self.file, line, column).or_else(|| self.set_from.clone()).or_else(whole)
    }

    /// Whether a variant set the part at a pointer, or something around or below it.
    pub(super) fn was_set(&self, pointer: &str) -> bool {
        let leads_to = |way: &str, place: &str| {
            place.strip_prefix(way).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.set_at.iter().any(|set| leads_to(set, pointer) || leads_to(pointer, set))
    }

    /// Where a part of it stands; the nearest part around it if there is none. `pointer` is a JSON pointer.
    pub(super) fn place_at(&self, pointer: &str) -> Option<Place> {
        if let Some(part) = self.tree.pointer(pointer) {
            return self.place_of_part(part.line, part.column);
        }
        if self.set_unplaced && self.was_set(pointer) {
            return None;
        }
        let mut pointer = pointer;
        while !pointer.is_empty() {
            if let Some(place) = self.tree.pointer(pointer).and_then(|tree| place_of(&self.file, tree)) {
                return Some(place);
            }
            pointer = &pointer[..pointer.rfind('/').unwrap_or(0)];
        }
        self.place()
    }

    /// Whether it was read from a cluster rather than written by hand.
    pub(super) fn is_dumped(&self) -> bool {
        self.tree.pointer("/metadata/uid").is_some_and(|uid| uid.as_str().is_some_and(|uid| !uid.is_empty()))
    }
}

/// Whether a document configures a component and has no name.
fn is_configuration(tree: &Tree) -> bool {
    tree.get_str("apiVersion").is_some_and(|version| version.contains(".config.k8s.io/"))
        || tree.get_str("kind") == Some("KubeSchedulerConfiguration")
}

/// Tells of every name that stands more than once; the first stays.
pub(super) fn refuse_duplicates(objects: &mut Vec<ObjectSource>, findings: &mut Findings) {
    let mut seen: BTreeMap<Reference, Option<Place>> = BTreeMap::new();
    objects.retain(|object| {
        if object.reference.name.is_empty() {
            return true;
        }
        if let Some(first) = seen.get(&object.reference) {
            let elsewhere = first.as_ref().is_some_and(|place| place.file != object.file);
            let first = first.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
            let remedy = if elsewhere { "; hand a file that changes it in with --apply" } else { "" };
            findings.error(object.place(), format!("{} is there already{first}{remedy}", object.reference));
            return false;
        }
        seen.insert(object.reference.clone(), object.place());
        true
    });
}

/// Puts objects in the order in which they are numbered: kind, namespace, name, as the API server lists them. So neither the
/// order of documents nor the names of files change what happens.
pub(super) fn sort(objects: &mut [ObjectSource]) {
    objects.sort_by(|one, other| one.reference.cmp(&other.reference));
}
