//! Every change that is named makes the pod fit, by the cycle itself, and no smaller one of its kind does.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{Answer, Change, Fix, KINDS, Question, Touched, what_if};
use crate::api::testing::{node, pod};
use crate::api::{
    AffinityTerm, Behaviour, HostPort, InclusionPolicy, Interner, LabelSelector, Labels, Node, NodeId,
    NodeRequirement, NodeSelectorOperator, NodeSelectorTerm, Pod, PodId, Protocol, Release, Requirement,
    SchedulerBehaviour, SpreadConstraint, Symbol, Taint, TaintEffect, Timestamp, WhenUnsatisfiable,
};
use crate::scheduler::cache::Cache;
use crate::scheduler::cycle::{Cycle, CycleInput, Outcome, TieBreak};
use crate::scheduler::framework::{CycleContext, Framework};
use crate::scheduler::plugins::node_resources_fit::{Scarce, shortages};
use crate::scheduler::plugins::pod_topology_spread::report::constraints;
use crate::scheduler::plugins::resource_weights::ResourceName;
use crate::scheduler::profile::Profile;

/// A small cluster and a pod, as numbers that stand for choices.
struct World {
    names: Interner,
    profile: Profile,
    cache: Cache,
    pod: Pod,
}

/// A node: zone (2 is none), taint, cordon, disk, thousandths of CPU, memory, places.
type NodeChoice = (u8, u8, bool, bool, i64, i64, i64);
/// A pod: node, thousandths of CPU, priority, terminating, revision, port, keeps apart.
type PodChoice = (u8, i64, i32, bool, bool, bool, bool);

impl World {
    fn new() -> Self {
        let mut names = Interner::new();
        let profile = Profile::default_scheduler(&mut names);
        let cache = Cache::new(&mut names);
        let mut pod = pod(&mut names, 1000, "asking");
        let labels = Labels::new([
            (names.intern("app"), names.intern("web")),
            (names.intern("pod-template-hash"), names.intern("new")),
        ]);
        Arc::make_mut(&mut pod.spec).labels = labels;
        Self { names, profile, cache, pod }
    }

    fn symbol(&mut self, text: &str) -> Symbol {
        self.names.intern(text)
    }

    fn add_node(&mut self, id: u32, choice: NodeChoice) {
        let (zone, taint, cordoned, has_disk, milli_cpu, memory, pods) = choice;
        let mut made: Node = node(&mut self.names, id, &format!("node-{id}"));
        made.allocatable.milli_cpu = milli_cpu;
        made.allocatable.memory = memory;
        made.allocatable.pods = pods;
        made.unschedulable = cordoned;
        let (hostname, zone_key) = (self.cache.known().hostname, self.cache.known().zone);
        made.labels.set(hostname, made.name);
        if zone < 2 {
            made.labels.set(zone_key, self.symbol(&format!("zone-{zone}")));
        }
        if has_disk {
            made.labels.set(self.symbol("disk"), self.symbol("ssd"));
        }
        for number in 0..taint.min(2) {
            let (key, value) = (self.symbol(&format!("taint-{number}")), self.symbol(""));
            made.taints.push(Taint { key, value, number: None, effect: TaintEffect::NoSchedule });
        }
        self.cache.put_node(&Arc::new(made));
    }

    fn add_pod(&mut self, id: u32, nodes: u32, choice: PodChoice) {
        let (home, milli_cpu, priority, is_terminating, is_new, has_port, keeps_apart) = choice;
        let mut made = pod(&mut self.names, id, &format!("pod-{id}"));
        made.node = Some(NodeId(u32::from(home) % nodes));
        made.deleted = is_terminating.then_some(Timestamp(0));
        let hash = self.symbol(if is_new { "new" } else { "old" });
        let labels = [(self.symbol("app"), self.symbol("web")), (self.symbol("pod-template-hash"), hash)];
        let term = self.term(true);
        let spec = Arc::make_mut(&mut made.spec);
        spec.labels = Labels::new(labels);
        spec.priority = priority;
        spec.requests.usage.milli_cpu = milli_cpu;
        if has_port {
            spec.host_ports = vec![PORT];
        }
        if keeps_apart {
            spec.anti_affinity.required = vec![term];
        }
        self.cache.put_pod(Arc::new(made));
    }

