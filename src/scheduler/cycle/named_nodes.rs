//! Nodes that PreFilter names: what a release makes of names that no node has, and where its next cycle starts
//! (`findNodesThatFitPod` of kube-scheduler v1.24 to v1.36; issue 124930, pull requests 119779, 124559, 124933).

use super::{Outcome, crash};
use crate::api::{NodeId, Symbol};
use crate::scheduler::framework::{Code, CycleContext, NodeSubset, PreFiltered, Reason, Status};

/// How many nodes are named, and the first name without a node.
pub(super) struct NamedNodes {
    /// `None`: no plugin named any.
    nodes: Option<usize>,
    unknown: Option<Symbol>,
}

impl NamedNodes {
    /// Fills in the nodes that were named, in the order of the list.
    pub(super) fn of(pre_filtered: &PreFiltered, cycle: &CycleContext<'_>, subset: &mut Vec<NodeId>) -> Self {
        subset.clear();
        let NodeSubset::Names(names) = &pre_filtered.nodes else {
            return Self { nodes: None, unknown: None };
        };
        let name = |node: &NodeId| cycle.cache.node_info(*node).node().name;
        subset.extend(cycle.cache.nodes().iter().filter(|node| names.binary_search(&name(node)).is_ok()));
        let mut found: Vec<Symbol> = subset.iter().map(name).collect();
        found.sort_unstable();
        // Kubernetes meets the names in random order.
        let unknown = names.iter().filter(|name| found.binary_search(name).is_err());
        let unknown = unknown.min_by_key(|name| cycle.names.resolve(**name)).copied();
        Self { nodes: Some(subset.len()), unknown }
    }

    /// How the cycle ends because of a name that no node has.
    pub(super) fn end(&self, cycle: &CycleContext<'_>) -> Option<Outcome> {
        let behaviour = cycle.behaviour;
        if let Some(name) = self.unknown.filter(|_| behaviour.unknown_named_node_fails) {
            let text = format!("nodeinfo not found for node name {:?}", cycle.names.resolve(name));
            return Some(Outcome::Error(Status::new(Code::Error, Reason::Message(text.into()))));
        }
        let panics = behaviour.no_named_node_panics && self.nodes == Some(0);
        panics.then_some(Outcome::Crashed(crash::DIVIDE_BY_ZERO))
    }

    /// Nodes that count as looked at without having been.
    pub(super) fn also_evaluated(&self, cycle: &CycleContext<'_>) -> usize {
        let counts = cycle.behaviour.absent_nodes_are_rejected;
        self.nodes.filter(|_| counts).map_or(0, |nodes| cycle.cache.nodes().len() - nodes)
    }

    /// The number of nodes after which the next cycle starts with the first again; not 0.
    pub(super) fn start_wraps_at(&self, cycle: &CycleContext<'_>) -> usize {
        let named = self.nodes.filter(|_| cycle.behaviour.start_wraps_at_named_nodes);
        named.unwrap_or_else(|| cycle.cache.nodes().len()).max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use super::*;
    use crate::api::testing::{node, pod};
    use crate::api::{Behaviour, NodeRequirement, NodeSelectorOperator, NodeSelectorTerm, Release};
    use crate::kernel::Interner;
    use crate::scheduler::cache::Cache;
    use crate::scheduler::cycle::{Cycle, CycleInput, CycleResult, TieBreak};
    use crate::scheduler::framework::Framework;
    use crate::scheduler::profile::Profile;

    /// A pod that names these nodes, in a cluster of a, b and c; and where the next cycle starts.
    fn schedule(release: Release, named: &[&str]) -> (CycleResult, usize, String) {
        let behaviour = Behaviour::resolve(release, &BTreeMap::new()).expect("defaults").0.scheduler;
        let mut names = Interner::new();
        let mut cache = Cache::new(&mut names);
        for (id, name) in (0..).zip(["a", "b", "c"]) {
            cache.put_node(&Arc::new(node(&mut names, id, name)));
        }
        let mut incoming = pod(&mut names, 0, "p");
        let values = named.iter().map(|name| names.intern(name)).collect();
        let field = NodeRequirement {
            key: names.intern("metadata.name"),
            operator: NodeSelectorOperator::In,
            values,
            bound: None,
        };
        let term = NodeSelectorTerm { expressions: Vec::new(), fields: vec![field] };
        Arc::make_mut(&mut incoming.spec).required_node_terms = Some(vec![term]);
        let framework = Framework::new(&Profile::default_scheduler_of(&behaviour, &mut names));
        let input = CycleInput {
            cache: &mut cache,
            framework: &framework,
            names: &names,
            behaviour,
            percentage_of_nodes_to_score: 0,
            tie_break: TieBreak::First,
        };
        let mut cycle = Cycle::new();
        let result = cycle.schedule(&incoming, input);
        let message = match &result.outcome {
            Outcome::Unschedulable(error) => error.message(&names),
            outcome => outcome.message(&names).unwrap_or_default(),
        };
        (result, cycle.next_start_node_index(), message)
    }

    #[test]
    fn a_name_without_a_node_by_release() {
        let message = |minor, patch, named: &[&str]| schedule(Release::patched(minor, patch), named).2;
        let missing = "nodeinfo not found for node name \"x\"";
        for (minor, patch) in [(24, 0), (27, 13), (28, 9), (29, 4)] {
            assert_eq!(message(minor, patch, &["a", "x", "y"]), missing, "1.{minor}.{patch}");
            assert_eq!(message(minor, patch, &["a"]), "", "it goes to a");
        }
        for (minor, patch) in [(27, 14), (28, 10), (29, 5), (30, 1)] {
            assert_eq!(message(minor, patch, &["x"]), "kube-scheduler panics: integer divide by zero");
            assert_eq!(message(minor, patch, &["a", "x"]), "", "it goes to a");
        }
        assert_eq!(message(28, 11, &["x"]), "0/3 nodes are available:");
        let left_out = "0/3 nodes are available: 3 node is filtered out by the prefilter result.";
        assert_eq!(message(30, 2, &["x"]), left_out);
        assert_eq!(message(31, 1, &["x"]), "0/3 nodes are available:");
        let plugins = "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [NodeAffinity].";
        assert_eq!(message(32, 2, &["x"]), plugins);
    }

    /// One of three nodes is named and looked at.
    #[test]
    fn the_next_cycle_starts_by_release() {
        let next = |minor, patch| {
            let (result, next, _) = schedule(Release::patched(minor, patch), &["b"]);
            (result.evaluated, next)
        };
        assert_eq!(next(28, 10), (1, 0), "1 of 1 named");
        assert_eq!(next(28, 11), (1, 1), "1 of 3");
        assert_eq!(next(30, 1), (3, 0), "those that were left out count; 3 of 1 named");
        assert_eq!(next(30, 2), (3, 0), "3 of 3");
        assert_eq!(next(34, 1), (1, 1));
    }
}
