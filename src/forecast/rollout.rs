//! One rollout of a Deployment on a dump of a cluster, over many runs and with other values.

use std::sync::Arc;

use serde_json::Value;

use super::error::{Code, Error, Fault};
use super::{Forecast, Monitor, Unmonitored, guard, sensitivity};
use crate::cluster::setup::ClusterSetup;
use crate::kernel::Seed;
use crate::measures::RolloutRow;
use crate::report::page::file::OutputFile;
use crate::report::page::{Block, Page};
use crate::report::rollout::{self as report, ArmReport, Setting, State};
use crate::report::run::files;
use crate::report::words::ends::cut_off_sentence;
use crate::report::words::{sensitivity as report_sensitivity, verdicts};
use crate::scenario::assignment::Assignment;
use crate::scenario::rollout::{self, Moment, ResolvedRollout, RolloutOrder};
use crate::scenario::{InputError, Ledger, Variant};
use crate::study::aftermath::with_what_happened;
use crate::study::ends::Ends;
use crate::study::expectation::{self, Verdict};
use crate::study::oversight::{Oversight, Stopped};
use crate::study::replication;
use crate::study::rollout_outcome::RolloutOutcome;
use crate::study::sensitivity::{Answer, LEAST_RUNS};
use crate::study::summary::VariantResult;
use crate::study::timing_fit;

/// The rollout that is asked about: 0 is the state taken over, or the creation.
const ROLLOUT: u32 = 1;
/// What is told where the answers with other times were not looked at.
const NOT_LOOKED_AT: &str =
    "Timing: whether the answers hang on the assumed times was not looked at (--timing-sensitivity).";

/// A rollout that can be run.
#[derive(Clone)]
pub struct Rollout {
    resolved: ResolvedRollout,
    order: RolloutOrder,
    threads: usize,
}

/// How a rollout is run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RolloutOptions {
    /// How often in each arm, at least once.
    pub runs: u32,
    /// Whether to rerun as often with start-up times and lag halved and doubled. Else some runs tell it, where there are
    /// enough and the cluster is not too large.
    pub timing_sensitivity: bool,
}

impl Default for RolloutOptions {
    /// A thousand runs.
    fn default() -> Self {
        Self { runs: 1000, timing_sensitivity: false }
    }
}

impl RolloutOptions {
    /// So often.
    #[must_use]
    pub fn runs(self, runs: u32) -> Self {
        Self { runs, ..self }
    }

    /// With other times as often.
    #[must_use]
    pub fn timing_sensitivity(self, timing_sensitivity: bool) -> Self {
        Self { timing_sensitivity, ..self }
    }

    /// Whether they make sense.
    pub fn check(&self) -> Result<(), Error> {
        sensitivity::check_runs(self.runs, self.timing_sensitivity)
    }

    /// How many runs of each arm with other times tell whether the answers hang on them; `None` where too many pods or too
    /// few runs forbid it, and it is not asked for.
    fn reruns(&self, variants: &[Variant]) -> Option<u32> {
        const USUAL: u32 = 200;
        if self.timing_sensitivity {
            return Some(self.runs);
        }
        let few = variants.iter().all(|variant| variant.setup.pods.len() <= sensitivity::MOST_PODS);
        (few && self.runs >= LEAST_RUNS).then_some(self.runs.min(USUAL))
    }
}

/// How the rollout ends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RolloutAnswer {
    /// What was asked for.
    pub order: RolloutOrder,
    /// The seed of all draws.
    pub seed: u64,
    /// How often each arm was run.
    pub runs: u32,
    /// When it began.
    pub moment: Moment,
    /// Each arm, the one as is first.
    pub arms: Vec<ArmReport>,
    /// The runs of each arm.
    pub results: Vec<VariantResult>,
    /// What was expected, and whether it came.
    pub verdicts: Vec<Verdict>,
    /// The answers with other times, where they were looked at.
    pub timing_sensitivity: Option<Vec<Answer>>,
    /// What is left out, and what stands behind the rest.
    pub ledger: Ledger,
    /// The cluster as is.
    setup: Arc<ClusterSetup>,
}

