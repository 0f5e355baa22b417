//! The face of the library: what the commands answer, from code.
//!
//! ```
//! use kubecast::forecast::{Forecast, RunOptions};
//!
//! let cluster = "{apiVersion: v1, kind: Node, metadata: {name: node-1}, status: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}}";
//! let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c, image: i, resources: {requests: \
//!            {cpu: 8}}}]}}";
//! let forecast = Forecast::of_texts([("cluster.yaml", cluster), ("pod.yaml", pod)]);
//! let answer = forecast.scenario()?.run(&RunOptions::default())?;
//! assert!(answer.to_text().contains("Insufficient cpu"));
//! # Ok::<(), kubecast::forecast::Error>(())
//! ```
//!
//! | question | from | answer |
//! | --- | --- | --- |
//! | what happens | [`Scenario::run`] | [`RunAnswer`] |
//! | why did that pod go there | [`Scenario::explain`] | [`PodAnswer`] |
//! | how does a rollout of this Deployment end | [`Rollout::run`] | [`RolloutAnswer`] |
//! | what do other values change | [`Study::run`] | [`StudyAnswer`] |
//! | what is the smallest that suffices | [`Plan::search`] | [`PlanAnswer`] |
//! | how many more fit | [`Forecast::capacity`] | [`CapacityAnswer`] |
//! | how did forecasts hold | [`Backtest::judge`] | [`BacktestAnswer`] |
//! | how long did the hops take | [`Forecast::timing_fit`] | [`TimingAnswer`] |
//! | is the input right | [`Forecast::validate`] | [`Validation`] |
//!
//! A [`Forecast`] holds an input and how it is read. What is made of it (a [`Scenario`], a [`Rollout`], a [`Study`], a [`Plan`])
//! is checked and knows its warnings before anything is run. Runs are reported to a [`Monitor`], which may stop them. Every
//! answer holds its figures as types, and is a [`Page`], with which it has text, JSON and, where there are tables, files.
//!
//! Nothing here touches the process: no hook, no thread-local, no standard output. Files are read by
//! [`Forecast::read`] and where a document names one, through a [`FileReader`].

mod backtest;
mod capacity;
mod error;
mod explain;
mod files;
mod guard;
mod plan;
mod rollout;
mod run;
mod scenario;
mod sensitivity;
mod study;
mod timing;
mod validation;

use std::path::Path;
use std::sync::Arc;

pub use backtest::{Backtest, BacktestAnswer, Dumps};
pub use capacity::{CapacityAnswer, CapacityQuestion, PodCopies};
pub use error::{About, Bug, Code, Error, Fault};
pub use explain::{ExplainOptions, PodAnswer};
pub use files::{Files, read_all};
pub use plan::{Plan, PlanAnswer};
pub use rollout::{Rollout, RolloutAnswer, RolloutOptions};
pub use run::{RunAnswer, RunOptions};
pub use scenario::Scenario;
pub use study::{Study, StudyAnswer, StudyReport};
pub use timing::TimingAnswer;
pub use validation::Validation;

pub use crate::report::page::Page;
pub use crate::study::oversight::{Monitor, Unmonitored};

use crate::api::Release;
use crate::scenario::earlier::EarlierBacktest;
use crate::scenario::rollout::RolloutOrder;
use crate::scenario::timing_preset::TimingPreset;
use crate::scenario::{FileReader, LoadOptions, SourceText};

/// An input and how it is read.
#[derive(Clone)]
pub struct Forecast {
    sources: Vec<SourceText>,
    options: LoadOptions,
    reader: Arc<dyn FileReader + Send + Sync>,
    threads: usize,
    earlier: Option<EarlierBacktest>,
}

impl Forecast {
    /// Of texts that were read already. What documents name is read from the file system ([`Files`]).
    pub fn of(sources: Vec<SourceText>) -> Self {
        Self { sources, options: LoadOptions::default(), reader: Arc::new(Files), threads: 0, earlier: None }
    }

    /// Of texts with their names, which messages tell.
    pub fn of_texts<N: AsRef<str>, T: AsRef<str>>(texts: impl IntoIterator<Item = (N, T)>) -> Self {
        let source =
            |(name, text): (N, T)| SourceText { name: name.as_ref().into(), text: text.as_ref().into() };
        Self::of(texts.into_iter().map(source).collect())
    }

