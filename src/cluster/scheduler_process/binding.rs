//! A pod on its way to the node that was chosen for it: Reserve and Permit, PreBind and Bind, then the
//! request to the API and PostBind (`assume`, `bindingCycle` and `handleBindingCycleError` in
//! `schedule_one.go` of v1.34).
//!
//! DIFFERENCE: Permit and PreBind take no time; the time of the binding is that of the request.

use std::sync::Arc;

use super::SchedulerProcess;
use super::context::SchedulerContext;
use crate::api::{NodeId, Pod, PodId};
use crate::cluster::api_server::ApiServer;
use crate::scheduler::cycle::{FitError, Outcome};
use crate::scheduler::framework::{Code, CycleContext, CycleState, Framework, Status};
use crate::scheduler::queue::{ClusterEvent, QueuedPod};

/// A pod that plugins follow to its node.
pub(super) struct Binding {
    pod: Arc<Pod>,
    state: CycleState,
}

impl SchedulerProcess {
    /// The pod is assumed on its node: asks the plugins that stand before the binding. Whether the binding
    /// is on its way; else the pod is back in the queue.
    pub(super) fn begin_binding(&mut self, pod: &QueuedPod, node: NodeId, api: &mut ApiServer<'_>) -> bool {
        let profile = self.profile_of(&pod.pod).expect("only pods of a profile are queued");
        let mut state = CycleState::default();
        if self.frameworks[profile].follows_bindings() {
            state = if self.decides_plainly() { self.cycle.take_state() } else { self.fast.take_state() };
        }
        let reserved = self.of_framework(&pod.pod, api, |framework, cycle| {
            framework.run_reserve(&mut state, cycle, node)?;
            framework.run_permit(&mut state, cycle, node)
        });
        if let Err(status) = reserved {
            self.give_up(&pod.pod, node, &mut state, api);
            self.put_back_from_node(pod, status, api);
            return false;
        }
        let bound = self.of_framework(&pod.pod, api, |framework, cycle| {
            framework.run_pre_bind(&mut state, cycle, node)?;
            framework.run_bind(&mut state, cycle, node)
        });
        match bound {
            Ok(()) => {
                if self.frameworks[profile].follows_bindings() {
                    self.bindings.insert(pod.pod.id, Binding { pod: Arc::clone(&pod.pod), state });
                }
                true
            }
            Err(status) => {
                let assumed = self.give_up(&pod.pod, node, &mut state, api);
                self.put_back_from_node(pod, status, api);
                // Other pods may go where this one does not go; it is not brought back by its own going.
                if let Some(assumed) = assumed {
                    let context = SchedulerContext::new(&self.cache, &self.setup, &api.names);
                    let event = ClusterEvent::AssignedPodDelete(assumed);
                    self.queue.observe_for(&event, &|other| other.id != pod.pod.id, api.now, &context);
                }
                false
            }
        }
    }

    /// A binding reaches the API. If the pod is gone, the scheduler no longer assumes it on the node.
    pub fn bind(&mut self, id: PodId, node: NodeId, api: &mut ApiServer<'_>) {
        self.queue.done(id);
        let binding = self.bindings.remove(&id);
        if api.bind_pod(id, node) {
            if let Some(Binding { pod, mut state }) = binding {
                self.of_framework(&pod, api, |framework, cycle| {
                    framework.run_post_bind(&mut state, cycle, node);
                });
            }
            return;
        }
        let assumed = match binding {
            Some(Binding { pod, mut state }) => self.give_up(&pod, node, &mut state, api),
            None => self.forget(id),
        };
        if let Some(pod) = assumed {
            self.notify(&[ClusterEvent::AssignedPodDelete(pod)], api);
        }
    }

    fn of_framework<T>(
        &self,
        pod: &Pod,
        api: &ApiServer<'_>,
        stage: impl FnOnce(&Framework, &CycleContext<'_>) -> T,
    ) -> T {
        let profile = self.profile_of(pod).expect("only pods of a profile are queued");
        let behaviour = self.setup.behaviour.scheduler;
        let cycle = CycleContext { pod, cache: &self.cache, names: &api.names, behaviour };
        stage(&self.frameworks[profile], &cycle)
    }

    /// The pod does not go to its node: what was set aside is given back, and the pod is forgotten there.
    fn give_up(
        &mut self,
        pod: &Pod,
        node: NodeId,
        state: &mut CycleState,
        api: &ApiServer<'_>,
    ) -> Option<Arc<Pod>> {
        self.of_framework(pod, api, |framework, cycle| framework.run_unreserve(state, cycle, node));
        self.forget(pod.id)
    }

    /// An assumed pod is not on its node (`ForgetPod`); the pod as it was there.
    fn forget(&mut self, id: PodId) -> Option<Arc<Pod>> {
        let assumed = self.cache.home_of(id)?;
        let pod = self.cache.node_info(assumed).pods().iter().find(|pod| pod.id == id).cloned();
        self.cache.remove_pod(id);
        pod
    }

    fn put_back_from_node(&mut self, pod: &QueuedPod, status: Status, api: &mut ApiServer<'_>) {
        let outcome = if status.code == Code::Error {
            Outcome::Error(status)
        } else {
            Outcome::Unschedulable(Box::new(FitError::on_chosen_node(&status)))
        };
        self.put_back(pod, &outcome, api);
    }
}
