//! A tracker over a workload of a kind that there is not: a set controls its pods itself, and a label tells their
//! revisions apart. It has no ReplicaSets, no conditions and no surge; it replaces one pod after the other.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::*;
use crate::api::testing::{node, pod};
use crate::api::{
    ControllerRef, DeploymentId, InclusionPolicy, LabelSelector, Node, OwnerId, PodId, PodSpec,
    ReadyCondition, Requirement, SpreadConstraint, Symbol, Uid, WhenUnsatisfiable, WorkloadKind,
};
use crate::measures::domain_loss::ShareLeft;
use crate::measures::pod_rows::PodRows;
use crate::measures::rollout_row::Counted;
use crate::measures::waiting::PendingTime;
use crate::measures::workload::{Counts, KindWords};

/// The number of the set, as the owner of its pods.
const SET: OwnerId = OwnerId::Deployment(DeploymentId(0));
/// The key of the label of revisions, the first of the names.
const HASH: Symbol = Symbol(0);
const WORDS: KindWords = KindWords { kind: "PodSet", revision: "revision" };
const NEVER: &str = "no pod may be replaced";

#[derive(Clone, Debug)]
struct PodSet {
    namespace: Symbol,
    template: PodTemplate,
    /// The status: pods of the newest revision, and available ones.
    updated: i32,
    available: i32,
    held_back: Option<&'static str>,
}

impl Workload for PodSet {
    fn kind(&self) -> &'static KindWords {
        &WORDS
    }

    fn namespace(&self) -> Symbol {
        self.namespace
    }

    fn name(&self) -> &'static str {
        "db"
    }

    fn template(&self) -> &PodTemplate {
        &self.template
    }

    fn revision_label(&self, _: &Interner) -> Option<(Symbol, Symbol)> {
        Some((HASH, self.template.hash))
    }

    fn is_newest(&self, revision: RevisionKey, _: Option<&PodTemplate>) -> bool {
        revision.hash == Some(self.template.hash)
    }

    fn counts(&self) -> Counts {
        Counts { wanted: 3, all: 3, updated: self.updated, available: self.available, observed: true }
    }

    fn is_complete(&self) -> bool {
        self.updated == 3 && self.available == 3
    }

    fn held_back(&self) -> Option<&'static str> {
        self.held_back
    }

    fn complaint(&self) -> Option<&'static str> {
        None
    }
}

fn revision_of(pod: &Pod) -> Option<RevisionKey> {
    let controller = pod.owner().filter(|owner| *owner == SET)?;
    Some(RevisionKey { controller, hash: pod.spec.labels.get(HASH) })
}

/// The set, its pods, and two nodes: a in the zone z1, b in the zone z2.
struct Stage {
    names: Interner,
    nodes: Vec<Option<Arc<Node>>>,
    pods: PodRows,
    set: PodSet,
    tracker: Option<Tracker>,
}

const A: Option<NodeId> = Some(NodeId(0));
const B: Option<NodeId> = Some(NodeId(1));

impl Stage {
    /// The set is created at 0 s, with the template v1.
    fn new() -> Self {
        let mut names = Interner::default();
        assert_eq!(names.intern("controller-revision-hash"), HASH);
        let (zone, app) = (names.intern("zone"), names.intern("app"));
        let nodes = [("a", "z1"), ("b", "z2")].map(|(name, in_zone)| {
            let mut node = node(&mut names, u32::from(name == "b"), name);
            node.labels.set(zone, names.intern(in_zone));
            Some(Arc::new(node))
        });
        let mut spec = PodSpec::new(names.intern("default"), names.intern("default-scheduler"));
        spec.labels.set(app, names.intern("db"));
        spec.spread_constraints.push(SpreadConstraint {
            topology_key: zone,
            max_skew: 1,
            when_unsatisfiable: WhenUnsatisfiable::DoNotSchedule,
            selector: Some(LabelSelector {
                requirements: vec![Requirement::equals(app, names.intern("db"))],
            }),
            empty_selector_counts: false,
            match_label_keys: Vec::new(),
            min_domains: 1,
            node_affinity_policy: InclusionPolicy::Honor,
            node_taints_policy: InclusionPolicy::Ignore,
        });
        let namespace = spec.namespace;
        let template = PodTemplate { source: Arc::default(), pod: Arc::new(spec), hash: names.intern("v1") };
        let set = PodSet { namespace, template, updated: 0, available: 0, held_back: None };
        let mut stage = Self { names, nodes: nodes.into(), pods: PodRows::default(), set, tracker: None };
        let (set, around) = (Arc::new(stage.set.clone()), stage.around());
        stage.tracker = Some(Tracker::new(set, around, at(0), (None, false)));
        stage
    }

