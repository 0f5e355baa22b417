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
use crate::cluster::api_server::requests::{Answered, Caller, Refused, Request};
use crate::cluster::draw_uses;
use crate::cluster::event::Event;
use crate::cluster::request::{ClientId, Verb, WrittenEvent};
use crate::cluster::store::ObjectId;
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

/// Sends a binding, which takes a token of kube-scheduler's client. Nothing waits for it but the pod.
fn send_binding(pod: PodId, node: NodeId, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
    let act = move |api: &mut ApiServer<'_>| {
        if api.bind_pod(pod, node) {
            return Ok(pod.into());
        }
        Err(if api.store().pod(pod).is_some() { Refused::Conflict } else { Refused::NotFound })
    };
    let (resource, object) = ("pods/binding", Some(pod.into()));
    let request = Request { verb: Verb::Post, resource, object, act: Box::new(act), event: None };
    api.send(ClientId::Scheduler, request, Caller::Binding(pod, node), events);
}

/// Tells that a pod is bound, in an event that another client writes. Nobody waits for it.
fn tell_scheduled(pod: PodId, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
    let about = ObjectId::Pod(pod);
    let act = Box::new(move |_: &mut ApiServer<'_>| Ok(about));
    let request = Request { verb: Verb::Post, resource: "events", object: Some(about), act, event: None };
    let told = Some(WrittenEvent { reason: "Scheduled", count: 1, combined: false });
    api.send_event(ClientId::SchedulerEvents, (request, told), Caller::Nobody, events);
}

impl SchedulerProcess {
    /// A request is answered: if it is a binding of this scheduler, that is over; a preemption goes on.
    pub fn answered(&mut self, answered: &Answered, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
        let is_bound = answered.answer.code().is_none();
        let Caller::Binding(pod, node) = answered.caller else {
            return self.preemption_answered(answered.caller, is_bound, api, events);
        };
        self.binding_over(pod, node, is_bound, api);
        if is_bound {
            tell_scheduled(pod, api, events);
        }
    }

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
        if self.setup.control_plane.is_some() {
            send_binding(id, node, api, queue);
        } else if hop.is_constant_zero() {
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
        let is_bound = api.bind_pod(id, node);
        self.binding_over(id, node, is_bound, api);
    }

    fn binding_over(&mut self, id: PodId, node: NodeId, is_bound: bool, api: &mut ApiServer<'_>) {
        self.queue.done(id);
        let binding = self.bindings.remove(&id);
        if is_bound {
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
        // A node that did not take it is no longer kept for it (`clearNominatedNode`).
        if self.pending.get(&pod.pod.id).is_some_and(|pod| pod.nominated.is_some()) {
            api.update(pod.pod.id, |pod: &mut Pod| pod.nominated = None);
        }
        self.put_back(pod, &outcome, api);
    }
}
