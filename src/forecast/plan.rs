//! A Plan: the smallest or cheapest choice for which targets hold.

use std::sync::Arc;

use serde_json::Value;

use super::error::Error;
use super::{Forecast, Monitor, Unmonitored, guard};
use crate::kernel::Seed;
use crate::report::page::Page;
use crate::report::plan::{self as report, Planned};
use crate::scenario::planning::{ResolvedPlan, load_plan};
use crate::scenario::{FileReader, InputError};
use crate::study::oversight::Oversight;
use crate::study::planning::evaluation::evaluate;
use crate::study::planning::search::{Found, Space, search};

/// A Plan that can be searched.
pub struct Plan {
    resolved: Arc<ResolvedPlan>,
    reader: Arc<dyn FileReader + Send + Sync>,
    threads: usize,
}

/// What a search found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlanAnswer {
    /// What was searched for.
    pub plan: Arc<ResolvedPlan>,
    /// The choices that were tried, and the answer.
    pub found: Found,
}

impl Plan {
    pub(super) fn load(forecast: &Forecast) -> Result<Self, Error> {
        let Forecast { options, reader, threads, .. } = forecast;
        let source = forecast.document()?;
        let resolved = guard::of(|| Ok(load_plan(source, options, &**reader)?))?;
        Ok(Self { resolved: Arc::new(resolved), reader: Arc::clone(reader), threads: *threads })
    }

    /// What is doubtful about the input.
    pub fn warnings(&self) -> &[InputError] {
        &self.resolved.warnings
    }

    /// Searches.
    pub fn search(&self) -> Result<PlanAnswer, Error> {
        self.search_monitored(&Unmonitored)
    }

    /// Searches; the monitor is told of each run.
    pub fn search_monitored(&self, monitor: &dyn Monitor) -> Result<PlanAnswer, Error> {
        let found = guard::overseen(monitor, |oversight| self.find(oversight))?;
        Ok(PlanAnswer { plan: Arc::clone(&self.resolved), found })
    }

    fn find(&self, oversight: &Oversight<'_>) -> Result<Found, Error> {
        let plan = &self.resolved;
        let price = |choice: &[usize]| report::price(plan, choice).unwrap_or(choice[0] as f64);
        let sizes = plan.variables.iter().map(|variable| variable.labels.len()).collect();
        let space = Space { sizes, price: &price, error: 1.0 - plan.confidence };
        search(&space, &mut |choice, share| {
            // A choice in between may be wrong though the first and the last are right.
            let setup = plan.resolve(choice, &*self.reader)?;
            let size = (plan.max_runs, self.threads);
            Ok(evaluate(&setup, &plan.targets, (Seed(plan.seed), share), size, choice, oversight)?)
        })
    }
}

impl PlanAnswer {
    /// Whether a choice meets the targets.
    pub fn is_met(&self) -> bool {
        self.found.answer.is_some()
    }

    /// Whether runs of a choice were cut off: it is not shown to fail, and what is cheaper is not known.
    pub fn is_cut_off(&self) -> bool {
        self.found.is_cut_off()
    }

    /// Whether no run was cut off and, if `strict`, nothing is left out.
    pub fn is_complete(&self, strict: bool) -> bool {
        !self.is_cut_off() && self.plan.ledger.satisfies(strict)
    }

    /// The answer, to be rendered, with the evidence.
    pub fn page(&self) -> Page<'_> {
        report::page(Planned { plan: &self.plan, found: &self.found })
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
