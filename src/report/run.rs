//! What is told of a run: what can turn the answer round, the answer in words, a small table, and what stands behind it.

mod admissions;
pub mod files;
pub mod json;
mod service_ips;
pub mod tables;

use std::fmt::Write as _;
use std::sync::Arc;

use tables::counts_text;

use crate::api::PodPhase;
use crate::measures::{Counted, FigureKey, Measure, RolloutRow, RunRecord, listed};
use crate::report::page::columns::Columns;
use crate::report::page::{Block, Section};
use crate::report::words::ends::{cut_offs, horizon_sentence};
use crate::report::words::{INTERVALS, closing, opening, own_error, percent};
use crate::scenario::Ledger;
use crate::study::summary::VariantResult;

/// More rollouts than this are in the table only.
const MOST_ROLLOUTS_TOLD: usize = 12;
/// More entries of the timeline that failed than this are in events.csv only.
const MOST_OPERATIONS_TOLD: usize = 5;
/// A longer table is in rollouts.csv only.
const MOST_ROWS: usize = 39;
/// What the answer is mostly about.
const FINAL_SKEW: &Measure = listed("finalSkew");

/// The answer of a run or of several variants.
pub fn sections(results: &[VariantResult], ledger: &Ledger) -> Vec<Section> {
    let ends: Vec<_> = results.iter().map(|result| (result.name.as_deref(), result.ends())).collect();
    let mut first = cut_offs(ends.iter().map(|(name, ends)| (*name, ends)));
    first.push(opening(ledger));
    for result in results {
        let prefix = result.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        let sentences = horizon(result).into_iter().chain(failed_operations(result)).chain(answers(result));
        let sentences = sentences.chain(admissions::sentences(result));
        let sentences = sentences.chain(service_ips::sentences(result));
        first.extend(sentences.map(|sentence| Block::sentence(format!("{prefix}{sentence}"))));
    }
    let mut sections = vec![first];
    let table = rollout_table(results);
    let mut last = Section::new();
    if results.iter().any(|result| result.runs.len() > 1) {
        last.push(Block::Note(INTERVALS.to_owned()));
    }
    if let Some(table) = table {
        sections.push(vec![Block::Table(0, table)]);
        last.push(Block::Note(own_error(ledger)));
    }
    last.extend(closing(ledger));
    sections.push(last);
    sections
}

/// That the horizon was reached, and how many pods wait then in the only run.
fn horizon(result: &VariantResult) -> Option<String> {
    let waiting = |record: &RunRecord| record.pods.iter().filter(|row| row.is_pending_placement()).count();
    horizon_sentence(&result.ends(), result.first_record().map(waiting))
}

/// What of the timeline could not be carried out in the first run.
fn failed_operations(result: &VariantResult) -> Vec<String> {
    let record = result.first_record();
    let failed = record.map_or(&[][..], |record| &record.failed_operations);
    let told = failed.iter().take(MOST_OPERATIONS_TOLD);
    let mut words: Vec<String> =
        told.map(|(when, what)| format!("WARNING: not carried out at {when}: {what}.")).collect();
    if let Some(more) = failed.len().checked_sub(MOST_OPERATIONS_TOLD).filter(|more| *more > 0) {
        words.push(format!("WARNING: {more} more entries of the timeline were not carried out."));
    }
    words
}

/// The answer in words, one sentence a line.
fn answers(result: &VariantResult) -> Vec<String> {
    let mut sentences = Vec::new();
    let first = result.first_record();
    if result.runs.len() == 1 {
        if let Some(record) = first {
            single_run(record, result.ends().is_cut_off(), &mut sentences);
        }
        return sentences;
    }
    let runs = result.runs.len();
    let pending = const { listed("pendingPods") };
    if let Some(summary) = result.summary(&FigureKey::of_cluster(pending)) {
        sentences.push(if summary.max > 0.0 {
            format!(
                "{} to {} pods (median {}) are left without a node at the end of {runs} runs.",
                summary.min, summary.max, summary.median
            )
        } else {
            format!("every pod has a node at the end of all {runs} runs.")
        });
    }
    let Some(record) = first else { return sentences };
    for rollout in record.rollouts.iter().filter(|rollout| is_worth_a_line(rollout, record)) {
        repeated_rollout(rollout, result, &mut sentences);
    }
    sentences
}

