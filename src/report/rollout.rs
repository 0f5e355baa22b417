//! `kubecast rollout`: the answer in words and tables, as JSON and as CSV.

mod arms;
mod csv_files;
mod json;

pub use arms::{ArmReport, Setting, State, spread_text};
pub use csv_files::tables;
pub use json::{manifest, to_json};

use crate::report::page::columns::Columns;
use crate::report::page::{Block, Section};
use crate::report::words::ends::{capitalized, cut_offs, horizon_sentence};
use crate::report::words::verdicts;
use crate::report::words::{INTERVALS, closing, opening, own_error, percent};
use crate::scenario::rollout::Moment;
use crate::study::rollout_outcome::{ConstraintSpread, FinalSpread, RolloutOutcome};
use crate::study::statistics::Proportion;

/// More final spreads of a constraint than this are in spreads.csv only.
const MOST_SPREADS: usize = 8;
/// More reasons than this are in blocked.csv only.
const MOST_REASONS: usize = 3;

/// What is told.
pub fn sections(arms: &[ArmReport], setting: &Setting<'_>) -> Vec<Section> {
    let several = arms.len() > 1;
    let mut first = cut_offs(arms.iter().map(|arm| (several.then_some(arm.name.as_str()), &arm.ends)));
    first.push(opening(setting.ledger));
    first.push(Block::Sentence(0, question(setting)));
    first.extend(state_words(setting).map(Block::Note));
    let mut sections = vec![first];
    for arm in arms {
        sections.extend(arm_sections(arm, several));
    }
    if several {
        sections.push(vec![Block::Table(0, comparison(arms))]);
    }
    sections.extend(verdicts::section(setting.verdicts));
    let mut last = Section::new();
    if setting.runs > 1 {
        last.push(Block::Note(INTERVALS.to_owned()));
    }
    last.push(Block::Note(own_error(setting.ledger)));
    last.extend(closing(setting.ledger));
    sections.push(last);
    sections
}

/// What is rolled, when, and how often.
fn question(setting: &Setting<'_>) -> String {
    let what = match setting.image {
        Some(image) => format!("kubectl set image {} {image}", setting.workload),
        None => format!("kubectl rollout restart {}", setting.workload),
    };
    let set = setting.set.join("; ");
    let set = if set.is_empty() { set } else { format!(", with {set}") };
    let State { nodes, pods, replicas, .. } = setting.state;
    let when = match setting.moment {
        Moment::Now => {
            format!(
                "now, at {}; {}, {replicas} wanted, {}",
                setting.start,
                counted(pods, "pod"),
                counted(nodes, "node")
            )
        }
        Moment::AfterCreation => format!(
            "ten minutes after its creation has settled (the input has no pod of it); {} wanted, {}",
            counted(usize::try_from(replicas).unwrap_or(0), "pod"),
            counted(nodes, "node")
        ),
    };
    format!("{what}{set}: {when}; {}, seed {}.", counted(setting.runs as usize, "run"), setting.seed)
}

/// What has not settled: the rollout does not wait for it, as a user would not.
fn state_words(setting: &Setting<'_>) -> Option<String> {
    let State { without_node, terminating, not_ready, .. } = setting.state;
    if setting.moment == Moment::AfterCreation {
        return None;
    }
    let mut parts = Vec::new();
    for (count, one, several) in [
        (without_node, "pod has no node", "pods have no node"),
        (terminating, "pod is terminating", "pods are terminating"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {}", if count == 1 { one } else { several }));
        }
    }
    if not_ready > 0 {
        let of = if not_ready == 1 { "pod of the Deployment is" } else { "pods of the Deployment are" };
        parts.push(format!("{not_ready} {of} not ready (kubecast lets every pod with a node become ready)"));
    }
    let words =
        || format!("The cluster has not settled: {}. The rollout does not wait for that.", parts.join(", "));
    (!parts.is_empty()).then(words)
}

/// An arm, and the spread of each of its constraints.
fn arm_sections(arm: &ArmReport, several: bool) -> Vec<Section> {
    let outcome = &arm.outcome;
    let mut first = Section::new();
    if several {
        let set = arm.set.join("; ");
        let set = if set.is_empty() { String::new() } else { format!(" ({set})") };
        first.push(Block::Heading(format!("{}{set}", arm.name)));
    }
    let horizon = horizon_sentence(&arm.ends, None);
    first.extend(horizon.map(|sentence| Block::Sentence(1, capitalized(&sentence))));
    first.extend(sentences(outcome, arm.ends.is_cut_off()));
    if outcome.constraints.is_empty() {
        let none = "The template has no topology spread constraints of its own: no spread is told.";
        first.push(Block::Sentence(1, none.to_owned()));
    }
    [first].into_iter().chain(outcome.constraints.iter().map(spreads)).collect()
}

/// The answer in words.
fn sentences(outcome: &RolloutOutcome, cut_off: bool) -> Section {
    let mut sentences = completion_sentences(outcome, cut_off);
    for constraint in &outcome.constraints {
        sentences.push(Block::Sentence(1, skew_sentence(constraint, outcome.blocked.count)));
    }
    let waits = outcome.pending_longest.max;
    sentences.push(Block::Sentence(
        1,
        format!(
            "On the way at most {} above spec.replicas and {} missing to it; {}.",
            pods(outcome.surge.max, "pod"),
            pods(outcome.unavailable.max, "ready pod"),
            if waits < 0.05 {
                "no new pod waits for a node".to_owned()
            } else {
                format!("a new pod waits for a node for {} at most", seconds(waits))
            }
        ),
    ));
    for constraint in &outcome.constraints {
        if let (Some(least), Some(end)) = (&constraint.ready_left_min, &constraint.ready_left) {
            let key = constraint.name.split('|').next().unwrap_or_default();
            let loss = format!(
                "The loss of any one {key} leaves at least {:.0} % of the ready pods at the worst moment, {:.0} % at \
                 the end.",
                least.min * 100.0,
                end.min * 100.0
            );
            sentences.push(Block::Sentence(1, loss));
        }
    }
    sentences
}

