//! A scheduler with a cluster, driven pod by pod without anything around it: what a cycle costs.

#![expect(clippy::disallowed_types, reason = "the clock is what is read here")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use kubecast::api::behaviour::Release;
use kubecast::api::{Behaviour, NodeId, Pod, PodId, PodSpec, PriorityClasses, Timestamp};
use kubecast::api_machinery::compile::{CompileContext, compile_node, compile_pod};
use kubecast::kernel::{Digest, Draw, DrawUse, Draws, Interner, Seed};
use kubecast::scheduler::cache::Cache;
use kubecast::scheduler::cycle::{Cycle, CycleInput, CycleResult, Outcome, TieBreak};
use kubecast::scheduler::fast::FastCycle;
use kubecast::scheduler::framework::Framework;
use kubecast::scheduler::profile::Profile;
use kubecast_manifest::{Object, Tree, decode_object, tree};
use serde_json::{Value, json};

/// Which cycle decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    Fast,
}

/// What scheduling a list of pods took and gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outcomes {
    pub(crate) seconds: f64,
    pub(crate) pods: usize,
    pub(crate) evaluated: usize,
    pub(crate) feasible: usize,
    pub(crate) digest: u64,
}

impl Outcomes {
    pub(crate) fn pods_per_second(&self) -> f64 {
        self.pods as f64 / self.seconds
    }

    pub(crate) fn evaluated_a_pod(&self) -> f64 {
        self.evaluated as f64 / self.pods as f64
    }

    pub(crate) fn feasible_a_pod(&self) -> f64 {
        self.feasible as f64 / self.pods as f64
    }
}

/// The scheduler.
pub(crate) struct Cluster {
    names: Interner,
    behaviour: Behaviour,
    cache: Cache,
    framework: Framework,
    plain: Cycle,
    fast: FastCycle,
    tie_break: Draw,
    pods: u32,
}

fn object(json: &Value, kind: &str) -> Object {
    let mut tree = Tree::from_json(json);
    for (pointer, text) in [("/apiVersion", "v1"), ("/kind", kind)] {
        tree.set(pointer, tree::Value::String(text.to_owned()).into()).expect("an object");
    }
    decode_object(&tree).expect("a Kubernetes object").object
}

impl Cluster {
    /// Nodes of 16 CPU, 64Gi and 110 pods with host name, zone (a, b, c in turn) and region; mixed ones have
    /// a kind of disk too, and a tenth of them a taint.
    pub(crate) fn new(nodes: u32, is_mixed: bool) -> Self {
        let release = Release::parse("1.34").expect("a release");
        let (behaviour, _) = Behaviour::resolve(release, &BTreeMap::new()).expect("no gates");
        let mut names = Interner::new();
        let profile = Profile::default_scheduler(&mut names);
        let mut cache = Cache::new(&mut names);
        for id in 0..nodes {
            let name = format!("node-{id:05}");
            let mut json = json!({
                "metadata": { "name": name, "labels": {
                    "kubernetes.io/hostname": name,
                    "topology.kubernetes.io/zone": (["a", "b", "c"][id as usize % 3]),
                    "topology.kubernetes.io/region": "r",
                } },
                "spec": {},
                "status": { "allocatable": { "cpu": "16", "memory": "64Gi", "pods": "110" } },
            });
            if is_mixed {
                json["metadata"]["labels"]["disk"] = json!(if id % 4 == 0 { "ssd" } else { "hdd" });
                if id % 10 == 9 {
                    let taint = json!({ "key": "dedicated", "value": "x", "effect": "PreferNoSchedule" });
                    json["spec"]["taints"] = json!([taint]);
                }
            }
            let Object::Node(source) = object(&json, "Node") else { panic!("not a node") };
            cache.put_node(&Arc::new(compile_node(&source, NodeId(id), Timestamp(0), &mut names)));
        }
        Self {
            behaviour,
            cache,
            framework: Framework::new(&profile),
            plain: Cycle::new(),
            fast: FastCycle::new(std::slice::from_ref(&profile)),
            tie_break: Draws::new(Seed(1), 0).stream(DrawUse(1), 0),
            pods: 0,
            names,
        }
    }

    /// Compiles a template of pods from the JSON of one.
    pub(crate) fn template(&mut self, json: &Value) -> Arc<PodSpec> {
        let Object::Pod(source) = object(json, "Pod") else { panic!("not a pod") };
        let priorities = PriorityClasses::default();
        let context = CompileContext::new(&self.behaviour, &priorities);
        Arc::new(compile_pod(&source, &context, &mut self.names).spec)
    }

    fn pod(&mut self, spec: &Arc<PodSpec>) -> Pod {
        let id = PodId(self.pods);
        self.pods += 1;
        Pod::new(id, "p", Arc::clone(spec))
    }

    /// Puts a pod on a node without asking anybody.
    pub(crate) fn put(&mut self, spec: &Arc<PodSpec>, node: u32) {
        let mut pod = self.pod(spec);
        pod.node = Some(NodeId(node));
        self.cache.put_pod(Arc::new(pod));
    }

    fn cycle(&mut self, pod: &Pod, kind: Kind) -> CycleResult {
        let input = CycleInput {
            cache: &mut self.cache,
            framework: &mut self.framework,
            names: &self.names,
            behaviour: self.behaviour.scheduler,
            percentage_of_nodes_to_score: 0,
            tie_break: TieBreak::Random(&mut self.tie_break),
        };
        match kind {
            Kind::Plain => self.plain.schedule(pod, input),
            Kind::Fast => self.fast.schedule(pod, 0, input),
        }
    }

    /// Schedules one pod of each of these templates in turn, and assumes each on its node.
    pub(crate) fn schedule<'s>(
        &mut self,
        specs: impl Iterator<Item = &'s Arc<PodSpec>>,
        kind: Kind,
    ) -> Outcomes {
        let (mut pods, mut evaluated, mut feasible, mut digest) = (0, 0, 0, Digest::new());
        let started = Instant::now();
        for spec in specs {
            let mut pod = self.pod(spec);
            let result = self.cycle(&pod, kind);
            pods += 1;
            evaluated += result.evaluated;
            feasible += result.feasible;
            if let Outcome::Scheduled { node, score } = result.outcome {
                digest.u64(u64::from(node.0));
                digest.u64(score.unwrap_or(-1).cast_unsigned());
                pod.node = Some(node);
                self.cache.put_pod(Arc::new(pod));
            } else {
                digest.u64(u64::MAX);
            }
        }
        let seconds = started.elapsed().as_secs_f64();
        Outcomes { seconds, pods, evaluated, feasible, digest: digest.finish() }
    }
}
