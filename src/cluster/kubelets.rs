//! The kubelets: from a binding to running and ready, from a deletion to gone.
//!
//! Follows kubelet v1.34's pod workers as far as time goes: pull, start, first readiness probe, grace
//! period, and before them admission ([`super::node_admissions`]).
//! Probes and containers fail only as [`super::setup::start_up`] says; the containers that end are started again after
//! the back-off of [`crate::kubelet::crash_back_off`]. DIFFERENCE: while a kubelet does not
//! start, what it had begun goes on, and its node stays ready; Kubernetes evicts its pods after minutes.

pub mod given;
mod hops;
mod restart;

use std::sync::Arc;

use self::given::Numbering;
use super::api_server::ApiServer;
use super::draw_uses;
use super::event::Event;
use super::node_admissions::{NodeAdmissions, Standing};
use super::record::Record;
use super::restarts::Restarts;
use super::setup::ClusterSetup;
use super::start_up;
use super::store::Change;
use super::store::kinds::unseen;
use crate::api::{NodeId, Pod, PodId, PodPhase, ReadyCondition, Symbol};
use crate::kernel::{Distribution, DrawUse, EventClass, EventId, EventQueue, LookupSet, SimDuration};

/// What the kubelets keep in mind: a timer for each pod, the images they pulled, whom they admitted.
#[derive(Default)]
pub struct Kubelets {
    admissions: NodeAdmissions,
    timers: Vec<Option<EventId>>,
    pulled: LookupSet<(NodeId, Symbol)>,
    restarts: Restarts,
    /// Where times are recorded, not drawn.
    numbering: Numbering,
}

/// What becomes of a pod whose containers run.
#[derive(Clone, Copy)]
struct Course {
    /// Until it is ready; `None`: it never is.
    ready_in: Option<SimDuration>,
    /// Until its containers end, and how.
    end: Option<(SimDuration, Event)>,
}

impl Kubelets {
    /// Kubelets of idle nodes.
    pub fn new(setup: &ClusterSetup) -> Self {
        Self { admissions: NodeAdmissions::new(setup), ..Self::default() }
    }

    /// Takes note of a change of a pod.
    pub fn observe(&mut self, change: &Change, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        let (old, new) = match change {
            Change::Pod { old, new } => (old, new),
            Change::Node { .. } => return unseen("a kubelet asks the store for its own node"),
            Change::Namespace { .. }
            | Change::ReplicaSet { .. }
            | Change::Deployment { .. }
            | Change::DaemonSet { .. }
            | Change::SelectorOwner { .. } => {
                return unseen("a kubelet watches the pods that are bound to its node");
            }
        };
        let Some(pod) = new else {
            if let Some(pod) = old {
                self.cancel(pod.id, queue);
                self.restarts.forget(pod.id);
                self.admissions.leave(pod.id);
            }
            return;
        };
        if pod.is_finished() {
            self.admissions.leave(pod.id);
        }
        if old.is_none() && api.setup.timing.recorded.is_some() {
            self.numbering.note(pod);
        }
        let Some(node) = pod.node else { return };
        let was_bound = old.as_ref().is_some_and(|old| old.node.is_some());
        let was_deleted = old.as_ref().is_some_and(|old| old.deleted.is_some());
        let arrives = !was_bound && !pod.is_finished();
        if self.admissions.hangs(node) {
            return;
        }
        let admitted = !arrives || self.is_admitted(pod, node, api);
        if pod.deleted.is_some() {
            if !was_deleted {
                let recorded = self.recorded(pod, api, |times| &times.termination);
                let delay = recorded.unwrap_or_else(|| termination_delay(pod, old.is_none(), api));
                self.set_timer(pod.id, delay, Event::Gone(pod.id), api, queue);
            }
        } else if admitted && arrives {
            self.start(pod, node, api, queue);
        } else if !admitted && !self.admissions.hangs(node) {
            self.refuse(pod, api, queue);
        }
    }

    fn start(&mut self, pod: &Pod, node: NodeId, api: &ApiServer<'_>, queue: &mut EventQueue<Event>) {
        if api.setup.held.contains(&pod.id) && start_up::of(pod, api).is_none() {
            return;
        }
        if pod.phase == PodPhase::Running {
            let course = self.course(pod, api);
            if pod.is_ready() {
                self.set_end(pod.id, course.end, api, queue);
            } else {
                self.wait_for_ready(pod.id, course, api, queue);
            }
            return;
        }
        if let Some(delay) = self.recorded(pod, api, |times| &times.start) {
            self.set_timer(pod.id, delay, Event::ContainersRunning(pod.id), api, queue);
            return;
        }
        let mut delay = drawn(&hops::CONTAINER_START, pod, api);
        if self.must_pull(pod, node, api) {
            delay = delay.plus(drawn(&hops::IMAGE_PULL, pod, api));
        }
        self.set_timer(pod.id, delay, Event::ContainersRunning(pod.id), api, queue);
    }

