//! Whether documents are right, without running them. A Study or Plan is checked as its own question would check it.

use super::error::Error;
use super::{Forecast, Scenario};
use crate::report::page::{Block, Section, text_of};
use crate::report::words;
use crate::scenario::planning::{ResolvedPlan, load_plan};
use crate::scenario::study::{ResolvedStudy, load_study};
use crate::scenario::{InputError, SourceText, api_version};

/// What valid documents hold.
#[non_exhaustive]
pub enum Validation {
    /// A scenario, or plain manifests.
    Scenario(Box<Scenario>),
    /// A Study.
    Study(Box<ResolvedStudy>),
    /// A Plan.
    Plan(Box<ResolvedPlan>),
}

pub(super) fn check(forecast: &Forecast) -> Result<Validation, Error> {
    let Forecast { sources, options, reader, .. } = forecast;
    let kind = if let [source] = &sources[..] { own_kind(source) } else { None };
    Ok(match kind.as_deref() {
        Some("Study") => Validation::Study(Box::new(load_study(forecast.document()?, options, &**reader)?)),
        Some("Plan") => Validation::Plan(Box::new(load_plan(forecast.document()?, options, &**reader)?)),
        _ => Validation::Scenario(Box::new(forecast.scenario()?)),
    })
}

/// The kind of a document of kubecast's own.
fn own_kind(source: &SourceText) -> Option<String> {
    let documents = kubecast_manifest::parse(&source.name, &source.text).ok()?;
    let tree = &documents.first()?.tree;
    let is_own = tree.get_str("apiVersion") == Some(api_version::API_VERSION);
    tree.get_str("kind").filter(|_| is_own).map(str::to_owned)
}

impl Validation {
    /// What is doubtful about the input.
    pub fn warnings(&self) -> &[InputError] {
        match self {
            Self::Scenario(scenario) => scenario.warnings(),
            Self::Study(study) => &study.warnings,
            Self::Plan(plan) => &plan.warnings,
        }
    }

    /// For people.
    pub fn to_text(&self) -> String {
        text_of(&[match self {
            Self::Scenario(scenario) => scenario_section(scenario),
            Self::Study(study) => vec![Block::sentence(format!(
                "valid: a Study of {} design points, {} arms and {} metrics",
                study.points.len(),
                study.arms.len(),
                study.metrics.len()
            ))],
            Self::Plan(plan) => {
                let choices: usize = plan.variables.iter().map(|variable| variable.labels.len()).product();
                let targets = plan.targets.len();
                vec![Block::sentence(format!("valid: a Plan of {choices} choices and {targets} targets"))]
            }
        }])
    }
}

fn scenario_section(scenario: &Scenario) -> Section {
    let mut section = Section::new();
    for variant in scenario.variants() {
        let setup = &variant.setup;
        let prefix = variant.name.as_ref().map_or_else(String::new, |name| format!("{name}: "));
        section.push(Block::sentence(format!(
            "{prefix}valid: {} nodes, {} Deployments, {} ReplicaSets, {} pods, {} timeline entries",
            setup.nodes.len(),
            setup.deployments.len(),
            setup.replica_sets.len(),
            setup.pods.len(),
            setup.timeline.len()
        )));
    }
    let ledger = scenario.ledger();
    section.extend(ledger.releases.iter().map(|release| Block::Note(format!("{release}."))));
    section.extend(words::gaps(ledger.gaps.iter()));
    section.extend(ledger.lints.iter().map(|lint| Block::Note(format!("note: {lint}"))));
    section
}
