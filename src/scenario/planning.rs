//! Plans: what may be chosen, at which price, and what must hold.
//!
//! A choice sets its values in the documents' trees as a variant does. Choices are resolved one by one as the
//! search asks for them; the first and the last of all are resolved at once, so that what is wrong is told
//! before anything runs.

pub mod document;
pub mod target;

use std::sync::Arc;

use kubecast_manifest::{Document, decode};

use super::coverage::Ledger;
use super::error::{Findings, InputError};
use super::inputs::Inputs;
use super::places::place;
use super::study::design::Factor;
use super::study::document::FactorDocument;
use super::study::resolve::{Cells, document_of, fault};
use super::{FileReader, LoadOptions, SourceText, plan as variant_plan};
use crate::api::Release;
use crate::cluster::setup::ClusterSetup;
use crate::measures::Measure;
use document::{PlanDocument, VariableDocument};
pub use target::{Bound, Goal, Target};

/// A plan, checked.
#[derive(Debug)]
pub struct ResolvedPlan {
    /// `metadata.name`.
    pub name: String,
    /// `metadata.description`.
    pub description: Option<String>,
    /// The seed of all draws.
    pub seed: u64,
    /// How surely the answer meets the targets.
    pub confidence: f64,
    /// The most runs for one choice.
    pub max_runs: u32,
    /// What is chosen.
    pub variables: Vec<Variable>,
    /// Whether prices are multiplied; else they are added.
    pub product: bool,
    /// What must hold.
    pub targets: Vec<Target>,
    /// What is doubtful about the input.
    pub warnings: Vec<InputError>,
    /// What the input holds that is not simulated and can change the result.
    pub ledger: Ledger,
    document: Document,
    scenario: super::embedded::Manifests,
    factors: Vec<Factor>,
    strict: bool,
    kubernetes_version: Option<Release>,
}

/// Something that is chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// The names of its values, from the worst to the best.
    pub labels: Vec<String>,
    /// Their prices, if there are any.
    pub prices: Option<Vec<f64>>,
}

/// Reads a plan.
pub fn load_plan(
    source: &SourceText,
    options: &LoadOptions,
    reader: &dyn FileReader,
) -> Result<ResolvedPlan, Vec<InputError>> {
    let mut findings = Findings::default();
    let document = document_of(source, "Plan", &mut findings);
    let plan = document.and_then(|document| check(document, options, reader, &mut findings));
    let warnings = findings.finish(options.strict)?;
    let plan = plan.expect("without errors the plan is checked");
    let mut plan = ResolvedPlan { warnings, ..plan };
    let best: Vec<usize> = plan.variables.iter().map(|variable| variable.labels.len() - 1).collect();
    for choice in [vec![0; best.len()], best] {
        let (_, warnings, ledger) = plan.resolve_with(&choice, reader)?;
        plan.ledger.merge(ledger);
        for warning in warnings {
            if !plan.warnings.contains(&warning) {
                plan.warnings.push(warning);
            }
        }
    }
    plan.ledger.doubts = plan.warnings.len();
    Ok(plan)
}

fn check(
    document: Document,
    options: &LoadOptions,
    reader: &dyn FileReader,
    findings: &mut Findings,
) -> Option<ResolvedPlan> {
    let plan = match decode::<PlanDocument>(&document.tree) {
        Ok((plan, unknown)) => {
            for field in unknown {
                findings.error(place(&document.file, field.line, field.column), field.to_string());
            }
            plan
        }
        Err(error) => {
            findings.error(place(&document.file, error.line, error.column), error.to_string());
            return None;
        }
    };
    let spec = &plan.spec;
    let (factors, variables) = variables(&spec.variables, &document, findings);
    let targets = targets(&plan, &document, &options.measures, findings);
    let confidence = spec.confidence.unwrap_or(0.95);
    if !(0.5..=0.9999).contains(&confidence) {
        fault(&document, "/spec/confidence", "a number from 0.5 to 0.9999", findings);
    }
    if spec.max_runs == Some(0) {
        fault(&document, "/spec/maxRuns", "at least 1", findings);
    }
    let product = match spec.cost.as_deref() {
        None | Some("sum") => false,
        Some("product") => true,
        Some(other) => {
            fault(&document, "/spec/cost", &format!("{other:?} is neither sum nor product"), findings);
            false
        }
    };
    let from = (options.kubernetes_version, reader);
    let inputs = Inputs::of_manifests(&spec.scenario, "/spec/scenario", &document, from, findings);
    let name = plan.metadata.name.clone();
    let scenario = inputs.scenario.clone().unwrap_or_else(|| variant_plan::implicit_scenario(&name));
    if !findings.errors.is_empty() {
        return None;
    }
    let base = variant_plan::decode_scenario(&scenario, findings)?;
    if !base.spec.variants.is_empty() {
        fault(&document, "/spec/scenario", "a plan is about one scenario; take its variants out", findings);
    }
    Some(ResolvedPlan {
        name,
        description: plan.metadata.description.clone(),
        seed: options.seed.or(spec.seed).or(base.spec.seed).unwrap_or(1),
        confidence,
        max_runs: spec.max_runs.unwrap_or(4000),
        variables,
        product,
        targets,
        warnings: Vec::new(),
        ledger: Ledger::default(),
        scenario: plan.spec.scenario.clone(),
        document,
        factors,
        strict: options.strict,
        kubernetes_version: options.kubernetes_version,
    })
}

