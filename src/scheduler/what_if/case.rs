//! A pod that does not fit, all that is in its way, and trials of changes.

use super::{Change, Fix, MOST_TRIALS, Question, Series, ends_well};
use crate::api::{NodeId, Pod};
use crate::kernel::Interner;
use crate::scheduler::cache::Cache;
use crate::scheduler::cache::snapshot::Snapshot;
use crate::scheduler::cycle::{Cycle, CycleInput, CycleReport, NodeRejections, Rejections, TieBreak};
use crate::scheduler::framework::{Framework, PluginId, Status, WhatIf};
use crate::scheduler::node_info::NodeInfo;

/// What candidates are made from and tried on.
pub(super) struct Case<'a> {
    pub(super) question: &'a Question<'a>,
    pub(super) rejections: Rejections,
    framework: Framework,
    cache: Cache,
    names: Interner,
}

impl<'a> Case<'a> {
    pub(super) fn new(question: &'a Question<'a>) -> Self {
        let mut case = Self {
            question,
            rejections: Rejections::default(),
            framework: Framework::new(question.profile),
            cache: question.cache.clone(),
            names: question.names.clone(),
        };
        case.rejections = case.ask(question.pod, Cycle::rejections);
        case
    }

    pub(super) fn fits_already(&mut self) -> bool {
        let pod = self.question.pod;
        let report = self.ask(pod, Cycle::report);
        ends_well(&report)
    }

    /// Asks the cycle about the pod on the unchanged cluster.
    fn ask<T>(&mut self, pod: &Pod, of_cycle: impl Fn(&Pod, CycleInput<'_>) -> T) -> T {
        self.ask_after(pod, |_, _| (), of_cycle)
    }

    /// Asks the cycle about the pod on the cluster after a change, which is undone.
    fn ask_after<T>(
        &mut self,
        pod: &Pod,
        change: impl Fn(&mut Cache, &mut Interner),
        of_cycle: impl Fn(&Pod, CycleInput<'_>) -> T,
    ) -> T {
        let mut fork = Snapshot::fork(&mut self.cache);
        change(fork.cache_mut(), &mut self.names);
        let input = CycleInput {
            cache: fork.cache_mut(),
            framework: &self.framework,
            names: &self.names,
            behaviour: self.question.behaviour,
            percentage_of_nodes_to_score: 100,
            tie_break: TieBreak::First,
        };
        of_cycle(pod, input)
    }

    /// The report of the cycle after a change.
    fn report_after(&mut self, change: &Change) -> CycleReport {
        let mut pod = self.question.pod.clone();
        if change.is_of_the_pod() {
            change.apply_to_spec(std::sync::Arc::make_mut(&mut pod.spec));
            return self.ask(&pod, Cycle::report);
        }
        self.ask_after(&pod, |cache, names| change.apply_to_cluster(cache, names), Cycle::report)
    }

    /// The first of these changes that makes the pod fit; not more than [`MOST_TRIALS`] are tried.
    pub(super) fn first_that_helps(&mut self, changes: Series) -> Option<Fix> {
        let known = self.question.cache.unused_node_id();
        for candidate in changes.into_iter().take(MOST_TRIALS) {
            let report = self.report_after(&candidate.change);
            if ends_well(&report) {
                let fits_on = report.feasible().map(|node| node.node).filter(|node| *node < known);
                let fits_on: Vec<NodeId> = fits_on.collect();
                return Some(Fix { change: candidate.change, amount_ppm: candidate.amount_ppm, fits_on });
            }
        }
        None
    }

    pub(super) fn pod(&self) -> &'a Pod {
        self.question.pod
    }

    pub(super) fn info(&self, node: NodeId) -> &'a NodeInfo {
        self.question.cache.node_info(node)
    }

    /// What helps where a plugin rejects.
    pub(super) fn what_if(&self, plugin: PluginId) -> Option<WhatIf> {
        self.question.profile.registry.line(plugin).what_if
    }

    /// Whether a plugin rejects the pod or any node that such changes may help with.
    pub(super) fn rejects(&self, changes: WhatIf) -> bool {
        let plugins = self.question.profile.registry.in_set(self.rejections.plugins());
        plugins.map(|plugin| self.what_if(plugin)).any(|found| found == Some(changes))
    }

    /// The nodes that only plugins with such changes reject, in the order of the list.
    pub(super) fn rejected_only_by(
        &self,
        is_one: impl Fn(WhatIf) -> bool,
    ) -> impl Iterator<Item = &NodeRejections> {
        let helps = move |status: &Status| self.what_if(status.plugin).is_some_and(&is_one);
        let nodes = self.rejections.nodes.iter().filter(|node| !node.statuses.is_empty());
        nodes.filter(move |node| node.statuses.iter().all(&helps))
    }
}
