//! A plan's answer: in words, as a table of what was tried, and as JSON.

use serde_json::{Value, json};

use crate::report::page::columns::Columns;
use crate::report::page::file::OutputFile;
use crate::report::page::{Block, Page, Section, text_of};
use crate::report::table::{Column, Table};
use crate::report::words::ends::{cut_off_json, cut_offs};
use crate::report::words::{
    INTERVALS, assumptions_json, closing, gaps_json, irrelevant_json, lints_json, opening,
};
use crate::scenario::planning::{Goal, ResolvedPlan};
use crate::study::ends::Ends;
use crate::study::planning::evaluation::{Evidence, TargetEvidence, Verdict};
use crate::study::planning::search::Found;
use crate::study::statistics::distributions::rounded;

/// A number with at most four digits behind the point.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// The price of a choice; `None` without prices.
pub fn price(plan: &ResolvedPlan, choice: &[usize]) -> Option<f64> {
    let mut total = if plan.product { 1.0 } else { 0.0 };
    for (variable, value) in plan.variables.iter().zip(choice) {
        let price = variable.prices.as_ref()?[*value];
        if plan.product { total *= price } else { total += price }
    }
    Some(total)
}

/// `nodes=6, size=large`.
fn choice_words(plan: &ResolvedPlan, choice: &[usize]) -> String {
    let parts = plan.variables.iter().zip(choice);
    parts
        .map(|(variable, value)| format!("{}={}", variable.name, variable.labels[*value]))
        .collect::<Vec<_>>()
        .join(", ")
}

fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Holds => "meets",
        Verdict::Fails => "fails",
        Verdict::Undecided => "not decided",
    }
}

fn target_words(goal: Goal, evidence: &TargetEvidence) -> String {
    match (goal, evidence.broken) {
        (Goal::Mean(_), _) | (_, None) => {
            format!("{} (bound {})", short(evidence.estimate), short(evidence.bound))
        }
        (_, Some(broken)) => {
            let side = if evidence.verdict == Verdict::Fails { "above" } else { "below" };
            format!("broken in {broken} ({side} {} %)", short(evidence.bound * 100.0))
        }
    }
}

/// What was tried, from the worst choice to the best.
fn in_order(found: &Found) -> Vec<&Evidence> {
    let mut tried: Vec<&Evidence> = found.tried.iter().collect();
    tried.sort_by(|a, b| a.choice.cmp(&b.choice));
    tried
}

/// The choices of which runs were cut off: what comes before all else.
fn cut_off(plan: &ResolvedPlan, found: &Found) -> Section {
    let tried = in_order(found).into_iter();
    let named: Vec<(String, &Ends)> =
        tried.map(|evidence| (choice_words(plan, &evidence.choice), &evidence.ends)).collect();
    cut_offs(named.iter().map(|(name, ends)| (Some(name.as_str()), *ends)))
}