fn targets(
    plan: &PlanDocument,
    document: &Document,
    known: &[Measure],
    findings: &mut Findings,
) -> Vec<Target> {
    let mut targets = Vec::new();
    for (index, target) in plan.spec.targets.iter().enumerate() {
        match target.check(known) {
            Ok(target) => targets.push(target),
            Err(error) => fault(document, &format!("/spec/targets/{index}"), &error, findings),
        }
    }
    if plan.spec.targets.is_empty() {
        fault(document, "/spec/targets", "give at least one target", findings);
    }
    targets
}

fn variables(
    list: &[VariableDocument],
    document: &Document,
    findings: &mut Findings,
) -> (Vec<Factor>, Vec<Variable>) {
    let (mut factors, mut variables): (Vec<Factor>, Vec<Variable>) = (Vec::new(), Vec::new());
    for (index, entry) in list.iter().enumerate() {
        let pointer = format!("/spec/variables/{index}");
        let factor = FactorDocument {
            name: entry.name.clone(),
            path: entry.path.clone(),
            paths: entry.paths.clone(),
            values: entry.values.clone(),
            labels: entry.labels.clone(),
            range: entry.range,
        };
        let checked = Factor::check(&factor, &pointer, document)
            .map_err(|error| error.replace("factor", "variable"))
            .and_then(|factor| Ok((prices(entry, &factor)?, factor)));
        match checked {
            Ok((prices, factor)) => {
                let labels = factor.levels.iter().map(|level| level.label.clone()).collect();
                variables.push(Variable { name: factor.name.clone(), labels, prices });
                factors.push(factor);
            }
            Err(error) => fault(document, &pointer, &error, findings),
        }
    }
    if list.is_empty() {
        fault(document, "/spec/variables", "give at least one variable", findings);
    }
    if list.len() > 1
        && let Some(index) = variables.iter().position(|variable| variable.prices.is_none())
    {
        let message = "which mix of several variables is the smallest needs prices: give price or prices";
        fault(document, &format!("/spec/variables/{index}"), message, findings);
    }
    (factors, variables)
}

/// The price of each value, growing.
fn prices(entry: &VariableDocument, factor: &Factor) -> Result<Option<Vec<f64>>, String> {
    let prices = match (entry.price, &entry.prices) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => return Err("give price or prices, not both".to_owned()),
        (None, Some(prices)) if prices.len() != factor.levels.len() => {
            return Err(format!("{} prices for {} values", prices.len(), factor.levels.len()));
        }
        (None, Some(prices)) => prices.clone(),
        (Some(price), None) => {
            let number = |label: &str| label.parse::<f64>().ok().filter(|number| number.is_finite());
            let numbers = factor.levels.iter().map(|level| {
                let number = number(&level.label);
                number.ok_or_else(|| {
                    format!("price is for one unit, and {:?} is no number; give prices", level.label)
                })
            });
            numbers.map(|number| number.map(|number| number * price)).collect::<Result<_, _>>()?
        }
    };
    let grows = prices.windows(2).all(|pair| pair[0] <= pair[1]) && prices.iter().all(|price| *price >= 0.0);
    if grows {
        Ok(Some(prices))
    } else {
        Err("values stand from the worst to the best, and prices grow with them".to_owned())
    }
}

impl ResolvedPlan {
    /// The cluster of a choice: the number of a value for each variable.
    pub fn resolve(
        &self,
        choice: &[usize],
        reader: &dyn FileReader,
    ) -> Result<Arc<ClusterSetup>, Vec<InputError>> {
        self.resolve_with(choice, reader).map(|(setup, _, _)| setup)
    }

    fn resolve_with(
        &self,
        choice: &[usize],
        reader: &dyn FileReader,
    ) -> Result<(Arc<ClusterSetup>, Vec<InputError>, Ledger), Vec<InputError>> {
        let mut findings = Findings::default();
        let document = &self.document;
        let from = (self.kubernetes_version, reader);
        let mut inputs =
            Inputs::of_manifests(&self.scenario, "/spec/scenario", document, from, &mut findings);
        let scenario = inputs.scenario.clone().unwrap_or_else(|| variant_plan::implicit_scenario(&self.name));
        let levels: Vec<_> =
            self.factors.iter().zip(choice).map(|(factor, value)| factor.levels[*value].clone()).collect();
        let mut cells =
            Cells { document, scenario: &scenario, inputs: &mut inputs, ledger: Ledger::default() };
        let settings = Cells::settings(&self.factors, &levels);
        let found = cells.resolve(&settings, &[], self.seed, &mut findings);
        let ledger = cells.ledger;
        if let Some((_, directory)) = &found {
            for (index, target) in self.targets.iter().enumerate() {
                if let Err(error) = directory.check_subject(&target.figure) {
                    fault(document, &format!("/spec/targets/{index}"), &error, &mut findings);
                }
            }
        }
        let warnings = findings.finish(self.strict)?;
        let (setup, _) = found.expect("without errors the choice is resolved");
        Ok((setup, warnings, ledger))
    }
}
