//! Which revision the DaemonSets of an input are at: the value of `controller-revision-hash` that pods of the present template
//! carry. ControllerRevisions need not be in the input.
//!
//! The DaemonSet's annotation counts the generations of its template, and each pod carries the one that it was made for. A
//! DaemonSet without the annotation is at the revision of its newest pod, if its status counts an updated one.

use super::builder::Builder;
use super::plan::Plan;
use super::reference::Reference;
use crate::api::{DaemonSet, OwnerId, Pod, Symbol};
use crate::kernel::Interner;

/// The annotation of a DaemonSet and the label of its pods.
const ANNOTATION: &str = "/metadata/annotations/deprecated.daemonset.template.generation";
const LABEL: &str = "pod-template-generation";

/// Gives the templates of DaemonSets the hashes that their pods carry.
pub(super) fn adopt(sets: &mut [DaemonSet], pods: &[Pod], plan: &Plan, builder: &Builder) {
    for set in sets {
        let own = pods.iter().filter(|pod| pod.owner() == Some(OwnerId::DaemonSet(set.id)));
        let own: Vec<&Pod> = own.filter(|pod| pod.spec.revision.is_some()).collect();
        let namespace = builder.names.resolve(set.namespace);
        let reference = Reference::new("daemonset", Some(namespace), &set.name);
        let source = plan.objects.iter().find(|source| source.reference == reference);
        let generation = source.and_then(|source| source.tree.pointer(ANNOTATION)?.as_str());
        let hash = match generation {
            Some(generation) => of_generation(generation, &own, &builder.names),
            None => of_newest(set, &own),
        };
        set.template.hash = hash.unwrap_or(set.template.hash);
    }
}

fn of_generation(generation: &str, own: &[&Pod], names: &Interner) -> Option<Symbol> {
    let (label, generation) = (names.get(LABEL)?, names.get(generation)?);
    own.iter().find(|pod| pod.spec.labels.get(label) == Some(generation))?.spec.revision
}

fn of_newest(set: &DaemonSet, own: &[&Pod]) -> Option<Symbol> {
    let newest = own.iter().max_by_key(|pod| (pod.created, pod.id))?;
    newest.spec.revision.filter(|_| set.status.updated > 0)
}
