//! From the document to the cluster of each arm at each design point.

use std::cell::RefCell;
use std::sync::Arc;

use kubecast_manifest::{Document, Entry, decode};

use super::design::{self, Factor, Level};
use super::document::StudyDocument;
use super::metric::Metric;
use super::{DesignPoint, ONLY_ARM, ResolvedStudy, Stopping};
use crate::kernel::{Digest, Draws, Identity, Seed};
use crate::measures::Measure;
use crate::scenario::api_version::API_VERSION;
use crate::scenario::coverage::Ledger;
use crate::scenario::directory::Directory;
use crate::scenario::draw_uses::POINT_SEED;
use crate::scenario::error::{Findings, did_you_mean};
use crate::scenario::inputs::{self, Inputs};
use crate::scenario::names;
use crate::scenario::overrides::{self, Override};
use crate::scenario::places::{place, place_of};
use crate::scenario::plan::{self, Plan};
use crate::scenario::{FileReader, InputError, LoadOptions, SourceText, resolve};

/// Fewer runs than this say too little about the variance.
const LEAST_FIRST_STAGE: u32 = 10;

/// Passes on what is read and takes its digest: what a study hangs on.
pub(in crate::scenario) struct Witness<'r> {
    reader: &'r dyn FileReader,
    digest: RefCell<Digest>,
}

impl<'r> Witness<'r> {
    pub(in crate::scenario) fn new(reader: &'r dyn FileReader, source: &SourceText) -> Self {
        let mut digest = Digest::new();
        digest.str(env!("CARGO_PKG_VERSION"));
        digest.str(&source.text);
        Self { reader, digest: RefCell::new(digest) }
    }

    fn finish(&self, seed: u64, options: &LoadOptions) -> u64 {
        let mut digest = self.digest.borrow().clone();
        digest.u64(seed);
        digest.bool(options.strict);
        if let Some(release) = options.kubernetes_version {
            digest.str(&release.to_string());
        }
        digest.finish()
    }
}

impl FileReader for Witness<'_> {
    fn read(&self, path: &str) -> Result<Vec<SourceText>, String> {
        let sources = self.reader.read(path)?;
        for source in &sources {
            self.digest.borrow_mut().str(&source.text);
        }
        Ok(sources)
    }
}

/// Reads a study and resolves every design point of it.
pub fn load_study(
    source: &SourceText,
    options: &LoadOptions,
    reader: &dyn FileReader,
) -> Result<ResolvedStudy, Vec<InputError>> {
    let mut findings = Findings::default();
    let witness = Witness::new(reader, source);
    let resolved = document_of(source, "Study", &mut findings)
        .and_then(|document| resolve_study(&document, options, &witness, &mut findings));
    let warnings = findings.finish(options.strict)?;
    let resolved = resolved.expect("without errors the study is resolved");
    let fingerprint = witness.finish(resolved.seed, options);
    let ledger = Ledger { doubts: warnings.len(), ..resolved.ledger };
    Ok(ResolvedStudy { fingerprint, warnings, ledger, ..resolved })
}

/// The only document of a file, of this kind.
pub(in crate::scenario) fn document_of(
    source: &SourceText,
    kind: &str,
    findings: &mut Findings,
) -> Option<Document> {
    let mut documents = inputs::documents(std::slice::from_ref(source), findings);
    if !findings.errors.is_empty() {
        return None;
    }
    let (Some(document), true) = (documents.pop(), documents.is_empty()) else {
        findings.error(None, format!("{}: a file with one {kind} is wanted", source.name));
        return None;
    };
    let here = place_of(&document.file, &document.tree);
    let version = document.tree.get_str("apiVersion").unwrap_or_default();
    if document.tree.get_str("kind") != Some(kind) || version != API_VERSION {
        findings.error(here, format!("a {kind} is wanted: apiVersion {API_VERSION}, kind {kind}"));
        return None;
    }
    Some(document)
}

fn decoded(document: &Document, findings: &mut Findings) -> Option<StudyDocument> {
    match decode::<StudyDocument>(&document.tree) {
        Ok((study, unknown)) => {
            for field in &unknown {
                let here = place(&document.file, field.line, field.column);
                findings.error(here, field.to_string());
            }
            unknown.is_empty().then_some(study)
        }
        Err(error) => {
            findings.error(place(&document.file, error.line, error.column), error.to_string());
            None
        }
    }
}

/// Notes what is wrong with the part of a document at a pointer.
pub(in crate::scenario) fn fault(document: &Document, pointer: &str, message: &str, findings: &mut Findings) {
    let tree = document.tree.pointer(pointer).unwrap_or(&document.tree);
    let words = pointer.trim_start_matches('/').replace('/', ".");
    findings.error(place_of(&document.file, tree), format!("{words}: {message}"));
}

