//! Services that are deleted and have finalizers: who takes these away does not run here.

use std::collections::BTreeSet;

use kubecast_manifest::Tree;

use super::{Scene, some};
use crate::api::coverage::says_something;
use crate::scenario::coverage::gap::Gap;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let timeline = &scene.plan.document.spec.timeline;
    let deleted: BTreeSet<&Reference> = timeline.iter().filter_map(|entry| entry.delete.as_ref()).collect();
    let released: BTreeSet<&Reference> =
        timeline.iter().filter_map(|entry| entry.remove_finalizers.as_ref()).collect();
    let says =
        |source: &ObjectSource, pointer: &str| source.tree.pointer(pointer).is_some_and(says_something);
    let stays = |source: &&ObjectSource| {
        let is_terminating = source.is_dumped() && says(source, "/metadata/deletionTimestamp");
        source.reference.kind == "service"
            && says(source, "/metadata/finalizers")
            && (is_terminating || deleted.contains(&source.reference))
            && !released.contains(&source.reference)
    };
    let mut held: Vec<String> = Vec::new();
    for source in scene.plan.all_objects().filter(stays) {
        let finalizers =
            source.tree.pointer("/metadata/finalizers").and_then(Tree::as_seq).unwrap_or_default();
        let names: Vec<&str> = finalizers.iter().filter_map(Tree::as_str).collect();
        let words = format!("{} ({})", source.reference, names.join(", "));
        if !held.contains(&words) {
            held.push(words);
        }
    }
    if held.is_empty() {
        return Vec::new();
    }
    let effect = format!(
        "who takes them away (a cloud's controller, an operator) does not run here: a deleted Service stays with what it holds, until the \
         timeline removes them: {}",
        some(&held)
    );
    vec![
        Gap::new("finalizers of Services", effect)
            .counted(held.len().to_string())
            .decisive(!scene.stake.is_of_one),
    ]
}
