//! What a simulated cluster starts from: everything compiled, shared by all replications.

pub mod kubelet;
pub mod start_up;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::kubelet::KubeletSetup;
use self::start_up::StartUpRule;

use super::control_plane::ControlPlane;
use super::operation::TimelineEntry;
use super::service_registry::setup::ServiceIpSetup;
use super::timing::Timing;
use crate::api::{
    Behaviour, DaemonSet, Deployment, DisruptionBudget, Interner, Labels, Node, Pod, PodId, PriorityClasses,
    ReplicaSet, SelectorOwner, Symbol, Timestamp,
};
use crate::kernel::{SimDuration, SimTime};
use crate::scheduler::framework::Descriptor;
use crate::scheduler::plugins::in_tree;
use crate::scheduler::profile::{
    DEFAULT_SCHEDULER_NAME, EnabledPlugin, PluginArgs, Plugins, Profile, ProfileFault,
};
use crate::scheduler::queue::QueueConfig;

/// The state at time 0, the settings, and what happens on the way.
#[derive(Clone, Debug)]
pub struct ClusterSetup {
    /// Every name in the objects, frozen.
    pub names: Interner,
    /// Release and gates.
    pub behaviour: Behaviour,
    /// The API time that time 0 stands for, a whole second.
    pub start: Timestamp,
    /// The hops.
    pub timing: Timing,
    /// The control plane's own pace; `None`: its components write without requests, at once.
    pub control_plane: Option<ControlPlane>,
    /// Nodes; `id` is the index.
    pub nodes: Vec<Node>,
    /// The kubelets' managers, by node; `None` where the node has no machine.
    pub kubelets: Vec<Option<Arc<KubeletSetup>>>,
    /// The priorities that pods can name.
    pub priorities: PriorityClasses,
    /// The PodDisruptionBudgets, as they stand all the time.
    pub budgets: Vec<DisruptionBudget>,
    /// Labels of namespaces.
    pub namespaces: BTreeMap<Symbol, Labels>,
    /// Services, ReplicationControllers and StatefulSets with their selectors.
    pub selector_owners: Vec<SelectorOwner>,
    /// Deployments; `id` is the index.
    pub deployments: Vec<Deployment>,
    /// DaemonSets; `id` is the index.
    pub daemon_sets: Vec<DaemonSet>,
    /// ReplicaSets that exist already; `id` is the index, `deployment` resolved.
    pub replica_sets: Vec<ReplicaSet>,
    /// Pods that exist already or are waiting; `id` is the index, owners and nodes resolved.
    pub pods: Vec<Pod>,
    /// Those of them that run and are not ready, or whose containers crash or cannot start: they stay as they are
    /// until they are deleted, unless `start_up` has a rule for them.
    pub held: BTreeSet<PodId>,
    /// How pods start, where it is not as usual.
    pub start_up: Vec<StartUpRule>,
    /// The Service registries; `None`: Services have no addresses.
    pub service_ips: Option<Arc<ServiceIpSetup>>,
    /// Objects created later than time 0, by the timeline, in order of time.
    pub timeline: Vec<TimelineEntry>,
    /// Scheduler profiles by name; the first is the default.
    pub scheduler: SchedulerSetup,
    /// When and why a run ends.
    pub limits: RunLimits,
}

impl ClusterSetup {
    /// Schedules by the default profile with these plugins beside its own, each at the points that it names. The error says
    /// why kube-scheduler would not start with them.
    pub fn enable_plugins(&mut self, own: &[&'static Descriptor]) -> Result<(), ProfileFault> {
        let registry = own.iter().fold(in_tree(), |registry, line| registry.with(line));
        let mut enabled = Plugins::default();
        for line in own {
            let plugin = EnabledPlugin { name: line.name.to_owned(), weight: 0, place: None };
            enabled.multi_point.enabled.push(plugin);
        }
        let defaults = Plugins::defaults_of(&self.behaviour.scheduler);
        let (plugins, args) = (defaults.merged_with(&enabled), PluginArgs::default());
        let profile =
            Profile::from_plugins(DEFAULT_SCHEDULER_NAME, &plugins, args, &registry, &mut self.names)?;
        self.scheduler.profiles = vec![profile];
        Ok(())
    }
}

/// The scheduler's configuration.
#[derive(Clone, Debug)]
pub struct SchedulerSetup {
    /// The profiles.
    pub profiles: Vec<Profile>,
    /// `percentageOfNodesToScore`; 0 is adaptive.
    pub percentage_of_nodes_to_score: i32,
    /// How the queue backs off and takes pods up again.
    pub queue: QueueConfig,
    /// How one of several best nodes is chosen.
    pub tie_break: TieBreakRule,
    /// Which cycle decides. All decide alike.
    pub cycle: CycleKind,
}

/// Which scheduling cycle decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CycleKind {
    /// The one that is fast.
    #[default]
    Fast,
    /// The plain one, for comparisons. Explanations use it too, as it tells what it looked at.
    Plain,
}

/// How the scheduler chooses among nodes of equal score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TieBreakRule {
    /// At random, as kube-scheduler up to 1.34.
    Random,
    /// The top of a heap, as kube-scheduler from 1.35 on.
    Heap,
    /// The bytewise first name.
    First,
}

/// When a run ends at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Stop at this time, if something still goes on.
    pub horizon: Option<SimTime>,
    /// Stop after so many events: a guard against endless loops.
    pub max_events: u64,
    /// A rollout that is not complete after this long counts as blocked (`None`: at the end only).
    pub blocked_after: Option<SimDuration>,
}
