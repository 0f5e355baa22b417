//! An input as a scenario, checked and ready to run.

use std::sync::Arc;

use super::error::Error;
use super::explain::{self, ExplainOptions, PodAnswer};
use super::run::{self, RunAnswer, RunOptions};
use super::{Forecast, Monitor, Unmonitored, guard};
use crate::cluster::setup::ClusterSetup;
use crate::scenario::{self, InputError, Ledger, Resolved, Variant};
use crate::study::explanation::PodQuery;

/// A scenario that can be run.
#[derive(Clone)]
pub struct Scenario {
    resolved: Resolved,
    threads: usize,
}

impl Scenario {
    pub(super) fn load(forecast: &Forecast) -> Result<Self, Error> {
        let Forecast { sources, options, reader, threads, earlier } = forecast;
        let mut resolved = guard::of(|| Ok(scenario::load(sources, options, &**reader)?))?;
        resolved.ledger.earlier = *earlier;
        Ok(Self { resolved, threads: *threads })
    }

    /// The scenario with other setups: `change` is handed that of each variant, to put a plugin of one's own into, say.
    #[must_use]
    pub fn with_setups(mut self, change: impl Fn(&mut ClusterSetup)) -> Self {
        for variant in &mut self.resolved.variants {
            change(Arc::make_mut(&mut variant.setup));
        }
        self
    }

    /// What is doubtful about the input.
    pub fn warnings(&self) -> &[InputError] {
        &self.resolved.warnings
    }

    /// What of the input is left out, and what stands behind the rest.
    pub fn ledger(&self) -> &Ledger {
        &self.resolved.ledger
    }

    /// The variants, ready to run; a single one without a name where the scenario has none.
    pub fn variants(&self) -> &[Variant] {
        &self.resolved.variants
    }

    /// The variant of a name, or the first.
    pub fn variant(&self, wanted: Option<&str>) -> Result<&Variant, Error> {
        explain::variant_of(self.variants(), wanted)
    }

    /// The whole of it, for the parts of the library below.
    pub fn resolved(&self) -> &Resolved {
        &self.resolved
    }

    /// What happens.
    pub fn run(&self, options: &RunOptions) -> Result<RunAnswer, Error> {
        self.run_monitored(options, &Unmonitored)
    }

    /// What happens; the monitor is told of each run.
    pub fn run_monitored(&self, options: &RunOptions, monitor: &dyn Monitor) -> Result<RunAnswer, Error> {
        guard::overseen(monitor, |oversight| run::answer(&self.resolved, self.threads, options, oversight))
    }

    /// Why a pod went where it went, or stays without a node.
    pub fn explain(&self, query: &PodQuery, options: &ExplainOptions) -> Result<PodAnswer, Error> {
        self.explain_monitored(query, options, &Unmonitored)
    }

    /// The same; the monitor is told of each run.
    pub fn explain_monitored(
        &self,
        query: &PodQuery,
        options: &ExplainOptions,
        monitor: &dyn Monitor,
    ) -> Result<PodAnswer, Error> {
        guard::overseen(monitor, |oversight| {
            explain::answer(&self.resolved, self.threads, (query, options), oversight)
        })
    }
}
