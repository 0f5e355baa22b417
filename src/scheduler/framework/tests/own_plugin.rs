//! A toy plugin: nodes with a label are quiet, pods of a priority above 0 want one, quiet nodes without
//! pods are preferred. It stands at every point after the choice as well, and writes down when.

use std::sync::{Arc, Mutex};

use crate::api::testing::{node, pod};
use crate::api::{Labels, Node, NodeId, Pod, PodId, SchedulerBehaviour};
use crate::kernel::{Interner, SimTime};
use crate::scheduler::cache::Cache;
use crate::scheduler::cache::snapshot::Snapshot;
use crate::scheduler::cycle::{Cycle, CycleInput, Outcome, TieBreak};
use crate::scheduler::fast::FastCycle;
use crate::scheduler::framework::{
    Actions, Arguments, ClusterEvent, CycleContext, CycleState, Descriptor, Events, Framework, HintContext,
    NoWayOut, PermitOutcome, Plugin, PluginArgs, Point, PostFilterCall, PreFilterOutcome, Profile, Question,
    Registration, Status, Waiting, WaitingPods, WayOut, Work,
};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::plugins::in_tree;
use crate::scheduler::profile::{EnabledPlugin, Plugins};
use crate::scheduler::queue::{Place, QueueConfig, SchedulingQueue};
use crate::scheduler::well_known::WellKnown;

/// What the plugins were asked, in order.
static ASKED: Mutex<Vec<&str>> = Mutex::new(Vec::new());

#[derive(Clone, Debug, PartialEq)]
struct QuietArgs {
    label: crate::kernel::Symbol,
}

impl Arguments for QuietArgs {
    fn defaults(names: &mut Interner) -> Self {
        Self { label: names.intern("example.com/quiet") }
    }
}

struct Quiet {
    args: QuietArgs,
    /// Refuses at Permit.
    refuses: bool,
}

#[derive(Clone, Default)]
struct Wanted(bool);

static QUIET: Descriptor = Descriptor {
    args: Some(PluginArgs::fill::<QuietArgs>),
    events: Some(Events {
        with_hints: |_| Registration { pod: Actions::NONE, node: Actions::ADD.with(Actions::NODE_LABEL) },
        without_hints: Registration { pod: Actions::NONE, node: Actions::ADD.with(Actions::NODE_UPDATE) },
        hint: becomes_quiet,
    }),
    default_weight: 1,
    ..Descriptor::new(
        "Quiet",
        &[Point::PreFilter, Point::Filter, Point::Score, Point::PostFilter, Point::Reserve, Point::PostBind],
        Work::Plugin(|args| Box::new(Quiet { args: args.of::<QuietArgs>().clone(), refuses: false })),
    )
};

static STRICT: Descriptor = Descriptor::new(
    "Strict",
    &[Point::Reserve, Point::Permit, Point::PreBind],
    Work::Plugin(|args| Box::new(Quiet { args: args.of::<QuietArgs>().clone(), refuses: true })),
);

fn is_quiet(node: &Node, question: &Question<'_>) -> bool {
    let args = question.context.args(question.pod).and_then(|args| args.get::<QuietArgs>());
    args.is_some_and(|args| node.labels.get(args.label).is_some())
}

fn becomes_quiet(question: &Question<'_>) -> bool {
    match question.event {
        ClusterEvent::NodeAdd(new) | ClusterEvent::NodeUpdate { new, .. } => is_quiet(new, question),
        _ => false,
    }
}

fn note(what: &'static str) {
    ASKED.lock().expect("no test panics while it holds this").push(what);
}

impl Plugin for Quiet {
    fn pre_filter(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
    ) -> Result<PreFilterOutcome, Status> {
        let Wanted(wanted) = state.write();
        *wanted = cycle.pod.spec.priority > 0;
        Ok(PreFilterOutcome::AllNodes)
    }

    fn filter(&self, state: &CycleState, _: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        if state.read::<Wanted>().0 && node.node().labels.get(self.args.label).is_none() {
            return Err(Status::unschedulable("node(s) were not quiet"));
        }
        Ok(())
    }

    fn score(&self, _: &CycleState, _: &CycleContext<'_>, node: &NodeInfo, _: usize) -> i64 {
        if node.pods().is_empty() { 100 } else { 0 }
    }

    /// A node that would do if its least important pod went.
    fn post_filter(&self, call: PostFilterCall<'_>) -> Result<WayOut, NoWayOut> {
        let PostFilterCall { pod, cache, names, behaviour, state, rejected, handle, .. } = call;
        for (id, _) in rejected {
            let Some(victim) = cache.node_info(*id).pods().first().cloned() else { continue };
            let (mut trial, mut fork) = (state.clone(), Snapshot::fork(cache));
            fork.remove_pod(victim.id);
            let cycle = CycleContext { pod, cache: fork.cache(), names, behaviour };
            let info = fork.cache().node_info(*id);
            handle.remove_pod(&mut trial, &cycle, &victim, info)?;
            if handle.run_filters(&trial, &cycle, info).is_ok() {
                return Ok((*id).into());
            }
        }
        Err(Status::unschedulable("nobody is in the way").into())
    }