    fn selector(&mut self) -> LabelSelector {
        LabelSelector { requirements: vec![Requirement::equals(self.symbol("app"), self.symbol("web"))] }
    }

    fn constraint(
        &mut self,
        on_zone: bool,
        max_skew: i32,
        min_domains: i32,
        honor: bool,
    ) -> SpreadConstraint {
        let known = *self.cache.known();
        SpreadConstraint {
            topology_key: if on_zone { known.zone } else { known.hostname },
            max_skew,
            when_unsatisfiable: WhenUnsatisfiable::DoNotSchedule,
            selector: Some(self.selector()),
            empty_selector_counts: false,
            match_label_keys: Vec::new(),
            min_domains,
            node_affinity_policy: if honor { InclusionPolicy::Honor } else { InclusionPolicy::Ignore },
            node_taints_policy: InclusionPolicy::Ignore,
        }
    }

    fn term(&mut self, on_host: bool) -> AffinityTerm {
        let known = *self.cache.known();
        AffinityTerm {
            selector: Some(self.selector()),
            namespaces: vec![self.symbol("default")],
            namespace_selector: None,
            every_namespace_if_incoming: false,
            topology_key: if on_host { known.hostname } else { known.zone },
            match_label_keys: Vec::new(),
            mismatch_label_keys: Vec::new(),
        }
    }

    fn answer(&mut self) -> Answer {
        self.cache.refresh();
        what_if(&Question {
            pod: &self.pod,
            cache: &self.cache,
            profile: &self.profile,
            names: &self.names,
            behaviour: behaviour(),
        })
    }

