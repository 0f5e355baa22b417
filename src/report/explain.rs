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

use std::fmt::Write as _;

pub use json::to_json;

use crate::cluster::explanation::{Sample, Scene, Verdict};
use crate::scenario::Unknowns;
use crate::study::explanation::Explanation;

/// What there is around an explanation.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// The variant's, if there are variants.
    pub variant: Option<&'a str>,
    /// The seed of all draws.
    pub seed: u64,
    /// What is not simulated.
    pub unknowns: &'a Unknowns,
}

/// Rows of a table, unless all are wanted.
const MOST_ROWS: usize = 20;

/// The explanation as text. `all` shows every node and domain.
pub fn to_text(explanation: &Explanation, setting: &Setting<'_>, all: bool) -> String {
    let mut text = format!("{}\n", answer::sentences(explanation).join(" "));
    let Unknowns { items, models, notes } = setting.unknowns;
    text.push('\n');
    if !items.is_empty() {
        let items: Vec<String> = items.iter().map(ToString::to_string).collect();
        let _ = writeln!(text, "Not simulated: {}.", items.join("; "));
    }
    let _ = writeln!(text, "Checked against Kubernetes' own code: {}.", models.join("; "));
    for note in notes {
        let _ = writeln!(text, "Note: {note}");
    }
    if let Some(scene) = &explanation.testimony.scene {
        text.push_str(&scene_text(explanation, scene, all));
    }
    let _ = write!(text, "\n{}", history::table(explanation));
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

/// `1 node`, `2 nodes`.
fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

/// `a`, `a and b`, `a, b and 7 more`.
fn listed(names: &[impl AsRef<str>], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    let more = names.len() - shown.len();
    match &shown[..] {
        [] => String::new(),
        _ if more > 0 => format!("{} and {more} more", shown.join(", ")),
        [name] => (*name).to_owned(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_listed_and_samples_told() {
        assert_eq!(listed(&["a"], 3), "a");
        assert_eq!(listed(&["a", "b"], 3), "a and b");
        assert_eq!(listed(&["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(listed(&[""; 0], 2), "");
        let sample = |evaluated, feasible| Sample { all: 200, evaluated, feasible, sought: 100 };
        assert_eq!(sample_words(&sample(200, 3)), "200 nodes looked at, 3 feasible");
        assert_eq!(
            sample_words(&sample(120, 100)),
            "100 feasible nodes found among the first 120 looked at, no more are sought than 100; 80 nodes \
             were not looked at"
        );
    }
}
