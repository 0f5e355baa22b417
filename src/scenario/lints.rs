//! Lints: what is allowed and will probably not do what it is there for. Notes with a place, never errors.
//!
//! Each is a row of `ALL` and a file beside it. `--allow RULE` silences one everywhere, the annotation
//! `kubecast.dev/allow: RULE,RULE` on the object that it is told of.

mod autoscalers;
mod budgets;
mod jobs;
mod nodes;
mod spread;
mod surge;

use std::borrow::Cow;
use std::collections::BTreeSet;

use kubecast_manifest::Tree;

use super::error::Place;
use super::objects::ObjectSource;
use super::plan::Plan;
use super::reference::Reference;
use crate::api::{Deployment, PodSpec};
use crate::cluster::setup::ClusterSetup;

/// The annotation that silences rules for an object.
pub const ALLOW: &str = "kubecast.dev/allow";

/// A note on an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lint {
    /// The rule, as `--allow` names it.
    pub rule: Cow<'static, str>,
    /// Where.
    pub place: Option<Place>,
    /// What, and what would help.
    pub message: String,
}

impl std::fmt::Display for Lint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        write!(f, "{} ({})", self.message, self.rule)
    }
}

/// A rule: its name and what it finds.
type Rule = (&'static str, fn(&Scene<'_>, &mut Findings<'_>));

/// All rules, in the order of their names.
pub(super) const ALL: [Rule; 10] = [
    ("anti-affinity-with-surge", surge::anti_affinity),
    ("autoscaler-without-target", autoscalers::without_target),
    ("budget-never-allows", budgets::never_allows),
    ("constraint-without-effect", spread::without_effect),
    ("deadline-before-available", surge::deadline),
    ("job-never-ends", jobs::never_ends),
    ("node-without-allocatable", nodes::without_allocatable),
    ("selector-misses-own-labels", spread::misses_own_labels),
    ("topology-key-on-no-node", spread::key_on_no_node),
    ("volume-with-surge", surge::volume),
];

/// The names of all rules.
pub fn rules() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|(name, _)| *name)
}

/// What rules look at.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    /// The documents.
    pub(super) plan: &'a Plan,
    /// What they were compiled to.
    pub(super) setup: &'a ClusterSetup,
}

/// Where rules put what they find.
pub(super) struct Findings<'a> {
    rule: &'static str,
    allowed: &'a BTreeSet<String>,
    found: Vec<Lint>,
}

impl Findings<'_> {
    /// A note on a part of an object.
    fn note(&mut self, source: &ObjectSource, pointer: &str, message: &str) {
        let annotation = source.tree.pointer("/metadata/annotations").and_then(|all| all.get_str(ALLOW));
        let own = annotation.unwrap_or_default().split(',').any(|name| name.trim() == self.rule);
        if own || self.allowed.contains(self.rule) {
            return;
        }
        let message = format!("{}: {message}", source.reference);
        self.found.push(Lint { rule: self.rule.into(), place: source.place_at(pointer), message });
    }
}

/// Everything that the rules find, but for those that are allowed.
pub(super) fn lints(plan: &Plan, setup: &ClusterSetup, allowed: &BTreeSet<String>) -> Vec<Lint> {
    let scene = Scene { plan, setup };
    let mut findings = Findings { rule: "", allowed, found: Vec::new() };
    for (rule, find) in ALL {
        findings.rule = rule;
        find(&scene, &mut findings);
    }
    findings.found
}

impl<'a> Scene<'a> {
    /// The objects of a kind, in lower case.
    fn of_kind(self, kind: &'static str) -> impl Iterator<Item = &'a ObjectSource> {
        self.plan.objects.iter().filter(move |source| source.reference.kind == kind)
    }

    /// Deployments with their documents.
    fn deployments(self) -> impl Iterator<Item = (&'a ObjectSource, &'a Deployment)> {
        self.of_kind("deployment").filter_map(move |source| {
            let is_it = |one: &&Deployment| self.reference_of(one) == source.reference;
            Some((source, self.setup.deployments.iter().find(is_it)?))
        })
    }

    fn reference_of(self, deployment: &Deployment) -> Reference {
        let namespace = self.setup.names.resolve(deployment.namespace);
        Reference::new("deployment", Some(namespace), &deployment.name)
    }

    /// The specs that make or are pods, with their documents and the pointers to them: Deployments, and pods of nobody.
    fn specs(self) -> Vec<(&'a ObjectSource, &'static str, &'a PodSpec)> {
        let deployments = self.deployments();
        let mut specs: Vec<_> =
            deployments.map(|(source, one)| (source, "/spec/template/spec", &*one.template.pod)).collect();
        for source in
            self.of_kind("pod").filter(|source| source.tree.pointer("/metadata/ownerReferences").is_none())
        {
            let is_it = |pod: &&crate::api::Pod| {
                *pod.name == *source.reference.name
                    && self.setup.names.resolve(pod.spec.namespace) == source.reference.namespace
            };
            specs.extend(self.setup.pods.iter().find(is_it).map(|pod| (source, "/spec", &*pod.spec)));
        }
        specs
    }
}

/// A text of a tree.
fn text<'t>(tree: &'t Tree, pointer: &str) -> Option<&'t str> {
    tree.pointer(pointer).and_then(Tree::as_str)
}
