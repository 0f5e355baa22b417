//! The fast cycle against the plain one while everything around the pods changes: nodes, pods, namespaces,
//! Services and controllers come, change and go, on clusters small enough to be looked at as a whole and on
//! clusters of which a sample is taken.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast::api::behaviour::Release;
use kubecast::api::{Behaviour, NodeId, Pod, PodSpec, SelectorOwnerId, Timestamp};
use kubecast::api_machinery::compile::selector::labels;
use kubecast::api_machinery::compile::{compile_node, compile_selector_owner};
use kubecast::kernel::{Draw, DrawUse, Draws, Interner, Seed};
use kubecast::scheduler::cache::Cache;
use kubecast::scheduler::cycle::{Cycle, CycleInput, CycleResult, Outcome, TieBreak};
use kubecast::scheduler::fast::FastCycle;
use kubecast::scheduler::framework::Framework;
use kubecast::scheduler::profile::Profile;
use kubecast_manifest::Object;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::cases;
use super::library::{object, pod};
use super::{Case, hold_on};

const DEFAULT: [Release; 1] = [Release::patched(34, 1)];

/// Releases of which each decides otherwise than the one before: by minor, or by what a patch mended.
const OTHERS: [Release; 12] = [
    Release::patched(24, 0),
    Release::patched(25, 2),
    Release::one(26),
    Release::patched(27, 14),
    Release::patched(28, 0),
    Release::patched(29, 5),
    Release::one(30),
    Release::patched(32, 2),
    Release::patched(33, 0),
    Release::patched(35, 0),
    Release::patched(36, 2),
    Release::one(38),
];

/// What happens next. Numbers choose among what is there.
#[derive(Clone, Debug)]
enum Move {
    /// A pod is scheduled, and assumed on its node.
    Schedule(Value),
    /// So is another one of the template of an earlier one.
    Again(usize),
    Terminate(usize),
    Delete(usize),
    /// A node changes in place, or comes back.
    PutNode(usize, Value),
    RemoveNode(usize),
    /// Namespaces and owners of selectors as in another case.
    Surroundings(Value),
}

fn step() -> impl Strategy<Value = Move> {
    prop_oneof![
        5 => cases::incoming_pod().boxed().prop_map(Move::Schedule),
        9 => any::<usize>().prop_map(Move::Again),
        1 => any::<usize>().prop_map(Move::Terminate),
        2 => any::<usize>().prop_map(Move::Delete),
        2 => (any::<usize>(), cases::node()).prop_map(|(place, node)| Move::PutNode(place, node)),
        1 => any::<usize>().prop_map(Move::RemoveNode),
        1 => cases::case().prop_map(Move::Surroundings),
    ]
}

/// Both cycles on one cluster.
struct Race {
    names: Interner,
    behaviour: Behaviour,
    cache: Cache,
    framework: Framework,
    plain: Cycle,
    fast: FastCycle,
    draws: [Draw; 2],
    percentage: i32,
    specs: Vec<Arc<PodSpec>>,
    bound: Vec<Arc<Pod>>,
    templates: Vec<Pod>,
    nodes: usize,
    next_pod: u32,
}

impl Race {
    /// `copies` of the case's nodes; the fast cycle forgets everything now and then if it may keep little.
    fn new(release: Release, case: &Value, (copies, percentage): (usize, i32), keeps_little: bool) -> Self {
        let (behaviour, _) = Behaviour::resolve(release, &BTreeMap::new()).expect("no gates");
        let mut names = Interner::new();
        let profile = Profile::default_scheduler_of(&behaviour.scheduler, &mut names);
        let fast = FastCycle::new(std::slice::from_ref(&profile));
        let draw = || Draws::new(Seed(7), 0).stream(DrawUse(1), 0);
        let mut race = Self {
            cache: Cache::new(&mut names),
            framework: Framework::new(&profile),
            plain: Cycle::new(),
            fast: if keeps_little { fast.keeping_at_most(6000) } else { fast },
            draws: [draw(), draw()],
            names,
            behaviour,
            percentage,
            specs: Vec::new(),
            bound: Vec::new(),
            templates: Vec::new(),
            nodes: 0,
            next_pod: 0,
        };
        let nodes = case["nodes"].as_array().expect("nodes");
        for place in 0..nodes.len() * copies {
            race.put_node(place, &nodes[place % nodes.len()]);
            race.nodes += 1;
        }
        race.surround(case);
        for (place, json) in case["pods"].as_array().expect("pods").iter().enumerate() {
            let mut existing = race.read(json);
            existing.node = Some(NodeId((place * 7 % race.nodes) as u32));
            race.bind(existing);
        }
        race
    }

    /// A node under the name of its place.
    fn put_node(&mut self, place: usize, json: &Value) {
        let mut json = json.clone();
        let own = json["metadata"]["name"].clone();
        let name = json!(format!("n{place}"));
        if let Some(label) = json.pointer_mut("/metadata/labels/kubernetes.io~1hostname")
            && *label == own
        {
            *label = name.clone();
        }
        json["metadata"]["name"] = name;
        let Object::Node(source) = object(&json, "Node") else { panic!("not a node") };
        let node = compile_node(&source, NodeId(place as u32), Timestamp(0), &mut self.names);
        self.cache.put_node(&Arc::new(node));
    }

    fn surround(&mut self, case: &Value) {
        let list = |field: &str| case[field].as_array().cloned().unwrap_or_default();
        for json in list("namespaces") {
            let Object::Namespace(source) = object(&json, "Namespace") else { panic!("not a namespace") };
            let name = self.names.intern(source.metadata.name.as_deref().expect("a name"));
            self.cache.put_namespace(name, labels(source.metadata.labels.as_ref(), &mut self.names));
        }
        for (field, kind) in [
            ("services", "Service"),
            ("replicationControllers", "ReplicationController"),
            ("replicaSets", "ReplicaSet"),
            ("statefulSets", "StatefulSet"),
        ] {
            for json in list(field) {
                let id = SelectorOwnerId(0);
                let owner = compile_selector_owner(&object(&json, kind), id, &mut self.names);
                let owner = owner.expect("an owner");
                self.cache.put_selector_owner(owner);
            }
        }
    }

