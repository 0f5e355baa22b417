//! The answer in words.

use crate::cluster::explanation::{Scene, Verdict};
use crate::cluster::setup::TieBreakRule;
use crate::report::words::{counted, listed};
use crate::study::explanation::Explanation;

/// Nodes that a sentence names at most.
const MOST_NAMES: usize = 4;

/// The sentences of the answer, in order.
pub(super) fn sentences(explanation: &Explanation) -> Vec<String> {
    let mut sentences = Vec::new();
    match &explanation.testimony.scene {
        Some(scene) => {
            sentences.push(first(explanation, scene));
            sentences.extend(what_then(explanation, scene));
        }
        None if explanation.pod.pod.is_finished() => sentences.push(format!(
            "{} has run to its end on {}; the scheduler has nothing to do with it.",
            explanation.name,
            explanation.node.as_deref().unwrap_or("no node")
        )),
        None => sentences.push(format!("{} never came to the scheduler.", explanation.name)),
    }
    if let Some(gone) = explanation.pod.gone {
        sentences.push(format!("It is gone since {gone}."));
    }
    if explanation.namesakes > 1 {
        sentences.push(format!(
            "{} pods had this name, one after the other; this is the one created at {}.",
            explanation.namesakes, explanation.pod.created
        ));
    }
    sentences
}

fn first(explanation: &Explanation, scene: &Scene) -> String {
    let name = &explanation.name;
    if explanation.bound_in_input {
        let node = scene.bound_to.as_deref().or(explanation.node.as_deref()).unwrap_or("a node");
        return format!("{name} was on {node} from the beginning: no attempt was made in this run.");
    }
    if scene.verdict == Verdict::NoProfile {
        return format!(
            "{name} stays without a node: no profile of the scheduler is named {:?}.",
            scene.scheduler
        );
    }
    if scene.attempt.is_none() {
        let gates = scene.gates.join(", ");
        return if scene.gates.is_empty() {
            format!("{name} was not tried by {}.", scene.at)
        } else {
            format!("{name} is held back by scheduling gates ({gates}): the scheduler does not try it.")
        };
    }
    match &scene.verdict {
        Verdict::Placed { node, .. } => format!("{name} went to {node}: {}.", reason(explanation, scene)),
        Verdict::Refused { .. } => {
            let now = if explanation.pod.is_pending_placement() { "has no node" } else { "found no node" };
            format!("{name} {now}: none of {} fits.", counted(scene.sample.all, "node", "nodes"))
        }
        Verdict::Failed { .. } => format!("{name} has no node: the attempt ended in an error."),
        Verdict::NoProfile => unreachable!("told above"),
    }
}

/// What follows: what would be said of a pod that was not tried, what would help one that does not fit,
/// what became of one that did not fit at the time.
fn what_then(explanation: &Explanation, scene: &Scene) -> Vec<String> {
    let mut sentences = Vec::new();
    match &scene.verdict {
        Verdict::Placed { node, total, best } if scene.attempt.is_none() => {
            let condition = if explanation.bound_in_input {
                format!("Asked at {}, the scheduler", scene.at)
            } else if scene.gates.is_empty() {
                "Asked then, it".to_owned()
            } else {
                "Without them it".to_owned()
            };
            if best.len() > 1 && explanation.tie_break != TieBreakRule::First {
                let verb = if explanation.bound_in_input { "draw" } else { "go to" };
                let (best, total) = (listed(best, MOST_NAMES), total.unwrap_or(0));
                sentences.push(format!(
                    "{condition} would {verb} one of {best}, which share the highest total score, {total}."
                ));
                return sentences;
            }
            let stays = scene.bound_to.as_ref() == Some(node);
            let verb = if stays { "would choose the same node" } else { "would go to" };
            let verb = if explanation.bound_in_input && !stays { "would put it on" } else { verb };
            let place = if stays { String::new() } else { format!(" {node}") };
            sentences.push(format!("{condition} {verb}{place}: {}.", reason(explanation, scene)));
        }
        Verdict::Placed { .. } if explanation.pod.scheduled.is_none() => {
            sentences.push("It was gone before the binding reached the API.".to_owned());
        }
        Verdict::Refused { .. } => {
            if scene.attempt.is_none() {
                let all = counted(scene.sample.all, "node", "nodes");
                let condition = if scene.gates.is_empty() { "Asked at" } else { "Without them, asked at" };
                sentences.push(format!("{condition} {}, none of {all} fits.", scene.at));
            }
            sentences.extend(what_helps(scene));
            if let (Some(scheduled), Some(node), false) =
                (explanation.pod.scheduled, &explanation.node, explanation.bound_in_input)
            {
                sentences.push(format!("It went to {node} at {scheduled}, in a later attempt."));
            }
        }
        _ => {}
    }
    sentences
}

fn what_helps(scene: &Scene) -> Option<String> {
    let fix = scene.what_if.as_ref()?.fixes.first();
    Some(match fix {
        Some(fix) => format!("Smallest single change that helps: {}.", fix.text),
        None => "No single change helps.".to_owned(),
    })
}

/// Why this node.
fn reason(explanation: &Explanation, scene: &Scene) -> String {
    let Verdict::Placed { node, total, best } = &scene.verdict else { return String::new() };
    let Some(total) = total else { return "it is the only node that fits".to_owned() };
    let others: Vec<_> = best.iter().filter(|name| *name != node).collect();
    if !others.is_empty() {
        let rule = match explanation.tie_break {
            TieBreakRule::Random => "the draw took it",
            TieBreakRule::Heap => "it stood at the top of the scheduler's heap",
            TieBreakRule::First => "the bytewise first name is taken",
        };
        return format!(
            "it shares the highest total score, {total}, with {}; {rule}",
            listed(&others, MOST_NAMES)
        );
    }
    let feasible = counted(scene.sample.feasible, "feasible node", "feasible nodes");
    let second =
        scene.nodes.iter().filter(|other| !other.chosen).find_map(|other| Some((other, other.total?)));
    let next =
        second.map_or_else(String::new, |(other, score)| format!("; next is {} with {score}", other.name));
    format!("its total score, {total}, is the highest of {feasible}{next}")
}
