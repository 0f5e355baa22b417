//! `kubecast backtest`: the answer in words and tables, as JSON and as CSV.

mod csv_file;
mod json;
mod misses;

pub use csv_file::table as csv_table;
use json::to_json;

use crate::report::page::columns::Columns;
use crate::report::page::file::OutputFile;
use crate::report::page::{Block, Item, List, Page, Section};
use crate::report::words::ends::cut_offs;
use crate::report::words::{closing, counted, opening, own_error, wrapped};
use crate::scenario::Ledger;
use crate::scenario::backtest::End;
use crate::study::backtest::calibration::{Tally, mean};
use crate::study::backtest::{Completion, Figure, Kind, Pair, Rollout, Seen};

/// A longer table is in backtest.csv only.
const MOST_ROWS: usize = 60;
/// More misses than this are in the table only.
const MOST_MISSES: usize = 10;

/// The scoring rule, as answers state it.
pub const RULE: &str = "Score: the continuous ranked probability score E|X − y| − ½ E|X − X′| (X and X′ drawn from the forecast, y what was \
                        seen): how far the forecast lay from it, in seconds or pods; 0 is perfect, lower is better. Of complete or not it is \
                        the Brier score, 0 to 1.";

/// Whether a figure is of some kind.
type IsOf = fn(&Kind) -> bool;

/// What a backtest is of.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The pairs of dumps.
    pub pairs: &'a [Pair],
    /// Runs of each forecast.
    pub runs: u32,
    /// The seed of all draws.
    pub seed: u64,
    /// What the forecasts leave out.
    pub ledger: &'a Ledger,
}

impl<'a> Setting<'a> {
    fn rollouts(self) -> impl Iterator<Item = (&'a Pair, &'a Rollout)> {
        self.pairs.iter().flat_map(|pair| pair.rollouts.iter().map(move |rollout| (pair, rollout)))
    }

    fn figures(self) -> impl Iterator<Item = (&'a Pair, &'a Rollout, &'a Figure)> {
        self.rollouts()
            .flat_map(|(pair, rollout)| rollout.figures.iter().map(move |figure| (pair, rollout, figure)))
    }

    fn tally(self, wanted: impl Fn(&Kind) -> bool) -> Tally {
        Tally::of(self.figures().map(|(.., figure)| figure).filter(|figure| wanted(&figure.kind)))
    }

    fn completions(self) -> Vec<Completion> {
        self.rollouts().filter_map(|(_, rollout)| rollout.completion).collect()
    }
}

/// The answer.
pub fn page(setting: Setting<'_>) -> Page<'_> {
    let files = vec![
        OutputFile::table(csv_table().of(setting.pairs)),
        OutputFile::json("summary.json", move || to_json(setting)),
    ];
    Page::new(sections(setting), move || to_json(setting)).with_files(files)
}

/// What is told.
fn sections(setting: Setting<'_>) -> Vec<Section> {
    let mut first = cut_offs(setting.pairs.iter().map(|pair| (pair.name.as_deref(), &pair.ends)));
    first.push(opening(setting.ledger));
    first.extend(verdict(setting));
    first.push(Block::sentence(question(setting)));
    let mut together = calibration(setting);
    together.push(Block::Note(wrapped("", "", RULE).trim_end().to_owned()));
    let mut sections = vec![first, vec![figures(setting)], together];
    for (heading, list) in
        [("Not judged", not_judged(setting)), ("Happened too, and is not in the forecast", beside(setting))]
    {
        if !list.is_empty() {
            sections.push(vec![Block::Heading(format!("{heading}:")), wrapped_list(list)]);
        }
    }
    let mut last = vec![Block::Note(own_error(setting.ledger))];
    last.extend(closing(setting.ledger));
    sections.push(last);
    sections
}

fn wrapped_list(lines: impl IntoIterator<Item = String>) -> Block {
    let items = lines.into_iter().map(|text| Item { mark: '-', text }).collect();
    Block::List(List { indent: "  ", wrapped: true, items })
}

/// How often the forecast held, and what the misses had.
fn verdict(setting: Setting<'_>) -> Section {
    let all = setting.tally(|_| true);
    if all.judged == 0 {
        return vec![Block::sentence("No figure of any rollout can be judged (below, why).")];
    }
    let (low, high) = all.by_chance;
    let chance = if low == high { low.to_string() } else { format!("{low} to {high}") };
    let held =
        format!("The forecast held {} of {} times at 90 % (by chance {chance} would)", all.held, all.judged);
    let missed: Vec<_> = setting.figures().filter(|(.., figure)| !figure.held).collect();
    let held = match missed.len() {
        0 => format!("{held}."),
        1 => format!("{held}; the miss:"),
        several => format!("{held}; the {several} misses:"),
    };
    let more = missed.len().checked_sub(MOST_MISSES).filter(|more| *more > 0);
    let told = missed.iter().take(MOST_MISSES);
    let lines = told
        .map(|(pair, rollout, figure)| format!("{}, {}", name_of(pair, rollout), misses::words(figure)))
        .chain(more.map(|more| format!("… and {more} more, in the table")));
    let lines: Vec<String> = lines.collect();
    let mut section = vec![Block::sentence(held)];
    section.extend((!lines.is_empty()).then(|| wrapped_list(lines)));
    section
}

/// `PAIR: deployment/shop/web`.
fn name_of(pair: &Pair, rollout: &Rollout) -> String {
    match &pair.name {
        Some(name) => format!("{name}: {}", rollout.workload),
        None => rollout.workload.to_string(),
    }
}

/// What was compared.
fn question(setting: Setting<'_>) -> String {
    let Setting { pairs, runs, seed, .. } = setting;
    let rollouts = counted(setting.rollouts().count(), "rollout", "rollouts");
    let runs = counted(runs as usize, "run", "runs");
    match pairs {
        [pair] => {
            let (first, second) = &pair.read;
            format!(
                "Forecast from the dump of {first}, held against that of {second}: {rollouts}; {runs}, seed {seed}."
            )
        }
        several => format!("{} pairs of dumps, {rollouts}; {runs} each, seed {seed}.", several.len()),
    }
}

/// A row a figure.
fn figures(setting: Setting<'_>) -> Block {
    let mut table = Columns::new([
        "dumps",
        "rollout",
        "figure",
        "seen",
        "forecast:\nmedian",
        "middle 90 %",
        "rank",
        "probability",
        "score",
        "",
    ]);
    for (pair, rollout, figure) in setting.figures() {
        table.push(vec![
            pair.name.clone().unwrap_or_default(),
            format!("{}/{}", rollout.workload.namespace, rollout.workload.name),
            match &figure.kind {
                Kind::Duration => "duration".to_owned(),
                Kind::Skew(constraint) => format!("skew {constraint}"),
            },
            seen_words(figure),
            value(&figure.kind, figure.median),
            middle(figure),
            figure.rank.map_or_else(String::new, |rank| format!("{rank:.2}")),
            format!("{:.1} %", figure.probability * 100.0),
            format!("{:.2}", figure.score),
            if figure.held { String::new() } else { "MISSED".to_owned() },
        ]);
    }
    if table.len() > MOST_ROWS {
        return Block::Sentence(1, format!("{} figures: see backtest.csv (--out).", table.len()));
    }
    Block::Table(1, table)
}

fn unit(kind: &Kind) -> &'static str {
    match kind {
        Kind::Duration => " s",
        Kind::Skew(_) => "",
    }
}

