//! Preemption on the clock: a pod that fits nowhere has found pods of lower priority to make room. It is
//! nominated for their node, they get the condition `DisruptionTarget` and are deleted, and pods that are passed
//! over lose their nomination (`prepareCandidate`, `prepareCandidateAsync` and `PreemptPod` in
//! `framework/preemption/preemption.go`, `handleSchedulingFailure` in `schedule_one.go` of kube-scheduler v1.34).
//!
//! With a pace each of these is a request of the scheduler's client: two for each victim, one after the other. Up to
//! 1.32 the cycle waits until all are answered, and no other pod is tried meanwhile. From 1.33 on
//! (`SchedulerAsyncPreemption`) the cycle is over at once, the pod is not tried again before the last deletion is
//! under way, and the last victim goes when all others have been dealt with.
//!
//! DIFFERENCE: all victims but the last are asked to go at once (kube-scheduler: sixteen at a time); other writes of
//! a pod's status (its condition `PodScheduled`) are no requests here; that a nomination is given up because a
//! binding failed is written at once.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{SchedulerProcess, UnderWay};
use crate::api::{NodeId, Pod, PodId};
use crate::cluster::api_server::ApiServer;
use crate::cluster::api_server::requests::{Act, Caller, Refused, Request};
use crate::cluster::event::Event;
use crate::cluster::request::{ClientId, Verb, WrittenEvent};
use crate::cluster::store::ObjectId;
use crate::kernel::{EventQueue, LookupMap};
use crate::scheduler::cycle::Outcome;
use crate::scheduler::framework::WayOut;

const STATUS: &str = "pods/status";

/// What is to be done for a pod that preempts.
#[derive(Clone, Copy, Debug)]
enum Task {
    /// A pod is no longer nominated.
    PassOver(PodId),
    /// A pod is to go.
    Evict(PodId),
}

/// A preemption of which requests are not answered.
struct Course {
    /// What is still to be done: one batch after the other.
    batches: VecDeque<Vec<Task>>,
    /// Tasks of the batch under way that are not done.
    open: usize,
    /// The cycle waits for it.
    is_in_cycle: bool,
}

/// The preemptions under way, by the pod that preempts.
#[derive(Default)]
pub(super) struct Preemptions(LookupMap<PodId, Course>);

/// Writes a pod's nomination.
fn set_nominated(pod: PodId, node: Option<NodeId>) -> Act {
    Box::new(move |api| change_pod(pod, api, |pod| pod.nominated = node))
}

/// Says that the scheduler preempts a pod.
fn set_preempted(pod: PodId) -> Act {
    Box::new(move |api| change_pod(pod, api, |pod| pod.is_preempted = true))
}

fn delete(pod: PodId) -> Act {
    Box::new(move |api| {
        api.store().pod(pod).ok_or(Refused::NotFound)?;
        api.delete_pod(pod);
        Ok(pod.into())
    })
}

fn change_pod(
    id: PodId,
    api: &mut ApiServer<'_>,
    change: impl FnOnce(&mut Pod),
) -> Result<ObjectId, Refused> {
    api.store().pod(id).ok_or(Refused::NotFound)?;
    api.update(id, change);
    Ok(id.into())
}

/// A request about a pod.
fn request(verb: Verb, resource: &'static str, pod: PodId, act: Act) -> Request {
    Request { verb, resource, object: Some(pod.into()), act, event: None }
}

impl SchedulerProcess {
    /// No node fits a pod, and its cycle is over: makes room for it where that helps. Whether the cycle waits for
    /// that.
    pub(super) fn preempt(
        &mut self,
        pod: PodId,
        outcome: &Outcome,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) -> bool {
        let Outcome::Unschedulable(error) = outcome else { return false };
        let Some(WayOut { evicted, passed_over, .. }) = error.way_out() else { return false };
        // A pod that is gone makes no room.
        if !self.pending.contains_key(&pod) {
            return false;
        }
        let is_nominated = |id: &&PodId| self.pending.get(id).is_some_and(|pod| pod.nominated.is_some());
        let passed_over: Vec<PodId> = passed_over.iter().filter(is_nominated).copied().collect();
        let evicted: Vec<PodId> =
            evicted.iter().copied().filter(|victim| !self.sends_home(*victim)).collect();
        if self.setup.control_plane.is_none() {
            let acts = passed_over.iter().map(|pod| set_nominated(*pod, None));
            let acts = acts.chain(evicted.iter().flat_map(|pod| [set_preempted(*pod), delete(*pod)]));
            for act in acts {
                // Whoever is gone already needs not go.
                api.carry_out(act);
            }
            return false;
        }
        let is_async = self.setup.behaviour.scheduler.async_preemption;
        let batches = batches(&evicted, &passed_over, is_async);
        if batches.is_empty() {
            return false;
        }
        if is_async {
            self.queue.hold(pod);
        }
        let course = Course { batches, open: 0, is_in_cycle: !is_async };
        self.preemptions.0.insert(pod, course);
        self.go_on_preempting(pod, api, events);
        !is_async
    }

