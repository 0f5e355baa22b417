//! kube-scheduler as a process: feeds cache and queue from the watch log, runs one scheduling cycle
//! after the other, and binds (`scheduler.go`, `eventhandlers.go`, `schedule_one.go` of v1.34).
//!
//! A cycle decides on what the scheduler has seen when it begins, and is over when its time is
//! ([`super::timing::Timing::scheduling_cycle`]). Then the pod is assumed to be on its node, the plugins
//! that follow it there are asked (`binding`, `permit`), the next cycle begins, and the binding reaches the API when
//! *its* time is over.

mod binding;
mod context;
mod observation;
mod permit;
mod preemption;
mod witness;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::binding::Binding;
use self::context::SchedulerContext;
use self::permit::AtPermit;
use self::preemption::Preemptions;
use self::witness::Witness;
use super::api_server::ApiServer;
use super::draw_uses;
use super::event::Event;
use super::explanation::HistoryStep;
use super::record::Record;
use super::setup::{ClusterSetup, CycleKind, TieBreakRule};
use crate::api::{Pod, PodId};
use crate::kernel::{Draw, Draws, EventClass, EventId, EventQueue, Interner, LookupMap, SimTime};
use crate::scheduler::cache::Cache;
use crate::scheduler::cycle::{Cycle, CycleInput, CycleResult, Outcome, TieBreak};
use crate::scheduler::fast::FastCycle;
use crate::scheduler::framework::{Framework, PluginSet};
use crate::scheduler::profile::registry_of;
use crate::scheduler::queue::{ClusterEvent, QueuedPod, RequeueRule, SchedulingQueue};

/// The scheduler's state.
pub struct SchedulerProcess {
    cache: Cache,
    queue: SchedulingQueue,
    /// One for each profile, in the order of the setup.
    frameworks: Vec<Framework>,
    /// The plain cycle, which decides if there is a witness.
    cycle: Cycle,
    fast: FastCycle,
    tie_break: Draw,
    setup: Arc<ClusterSetup>,
    /// Pods without node that this scheduler is responsible for, as it has seen them last.
    pending: LookupMap<PodId, Arc<Pod>>,
    under_way: Option<UnderWay>,
    /// Pods on their way to their node that plugins follow.
    bindings: LookupMap<PodId, Binding>,
    at_permit: AtPermit,
    preemptions: Preemptions,
    backoff_timer: Option<(SimTime, EventId)>,
    flush_timer: Option<(SimTime, EventId)>,
    /// Something was seen since the last round of settling began.
    changed: bool,
    /// Watches a pod, for explanations.
    witness: Option<Box<Witness>>,
}

/// A cycle that has begun.
struct UnderWay {
    pod: QueuedPod,
    outcome: Outcome,
}

impl SchedulerProcess {
    /// A scheduler that has seen nothing.
    pub fn new(setup: &Arc<ClusterSetup>, names: &mut Interner, draws: &Draws) -> Self {
        let mut cache = Cache::new(names);
        setup.budgets.iter().for_each(|budget| cache.put_budget(budget.clone()));
        let (mut cycle, mut fast) = (Cycle::new(), FastCycle::new(&setup.scheduler.profiles));
        if setup.scheduler.tie_break != TieBreakRule::First {
            let draw = draws.stream(draw_uses::PREEMPTION, 0);
            (cycle, fast) = (cycle.drawing(draw.clone()), fast.drawing(draw));
        }
        Self {
            cache,
            queue: SchedulingQueue::new(setup.scheduler.queue, &registry_of(&setup.scheduler.profiles)),
            frameworks: setup.scheduler.profiles.iter().map(Framework::new).collect(),
            cycle,
            fast,
            tie_break: draws.stream(draw_uses::TIE_BREAK, 0),
            setup: Arc::clone(setup),
            pending: LookupMap::default(),
            under_way: None,
            bindings: LookupMap::default(),
            at_permit: AtPermit::default(),
            preemptions: Preemptions::default(),
            backoff_timer: None,
            flush_timer: None,
            changed: false,
            witness: None,
        }
    }

    fn notify(&mut self, events: &[ClusterEvent], api: &ApiServer<'_>) {
        let context = SchedulerContext::new(&self.cache, &self.setup, &api.names);
        for event in events {
            self.queue.observe(event, api.now, &context);
        }
    }

    fn profile_of(&self, pod: &Pod) -> Option<usize> {
        let profiles = &self.setup.scheduler.profiles;
        profiles.iter().position(|profile| profile.scheduler_name == pod.spec.scheduler_name)
    }

    /// A round of settling begins: under [`RequeueRule::AnyChange`] pods that found no node are tried
    /// once more if anything has changed.
    pub fn begin_round(&mut self) {
        if std::mem::take(&mut self.changed) && self.setup.scheduler.queue.requeue == RequeueRule::AnyChange {
            self.queue.note_change();
        }
    }

    /// Begins a cycle, if none is under way and a pod is to be tried; whether one began. Before that, pods
    /// whose wait at Permit has ended go their ways.
    pub fn step(&mut self, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) -> bool {
        self.settle_permit(api, queue);
        if self.under_way.is_some() {
            return false;
        }
        let Some(pod) = self.queue.pop(api.now) else { return false };
        let result = self.decide(&pod.pod, api);
        self.note_attempt(&pod, &result, api.now);
        let CycleResult { outcome, evaluated, .. } = result;
        let time = &self.setup.timing.scheduling_cycle;
        if time.is_constant_zero() {
            self.under_way = Some(UnderWay { pod, outcome });
            self.cycle_end(api, queue);
        } else {
            let occurrence = u64::from(pod.attempts);
            let draw = api.draws.keyed(draw_uses::SCHEDULING_CYCLE, pod.pod.identity, occurrence);
            let end = api.now.plus(time.sample(evaluated, &draw));
            self.under_way = Some(UnderWay { pod, outcome });
            queue.push(end, EventClass::Essential, Event::CycleEnd);
        }
        true
    }