fn resolve_study(
    document: &Document,
    options: &LoadOptions,
    reader: &dyn FileReader,
    findings: &mut Findings,
) -> Option<ResolvedStudy> {
    let study = decoded(document, findings)?;
    let spec = &study.spec;
    let metrics = metrics(document, &study, &options.measures, findings);
    let stopping = stopping(document, &study, findings);
    let confidence = spec.confidence.unwrap_or(0.95);
    if !(0.5..=0.9999).contains(&confidence) {
        fault(document, "/spec/confidence", "a number from 0.5 to 0.9999", findings);
    }
    let factors = factors(&study, document, findings);
    let from = (options.kubernetes_version, reader);
    let mut inputs = Inputs::of_manifests(&spec.scenario, "/spec/scenario", document, from, findings);
    let scenario = inputs.scenario.clone().unwrap_or_else(|| plan::implicit_scenario(&study.metadata.name));
    if !findings.errors.is_empty() {
        return None;
    }
    let base = plan::decode_scenario(&scenario, findings)?;
    let seed = options.seed.or(spec.seed).or(base.spec.seed).unwrap_or(1);
    let points = design::points(spec.design.as_ref(), &factors, seed, document, findings);
    let arms = Arms::of(&study, document, &scenario, findings);
    let baseline = arms.baseline(&study, document, findings);
    if !findings.errors.is_empty() {
        return None;
    }
    let common = spec.common_random_numbers.unwrap_or(true);
    let point_seed = |index: usize| {
        let who = Identity::default();
        if common { seed } else { Draws::new(Seed(seed), index as u32).keyed(POINT_SEED, who, 0).u64() }
    };
    let mut cells = Cells { document, scenario: &scenario, inputs: &mut inputs, ledger: Ledger::default() };
    let mut resolved = Vec::with_capacity(points.len());
    for (index, levels) in points.iter().enumerate() {
        if findings.is_full() {
            return None;
        }
        let settings = Cells::settings(&factors, levels);
        let seed = point_seed(index);
        let setups = arms.sets.iter().filter_map(|arm| {
            let (setup, directory) = cells.resolve(&settings, arm, seed, findings)?;
            check_subjects(&metrics, &directory, document, findings);
            Some(setup)
        });
        let setups: Vec<_> = setups.collect();
        let labels = levels.iter().map(|level| level.label.clone()).collect();
        resolved.push(DesignPoint { labels, seed, arms: setups });
    }
    Some(ResolvedStudy {
        name: study.metadata.name.clone(),
        description: study.metadata.description.clone(),
        fingerprint: 0,
        seed,
        common_random_numbers: common,
        confidence,
        factors: factors.into_iter().map(|factor| factor.name).collect(),
        points: resolved,
        arms: arms.names,
        baseline,
        metrics,
        stopping: stopping?,
        warnings: Vec::new(),
        ledger: cells.ledger,
    })
}

fn metrics(
    document: &Document,
    study: &StudyDocument,
    known: &[Measure],
    findings: &mut Findings,
) -> Vec<Metric> {
    let mut metrics: Vec<Metric> = Vec::new();
    for (index, entry) in study.spec.metrics.iter().enumerate() {
        let pointer = format!("/spec/metrics/{index}");
        match entry.check(known) {
            Ok(metric) if metrics.iter().any(|other| other.name == metric.name) => {
                let message = format!("two metrics are named {:?}; give one a name", metric.name);
                fault(document, &pointer, &message, findings);
            }
            Ok(metric) => metrics.push(metric),
            Err(error) => fault(document, &pointer, &error, findings),
        }
    }
    if study.spec.metrics.is_empty() {
        fault(document, "/spec/metrics", "give at least one metric", findings);
    }
    metrics
}

fn stopping(document: &Document, study: &StudyDocument, findings: &mut Findings) -> Option<Stopping> {
    let spec = &study.spec;
    let mut wrong = |pointer: &str, message: &str| {
        fault(document, pointer, message, findings);
        None
    };
    let wide = spec.metrics.iter().position(|metric| metric.half_width.is_some());
    match (spec.replications, spec.stopping) {
        (Some(0), None) => wrong("/spec/replications", "at least 1"),
        (Some(_), None) if wide.is_some() => {
            let pointer = format!("/spec/metrics/{}/halfWidth", wide.unwrap_or(0));
            wrong(&pointer, "needs stopping (min and max) instead of replications")
        }
        (Some(runs), None) => Some(Stopping::Fixed(runs)),
        (None, Some(_)) if wide.is_none() => {
            wrong("/spec/stopping", "no metric says with halfWidth how narrow its interval should be")
        }
        (None, Some(stopping)) if stopping.min < LEAST_FIRST_STAGE || stopping.max < stopping.min => {
            let message = format!("min is at least {LEAST_FIRST_STAGE}, and max at least min");
            wrong("/spec/stopping", &message)
        }
        (None, Some(stopping)) => Some(Stopping::TwoStage { min: stopping.min, max: stopping.max }),
        (Some(_), Some(_)) => wrong("/spec/stopping", "give replications or stopping, not both"),
        (None, None) => wrong("/spec", "give replications, or stopping with min and max"),
    }
}

