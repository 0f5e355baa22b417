//! Pods that wait at Permit: on their node in the scheduler's eyes, in flight, and not on their way to the API
//! (`WaitOnPermit` in `framework/runtime/framework.go`, `RejectWaitingPod` and `handleBindingCycleError` in
//! `schedule_one.go` of kube-scheduler v1.34).
//!
//! What is said of a pod that waits is acted on before the next cycle begins: pods that are let go are bound, one
//! after the other by pod number; pods that are rejected leave their node and go back to the queue. A pod whose
//! own Permit lets the others go is bound first.

use std::sync::Arc;

use super::SchedulerProcess;
use super::binding::Assumed;
use crate::api::{Pod, PodId};
use crate::cluster::api_server::ApiServer;
use crate::cluster::event::Event;
use crate::cluster::explanation::HistoryStep;
use crate::kernel::{EventId, EventQueue, LookupMap, SimDuration, SimTime};
use crate::scheduler::framework::{PluginId, WaitingPods};

/// The pods that wait.
#[derive(Default)]
pub(super) struct AtPermit {
    /// As plugins see them.
    pub(super) pods: WaitingPods,
    /// What is needed to bind each of them.
    assumed: LookupMap<PodId, Assumed>,
    /// When a wait of a pod was over the last time.
    timed_out: LookupMap<PodId, SimTime>,
    /// For the wait that is over first.
    pub(super) timer: Option<(SimTime, EventId)>,
}

impl SchedulerProcess {
    /// A pod waits for these plugins, at most as long as each has asked for.
    pub(super) fn wait_at_permit(
        &mut self,
        assumed: Assumed,
        asked: &[(PluginId, SimDuration)],
        now: SimTime,
    ) {
        let pod = &assumed.queued.pod;
        self.at_permit.pods.add(Arc::clone(pod), assumed.node, asked, now);
        self.at_permit.assumed.insert(pod.id, assumed);
    }

    /// Acts on what was said of pods that wait. A pod that leaves its node may take others with it.
    pub(super) fn settle_permit(&mut self, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        while let Some((id, verdict)) = self.at_permit.pods.take_decided() {
            let assumed = self.at_permit.assumed.remove(&id).expect("a pod that waits is assumed");
            match verdict {
                Ok(()) => self.go_on_to_bind(assumed, api, queue),
                Err(status) => self.fail_binding(assumed, status, api),
            }
        }
    }

    /// Waits are over.
    pub fn permit_timeout(&mut self, now: SimTime) {
        self.at_permit.timer = None;
        for pod in self.at_permit.pods.time_out(now) {
            self.at_permit.timed_out.insert(pod, now);
        }
    }

    /// A pod that may wait is gone, or somebody else has bound it: it leaves its node. The pod as it was there.
    pub(super) fn reject_gone(&mut self, id: PodId, api: &ApiServer<'_>) -> Option<Arc<Pod>> {
        self.at_permit.timed_out.remove(&id);
        if !self.at_permit.pods.remove(id) {
            return None;
        }
        let Assumed { queued, node, mut state } =
            self.at_permit.assumed.remove(&id).expect("a pod that waits is assumed");
        self.note_end(&queued, |number| HistoryStep::Obsolete { number }, api.now);
        let gone = self.give_up(&queued.pod, node, &mut state, api);
        self.queue.done(id);
        gone
    }

    /// Whether a pod waits whose wait was not over once since then: room may still come free.
    pub(super) fn may_still_time_out(&self, since: SimTime) -> bool {
        let was_over = |id: PodId| self.at_permit.timed_out.get(&id).is_some_and(|at| *at >= since);
        self.at_permit.pods.iter().any(|waiting| !was_over(waiting.pod().id))
    }
}
