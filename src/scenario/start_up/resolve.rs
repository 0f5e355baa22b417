//! The rules of `spec.startUp`, checked, and what they say in words.

use super::StartUpDocument;
use crate::api::Deployment;
use crate::cluster::setup::ClusterSetup;
use crate::cluster::setup::start_up::StartUpRule;
use crate::scenario::assumptions::{Assumption, GIVEN};
use crate::scenario::builder::Builder;
use crate::scenario::error::Findings;
use crate::scenario::plan::Plan;

/// The rules of a scenario, checked.
pub(in crate::scenario) fn resolve(
    plan: &Plan,
    builder: &Builder,
    findings: &mut Findings,
) -> Vec<StartUpRule> {
    let written = &plan.document.spec.start_up;
    let mut rules: Vec<StartUpRule> = Vec::new();
    for (place, document) in written.iter().enumerate() {
        let rule = rule(document, builder).and_then(|rule| {
            let same = |other: &StartUpRule| {
                (other.deployment, other.revisions) == (rule.deployment, rule.revisions)
            };
            if rules.iter().any(same) {
                return Err(format!("{} has a rule for the same revisions already", document.workload));
            }
            Ok(rule)
        });
        match rule {
            Ok(rule) => rules.push(rule),
            Err(error) => findings.error(
                plan.place_at(&format!("/spec/startUp/{place}")),
                format!("spec.startUp[{place}]: {error}"),
            ),
        }
    }
    rules
}

/// What the answer hangs on: the rules, and that pods which are not ready stay so.
pub(in crate::scenario) fn assumptions(written: &[StartUpDocument], setup: &ClusterSetup) -> Vec<Assumption> {
    let unready = setup.pods.iter().filter(|pod| setup.held.contains(&pod.id)).count();
    let unready = (unready > 0).then(|| Assumption {
        what: "pods of the input that are not ready".into(),
        value: format!("stay so ({unready}{})", if written.is_empty() { "" } else { ", but for the rules" }),
        source: "default".into(),
    });
    let rules = written.iter().map(|document| Assumption {
        what: "pods of".into(),
        value: document.words(),
        source: GIVEN.into(),
    });
    rules.chain(unready).collect()
}

fn rule(document: &StartUpDocument, builder: &Builder) -> Result<StartUpRule, String> {
    let deployment = match builder.directory.number_ever::<Deployment>(&document.workload) {
        Some(id) => id,
        None => builder.directory.find_deployment(&document.workload)?,
    };
    Ok(StartUpRule {
        deployment,
        revisions: document.revisions(),
        probability: document.share()?,
        delay: document.delay.as_ref().map(|delay| delay.0.clone()),
        crash_after: document.crash_after.as_ref().map(|time| time.0.clone()),
    })
}
