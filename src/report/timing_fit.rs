//! Fitted times, in words, as JSON, and as the Scenario that sets them.
//!
//! ```text
//! deployment/shop/web  start-up  212  2.9 s (2.7 to 3.1)  7.2 s (6.4 to 8.4)  lognormal  0.03 of 0.07
//! ```

mod json;
mod scenario;

use json::to_json;
pub use scenario::to_yaml;

use crate::kernel::Distribution;
use crate::report::page::columns::Columns;
use crate::report::page::{Block, Page, Section};
use crate::study::timing_fit::estimate::{Fit, LEAST, Quantile};
use crate::study::timing_fit::observations::{Hop, LeftOut, Subject};
use crate::study::timing_fit::seen::finished;
use crate::study::timing_fit::{HopFit, prior};

/// What was read, for the first line.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Pods.
    pub pods: usize,
    /// Events of pods.
    pub events: usize,
    /// Histograms of metrics.
    pub histograms: usize,
    /// The newest time of the input.
    pub now: Option<String>,
}

/// The answer.
pub fn page<'a>(fits: &'a [HopFit], setting: &'a Setting) -> Page<'a> {
    Page::new(sections(fits, setting), move || to_json(fits, setting))
}

/// The table, the notes and the Scenario.
fn sections(fits: &[HopFit], setting: &Setting) -> Vec<Section> {
    let read = setting.now.as_ref().map_or_else(String::new, |now| format!(", read at {now} or later"));
    let histograms = match setting.histograms {
        0 => String::new(),
        1 => ", 1 histogram".to_owned(),
        several => format!(", {several} histograms"),
    };
    let from = format!("Fitted from {} pods, {} Events{histograms}{read}.", setting.pods, setting.events);
    vec![
        vec![Block::Sentence(0, from)],
        vec![Block::Table(0, table(fits))],
        notes(fits).into_iter().map(Block::Note).collect(),
        vec![Block::Heading("To use it, hand this Scenario in beside the dump:".to_owned())],
        vec![Block::Verbatim(to_yaml(fits))],
    ]
}

fn table(fits: &[HopFit]) -> Columns {
    let heading = [
        "of",
        "time",
        "seen",
        "not\nover",
        "left\nout",
        "median\n(95 % interval)",
        "95 % within\n(95 % interval)",
        "distribution",
        "distance\nof limit",
    ];
    let mut table = Columns::new(heading);
    let mut before: Option<&Subject> = None;
    for fit in fits {
        let subject = if before == Some(&fit.subject) { String::new() } else { subject_words(&fit.subject) };
        before = Some(&fit.subject);
        let seen = finished(&fit.sample.seen);
        let waiting: u64 =
            fit.sample.seen.iter().filter(|seen| !seen.is_finished()).map(|seen| seen.count).sum();
        let left_out: u64 = fit.sample.left_out.values().sum();
        let count = |count: u64| if count == 0 { String::new() } else { count.to_string() };
        let mut row =
            vec![subject, hop_words(fit.hop).to_owned(), seen.to_string(), count(waiting), count(left_out)];
        match &fit.fit {
            Some(found) => row.extend([
                quantile_words(&found.median),
                quantile_words(&found.p95),
                family_words(found).to_owned(),
                distance_words(found),
            ]),
            None => row.extend([String::new(), String::new(), prior_words(fit.hop), String::new()]),
        }
        table.push(row);
    }
    table
}

/// Who takes the time.
pub(super) fn subject_words(subject: &Subject) -> String {
    match subject {
        Subject::Cluster => "the cluster".to_owned(),
        Subject::Pool(label, value) => format!("nodes {label}={value}"),
        Subject::Workload(workload) => workload.to_string(),
    }
}

/// What takes the time.
const fn hop_words(hop: Hop) -> &'static str {
    match hop {
        Hop::ImagePull => "image pull",
        Hop::ContainerStart => "start-up",
        Hop::Sandbox => "sandbox",
        Hop::Readiness => "readiness",
        Hop::Termination => "termination",
        Hop::SchedulingCycle => "scheduling cycle",
        Hop::Binding => "binding",
    }
}

fn family_words(fit: &Fit) -> &'static str {
    fit.family.map_or("as seen, no family fits", |family| family.name())
}