impl Rollout {
    pub(super) fn load(forecast: &Forecast, order: RolloutOrder) -> Result<Self, Error> {
        let Forecast { sources, options, reader, threads, earlier } = forecast;
        let mut options = options.clone();
        options.ask.fitter = Some(timing_fit::rollout::times);
        let mut resolved = guard::of(|| Ok(rollout::load_rollout(sources, &order, &options, &**reader)?))?;
        resolved.scenario.ledger.earlier = *earlier;
        Ok(Self { resolved, order, threads: *threads })
    }

    /// What is doubtful about the input.
    pub fn warnings(&self) -> &[InputError] {
        &self.resolved.scenario.warnings
    }

    /// The arms, ready to run.
    pub fn arms(&self) -> &[Variant] {
        &self.resolved.scenario.variants
    }

    /// How it ends.
    pub fn run(&self, options: &RolloutOptions) -> Result<RolloutAnswer, Error> {
        self.run_monitored(options, &Unmonitored)
    }

    /// How it ends; the monitor is told of each run.
    pub fn run_monitored(
        &self,
        options: &RolloutOptions,
        monitor: &dyn Monitor,
    ) -> Result<RolloutAnswer, Error> {
        options.check()?;
        guard::overseen(monitor, |oversight| self.answer(options, oversight))
    }

    fn answer(&self, options: &RolloutOptions, oversight: &Oversight<'_>) -> Result<RolloutAnswer, Error> {
        let scenario = &self.resolved.scenario;
        let (results, timing_sensitivity) = self.simulate(options, oversight)?;
        let ledger = with_what_happened(&scenario.ledger, &results);
        let arms = self.reports(&results)?;
        let mut verdicts = expectation::evaluate(&scenario.expectations, &results[..self.resolved.asked]);
        let left_out = self.resolved.left_out.iter();
        verdicts.extend(left_out.map(|(expected, why)| Verdict::not_judged(expected.clone(), *why)));
        Ok(RolloutAnswer {
            order: self.order.clone(),
            seed: scenario.seed,
            runs: options.runs,
            moment: self.resolved.moment,
            arms,
            results,
            verdicts,
            timing_sensitivity,
            ledger,
            setup: Arc::clone(&scenario.variants[0].setup),
        })
    }

    /// The results of each arm and the answers with other times.
    fn simulate(
        &self,
        options: &RolloutOptions,
        oversight: &Oversight<'_>,
    ) -> Result<(Vec<VariantResult>, Option<Vec<Answer>>), Stopped> {
        let variants = self.arms();
        let again = options.reruns(variants);
        let reruns = again.map_or(0, |runs| sensitivity::count(variants) * u64::from(runs));
        oversight.monitor().expect(variants.len() as u64 * u64::from(options.runs) + reruns);
        let workload = self.order.target.to_string();
        let wanted = |row: &RolloutRow| *row.workload == *workload && row.number == ROLLOUT;
        let seed = Seed(self.resolved.scenario.seed);
        let one = |setup: &Arc<ClusterSetup>, name: Option<String>, count: u32| {
            let size = (count, self.threads);
            let runs = replication::replicate_keeping(setup, seed, size, &wanted, oversight)?;
            Ok(VariantResult::new(name, runs))
        };
        let results: Result<Vec<VariantResult>, Stopped> =
            variants.iter().map(|variant| one(&variant.setup, variant.name.clone(), options.runs)).collect();
        let results = results?;
        let answers = again.map(|count| {
            sensitivity::answers(variants, &results, &|row, _| wanted(row), &|setup| one(setup, None, count))
        });
        Ok((results, answers.transpose()?))
    }

    fn reports(&self, results: &[VariantResult]) -> Result<Vec<ArmReport>, Error> {
        let workload = self.order.target.to_string();
        let mut arms = Vec::with_capacity(results.len());
        for ((variant, result), words) in self.arms().iter().zip(results).zip(&self.resolved.words) {
            let name = variant.name.clone().unwrap_or_default();
            let outcome = RolloutOutcome::of(&result.runs, &workload, ROLLOUT);
            let ends = result.ends();
            let outcome = outcome.ok_or_else(|| self.nothing_rolled(&name, &ends))?;
            arms.push(ArmReport { name, set: words.clone(), outcome, ends });
        }
        Ok(arms)
    }