    /// Reads a pod; equal specs are shared, as in a cluster.
    fn read(&mut self, json: &Value) -> Pod {
        let mut json = json.clone();
        json["metadata"]["name"] = json!("p");
        let mut read = pod(&json, self.next_pod, &self.behaviour, &mut self.names);
        self.next_pod += 1;
        match self.specs.iter().find(|spec| **spec == read.spec) {
            Some(spec) => read.spec = Arc::clone(spec),
            None => self.specs.push(Arc::clone(&read.spec)),
        }
        read
    }

    fn bind(&mut self, pod: Pod) {
        let pod = Arc::new(pod);
        self.cache.put_pod(Arc::clone(&pod));
        self.bound.push(pod);
    }

    fn take(&mut self, step: &Move) -> Result<bool, String> {
        let chosen = |number: usize, count: usize| (count > 0).then(|| number % count);
        match step {
            Move::Schedule(json) => {
                let read = self.read(json);
                self.templates.push(read.clone());
                return self.schedule(read).map(|()| true);
            }
            Move::Again(number) => {
                let Some(place) = chosen(*number, self.templates.len()) else { return Ok(false) };
                let again = Pod { id: kubecast::api::PodId(self.next_pod), ..self.templates[place].clone() };
                self.next_pod += 1;
                return self.schedule(again).map(|()| true);
            }
            Move::Terminate(number) => {
                let Some(place) = chosen(*number, self.bound.len()) else { return Ok(false) };
                Arc::make_mut(&mut self.bound[place]).deleted = Some(Timestamp(0));
                self.cache.put_pod(Arc::clone(&self.bound[place]));
            }
            Move::Delete(number) => {
                let Some(place) = chosen(*number, self.bound.len()) else { return Ok(false) };
                let gone = self.bound.swap_remove(place);
                self.cache.remove_pod(gone.id);
            }
            Move::PutNode(number, json) => self.put_node(number % (self.nodes + 1), json),
            Move::RemoveNode(number) => self.cache.remove_node(NodeId((number % self.nodes) as u32)),
            Move::Surroundings(case) => self.surround(case),
        }
        Ok(false)
    }

    /// Decides with one of the cycles: the result, where the next cycle starts, and what its stream of draws
    /// gives next.
    fn decide(&mut self, pod: &Pod, is_fast: bool) -> (CycleResult, usize, u64) {
        let draw = &mut self.draws[usize::from(is_fast)];
        let input = CycleInput {
            cache: &mut self.cache,
            framework: &mut self.framework,
            names: &self.names,
            behaviour: self.behaviour.scheduler,
            percentage_of_nodes_to_score: self.percentage,
            tie_break: TieBreak::Random(draw),
        };
        let (result, next) = if is_fast {
            (self.fast.schedule(pod, 0, input), self.fast.next_start_node_index())
        } else {
            (self.plain.schedule(pod, input), self.plain.next_start_node_index())
        };
        (result, next, self.draws[usize::from(is_fast)].u64())
    }

    fn schedule(&mut self, mut pod: Pod) -> Result<(), String> {
        let (plain, fast) = (self.decide(&pod, false), self.decide(&pod, true));
        if plain != fast {
            return Err(format!("plain: {plain:?}\nfast: {fast:?}\npod: {pod:?}"));
        }
        if let Outcome::Scheduled { node, .. } = plain.0.outcome {
            pod.node = Some(node);
            self.bind(pod);
        }
        Ok(())
    }
}

/// Runs races and says which share of the cycles the fast cycle decided itself.
fn races(releases: &'static [Release], seed: u8, count: u32) -> f64 {
    let (cycles, handed_over) = (Cell::new(0_u64), Cell::new(0_u64));
    let size = prop_oneof![3 => Just((1, 0)), 1 => Just((40, 0)), 1 => Just((30, 40)), 1 => Just((25, 100))];
    let moves = prop::collection::vec(step(), 1..50);
    let setting = (prop::sample::select(releases), size, prop::bool::weighted(0.3));
    let strategy = (cases::case().boxed().prop_map(Case), setting, moves);
    hold_on(strategy, seed, count, |(case, (release, size, keeps_little), moves)| {
        let mut race = Race::new(*release, &case.0, *size, *keeps_little);
        for (number, step) in moves.iter().enumerate() {
            let scheduled = race.take(step).map_err(|error| format!("move {number}: {error}"))?;
            cycles.set(cycles.get() + u64::from(scheduled));
        }
        handed_over.set(handed_over.get() + race.fast.handed_over());
        Ok(())
    });
    1.0 - handed_over.get() as f64 / cycles.get() as f64
}

#[test]
fn the_fast_cycle_decides_as_the_plain_one() {
    let share = races(&DEFAULT, 6, 250);
    assert!(share > 0.5, "the fast cycle decided only {share} of the cycles itself");
}

#[test]
#[ignore = "takes minutes; run it by hand in a release build"]
fn the_fast_cycle_decides_as_the_plain_one_in_many_cases() {
    races(&DEFAULT, 7, 20_000);
    races(&OTHERS, 9, 20_000);
}

#[test]
fn the_fast_cycle_decides_as_the_plain_one_under_every_release() {
    let share = races(&OTHERS, 8, 250);
    assert!(share > 0.5, "the fast cycle decided only {share} of the cycles itself");
}