    fn reserve(&self, _: &mut CycleState, _: &CycleContext<'_>, _: NodeId) -> Result<(), Status> {
        note(if self.refuses { "reserve Strict" } else { "reserve Quiet" });
        Ok(())
    }

    fn unreserve(&self, _: &mut CycleState, _: &CycleContext<'_>, _: NodeId, _: &mut Waiting<'_>) {
        note(if self.refuses { "unreserve Strict" } else { "unreserve Quiet" });
    }

    fn permit(
        &self,
        _: &mut CycleState,
        _: &CycleContext<'_>,
        _: NodeId,
        _: &mut Waiting<'_>,
    ) -> Result<PermitOutcome, Status> {
        note("permit Strict");
        Err(Status::unschedulable("too strict"))
    }

    fn post_bind(&self, _: &mut CycleState, _: &CycleContext<'_>, _: NodeId) {
        note("postBind Quiet");
    }
}

/// A profile with the defaults and these.
fn profile(own: &[&'static Descriptor], names: &mut Interner) -> Profile {
    let mut custom = Plugins::default();
    let mut registry = in_tree();
    for line in own {
        let weight = line.default_weight;
        custom.multi_point.enabled.push(EnabledPlugin { name: line.name.to_owned(), weight, place: None });
        registry = registry.with(line);
    }
    let plugins = Plugins::defaults().merged_with(&custom);
    let made = Profile::from_plugins("default-scheduler", &plugins, PluginArgs::default(), &registry, names);
    made.expect("the plugins fit together")
}

const BEHAVIOUR: SchedulerBehaviour = SchedulerBehaviour {
    node_inclusion_policy_in_pod_topology_spread: true,
    match_label_keys_in_pod_topology_spread: true,
    min_domains_in_pod_topology_spread: true,
    async_preemption: true,
    queueing_hints: true,
    pop_from_backoff_q: true,
    in_place_pod_vertical_scaling: true,
    taint_update_counts_as_node_add: true,
    anti_affinity_of_deleted_pod: false,
    any_anti_affinity_term: false,
    ties_by_heap: false,
    balance_by_change: false,
};

struct Bench {
    names: Interner,
    cache: Cache,
    profile: Profile,
    framework: Framework,
}

impl Bench {
    /// Nodes 0 and 1, of which 1 is quiet if that is wanted, and a pod on each.
    fn new(is_quiet: bool) -> Self {
        let mut names = Interner::new();
        let profile = profile(&[&QUIET], &mut names);
        let (mut cache, framework) = (Cache::new(&mut names), Framework::new(&profile));
        for id in 0..2 {
            let mut made = node(&mut names, id, &format!("node-{id}"));
            made.allocatable.pods = 1;
            if id == 1 && is_quiet {
                made.labels = Labels::new([(names.intern("example.com/quiet"), names.intern(""))]);
            }
            cache.put_node(&Arc::new(made));
            let mut there = pod(&mut names, 10 + id, "there");
            there.node = Some(NodeId(id));
            cache.put_pod(Arc::new(there));
        }
        Self { names, cache, profile, framework }
    }

    fn pod(&mut self, priority: i32) -> Arc<Pod> {
        let mut made = pod(&mut self.names, 0, "p");
        Arc::make_mut(&mut made.spec).priority = priority;
        Arc::new(made)
    }

    fn input(&mut self) -> CycleInput<'_> {
        CycleInput {
            cache: &mut self.cache,
            framework: &self.framework,
            names: &self.names,
            behaviour: BEHAVIOUR,
            percentage_of_nodes_to_score: 100,
            tie_break: TieBreak::First,
        }
    }
}

struct Context<'a>(&'a Bench);

impl HintContext for Context<'_> {
    fn names(&self) -> &Interner {
        &self.0.names
    }

    fn known(&self) -> &WellKnown {
        self.0.cache.known()
    }

    fn namespace_labels(&self, _: crate::kernel::Symbol) -> Option<&Labels> {
        None
    }

    fn default_selector(&self, pod: &Pod) -> crate::api::LabelSelector {
        self.0.cache.default_selector(pod)
    }

    fn args(&self, _: &Pod) -> Option<&PluginArgs> {
        Some(&self.0.profile.args)
    }

    fn node_would_take(&self, _: &Pod, _: &Node) -> bool {
        true
    }
}

