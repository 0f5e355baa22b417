//! What happens in a scenario, over many runs.

use std::sync::Arc;

use serde_json::Value;

use super::error::{Code, Error, Fault};
use super::sensitivity;
use crate::cluster::setup::ClusterSetup;
use crate::kernel::{Digest, Seed};
use crate::measures::RolloutRow;
use crate::report::page::Page;
use crate::report::page::file::OutputFile;
use crate::report::run::json::{self as summary_json, Head};
use crate::report::run::{self, files};
use crate::report::words::{sensitivity as report_sensitivity, verdicts};
use crate::scenario::{Ledger, Resolved};
use crate::study::aftermath::with_what_happened;
use crate::study::choice::Choice;
use crate::study::expectation::{self, Verdict};
use crate::study::oversight::{Oversight, Stopped};
use crate::study::replication;
use crate::study::sensitivity::Answer;
use crate::study::summary::VariantResult;

/// How a scenario is run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunOptions {
    /// How often, at least once.
    pub runs: u32,
    /// The replication that tables and events are of.
    pub replication: Choice,
    /// Whether to rerun with start-up times and lag halved and doubled.
    pub timing_sensitivity: bool,
}

impl Default for RunOptions {
    /// Once.
    fn default() -> Self {
        Self { runs: 1, replication: Choice::First, timing_sensitivity: false }
    }
}

impl RunOptions {
    /// So often.
    #[must_use]
    pub fn runs(self, runs: u32) -> Self {
        Self { runs, ..self }
    }

    /// With tables and events of this replication.
    #[must_use]
    pub fn replication(self, replication: Choice) -> Self {
        Self { replication, ..self }
    }

    /// With other times as well.
    #[must_use]
    pub fn timing_sensitivity(self, timing_sensitivity: bool) -> Self {
        Self { timing_sensitivity, ..self }
    }

    /// Whether they make sense.
    pub fn check(&self) -> Result<(), Error> {
        sensitivity::check_runs(self.runs, self.timing_sensitivity)
    }
}

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RunAnswer {
    /// The scenario's name.
    pub scenario: String,
    /// The seed of all draws.
    pub seed: u64,
    /// How often each variant was run.
    pub runs: u32,
    /// The variants and their figures.
    pub variants: Vec<VariantResult>,
    /// What was expected, and whether it came.
    pub verdicts: Vec<Verdict>,
    /// The answers with other times, where they were asked for.
    pub timing_sensitivity: Option<Vec<Answer>>,
    /// What is left out, and what stands behind the rest.
    pub ledger: Ledger,
}

pub(super) fn answer(
    resolved: &Resolved,
    threads: usize,
    options: &RunOptions,
    oversight: &Oversight<'_>,
) -> Result<RunAnswer, Error> {
    options.check()?;
    let (mut variants, timing_sensitivity) = simulate(resolved, threads, options, oversight)?;
    for (result, variant) in variants.iter_mut().zip(&resolved.variants) {
        let number = chosen(&options.replication, result)?;
        result.look_at(number, (&variant.setup, Seed(resolved.seed)), oversight)?;
    }
    Ok(RunAnswer {
        scenario: resolved.name.clone(),
        seed: resolved.seed,
        runs: options.runs,
        verdicts: expectation::evaluate(&resolved.expectations, &variants),
        ledger: with_what_happened(&resolved.ledger, &variants),
        variants,
        timing_sensitivity,
    })
}

/// The number of the replication that is looked at.
fn chosen(choice: &Choice, result: &VariantResult) -> Result<u32, Error> {
    let runs = result.runs.len();
    let found = choice.among(result).and_then(|number| {
        let is_there = usize::try_from(number).is_ok_and(|number| number < runs);
        let missing = || format!("there is no replication {number}: there are {runs} runs, from 0 on");
        is_there.then_some(number).ok_or_else(missing)
    });
    found.map_err(|message| {
        Error::wrong(Fault::about(Code::NotFound, "replication", &choice.to_string(), message))
    })
}

/// The results of each variant and, if asked for, the answers with other times.
fn simulate(
    resolved: &Resolved,
    threads: usize,
    options: &RunOptions,
    oversight: &Oversight<'_>,
) -> Result<(Vec<VariantResult>, Option<Vec<Answer>>), Stopped> {
    let reruns = if options.timing_sensitivity { sensitivity::count(&resolved.variants) } else { 0 };
    oversight.monitor().expect((resolved.variants.len() as u64 + reruns) * u64::from(options.runs));
    let size = (options.runs, threads);
    let one = |setup: &Arc<ClusterSetup>, name: Option<String>| {
        let runs = replication::replicate(setup, Seed(resolved.seed), size, oversight)?;
        Ok(VariantResult::new(name, runs))
    };
    let results: Result<Vec<VariantResult>, Stopped> =
        resolved.variants.iter().map(|variant| one(&variant.setup, variant.name.clone())).collect();
    let results = results?;
    let answers = options.timing_sensitivity.then(|| {
        let wanted = |row: &RolloutRow, result: &VariantResult| {
            let record = result.first_record();
            record.is_some_and(|record| run::is_worth_a_line(row, record))
        };
        sensitivity::answers(&resolved.variants, &results, &wanted, &|setup| one(setup, None))
    });
    Ok((results, answers.transpose()?))
}

impl RunAnswer {
    /// Whether no run was cut off and, if `strict`, nothing is left out.
    pub fn is_complete(&self, strict: bool) -> bool {
        !self.variants.iter().any(|result| result.ends().is_cut_off()) && self.ledger.satisfies(strict)
    }

    /// Whether everything that was expected came.
    pub fn is_as_expected(&self) -> bool {
        verdicts::all_met(&self.verdicts)
    }

    /// The digest of everything: of each variant's runs in order.
    pub fn digest(&self) -> u64 {
        let mut digest = Digest::new();
        for run in self.variants.iter().flat_map(|result| &result.runs) {
            digest.u64(run.end.fingerprint);
        }
        digest.finish()
    }

    /// The answer, to be rendered.
    pub fn page(&self) -> Page<'_> {
        let mut sections = run::sections(&self.variants, &self.ledger);
        sections.extend(self.timing_sensitivity.as_deref().map(report_sensitivity::section));
        sections.extend(verdicts::section(&self.verdicts));
        Page::new(sections, || self.summary()).with_files(self.files())
    }

    /// For people.
    pub fn to_text(&self) -> String {
        self.page().to_text()
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        self.page().to_json()
    }

    fn summary(&self) -> Value {
        let mut summary = summary_json::summary(&self.head(), &self.ledger, &self.verdicts);
        if let Some(answers) = &self.timing_sensitivity {
            summary["timingSensitivity"] = report_sensitivity::to_json(answers);
        }
        summary
    }

    fn head(&self) -> Head<'_> {
        Head {
            scenario: &self.scenario,
            seed: self.seed,
            runs: self.runs,
            digest: self.digest(),
            variants: &self.variants,
        }
    }

    /// The tables of each variant, manifest and summary.
    fn files(&self) -> Vec<OutputFile<'_>> {
        let mut files = Vec::new();
        for result in &self.variants {
            files.extend(files::files(result).into_iter().map(|file| file.below(result.name.as_deref())));
        }
        files.push(OutputFile::json("manifest.json", || summary_json::manifest(&self.head(), &self.ledger)));
        files.push(OutputFile::json("summary.json", || self.summary()));
        files
    }
}