    /// Sends a victim home that waits at Permit, which takes no request; whether it did.
    fn sends_home(&mut self, victim: PodId) -> bool {
        let plugin = self
            .setup
            .scheduler
            .profiles
            .first()
            .and_then(|profile| profile.registry.by_name("DefaultPreemption"));
        let waits = self.at_permit.pods.iter().any(|waiting| waiting.pod().id == victim);
        if let Some(plugin) = plugin.filter(|_| waits) {
            self.at_permit.pods.judged_by(plugin).reject(victim, "preempted");
        }
        waits
    }

    /// A request of a preemption is answered. Who is gone already needs not go.
    pub(super) fn preemption_answered(
        &mut self,
        caller: Caller,
        is_done: bool,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) {
        let pod = match caller {
            Caller::Condition(pod, victim) if is_done => {
                let deletion = request(Verb::Delete, "pods", victim, delete(victim));
                api.send(ClientId::Scheduler, deletion, Caller::Eviction(pod, victim), events);
                return;
            }
            Caller::Eviction(pod, victim) => {
                if is_done {
                    tell_preempted(victim, api, events);
                }
                pod
            }
            Caller::Condition(pod, _) | Caller::PassingOver(pod) => pod,
            _ => return,
        };
        let course = self.preemptions.0.get_mut(&pod).expect("its requests are answered one by one");
        course.open -= 1;
        if course.open == 0 {
            self.go_on_preempting(pod, api, events);
        }
    }

    /// Begins the next batch, or ends the preemption.
    fn go_on_preempting(&mut self, pod: PodId, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
        let course = self.preemptions.0.get_mut(&pod).expect("a preemption under way");
        let Some(batch) = course.batches.pop_front() else {
            let is_in_cycle = course.is_in_cycle;
            self.preemptions.0.remove(&pod);
            self.queue.release(pod);
            if is_in_cycle && let Some(UnderWay { pod, outcome }) = self.under_way.take() {
                self.put_back(&pod, &outcome, api);
                self.write_nomination(pod.pod.id, api, events);
            }
            return;
        };
        course.open = batch.len();
        for task in batch {
            let (request, caller) = match task {
                Task::PassOver(other) => {
                    let patch = request(Verb::Patch, STATUS, other, set_nominated(other, None));
                    (patch, Caller::PassingOver(pod))
                }
                Task::Evict(victim) => {
                    let patch = request(Verb::Patch, STATUS, victim, set_preempted(victim));
                    (patch, Caller::Condition(pod, victim))
                }
            };
            api.send(ClientId::Scheduler, request, caller, events);
        }
    }

    /// Brings `status.nominatedNodeName` up to what the scheduler has in mind. Nobody waits for it.
    pub(super) fn write_nomination(
        &mut self,
        id: PodId,
        api: &mut ApiServer<'_>,
        events: &mut EventQueue<Event>,
    ) {
        let Some(pod) = self.pending.get(&id) else { return };
        let node = self.cache.nominator().node_of(id);
        if pod.nominated == node {
            return;
        }
        let act = set_nominated(id, node);
        if self.setup.control_plane.is_none() {
            api.carry_out(act);
        } else {
            api.send(ClientId::Scheduler, request(Verb::Patch, STATUS, id, act), Caller::Nobody, events);
        }
    }

    /// A pod that waits for a node changed: takes over what its status says of its nomination, unless it never said
    /// anything (`UpdateNominatedPod`). Pods for which it counted may fit now (`hasNominatedNodeNameChanged`).
    pub(super) fn observe_nomination(&mut self, old: Option<&Arc<Pod>>, new: &Arc<Pod>, api: &ApiServer<'_>) {
        let said = old.and_then(|old| old.nominated);
        match new.nominated {
            Some(node) => self.cache.nominator_mut().add(Arc::clone(new), node),
            None if said.is_some() => self.cache.nominator_mut().delete(new.id),
            None => self.cache.nominator_mut().update(Arc::clone(new)),
        }
        if let (Some(node), Some(old)) = (said.filter(|_| said != new.nominated), old) {
            self.notify_of_lost_nomination(old, node, api);
        }
    }
}

/// In which order things are done: at once what stands in one batch.
fn batches(evicted: &[PodId], passed_over: &[PodId], is_async: bool) -> VecDeque<Vec<Task>> {
    let evictions = |pods: &[PodId]| pods.iter().map(|pod| Task::Evict(*pod)).collect::<Vec<_>>();
    let passing_over = passed_over.iter().map(|pod| vec![Task::PassOver(*pod)]);
    let mut batches: VecDeque<Vec<Task>> = match evicted.split_last() {
        Some((last, others)) if is_async => {
            passing_over.chain([evictions(others), evictions(&[*last])]).collect()
        }
        _ => std::iter::once(evictions(evicted)).chain(passing_over).collect(),
    };
    batches.retain(|batch| !batch.is_empty());
    batches
}

/// Tells of a victim, in an event that another client writes. Nobody waits for it.
fn tell_preempted(victim: PodId, api: &mut ApiServer<'_>, events: &mut EventQueue<Event>) {
    let act = Box::new(move |_: &mut ApiServer<'_>| Ok(ObjectId::Pod(victim)));
    let told = Some(WrittenEvent { reason: "Preempted", count: 1, combined: false });
    let request = request(Verb::Post, "events", victim, act);
    api.send_event(ClientId::SchedulerEvents, (request, told), Caller::Nobody, events);
}
