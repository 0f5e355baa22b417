//! Pods by their spec. Pods of one spec are alike to every plugin, so a class of them is looked at once,
//! and counted by node.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{LabelSelector, NodeId, PodSpec, SelectorOperator};
use crate::kernel::{LookupMap, Symbol};

/// The number of a class.
pub(super) type ClassId = u32;

/// How many pods of a class are on a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Occupancy {
    /// All of them.
    pub(super) pods: i64,
    /// Those that do not terminate.
    pub(super) living: i64,
}

/// The pods of one spec.
#[derive(Clone, Debug)]
pub(super) struct Class {
    /// The spec.
    pub(super) spec: Arc<PodSpec>,
    /// Where they are.
    pub(super) nodes: BTreeMap<NodeId, Occupancy>,
}

/// All classes.
#[derive(Clone, Debug, Default)]
pub(super) struct Classes {
    /// By the address of the spec, which says enough and is found fast.
    by_address: LookupMap<usize, ClassId>,
    /// Keeps the addresses from being used again.
    kept: Vec<Arc<PodSpec>>,
    by_content: LookupMap<Arc<PodSpec>, ClassId>,
    by_label: LookupMap<(Symbol, Symbol), Vec<ClassId>>,
    with_affinity: Vec<ClassId>,
    list: Vec<Class>,
}

impl Classes {
    /// The class of a spec, made if it is new.
    pub(super) fn class_of(&mut self, spec: &Arc<PodSpec>) -> ClassId {
        let address = Arc::as_ptr(spec) as usize;
        if let Some(class) = self.by_address.get(&address) {
            return *class;
        }
        let class = self.by_content.get(spec).copied().unwrap_or_else(|| self.add(spec));
        self.by_address.insert(address, class);
        self.kept.push(Arc::clone(spec));
        class
    }

    fn add(&mut self, spec: &Arc<PodSpec>) -> ClassId {
        let class = u32::try_from(self.list.len()).expect("fewer than 2^32 pods");
        self.by_content.insert(Arc::clone(spec), class);
        for label in spec.labels.iter() {
            self.by_label.get_or_insert_with(label, Vec::new).push(class);
        }
        if has_affinity(spec) {
            self.with_affinity.push(class);
        }
        self.list.push(Class { spec: Arc::clone(spec), nodes: BTreeMap::new() });
        class
    }

    /// A class.
    pub(super) fn get(&self, class: ClassId) -> &Class {
        &self.list[class as usize]
    }

    /// How many classes there are.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Classes whose pods have any term of inter-pod affinity.
    pub(super) fn with_affinity(&self) -> &[ClassId] {
        &self.with_affinity
    }

    /// Adds every class that a selector can match to a list, perhaps others too: a requirement
    /// `key In values` leaves only those that carry one of the labels.
    pub(super) fn candidates(&self, selector: &LabelSelector, list: &mut Vec<ClassId>) {
        let narrow = selector.requirements.iter().find(|line| line.operator == SelectorOperator::In);
        match narrow {
            Some(line) => {
                let of_value = |value: &Symbol| self.by_label.get(&(line.key, *value));
                line.values.iter().filter_map(of_value).for_each(|classes| list.extend(classes));
            }
            None => list.extend(0..self.list.len() as ClassId),
        }
    }

    /// Counts pods of a class that come to a node or leave it.
    pub(super) fn count(&mut self, class: ClassId, node: NodeId, pods: i64, living: i64) {
        let nodes = &mut self.list[class as usize].nodes;
        let held = nodes.entry(node).or_default();
        held.pods += pods;
        held.living += living;
        if *held == Occupancy::default() {
            nodes.remove(&node);
        }
    }

    /// Forgets where the pods are.
    pub(super) fn clear_nodes(&mut self) {
        self.list.iter_mut().for_each(|class| class.nodes.clear());
    }
}

/// Whether a pod of this spec has any term of inter-pod affinity or anti-affinity.
pub(super) fn has_affinity(spec: &PodSpec) -> bool {
    [&spec.affinity, &spec.anti_affinity]
        .iter()
        .any(|terms| !terms.required.is_empty() || !terms.preferred.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::pod;
    use crate::api::{Labels, Requirement};
    use crate::kernel::Interner;

    #[test]
    fn equal_specs_are_one_class_and_are_found_by_label() {
        let mut names = Interner::new();
        let mut classes = Classes::default();
        let label = (names.intern("app"), names.intern("web"));
        let mut web = pod(&mut names, 0, "a");
        Arc::make_mut(&mut web.spec).labels = Labels::new([label]);
        let twin = Arc::new(PodSpec::clone(&web.spec));
        let plain = pod(&mut names, 1, "b").spec;
        assert_eq!(
            [classes.class_of(&web.spec), classes.class_of(&twin), classes.class_of(&plain)],
            [0, 0, 1]
        );
        let found = |selector: &LabelSelector| {
            let mut list = Vec::new();
            classes.candidates(selector, &mut list);
            list
        };
        let selector = LabelSelector { requirements: vec![Requirement::equals(label.0, label.1)] };
        assert_eq!((found(&selector), found(&LabelSelector::default())), (vec![0], vec![0, 1]));
        classes.count(0, NodeId(4), 1, 1);
        classes.count(0, NodeId(4), 0, -1);
        assert_eq!(classes.get(0).nodes[&NodeId(4)], Occupancy { pods: 1, living: 0 });
        classes.count(0, NodeId(4), -1, 0);
        assert!(classes.get(0).nodes.is_empty());
    }
}