    /// The change of the template changed nothing.
    fn nothing_rolled(&self, arm: &str, ends: &Ends) -> Error {
        let target = &self.order.target;
        if let Some(cut) = cut_off_sentence(ends) {
            let message = format!("{target} is not rolled in arm {arm} by then: {cut}");
            return Error::Incomplete(Fault::new(Code::NothingHappened, message));
        }
        let why = match &self.order.image {
            _ if ends.at_horizon > 0 => "the runs end at the horizon before".to_owned(),
            Some(image) => {
                format!("it runs the image {} already; leave --image out to restart it", image.image)
            }
            None => {
                "it was restarted in the very second in which the simulation begins, and a second restart of \
                     that second changes nothing; give another spec.startTime"
                    .to_owned()
            }
        };
        let message = format!("{target} is not rolled in arm {arm}: {why}");
        Error::wrong(Fault::new(Code::NothingHappened, message))
    }
}

impl RolloutAnswer {
    /// Whether no run was cut off and, if `strict`, nothing is left out.
    pub fn is_complete(&self, strict: bool) -> bool {
        !self.arms.iter().any(|arm| arm.ends.is_cut_off()) && self.ledger.satisfies(strict)
    }

    /// Whether everything that was expected came.
    pub fn is_as_expected(&self) -> bool {
        verdicts::all_met(&self.verdicts)
    }

    /// The answer, to be rendered.
    pub fn page(&self) -> Page<'_> {
        let mut sections = self.in_setting(|setting| report::sections(&self.arms, setting));
        sections.push(match &self.timing_sensitivity {
            Some(answers) => report_sensitivity::section(answers),
            None => vec![Block::Note(NOT_LOOKED_AT.to_owned())],
        });
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
        let mut summary = self.in_setting(|setting| report::to_json(&self.arms, setting));
        if let Some(answers) = &self.timing_sensitivity {
            summary["timingSensitivity"] = report_sensitivity::to_json(answers);
        }
        summary
    }

    /// The rollout's own tables, for each arm the tables of an ordinary run, manifest and summary.
    fn files(&self) -> Vec<OutputFile<'_>> {
        let tables = report::tables().into_iter();
        let mut files: Vec<_> = tables.map(|table| OutputFile::table(table.of(&self.arms[..]))).collect();
        for result in &self.results {
            files.extend(files::files(result).into_iter().map(|file| file.below(result.name.as_deref())));
        }
        files.push(OutputFile::json("manifest.json", || report::manifest(&self.arms, &self.summary())));
        files.push(OutputFile::json("summary.json", || self.summary()));
        files
    }

    fn in_setting<T>(&self, report: impl FnOnce(&Setting<'_>) -> T) -> T {
        let workload = self.order.target.to_string();
        let set: Vec<String> = self.order.set.iter().map(Assignment::text).collect();
        let image = self.order.image.as_ref().map(ToString::to_string);
        report(&Setting {
            workload: &workload,
            moment: self.moment,
            start: self.setup.start,
            image: image.as_deref(),
            set: &set,
            seed: self.seed,
            runs: self.runs,
            state: state(&self.setup, &self.order),
            ledger: &self.ledger,
            verdicts: &self.verdicts,
        })
    }
}

fn state(setup: &ClusterSetup, order: &RolloutOrder) -> State {
    let deployment = rollout::deployment_of(setup, &order.target);
    let own: Vec<_> =
        deployment.into_iter().flat_map(|deployment| rollout::pods_of(setup, deployment)).collect();
    let active = || own.iter().filter(|pod| pod.is_active());
    State {
        nodes: setup.nodes.len(),
        pods: active().count(),
        replicas: deployment.map_or(0, |deployment| deployment.replicas),
        without_node: setup.pods.iter().filter(|pod| pod.is_active() && pod.node.is_none()).count(),
        terminating: setup.pods.iter().filter(|pod| pod.deleted.is_some()).count(),
        not_ready: active().filter(|pod| pod.node.is_some() && !pod.is_ready()).count(),
    }
}