fn factors(study: &StudyDocument, document: &Document, findings: &mut Findings) -> Vec<Factor> {
    let mut factors: Vec<Factor> = Vec::new();
    for (index, entry) in study.spec.factors.iter().enumerate() {
        let pointer = format!("/spec/factors/{index}");
        match Factor::check(entry, &pointer, document) {
            Ok(factor) if factors.iter().any(|other| other.name == factor.name) => {
                let message = format!("two factors are named {:?}; give one a name", factor.name);
                fault(document, &pointer, &message, findings);
            }
            Ok(factor) => factors.push(factor),
            Err(error) => fault(document, &pointer, &error, findings),
        }
    }
    factors
}

/// The arms: their names, and what each sets.
struct Arms<'t> {
    names: Vec<String>,
    sets: Vec<Vec<Override<'t>>>,
}

impl<'t> Arms<'t> {
    fn of(
        study: &StudyDocument,
        document: &'t Document,
        scenario: &'t Document,
        findings: &mut Findings,
    ) -> Self {
        if study.spec.arms.is_empty() {
            let names = plan::variant_names(scenario);
            if names.is_empty() {
                return Self { names: vec![ONLY_ARM.to_owned()], sets: vec![Vec::new()] };
            }
            let sets =
                (0..names.len()).map(|index| overrides::of_variant(scenario, index, findings)).collect();
            return Self { names, sets };
        }
        let mut arms = Self { names: Vec::new(), sets: Vec::new() };
        for (index, arm) in study.spec.arms.iter().enumerate() {
            let pointer = format!("/spec/arms/{index}");
            let others = || arms.names.iter().map(String::as_str);
            let wrong = names::fault(&arm.name).map(str::to_owned).or_else(|| {
                names::alike(&arm.name, others()).map(|other| {
                    format!("another arm is named {other:?}, which is the same but for the case of letters at most")
                })
            });
            if let Some(wrong) = wrong {
                let message = format!("{:?} is no name for an arm; {wrong}", arm.name);
                fault(document, &pointer, &message, findings);
            }
            arms.names.push(arm.name.clone());
            let set = document.tree.pointer(&format!("{pointer}/set"));
            arms.sets.push(overrides::of_set(&document.file, set, findings));
        }
        arms
    }

    fn baseline(&self, study: &StudyDocument, document: &Document, findings: &mut Findings) -> usize {
        let Some(wanted) = &study.spec.baseline else { return 0 };
        self.names.iter().position(|name| name == wanted).unwrap_or_else(|| {
            let hint = did_you_mean(wanted, self.names.iter().map(String::as_str));
            fault(document, "/spec/baseline", &format!("there is no arm {wanted:?}{hint}"), findings);
            0
        })
    }
}

/// The values of a design point, as entries of a `set`.
pub(in crate::scenario) struct Settings(Vec<Entry>);

/// What the cells of a design, an arm at a point each, are resolved from.
pub(in crate::scenario) struct Cells<'c, 'r> {
    pub(in crate::scenario) document: &'c Document,
    pub(in crate::scenario) scenario: &'c Document,
    pub(in crate::scenario) inputs: &'c mut Inputs<'r>,
    pub(in crate::scenario) ledger: Ledger,
}

impl Cells<'_, '_> {
    /// The entries that set a point's values.
    pub(in crate::scenario) fn settings(factors: &[Factor], levels: &[Level]) -> Settings {
        let entries = factors.iter().zip(levels).flat_map(|(factor, level)| {
            factor.paths.iter().map(|path| Entry {
                key: path.clone(),
                line: level.value.line,
                column: level.value.column,
                value: level.value.clone(),
            })
        });
        Settings(entries.collect())
    }

    /// The cluster of an arm at a point, and its objects' names.
    pub(in crate::scenario) fn resolve(
        &mut self,
        settings: &Settings,
        arm: &[Override<'_>],
        seed: u64,
        findings: &mut Findings,
    ) -> Option<(Arc<crate::cluster::setup::ClusterSetup>, Directory)> {
        let before = findings.errors.len();
        let mut all: Vec<Override<'_>> = Vec::new();
        for entry in &settings.0 {
            all.extend(Override::of(&self.document.file, entry, findings));
        }
        all.extend(arm.iter().cloned());
        let plan = Plan::with(self.scenario, &all, Some(seed), self.inputs, findings);
        let resolved = plan.and_then(|plan| resolve::resolve(&plan, findings));
        // What a value of the study made wrong elsewhere has no place there; the study's has to do.
        let list = ["/spec/factors", "/spec/variables"]
            .into_iter()
            .find_map(|list| self.document.tree.pointer(list));
        let here = list.unwrap_or(&self.document.tree);
        for error in findings.errors.iter_mut().skip(before).filter(|error| error.place.is_none()) {
            error.place = place_of(&self.document.file, here);
        }
        let (setup, ledger, builder) = resolved?;
        self.ledger.merge(ledger);
        Some((Arc::new(setup), builder.directory))
    }
}

/// Tells of metrics of Deployments that are never there, or of one of several.
fn check_subjects(metrics: &[Metric], directory: &Directory, document: &Document, findings: &mut Findings) {
    for (index, metric) in metrics.iter().enumerate() {
        let pointer = format!("/spec/metrics/{index}");
        if let Err(error) = directory.check_subject(&metric.figure) {
            fault(document, &pointer, &error, findings);
        }
    }
}