fn prior_words(hop: Hop) -> String {
    let default = match prior(hop) {
        Some(Distribution::LogNormal { median, p99 }) => format!("lognormal, median {median}, p99 {p99}"),
        Some(Distribution::Constant(time)) => time.to_string(),
        Some(_) | None if hop == Hop::Termination => "the whole grace period".to_owned(),
        Some(_) | None => "by the nodes looked at".to_owned(),
    };
    format!("too few: {default} (default)")
}

/// Seconds with three digits at most that count.
fn seconds(value: f64) -> String {
    match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ if value >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

fn quantile_words(quantile: &Quantile) -> String {
    let interval = match (quantile.low, quantile.high) {
        (Some(low), Some(high)) => format!("{} to {}", seconds(low), seconds(high)),
        (Some(low), None) => format!("at least {}", seconds(low)),
        (None, Some(high)) => format!("at most {}", seconds(high)),
        (None, None) => "too few for an interval".to_owned(),
    };
    format!("{} s ({interval})", seconds(quantile.value))
}

fn distance_words(fit: &Fit) -> String {
    fit.distance.map_or_else(
        || "no family is possible".to_owned(),
        |distance| format!("{distance:.2} of {:.2}", fit.limit),
    )
}

/// What has to be known beside the figures.
fn notes(fits: &[HopFit]) -> Vec<String> {
    let mut notes = vec![
        "Survivors' bias: only pods that are still there are seen. One that was too slow and was replaced is not among \
         them: true times may be longer."
            .to_owned(),
        "Times of objects are whole seconds, and the fraction is taken as anything. The distance is the greatest between \
         the shares seen and fitted; within the limit it may be chance."
            .to_owned(),
    ];
    let few = fits.iter().filter(|fit| fit.fit.is_none()).count();
    if few > 0 {
        notes.push(format!(
            "Fewer than {LEAST} seen to their end tell too little: the default stays ({few} of {}).",
            fits.len()
        ));
    }
    let of_workloads = || fits.iter().filter(|fit| matches!(fit.subject, Subject::Workload(_)));
    for (why, words) in LEFT_OUT {
        // Start-up and readiness leave the same pods out: each is counted once.
        let of = |hop: Hop| {
            let fits = of_workloads().filter(|fit| fit.hop == hop);
            fits.filter_map(|fit| fit.sample.left_out.get(why)).sum::<u64>()
        };
        let count = [Hop::ContainerStart, Hop::Readiness, Hop::Termination].map(of).into_iter().max();
        if let Some(count) = count.filter(|count| *count > 0) {
            notes.push(format!("Left out: {count} pods {words}."));
        }
    }
    let starts = || of_workloads().filter(|fit| fit.hop == Hop::ContainerStart);
    let with_pulls: u64 = starts().map(|fit| fit.sample.with_pulls).sum();
    if with_pulls > 0 {
        notes.push(format!(
            "No Event tells of the pulls of {with_pulls} pods: start-up holds them (Events are kept for an hour; hand \
             them in with --events)."
        ));
    }
    let from_start_time: u64 = starts().map(|fit| fit.sample.from_start_time).sum();
    if from_start_time > 0 {
        notes.push(format!(
            "The binding of {from_start_time} pods lies after their start, which cannot be: they begin at \
             status.startTime."
        ));
    }
    let elsewhere = of_workloads().filter(|fit| !scenario::is_settable(fit)).count();
    if elsewhere > 0 {
        notes.push(
            "Only times of Deployments go into the Scenario below: pods of other workloads are not made anew in a run."
                .to_owned(),
        );
    }
    notes
}

/// Why pods are left out, in words that follow a number of pods.
const LEFT_OUT: &[(&LeftOut, &str)] = &[
    (&LeftOut::StartedAgain, "whose containers were started again, so that their first start is not known"),
    (&LeftOut::Stuck, "with a container that cannot start"),
    (&LeftOut::NeverStarted, "that have waited longer than a rollout would"),
    (&LeftOut::ReadyAgain, "that became ready so long after their start that it was not the first time"),
    (&LeftOut::ReadyEarly, "that were ready before their probe's initial delay was over"),
    (&LeftOut::OutOfOrder, "whose times contradict each other"),
];