/// The answer with the evidence.
pub fn page(of: Planned<'_>) -> Page<'_> {
    let sections = sections(of);
    let files = vec![
        OutputFile::table(evidence().of(of)),
        OutputFile::json("plan.json", move || to_json(of.plan, of.found)),
        OutputFile::text("summary.txt", text_of(&sections)),
    ];
    Page::new(sections, move || to_json(of.plan, of.found)).with_files(files)
}

/// What is told.
fn sections(Planned { plan, found }: Planned<'_>) -> Vec<Section> {
    let targets: Vec<&str> = plan.targets.iter().map(|target| target.text.as_str()).collect();
    let mut first = cut_off(plan, found);
    first.push(opening(&plan.ledger));
    first.push(Block::sentence(format!(
        "{}: {}; {} % confidence, seed {}.",
        plan.name,
        targets.join(" and "),
        short(plan.confidence * 100.0),
        plan.seed
    )));
    let horizon = found.tried.iter().find_map(|evidence| evidence.ends.horizon);
    let horizon = horizon.map(|horizon| format!("Runs end at the horizon, {horizon}."));
    let conclusions = horizon.into_iter().chain(conclusion(plan, found)).map(Block::sentence).collect();
    let mut last = vec![Block::Note(INTERVALS.to_owned())];
    last.extend(closing(&plan.ledger));
    vec![first, vec![Block::Table(1, tried_table(plan, found))], conclusions, last]
}

/// What was tried, and how it met the targets.
fn tried_table(plan: &ResolvedPlan, found: &Found) -> Columns {
    let mut heading: Vec<String> = plan.variables.iter().map(|variable| variable.name.clone()).collect();
    heading.extend(["price", "runs", "verdict"].map(str::to_owned));
    heading.extend(plan.targets.iter().map(|target| target.text.clone()));
    let mut table = Columns::new(heading);
    for evidence in in_order(found) {
        let mut row = labels(plan, &evidence.choice);
        row.push(price(plan, &evidence.choice).map_or_else(String::new, short));
        row.extend([evidence.runs.to_string(), verdict_word(evidence.verdict).to_owned()]);
        row.extend(
            plan.targets
                .iter()
                .zip(&evidence.targets)
                .map(|(target, found)| target_words(target.goal, found)),
        );
        table.push(row);
    }
    table
}

/// The answer, and what it is needed for; or what stands in the way.
fn conclusion(plan: &ResolvedPlan, found: &Found) -> Vec<String> {
    let Some(answer) = &found.answer else {
        let best = found.tried.first();
        let words = best.map_or_else(String::new, |best| choice_words(plan, &best.choice));
        let how = match best.map(|best| best.verdict) {
            Some(Verdict::Undecided) => format!("is not shown to meet them in {} runs", plan.max_runs),
            _ => "does not meet them".to_owned(),
        };
        let binding = best.and_then(|best| best.binding.as_ref());
        let none = format!("No choice meets the targets: the best, {words}, {how}.");
        let binding = binding.map(|binding| format!("What binds: {binding}"));
        return [none].into_iter().chain(binding).collect();
    };
    let cheapest =
        if plan.variables.iter().any(|variable| variable.prices.is_some()) { "Cheapest" } else { "Smallest" };
    let cost =
        price(plan, answer).map_or_else(String::new, |price| format!(" at a price of {}", short(price)));
    let mut sentences = vec![format!(
        "{cheapest} choice that meets the targets: {}{cost}, with {} % confidence.",
        choice_words(plan, answer),
        short(plan.confidence * 100.0)
    )];
    // The best choice that fails and is no better anywhere: what the answer is needed for.
    let worse = |evidence: &&Evidence| {
        evidence.verdict != Verdict::Holds
            && evidence.choice.iter().zip(answer).all(|(other, value)| other <= value)
    };
    let next = found.tried.iter().filter(worse).max_by(|a, b| a.choice.cmp(&b.choice));
    if let Some(next) = next {
        let how = match next.verdict {
            Verdict::Undecided => format!("is not shown to in {} runs", next.runs),
            _ => "does not".to_owned(),
        };
        let binding = next.binding.as_ref().map_or_else(|| ".".to_owned(), |binding| format!(": {binding}"));
        sentences.push(format!("With {} it {how}{binding}", choice_words(plan, &next.choice)));
    }
    sentences
}

/// A plan, and what was found.
#[derive(Clone, Copy)]
pub struct Planned<'a> {
    /// The plan.
    pub plan: &'a ResolvedPlan,
    /// What was found.
    pub found: &'a Found,
}

/// A choice, a target, and what was found of it.
struct Line<'a> {
    plan: &'a ResolvedPlan,
    evidence: &'a Evidence,
    target: &'a str,
    found: &'a TargetEvidence,
}

