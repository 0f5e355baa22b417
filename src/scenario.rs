//! Documents to validated scenarios: what a user writes becomes a [`ClusterSetup`] for each variant.
//!
//! | step | where |
//! | --- | --- |
//! | texts → trees with lines and columns | `kubecast_manifest`, `inputs` |
//! | what is no manifest, and what it seems to be | `mistaken` |
//! | the document `kind: Scenario` | [`document`] and the files named after its fields |
//! | a variant's values set in the trees | `overrides` |
//! | synthetic nodes and workloads | `node_pool`, `workload` |
//! | trees → API types → compact objects, defaulted and validated | `builder`, [`crate::api`] |
//! | numbers of objects, owners, nodes; dumps adopted as the state at time 0 | `adopt` |
//! | a KubeSchedulerConfiguration → profiles | `scheduler_configuration` |
//! | API servers, ranges and generators of Services | `service_ips` |
//! | the release that is followed | `release` |
//! | operations of the timeline | `operations`, `service_operations` |
//! | one rollout on a dump, as a scenario | [`rollout`], with [`assignment`]s of the command line |
//! | what happened between two dumps, and the scenario that forecasts it | [`backtest`] |
//! | a Study → a cluster for each arm at each design point | [`study`] |
//! | machine files and named machines | [`crate::machine_files`] |
//!
//! All faults of an input are collected (up to [`error::MAX_ERRORS`]), each with its place.
//! Nothing here touches files: what documents name comes through a [`FileReader`].

pub mod api_version;
pub mod assignment;
pub mod assumptions;
pub mod backtest;
pub mod capacity;
mod change;
mod control_plane;
pub mod coverage;
pub mod distribution;
pub mod document;
pub mod dump;
mod dump_line;
pub mod earlier;
pub mod embedded;
pub mod error;
pub mod expectation;
pub mod figure_selector;
pub mod fitted;
mod kubelets;
pub mod lints;
pub mod names;
pub mod node_pool;
pub mod planning;
pub mod pod_times;
pub mod prometheus;
pub mod reader;
pub mod reference;
pub mod references;
pub mod rollout;
pub mod scheduler_settings;
pub mod schema;
mod service_ips;
pub mod study;
pub mod time;
mod timing_hops;
pub mod timing_settings;
pub mod trace;
pub mod variant;
pub mod workload;

mod adopt;
mod as_written;
mod builder;
mod daemon_revisions;
mod directory;
mod draw_uses;
mod inputs;
mod manifests;
mod measure_names;
mod mistaken;
mod node_conditions;
mod objects;
pub mod operation;
mod overrides;
mod places;
mod plan;
mod release;
mod resolve;
mod run_time;
mod scheduler_configuration;
mod start_time;
mod start_up;
pub mod timing_preset;

use std::collections::BTreeSet;
use std::sync::Arc;

use kubecast_manifest::Document;

use assignment::Assignment;
pub use coverage::{Gap, Ledger};
use error::Findings;
pub use error::{InputError, Place};
pub use expectation::Expectation;
use fitted::{FittedTimes, Fitter};
pub use reader::{FileReader, NoFiles, SourceText};
pub use reference::Reference;
pub use schema::schema;

use crate::api::Release;
use crate::cluster::setup::ClusterSetup;
use crate::measures::{MEASURES, Measure};
use inputs::Inputs;
use plan::Plan;
use timing_preset::TimingPreset;

/// What the command line, or the user of the library, says about the inputs.
#[derive(Clone, Debug)]
pub struct LoadOptions {
    /// Warnings are errors.
    pub strict: bool,
    /// Overrides `spec.seed`.
    pub seed: Option<u64>,
    /// What the answer is to be about.
    pub ask: Ask,
    /// The release to follow, whatever the input says.
    pub kubernetes_version: Option<Release>,
    /// Files that change what the others hold, as `kubectl apply` would at time 0.
    pub apply: Vec<SourceText>,
    /// What is set in every variant, after its own values.
    pub set: Vec<Assignment>,
    /// The namespace of objects that name none; `None` is `default`. Those that stand in a Scenario are not meant.
    pub namespace: Option<String>,
    /// What expectations, metrics and targets may name: [`MEASURES`], or a list with measures of one's own.
    pub measures: Vec<Measure>,
}

