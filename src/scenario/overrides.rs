//! A variant's values, set in the trees before they are decoded, so that a wrong name among them is
//! found like any other.

use std::sync::Arc;

use kubecast_manifest::{Document, Entry, Tree, Value};

use super::error::{Findings, Place, did_you_mean};
use super::objects::ObjectSource;
use super::places::place_of_key;
use super::reference::Reference;

/// One entry of `set`.
#[derive(Clone)]
pub(super) struct Override<'t> {
    /// What stands before `#`.
    target: &'t str,
    /// The JSON pointer.
    pointer: &'t str,
    /// The entry: its value, and its place for the field that it makes.
    key: &'t Entry,
    /// The file it is written in.
    file: &'t Arc<str>,
    place: Option<Place>,
}

/// The entries of `/spec/variants/N/set`, in the order of the document.
pub(super) fn of_variant<'t>(
    scenario: &'t Document,
    variant: usize,
    findings: &mut Findings,
) -> Vec<Override<'t>> {
    of_set(&scenario.file, scenario.tree.pointer(&format!("/spec/variants/{variant}/set")), findings)
}

/// The entries of a `set`, in the order of the document.
pub(super) fn of_set<'t>(
    file: &'t Arc<str>,
    set: Option<&'t Tree>,
    findings: &mut Findings,
) -> Vec<Override<'t>> {
    let entries: &[Entry] = set.and_then(Tree::as_map).unwrap_or_default();
    entries.iter().filter_map(|entry| Override::of(file, entry, findings)).collect()
}

impl<'t> Override<'t> {
    /// An entry `OBJECT#/path: value` of a file.
    pub(super) fn of(file: &'t Arc<str>, entry: &'t Entry, findings: &mut Findings) -> Option<Self> {
        let place = place_of_key(file, entry);
        match entry.key.split_once('#') {
            Some((target, pointer)) if pointer.starts_with('/') => {
                Some(Self { target, pointer, key: entry, file, place })
            }
            _ => {
                findings.error(
                    place,
                    format!("{:?} is no place; write OBJECT#/path/to/field, such as deployment/default/web#/spec/replicas", entry.key),
                );
                None
            }
        }
    }

    /// Whether it is about the scenario itself, its pools or its generators.
    fn list(&self) -> Option<(&'static str, &str)> {
        match self.target.split_once('/') {
            None if self.target == "scenario" => Some(("", "")),
            Some(("nodePool", name)) => Some(("nodePools", name)),
            Some(("kubelet", name)) => Some(("kubelets", name)),
            Some(("workload", name)) => Some(("workloads", name)),
            Some(("apiServer", name)) => Some(("serviceIPs/apiServers", name)),
            Some(("services", name)) => Some(("serviceIPs/services", name)),
            _ => None,
        }
    }

    /// Sets or removes the value in a tree. `prefix` leads to the object within the tree.
    fn set_in(&self, tree: &mut Tree, prefix: &str, same_file: bool, findings: &mut Findings) {
        let pointer = format!("{prefix}{}", self.pointer);
        if self.key.value.value == Value::Null {
            if !tree.remove(&pointer) {
                let hint = nearest_field(tree, &pointer);
                findings.error(
                    self.place.clone(),
                    format!("{}#{}: there is nothing to remove{hint}", self.target, self.pointer),
                );
            }
            return;
        }
        let mut value = self.key.value.clone();
        if !same_file {
            forget_places(&mut value);
        }
        let place = if same_file { (self.key.line, self.key.column) } else { (0, 0) };
        match tree.set(&pointer, value) {
            Ok(()) => place_key(tree, &pointer, place),
            Err(error) => {
                findings.error(self.place.clone(), format!("{}#{}: {error}", self.target, self.pointer));
            }
        }
    }
}