/// It filters, its rejection brings the pod back by its hint, and both cycles hear it.
#[test]
fn filters_and_brings_back_by_its_hint() {
    let mut bench = Bench::new(false);
    bench.cache.remove_pod(PodId(10));
    bench.cache.remove_pod(PodId(11));
    let wanting = bench.pod(1);
    let mut fast = FastCycle::new(std::slice::from_ref(&bench.profile));
    let result = fast.schedule(&wanting, 0, bench.input());
    assert_eq!(fast.handed_over(), 1, "the fast cycle does not know the plugin");
    assert_eq!(result, Cycle::new().schedule(&wanting, bench.input()));
    let Outcome::Unschedulable(error) = result.outcome else { panic!("no node is quiet") };
    assert_eq!(error.message(&bench.names), "0/2 nodes are available: 2 node(s) were not quiet.");
    let mut queue = SchedulingQueue::new(QueueConfig::new(&BEHAVIOUR), &bench.profile.registry);
    queue.add(Arc::clone(&wanting), error.unschedulable_plugins, SimTime(0));
    queue.delete(wanting.id);
    queue.add(Arc::clone(&wanting), crate::scheduler::framework::PluginSet::default(), SimTime(0));
    queue.pop(SimTime(0)).expect("it is to be tried");
    let rejected_by = error.unschedulable_plugins;
    queue.add_unschedulable(Arc::clone(&wanting), rejected_by, SimTime(0), &Context(&bench));
    let event = |label: Option<&str>, names: &mut Interner| {
        let mut made = node(names, 2, "node-2");
        if let Some(label) = label {
            made.labels = Labels::new([(names.intern(label), names.intern(""))]);
        }
        ClusterEvent::NodeAdd(Arc::new(made))
    };
    let loud = event(None, &mut bench.names);
    queue.observe(&loud, SimTime(1), &Context(&bench));
    assert_eq!(queue.place_of(wanting.id), Some(Place::Unschedulable));
    let quiet = event(Some("example.com/quiet"), &mut bench.names);
    queue.observe(&quiet, SimTime(1), &Context(&bench));
    assert_eq!(queue.place_of(wanting.id), Some(Place::Backoff));
}

#[test]
fn scores_and_finds_a_way_out() {
    let mut bench = Bench::new(true);
    // DefaultPreemption, which is asked first, leaves a pod of this policy alone.
    let mut wanting = Pod::clone(bench.pod(1).as_ref());
    Arc::make_mut(&mut wanting.spec).may_preempt = false;
    let wanting = Arc::new(wanting);
    let told = |cache: &Cache| format!("{:?} {:?}", cache.node_info(NodeId(0)), cache.node_info(NodeId(1)));
    let before = told(&bench.cache);
    let Outcome::Unschedulable(error) = Cycle::new().schedule(&wanting, bench.input()).outcome else {
        panic!("both nodes are full")
    };
    assert_eq!(error.way_out(), Some(&NodeId(1).into()), "without its pod the quiet node would do");
    assert_eq!(told(&bench.cache), before, "the trials left nothing behind");
    bench.cache.remove_pod(PodId(11));
    // A pod of higher priority is nominated for the place: it counts, unless it is the pod itself.
    let mut nominated = Pod::clone(&wanting);
    nominated.id = PodId(5);
    Arc::make_mut(&mut nominated.spec).priority = 2;
    bench.cache.nominator_mut().add(Arc::new(nominated), NodeId(1));
    let outcome = Cycle::new().schedule(&wanting, bench.input()).outcome;
    assert!(matches!(outcome, Outcome::Unschedulable(_)), "{outcome:?}");
    bench.cache.nominator_mut().delete(PodId(5));
    bench.cache.nominator_mut().add(Arc::clone(&wanting), NodeId(1));
    let outcome = Cycle::new().schedule(&wanting, bench.input()).outcome;
    assert_eq!(outcome, Outcome::Scheduled { node: NodeId(1), score: None });
}

/// Reserve in order, Permit stops the pod, Unreserve in the reverse order.
#[test]
fn the_stages_after_the_choice() {
    let mut bench = Bench::new(true);
    bench.profile = profile(&[&QUIET, &STRICT], &mut bench.names);
    let framework = Framework::new(&bench.profile);
    assert!(framework.follows_bindings() && bench.profile.follows_bindings());
    let pod = bench.pod(0);
    let cycle = CycleContext { pod: &pod, cache: &bench.cache, names: &bench.names, behaviour: BEHAVIOUR };
    let (state, waiting) = (&mut CycleState::default(), &mut WaitingPods::default());
    ASKED.lock().expect("free").clear();
    assert_eq!(framework.run_reserve(state, &cycle, NodeId(1)), Ok(()));
    let status = framework.run_permit(state, &cycle, NodeId(1), waiting).expect_err("Strict refuses");
    assert_eq!((status.plugin.name(), status.message(&bench.names).as_str()), ("Strict", "too strict"));
    framework.run_unreserve(state, &cycle, NodeId(1), waiting);
    assert_eq!(framework.run_pre_bind(state, &cycle, NodeId(1)), Ok(()));
    assert_eq!(framework.run_bind(state, &cycle, NodeId(1)), Ok(()), "DefaultBinder binds");
    framework.run_post_bind(state, &cycle, NodeId(1));
    let asked = [
        "reserve Quiet",
        "reserve Strict",
        "permit Strict",
        "unreserve Strict",
        "unreserve Quiet",
        "postBind Quiet",
    ];
    assert_eq!(*ASKED.lock().expect("free"), asked);
}