    /// Whether the plain cycle decides.
    fn decides_plainly(&self) -> bool {
        self.setup.scheduler.cycle == CycleKind::Plain || self.witness.is_some()
    }

    fn decide(&mut self, pod: &Pod, api: &ApiServer<'_>) -> CycleResult {
        let is_plain = self.decides_plainly();
        let profile = self.profile_of(pod).expect("only pods of a profile are queued");
        let tie_break = match self.setup.scheduler.tie_break {
            TieBreakRule::Random => TieBreak::Random(&mut self.tie_break),
            TieBreakRule::Heap => TieBreak::Heap,
            TieBreakRule::First => TieBreak::First,
        };
        let input = CycleInput {
            cache: &mut self.cache,
            framework: &self.frameworks[profile],
            names: &api.names,
            behaviour: self.setup.behaviour.scheduler,
            percentage_of_nodes_to_score: self.setup.scheduler.percentage_of_nodes_to_score,
            tie_break,
        };
        if is_plain { self.cycle.schedule(pod, input) } else { self.fast.schedule(pod, profile, input) }
    }

    /// The cycle under way is over: the pod is assumed on its node and its binding begins, or it goes
    /// back to the queue.
    pub fn cycle_end(&mut self, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        let Some(UnderWay { pod, outcome }) = self.under_way.take() else { return };
        let Outcome::Scheduled { node, .. } = outcome else {
            if self.preempt(pod.pod.id, &outcome, api, queue) {
                self.under_way = Some(UnderWay { pod, outcome });
                return;
            }
            self.put_back(&pod, &outcome, api);
            self.write_nomination(pod.pod.id, api, queue);
            return;
        };
        let name = self.cache.node(node).map_or("", |node| api.names.resolve(node.name));
        self.note_end(&pod, |number| HistoryStep::NodeChosen { number, node: name.into() }, api.now);
        self.cache.put_pod(Arc::new(Pod { node: Some(node), ..Pod::clone(&pod.pod) }));
        self.cache.nominator_mut().delete(pod.pod.id);
        self.begin_binding(pod, node, api, queue);
    }

    /// An attempt failed. A pod that is gone, or was bound by somebody else, is forgotten.
    fn put_back(&mut self, pod: &QueuedPod, outcome: &Outcome, api: &mut ApiServer<'_>) {
        let id = pod.pod.id;
        let Some(latest) = self.pending.get(&id).cloned() else {
            self.note_end(pod, |number| HistoryStep::Obsolete { number }, api.now);
            self.queue.done(id);
            return;
        };
        let rejected_by = match outcome {
            Outcome::Unschedulable(error) => error.unschedulable_plugins,
            _ => PluginSet::default(),
        };
        if let Some(message) = outcome.message(&api.names) {
            let message: Arc<str> = message.into();
            let told = Arc::clone(&message);
            self.note_end(pod, |number| HistoryStep::Refused { number, message: told }, api.now);
            api.record(&Record::Unschedulable { pod: id, message });
        }
        if let Outcome::Unschedulable(error) = outcome {
            match error.way_out() {
                Some(way_out) => self.cache.nominator_mut().add(Arc::clone(&latest), way_out.node),
                None if error.gives_up_node() => self.cache.nominator_mut().delete(id),
                None => {}
            }
        }
        let context = SchedulerContext::new(&self.cache, &self.setup, &api.names);
        self.queue.add_unschedulable(latest, rejected_by, api.now, &context);
    }

    /// Back-offs are over.
    pub fn backoff_over(&mut self, now: SimTime) {
        self.backoff_timer = None;
        self.queue.flush_backoff(now);
    }

    /// Pods that waited too long for an event are tried all the same.
    pub fn flush_unschedulable(&mut self, api: &ApiServer<'_>) {
        self.flush_timer = None;
        let context = SchedulerContext::new(&self.cache, &self.setup, &api.names);
        self.queue.flush_unschedulable_leftover(api.now, &context);
    }

    /// Sets the timers for the queue's next moves.
    pub fn set_timers(&mut self, api: &ApiServer<'_>, queue: &mut EventQueue<Event>) {
        self.note_moves(api.now);
        let next_timeout = self.at_permit.pods.next_timeout();
        set_timer(&mut self.at_permit.timer, next_timeout, Event::PermitTimeout, api, queue);
        set_timer(&mut self.backoff_timer, self.queue.next_backoff_expiry(), Event::BackoffOver, api, queue);
        set_timer(
            &mut self.flush_timer,
            self.queue.next_leftover_flush(),
            Event::FlushUnschedulable,
            api,
            queue,
        );
    }

    /// Whether a pod waits that was not tried since the last change, or whose wait at Permit was not over once
    /// since then.
    pub fn may_still_place(&self, api: &ApiServer<'_>) -> bool {
        let by_rule = self.setup.scheduler.queue.requeue == RequeueRule::Kubernetes;
        by_rule && !self.queue.all_tried_since(api.last_change) || self.may_still_time_out(api.last_change)
    }
}

fn set_timer(
    timer: &mut Option<(SimTime, EventId)>,
    wanted: Option<SimTime>,
    event: Event,
    api: &ApiServer<'_>,
    queue: &mut EventQueue<Event>,
) {
    let wanted = wanted.map(|at| at.max(api.now));
    if timer.map(|set| set.0) == wanted {
        return;
    }
    if let Some((_, id)) = timer.take() {
        queue.cancel(id);
    }
    *timer = wanted.map(|at| (at, queue.push(at, EventClass::Recurring, event)));
}