    /// Asks a cycle about the pod, after a change.
    fn asked<T>(&self, change: Option<&Change>, of_cycle: impl Fn(&Pod, CycleInput<'_>) -> T) -> T {
        let (mut pod, mut cache, mut names) = (self.pod.clone(), self.cache.clone(), self.names.clone());
        if let Some(change) = change {
            change.apply(&mut pod, &mut cache, &mut names);
        }
        let input = CycleInput {
            cache: &mut cache,
            framework: &mut Framework::new(&self.profile),
            names: &names,
            behaviour: behaviour(),
            percentage_of_nodes_to_score: 100,
            tie_break: TieBreak::First,
        };
        of_cycle(&pod, input)
    }

    /// Where the pod goes after a change, by a real cycle.
    fn placed(&self, change: Option<&Change>) -> Option<NodeId> {
        match self.asked(change, |pod, input| Cycle::new().schedule(pod, input).outcome) {
            Outcome::Scheduled { node, .. } => Some(node),
            _ => None,
        }
    }

    fn pods(&self) -> Vec<(PodId, NodeId)> {
        let nodes = self.cache.nodes().iter();
        nodes.flat_map(|id| self.cache.node_info(*id).pods().iter().map(|pod| (pod.id, *id))).collect()
    }
}

const PORT: HostPort = HostPort { ip: None, protocol: Protocol::Tcp, port: 80 };

fn behaviour() -> SchedulerBehaviour {
    let gates = std::collections::BTreeMap::new();
    Behaviour::resolve(Release::default(), &gates).expect("the defaults").0.scheduler
}

/// The change next to this one that is smaller by the least amount, if there is one between it and none.
fn a_little_less(change: &Change) -> Option<Change> {
    Some(match change.clone() {
        Change::LowerRequest { resource, from, to } if to + 1 < from => {
            Change::LowerRequest { resource, from, to: to + 1 }
        }
        Change::AddResource { node, what, amount } if amount > 1 => {
            Change::AddResource { node, what, amount: amount - 1 }
        }
        Change::MaxSkew { constraint, from, to } if to - 1 > from => {
            Change::MaxSkew { constraint, from, to: to - 1 }
        }
        Change::MinDomains { constraint, from, to } if to + 1 < from => {
            Change::MinDomains { constraint, from, to: to + 1 }
        }
        _ => return None,
    })
}

/// What explanations are made from agrees with what the filters say.
fn check_views(world: &World) -> Result<(), TestCaseError> {
    let report = world.asked(None, Cycle::report);
    let rejections = world.asked(None, Cycle::rejections);
    prop_assert_eq!(&report.pre_filter, &rejections.pre_filter);
    let args = &world.profile.args;
    let context =
        CycleContext { pod: &world.pod, cache: &world.cache, names: &world.names, behaviour: behaviour() };
    let constraints = constraints(args.of(), &context, &[]);
    for (reported, node) in report.nodes.iter().zip(&rejections.nodes) {
        prop_assert_eq!(reported.rejection.as_ref(), node.statuses.first());
        let info = world.cache.node_info(node.node);
        let status = |plugin| node.statuses.iter().find(|status| status.plugin.name() == plugin);
        let lines = shortages(&world.pod, info, args.of(), &world.names);
        let reasons = status("NodeResourcesFit").map_or(0, |status| status.reasons().count());
        prop_assert_eq!(lines.len(), reasons);
        let allowed = constraints.iter().all(|constraint| {
            let Some(value) = info.node().labels.get(constraint.constraint.topology_key) else {
                return false;
            };
            // A node that is no domain counts as one without pods.
            let known = constraint.domains.iter().find(|domain| domain.value == value);
            let alone = i64::from(constraint.matches_itself) - constraint.minimum.unwrap_or(0);
            known.map_or(alone <= i64::from(constraint.constraint.max_skew), |domain| domain.allowed)
        });
        prop_assert_eq!(allowed, status("PodTopologySpread").is_none());
    }
    Ok(())
}

fn check(world: &mut World) -> Result<(), TestCaseError> {
    check_views(world)?;
    let answer = world.answer();
    if world.placed(None).is_some() {
        prop_assert_eq!(answer, Answer::default(), "nothing to change");
        return Ok(());
    }
    prop_assert_eq!(answer.fixes.is_empty(), answer.nearest.is_some());
    for fix in &answer.fixes {
        let node = world.placed(Some(&fix.change));
        prop_assert!(node.is_some(), "{:?} does not help", fix);
        let is_new = node == Some(world.cache.unused_node_id());
        prop_assert!(is_new || fix.fits_on.contains(&node.expect("placed")), "{:?}: {:?}", fix, node);
        if let Some(less) = a_little_less(&fix.change) {
            prop_assert_eq!(world.placed(Some(&less)), None, "{:?} is enough", less);
        }
    }
    let order: Vec<_> = answer.fixes.iter().map(|fix| (fix.change.touched(), fix.amount_ppm)).collect();
    prop_assert!(order.is_sorted(), "{:?}", order);
    // Fewer pods than trials: if taking one away helps, it is found.
    let helps = world
        .pods()
        .into_iter()
        .any(|(pod, node)| world.placed(Some(&Change::Evict { pod, node })).is_some());
    let is_found = |fix: &Fix| matches!(fix.change.touched(), Touched::OtherPod | Touched::Nobody);
    prop_assert_eq!(helps, answer.fixes.iter().any(is_found), "evictions: {:?}", answer);
    Ok(())
}

prop_compose! {
    fn worlds()(
        nodes in prop::collection::vec((0_u8..3, 0_u8..6, prop::bool::weighted(0.15), any::<bool>(), 0_i64..3000, 0_i64..5, 1_i64..5), 1..6),
        pods in prop::collection::vec((any::<u8>(), 0_i64..1500, -1_i32..2, prop::bool::weighted(0.2), any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.1)), 0..12),
        constraints in prop::collection::vec((any::<bool>(), 1_i32..3, 1_i32..5, any::<bool>()), 0..3),
        requests in (0_i64..2500, 0_i64..4),
        wishes in (prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::bool::weighted(0.2)),
    ) -> World {
        let mut world = World::new();
        let count = nodes.len() as u32;
        for (id, node) in (0..).zip(nodes) {
            world.add_node(id, (node.0, node.1.saturating_sub(3), node.2, node.3, node.4, node.5, node.6));
        }
        for (id, pod) in (0..).zip(pods) {
            world.add_pod(id, count, pod);
        }
        let constraints = constraints.into_iter()
            .map(|(on_zone, skew, domains, honor)| world.constraint(on_zone, skew, domains, honor)).collect();
        let (near, apart) = (world.term(false), world.term(true));
        let (disk, ssd) = (world.symbol("disk"), world.symbol("ssd"));
        let zone = world.cache.known().zone;
        let spec = Arc::make_mut(&mut world.pod.spec);
        spec.spread_constraints = constraints;
        (spec.requests.fit.milli_cpu, spec.requests.fit.memory) = requests;
        let (wants_disk, wants_zone, wants_near, wants_apart, wants_port) = wishes;
        if wants_disk {
            spec.node_selector = Labels::new([(disk, ssd)]);
        }
        if wants_zone {
            let requirement = |key, operator| NodeRequirement { key, operator, values: Vec::new(), bound: None };
            let expressions = vec![
                requirement(zone, NodeSelectorOperator::Exists),
                requirement(disk, NodeSelectorOperator::DoesNotExist),
            ];
            spec.required_node_terms = Some(vec![NodeSelectorTerm { expressions, fields: Vec::new() }]);
        }
        if wants_near {
            spec.affinity.required = vec![near];
        }
        if wants_apart {
            spec.anti_affinity.required = vec![apart];
        }
        if wants_port {
            spec.host_ports = vec![PORT];
        }
        world.cache.refresh();
        world
    }
}