/// `evidence.csv`, from the worst choice to the best.
pub fn evidence<'a>() -> Table<'a, Planned<'a>> {
    let columns: [Column<Planned<'a>, Line<'a>>; 9] = [
        Column::several(
            "the variables",
            "the value of each variable",
            |planned: Planned<'_>| {
                planned.plan.variables.iter().map(|variable| variable.name.clone()).collect()
            },
            |line| labels(line.plan, &line.evidence.choice),
        ),
        Column::new("price", "what the choice costs; empty without prices", |line| {
            price(line.plan, &line.evidence.choice).map_or_else(String::new, short).into()
        }),
        Column::new("n", "runs of it", |line| line.evidence.runs.to_string().into()),
        Column::new("verdict", "`meets` all targets, `fails` one, or `not decided`", |line| {
            verdict_word(line.evidence.verdict).into()
        }),
        Column::new("target", "the target, as written", |line| line.target.into()),
        Column::new("targetVerdict", "the same of this target", |line| {
            verdict_word(line.found.verdict).into()
        }),
        Column::new("broken", "runs that break it, where runs are counted", |line| {
            line.found.broken.map_or_else(String::new, |broken| broken.to_string()).into()
        }),
        Column::new("estimate", "the share of runs that break it, or the mean", |line| {
            rounded(line.found.estimate).to_string().into()
        }),
        Column::new(
            "bound",
            "the bound that counts: of the share from above (where it fails from below), of the mean on \
             its side",
            |line| rounded(line.found.bound).to_string().into(),
        ),
    ];
    let one_row_for = "each choice that was tried and each target";
    Table::new(("evidence.csv", one_row_for), columns, |Planned { plan, found }: Planned<'a>| {
        in_order(found).into_iter().flat_map(move |evidence| {
            let targets = plan.targets.iter().zip(&evidence.targets);
            targets.map(move |(target, found)| Line { plan, evidence, target: &target.text, found })
        })
    })
}

/// The values of a choice, as they are named.
fn labels(plan: &ResolvedPlan, choice: &[usize]) -> Vec<String> {
    let values = plan.variables.iter().zip(choice);
    values.map(|(variable, value)| variable.labels[*value].clone()).collect()
}

/// The answer and the evidence as JSON.
fn to_json(plan: &ResolvedPlan, found: &Found) -> Value {
    let named = |choice: &[usize]| -> Value {
        let entries = plan.variables.iter().zip(choice);
        entries
            .map(|(variable, value)| (variable.name.clone(), json!(variable.labels[*value])))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let names = in_order(found).into_iter().map(|evidence| choice_words(plan, &evidence.choice));
    let names: Vec<String> = names.collect();
    let ends = in_order(found).into_iter().map(|evidence| &evidence.ends);
    json!({
        "cutOff": cut_off_json(names.iter().map(|name| Some(name.as_str())).zip(ends)),
        "plan": plan.name,
        "seed": plan.seed,
        "confidence": plan.confidence,
        "maxRuns": plan.max_runs,
        "targets": plan.targets.iter().map(|target| &target.text).collect::<Vec<_>>(),
        "answer": found.answer.as_ref().map(|answer| json!({
            "choice": named(answer),
            "price": price(plan, answer).map(rounded),
        })),
        "tried": in_order(found).iter().map(|evidence| json!({
            "choice": named(&evidence.choice),
            "price": price(plan, &evidence.choice).map(rounded),
            "runs": evidence.runs,
            "verdict": verdict_word(evidence.verdict),
            "binding": evidence.binding,
            "targets": evidence.targets.iter().map(|target| json!({
                "verdict": verdict_word(target.verdict),
                "broken": target.broken,
                "estimate": rounded(target.estimate),
                "bound": rounded(target.bound),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "notSimulated": gaps_json(&plan.ledger),
        "irrelevant": irrelevant_json(&plan.ledger),
        "lints": lints_json(&plan.ledger),
        "assumptions": assumptions_json(&plan.ledger),
        "releases": plan.ledger.releases,
        "models": plan.ledger.models,
    })
}
