//! The library's scheduler with the cluster of a vector, to run real cycles on it.

use std::sync::Arc;

use kubecast::api::behaviour::Release;
use kubecast::api::{
    Behaviour, ControllerRef, NodeId, Pod, PodId, PriorityClasses, Symbol, Timestamp, WorkloadKind,
};
use kubecast::api_machinery::compile::selector::labels;
use kubecast::api_machinery::compile::{CompileContext, compile_node, compile_pod};
use kubecast::kernel::Interner;
use kubecast::scheduler::cache::Cache;
use kubecast::scheduler::cycle::{Cycle, CycleInput, CycleReport, CycleResult, TieBreak};
use kubecast::scheduler::framework::Framework;
use kubecast::scheduler::profile::Profile;
use kubecast_manifest::{Object, Tree, decode_object, tree};
use serde_json::Value;

/// A scheduler with the default profile, without Services and controllers.
pub(crate) struct Library {
    names: Interner,
    behaviour: Behaviour,
    cache: Cache,
    framework: Framework,
    nodes: Vec<Symbol>,
    pod: Pod,
}

pub(crate) fn object(json: &Value, kind: &str) -> Object {
    let mut tree = Tree::from_json(json);
    let version = if kind.ends_with("Set") { "apps/v1" } else { "v1" };
    for (pointer, text) in [("/apiVersion", version), ("/kind", kind)] {
        tree.set(pointer, tree::Value::String(text.to_owned()).into()).expect("an object");
    }
    decode_object(&tree).expect("a Kubernetes object").object
}

pub(crate) fn pod(json: &Value, id: u32, behaviour: &Behaviour, names: &mut Interner) -> Pod {
    let Object::Pod(source) = object(json, "Pod") else { panic!("not a pod") };
    let priorities = PriorityClasses::default();
    let context = CompileContext::new(behaviour, &priorities);
    let compiled = compile_pod(&source, &context, names);
    let controller = compiled.owner.as_ref().map(|owner| ControllerRef {
        kind: WorkloadKind::of(&owner.api_version, &owner.kind),
        name: names.intern(&owner.name),
        uid: owner.uid,
        owner: None,
    });
    compiled.numbered(PodId(id), None, controller)
}

impl Library {
    /// Reads a vector.
    pub(crate) fn read(vector: &Value) -> Self {
        let release = Release::parse("v1.34.1").expect("a release");
        let (behaviour, _) =
            Behaviour::resolve(release, &std::collections::BTreeMap::new()).expect("no gates");
        let mut names = Interner::new();
        let framework = Framework::new(&Profile::default_scheduler(&mut names));
        let mut cache = Cache::new(&mut names);
        let mut nodes = Vec::new();
        for (id, json) in (0..).zip(vector["nodes"].as_array().expect("nodes")) {
            let Object::Node(source) = object(json, "Node") else { panic!("not a node") };
            let node = compile_node(&source, NodeId(id), Timestamp(0), &mut names);
            nodes.push(node.name);
            cache.put_node(&Arc::new(node));
        }
        for json in vector["namespaces"].as_array().into_iter().flatten() {
            let Object::Namespace(source) = object(json, "Namespace") else { panic!("not a namespace") };
            let name = names.intern(source.metadata.name.as_deref().expect("a name"));
            cache.put_namespace(name, labels(source.metadata.labels.as_ref(), &mut names));
        }
        for (id, json) in (1..).zip(vector["pods"].as_array().expect("pods")) {
            let mut bound = pod(json, id, &behaviour, &mut names);
            let place = nodes.iter().position(|node| Some(*node) == bound.spec.node_name);
            bound.node = place.map(|place| NodeId(u32::try_from(place).expect("few nodes")));
            cache.put_pod(Arc::new(bound));
        }
        let pod = pod(&vector["pod"], 0, &behaviour, &mut names);
        Self { names, behaviour, cache, framework, nodes, pod }
    }

    fn input<'a>(&'a mut self, tie_break: TieBreak<'a>) -> (&'a Pod, CycleInput<'a>) {
        let input = CycleInput {
            cache: &mut self.cache,
            framework: &mut self.framework,
            names: &self.names,
            behaviour: self.behaviour.scheduler,
            percentage_of_nodes_to_score: 100,
            tie_break,
        };
        (&self.pod, input)
    }

    /// Runs a cycle.
    pub(crate) fn schedule(&mut self, tie_break: TieBreak<'_>) -> CycleResult {
        let (pod, input) = self.input(tie_break);
        Cycle::new().schedule(pod, input)
    }

    /// Reports on every node.
    pub(crate) fn report(&mut self) -> CycleReport {
        let (pod, input) = self.input(TieBreak::First);
        Cycle::report(pod, input)
    }

    /// The name of a node.
    pub(crate) fn name(&self, node: NodeId) -> &str {
        self.names.resolve(self.nodes[node.index()])
    }
}
