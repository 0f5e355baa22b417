//! Passes against a naive twin, and by hand.

use std::sync::Arc;

use proptest::prelude::*;

use super::back_off::FailedPods;
use super::manage::{Pass, manage};
use super::nodes::{NodeVerdict, verdict};
use super::rolling::rolling_update;
use super::{DaemonSetView, SeenNode, tolerations};
use crate::api::{
    ControllersBehaviour, DaemonSet, DaemonSetId, DaemonSetStatus, DaemonSetStrategy, IntOrPercent,
    LabelSelector, Labels, Node, NodeId, Pod, PodId, PodPhase, PodSpec, ReadyCondition, Resources, Symbol,
    Taint, TaintEffect, Timestamp, Uid,
};
use crate::controllers::deployment::fixtures::{BEHAVIOUR, pod_spec, template};
use crate::kernel::Interner;

const NEW: Symbol = Symbol(901);
const OLD: Symbol = Symbol(902);

/// What stands on a node: pods by revision and state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Available,
    Broken,
    Going,
}

#[derive(Clone, Debug)]
struct Place {
    should_run: bool,
    may_continue: bool,
    pods: Vec<(bool, State)>,
}

fn daemon_set(max_surge: i32, max_unavailable: i32) -> DaemonSet {
    DaemonSet {
        id: DaemonSetId(0),
        namespace: Symbol(0),
        name: "agent".into(),
        uid: Uid(0),
        created: Timestamp(0),
        generation: 1,
        selector: LabelSelector::default(),
        strategy: DaemonSetStrategy::RollingUpdate {
            max_surge: IntOrPercent::Int(max_surge),
            max_unavailable: IntOrPercent::Int(max_unavailable),
        },
        min_ready_seconds: 0,
        revision_history_limit: 10,
        template: template("new"),
        status: DaemonSetStatus::default(),
    }
}

/// What both passes do; the second only if the first does nothing.
fn passes(set: &DaemonSet, places: &[Place], behaviour: ControllersBehaviour) -> (Pass, Option<Pass>) {
    let nodes: Vec<SeenNode> = (0..)
        .zip(places)
        .map(|(name, place)| SeenNode {
            name: Symbol(name),
            verdict: NodeVerdict { should_run: place.should_run, may_continue: place.may_continue },
        })
        .collect();
    let mut pods = Vec::new();
    for (node, place) in (0..).zip(places) {
        for (new, state) in &place.pods {
            let id = u32::try_from(pods.len()).expect("few pods");
            let spec =
                PodSpec { revision: Some(if *new { NEW } else { OLD }), ..pod_spec(Labels::default()) };
            let ready = *state == State::Available;
            pods.push(Arc::new(Pod {
                node: Some(NodeId(node)),
                created: Some(Timestamp(i64::from(id))),
                phase: PodPhase::Running,
                ready: Some(ReadyCondition { ready, since: Some(Timestamp(0)) }),
                deleted: (*state == State::Going).then_some(Timestamp(0)),
                ..Pod::new(PodId(id), format!("agent-{id}"), Arc::new(spec))
            }));
        }
    }
    let view = DaemonSetView {
        daemon_set: set,
        nodes: &nodes,
        pods: &pods,
        name_of: &|node| Symbol(node.0),
        hash: NEW,
        now: Timestamp(1),
        behaviour,
    };
    let managed = manage(&view, &mut FailedPods::default());
    let rolled = managed.is_empty().then(|| rolling_update(&view));
    (managed, rolled)
}

/// The second pass, counted out: how many nodes are without a single available pod, and how many more may be.
fn naive_update(places: &[Place], max_surge: usize, max_unavailable: usize) -> (Vec<u32>, Vec<u32>) {
    let mut first = 0;
    let mut seen = Vec::new();
    for (node, place) in (0..).zip(places) {
        let alive: Vec<(u32, bool, bool)> = (first..)
            .zip(&place.pods)
            .filter(|(_, pod)| pod.1 != State::Going)
            .map(|(id, pod)| (id, pod.0, pod.1 == State::Available))
            .collect();
        first += u32::try_from(place.pods.len()).expect("few pods");
        if place.should_run || !place.pods.is_empty() {
            seen.push((node, place.should_run, alive));
        }
    }
    let desired = seen.iter().filter(|(_, should_run, _)| *should_run).count();
    let max_unavailable =
        if max_surge == 0 { max_unavailable.max(usize::from(desired > 0)) } else { max_unavailable };
    let alone = |new, available| {
        seen.iter()
            .filter(move |(_, _, alive)| matches!(alive[..], [(_, n, a)] if n == new && a == available))
    };
    let id = |(_, _, alive): &(u32, bool, Vec<(u32, bool, bool)>)| alive[0].0;
    if max_surge == 0 {
        let without = seen.iter().filter(|(_, _, alive)| !matches!(alive[..], [(_, _, true)])).count();
        let mut delete: Vec<u32> = alone(false, false).map(id).collect();
        delete.extend(alone(false, true).map(id).take(max_unavailable.saturating_sub(without)));
        return (Vec::new(), delete);
    }
    let pairs = seen.iter().filter(|(_, _, alive)| alive.len() == 2);
    let replaced = |alive: &[(u32, bool, bool)]| alive.iter().any(|(_, new, available)| *new && *available);
    let surging = pairs.clone().filter(|(_, _, alive)| !replaced(alive)).count();
    let mut delete: Vec<u32> = pairs
        .filter(|(_, _, alive)| replaced(alive))
        .filter_map(|(_, _, alive)| alive.iter().find(|(_, new, _)| !new).map(|pod| pod.0))
        .collect();
    delete.extend(alone(false, false).filter(|seen| !seen.1).map(id));
    // An old pod beside a new one counts for its node.
    let available = seen.iter().filter(|(_, _, alive)| {
        let old = alive.iter().find(|(_, new, _)| !new);
        old.or(alive.first()).is_some_and(|(_, _, available)| *available)
    });
    let spare = available.count().saturating_sub(desired);
    delete.extend(alone(false, true).filter(|seen| !seen.1).map(id).take(spare));
    let mut create: Vec<u32> = alone(false, false).filter(|seen| seen.1).map(|seen| seen.0).collect();
    let more = alone(false, true).filter(|seen| seen.1).map(|seen| seen.0);
    create.extend(more.take(max_surge.saturating_sub(surging)));
    (create, delete)
}

