//! Kind `scheduler-preemption`: a pod that fits on no node, and what kube-scheduler v1.34.1 with
//! DefaultPreemption makes of it.
//!
//! Where several nodes are tied any of them is right; like the vectors, the answer goes on with the first.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::rollout_objects::read;
use super::scheduler_objects::Scheduler;
use crate::api::{NodeId, Pod, PodId};
use crate::scheduler::cycle::{FitError, Outcome};
use crate::scheduler::framework::{
    CycleContext, CycleState, NodeSubset, PluginId, PreFiltered, Status, WayOut,
};
use crate::scheduler::plugins::default_preemption::{DefaultPreemptionArgs, way_out};
use crate::scheduler::preemption::{Candidate, Criterion, Evaluation, Question, evaluate};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    pods: Vec<Value>,
    pod: Value,
    nominated_pods: Vec<Value>,
    pdbs: Vec<Value>,
}

/// The vector's pods, to be named.
struct Named(Vec<Arc<Pod>>);

impl Named {
    fn names(&self, scheduler: &Scheduler, ids: &[PodId]) -> Vec<String> {
        let of = |id: &PodId| self.0.iter().find(|pod| pod.id == *id).expect("a pod of the vector");
        ids.iter().map(|id| scheduler.pod_name(of(id))).collect()
    }
}

/// What was found out, beside what the cycle itself answers.
struct Found {
    rejected: Vec<(NodeId, Status)>,
    /// What PreFilter let through, or why nothing.
    pre_filtered: Result<PreFiltered, Status>,
    evaluation: Evaluation,
    /// The first of the best nodes, and what has to happen there.
    way_out: Option<WayOut>,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let mut scheduler = Scheduler::new(vector)?;
    let mut named = Named(Vec::new());
    for pod in &input.pods {
        named.0.push(scheduler.add_bound(pod)?);
    }
    let pod = Arc::new(scheduler.incoming(&input.pod)?);
    scheduler.nominate(&pod);
    for nominated in &input.nominated_pods {
        let nominated = Arc::new(scheduler.incoming(nominated)?);
        scheduler.nominate(&nominated);
        named.0.push(nominated);
    }
    input.pdbs.iter().try_for_each(|budget| scheduler.add_budget(budget))?;
    scheduler.compare_cycles(&pod)?;
    let Outcome::Unschedulable(error) = scheduler.schedule(&pod).outcome else {
        return Err("the pod fits".to_owned());
    };
    let found = find_out(&mut scheduler, &pod)?;
    is_what_the_cycle_found(&error, &found)?;
    Ok(json!({ "expect": describe(&scheduler, &error, &found, &named) }))
}

/// Asks again what the cycle asked.
fn find_out(scheduler: &mut Scheduler, pod: &Pod) -> Result<Found, String> {
    let rejected = scheduler.rejected();
    let (cache, framework, names, behaviour) = scheduler.parts();
    let cycle = CycleContext { pod, cache, names, behaviour };
    let mut state = CycleState::default();
    let mut pre_filtered = framework.run_pre_filter(&mut state, &cycle);
    let absent = match &mut pre_filtered {
        Err(status) => status.clone(),
        Ok(pre_filtered) => {
            let own = rejected.iter().find(|(node, _)| cache.nominator().node_of(pod.id) == Some(*node));
            if let Some((_, status)) = own {
                pre_filtered.note_rejection(status.plugin);
            }
            pre_filtered.absent_status()
        }
    };
    let question = Question { cycle, state: &state, rejected: &rejected, absent: &absent, handle: framework };
    let args = DefaultPreemptionArgs::default();
    let evaluation = evaluate(&question, |nodes| args.sought(nodes), None);
    if let Some(error) = evaluation.error() {
        return Err(error.message(names));
    }
    let best = evaluation.tied.iter().map(|place| &evaluation.candidates[*place]);
    let first = best.min_by_key(|candidate| candidate.node);
    let way_out = first.map(|candidate| way_out(candidate, &cycle));
    Ok(Found { rejected, pre_filtered, evaluation, way_out })
}

/// The cycle must have found one of the tied nodes, or the same message.
fn is_what_the_cycle_found(error: &FitError, found: &Found) -> Result<(), String> {
    let tied = |node: NodeId| {
        found.evaluation.tied.iter().any(|place| found.evaluation.candidates[*place].node == node)
    };
    match error.way_out() {
        Some(way_out) if tied(way_out.node) => Ok(()),
        None if found.way_out.is_none() => Ok(()),
        other => Err(format!("the cycle found {other:?}")),
    }
}

