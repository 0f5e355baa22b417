//! What happened between the dumps that the forecast knows nothing of.

use std::collections::BTreeMap;

use kubecast_manifest::{Tree, Value};

use super::Dump;
use super::cluster::uid;
use super::reading::{in_both, reference};
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;
use crate::scenario::rollout::deployment_of;

/// More names than this are not told.
const MOST_NAMES: usize = 5;

/// What happened, in words.
pub(super) fn what_happened_too(dumps: (Dump<'_>, Dump<'_>)) -> Vec<String> {
    let mut happened = Vec::new();
    nodes(dumps, &mut happened);
    deployments(dumps, &mut happened);
    other_workloads(dumps, &mut happened);
    happened
}

/// `nodes that came: a, b and 7 more`.
fn tell(happened: &mut Vec<String>, what: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    let shown = names[..names.len().min(MOST_NAMES)].join(", ");
    let more = names.len().saturating_sub(MOST_NAMES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    happened.push(format!("{what}: {shown}{more}"));
}

fn of_kind<'o>(objects: &'o [ObjectSource], kind: &str) -> BTreeMap<&'o Reference, &'o ObjectSource> {
    let own = objects.iter().filter(|object| object.reference.kind == kind);
    own.map(|object| (&object.reference, object)).collect()
}

fn nodes((before, after): (Dump<'_>, Dump<'_>), happened: &mut Vec<String>) {
    let (old, new) = (of_kind(before.objects, "node"), of_kind(after.objects, "node"));
    let names = |of: &mut dyn Iterator<Item = &&Reference>| -> Vec<String> {
        of.map(|reference| reference.name.clone()).collect()
    };
    tell(happened, "nodes that came", &names(&mut new.keys().filter(|name| !old.contains_key(*name))));
    tell(happened, "nodes that went", &names(&mut old.keys().filter(|name| !new.contains_key(*name))));
    let both = || old.iter().filter_map(|(name, old)| Some((name, *old, *new.get(name)?)));
    let anew = both().filter(|(_, old, new)| uid(old).zip(uid(new)).is_some_and(|(old, new)| old != new));
    tell(happened, "nodes that were made anew", &names(&mut anew.map(|(name, ..)| name)));
    let other = |pointer: &'static str| {
        move |(_, old, new): &(&&Reference, &ObjectSource, &ObjectSource)| {
            told(old, pointer) != told(new, pointer)
        }
    };
    let changed = both().filter(|both| other("/spec/taints")(both) || other("/spec/unschedulable")(both));
    tell(
        happened,
        "nodes whose taints changed, or that were cordoned",
        &names(&mut changed.map(|(name, ..)| name)),
    );
}

/// What stands at a pointer; nothing is as null, false and an empty list.
fn told(object: &ObjectSource, pointer: &str) -> Option<serde_json::Value> {
    let tree = object.tree.pointer(pointer)?;
    let is_nothing = matches!(tree.value, Value::Null | Value::Bool(false))
        || tree.as_seq().is_some_and(<[Tree]>::is_empty);
    (!is_nothing).then(|| tree.to_json())
}

fn deployments(dumps: (Dump<'_>, Dump<'_>), happened: &mut Vec<String>) {
    let (before, after) = dumps;
    let (mut created, mut anew, mut under_way) = (Vec::new(), Vec::new(), Vec::new());
    let (mut scaled, mut scaled_too, mut and_back) = (Vec::new(), Vec::new(), Vec::new());
    for new in &after.setup.deployments {
        let workload = reference(after.setup, new);
        let name = format!("{}/{}", workload.namespace, workload.name);
        let Some(old) = in_both(dumps, &workload) else {
            let was_there = deployment_of(before.setup, &workload).is_some();
            if was_there { &mut anew } else { &mut created }.push(name);
            continue;
        };
        let is_rolled = *old.template.source != *new.template.source;
        if old.replicas != new.replicas {
            let list = if is_rolled { &mut scaled_too } else { &mut scaled };
            list.push(format!("{name} from {} to {}", old.replicas, new.replicas));
        }
        if is_rolled {
            continue;
        }
        if old.revision > 0 && new.revision > old.revision {
            and_back.push(name);
            continue;
        }
        let runs = |reason: &str| {
            matches!(reason, "NewReplicaSetCreated" | "FoundNewReplicaSet" | "ReplicaSetUpdated")
        };
        if old.status.progressing.as_ref().is_some_and(|condition| runs(&condition.reason)) {
            under_way.push(name);
        }
    }
    let is_gone = |workload: &Reference| deployment_of(after.setup, workload).is_none();
    let old = before.setup.deployments.iter().map(|old| reference(before.setup, old));
    let deleted: Vec<String> =
        old.filter(is_gone).map(|workload| format!("{}/{}", workload.namespace, workload.name)).collect();
    tell(happened, "Deployments created", &created);
    tell(happened, "Deployments deleted", &deleted);
    tell(happened, "Deployments deleted and created anew", &anew);
    tell(happened, "Deployments rolled, and back to the template that they had", &and_back);
    tell(happened, "Deployments scaled only", &scaled);
    tell(
        happened,
        "Deployments scaled and rolled; the forecast has the later number from the rollout on",
        &scaled_too,
    );
    tell(happened, "Deployments being rolled already when the first dump was read", &under_way);
}

/// Kinds that kubecast does not roll.
fn other_workloads((before, after): (Dump<'_>, Dump<'_>), happened: &mut Vec<String>) {
    for (kind, kinds) in [("statefulset", "StatefulSets"), ("daemonset", "DaemonSets")] {
        let (old, new) = (of_kind(before.objects, kind), of_kind(after.objects, kind));
        let template = |object: &ObjectSource| told(object, "/spec/template");
        let rolled =
            new.iter().filter(|(name, new)| old.get(*name).is_some_and(|old| template(old) != template(new)));
        let names: Vec<String> =
            rolled.map(|(name, _)| format!("{}/{}", name.namespace, name.name)).collect();
        tell(happened, &format!("{kinds} rolled, which kubecast does not simulate"), &names);
    }
}
