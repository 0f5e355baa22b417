//! What Events of the time between the dumps tell: when a ReplicaSet got pods again.
//!
//! The Deployment controller writes `Scaled up replica set NAME from 0 to 2`, up to v1.29 `Scaled up replica set NAME to 2`.

use kubecast_manifest::Tree;

use crate::api::{Release, Timestamp};
use crate::scenario::error::Findings;
use crate::scenario::inputs::{self, Inputs};
use crate::scenario::objects::ObjectSource;
use crate::scenario::reader::{FileReader, SourceText};
use crate::scenario::reference::Reference;

/// The Events of files.
pub(super) fn read(
    sources: &[SourceText],
    (release, reader): (Option<Release>, &dyn FileReader),
    findings: &mut Findings,
) -> Vec<ObjectSource> {
    // A file without any Event is an empty List.
    if inputs::documents(sources, findings).is_empty() {
        return Vec::new();
    }
    let objects = Inputs::new(sources, release, reader, findings).objects;
    if let Some(other) = objects.iter().find(|object| object.reference.kind != "event") {
        let message = format!(
            "{} is no Event; --events takes what `kubectl get events -A -o yaml` prints",
            other.reference
        );
        findings.error(other.place(), message);
    }
    objects
}

/// Those of the time up to the reading of a dump, that are not in it.
pub(super) fn until(events: &[ObjectSource], read: Timestamp, dump: &[ObjectSource]) -> Vec<ObjectSource> {
    let is_new = |event: &&ObjectSource| dump.iter().all(|known| known.reference != event.reference);
    let is_of_then = |event: &&ObjectSource| last(&event.tree).is_some_and(|time| time <= read);
    events.iter().filter(is_of_then).filter(is_new).cloned().collect()
}

/// When a ReplicaSet of a Deployment first got pods after a moment.
pub(super) fn scaled_up<'o>(
    events: impl Iterator<Item = &'o ObjectSource>,
    (deployment, replica_set): (&Reference, &str),
    from: Timestamp,
) -> Option<Timestamp> {
    let events = events.filter(|event| event.reference.kind == "event");
    let own = events.filter(|event| {
        let tree = &event.tree;
        let of = tree.get("involvedObject").or_else(|| tree.get("regarding"));
        let is_it = of.is_some_and(|of| {
            of.get_str("kind") == Some("Deployment")
                && of.get_str("name") == Some(&deployment.name)
                && of.get_str("namespace").unwrap_or("default") == deployment.namespace
        });
        let message = tree.get_str("message").or_else(|| tree.get_str("note")).unwrap_or_default();
        let set = message.strip_prefix("Scaled up replica set ").and_then(|rest| rest.split(' ').next());
        is_it && set == Some(replica_set)
    });
    let times = own.flat_map(|event| [first(&event.tree), last(&event.tree)]).flatten();
    times.map(Timestamp::whole_seconds).filter(|time| *time >= from).min()
}

fn time(tree: &Tree, keys: &[&str]) -> Option<Timestamp> {
    keys.iter().find_map(|key| tree.get_str(key).and_then(|text| Timestamp::parse(text).ok()))
}

fn first(tree: &Tree) -> Option<Timestamp> {
    time(tree, &["eventTime", "firstTimestamp", "deprecatedFirstTimestamp"])
}

fn last(tree: &Tree) -> Option<Timestamp> {
    time(tree, &["lastTimestamp", "deprecatedLastTimestamp", "eventTime", "firstTimestamp"])
}
