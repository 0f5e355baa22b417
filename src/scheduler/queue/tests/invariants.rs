//! Random histories: no pod is lost or in two places, groups answer as their pods would one by one, and
//! every pod that is not gated is tried again at last.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::{Bench, any_change, at, config, deleted, exact, on_node, plugins, spreads, without_hints};
use crate::api::{Pod, PodId, PodSpec};
use crate::scheduler::framework::{ClusterEvent, PluginSet, Question};
use crate::scheduler::queue::{Counts, Place, QueueConfig, RequeueRule};

/// What plugins a failure names; none at all is an error.
const REJECTIONS: [&[&str]; 5] = [
    &[],
    &["NodeResourcesFit"],
    &["PodTopologySpread"],
    &["NodeResourcesFit", "PodTopologySpread", "NodeName"],
    &["ImageLocality"],
];

#[derive(Clone, Debug)]
enum Step {
    /// Of which template, gated or not.
    Add(usize, bool),
    Release(usize),
    Delete(usize),
    Pop,
    Done(usize),
    Fail(usize, usize),
    Observe(usize),
    Change,
    Wait(u64),
    FlushBackoff,
    FlushLeftover,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_usize..3, prop::bool::weighted(0.2)).prop_map(|(template, gated)| Step::Add(template, gated)),
        1 => any::<usize>().prop_map(Step::Release),
        1 => any::<usize>().prop_map(Step::Delete),
        6 => Just(Step::Pop),
        1 => any::<usize>().prop_map(Step::Done),
        6 => (any::<usize>(), 0..REJECTIONS.len()).prop_map(|(pod, why)| Step::Fail(pod, why)),
        4 => (0_usize..5).prop_map(Step::Observe),
        1 => Just(Step::Change),
        4 => (1_u64..5_000).prop_map(Step::Wait),
        1 => (200_000_u64..400_000).prop_map(Step::Wait),
        2 => Just(Step::FlushBackoff),
        1 => Just(Step::FlushLeftover),
    ];
    prop::collection::vec(step, 1..120)
}

/// The history as an observer keeps it: which pods there are, and which of them are in flight.
struct History {
    bench: Bench,
    now: u64,
    templates: Vec<Arc<PodSpec>>,
    pods: BTreeMap<u32, Arc<Pod>>,
    in_flight: Vec<u32>,
    next: u32,
}

impl History {
    fn new(config: QueueConfig) -> Self {
        let mut bench = Bench::new(config);
        let templates =
            vec![Arc::clone(&bench.pod(0, spreads).spec), Arc::clone(&bench.pod(0, |_, _| {}).spec)];
        Self { bench, now: 0, templates, pods: BTreeMap::new(), in_flight: Vec::new(), next: 0 }
    }

    fn events(&mut self) -> [ClusterEvent; 5] {
        let counted = on_node(&self.bench.pod(1_000_000, spreads));
        let stranger = self.bench.pod(1_000_001, |_, _| {});
        let node = self.bench.node(0);
        [
            deleted(&stranger),
            ClusterEvent::AssignedPodDelete(Arc::clone(&counted)),
            ClusterEvent::AssignedPodAdd(counted),
            ClusterEvent::NodeAdd(Arc::clone(&node)),
            ClusterEvent::NodeDelete(node),
        ]
    }

    fn add(&mut self, template: usize, gated: bool) {
        let id = self.next;
        let held_back_by = if gated { plugins(&["SchedulingGates"]) } else { PluginSet::default() };
        self.next += 1;
        let mut pod = (*self.bench.pod(id, |spec, _| spec.priority = 1)).clone();
        if let Some(spec) = self.templates.get(template) {
            pod.spec = Arc::clone(spec);
        }
        if gated {
            let gate = self.bench.cluster.names.intern("example.com/gate");
            Arc::make_mut(&mut pod.spec).scheduling_gates.push(gate);
        }
        let pod = Arc::new(pod);
        self.pods.insert(id, Arc::clone(&pod));
        self.bench.queue.add(pod, held_back_by, at(self.now));
    }

    fn release(&mut self, id: u32) {
        let old = Arc::clone(&self.pods[&id]);
        let mut new = (*old).clone();
        Arc::make_mut(&mut new.spec).scheduling_gates.clear();
        let new = Arc::new(new);
        self.pods.insert(id, Arc::clone(&new));
        self.bench.update(&old, &new, &[], self.now);
    }

    fn choose(&self, which: usize, in_flight: bool) -> Option<u32> {
        let ids: Vec<u32> =
            if in_flight { self.in_flight.clone() } else { self.pods.keys().copied().collect() };
        (!ids.is_empty()).then(|| ids[which % ids.len()])
    }

