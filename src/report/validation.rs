//! Valid documents: what they hold, and what a run of them would leave out.

use serde_json::{Value, json};

use crate::report::page::{Block, Page, Section};
use crate::report::words;
use crate::scenario::planning::ResolvedPlan;
use crate::scenario::study::ResolvedStudy;
use crate::scenario::{InputError, Ledger, Variant};

/// What was checked.
pub enum Valid<'a> {
    /// A scenario, or plain manifests.
    Scenario(&'a [Variant], &'a Ledger),
    /// A Study.
    Study(&'a ResolvedStudy),
    /// A Plan.
    Plan(&'a ResolvedPlan),
}

/// The answer. Warnings stand in its data; in a terminal they are told beside it.
pub fn page<'a>(valid: Valid<'a>, warnings: &'a [InputError]) -> Page<'a> {
    let section = match &valid {
        Valid::Scenario(variants, ledger) => scenario(variants, ledger),
        Valid::Study(study) => vec![Block::sentence(format!(
            "valid: a Study of {} design points, {} arms and {} metrics",
            study.points.len(),
            study.arms.len(),
            study.metrics.len()
        ))],
        Valid::Plan(plan) => {
            let (choices, targets) = (choices(plan), plan.targets.len());
            vec![Block::sentence(format!("valid: a Plan of {choices} choices and {targets} targets"))]
        }
    };
    Page::new(vec![section], move || to_json(&valid, warnings))
}

fn choices(plan: &ResolvedPlan) -> usize {
    plan.variables.iter().map(|variable| variable.labels.len()).product()
}

fn scenario(variants: &[Variant], ledger: &Ledger) -> Section {
    let mut section = Section::new();
    for variant in variants {
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
    section.extend(ledger.releases.iter().map(|release| Block::Note(format!("{release}."))));
    section.extend(words::gaps(ledger.gaps.iter()));
    section.extend(ledger.lints.iter().map(|lint| Block::Note(format!("note: {lint}"))));
    section
}

fn to_json(valid: &Valid<'_>, warnings: &[InputError]) -> Value {
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    match valid {
        Valid::Scenario(variants, ledger) => json!({
            "valid": "Scenario",
            "variants": variants.iter().map(variant).collect::<Vec<_>>(),
            "notSimulated": words::gaps_json(ledger),
            "irrelevant": words::irrelevant_json(ledger),
            "lints": words::lints_json(ledger),
            "releases": ledger.releases,
            "warnings": warnings,
        }),
        Valid::Study(study) => json!({
            "valid": "Study",
            "designPoints": study.points.len(),
            "arms": study.arms.len(),
            "metrics": study.metrics.len(),
            "warnings": warnings,
        }),
        Valid::Plan(plan) => json!({
            "valid": "Plan",
            "choices": choices(plan),
            "targets": plan.targets.len(),
            "warnings": warnings,
        }),
    }
}

fn variant(variant: &Variant) -> Value {
    let setup = &variant.setup;
    json!({
        "variant": variant.name,
        "nodes": setup.nodes.len(),
        "deployments": setup.deployments.len(),
        "replicaSets": setup.replica_sets.len(),
        "pods": setup.pods.len(),
        "timelineEntries": setup.timeline.len(),
    })
}