/// `12 s`; what most runs never come to is `never`.
fn value(kind: &Kind, value: Option<i64>) -> String {
    value.map_or_else(|| "never".to_owned(), |value| format!("{value}{}", unit(kind)))
}

fn seen_words(figure: &Figure) -> String {
    match figure.seen {
        Seen::Value(seen) => value(&figure.kind, Some(seen)),
        Seen::MoreThan(seen) => format!("> {}", value(&figure.kind, Some(seen))),
    }
}

/// `10 to 13 s`, `10 s` where both ends are alike.
fn middle(figure: &Figure) -> String {
    match (figure.low, figure.high) {
        (Some(low), Some(high)) if low == high => value(&figure.kind, Some(low)),
        (Some(low), Some(high)) => format!("{low} to {}", value(&figure.kind, Some(high))),
        (Some(low), None) => format!("{} to never", value(&figure.kind, Some(low))),
        (None, _) => "never".to_owned(),
    }
}

/// How often each kind of figure held, and how its ranks lie.
fn calibration(setting: Setting<'_>) -> Section {
    let mut table =
        Columns::new(["together", "held", "by chance", "mean score", "ranks by fifths of the forecast"]);
    let kinds: [(&str, &str, IsOf); 2] = [
        ("durations", " s", |kind| *kind == Kind::Duration),
        ("final skews", " pods", |kind| matches!(kind, Kind::Skew(_))),
    ];
    for (name, unit, wanted) in kinds {
        let tally = setting.tally(wanted);
        if tally.judged == 0 {
            continue;
        }
        let (low, high) = tally.by_chance;
        table.push(vec![
            name.to_owned(),
            format!("{} of {}", tally.held, tally.judged),
            if low == high { low.to_string() } else { format!("{low} to {high}") },
            format!("{:.2}{unit}", tally.score),
            tally.bins.map(|bin| format!("{bin:.1}")).join("  "),
        ]);
    }
    let mut section = vec![Block::Table(1, table)];
    let completions = setting.completions();
    if !completions.is_empty() {
        let likelier = completions.iter().filter(|one| one.probability >= 0.5).count();
        let score = mean(&completions.iter().map(|one| one.score).collect::<Vec<_>>());
        let told = format!(
            "Complete or not: {likelier} of {} came as the forecast held likelier; mean Brier score {score:.3}.",
            completions.len()
        );
        section.push(Block::Sentence(1, told));
    }
    section
}

/// What is not judged, and why.
fn not_judged(setting: Setting<'_>) -> Vec<String> {
    let mut all = Vec::new();
    for pair in setting.pairs {
        let prefix = pair.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        all.extend(pair.not_judged.iter().map(|why| format!("{prefix}{why}.")));
        for rollout in &pair.rollouts {
            all.extend(rollout.not_judged.iter().map(|why| format!("{prefix}{}, {why}.", rollout.workload)));
        }
    }
    all
}

/// What happened too.
fn beside(setting: Setting<'_>) -> Vec<String> {
    let of = |pair: &Pair| {
        let prefix = pair.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        pair.beside.iter().map(|what| format!("{prefix}{what}.")).collect::<Vec<_>>()
    };
    setting.pairs.iter().flat_map(of).collect()
}

/// How a rollout stood, in a word.
fn end_word(end: End) -> &'static str {
    match end {
        End::Complete(_) => "complete",
        End::Blocked => "blocked",
        End::Running => "running",
    }
}