    /// A recorded time of a pod, if its workload's are recorded.
    fn recorded(
        &self,
        pod: &Pod,
        api: &ApiServer<'_>,
        list: impl Fn(&given::RecordedTimes) -> &Vec<SimDuration>,
    ) -> Option<SimDuration> {
        let times = api.setup.timing.recorded.as_ref()?.get(&pod.identity.owner)?;
        self.numbering.of(pod, list(times))
    }

    /// Lets the node decide. What runs or ends at time 0 stays.
    fn is_admitted(&mut self, pod: &Pod, node: NodeId, api: &mut ApiServer<'_>) -> bool {
        let stays = pod.phase != PodPhase::Pending || pod.deleted.is_some();
        self.admit(pod, node, if stays { Standing::Kept } else { Standing::New }, api)
    }

    fn admit(&mut self, pod: &Pod, node: NodeId, standing: Standing, api: &mut ApiServer<'_>) -> bool {
        let there = api.store().node(node).map(AsRef::as_ref);
        let decision = self.admissions.arrive(pod, (node, there), standing, &api.names);
        let Some(decision) = decision else { return true };
        let admitted = decision.refusal.is_none();
        api.record(&Record::Admission { pod: pod.id, node, decision: Arc::new(decision) });
        admitted
    }

    fn refuse(&mut self, pod: &Pod, api: &ApiServer<'_>, queue: &mut EventQueue<Event>) {
        let delay = sample(&api.setup.timing.refusal, draw_uses::REFUSAL, pod, api);
        self.set_timer(pod.id, delay, Event::Refused(pod.id), api, queue);
    }

    /// A refused pod has failed.
    pub fn refused(&mut self, id: PodId, api: &mut ApiServer<'_>) {
        self.timers[id.index()] = None;
        api.update(id, |pod: &mut Pod| pod.phase = PodPhase::Failed);
    }

    /// Whether an image of the pod is not on the node; the images are there from now on.
    fn must_pull(&mut self, pod: &Pod, node: NodeId, api: &ApiServer<'_>) -> bool {
        if !api.setup.timing.pulls_take_time() {
            return false;
        }
        let Some(holder) = api.store().node(node) else { return false };
        let mut missing = false;
        for &image in &pod.spec.images {
            let there = holder.images.iter().any(|held| held.name == image);
            if !there && self.pulled.insert((node, image)) {
                missing = true;
            }
        }
        missing
    }

    /// A pod's containers run: it is ready at once, or waits for its probes.
    pub fn containers_running(&mut self, id: PodId, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        self.timers[id.index()] = None;
        let Some(pod) = api.store().pod(id) else { return };
        let course = self.course(pod, api);
        if self.restarts.of(id) > 0 {
            api.update(id, |pod: &mut Pod| pod.restarts += 1);
        }
        let is_ready = course.ready_in == Some(SimDuration::ZERO);
        api.set_pod_running(id, is_ready);
        if is_ready {
            self.set_end(id, course.end, api, queue);
        } else {
            self.wait_for_ready(id, course, api, queue);
        }
    }

    /// The containers run. What is next: the probes succeed, or the containers end before.
    fn wait_for_ready(
        &mut self,
        id: PodId,
        course: Course,
        api: &ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        let ends_before = |end: &(SimDuration, Event)| course.ready_in.is_none_or(|ready| end.0 <= ready);
        if let Some(end) = course.end.filter(ends_before) {
            self.set_end(id, Some(end), api, queue);
        } else if let Some(ready_in) = course.ready_in {
            self.set_timer(id, ready_in, Event::Ready(id), api, queue);
        }
    }

    /// A pod's probes succeed.
    pub fn ready(&mut self, id: PodId, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        self.timers[id.index()] = None;
        let Some(pod) = api.store().pod(id) else { return };
        let Course { ready_in, end } = self.course(pod, api);
        api.set_pod_running(id, true);
        let waited = ready_in.unwrap_or(SimDuration::ZERO);
        let left = end.map(|(time, event)| (SimDuration(time.0.saturating_sub(waited.0)), event));
        self.set_end(id, left, api, queue);
    }

