//! NodeAffinity: `nodeSelector`, node affinity, and the scheduler's own added affinity
//! (kube-scheduler v1.25 to v1.36).

mod hint;

use crate::api::{NodeId, NodeSelectorOperator, NodeSelectorTerm, PreferredNodeTerm};
use crate::component_helpers::node_affinity::pod_admits_node;
use crate::kernel::{Interner, Symbol};
use crate::scheduler::framework::{
    Arguments, Code, CycleContext, CycleState, Descriptor, FastColumn, Plugin, PluginArgs, Point,
    PreFilterOutcome, PreScoreOutcome, Reason, Status, WhatIf, Work,
};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::default_normalize::default_normalize;

const REASON_POD: &str = "node(s) didn't match Pod's node affinity/selector";
const REASON_ENFORCED: &str = "node(s) didn't match scheduler-enforced node affinity";
const REASON_CONFLICT: &str = "pod affinity terms conflict";

/// `NodeAffinityArgs`: node affinity that the scheduler adds to every pod's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeAffinityArgs {
    /// Required terms, one of which must match; `None` if absent.
    pub required: Option<Vec<NodeSelectorTerm>>,
    /// Preferred terms.
    pub preferred: Vec<PreferredNodeTerm>,
}

impl Arguments for NodeAffinityArgs {
    fn defaults(_: &mut Interner) -> Self {
        Self::default()
    }
}

/// The plugin.
#[derive(Clone, Debug)]
pub struct NodeAffinity {
    added: NodeAffinityArgs,
}

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    default_weight: 2,
    args: Some(PluginArgs::fill::<NodeAffinityArgs>),
    events: Some(hint::EVENTS),
    fast: Some(FastColumn::NodeAffinity),
    what_if: Some(WhatIf::NodeAffinity),
    ..Descriptor::new(
        "NodeAffinity",
        &[Point::PreFilter, Point::Filter, Point::PreScore, Point::Score],
        Work::Plugin(|args| Box::new(NodeAffinity { added: args.of::<NodeAffinityArgs>().clone() })),
    )
};

impl Plugin for NodeAffinity {
    fn pre_filter(&self, _: &mut CycleState, cycle: &CycleContext<'_>) -> Result<PreFilterOutcome, Status> {
        let spec = &cycle.pod.spec;
        let Some(terms) = &spec.required_node_terms else {
            let nothing = spec.node_selector.is_empty() && self.added.required.is_none();
            return Ok(if nothing { PreFilterOutcome::Skip } else { PreFilterOutcome::AllNodes });
        };
        match named_nodes(terms, cycle) {
            Some((_, true)) if cycle.behaviour.conflicting_term_rejects => {
                Err(Status::unresolvable(REASON_CONFLICT))
            }
            Some((names, _)) if names.is_empty() => Err(Status::unresolvable(REASON_CONFLICT)),
            Some((names, _)) => Ok(PreFilterOutcome::Nodes(names)),
            None => Ok(PreFilterOutcome::AllNodes),
        }
    }

    fn filter(&self, _: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        if let Some(terms) = &self.added.required
            && !terms.iter().any(|term| term.matches(node.node(), cycle.names))
        {
            return Err(Status::unresolvable(REASON_ENFORCED));
        }
        if pod_admits_node(&cycle.pod.spec, node.node(), cycle.names) {
            Ok(())
        } else {
            Err(Status::unresolvable(REASON_POD))
        }
    }

    fn pre_score(
        &self,
        _: &mut CycleState,
        cycle: &CycleContext<'_>,
        _: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        let preferred = &cycle.pod.spec.preferred_node_terms;
        let scores_nothing = preferred.is_empty() && self.added.preferred.is_empty();
        if scores_nothing && !cycle.behaviour.node_affinity_always_scores {
            return Ok(PreScoreOutcome::Skip);
        }
        let counts = |line: &&PreferredNodeTerm| line.weight != 0 && !line.term.is_empty();
        match preferred.iter().filter(counts).find(|line| !line.term.is_parsable()) {
            None => Ok(PreScoreOutcome::Score),
            Some(line) => Err(unparsable(&line.term, cycle)),
        }
    }

    /// The sum of the weights of the preferred terms that match.
    fn score(&self, _: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo, _: usize) -> i64 {
        let lines = self.added.preferred.iter().chain(&cycle.pod.spec.preferred_node_terms);
        let matching = lines.filter(|line| line.term.matches(node.node(), cycle.names));
        matching.map(|line| i64::from(line.weight)).sum()
    }

    fn normalize(&self, _: &CycleState, scores: &mut [i64]) {
        default_normalize(scores, false);
    }
}

/// The nodes that required terms name by `metadata.name In`, and whether a term names several at once, so that it
/// fits none; `None` if some term names none.
fn named_nodes(terms: &[NodeSelectorTerm], cycle: &CycleContext<'_>) -> Option<(Vec<Symbol>, bool)> {
    let (mut all, mut conflict) = (None, false);
    for term in terms {
        let mut of_term: Option<Vec<Symbol>> = None;
        for field in &term.fields {
            if field.operator == NodeSelectorOperator::In && cycle.names.resolve(field.key) == "metadata.name"
            {
                match &mut of_term {
                    None => of_term = Some(field.values.clone()),
                    Some(names) => names.retain(|name| field.values.contains(name)),
                }
            }
        }
        // Up to v1.26 the first conflict ends it, before a term without names could.
        let of_term = match of_term {
            None if conflict && cycle.behaviour.conflicting_term_rejects => break,
            None => return None,
            Some(names) => names,
        };
        conflict |= of_term.is_empty();
        all.get_or_insert_with(Vec::new).extend(of_term);
    }
    all.map(|names| (names, conflict))
}

fn unparsable(term: &NodeSelectorTerm, cycle: &CycleContext<'_>) -> Status {
    let values = term.expressions.iter().filter(|requirement| {
        matches!(requirement.operator, NodeSelectorOperator::Gt | NodeSelectorOperator::Lt)
            && requirement.bound.is_none()
    });
    let values: Vec<&str> =
        values.flat_map(|requirement| &requirement.values).map(|value| cycle.names.resolve(*value)).collect();
    let text = format!(
        "preferred node affinity: for 'Gt', 'Lt' operators, the value must be an integer, not {}",
        values.join(", ")
    );
    Status::new(Code::Error, Reason::Message(text.into()))
}
