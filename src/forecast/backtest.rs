//! How forecasts held: what would have been forecast for what happened between two dumps of a cluster.

use serde_json::Value;

use super::error::{Code, Error, Fault};
use super::{Forecast, Monitor, Unmonitored, guard};
use crate::kernel::Seed;
use crate::report::backtest::{Setting, page};
use crate::report::page::Page;
use crate::scenario::backtest::{ResolvedBacktest, Sources, ledger_of_all, load_backtest};
use crate::scenario::{InputError, Ledger};
use crate::study::aftermath::with_what_happened;
use crate::study::backtest::{Pair, judge};
use crate::study::oversight::Oversight;
use crate::study::replication;
use crate::study::summary::VariantResult;
use crate::study::timing_fit;

/// A dump from before and one from after.
#[derive(Clone, Debug, Default)]
pub struct Dumps {
    /// A name, where there are several.
    pub name: Option<String>,
    /// Their texts.
    pub sources: Sources,
}

/// Pairs of dumps, read.
pub struct Backtest {
    pairs: Vec<(Option<String>, ResolvedBacktest)>,
    /// How they were read; the input of it is not looked at.
    forecast: Forecast,
}

/// How the forecasts held.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BacktestAnswer {
    /// Each pair of dumps, judged.
    pub pairs: Vec<Pair>,
    /// Runs of each forecast.
    pub runs: u32,
    /// The seed of all draws.
    pub seed: u64,
    /// What the forecasts leave out, and what stands behind them.
    pub ledger: Ledger,
}

impl Backtest {
    pub(super) fn load(forecast: &Forecast, dumps: &[Dumps]) -> Result<Self, Error> {
        let mut options = forecast.options.clone();
        let changes = [
            ("apply", !options.apply.is_empty()),
            ("set", !options.set.is_empty()),
            ("namespace", options.namespace.is_some()),
        ];
        if let Some((name, _)) = changes.into_iter().find(|(_, is_given)| *is_given) {
            let why = "a forecast is judged by what happened to the cluster as it was; leave it out";
            return Err(Error::wrong(Fault::new(Code::Question, format!("--{name}: {why}"))));
        }
        options.ask.fitter = Some(timing_fit::rollout::times);
        let read = |Dumps { name, sources }: &Dumps| {
            let read = guard::of(|| Ok(load_backtest(sources, &options, &*forecast.reader)?));
            let named = |fault: Fault| match name {
                Some(name) => Fault::new(fault.code, format!("{name}: {fault}")),
                None => fault,
            };
            let backtest = read.map_err(|error| match error {
                Error::WrongInput(faults) => Error::WrongInput(faults.into_iter().map(named).collect()),
                other => other,
            })?;
            Ok((name.clone(), backtest))
        };
        let pairs: Result<Vec<_>, Error> = dumps.iter().map(read).collect();
        Ok(Self { pairs: pairs?, forecast: forecast.clone() })
    }

    /// What is doubtful about the dumps.
    pub fn warnings(&self) -> impl Iterator<Item = &InputError> {
        self.pairs.iter().flat_map(|(_, backtest)| &backtest.scenario.warnings)
    }

    /// How the forecasts held, each of so many runs.
    pub fn judge(&self, runs: u32) -> Result<BacktestAnswer, Error> {
        self.judge_monitored(runs, &Unmonitored)
    }

    /// The same; the monitor is told of each run.
    pub fn judge_monitored(&self, runs: u32, monitor: &dyn Monitor) -> Result<BacktestAnswer, Error> {
        let rolled = self.pairs.iter().filter(|(_, backtest)| !backtest.rolls.is_empty()).count();
        monitor.expect(rolled as u64 * u64::from(runs));
        let judged: Result<Vec<Pair>, Error> = guard::overseen(monitor, |oversight| {
            self.pairs
                .iter()
                .map(|(name, backtest)| self.judge_pair((name, backtest), runs, oversight))
                .collect()
        });
        let pairs = judged?;
        refuse_without_rollouts(&pairs)?;
        let first = self.pairs.first().map(|(_, backtest)| backtest.scenario.seed);
        let mut ledger = ledger_of_all(pairs.iter().map(|pair| &pair.ledger));
        ledger.earlier = self.forecast.earlier;
        Ok(BacktestAnswer { pairs, runs, seed: self.forecast.options.seed.or(first).unwrap_or(1), ledger })
    }

    /// Runs a forecast and judges it. Where nothing was rolled nothing is run.
    fn judge_pair(
        &self,
        (name, backtest): (&Option<String>, &ResolvedBacktest),
        runs: u32,
        oversight: &Oversight<'_>,
    ) -> Result<Pair, Error> {
        let scenario = &backtest.scenario;
        let runs = match &scenario.variants[..] {
            [variant, ..] if !backtest.rolls.is_empty() => {
                let size = (runs, self.forecast.threads);
                let keep = |row: &_| judge::is_judged(backtest, row);
                replication::replicate_keeping(&variant.setup, Seed(scenario.seed), size, &keep, oversight)?
            }
            _ => Vec::new(),
        };
        let rollouts = judge::judge(backtest, &runs);
        let result = VariantResult::new(name.clone(), runs);
        let mut not_judged = backtest.not_judged.clone();
        if rollouts.is_empty() && not_judged.is_empty() {
            not_judged.push("no Deployment was rolled between the dumps".to_owned());
        }
        Ok(Pair {
            name: name.clone(),
            read: (backtest.read.0.to_string(), backtest.read.1.to_string()),
            rollouts,
            not_judged,
            beside: backtest.beside.clone(),
            ends: result.ends(),
            ledger: with_what_happened(&scenario.ledger, &[result]),
        })
    }
}

/// Without a single rollout there is nothing to judge.
fn refuse_without_rollouts(pairs: &[Pair]) -> Result<(), Error> {
    if pairs.iter().any(|pair| !pair.rollouts.is_empty()) {
        return Ok(());
    }
    let faults = pairs.iter().map(|pair| {
        let name = pair.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        let beside = match &pair.beside[..] {
            [] => String::new(),
            some => format!("; happened: {}", some.join("; ")),
        };
        let (first, second) = &pair.read;
        let why = pair.not_judged.join("; ");
        let message = format!("{name}nothing to judge from {first} to {second}: {why}{beside}");
        Fault::new(Code::NothingHappened, message)
    });
    Err(Error::WrongInput(faults.collect()))
}

impl BacktestAnswer {
    /// Whether no run was cut off and, if `strict`, nothing is left out.
    pub fn is_complete(&self, strict: bool) -> bool {
        !self.pairs.iter().any(|pair| pair.ends.is_cut_off()) && self.ledger.satisfies(strict)
    }

    /// What is told, the data, the table and the summary.
    pub fn page(&self) -> Page<'_> {
        page(Setting { pairs: &self.pairs, runs: self.runs, seed: self.seed, ledger: &self.ledger })
    }

    /// For people.
    pub fn to_text(&self) -> String {
        self.page().to_text()
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        self.page().to_json()
    }
}