    fn around(&self) -> Surroundings<'_> {
        Surroundings { nodes: &self.nodes, names: &self.names, pods: &self.pods, revision_of }
    }

    /// Another template.
    fn roll(&mut self, hash: &str, now: u64) -> Option<RolloutRow> {
        let metadata = ObjectMeta { name: Some(hash.to_owned()), ..ObjectMeta::default() };
        self.set.template.source =
            Arc::new(PodTemplateSpec { metadata: Some(metadata), ..PodTemplateSpec::default() });
        self.set.template.hash = self.names.intern(hash);
        self.report(0, 3, now)
    }

    /// The status counts so many pods of the newest revision, and so many available ones.
    fn report(&mut self, updated: i32, available: i32, now: u64) -> Option<RolloutRow> {
        self.set = PodSet { updated, available, ..self.set.clone() };
        let mut tracker = self.tracker.take().expect("it is there");
        let ended = tracker.workload_changed(Arc::new(self.set.clone()), self.around(), at(now));
        self.tracker = Some(tracker);
        ended
    }

    /// A pod of the set is made from the present template.
    fn create(&mut self, id: u32, now: u64) {
        let mut made = pod(&mut self.names, id, "db");
        let mut spec = PodSpec::clone(&self.set.template.pod);
        spec.labels.set(HASH, self.set.template.hash);
        made.spec = Arc::new(spec);
        let (name, uid) = (self.names.intern("db"), Uid(0));
        made.controller = Some(ControllerRef { kind: WorkloadKind::Other, name, uid, owner: Some(SET) });
        self.change(None, Some(made), now);
    }

    /// A pod is bound, and becomes ready on its node.
    fn start(&mut self, id: u32, node: Option<NodeId>, now: u64) {
        let old = self.pod(id);
        let ready = Some(ReadyCondition { ready: true, since: None });
        self.change(Some(&old), Some(Pod { node, ready, ..Pod::clone(&old) }), now);
    }

    fn remove(&mut self, id: u32, now: u64) {
        let old = self.pod(id);
        self.change(Some(&old), None, now);
    }

    fn pod(&self, id: u32) -> Arc<Pod> {
        Arc::clone(&self.pods.get(PodId(id)).expect("it was created").pod)
    }

    fn change(&mut self, old: Option<&Arc<Pod>>, new: Option<Pod>, now: u64) {
        let new = new.map(Arc::new);
        self.pods.observe(old, new.as_ref(), at(now));
        let (old, new) = (old.map(AsRef::as_ref), new.as_deref());
        let revision = old.or(new).and_then(revision_of);
        let mut tracker = self.tracker.take().expect("it is there");
        tracker.pod_changed(revision.expect("of the set"), (old, new), self.around(), at(now));
        for (pod, count) in [(old, -1), (new, 1)] {
            if let Some((pod, node)) = pod.and_then(|pod| Some((pod, pod.node?))) {
                tracker.selected_changed(pod, revision, (node, count));
            }
        }
        self.tracker = Some(tracker);
    }

    fn settle(&mut self, now: u64) {
        self.tracker.as_mut().expect("it is there").instant_end(at(now), &self.names, None);
    }

    fn finish(&self, now: u64, cut: Cut) -> RolloutRow {
        self.tracker.as_ref().expect("it is there").finish(self.around(), at(now), cut)
    }

    /// Pods 0, 1 and 2 run on a, b and a from 1 s on, which the status says at once; at 10 s the template is v2,
    /// and pod 2 is replaced by pod 3, which has no node yet.
    fn rolled() -> (Self, Option<RolloutRow>) {
        let mut stage = Self::new();
        (0..3).for_each(|id| stage.create(id, 0));
        stage.settle(0);
        [A, B, A].into_iter().zip(0..).for_each(|(node, id)| stage.start(id, node, 1));
        assert!(stage.report(3, 3, 1).is_none(), "the same template");
        stage.settle(1);
        let creation = stage.roll("v2", 10);
        stage.remove(2, 10);
        stage.create(3, 10);
        stage.settle(10);
        (stage, creation)
    }
}

fn at(seconds: u64) -> SimTime {
    SimTime(seconds * 1_000_000_000)
}

