//! How many copies of pods fit, as text that names what cluster-capacity's does, and as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::as_text::cut_off_words;
use super::ends::{NamedEnds, capitalized, cut_off_json, horizon_sentence};
use super::words::{gaps_json, irrelevant_json, lints_json};
use crate::scenario::Ledger;
use crate::study::capacity::{Capacity, Stop};

/// What fits in the cluster as it is, or without a zone.
#[derive(Clone, Debug)]
pub struct Case {
    /// The zone that is lost.
    pub lost_zone: Option<String>,
    /// What fits.
    pub capacity: Capacity,
}

/// A pod and how many copies of it each round has.
#[derive(Clone, Debug)]
pub struct PodWords {
    /// Its name.
    pub name: String,
    /// Copies in a round.
    pub per_round: u32,
}

/// The cases of which the run was cut off: what comes before all else.
pub fn cut_off(cases: &[Case]) -> String {
    cut_off_words(cases.iter().map(Case::ends))
}

impl Case {
    /// Whether its run was cut off.
    pub fn is_cut_off(&self) -> bool {
        self.capacity.ends.is_cut_off()
    }

    fn ends(&self) -> NamedEnds<'_> {
        (self.lost_zone.as_deref(), &self.capacity.ends)
    }
}

/// The text.
pub fn to_text(pods: &[PodWords], cases: &[Case]) -> String {
    let mut text = String::new();
    for case in cases {
        match &case.lost_zone {
            None => {}
            Some(zone) => {
                let _ = writeln!(text, "After the loss of zone {zone}:");
            }
        }
        of_case(pods, &case.capacity, &mut text);
        text.push('\n');
    }
    let lost = cases.iter().filter(|case| case.lost_zone.is_some());
    if let Some(worst) = lost.min_by_key(|case| size(pods, &case.capacity)) {
        let zone = worst.lost_zone.as_deref().unwrap_or_default();
        let fit = sizes(pods, &worst.capacity);
        let _ = writeln!(text, "Whichever zone is lost, there is room for {fit} (the worst is {zone}).");
    }
    text
}

/// What is compared between zones: whole rounds, or the copies of the only pod.
fn size(pods: &[PodWords], capacity: &Capacity) -> u64 {
    if pods.len() == 1 { capacity.placed[0] } else { capacity.rounds }
}

fn sizes(pods: &[PodWords], capacity: &Capacity) -> String {
    match pods {
        [pod] => format!("{} instance(s) of the pod {}", capacity.placed[0], pod.name),
        _ => format!("{} whole round(s)", capacity.rounds),
    }
}

fn of_case(pods: &[PodWords], capacity: &Capacity, text: &mut String) {
    if pods.len() > 1 {
        let ratio: Vec<String> = pods.iter().map(|pod| format!("{} {}", pod.per_round, pod.name)).collect();
        let _ =
            writeln!(text, "The cluster can schedule {} round(s) of {}.", capacity.rounds, ratio.join(" + "));
    }
    for (pod, placed) in pods.iter().zip(&capacity.placed) {
        let _ = writeln!(text, "The cluster can schedule {placed} instance(s) of the pod {}.", pod.name);
    }
    if let Some(sentence) = horizon_sentence(&capacity.ends, None) {
        let _ = writeln!(text, "{}", capitalized(&sentence));
    }
    let _ = writeln!(text, "\nTermination reason: {}", reason(pods, capacity));
    if capacity.nodes.is_empty() {
        return;
    }
    text.push_str("\nPod distribution among nodes:\n");
    for (index, pod) in pods.iter().enumerate() {
        let _ = writeln!(text, "{}", pod.name);
        for (node, counts) in capacity.nodes.iter().filter(|(_, counts)| counts[index] > 0) {
            let _ = writeln!(text, "\t- {node}: {} instance(s)", counts[index]);
        }
    }
}

fn reason(pods: &[PodWords], capacity: &Capacity) -> String {
    let of =
        |template: &usize| if pods.len() > 1 { format!("{}: ", pods[*template].name) } else { String::new() };
    match &capacity.stop {
        Stop::Unschedulable(template, message) => format!("Unschedulable: {}{message}", of(template)),
        Stop::Refused(template, message) => format!("Refused: {}{message}", of(template)),
        Stop::CutOff => "CutOff: spec.maxEvents was reached before the next copy was tried".to_owned(),
        Stop::Limit => {
            let copies: u64 = capacity.placed.iter().sum();
            format!("LimitReached: Maximum number of pods simulated: {copies}")
        }
    }
}

/// The JSON.
pub fn to_json(pods: &[PodWords], cases: &[Case], ledger: &Ledger) -> Value {
    json!({
        "cutOff": cut_off_json(cases.iter().map(Case::ends)),
        "notSimulated": gaps_json(ledger),
        "irrelevant": irrelevant_json(ledger),
        "lints": lints_json(ledger),
        "releases": ledger.releases,
        "cases": cases.iter().map(|case| json!({
            "lostZone": case.lost_zone,
            "rounds": case.capacity.rounds,
            "stop": match &case.capacity.stop {
                Stop::Unschedulable(..) => "Unschedulable",
                Stop::Refused(..) => "Refused",
                Stop::Limit => "LimitReached",
                Stop::CutOff => "CutOff",
            },
            "message": reason(pods, &case.capacity),
            "pods": pods.iter().enumerate().map(|(index, pod)| json!({
                "name": pod.name,
                "perRound": pod.per_round,
                "instances": case.capacity.placed[index],
                "nodes": case.capacity.nodes.iter().filter(|(_, counts)| counts[index] > 0)
                    .map(|(node, counts)| (node.clone(), json!(counts[index])))
                    .collect::<serde_json::Map<_, _>>(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
