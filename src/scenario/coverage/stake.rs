//! What an answer hangs on: which workloads make pods in this run, whether nodes change.

use std::collections::BTreeSet;

use kubecast_manifest::{Tree, Value};

use super::fields::Found;
use crate::api::coverage::Reach;
use crate::cluster::setup::ClusterSetup;
use crate::scenario::plan::Plan;
use crate::scenario::reference::Reference;

/// What an answer hangs on.
#[derive(Clone, Debug, Default)]
pub(super) struct Stake {
    /// The workloads that make pods: those that have too few, and those that the timeline touches.
    pub(super) workloads: BTreeSet<Reference>,
    /// The namespaces in which pods are made or wait.
    pub(super) namespaces: BTreeSet<String>,
    /// Whether pods wait for a node from the start.
    pub(super) pods_wait: bool,
    /// Whether the timeline changes nodes.
    pub(super) nodes_change: bool,
    /// Whether the answer is about one workload alone.
    pub(super) is_of_one: bool,
}

impl Stake {
    pub(super) fn of(plan: &Plan, setup: &ClusterSetup) -> Self {
        let mut stake = Self { is_of_one: plan.ask.subject.is_some(), ..Self::default() };
        for deployment in &setup.deployments {
            let there = setup.pods.iter().filter(|pod| {
                let set = pod.replica_set().and_then(|set| setup.replica_sets.get(set.index()));
                pod.is_active() && set.is_some_and(|set| set.deployment == Some(deployment.id))
            });
            if i64::try_from(there.count()).unwrap_or(i64::MAX) < i64::from(deployment.replicas) {
                let namespace = setup.names.resolve(deployment.namespace);
                stake.workload(&Reference::new("deployment", Some(namespace), &deployment.name));
            }
        }
        for pod in setup.pods.iter().filter(|pod| pod.is_active() && pod.node.is_none()) {
            stake.pods_wait = true;
            stake.namespaces.insert(setup.names.resolve(pod.spec.namespace).to_owned());
        }
        if let Some(timeline) = plan.scenario.tree.pointer("/spec/timeline") {
            stake.named_in(timeline);
        }
        let later = plan.arrivals.iter().map(|(_, object)| object).chain(plan.applied.values().flatten());
        for source in later {
            stake.touched(&source.reference);
        }
        if let Some(subject) = &plan.ask.subject {
            stake.workloads.retain(|workload| workload == subject);
            stake.namespaces.retain(|namespace| *namespace == subject.namespace);
            stake.touched(subject);
        }
        stake
    }

    fn workload(&mut self, reference: &Reference) {
        self.workloads.insert(reference.clone());
        self.namespaces.insert(reference.namespace.clone());
    }

    fn touched(&mut self, reference: &Reference) {
        match reference.kind.as_str() {
            "node" => self.nodes_change = true,
            "pod" => {
                self.pods_wait = true;
                self.namespaces.insert(reference.namespace.clone());
            }
            _ => self.workload(reference),
        }
    }

    /// Every object that a timeline names, in whichever operation.
    fn named_in(&mut self, tree: &Tree) {
        match &tree.value {
            Value::String(text) if text.contains('/') => {
                if let Ok(reference) = Reference::parse(text) {
                    self.touched(&reference);
                }
            }
            Value::Seq(items) => items.iter().for_each(|item| self.named_in(item)),
            Value::Map(entries) => entries.iter().for_each(|entry| self.named_in(&entry.value)),
            _ => {}
        }
    }

    /// Whether pods are made or wait for a node.
    pub(super) fn has_new_pods(&self) -> bool {
        self.pods_wait || !self.workloads.is_empty()
    }

    /// Whether an answer tells of a workload.
    pub(super) fn is_about(&self, workload: &Reference) -> bool {
        !self.is_of_one || self.workloads.contains(workload)
    }

    /// Whether something that is left out can turn the answer round.
    pub(super) fn is_touched_by(&self, found: &Found) -> bool {
        match found.reach {
            Reach::Detail => false,
            Reach::Nodes => self.nodes_change,
            Reach::NewPods => self.has_new_pods() && self.holds(found),
            Reach::AllPods => !self.is_of_one || self.holds(found),
        }
    }

    /// Whether a holder is a pod that waits, a workload that makes pods, or another object that is there for such pods.
    fn holds(&self, found: &Found) -> bool {
        let concerns = |reference: &Reference| match reference.kind.as_str() {
            "deployment" | "replicaset" => self.workloads.contains(reference),
            _ => reference.namespace.is_empty() || self.namespaces.contains(&reference.namespace),
        };
        found.waiting > 0
            || found.others.iter().any(concerns)
            || found.owners.iter().any(|owner| self.workloads.contains(owner))
    }
}