/// Creations are told only where a workload has no later rollout; a state that was taken over and stays complete, not at
/// all.
pub fn is_worth_a_line(rollout: &RolloutRow, record: &RunRecord) -> bool {
    let settled = rollout.adopted && rollout.completed == Some(rollout.started);
    let rolled =
        || record.rollouts.iter().any(|other| other.workload == rollout.workload && other.number > 0);
    rollout.number > 0 || !(settled || rolled())
}

/// `deployment/default/web after rollout 1`.
pub fn rollout_name(workload: &str, number: u32, adopted: bool) -> String {
    match number {
        0 if adopted => format!("{workload} as it is"),
        0 => format!("{workload} after its creation"),
        _ => format!("{workload} after rollout {number}"),
    }
}

/// How many pods have a node at the end; ended ones, which are still in the API, are told apart.
fn pods_words(record: &RunRecord) -> String {
    let here = || record.pods.iter().filter(|row| row.gone.is_none());
    let counted = |phase| here().filter(|row| row.pod.phase == phase).count();
    let (failed, succeeded) = (counted(PodPhase::Failed), counted(PodPhase::Succeeded));
    let pods = here().count() - failed - succeeded;
    let waiting: Vec<_> = here().filter(|row| row.is_pending_placement()).collect();
    let mut text = match waiting.first() {
        None if pods == 0 => "no pod runs or waits at the end".to_owned(),
        None if pods == 1 => "the pod has a node at the end".to_owned(),
        None => format!("all {pods} pods have a node at the end"),
        Some(row) => format!(
            "{} of {pods} pods {} unschedulable at the end; {} waits because {}",
            waiting.len(),
            if waiting.len() == 1 { "is" } else { "are" },
            row.pod.name,
            row.message.as_deref().unwrap_or("it was not tried yet.")
        ),
    };
    let ended = [(failed, "failed"), (succeeded, "succeeded")];
    let ended: Vec<String> =
        ended.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    match (ended.is_empty(), text.ends_with('.')) {
        (true, false) => text.push('.'),
        (true, true) => {}
        (false, true) => text.push_str(&format!(" Besides them {}.", ended.join(", "))),
        (false, false) => text.push_str(&format!("; besides them {}.", ended.join(", "))),
    }
    text
}

fn single_run(record: &RunRecord, cut_off: bool, sentences: &mut Vec<String>) {
    let words = pods_words(record);
    // Of a pod that had no turn yet nobody knows whether it is unschedulable.
    sentences.push(if cut_off {
        let words = words.replace("are unschedulable at the end", "have no node by then");
        words.replace("is unschedulable at the end", "has no node by then").replace("at the end", "by then")
    } else {
        words
    });
    let told: Vec<_> = record.rollouts.iter().filter(|row| is_worth_a_line(row, record)).collect();
    for rollout in told.iter().take(MOST_ROLLOUTS_TOLD) {
        let name = rollout_name(&rollout.workload, rollout.number, rollout.adopted);
        match rollout.completed {
            Some(done) => {
                let duration = (done.0 - rollout.started.0) as f64 / 1e9;
                sentences.push(format!("{name}: complete in {duration:.1} s{}.", skew_words(rollout)));
            }
            None => {
                let reason = rollout.blocked.as_deref().unwrap_or_default();
                sentences.push(format!("{name}: NOT complete: {reason}{}.", skew_words(rollout)));
            }
        }
    }
    if told.len() > MOST_ROLLOUTS_TOLD {
        sentences.push(format!("… and {} more rollouts, see rollouts.csv.", told.len() - MOST_ROLLOUTS_TOLD));
    }
}

fn skew_words(rollout: &RolloutRow) -> String {
    let mut text = String::new();
    for outcome in &rollout.constraints {
        if outcome.counted == Counted::OwnBeside {
            let _ =
                write!(text, "; own spread {} ({})", outcome.final_skew, counts_text(&outcome.final_counts));
            continue;
        }
        if outcome.counts_nobody() {
            let _ = write!(text, "; {}: counts no pod", outcome.name);
            continue;
        }
        let exceeds = i64::from(outcome.final_skew) > i64::from(outcome.max_skew);
        let hard = outcome.name.ends_with("|DoNotSchedule");
        let (verdict, limit) = match (exceeds, hard) {
            (true, true) => ("LOPSIDED, ", "allowed"),
            (false, true) => ("", "allowed"),
            (_, false) => ("", "wished for"),
        };
        let _ = write!(
            text,
            "; {}: {verdict}skew {}, {} {limit} ({})",
            outcome.name,
            outcome.final_skew,
            outcome.max_skew,
            counts_text(&outcome.final_counts)
        );
    }
    text
}

