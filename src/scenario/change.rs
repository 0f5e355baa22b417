//! `--apply`: files that change what the others hold, as `kubectl apply` would at time 0.
//!
//! What a changed object says counts; what it does not say stays as it is in the input: fields of `spec` (`replicas`, that an
//! autoscaler may have set), labels and annotations, finalizers, the status. DIFFERENCE: a field below `spec` is taken whole from the change, as
//! if the last change had named the same fields; kubectl merges lists of containers by their names.

use std::sync::Arc;

use kubecast_manifest::{Entry, Tree, Value};

use super::objects::ObjectSource;
use super::overrides::forget_places;

/// Fields of `metadata` that are added to.
const ADDED_TO: [&str; 2] = ["labels", "annotations"];

/// A changed object, with what it leaves as it is in `live`.
pub(super) fn onto(live: Option<&ObjectSource>, change: &ObjectSource) -> ObjectSource {
    let Some(live) = live else { return change.clone() };
    let mut tree = Tree::clone(&change.tree);
    for map in ADDED_TO.map(|field| format!("/metadata/{field}")).into_iter().chain(["/spec".to_owned()]) {
        let kept = live.tree.pointer(&map).and_then(Tree::as_map).unwrap_or_default();
        let said: Vec<&Entry> =
            tree.pointer(&map).and_then(Tree::as_map).unwrap_or_default().iter().collect();
        let missing = kept.iter().filter(|entry| said.iter().all(|own| own.key != entry.key));
        let all: Vec<Entry> = said.iter().copied().chain(missing).cloned().collect();
        if all.len() > said.len() {
            let mut value: Tree = Value::Map(all).into();
            // What comes from the other file has no place in this one.
            value.value = keep_own_places(value.value, said.len());
            tree.set(&map, value).unwrap_or_default();
        }
    }
    for whole in ["/metadata/finalizers", "/status"] {
        if tree.pointer(whole).is_none()
            && let Some(kept) = live.tree.pointer(whole)
        {
            let mut kept = kept.clone();
            forget_places(&mut kept);
            tree.set(whole, kept).unwrap_or_default();
        }
    }
    ObjectSource { tree: Arc::new(tree), ..change.clone() }
}

/// Forgets the places of the entries from the given one on.
fn keep_own_places(value: Value, own: usize) -> Value {
    let Value::Map(mut entries) = value else { return value };
    for entry in entries.iter_mut().skip(own) {
        (entry.line, entry.column) = (0, 0);
        forget_places(&mut entry.value);
    }
    Value::Map(entries)
}