    fn land(&mut self, id: u32) {
        self.in_flight.retain(|other| *other != id);
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Add(template, gated) => self.add(template, gated),
            Step::Release(which) => {
                if let Some(id) = self.choose(which, false) {
                    self.release(id);
                }
            }
            Step::Delete(which) => {
                if let Some(id) = self.choose(which, false) {
                    self.bench.queue.delete(PodId(id));
                    if !self.in_flight.contains(&id) {
                        self.pods.remove(&id);
                    }
                }
            }
            Step::Pop => {
                let before = self.bench.queue.counts();
                if let Some(id) = self.bench.pop(self.now) {
                    assert!(self.pods.contains_key(&id) && !self.in_flight.contains(&id), "pod {id}");
                    self.in_flight.push(id);
                } else {
                    assert_eq!(before.active, 0, "what is active can be popped");
                }
            }
            Step::Done(which) => {
                if let Some(id) = self.choose(which, true) {
                    self.bench.queue.done(PodId(id));
                    self.land(id);
                    self.pods.remove(&id);
                }
            }
            Step::Fail(which, why) => {
                if let Some(id) = self.choose(which, true) {
                    let pod = Arc::clone(&self.pods[&id]);
                    self.bench.fail(&pod, REJECTIONS[why], self.now);
                    self.land(id);
                }
            }
            Step::Observe(which) => self.observe(which),
            Step::Change => self.bench.queue.note_change(),
            Step::Wait(millis) => self.now += millis,
            Step::FlushBackoff => self.bench.queue.flush_backoff(at(self.now)),
            Step::FlushLeftover => {
                self.bench.queue.flush_unschedulable_leftover(at(self.now), &self.bench.cluster);
            }
        }
        self.check();
    }

    /// Compares the pods that move with those whose own hints say so, asked one by one.
    fn observe(&mut self, which: usize) {
        let event = &self.events()[which];
        let queue = &self.bench.queue;
        let config = *queue.config();
        let mut moved = Vec::new();
        for queued in queue.waiting().into_iter().filter(|queued| queued.place == Place::Unschedulable) {
            let question = Question {
                pod: &queued.pod,
                is_target: false,
                event,
                rules: &config.hints,
                context: &self.bench.cluster,
            };
            if queue.registrations.first_to_queue(&question, queued.rejected_by).is_some() {
                moved.push(queued.pod.id.0);
            }
        }
        self.bench.moves();
        self.bench.observe(event, self.now);
        let seen: Vec<u32> = self.bench.moves().iter().map(|entry| entry.0).collect();
        if config.requeue == RequeueRule::AnyChange {
            assert!(seen.is_empty(), "{seen:?}");
        } else if config.queueing_hints {
            assert_eq!(seen, moved);
        }
    }

    /// Every pod is in exactly one place, and the places add up.
    fn check(&self) {
        let queue = &self.bench.queue;
        let mut counts = Counts::default();
        for id in self.pods.keys() {
            let place = queue.place_of(PodId(*id)).expect("no pod is lost");
            assert_eq!(place == Place::InFlight, self.in_flight.contains(id));
            *match place {
                Place::Active => &mut counts.active,
                Place::Backoff => &mut counts.backoff,
                Place::Unschedulable => &mut counts.unschedulable,
                Place::Gated => &mut counts.gated,
                Place::InFlight => &mut counts.in_flight,
            } += 1;
        }
        assert_eq!(queue.counts(), counts);
        let waiting: Vec<u32> = queue.waiting().iter().map(|queued| queued.pod.id.0).collect();
        let expected: Vec<u32> =
            self.pods.keys().copied().filter(|id| !self.in_flight.contains(id)).collect();
        assert_eq!(waiting, expected);
        assert_eq!(queue.next_backoff_expiry().is_some(), counts.backoff > 0);
    }

    /// Serves the queue's own times, as its owner does, until nothing waits but what is gated.
    fn come_to_rest(&mut self) {
        for id in std::mem::take(&mut self.in_flight) {
            self.bench.queue.done(PodId(id));
            self.pods.remove(&id);
        }
        self.bench.queue.note_change();
        loop {
            for id in self.bench.drain(self.now) {
                self.pods.remove(&id);
            }
            self.check();
            let queue = &self.bench.queue;
            let times = [queue.next_backoff_expiry(), queue.next_leftover_flush()];
            let Some(next) = times.into_iter().flatten().min() else { break };
            self.now = self.now.max(next.0 / 1_000_000);
            self.bench.queue.flush_backoff(at(self.now));
            self.bench.queue.flush_unschedulable_leftover(at(self.now), &self.bench.cluster);
        }
        let counts = self.bench.queue.counts();
        assert_eq!(counts, Counts { gated: counts.gated, ..Counts::default() });
    }
}

proptest! {
    #[test]
    fn no_pod_is_lost(steps in steps(), rule in 0_usize..4) {
        let mut history = History::new([config(), exact(), without_hints(), any_change()][rule]);
        for step in &steps {
            history.run(step);
        }
        history.come_to_rest();
    }
}