    /// Of files and folders.
    pub fn read<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self, Error> {
        Ok(Self::of(read_all(paths)?))
    }

    /// Reads files that documents name in another way.
    #[must_use]
    pub fn with_reader(self, reader: Arc<dyn FileReader + Send + Sync>) -> Self {
        Self { reader, ..self }
    }

    /// Reads the input in this way.
    #[must_use]
    pub fn with_options(self, options: LoadOptions) -> Self {
        Self { options, ..self }
    }

    /// The seed of all random draws, whatever the input says.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = Some(seed);
        self
    }

    /// The Kubernetes release to follow, whatever the input says.
    #[must_use]
    pub fn kubernetes_version(mut self, release: Release) -> Self {
        self.options.kubernetes_version = Some(release);
        self
    }

    /// The pace of the control plane, whatever the input says.
    #[must_use]
    pub fn timing_preset(mut self, preset: TimingPreset) -> Self {
        self.options.ask.timing_preset = Some(preset);
        self
    }

    /// Changes what the input holds at the start, as `kubectl apply` would.
    #[must_use]
    pub fn apply(mut self, sources: impl IntoIterator<Item = SourceText>) -> Self {
        self.options.apply.extend(sources);
        self
    }

    /// Threads for the runs; 0 is one a core. Changes no answer.
    #[must_use]
    pub fn threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// How forecasts of the user's own clusters held: answers tell it beside how far forecasts lay from recorded ones.
    #[must_use]
    pub fn earlier(self, earlier: Option<EarlierBacktest>) -> Self {
        Self { earlier, ..self }
    }

    /// The input as a scenario: a Scenario document, or plain manifests.
    pub fn scenario(&self) -> Result<Scenario, Error> {
        Scenario::load(self)
    }

    /// One rollout of a Deployment on the input, a dump of a cluster.
    pub fn rollout(&self, order: RolloutOrder) -> Result<Rollout, Error> {
        Rollout::load(self, order)
    }

    /// The input as a Study.
    pub fn study(&self) -> Result<Study, Error> {
        Study::load(self)
    }

    /// The input as a Plan.
    pub fn plan(&self) -> Result<Plan, Error> {
        Plan::load(self)
    }

    /// How forecasts held, by pairs of dumps from before and after. The input itself is not looked at.
    pub fn backtest(&self, dumps: &[Dumps]) -> Result<Backtest, Error> {
        Backtest::load(self, dumps)
    }

    /// How many more copies of pods fit.
    pub fn capacity(
        &self,
        question: &CapacityQuestion,
        monitor: &dyn Monitor,
    ) -> Result<CapacityAnswer, Error> {
        capacity::answer(self, question, monitor)
    }

    /// How long the hops took, by the dump that the input is, Events among it, and by metrics of its components.
    pub fn timing_fit(&self, metrics: &[SourceText]) -> Result<TimingAnswer, Error> {
        timing::answer(self, metrics)
    }

    /// Whether the input is right, as its own command would check it before it runs anything.
    pub fn validate(&self) -> Result<Validation, Error> {
        guard::of(|| validation::check(self))
    }

    /// The one document that a Study or Plan is. It names its own files, times and values: nothing beside it is heard.
    fn document(&self) -> Result<&SourceText, Error> {
        let LoadOptions { apply, set, namespace, ask, .. } = &self.options;
        let refused = [
            (
                !apply.is_empty(),
                "--apply: a Study or Plan names its own files; put the change among them, or into an arm",
            ),
            (
                ask.timing_preset.is_some(),
                "--timing-preset: a Study or Plan names its own scenario; put timing.preset there, or into an arm",
            ),
            (
                !set.is_empty(),
                "--set: a Study or Plan sets its own values; put it into an arm, or into the scenario",
            ),
            (
                namespace.is_some(),
                "--namespace: a Study or Plan names its own files; put the namespace into their objects",
            ),
        ];
        if let Some((_, message)) = refused.into_iter().find(|(is_given, _)| *is_given) {
            return Err(Error::wrong(Fault::new(Code::Question, message)));
        }
        match &self.sources[..] {
            [source] => Ok(source),
            sources => Err(Error::option("input", &format!("{} files", sources.len()), "one file is wanted")),
        }
    }
}