fn place() -> impl proptest::strategy::Strategy<Value = Place> {
    let state = prop_oneof![Just(State::Available), Just(State::Broken), Just(State::Going)];
    let pods = prop::collection::vec((any::<bool>(), state), 0..3);
    (any::<bool>(), any::<bool>(), pods).prop_map(|(should_run, keeps, pods)| Place {
        should_run,
        may_continue: should_run || keeps,
        pods,
    })
}

proptest! {
    /// The update deletes and creates what the naive twin counts out.
    #[test]
    fn an_update_is_the_twins(
        places in prop::collection::vec(place(), 0..8),
        max_surge in 0..4_usize,
        max_unavailable in 0..4_usize,
    ) {
        let limit = |count: usize| i32::try_from(count).expect("few");
        let set = daemon_set(limit(max_surge), limit(max_unavailable));
        // The twin begins where the first pass has nothing to do.
        let (_, Some(rolled)) = passes(&set, &places, BEHAVIOUR) else { return Ok(()) };
        let (create, mut delete) = naive_update(&places, max_surge, max_unavailable);
        let mut deleted: Vec<u32> = rolled.delete.iter().map(|id| id.0).collect();
        delete.sort_unstable();
        deleted.sort_unstable();
        let mut created: Vec<u32> = rolled.create.iter().map(|node| node.0).collect();
        created.sort_unstable();
        let mut expected = create;
        expected.sort_unstable();
        prop_assert_eq!((created, deleted), (expected, delete), "{:?}", places);
    }

    /// After the first pass every node has what it may have: none where none may go on, and one or, with surge, a pair.
    #[test]
    fn the_first_pass_leaves_no_more_than_a_pair(
        places in prop::collection::vec(place(), 0..8),
        max_surge in 0..2_i32,
    ) {
        let (managed, _) = passes(&daemon_set(max_surge, 1), &places, BEHAVIOUR);
        let mut first = 0;
        for (node, place) in (0..).zip(&places) {
            let ids = (first..).zip(&place.pods);
            let alive: Vec<u32> =
                ids.filter(|(id, pod)| pod.1 != State::Going && !managed.delete.contains(&PodId(*id))).map(|one| one.0).collect();
            first += u32::try_from(place.pods.len()).expect("few pods");
            let created = managed.create.contains(&Symbol(node));
            prop_assert_eq!(created, place.should_run && alive.is_empty() && (place.pods.is_empty() || max_surge > 0));
            let most = match (place.may_continue, max_surge) { (false, _) => 0, (true, 0) => 1, (true, _) => 2 };
            prop_assert!(alive.len() <= most, "{place:?}: {alive:?}");
        }
    }

    /// A node gets a pod unless a taint that keeps pods away is not tolerated, spelled out.
    #[test]
    fn taints_decide_as_spelled_out(taints in prop::collection::vec((0..4_usize, 0..3_usize), 0..3)) {
        let keys = ["node.kubernetes.io/not-ready", "node.kubernetes.io/disk-pressure", "node.kubernetes.io/unschedulable", "gpu"];
        let effects = [TaintEffect::NoSchedule, TaintEffect::PreferNoSchedule, TaintEffect::NoExecute];
        let mut names = Interner::new();
        let mut pod = pod_spec(Labels::default());
        tolerations::add(&mut pod.tolerations, false, &mut names);
        let node = Node {
            id: NodeId(0),
            name: names.intern("n"),
            labels: Labels::default(),
            taints: taints.iter().map(|(key, effect)| Taint { key: names.intern(keys[*key]), value: names.intern(""), number: None, effect: effects[*effect] }).collect(),
            unschedulable: true,
            allocatable: Resources::default(),
            images: Vec::new(),
            declared_features: Vec::new(),
            created: Timestamp(0),
        };
        // Tolerated: not-ready with NoExecute alone, the next two with NoSchedule alone, gpu never.
        let tolerated = [[false, true, true], [true, true, false], [true, true, false], [false, true, false]];
        let should_run = taints.iter().all(|(key, effect)| tolerated[*key][*effect]);
        let may_continue = taints.iter().all(|(key, effect)| *effect != 2 || tolerated[*key][2]);
        prop_assert_eq!(verdict(&pod, &node, &names), NodeVerdict { should_run, may_continue });
    }
}

#[test]
fn before_1_31_unavailable_old_pods_did_not_count() {
    let old = |state| Place { should_run: true, may_continue: true, pods: vec![(false, state)] };
    let places = [old(State::Broken), old(State::Available), old(State::Available)];
    let rolled = |counts| {
        let behaviour = ControllersBehaviour { daemon_set_counts_old_pods: counts, ..BEHAVIOUR };
        passes(&daemon_set(0, 2), &places, behaviour).1.expect("nothing else to do").delete
    };
    // maxUnavailable 2: the broken one goes anyway. It is one of the two, or it is none.
    assert_eq!(rolled(true), [PodId(0), PodId(1)]);
    assert_eq!(rolled(false), [PodId(0), PodId(1), PodId(2)]);
}
