//! Explanations of one pod, as text and as JSON.
//!
//! The text is made to be read from the top: the answer in words, Kubernetes' own message, then what it
//! rests on: nodes, domains, what would help, and the pod's way through the queue.

mod answer;
mod domains;
mod fixes;
mod history;
mod json;
mod nodes;
mod setting;

use std::fmt::Write as _;

pub use json::to_json;
pub use setting::Setting;

use super::as_text::{closing_words, cut_off_words, opening_words};
use super::ends::horizon_sentence;
use super::words::counted;
use crate::cluster::explanation::{Sample, Scene, Verdict};
use crate::study::explanation::Explanation;

/// The explanation as text. `all` shows every node and domain.
pub fn to_text(explanation: &Explanation, setting: &Setting<'_>, all: bool) -> String {
    let ledger = setting.ledger;
    let ends = explanation.ends();
    let mut text = cut_off_words([(None, &ends)]);
    if ledger.decisive().next().is_some() {
        text.push_str(&opening_words(ledger));
    }
    let _ = writeln!(text, "{}", answer::sentences(explanation).join(" "));
    if let Some(sentence) = horizon_sentence(&ends, None) {
        let _ = writeln!(text, "The run {sentence}");
    }
    if let Some(scene) = &explanation.testimony.scene {
        text.push_str(&scene_text(explanation, scene, all));
    }
    let _ = write!(text, "\n{}", history::table(explanation));
    let _ = write!(text, "\n{}", closing_words(ledger));
    text
}

fn scene_text(explanation: &Explanation, scene: &Scene, all: bool) -> String {
    let mut text = String::new();
    if let Verdict::Failed { message } | Verdict::Refused { message, .. } = &scene.verdict {
        let _ = writeln!(text, "\n{message}");
    }
    if let Verdict::Refused { preemptible, .. } = &scene.verdict
        && *preemptible > 0
    {
        let _ = writeln!(
            text,
            "Kubernetes would go on to preemption, which is not simulated: {} of lower priority.",
            counted(*preemptible, "node has pods", "nodes have pods")
        );
    }
    if scene.verdict == Verdict::NoProfile {
        return text;
    }
    let what = match scene.attempt {
        Some(number) => format!("Attempt {number} of {}", explanation.testimony.attempts),
        None => "What the scheduler would say".to_owned(),
    };
    let _ = writeln!(text, "\n{what}, at {}: {}.", scene.at, sample_words(&scene.sample));
    text.push_str(&nodes::tables(scene, all));
    text.push_str(&domains::tables(scene, all));
    text.push_str(&fixes::table(scene));
    text
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
