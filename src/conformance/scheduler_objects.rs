//! What the kinds of `scheduler/` share: a scheduler that knows a vector's cluster, and the vectors'
//! form of what it says.
//!
//! The vectors were recorded from kube-scheduler v1.34.1 with its default profile, less the plugins for
//! volumes, dynamic resources and preemption. Nodes are numbered in the order of the vector, which is
//! that of its node list; the scheduler's own order, interleaved by zone, decides nothing that they ask.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast_manifest::Object;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::recorded_pod::{compiled_pod, object};
use super::rollout_objects::read;
use crate::api::behaviour::Release;
use crate::api::{
    Behaviour, ControllerRef, NodeId, Pod, PodId, SchedulerBehaviour, SelectorOwnerId, Symbol, Timestamp,
    WorkloadKind,
};
use crate::api_machinery::compile::selector::labels;
use crate::api_machinery::compile::{
    OwnerText, compile_disruption_budget, compile_node, compile_selector_owner,
};
use crate::kernel::Interner;
use crate::scheduler::cache::Cache;
use crate::scheduler::cycle::{Cycle, CycleInput, CycleReport, CycleResult, FitError, TieBreak};
use crate::scheduler::fast::FastCycle;
use crate::scheduler::framework::{Framework, Status};
use crate::scheduler::plugins::pod_topology_spread::PodTopologySpreadArgs;
use crate::scheduler::profile::Profile;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cluster {
    kubernetes: String,
    #[serde(default)]
    feature_gates: BTreeMap<String, bool>,
    label_keys: String,
    default_constraints: String,
    #[serde(default)]
    default_constraints_list: Vec<Value>,
    nodes: Vec<Value>,
    #[serde(default)]
    services: Vec<Value>,
    #[serde(default)]
    replication_controllers: Vec<Value>,
    #[serde(default)]
    replica_sets: Vec<Value>,
    #[serde(default)]
    stateful_sets: Vec<Value>,
    #[serde(default)]
    namespaces: Vec<Value>,
}

/// A scheduler with the default profile and the cluster of a vector.
pub(super) struct Scheduler {
    names: Interner,
    behaviour: Behaviour,
    cache: Cache,
    framework: Framework,
    plain: Cycle,
    fast: FastCycle,
    nodes: Vec<Symbol>,
    numbers: BTreeMap<Symbol, NodeId>,
    pods: u32,
}

impl Scheduler {
    /// Reads everything of a vector but its pods.
    pub(super) fn new(vector: &Value) -> Result<Self, String> {
        let cluster: Cluster = read(vector)?;
        if cluster.label_keys != "unmerged" {
            return Err(format!("labelKeys {:?}; known is \"unmerged\"", cluster.label_keys));
        }
        let release = Release::parse(&cluster.kubernetes)?;
        let (behaviour, _) = Behaviour::resolve(release, &cluster.feature_gates)?;
        let mut names = Interner::new();
        let mut profile = Profile::default_scheduler(&mut names);
        // DynamicResources, which has a word at PostFilter, was not there.
        profile.says_at_post_filter = None;
        profile.args.set(spread_args(&cluster, &behaviour, &mut names)?);
        let mut scheduler = Self {
            cache: Cache::new(&mut names),
            framework: Framework::new(&profile),
            plain: Cycle::new(),
            fast: FastCycle::new(std::slice::from_ref(&profile)),
            names,
            behaviour,
            nodes: Vec::new(),
            numbers: BTreeMap::new(),
            pods: 0,
        };
        cluster.nodes.iter().try_for_each(|node| scheduler.add_node(node))?;
        for (objects, api_version, kind) in [
            (&cluster.services, "v1", "Service"),
            (&cluster.replication_controllers, "v1", "ReplicationController"),
            (&cluster.replica_sets, "apps/v1", "ReplicaSet"),
            (&cluster.stateful_sets, "apps/v1", "StatefulSet"),
            (&cluster.namespaces, "v1", "Namespace"),
        ] {
            objects.iter().try_for_each(|json| scheduler.add_object(&object(json, api_version, kind)?))?;
        }
        Ok(scheduler)
    }

