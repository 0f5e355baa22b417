//! A pod on its way to the node that was chosen for it: Reserve and Permit, PreBind and Bind, then the
//! request to the API and PostBind (`assume`, `bindingCycle` and `handleBindingCycleError` in
//! `schedule_one.go` of v1.34).
//!
//! DIFFERENCE: PreBind takes no time; the time of the binding is that of the request. Where Permit lets a pod
//! wait, it waits (`permit`).

use std::sync::Arc;

use super::SchedulerProcess;
use super::context::SchedulerContext;
use crate::api::{NodeId, Pod, PodId};
use crate::cluster::api_server::ApiServer;
use crate::cluster::draw_uses;
use crate::cluster::event::Event;
use crate::kernel::{EventClass, EventQueue};
use crate::scheduler::cycle::{FitError, Outcome};
use crate::scheduler::framework::{Code, CycleContext, CycleState, Framework, Status, WaitingPods};
use crate::scheduler::queue::{ClusterEvent, QueuedPod};

/// A pod on the node that was chosen for it, whose binding has not begun.
pub(super) struct Assumed {
    pub(super) queued: QueuedPod,
    pub(super) node: NodeId,
    pub(super) state: CycleState,
}

/// A pod that plugins follow to its node.
pub(super) struct Binding {
    pod: Arc<Pod>,
    state: CycleState,
}

impl SchedulerProcess {
    /// The pod is assumed on its node: asks the plugins whether it may stay there. It goes on to its binding,
    /// or waits, or is back in the queue.
    pub(super) fn begin_binding(
        &mut self,
        queued: QueuedPod,
        node: NodeId,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        let mut state = CycleState::default();
        if self.follows(&queued.pod) {
            state = if self.decides_plainly() { self.cycle.take_state() } else { self.fast.take_state() };
        }
        let asked = self.of_framework(&queued.pod, api, |framework, cycle, waiting| {
            framework.run_reserve(&mut state, cycle, node)?;
            framework.run_permit(&mut state, cycle, node, waiting)
        });
        match asked {
            Ok(asked) if asked.is_empty() => self.go_on_to_bind(Assumed { queued, node, state }, api, queue),
            Ok(asked) => self.wait_at_permit(Assumed { queued, node, state }, &asked, api.now),
            Err(status) => {
                self.give_up(&queued.pod, node, &mut state, api);
                self.put_back_from_node(&queued, status, api);
            }
        }
    }

    /// Nothing holds the pod back: PreBind and Bind, and the request is on its way to the API.
    pub(super) fn go_on_to_bind(
        &mut self,
        mut assumed: Assumed,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        let node = assumed.node;
        let bound = self.of_framework(&assumed.queued.pod, api, |framework, cycle, _| {
            framework.run_pre_bind(&mut assumed.state, cycle, node)?;
            framework.run_bind(&mut assumed.state, cycle, node)
        });
        if let Err(status) = bound {
            self.fail_binding(assumed, status, api);
            return;
        }
        let Assumed { queued: QueuedPod { pod, attempts, .. }, state, .. } = assumed;
        let (id, who) = (pod.id, pod.identity);
        if self.follows(&pod) {
            self.bindings.insert(id, Binding { pod, state });
        }
        let hop = &self.setup.timing.binding;
        if hop.is_constant_zero() {
            self.bind(id, node, api);
        } else {
            let delay = hop.sample(&mut api.draws.keyed(draw_uses::BINDING, who, u64::from(attempts)));
            queue.push(api.now.plus(delay), EventClass::Essential, Event::Bind(id, node));
        }
    }

    /// The pod's binding has failed before it reached the API (`handleBindingCycleError`).
    pub(super) fn fail_binding(&mut self, assumed: Assumed, status: Status, api: &mut ApiServer<'_>) {
        let Assumed { queued, node, mut state } = assumed;
        let gone = self.give_up(&queued.pod, node, &mut state, api);
        self.put_back_from_node(&queued, status, api);
        // Other pods may go where this one does not go; it is not brought back by its own going.
        if let Some(gone) = gone {
            let context = SchedulerContext::new(&self.cache, &self.setup, &api.names);
            let event = ClusterEvent::AssignedPodDelete(gone);
            self.queue.observe_for(&event, &|other| other.id != queued.pod.id, api.now, &context);
        }
    }

    /// Whether plugins follow a pod to its node.
    fn follows(&self, pod: &Pod) -> bool {
        let profile = self.profile_of(pod).expect("only pods of a profile are queued");
        self.frameworks[profile].follows_bindings()
    }

    /// A binding reaches the API. If the pod is gone, the scheduler no longer assumes it on the node.
    pub fn bind(&mut self, id: PodId, node: NodeId, api: &mut ApiServer<'_>) {
        self.queue.done(id);
        let binding = self.bindings.remove(&id);
        if api.bind_pod(id, node) {
            if let Some(Binding { pod, mut state }) = binding {
                self.of_framework(&pod, api, |framework, cycle, _| {
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
        &mut self,
        pod: &Pod,
        api: &ApiServer<'_>,
        stage: impl FnOnce(&Framework, &CycleContext<'_>, &mut WaitingPods) -> T,
    ) -> T {
        let profile = self.profile_of(pod).expect("only pods of a profile are queued");
        let behaviour = self.setup.behaviour.scheduler;
        let cycle = CycleContext { pod, cache: &self.cache, names: &api.names, behaviour };
        stage(&self.frameworks[profile], &cycle, &mut self.at_permit.pods)
    }

    /// The pod does not go to its node: what was set aside is given back, and the pod is forgotten there.
    pub(super) fn give_up(
        &mut self,
        pod: &Pod,
        node: NodeId,
        state: &mut CycleState,
        api: &ApiServer<'_>,
    ) -> Option<Arc<Pod>> {
        self.of_framework(pod, api, |framework, cycle, waiting| {
            framework.run_unreserve(state, cycle, node, waiting);
        });
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
