//! How many copies of pods fit, in words that name what cluster-capacity's do, and as JSON.

use serde_json::{Value, json};

use crate::report::page::{Block, Page, Section};
use crate::report::words::ends::{NamedEnds, capitalized, cut_off_json, cut_offs, horizon_sentence};
use crate::report::words::{closing, gaps_json, irrelevant_json, lints_json, opening};
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

impl Case {
    /// Whether its run was cut off.
    pub fn is_cut_off(&self) -> bool {
        self.capacity.ends.is_cut_off()
    }

    fn ends(&self) -> NamedEnds<'_> {
        (self.lost_zone.as_deref(), &self.capacity.ends)
    }
}

/// The answer.
pub fn page<'a>(pods: &'a [PodWords], cases: &'a [Case], ledger: &'a Ledger) -> Page<'a> {
    Page::new(sections(pods, cases, ledger), move || to_json(pods, cases, ledger))
}

/// What is told: of each case the answer, the reason and the nodes; what holds for every zone; and what stands behind it.
fn sections(pods: &[PodWords], cases: &[Case], ledger: &Ledger) -> Vec<Section> {
    let mut sections = Vec::new();
    let mut next = cut_offs(cases.iter().map(Case::ends));
    next.push(opening(ledger));
    for case in cases {
        if let Some(zone) = &case.lost_zone {
            next.push(Block::Heading(format!("After the loss of zone {zone}:")));
        }
        next.extend(sentences(pods, &case.capacity).into_iter().map(Block::sentence));
        let reason = format!("Termination reason: {}", reason(pods, &case.capacity));
        sections.extend([next, vec![Block::Sentence(0, reason)]]);
        if !case.capacity.nodes.is_empty() {
            sections.push(distribution(pods, &case.capacity));
        }
        next = Section::new();
    }
    let lost = cases.iter().filter(|case| case.lost_zone.is_some());
    if let Some(worst) = lost.min_by_key(|case| size(pods, &case.capacity)) {
        let zone = worst.lost_zone.as_deref().unwrap_or_default();
        let fit = sizes(pods, &worst.capacity);
        let words = format!("Whichever zone is lost, there is room for {fit} (the worst is {zone}).");
        next.push(Block::Sentence(0, words));
    }
    sections.extend([next, closing(ledger)]);
    sections
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

/// How many fit.
fn sentences(pods: &[PodWords], capacity: &Capacity) -> Vec<String> {
    let mut sentences = Vec::new();
    if pods.len() > 1 {
        let ratio: Vec<String> = pods.iter().map(|pod| format!("{} {}", pod.per_round, pod.name)).collect();
        let rounds = capacity.rounds;
        sentences.push(format!("The cluster can schedule {rounds} round(s) of {}.", ratio.join(" + ")));
    }
    for (pod, placed) in pods.iter().zip(&capacity.placed) {
        sentences.push(format!("The cluster can schedule {placed} instance(s) of the pod {}.", pod.name));
    }
    sentences.extend(horizon_sentence(&capacity.ends, None).map(|sentence| capitalized(&sentence)));
    sentences
}

/// Where they fit.
fn distribution(pods: &[PodWords], capacity: &Capacity) -> Section {
    let mut section = vec![Block::Heading("Pod distribution among nodes:".to_owned())];
    for (index, pod) in pods.iter().enumerate() {
        section.push(Block::Heading(pod.name.clone()));
        let nodes = capacity.nodes.iter().filter(|(_, counts)| counts[index] > 0);
        let line = |(node, counts): &(String, Vec<u64>)| format!("{node}: {} instance(s)", counts[index]);
        section.push(Block::list("\t", nodes.map(line)));
    }
    section
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
fn to_json(pods: &[PodWords], cases: &[Case], ledger: &Ledger) -> Value {
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