proptest! {
    #[test]
    fn every_change_that_is_named_helps_and_less_of_it_does_not(mut world in worlds()) {
        check(&mut world)?;
    }
}

/// The property is about something: the worlds show every kind of change.
#[test]
fn the_worlds_show_every_kind() {
    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..3000 {
        let mut world = worlds().new_tree(&mut runner).expect("worlds can be made").current();
        for fix in world.answer().fixes {
            *seen.entry(fix.change.kind()).or_insert(0) += 1;
        }
    }
    for kind in KINDS {
        assert!(seen.contains_key(kind), "{kind}: {seen:?}");
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let nodes: Vec<_> = self.cache.nodes().iter().map(|id| self.cache.node_info(*id)).collect();
        write!(f, "{:?}\n{nodes:?}", self.pod.spec)
    }
}

#[test]
fn amounts_by_hand() {
    let mut world = World::new();
    // Free: 300 of 2000 and 500 of 1000 thousandths; the pod asks for 800.
    world.add_node(0, (0, 0, false, false, 2000, 0, 10));
    world.add_node(1, (0, 0, false, false, 1000, 0, 10));
    world.add_pod(0, 2, (0, 1700, 0, false, false, false, false));
    world.add_pod(1, 2, (1, 500, 0, true, false, false, false));
    Arc::make_mut(&mut world.pod.spec).requests.fit.milli_cpu = 800;
    let resource = ResourceName::Cpu;
    let found: Vec<(Change, u64)> =
        world.answer().fixes.into_iter().map(|fix| (fix.change, fix.amount_ppm)).collect();
    // 300/800 = 0.375 of the request; 300/1000 of node-1 against 500/2000 = 0.25 of node-0.
    assert_eq!(
        found,
        [
            (Change::TerminatingPodGone { pod: PodId(1), node: NodeId(1) }, 0),
            (Change::LowerRequest { resource, from: 800, to: 500 }, 375_000),
            (Change::AddResource { node: NodeId(0), what: Scarce::Resource(resource), amount: 500 }, 250_000),
            (Change::Evict { pod: PodId(0), node: NodeId(0) }, 1_000_000),
            (Change::AddNode { like: NodeId(0), apart: None }, 1_000_000),
        ]
    );
}