fn describe(scheduler: &Scheduler, error: &FitError, found: &Found, named: &Named) -> Value {
    let evaluation = &found.evaluation;
    let name = |node: NodeId| scheduler.node_name(node).to_owned();
    let in_order = |mut nodes: Vec<NodeId>| {
        nodes.sort_unstable();
        nodes.into_iter().map(name).collect::<Vec<_>>()
    };
    let way_out = found.way_out.as_ref();
    let pods = |ids: fn(&WayOut) -> &[PodId]| {
        way_out.map_or_else(Vec::new, |way_out| named.names(scheduler, ids(way_out)))
    };
    let mut passed_over = pods(|way_out| &way_out.passed_over);
    passed_over.sort_unstable();
    let nomination = match (way_out, evaluation.ineligible) {
        (Some(_), _) => "set",
        (None, None) => "clear",
        (None, Some(_)) => "keep",
    };
    let why = error.post_filter.as_ref().and_then(|found| found.as_ref().err());
    let tried = evaluation.rejected.iter().map(|(node, status)| (name(*node), tried(scheduler, status)));
    let mut answer = json!({
        "filter": filtered(scheduler, found),
        "eligible": evaluation.ineligible.is_none(),
        "potentialNodes": in_order(evaluation.potential.clone()),
        "candidates": evaluation.candidates.iter().map(|one| (name(one.node), candidate(scheduler, one)))
            .collect::<Map<_, _>>(),
        "rejected": tried.collect::<Map<_, _>>(),
        "nominatedNode": way_out.map(|way_out| name(way_out.node)),
        "nomination": nomination,
        "victims": pods(|way_out| &way_out.victims),
        "evicted": pods(|way_out| &way_out.evicted),
        "clearedNominations": passed_over,
        "preemptionMessage": why.map_or_else(String::new, |none| scheduler.message(&none.status)),
        "message": scheduler.fit_message(error),
    });
    if let Err(status) = &found.pre_filtered {
        answer["preFilter"] = Value::Object(scheduler.rejection(status));
    }
    if let Some(reason) = evaluation.ineligible {
        answer["reason"] = json!(reason);
    }
    if let Some(criterion) = evaluation.decided_by {
        answer["decidedBy"] = json!(word(criterion));
    }
    if evaluation.tied.len() > 1 {
        let tied = evaluation.tied.iter().map(|place| evaluation.candidates[*place].node);
        answer["tiedNodes"] = json!(in_order(tied.collect()));
    }
    answer
}

/// Every node's rejection. One that PreFilter did not name has the text of them all.
fn filtered(scheduler: &Scheduler, found: &Found) -> Map<String, Value> {
    let mut answer = Map::new();
    for (node, status) in &found.rejected {
        answer.insert(scheduler.node_name(*node).to_owned(), Value::Object(scheduler.rejection(status)));
    }
    if let Ok(pre_filtered) = &found.pre_filtered
        && matches!(pre_filtered.nodes, NodeSubset::Names(_))
    {
        let by: Vec<&str> = pre_filtered.by.iter().map(|plugin: &PluginId| plugin.name()).collect();
        for name in scheduler.node_names() {
            let absent = || {
                let mut rejection = scheduler.rejection(&pre_filtered.absent_status());
                rejection.insert("plugin".to_owned(), json!(by.join(",")));
                rejection.insert("preFilterResult".to_owned(), json!(true));
                Value::Object(rejection)
            };
            answer.entry(name).or_insert_with(absent);
        }
    }
    answer
}

/// Why preemption does not help on a node. Where no filter was asked no plugin says so.
fn tried(scheduler: &Scheduler, status: &Status) -> Value {
    let mut rejection = scheduler.rejection(status);
    if status.plugin == PluginId::UNKNOWN {
        rejection.insert("plugin".to_owned(), json!(""));
    }
    Value::Object(rejection)
}

fn candidate(scheduler: &Scheduler, candidate: &Candidate) -> Value {
    let victims: Vec<String> = candidate.victims.iter().map(|pod| scheduler.pod_name(pod)).collect();
    json!({ "victims": victims, "numPDBViolations": candidate.violations })
}

fn word(criterion: Criterion) -> &'static str {
    match criterion {
        Criterion::OnlyCandidate => "onlyCandidate",
        Criterion::PdbViolations => "pdbViolations",
        Criterion::HighestPriority => "highestPriority",
        Criterion::PrioritySum => "prioritySum",
        Criterion::VictimCount => "victimCount",
        Criterion::StartTime => "startTime",
        Criterion::Random => "random",
    }
}
