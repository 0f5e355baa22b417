//! Whether documents are right, without running them. A Study or Plan is checked as its own question would check it.

use serde_json::Value;

use super::error::Error;
use super::{Forecast, Scenario};
use crate::report::page::Page;
use crate::report::validation::{self, Valid};
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

    /// The answer, to be rendered.
    pub fn page(&self) -> Page<'_> {
        let valid = match self {
            Self::Scenario(scenario) => Valid::Scenario(scenario.variants(), scenario.ledger()),
            Self::Study(study) => Valid::Study(study),
            Self::Plan(plan) => Valid::Plan(plan),
        };
        validation::page(valid, self.warnings())
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