/// How long it takes, whether it can block, and why. Of runs that were cut off nobody knows whether they block.
fn completion_sentences(outcome: &RolloutOutcome, cut_off: bool) -> Section {
    let complete = outcome.runs - outcome.blocked.count;
    let mut sentences = Vec::new();
    if let Some(lasted) = &outcome.seconds {
        let of = if complete == outcome.runs {
            let never =
                format!(" (blocked in less than {:.2} % with 95 % confidence)", outcome.blocked.high * 100.0);
            format!("all {complete} {}{never}", runs(complete))
        } else {
            format!("{complete} of {} runs", outcome.runs)
        };
        let complete = format!(
            "Complete in {of}: in {} (median), in {} or less in 95 %, in {} at most.",
            seconds(lasted.median),
            seconds(lasted.p95),
            seconds(lasted.max)
        );
        sentences.push(Block::Sentence(1, complete));
    }
    if outcome.blocked.count > 0 {
        let what = if cut_off { "Blocked or cut off" } else { "BLOCKED" };
        sentences.push(Block::Sentence(1, format!("{what} in {}:", percent(&outcome.blocked))));
        for (reason, share) in outcome.reasons.iter().take(MOST_REASONS) {
            let why = format!("in {} {}: {reason}.", share.count, runs(share.count));
            sentences.push(Block::Sentence(2, why));
        }
        let more = outcome.reasons.len().saturating_sub(MOST_REASONS);
        if more > 0 {
            let rest = format!("… and {more} other reasons, see blocked.csv.");
            sentences.push(Block::Sentence(2, rest));
        }
    }
    sentences
}

/// How often a constraint is left broken. Runs that do not complete count as they end.
fn skew_sentence(constraint: &ConstraintSpread, blocked: u64) -> String {
    let ConstraintSpread { name, max_skew, above, .. } = constraint;
    let counted = if blocked > 0 { ", blocked ones as they end" } else { "" };
    if constraint.counts_nobody() {
        return format!("{name} counts no pod: its selector matches none.");
    }
    if above.count == 0 {
        return format!(
            "Never more skew than {max_skew} on {name} in {} {}{counted} (below {:.2} % with 95 % confidence).",
            above.runs,
            runs(above.runs),
            above.high * 100.0
        );
    }
    format!("Skew above {max_skew} on {name} in {}{counted}.", percent(above))
}

/// The final spreads of a constraint, the most frequent first.
fn spreads(constraint: &ConstraintSpread) -> Section {
    let mut table =
        Columns::new([constraint.name.as_ref(), "skew", "share of runs", "replications"].map(str::to_owned));
    for spread in constraint.finals.iter().take(MOST_SPREADS) {
        let mark = if i64::from(spread.skew) > i64::from(constraint.max_skew) { " !" } else { "" };
        table.push(vec![
            spread_text(&spread.counts),
            format!("{}{mark}", spread.skew),
            share_text(&spread.share),
            replications_text(spread),
        ]);
    }
    let more = constraint.finals.len().saturating_sub(MOST_SPREADS);
    let mut section = vec![Block::Table(2, table)];
    if more > 0 {
        section.push(Block::Sentence(2, format!("… and {more} other spreads, see spreads.csv.")));
    }
    section
}

/// `0, 1, 2, …`: the first replications that came out so.
fn replications_text(spread: &FinalSpread) -> String {
    let mut text = spread.replications.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if spread.share.count > spread.replications.len() as u64 {
        text.push_str(", …");
    }
    text
}

/// The arms side by side.
fn comparison(arms: &[ArmReport]) -> Columns {
    let mut table = Columns::new([
        "arm",
        "constraint",
        "skew above maxSkew",
        "blocked",
        "median",
        "95 %",
        "surge",
        "unavailable",
    ]);
    for arm in arms {
        let outcome = &arm.outcome;
        let quantile = |of: fn(&crate::study::statistics::Summary) -> f64| {
            outcome.seconds.as_ref().map_or_else(String::new, |lasted| seconds(of(lasted)))
        };
        let names: Vec<(&str, String)> = if outcome.constraints.is_empty() {
            vec![("", String::new())]
        } else {
            outcome.constraints.iter().map(|one| (&*one.name, share_text(&one.above))).collect()
        };
        for (constraint, above) in names {
            table.push(vec![
                arm.name.clone(),
                constraint.to_owned(),
                above,
                share_text(&outcome.blocked),
                quantile(|lasted| lasted.median),
                quantile(|lasted| lasted.p95),
                outcome.surge.max.to_string(),
                outcome.unavailable.max.to_string(),
            ]);
        }
    }
    table
}

fn share_text(share: &Proportion) -> String {
    format!("{:.1} % [{:.1}, {:.1}]", share.share() * 100.0, share.low * 100.0, share.high * 100.0)
}

fn seconds(value: f64) -> String {
    format!("{value:.1} s")
}

fn counted(count: usize, what: &str) -> String {
    pods(count as f64, what)
}

fn runs(count: u64) -> &'static str {
    if count == 1 { "run" } else { "runs" }
}

fn pods(count: f64, what: &str) -> String {
    format!("{count} {what}{}", if count.total_cmp(&1.0).is_eq() { "" } else { "s" })
}