/// What an answer is to be about, and what it need not tell.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The one workload that is asked about; `None`: the whole cluster.
    pub subject: Option<Reference>,
    /// Whether answers show both ends of the subject's HorizontalPodAutoscaler.
    pub shows_autoscaler: bool,
    /// The lints that are not told.
    pub allow: BTreeSet<String>,
    /// The pace of the control plane, whatever the input says.
    pub timing_preset: Option<TimingPreset>,
    /// Fits the times of the workload that is rolled to its pods in the input; `None`: the defaults hold.
    pub fitter: Option<Fitter>,
    /// The times that were fitted, each workload once.
    pub fitted: Vec<FittedTimes>,
}

impl Default for LoadOptions {
    fn default() -> Self {
        Self {
            strict: false,
            seed: None,
            ask: Ask::default(),
            kubernetes_version: None,
            apply: Vec::new(),
            set: Vec::new(),
            namespace: None,
            measures: MEASURES.to_vec(),
        }
    }
}

/// A scenario, ready to run.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// `metadata.name`; the first file's name without a scenario document.
    pub name: String,
    /// `metadata.description`.
    pub description: Option<String>,
    /// The seed of all draws.
    pub seed: u64,
    /// The variants in order; without `spec.variants` a single one without a name.
    pub variants: Vec<Variant>,
    /// What must come out.
    pub expectations: Vec<Expectation>,
    /// What is doubtful about the input.
    pub warnings: Vec<InputError>,
    /// What of the input is left out, and what stands behind the rest.
    pub ledger: Ledger,
}

impl Resolved {
    /// Takes up what is doubtful about the input.
    pub(crate) fn doubt(&mut self, warnings: Vec<InputError>) {
        self.ledger.doubts = warnings.len();
        self.warnings = warnings;
    }
}

/// One variant of a scenario.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name; `None` in a scenario without variants.
    pub name: Option<String>,
    /// The cluster it starts from.
    pub setup: Arc<ClusterSetup>,
}

/// Reads inputs and resolves them to a scenario.
///
/// `inputs` are the files of the command line in order; at most one holds a Scenario document, all
/// others plain Kubernetes objects (which are merged). At most [`error::MAX_ERRORS`] errors are told,
/// in the order in which they are found.
pub fn load(
    inputs: &[SourceText],
    options: &LoadOptions,
    reader: &dyn FileReader,
) -> Result<Resolved, Vec<InputError>> {
    let mut findings = Findings::default();
    let mut inputs_read = Inputs::new(inputs, options.kubernetes_version, reader, &mut findings);
    inputs_read.take_options(options, &mut findings);
    let name = inputs.first().map_or("", |source| &source.name);
    let scenario = inputs_read.scenario.clone().unwrap_or_else(|| plan::implicit_scenario(name));
    let resolved = resolve_all(&scenario, options, &mut inputs_read, &mut findings);
    let warnings = findings.finish(options.strict)?;
    let mut resolved = resolved.expect("without errors every variant is resolved");
    resolved.doubt(warnings);
    Ok(resolved)
}

/// Every variant; `None` if something is so wrong that there is no going on.
fn resolve_all(
    scenario: &Document,
    options: &LoadOptions,
    inputs: &mut Inputs<'_>,
    findings: &mut Findings,
) -> Option<Resolved> {
    let base = plan::decode_scenario(scenario, findings)?;
    let names = plan::variant_names(scenario);
    let expectations = plan::expectations(scenario, &base, (&names, &options.measures), findings);
    let which: Vec<Option<usize>> =
        if names.is_empty() { vec![None] } else { (0..names.len()).map(Some).collect() };
    let mut variants = Vec::with_capacity(which.len());
    let mut ledger = Ledger::default();
    for variant in which {
        if findings.is_full() {
            return None;
        }
        let mut plan = Plan::new(scenario, variant, options.seed, inputs, findings);
        if let Some(plan) = &mut plan {
            plan.ask.clone_from(&options.ask);
        }
        let name = variant.map(|index| names[index].clone());
        if let Some((setup, found, builder)) = plan.and_then(|plan| resolve::resolve(&plan, findings)) {
            plan::check_subjects(&expectations, name.as_deref(), &builder.directory, findings);
            ledger.merge(found);
            variants.push(Variant { name, setup: Arc::new(setup) });
        }
    }
    Some(Resolved {
        name: base.metadata.name,
        description: base.metadata.description,
        seed: options.seed.or(base.spec.seed).unwrap_or(1),
        variants,
        expectations,
        warnings: Vec::new(),
        ledger,
    })
}
