//! Whether two dumps are of one cluster, the second one later, and when they were read.

use std::collections::{BTreeMap, BTreeSet};

use kubecast_manifest::Tree;

use crate::api::Timestamp;
use crate::scenario::dump;
use crate::scenario::error::Findings;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;
use crate::scenario::start_time;

/// More names than this are not told.
const MOST_NAMES: usize = 3;

/// When the dumps were read; tells what is missing where they cannot be of one cluster, one after the other.
pub(super) fn check(
    (before, after): (&[ObjectSource], &[ObjectSource]),
    findings: &mut Findings,
) -> Option<(Timestamp, Timestamp)> {
    let told = findings.errors.len();
    for (which, objects) in [("first", before), ("second", after)] {
        for (kind, word) in [("node", "node"), ("deployment", "Deployment")] {
            if !objects.iter().any(|object| object.reference.kind == kind) {
                let message =
                    format!("the {which} dump holds no {word}; dump all that counts: {}", dump::command());
                findings.error(None, message);
            }
        }
    }
    if findings.errors.len() > told {
        return None;
    }
    for difference in differences(before, after) {
        findings.error(None, format!("the dumps are of different clusters: {difference}"));
    }
    let mut time = |which: &str, objects: &[ObjectSource]| {
        let newest = start_time::newest(objects.iter());
        if newest.is_none() {
            let message = format!(
                "the {which} dump tells no time (creationTimestamp, status.conditions), and so not when it was read; dump \
                 with -o yaml: {}",
                dump::command()
            );
            findings.error(None, message);
        }
        newest
    };
    let (first, second) = (time("first", before), time("second", after));
    let (first, second) = (first?, second?);
    if findings.errors.len() == told && second <= first {
        findings.error(None, not_later(first, second));
    }
    (findings.errors.len() == told).then_some((first, second))
}

fn not_later(first: Timestamp, second: Timestamp) -> String {
    if first == second {
        format!("nothing happened between the dumps: the newest time of both is {first}")
    } else {
        format!(
            "the second dump is older ({second}) than the first ({first}), by their newest times; hand in the earlier one \
             first"
        )
    }
}

/// What shows that two dumps are of different clusters.
fn differences(before: &[ObjectSource], after: &[ObjectSource]) -> Vec<String> {
    let system = Reference::new("namespace", None, "kube-system");
    let of = |objects: &[ObjectSource]| {
        objects.iter().find(|object| object.reference == system).and_then(uid).map(str::to_owned)
    };
    let mut told = Vec::new();
    if let (Some(first), Some(second)) = (of(before), of(after))
        && first != second
    {
        told.push(format!(
            "the namespace kube-system has the UID {first} in the first and {second} in the second"
        ));
    }
    told.extend(differences_of_nodes(before, after));
    let (first, second) = (names(before, "deployment"), names(after, "deployment"));
    if first.is_disjoint(&second) {
        told.push(format!(
            "they have no Deployment in common; the first has {}, the second {}",
            some(&first),
            some(&second)
        ));
    }
    told
}

fn differences_of_nodes(before: &[ObjectSource], after: &[ObjectSource]) -> Option<String> {
    let (first, second) = (names(before, "node"), names(after, "node"));
    if first.is_disjoint(&second) {
        let (first, second) = (some(&first), some(&second));
        return Some(format!("they have no node in common; the first has {first}, the second {second}"));
    }
    let uids = |objects: &'_ [ObjectSource]| -> BTreeMap<Reference, String> {
        let nodes = objects.iter().filter(|object| object.reference.kind == "node");
        nodes.filter_map(|node| Some((node.reference.clone(), uid(node)?.to_owned()))).collect()
    };
    let (first, second) = (uids(before), uids(after));
    let both = || first.iter().filter_map(|(node, uid)| Some((node, uid, second.get(node)?)));
    let all_differ = both().next().is_some() && both().all(|(_, first, second)| first != second);
    let (node, one, other) = both().next().filter(|_| all_differ)?;
    Some(format!(
        "every node that both have is another one by its UID ({node} is {one} in the first, {other} in the second)"
    ))
}

/// The names of the objects of a kind.
fn names<'o>(objects: &'o [ObjectSource], kind: &str) -> BTreeSet<&'o Reference> {
    objects.iter().map(|object| &object.reference).filter(|reference| reference.kind == kind).collect()
}

/// `node/a, node/b and 7 more`.
fn some(names: &BTreeSet<&Reference>) -> String {
    let shown: Vec<String> = names.iter().take(MOST_NAMES).map(ToString::to_string).collect();
    let more = names.len() - shown.len();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

/// The UID of an object, where it tells one.
pub(super) fn uid(object: &ObjectSource) -> Option<&str> {
    object.tree.pointer("/metadata/uid").and_then(Tree::as_str).filter(|uid| !uid.is_empty())
}
