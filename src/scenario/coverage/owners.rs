//! Whose the pods of an input are: by their owner references, Deployments through their ReplicaSets.

use std::collections::BTreeMap;

use kubecast_manifest::{Tree, Value};

use crate::scenario::objects::ObjectSource;
use crate::scenario::plan::Plan;
use crate::scenario::reference::Reference;

/// Every object of an input: those of the start, those that arrive, those that the timeline applies.
pub(super) fn all(plan: &Plan) -> impl Iterator<Item = &ObjectSource> {
    let later = plan.arrivals.iter().map(|(_, object)| object).chain(plan.applied.values().flatten());
    plan.objects.iter().chain(later)
}

/// The owners of objects.
pub(in crate::scenario) struct Owners {
    /// ReplicaSets, and Jobs of CronJobs, to what controls them.
    controlled: BTreeMap<Reference, Reference>,
}

impl Owners {
    pub(super) fn of(plan: &Plan) -> Self {
        Self::among(&plan.objects)
    }

    /// The owners among objects.
    pub(in crate::scenario) fn among(objects: &[ObjectSource]) -> Self {
        let between = objects.iter().filter(|source| source.reference.kind == "replicaset");
        let controlled =
            between.filter_map(|source| Some((source.reference.clone(), controller_of(source)?)));
        Self { controlled: controlled.collect() }
    }

    /// The workload of a pod: what controls it, or what controls that.
    pub(in crate::scenario) fn of_pod(&self, pod: &ObjectSource) -> Option<Reference> {
        if pod.reference.kind != "pod" {
            return None;
        }
        let direct = controller_of(pod)?;
        Some(self.controlled.get(&direct).cloned().unwrap_or(direct))
    }
}

/// What an object's owner reference with `controller: true` names.
pub(in crate::scenario) fn controller_of(source: &ObjectSource) -> Option<Reference> {
    let owners = source.tree.pointer("/metadata/ownerReferences").and_then(Tree::as_seq)?;
    let controls =
        |owner: &&Tree| owner.get("controller").is_some_and(|flag| flag.value == Value::Bool(true));
    let owner = owners.iter().find(controls)?;
    let (kind, name) = (owner.get_str("kind")?, owner.get_str("name")?);
    Some(Reference::new(kind, Some(&source.reference.namespace), name))
}