    fn add_node(&mut self, json: &Value) -> Result<(), String> {
        let Object::Node(source) = object(json, "v1", "Node")? else { return Err("not a node".to_owned()) };
        let id = NodeId(u32::try_from(self.nodes.len()).map_err(|error| error.to_string())?);
        let node = compile_node(&source, id, Timestamp(0), &mut self.names);
        if self.numbers.insert(node.name, id).is_some() {
            return Err(format!("two nodes are called {}", self.names.resolve(node.name)));
        }
        self.nodes.push(node.name);
        self.cache.put_node(&Arc::new(node));
        Ok(())
    }

    fn add_object(&mut self, source: &Object) -> Result<(), String> {
        if let Object::Namespace(namespace) = source {
            let name = namespace.metadata.name.as_deref().ok_or("a namespace without name")?;
            let name = self.names.intern(name);
            self.cache.put_namespace(name, labels(namespace.metadata.labels.as_ref(), &mut self.names));
            return Ok(());
        }
        // Nothing looks it up by its number.
        let id = SelectorOwnerId(0);
        let owner = compile_selector_owner(source, id, &mut self.names).ok_or("no owner of a selector")?;
        self.cache.put_selector_owner(owner);
        Ok(())
    }

    /// Reads a pod that is bound, and adds it to the cluster.
    pub(super) fn add_bound(&mut self, json: &Value) -> Result<Arc<Pod>, String> {
        let mut pod = self.incoming(json)?;
        let name = pod.spec.node_name.ok_or_else(|| format!("{} is on no node", pod.name))?;
        let node = self.numbers.get(&name).copied();
        pod.node = Some(node.ok_or_else(|| format!("{} is on an unknown node", pod.name))?);
        let pod = Arc::new(pod);
        self.put(&pod);
        Ok(pod)
    }

    /// Reads a pod that is to be scheduled.
    pub(super) fn incoming(&mut self, json: &Value) -> Result<Pod, String> {
        let compiled = compiled_pod(json, &self.behaviour, &mut self.names)?;
        // Nobody counts a nomination for a node that is not there.
        let nominated = compiled.nominated_node_name.and_then(|name| self.numbers.get(&name).copied());
        let controller = compiled.owner.as_ref().map(|owner| controller(owner, &mut self.names));
        let id = self.pods;
        self.pods += 1;
        Ok(Pod { nominated, ..compiled.numbered(PodId(id), None, controller) })
    }

    /// Nominates a pod for the node that its status names.
    pub(super) fn nominate(&mut self, pod: &Arc<Pod>) {
        if let Some(node) = pod.nominated {
            self.cache.nominator_mut().add(Arc::clone(pod), node);
        }
    }

    /// Reads a PodDisruptionBudget.
    pub(super) fn add_budget(&mut self, json: &Value) -> Result<(), String> {
        let Object::PodDisruptionBudget(budget) = object(json, "policy/v1", "PodDisruptionBudget")? else {
            return Err("not a PodDisruptionBudget".to_owned());
        };
        self.cache.put_budget(compile_disruption_budget(&budget, &mut self.names));
        Ok(())
    }

    /// Lets the plain cycle decide.
    pub(super) fn schedule(&mut self, pod: &Pod) -> CycleResult {
        let (plain, _, input) = self.input();
        plain.schedule(pod, input)
    }

    /// The nodes that the last plain cycle rejected.
    pub(super) fn rejected(&self) -> Vec<(NodeId, Status)> {
        self.plain.rejected().to_vec()
    }

    /// The nodes' names.
    pub(super) fn node_names(&self) -> impl Iterator<Item = String> {
        self.nodes.iter().map(|name| self.names.resolve(*name).to_owned())
    }

    /// The reasons of a rejection as one line.
    pub(super) fn message(&self, status: &Status) -> String {
        status.message(&self.names)
    }

    /// The message of `FailedScheduling`.
    pub(super) fn fit_message(&self, error: &FitError) -> String {
        error.message_with_post_filter(&self.names)
    }