#[test]
fn a_workload_without_replica_sets_is_followed_over_its_rollouts() {
    let (mut stage, creation) = Stage::rolled();
    // Three pods wait from 0 s to 1 s, then two are in z1 and one in z2: losing z1 leaves one of three.
    let creation = creation.expect("the change of the template ends it");
    assert_eq!((&*creation.workload, creation.number), ("podset/default/db", 0));
    assert_eq!((creation.started, creation.completed), (at(0), Some(at(1))));
    assert_eq!((creation.surge_max, creation.unavailable_max), (0, 3));
    assert_eq!(creation.pending, PendingTime { longest_ns: at(1).0, total_ns: at(3).0 });
    assert_eq!(creation.constraints[0].final_counts, [2, 1]);

    // s    what happens                    z1    z2     skew  ready, outside the fullest zone
    // 10   pod 3 (v2) for pod 2            0     1      0     1 of 2
    // 12   pod 3 starts on b               0     1, 3   1     1 of 3
    // 13   pod 4 (v2) for pod 1            0     3      0     1 of 2
    // 14   pod 4 starts on b               0     3, 4   1     1 of 3
    // 15   pod 5 (v2) for pod 0            –     3, 4   2     0 of 2
    // 18   pod 5 starts on a; complete     5     3, 4   1     1 of 3
    stage.start(3, B, 12);
    stage.settle(12);
    stage.remove(1, 13);
    stage.create(4, 13);
    stage.settle(13);
    stage.start(4, B, 14);
    stage.report(2, 3, 14);
    stage.settle(14);
    stage.remove(0, 15);
    stage.create(5, 15);
    stage.settle(15);
    stage.start(5, A, 18);
    assert!(stage.report(3, 3, 18).is_none(), "the same template");
    stage.settle(18);

    let row = stage.finish(20, Cut::EndOfRun);
    assert_eq!((row.number, row.adopted, row.blocked), (1, false, None));
    assert_eq!((row.started, row.completed), (at(10), Some(at(18))));
    // Never a fourth pod, and never two missing.
    assert_eq!((row.surge_max, row.unavailable_max), (0, 1));
    // Pod 3 had no node for 2 s, pod 4 for 1 s, pod 5 for 3 s.
    assert_eq!(row.pending, PendingTime { longest_ns: at(3).0, total_ns: at(6).0 });
    let [zone] = &row.constraints[..] else { panic!("no others' pods are counted: {:?}", row.constraints) };
    assert_eq!((&*zone.name, zone.counted, zone.max_skew), ("zone|DoNotSchedule", Counted::Own, 1));
    let domains: Vec<(&str, u32)> = zone.final_domains.iter().map(|(name, pods)| (&**name, *pods)).collect();
    assert_eq!(domains, [("z1", 1), ("z2", 2)]);
    assert_eq!((zone.final_skew, zone.max_skew_during), (1, 2));
    // From 15 s to 18 s.
    assert_eq!(zone.time_above_max_skew_ns, at(3).0);
    assert_eq!(zone.ready_left_min, Some(ShareLeft { left: 0, ready: 2 }));
    assert_eq!(zone.ready_left, Some(ShareLeft { left: 1, ready: 3 }));
}

#[test]
fn while_it_rolls_the_newest_pods_are_those_of_the_newest_label() {
    let (mut stage, _) = Stage::rolled();
    stage.start(3, B, 12);
    // Pods 0, 1 and 3 are there; of v2 is pod 3 alone.
    assert_eq!(stage.finish(12, Cut::EndOfRun).constraints[0].final_counts, [1, 0]);
}

#[test]
fn why_a_rollout_did_not_complete_is_said_in_the_words_of_the_kind() {
    let (mut stage, _) = Stage::rolled();
    let blocked = |stage: &Stage, cut| stage.finish(17, cut).blocked.map(|reason| reason.to_string());
    let waits = "1 pod of the newest revision waits for a node: no scheduler has tried them yet";
    assert_eq!(blocked(&stage, Cut::EndOfRun).as_deref(), Some(waits));
    let deleted = format!("{waits}; the PodSet was deleted");
    assert_eq!(blocked(&stage, Cut::Deleted), Some(deleted));
    stage.set.held_back = Some(NEVER);
    stage.report(0, 2, 17);
    assert_eq!(blocked(&stage, Cut::EndOfRun).as_deref(), Some(NEVER));
    stage.set.held_back = None;
    stage.start(3, B, 17);
    stage.report(1, 3, 17);
    let missing = "waiting for 2 pods of the newest revision to be created";
    assert_eq!(blocked(&stage, Cut::EndOfRun).as_deref(), Some(missing));
}
