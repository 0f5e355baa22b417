//! The witness: watches what becomes of one pod in the scheduler, for explanations.
//!
//! It changes nothing. It reads the queue's record of moves, which nobody else reads, and copies what
//! the scheduler sees; it draws no random number, writes no record and asks no plugin.

use std::sync::Arc;

use super::SchedulerProcess;
use crate::api::{Pod, PodId};
use crate::cluster::api_server::ApiServer;
use crate::cluster::explanation::{
    HistoryRow, HistoryStep, Moment, Testimony, Tried, WitnessOrder, scene_of,
};
use crate::kernel::SimTime;
use crate::scheduler::cycle::CycleResult;
use crate::scheduler::queue::{Place, QueuedPod};

/// What the witness has seen.
pub(super) struct Witness {
    order: WitnessOrder,
    history: Vec<HistoryRow>,
    attempts: u32,
    moment: Option<Moment>,
}

fn place_name(place: Place) -> &'static str {
    match place {
        Place::Active => "activeQ",
        Place::Backoff => "backoffQ",
        Place::Unschedulable => "unschedulablePods",
        Place::Gated => "gated",
        Place::InFlight => "in flight",
    }
}

impl SchedulerProcess {
    /// Has a pod watched from now on.
    pub fn watch(&mut self, order: WitnessOrder) {
        self.queue.record_moves(true);
        self.witness = Some(Box::new(Witness { order, history: Vec::new(), attempts: 0, moment: None }));
    }

    /// The state at time 0 was seen. A pod that was bound before is asked about as things stand now,
    /// unless another time was ordered.
    pub fn begin_watch(&mut self, api: &ApiServer<'_>) {
        self.note_moves(api.now);
        let Some(order) = self.witness.as_ref().map(|witness| witness.order) else { return };
        if let Some(pod) = api.store().pod(order.pod)
            && pod.node.is_some()
            && order.until.is_none()
        {
            self.look(&Arc::clone(pod), api.now);
        }
    }

    /// Time is about to move on to `next`: if nothing was tried by the ordered time, this is the last
    /// chance to see what there was.
    pub fn before_time_moves(&mut self, next: SimTime, api: &ApiServer<'_>) {
        let Some(order) = self.witness.as_ref().map(|witness| witness.order) else { return };
        if let Some(until) = order.until
            && until < next
            && let Some(pod) = api.store().pod(order.pod)
        {
            self.look(&Arc::clone(pod), until);
        }
    }

    /// A pod is no longer there.
    pub(super) fn before_pod_goes(&mut self, pod: &Arc<Pod>, now: SimTime) {
        if self.is_watched(pod.id) {
            self.look(pod, now);
        }
    }

    /// What the witness has to say, if there was one.
    pub fn testimony(&mut self, api: &ApiServer<'_>) -> Option<Testimony> {
        self.note_moves(api.now);
        let order = self.witness.as_ref()?.order;
        if let Some(pod) = api.store().pod(order.pod) {
            self.look(&Arc::clone(pod), api.now);
        }
        let witness = self.witness.take()?;
        let scene = witness.moment.map(|moment| scene_of(moment, &self.setup, &api.names));
        Some(Testimony { history: witness.history, attempts: witness.attempts, scene })
    }

    /// Keeps what the scheduler sees, if nothing was kept yet. A pod that has run to its end is none of
    /// its business.
    fn look(&mut self, pod: &Arc<Pod>, at: SimTime) {
        let Some(witness) = &mut self.witness else { return };
        if witness.moment.is_none() && !pod.is_finished() {
            let cache = self.cache.clone();
            witness.moment = Some(Moment { at, pod: Arc::clone(pod), cache, tried: None });
        }
    }

    fn is_watched(&self, pod: PodId) -> bool {
        self.witness.as_ref().is_some_and(|witness| witness.order.pod == pod)
    }

    /// Takes over the moves since the last time. They all happened at this instant.
    pub(super) fn note_moves(&mut self, now: SimTime) {
        let Some(witness) = &mut self.witness else { return };
        for moved in self.queue.take_moves().into_iter().filter(|moved| moved.pod == witness.order.pod) {
            let step = HistoryStep::Moved {
                from: moved.from.map(place_name),
                to: place_name(moved.to),
                event: moved.why.as_str(),
                plugin: moved.plugin.map(crate::scheduler::framework::PluginId::name),
            };
            witness.history.push(HistoryRow { time: now, step });
        }
    }

    /// An attempt began, and this is how it will end.
    pub(super) fn note_attempt(&mut self, pod: &QueuedPod, result: &CycleResult, now: SimTime) {
        if !self.is_watched(pod.pod.id) {
            return;
        }
        self.note_moves(now);
        let Some(witness) = &mut self.witness else { return };
        let number = pod.attempts;
        witness.history.push(HistoryRow { time: now, step: HistoryStep::AttemptBegan { number } });
        witness.attempts = number;
        if witness.order.until.is_none_or(|until| now <= until) {
            let (feasible, rejected) = self.cycle.looked_at();
            let (feasible, rejected) = (feasible.to_vec(), rejected.collect());
            let tried = Some(Tried { number, result: result.clone(), feasible, rejected });
            let cache = self.cache.clone();
            witness.moment = Some(Moment { at: now, pod: Arc::clone(&pod.pod), cache, tried });
        }
    }

    /// The attempt under way ended.
    pub(super) fn note_end(&mut self, pod: &QueuedPod, step: impl FnOnce(u32) -> HistoryStep, now: SimTime) {
        if self.is_watched(pod.pod.id)
            && let Some(witness) = &mut self.witness
        {
            witness.history.push(HistoryRow { time: now, step: step(pod.attempts) });
        }
    }
}