    /// What the scheduler knows, with the plugins and what else a cycle needs.
    pub(super) fn parts(&mut self) -> (&mut Cache, &Framework, &Interner, SchedulerBehaviour) {
        (&mut self.cache, &self.framework, &self.names, self.behaviour.scheduler)
    }

    /// A pod was bound, or a bound one is another now.
    pub(super) fn put(&mut self, pod: &Arc<Pod>) {
        self.cache.put_pod(Arc::clone(pod));
    }

    /// A bound pod went away.
    pub(super) fn remove(&mut self, pod: &Pod) {
        self.cache.remove_pod(pod.id);
    }

    fn input(&mut self) -> (&mut Cycle, &mut FastCycle, CycleInput<'_>) {
        let input = CycleInput {
            cache: &mut self.cache,
            framework: &mut self.framework,
            names: &self.names,
            behaviour: self.behaviour.scheduler,
            percentage_of_nodes_to_score: 100,
            tie_break: TieBreak::First,
        };
        (&mut self.plain, &mut self.fast, input)
    }

    /// The two cycles, whose decision is not asked for, must agree on it.
    pub(super) fn compare_cycles(&mut self, pod: &Pod) -> Result<(), String> {
        let (plain, _, input) = self.input();
        let expected = (plain.schedule(pod, input), plain.next_start_node_index());
        let (_, fast, input) = self.input();
        let found = (fast.schedule(pod, 0, input), fast.next_start_node_index());
        if found == expected { Ok(()) } else { Err(format!("plain cycle: {expected:?}; fast: {found:?}")) }
    }

    /// What every plugin says about every node, in the order of the vector; an error if one fails, or if
    /// the plain and the fast cycle decide differently.
    pub(super) fn report(&mut self, pod: &Pod) -> Result<CycleReport, String> {
        self.compare_cycles(pod)?;
        let (_, _, input) = self.input();
        let mut report = Cycle::report(pod, input);
        if let Some(status) = &report.error {
            return Err(format!("{}: {}", status.plugin.name(), status.message(&self.names)));
        }
        report.nodes.sort_by_key(|node| node.node);
        Ok(report)
    }

    /// A node's name.
    pub(super) fn node_name(&self, node: NodeId) -> &str {
        self.names.resolve(self.nodes[node.index()])
    }

    /// A pod as the vectors name it: `namespace/name`.
    pub(super) fn pod_name(&self, pod: &Pod) -> String {
        format!("{}/{}", self.names.resolve(pod.spec.namespace), pod.name)
    }

    /// A rejection, in the vectors' form.
    pub(super) fn rejection(&self, status: &Status) -> Map<String, Value> {
        let reasons: Vec<_> = status.reasons().map(|reason| reason.text(&self.names)).collect();
        Map::from_iter([
            ("plugin".to_owned(), json!(status.plugin.name())),
            ("code".to_owned(), json!(status.code.as_str())),
            ("reasons".to_owned(), json!(reasons)),
        ])
    }
}

fn spread_args(
    cluster: &Cluster,
    behaviour: &Behaviour,
    names: &mut Interner,
) -> Result<PodTopologySpreadArgs, String> {
    match cluster.default_constraints.as_str() {
        "System" if cluster.default_constraints_list.is_empty() => Ok(PodTopologySpreadArgs::system(names)),
        "List" => {
            // The constraints are read as those of a pod, which have the same type.
            let spec =
                json!({ "containers": [], "topologySpreadConstraints": cluster.default_constraints_list });
            let carrier = compiled_pod(&json!({ "spec": spec }), behaviour, names)?;
            Ok(PodTopologySpreadArgs::list(carrier.spec.spread_constraints))
        }
        other => {
            Err(format!("defaultConstraints {other:?}; known are \"System\" (without a list), \"List\""))
        }
    }
}

fn controller(owner: &OwnerText, names: &mut Interner) -> ControllerRef {
    let kind = WorkloadKind::of(&owner.api_version, &owner.kind);
    ControllerRef { kind, name: names.intern(&owner.name), uid: owner.uid, owner: None }
}