fn key_of(measure: &Measure, rollout: &RolloutRow) -> FigureKey {
    FigureKey::of_rollout(measure, &rollout.workload, rollout.number)
}

fn key_of_constraint(measure: &Measure, rollout: &RolloutRow, constraint: &Arc<str>) -> FigureKey {
    FigureKey::of_constraint(measure, &rollout.workload, rollout.number, constraint)
}

fn repeated_rollout(rollout: &RolloutRow, result: &VariantResult, sentences: &mut Vec<String>) {
    let name = rollout_name(&rollout.workload, rollout.number, rollout.adopted);
    for outcome in &rollout.constraints {
        let key = key_of_constraint(FINAL_SKEW, rollout, &outcome.name);
        let above = result.share_above(&key, f64::from(outcome.max_skew));
        sentences.push(if above.count == 0 && outcome.counts_nobody() {
            format!("{name}: {} counts no pod.", outcome.name)
        } else if above.count == 0 {
            format!(
                "{name}: never more skew than {} on {} in {} runs (below {:.2} % with 95 % confidence).",
                outcome.max_skew,
                outcome.name,
                above.runs,
                above.high * 100.0
            )
        } else {
            format!("{name}: skew above {} on {} in {}.", outcome.max_skew, outcome.name, percent(&above))
        });
    }
    let blocked = result.share_above(&key_of(const { listed("rolloutBlocked") }, rollout), 0.5);
    if blocked.count > 0 {
        let reasons = result.blocked_reasons(&rollout.workload, rollout.number);
        let reason = reasons.first().map_or_else(String::new, |(reason, runs)| {
            let of = if *runs < blocked.count {
                format!(" in {runs} of {}", blocked.count)
            } else {
                String::new()
            };
            format!("; why{of}: {reason}")
        });
        sentences.push(format!("{name}: does not complete in {}{reason}.", percent(&blocked)));
    }
}

/// The table of rollouts: a row a variant, rollout and constraint. `None` where it is empty or too long.
fn rollout_table(results: &[VariantResult]) -> Option<Columns> {
    let mut table =
        Columns::new(["variant", "rollout", "constraint", "final skew: share of runs", "largest", "seconds"]);
    for result in results {
        let Some(record) = result.first_record() else { continue };
        for rollout in &record.rollouts {
            for outcome in &rollout.constraints {
                table.push(table_row(result, rollout, &outcome.name));
            }
        }
    }
    (1..=MOST_ROWS).contains(&table.len()).then_some(table)
}

fn table_row(result: &VariantResult, rollout: &RolloutRow, constraint: &Arc<str>) -> Vec<String> {
    let final_skew = result.summary(&key_of_constraint(FINAL_SKEW, rollout, constraint));
    let shares = final_skew.map_or_else(String::new, |summary| {
        let bins: Vec<String> = summary
            .histogram
            .iter()
            .map(|(skew, share)| format!("{skew}: {:.1}%", share.share() * 100.0))
            .collect();
        if bins.is_empty() { format!("{} … {}", summary.min, summary.max) } else { bins.join("  ") }
    });
    let during = result.summary(&key_of_constraint(const { listed("maxSkewDuring") }, rollout, constraint));
    let duration = result.summary(&key_of(const { listed("rolloutDurationSeconds") }, rollout));
    vec![
        result.name.clone().unwrap_or_default(),
        match rollout.workload.rsplit('/').next().unwrap_or("") {
            name if rollout.adopted => format!("{name} as it is"),
            name => format!("{name} #{}", rollout.number),
        },
        constraint.to_string(),
        shares,
        during.map_or_else(String::new, |summary| summary.max.to_string()),
        match duration {
            Some(summary) if !rollout.adopted => format!("{:.1}", summary.median),
            Some(_) => String::new(),
            None if rollout.blocked.is_some() => "blocked".to_owned(),
            None => "rolled at once".to_owned(),
        },
    ]
}