/// Applies what is about the scenario itself.
pub(super) fn apply_to_scenario(
    overrides: &[Override<'_>],
    scenario: &mut Document,
    findings: &mut Findings,
) {
    let file = Arc::clone(&scenario.file);
    for entry in overrides {
        let Some((list, name)) = entry.list() else { continue };
        let same_file = *entry.file == file;
        if list.is_empty() {
            if entry.pointer.starts_with("/spec/variants") || entry.pointer.starts_with("/spec/expect") {
                findings.error(entry.place.clone(), "variants and expect cannot be set by a variant");
            } else {
                entry.set_in(&mut scenario.tree, "", same_file, findings);
            }
            continue;
        }
        let items =
            scenario.tree.pointer(&format!("/spec/{list}")).and_then(Tree::as_seq).unwrap_or_default();
        let names = || items.iter().filter_map(|item| item.get_str("name"));
        let Some(place) = items.iter().position(|item| item.get_str("name") == Some(name)) else {
            let hint = did_you_mean(name, names());
            findings.error(
                entry.place.clone(),
                format!("spec.{} has no entry named {name:?}{hint}", list.replace('/', ".")),
            );
            continue;
        };
        entry.set_in(&mut scenario.tree, &format!("/spec/{list}/{place}"), same_file, findings);
    }
}

/// Applies what is about objects, wherever they come from.
pub(super) fn apply_to_objects(
    overrides: &[Override<'_>],
    objects: &mut [&mut ObjectSource],
    findings: &mut Findings,
) {
    for entry in overrides {
        if entry.list().is_some() {
            continue;
        }
        let reference = match Reference::parse(entry.target) {
            Ok(reference) => reference,
            Err(error) => {
                findings.error(entry.place.clone(), error);
                continue;
            }
        };
        let mut found = false;
        for object in objects.iter_mut().filter(|object| object.reference == reference) {
            let same_file = Arc::ptr_eq(&object.file, entry.file) || object.file == *entry.file;
            entry.set_in(Arc::make_mut(&mut object.tree), "", same_file, findings);
            if !same_file {
                object.set_from.clone_from(&entry.place);
            }
            object.set_at.push(entry.pointer.to_owned());
            object.set_unplaced |= entry.place.is_none();
            found = true;
        }
        if !found {
            let names: Vec<String> = objects.iter().map(|object| object.reference.to_string()).collect();
            let hint = did_you_mean(&reference.to_string(), names.iter().map(String::as_str));
            findings.error(entry.place.clone(), format!("there is no {reference}{hint}"));
        }
    }
}

/// Gives the key at the end of a pointer the place of the override that set it.
fn place_key(tree: &mut Tree, pointer: &str, (line, column): (u32, u32)) {
    let (way, last) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let last = last.replace("~1", "/").replace("~0", "~");
    let mut place = tree;
    for segment in way.split('/').skip(1) {
        let next = match &mut place.value {
            Value::Seq(items) => segment.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
            Value::Map(entries) => {
                let key = segment.replace("~1", "/").replace("~0", "~");
                entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
            }
            _ => None,
        };
        let Some(next) = next else { return };
        place = next;
    }
    if let Value::Map(entries) = &mut place.value
        && let Some(entry) = entries.iter_mut().find(|entry| entry.key == last)
    {
        (entry.line, entry.column) = (line, column);
    }
}

/// Lines and columns of another file would mislead.
pub(super) fn forget_places(tree: &mut Tree) {
    tree.line = 0;
    match &mut tree.value {
        Value::Seq(items) => items.iter_mut().for_each(forget_places),
        Value::Map(entries) => {
            for entry in entries {
                entry.line = 0;
                forget_places(&mut entry.value);
            }
        }
        _ => {}
    }
}

/// The field most like the first part of a pointer that leads nowhere.
fn nearest_field(tree: &Tree, pointer: &str) -> String {
    let mut place = tree;
    let mut walked = String::new();
    for segment in pointer.split('/').skip(1) {
        let next = format!("{walked}/{segment}");
        let Some(found) = tree.pointer(&next) else {
            let keys = place.as_map().unwrap_or_default().iter().map(|entry| entry.key.as_str());
            return did_you_mean(&segment.replace("~1", "/").replace("~0", "~"), keys);
        };
        place = found;
        walked = next;
    }
    String::new()
}
