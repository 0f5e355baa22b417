//! Explanations of one pod, in words and as JSON.
//!
//! The page is made to be read from the top: the answer in words, Kubernetes' own message, then what it
//! rests on: nodes, domains, what would help, and the pod's way through the queue.

mod answer;
mod domains;
mod fixes;
mod history;
mod json;
mod nodes;
mod setting;

use json::to_json;
pub use setting::Setting;

use crate::cluster::explanation::{Sample, Scene, Verdict, Victim};
use crate::report::page::{Block, Page, Section};
use crate::report::words::ends::{cut_offs, horizon_sentence};
use crate::report::words::{closing, counted, opening};
use crate::scenario::Ledger;
use crate::study::explanation::Explanation;

/// The explanation. `all` shows every node and domain.
pub fn page<'a>(explanation: &'a Explanation, setting: Setting<'a>, all: bool) -> Page<'a> {
    Page::new(sections(explanation, setting.ledger, all), move || to_json(explanation, &setting))
}

fn sections(explanation: &Explanation, ledger: &Ledger, all: bool) -> Vec<Section> {
    let ends = explanation.ends();
    let mut first = cut_offs([(None, &ends)]);
    if ledger.decisive().next().is_some() {
        first.push(opening(ledger));
    }
    first.push(Block::Sentence(0, answer::sentences(explanation).join(" ")));
    first.extend(horizon_sentence(&ends, None).map(|end| Block::Sentence(0, format!("The run {end}"))));
    let mut sections = vec![first];
    if let Some(scene) = &explanation.testimony.scene {
        sections.extend(scene_sections(explanation, scene, all));
    }
    sections.extend([history::section(explanation), closing(ledger)]);
    sections
}

fn scene_sections(explanation: &Explanation, scene: &Scene, all: bool) -> Vec<Section> {
    let mut sections: Vec<Section> = said(&scene.verdict).into_iter().collect();
    if scene.verdict == Verdict::NoProfile {
        return sections;
    }
    let what = match scene.attempt {
        Some(number) => format!("Attempt {number} of {}", explanation.testimony.attempts),
        None => "What the scheduler would say".to_owned(),
    };
    let attempt = format!("{what}, at {}: {}.", scene.at, sample_words(&scene.sample));
    sections.push(vec![Block::Sentence(0, attempt)]);
    sections.extend(nodes::sections(scene, all));
    sections.extend(domains::sections(scene, all));
    sections.extend(fixes::section(scene));
    sections
}

/// Kubernetes' own message.
fn said(verdict: &Verdict) -> Option<Section> {
    let (Verdict::Failed { message } | Verdict::Refused { message, .. }) = verdict else { return None };
    let mut section = vec![Block::sentence(message.to_string())];
    if let Verdict::Refused { way_out: Some(preemption), .. } = verdict {
        let victim = |victim: &Victim| {
            let leaves = if victim.is_leaving { ", leaving already" } else { "" };
            format!("{} (priority {}{leaves})", victim.pod, victim.priority)
        };
        let victims: Vec<String> = preemption.victims.iter().map(victim).collect();
        section.push(Block::Note(match &victims[..] {
            [] => format!("A plugin nominates it for {}.", preemption.node),
            _ => format!("It preempts on {}: {} must go.", preemption.node, victims.join(", ")),
        }));
    }
    Some(section)
}

fn sample_words(sample: &Sample) -> String {
    let Sample { all, evaluated, feasible, sought } = *sample;
    if evaluated == 0 {
        return format!("the pod was rejected before any of {all} nodes was looked at");
    }
    if evaluated == all {
        return format!("{} looked at, {feasible} feasible", counted(all, "node", "nodes"));
    }
    format!(
        "{feasible} feasible nodes found among the first {evaluated} looked at, no more are sought than {sought}; \
         {} not looked at",
        counted(all - evaluated, "node was", "nodes were")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_told() {
        let sample = |evaluated, feasible| Sample { all: 200, evaluated, feasible, sought: 100 };
        assert_eq!(sample_words(&sample(200, 3)), "200 nodes looked at, 3 feasible");
        assert_eq!(
            sample_words(&sample(120, 100)),
            "100 feasible nodes found among the first 120 looked at, no more are sought than 100; 80 nodes \
             were not looked at"
        );
    }
}
