//! Syncs against a naive twin, and by hand what no vector holds.

use std::sync::Arc;

use proptest::prelude::*;

use super::ordinals::pod_name;
use super::{Doomed, StatefulSetView, Write, sync};
use crate::api::{
    ControllersBehaviour, IntOrPercent, LabelSelector, Labels, Pod, PodId, PodManagementPolicy, PodPhase,
    ReadyCondition, RollingUpdateStatefulSet, StatefulSet, StatefulSetId, StatefulSetStatus,
    StatefulSetStrategy, Symbol, Timestamp, Uid,
};
use crate::controllers::deployment::fixtures::{BEHAVIOUR, pod_spec, template};

const REVISION: Symbol = Symbol(900);
const OLD: Symbol = Symbol(901);
const NEW: Symbol = Symbol(902);
const NOW: Timestamp = Timestamp(100 * Timestamp::NANOS);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Fine,
    /// Ready, but not for `minReadySeconds` yet.
    Fresh,
    Broken,
    Failed,
    Going,
}
use State::{Broken, Failed, Fine, Fresh, Going};

/// A pod by ordinal: of the new revision or not, and how it is.
type Place = Option<(bool, State)>;

fn set(replicas: i32, pod_management: PodManagementPolicy, partition: i32) -> StatefulSet {
    let rolling = RollingUpdateStatefulSet { partition, max_unavailable: None };
    StatefulSet {
        id: StatefulSetId(0),
        namespace: Symbol(0),
        name: "web".into(),
        uid: Uid(0),
        created: Timestamp(0),
        generation: 1,
        replicas,
        selector: LabelSelector::default(),
        pod_management,
        strategy: StatefulSetStrategy::RollingUpdate(Some(rolling)),
        min_ready_seconds: 10,
        start_ordinal: 0,
        revision_history_limit: 10,
        template: template("new"),
        status: StatefulSetStatus::default(),
    }
}

/// The ordinals that a sync creates and deletes. A pod's number is its ordinal.
fn synced(set: &StatefulSet, places: &[Place], behaviour: ControllersBehaviour) -> (Vec<i32>, Vec<i32>) {
    let mut pods = Vec::new();
    for (ordinal, place) in (0..).zip(places) {
        let Some((new, state)) = *place else { continue };
        let spec = pod_spec(Labels::new([(REVISION, if new { NEW } else { OLD })]));
        let since = if state == Fresh { NOW } else { Timestamp(0) };
        let name = pod_name("web", i32::try_from(ordinal).expect("few"));
        pods.push(Arc::new(Pod {
            phase: if state == Failed { PodPhase::Failed } else { PodPhase::Running },
            ready: Some(ReadyCondition { ready: !matches!(state, Broken | Failed), since: Some(since) }),
            deleted: (state == Going).then_some(NOW),
            ..Pod::new(PodId(ordinal), name, Arc::new(spec))
        }));
    }
    let actions = sync(&StatefulSetView {
        set,
        pods: &pods,
        current: OLD,
        update: NEW,
        revision_of: &|pod| pod.spec.labels.get(REVISION),
        now: NOW,
        behaviour,
    });
    let (mut created, mut deleted) = (Vec::new(), Vec::new());
    for write in actions.writes.into_iter().flatten() {
        match write {
            Write::Create { ordinal, .. } => created.push(ordinal),
            Write::Delete(Doomed::New { ordinal }) => deleted.push(ordinal),
            Write::Delete(Doomed::Seen(id)) => deleted.push(i32::try_from(id.0).expect("few")),
        }
    }
    (created, deleted)
}

/// A sync, told as a user would tell it.
fn naive(replicas: usize, ordered: bool, partition: usize, places: &[Place]) -> (Vec<i32>, Vec<i32>) {
    let number = |place: usize| i32::try_from(place).expect("few");
    let at = |place: usize| places.get(place).copied().flatten();
    let healthy = |place: usize| matches!(at(place), Some((_, Fine | Fresh)));
    let fine = |place: usize| matches!(at(place), Some((_, Fine)));
    let (mut created, mut deleted) = (Vec::new(), Vec::new());
    let others: Vec<usize> = (replicas..places.len()).filter(|place| at(*place).is_some()).collect();
    if ordered {
        if let Some(first) = (0..replicas).find(|place| !fine(*place)) {
            match at(first) {
                None => created.push(number(first)),
                Some((_, Failed)) => deleted.push(number(first)),
                Some(_) => {}
            }
            return (created, deleted);
        }
        if let Some(last) = others.last().copied() {
            let only_sick = !healthy(last) && others.iter().filter(|place| !healthy(**place)).count() == 1;
            if !matches!(at(last), Some((_, Going))) && (fine(last) || only_sick) {
                deleted.push(number(last));
            }
            return (created, deleted);
        }
    } else {
        created.extend((0..replicas).filter(|place| at(*place).is_none()).map(number));
        deleted.extend((0..replicas).filter(|place| matches!(at(*place), Some((_, Failed)))).map(number));
        let staying = others.iter().rev().filter(|place| !matches!(at(**place), Some((_, Going))));
        deleted.extend(staying.map(|place| number(*place)));
    }
    for place in (partition.min(replicas)..replicas).rev() {
        match at(place) {
            // Above the partition a missing pod is made anew, and waited for.
            None => break,
            Some((false, state)) if state != Going => {
                deleted.push(number(place));
                break;
            }
            Some(_) if !healthy(place) => break,
            Some(_) => {}
        }
    }
    (created, deleted)
}