    /// What becomes of a pod from the moment on in which its containers run.
    fn course(&self, pod: &Pod, api: &ApiServer<'_>) -> Course {
        let rule = start_up::of(pod, api);
        let succeeds = pod.spec.run_for.map(|run_for| (run_for, Event::Ended(pod.id)));
        let crashes = rule.and_then(|rule| start_up::ends_after(rule, pod, self.restarts.of(pod.id), api));
        let crashes = crashes.map(|time| (time, Event::Crashed(pod.id)));
        let ready_in = match rule {
            Some(rule) if !start_up::becomes_ready(rule, pod, api) => None,
            _ => Some(readiness_delay(pod, rule.and_then(|rule| rule.delay.as_ref()), api)),
        };
        Course { ready_in, end: succeeds.into_iter().chain(crashes).min_by_key(|(time, _)| *time) }
    }

    /// A pod's containers have ended and are started again after their back-off.
    pub fn crashed(&mut self, id: PodId, api: &mut ApiServer<'_>, queue: &mut EventQueue<Event>) {
        self.timers[id.index()] = None;
        let since = Some(api.api_time());
        api.update(id, |pod: &mut Pod| {
            if pod.is_ready() {
                pod.ready = Some(ReadyCondition { ready: false, since });
            }
        });
        let wait = self.restarts.ended(id, api.now);
        if self.restarts.class(id) == EventClass::Recurring && api.setup.limits.horizon.is_none() {
            // It goes on like that for ever, and so would the run.
            return;
        }
        let Some(pod) = api.store().pod(id) else { return };
        let start = hops::CONTAINER_START.sample(pod, self.restarts.of(id), api).unwrap_or_default();
        self.set_timer(id, wait.plus(start), Event::ContainersRunning(id), api, queue);
    }

    /// A pod's containers end by themselves, well.
    pub fn ended(&mut self, id: PodId, api: &mut ApiServer<'_>) {
        self.timers[id.index()] = None;
        let since = Some(api.api_time());
        api.update(id, |pod: &mut Pod| {
            pod.phase = PodPhase::Succeeded;
            pod.ready = Some(ReadyCondition { ready: false, since });
        });
    }

    fn set_end(
        &mut self,
        id: PodId,
        end: Option<(SimDuration, Event)>,
        api: &ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        if let Some((time, event)) = end {
            self.set_timer(id, time, event, api, queue);
        }
    }

    /// A terminating pod's containers have stopped.
    pub fn gone(&mut self, id: PodId, api: &mut ApiServer<'_>) {
        self.timers[id.index()] = None;
        api.remove::<Pod>(id);
    }

    fn set_timer(
        &mut self,
        id: PodId,
        delay: SimDuration,
        event: Event,
        api: &ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        self.cancel(id, queue);
        if self.timers.len() <= id.index() {
            self.timers.resize(id.index() + 1, None);
        }
        let class = match event {
            Event::Crashed(_) | Event::ContainersRunning(_) => self.restarts.class(id),
            _ => EventClass::Essential,
        };
        let timer = queue.push(api.now.plus(delay), class, event);
        self.timers[id.index()] = Some(timer);
    }

    fn cancel(&mut self, id: PodId, queue: &mut EventQueue<Event>) {
        if let Some(timer) = self.timers.get_mut(id.index()).and_then(Option::take) {
            queue.cancel(timer);
        }
    }
}

fn sample(hop: &Distribution, use_of_draw: DrawUse, pod: &Pod, api: &ApiServer<'_>) -> SimDuration {
    hop.sample(&mut api.draws.keyed(use_of_draw, pod.identity, 0))
}

/// What a pod draws of a hop, once.
fn drawn(hop: &hops::Hop, pod: &Pod, api: &ApiServer<'_>) -> SimDuration {
    hop.sample(pod, 0, api).unwrap_or_default()
}

/// From running to ready.
fn readiness_delay(pod: &Pod, delay: Option<&Distribution>, api: &ApiServer<'_>) -> SimDuration {
    let delay = match delay {
        Some(delay) => hops::READINESS.draw(delay, pod, 0, api),
        None => drawn(&hops::READINESS, pod, api),
    };
    delay.plus(pod.spec.readiness_initial_delay())
}

/// Time until a terminating pod is gone. One that was terminating at time 0 (`adopted`) goes when its
/// deletion timestamp says.
fn termination_delay(pod: &Pod, adopted: bool, api: &ApiServer<'_>) -> SimDuration {
    let grace = pod.spec.grace_period();
    if adopted {
        let left_ns = pod.deleted.map_or(0, |deleted| deleted.nanos_since(api.clock()));
        return SimDuration(u64::try_from(left_ns).unwrap_or(0));
    }
    hops::TERMINATION.sample(pod, 0, api).map_or(grace, |time| time.min(grace))
}
