//! What the scenario beside a dump expects. That is judged in every arm, as far as it is about what happens here:
//! the scenario was written for a timeline and variants of its own.

use kubecast_manifest::{Document, Tree, Value};

use crate::scenario::plan::Plan;
use crate::scenario::reference::Reference;

const EXPECT: &str = "/spec/expect";
/// Rollout 0 is what was there, or the creation; 1 is the one that the command is about.
const LAST_ROLLOUT: u64 = 1;

/// Takes what cannot be judged out of a scenario; tells each with the reason.
pub(super) fn leave_out(
    scenario: &mut Document,
    plan: &Plan,
    target: &Reference,
) -> Vec<(String, &'static str)> {
    let Some(all) = scenario.tree.pointer(EXPECT).and_then(Tree::as_seq) else { return Vec::new() };
    let (mut kept, mut left_out) = (Vec::new(), Vec::new());
    for (index, entry) in all.iter().enumerate() {
        match why_not(entry, plan, target) {
            Some(why) => left_out.push((words(index, entry), why)),
            None => kept.push(entry.clone()),
        }
    }
    if !left_out.is_empty() {
        scenario.tree.set(EXPECT, Value::Seq(kept).into()).expect("the list is there");
    }
    left_out
}

/// Why an entry is not about this rollout; `None` if it is, or if it is wrong in itself, which is told elsewhere.
fn why_not(entry: &Tree, plan: &Plan, target: &Reference) -> Option<&'static str> {
    if entry.get("variant").is_some() {
        return Some("it is about a variant, and here there are the arms of this command");
    }
    let rollout = entry.get("rollout").and_then(|tree| match &tree.value {
        Value::Number(text) => text.parse::<u64>().ok(),
        _ => None,
    });
    if rollout.is_some_and(|rollout| rollout > LAST_ROLLOUT) {
        return Some("here there is one rollout");
    }
    let of = entry.get_str("of").and_then(|text| Reference::parse(text).ok());
    if rollout.is_some_and(|rollout| rollout > 0) && of.as_ref().is_some_and(|of| of != target) {
        return Some("here another Deployment is rolled");
    }
    let is_there = |of: &Reference| plan.objects.iter().any(|object| object.reference == *of);
    let arrives = |of: &Reference| plan.arrivals.iter().any(|(_, object)| object.reference == *of);
    of.filter(|of| !is_there(of) && !arrives(of)).map(|_| "the input has no such object")
}

/// The entry as it is told: its measure, and of what.
fn words(index: usize, entry: &Tree) -> String {
    let mut words = match entry.get_str("measure") {
        Some(measure) => measure.to_owned(),
        None => format!("spec.expect[{index}]"),
    };
    if let Some(of) = entry.get_str("of") {
        words.push_str(&format!(" of {of}"));
    }
    for key in ["rollout", "variant"] {
        if let Some(Value::String(text) | Value::Number(text)) = entry.get(key).map(|tree| &tree.value) {
            words.push_str(&format!(", {key} {text}"));
        }
    }
    words
}