fn place() -> impl proptest::strategy::Strategy<Value = Place> {
    let state = prop_oneof![4 => Just(Fine), 1 => Just(Fresh), 1 => Just(Broken), 1 => Just(Failed), 1 => Just(Going)];
    prop_oneof![6 => (any::<bool>(), state).prop_map(Some), 1 => Just(None)]
}

proptest! {
    /// A sync does what the naive twin tells, before 1.34 and without the gate.
    #[test]
    fn a_sync_is_the_twins(
        places in prop::collection::vec(place(), 0..7),
        replicas in 0..6_usize,
        partition in 0..6_usize,
        ordered in any::<bool>(),
    ) {
        let behaviour = ControllersBehaviour { stateful_set_waits_for_availability: false, ..BEHAVIOUR };
        let policy = if ordered { PodManagementPolicy::OrderedReady } else { PodManagementPolicy::Parallel };
        let count = |count: usize| i32::try_from(count).expect("few");
        let set = set(count(replicas), policy, count(partition));
        let found = synced(&set, &places, behaviour);
        prop_assert_eq!(found, naive(replicas, ordered, partition, &places), "{:?}", places);
    }
}

const PARALLEL: PodManagementPolicy = PodManagementPolicy::Parallel;

#[test]
fn from_1_34_on_an_update_waits_for_availability() {
    let places = [Some((false, Fine)), Some((true, Fresh))];
    let set = set(2, PARALLEL, 0);
    let deleted = |waits| {
        synced(
            &set,
            &places,
            ControllersBehaviour { stateful_set_waits_for_availability: waits, ..BEHAVIOUR },
        )
        .1
    };
    assert_eq!((deleted(false), deleted(true)), (vec![0], vec![]), "web-1 is ready since 0 of its 10 s");
}

#[test]
fn max_unavailable_takes_several_from_the_top() {
    let rolled = |places: &[Place], policy, limit, replaces| {
        let behaviour = ControllersBehaviour {
            stateful_set_max_unavailable: true,
            stateful_set_replaces_unavailable: replaces,
            ..BEHAVIOUR
        };
        let rolling = RollingUpdateStatefulSet { partition: 1, max_unavailable: Some(limit) };
        let strategy = StatefulSetStrategy::RollingUpdate(Some(rolling));
        synced(&StatefulSet { strategy, ..set(5, policy, 0) }, places, behaviour).1
    };
    let ordered = PodManagementPolicy::OrderedReady;
    let fine = [Some((false, Fine)); 5];
    assert_eq!(rolled(&fine, ordered, IntOrPercent::Int(3), true), [4, 3, 2]);
    // 59 % of 5 pods are 2.95, down to 2; 19 % are 0.95, but never below 1. The partition keeps web-0.
    assert_eq!(rolled(&fine, ordered, IntOrPercent::Percent(59), false), [4, 3]);
    assert_eq!(rolled(&fine, ordered, IntOrPercent::Percent(19), false), [4]);
    assert_eq!(rolled(&fine, ordered, IntOrPercent::Int(9), false), [4, 3, 2, 1]);
    // web-1 and web-2 are broken: with 3 at most, one more may go. From 1.37 on the broken ones go besides.
    let broken = [(false, Fine), (false, Broken), (false, Broken), (false, Fine), (true, Fine)].map(Some);
    assert_eq!(rolled(&broken, PARALLEL, IntOrPercent::Int(3), false), [3]);
    assert_eq!(rolled(&broken, PARALLEL, IntOrPercent::Int(3), true), [2, 1, 3]);
    assert_eq!(rolled(&broken, PARALLEL, IntOrPercent::Int(1), false), [0; 0]);
    assert_eq!(rolled(&broken, PARALLEL, IntOrPercent::Int(1), true), [2, 1]);
}

#[test]
fn batches_of_parallel_double() {
    let actions = sync(&StatefulSetView {
        set: &set(10, PARALLEL, 0),
        pods: &[],
        current: NEW,
        update: NEW,
        revision_of: &|_| None,
        now: NOW,
        behaviour: BEHAVIOUR,
    });
    let sizes: Vec<usize> = actions.writes.iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 2, 4, 3]);
    assert_eq!(actions.status.replicas, 0, "its own creations are not seen yet");
}
