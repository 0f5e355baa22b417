//! Filters where pods are nominated for a node (`RunFilterPluginsWithNominatedPods`), and what a plugin may
//! ask of the framework.

use std::sync::Arc;

use super::Framework;
use crate::api::Pod;
use crate::scheduler::framework::cycle_state::CycleState;
use crate::scheduler::framework::plugin::{CycleContext, Handle};
use crate::scheduler::framework::status::Status;
use crate::scheduler::node_info::NodeInfo;

impl Framework {
    /// Runs the filters on a node. If pods of the same or a higher priority are nominated for it, the pod
    /// has to fit with them and, as they may never come, without them.
    pub fn run_filters_with_nominated_pods(
        &self,
        state: &CycleState,
        cycle: &CycleContext<'_>,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        let nominated = cycle.cache.nominator().pods_for(node.node().id);
        let counts = |pod: &&Arc<Pod>| pod.spec.priority >= cycle.pod.spec.priority && pod.id != cycle.pod.id;
        let mut counted = nominated.iter().filter(counts).peekable();
        if counted.peek().is_some() {
            let (mut trial, mut crowded) = (state.clone(), node.clone());
            for pod in counted {
                crowded.add_pod(Arc::clone(pod));
                self.run_add_pod(&mut trial, cycle, pod, &crowded)?;
            }
            self.run_filters(&trial, cycle, &crowded)?;
        }
        self.run_filters(state, cycle, node)
    }

    /// Tells the state that a pod came to a node, which `node` shows already. Plugins that skip their
    /// filter are not told.
    pub fn run_add_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        added: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        for instance in self.pre_filter.iter().map(|&place| &self.instances[place]) {
            if !state.skip_filter.contains(instance.id) {
                let told = instance.plugin.add_pod(state, cycle, added, node);
                told.map_err(|status| status.by(instance.id))?;
            }
        }
        Ok(())
    }

    /// Tells the state that a pod left a node, which `node` shows already. Plugins that skip their filter
    /// are not told.
    pub fn run_remove_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        removed: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        for instance in self.pre_filter.iter().map(|&place| &self.instances[place]) {
            if !state.skip_filter.contains(instance.id) {
                let told = instance.plugin.remove_pod(state, cycle, removed, node);
                told.map_err(|status| status.by(instance.id))?;
            }
        }
        Ok(())
    }
}

impl Handle for Framework {
    fn run_filters(
        &self,
        state: &CycleState,
        cycle: &CycleContext<'_>,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        self.run_filters_with_nominated_pods(state, cycle, node)
    }

    fn add_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        added: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        self.run_add_pod(state, cycle, added, node)
    }

    fn remove_pod(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        removed: &Pod,
        node: &NodeInfo,
    ) -> Result<(), Status> {
        self.run_remove_pod(state, cycle, removed, node)
    }
}
