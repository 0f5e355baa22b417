//! The pods that a spread constraint counts, whoever they belong to: those of the pod's namespace that its
//! selector matches, bound, not ended and not terminating (kube-scheduler v1.34,
//! `podtopologyspread/common.go`, `countPodsMatchSelector`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pod_rows::PodRows;
use super::pods_by_node::{PodsByNode, count_on};
use super::spread::DomainCounts;
use super::workload::{Workload, WorkloadKey};
use crate::api::{Interner, LabelSelector, NodeId, Pod, PodSpec, SpreadConstraint, Symbol};
use crate::api_machinery::compile::merge_label_keys;
use crate::kernel::LookupMap;

/// What a constraint of a template counts, as its next pod carries it.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    namespace: Symbol,
    selector: Option<LabelSelector>,
}

impl Selection {
    /// The selections of a template's constraints, `matchLabelKeys` merged, and the labels of its pods.
    pub(super) fn all_of(workload: &dyn Workload, names: &Interner) -> (Vec<Self>, PodSpec) {
        let mut pod = PodSpec::clone(&workload.template().pod);
        if let Some((key, value)) = workload.revision_label(names) {
            pod.labels.set(key, value);
        }
        merge_label_keys(&mut pod);
        let of = |constraint: &SpreadConstraint| Self {
            namespace: pod.namespace,
            selector: constraint.counted().cloned(),
        };
        (pod.spread_constraints.iter().map(of).collect(), pod)
    }

    /// Whether it counts pods of these labels.
    pub(super) fn matches(&self, pod: &PodSpec) -> bool {
        pod.namespace == self.namespace
            && self.selector.as_ref().is_some_and(|selector| selector.matches(&pod.labels))
    }
}

/// The node of a pod that constraints count.
pub(super) fn counted_on(pod: &Pod) -> Option<NodeId> {
    pod.node.filter(|_| pod.is_active())
}

/// The pods that one constraint counts, by node and domain.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    selection: Selection,
    by_node: PodsByNode,
    pub(super) domains: DomainCounts,
    /// It has counted other pods than the workload's, or does not count those that its template makes.
    pub(super) covers_others: bool,
}

impl Selected {
    /// Counts all pods that are there. `domains` are empty.
    pub(super) fn new(
        selection: Selection,
        domains: DomainCounts,
        pod: &PodSpec,
        all: &PodRows,
        is_own: impl Fn(&Pod) -> bool,
    ) -> Self {
        let covers_others = !selection.matches(pod);
        let mut selected = Self { selection, by_node: PodsByNode::new(), domains, covers_others };
        for row in all.iter().filter(|row| row.gone.is_none()) {
            if let Some(node) = counted_on(&row.pod) {
                selected.pod_changed(&row.pod.spec, (node, 1), is_own(&row.pod));
            }
        }
        selected
    }

    /// The same pods in other domains.
    pub(super) fn with_domains(&self, domains: DomainCounts) -> Self {
        let mut selected = Self { domains, ..self.clone() };
        for (&node, &pods) in &self.by_node {
            selected.domains.add(node, pods as i32);
        }
        selected
    }

    /// A pod of this template comes to a node or leaves it; whether that changed a domain.
    pub(super) fn pod_changed(&mut self, pod: &PodSpec, change: (NodeId, i32), is_own: bool) -> bool {
        self.selection.matches(pod) && self.change(change, is_own)
    }

    fn change(&mut self, (node, pods): (NodeId, i32), is_own: bool) -> bool {
        count_on(&mut self.by_node, node, pods);
        let changed = self.domains.add(node, pods);
        self.covers_others |= changed && !is_own;
        changed
    }
}

/// Which workloads have a constraint that counts pods of a template.
#[derive(Debug, Default)]
pub(super) struct Selecting {
    /// Those with constraints, by namespace.
    workloads: BTreeMap<Symbol, BTreeMap<WorkloadKey, Vec<Selection>>>,
    /// What was found, by the address of the template, which is kept so that no other takes its place.
    found: LookupMap<usize, (Arc<PodSpec>, Arc<[WorkloadKey]>)>,
}

impl Selecting {
    /// A workload came or changed.
    pub(super) fn put(&mut self, key: WorkloadKey, workload: &dyn Workload, names: &Interner) {
        let selections = Selection::all_of(workload, names).0;
        if selections.is_empty() {
            self.remove(key, workload);
        } else {
            self.workloads.entry(workload.namespace()).or_default().insert(key, selections);
            self.found.clear();
        }
    }

    /// A workload went.
    pub(super) fn remove(&mut self, key: WorkloadKey, workload: &dyn Workload) {
        let of_namespace = self.workloads.get_mut(&workload.namespace());
        if of_namespace.is_some_and(|all| all.remove(&key).is_some()) {
            self.found.clear();
        }
    }

    /// The workloads whose constraints count such a pod.
    pub(super) fn of(&mut self, pod: &Arc<PodSpec>) -> Arc<[WorkloadKey]> {
        let Some(of_namespace) = self.workloads.get(&pod.namespace) else { return Arc::default() };
        let find = || {
            let counts = |all: &Vec<Selection>| all.iter().any(|selection| selection.matches(pod));
            let found = of_namespace.iter().filter(|(_, all)| counts(all)).map(|(key, _)| *key);
            (Arc::clone(pod), found.collect())
        };
        Arc::clone(&self.found.get_or_insert_with(Arc::as_ptr(pod).addr(), find).1)
    }
}
