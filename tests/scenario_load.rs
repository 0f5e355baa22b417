//! What documents become: nodes, workloads, adopted dumps, timelines, variants.

use std::path::Path;
use std::sync::Arc;

use kubecast::api::{PodPhase, Timestamp, WorkloadKind};
use kubecast::cluster::operation::{AppliedObject, TimelineMoment};
use kubecast::cluster::setup::ClusterSetup;
use kubecast::kernel::{Distribution, SimDuration, SimTime};
use kubecast::scenario::{LoadOptions, NoFiles, Resolved, SourceText, load};

fn resolve(texts: &[&str]) -> Resolved {
    let sources: Vec<SourceText> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| SourceText { name: format!("f{index}.yaml").into(), text: (*text).into() })
        .collect();
    load(&sources, &LoadOptions::default(), &NoFiles).unwrap_or_else(|errors| {
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        panic!("{}", told.join("\n"))
    })
}

fn setup(text: &str) -> Arc<ClusterSetup> {
    Arc::clone(&resolve(&[text]).variants[0].setup)
}

fn scenario(spec: &str) -> String {
    format!("apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n{spec}")
}

const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: web, resources: {requests: {cpu: 100m}}}]}
";

#[test]
fn node_pools_make_nodes() {
    let text = scenario(
        "  nodePools:
    - {name: a, count: 5, zones: [x, q], template: {status: {allocatable: {cpu: 1500m, memory: 1Gi}}}}
    - {name: b, zones: {x: 1, z: 2}, template: {metadata: {labels: {disk: ssd}}, status: {capacity: {cpu: 2, pods: 7}}}}
",
    );
    let setup = setup(&text);
    let label = |index: usize, key: &str| {
        let key = setup.names.get(key).expect("a label of these nodes");
        setup.nodes[index].labels.get(key).map(|value| setup.names.resolve(value).to_owned())
    };
    let zones: Vec<_> = (0..8)
        .map(|index| label(index, "topology.kubernetes.io/zone").expect("every node has a zone"))
        .collect();
    assert_eq!(zones, ["x", "q", "x", "q", "x", "x", "z", "z"]);
    let names: Vec<_> = setup.nodes.iter().map(|node| setup.names.resolve(node.name)).collect();
    assert_eq!(names, ["a-0", "a-1", "a-2", "a-3", "a-4", "b-0", "b-1", "b-2"]);
    assert_eq!(label(6, "kubernetes.io/hostname").as_deref(), Some("b-1"));
    assert_eq!(label(6, "disk").as_deref(), Some("ssd"));
    assert_eq!(label(0, "disk"), None);
    let allocatable = |index: usize| &setup.nodes[index].allocatable;
    assert_eq!((allocatable(0).milli_cpu, allocatable(0).memory, allocatable(0).pods), (1500, 1 << 30, 110));
    assert_eq!((allocatable(7).milli_cpu, allocatable(7).pods), (2000, 7));
    assert!(setup.nodes.iter().enumerate().all(|(index, node)| node.id.index() == index));
}

#[test]
fn workloads_are_numbered_and_arrive() {
    let text = scenario(
        "  seed: 7
  workloads:
    - name: early
      count: 2
      template: {apiVersion: v1, kind: Pod, metadata: {labels: {app: \"e-{index}\"}}, spec: {containers: [{name: c, image: i}]}}
    - name: late
      count: 3
      arrivals: {from: 1m, every: 10s}
      template: {apiVersion: v1, kind: Pod, metadata: {}, spec: {containers: [{name: c, image: i}]}}
    - name: random
      count: 50
      arrivals: {every: {exponential: {mean: 1s}}}
      template: {apiVersion: v1, kind: Pod, metadata: {}, spec: {containers: [{name: c, image: i}]}}
  timeline:
    - {at: 70s, delete: pod/early-1}
    - {afterSettled: 1m, delete: pod/early-0}
",
    );
    let setup = setup(&text);
    let names: Vec<_> = setup.pods.iter().map(|pod| pod.name.as_ref()).collect();
    assert_eq!(names, ["early-0", "early-1"]);
    assert_ne!(setup.pods[0].spec.labels, setup.pods[1].spec.labels, "each has its own label");
    let arrivals = |prefix: &str| -> Vec<SimTime> {
        let of_prefix = setup
            .timeline
            .iter()
            .filter(|entry| entry.label.starts_with(&format!("apply pod/default/{prefix}")));
        of_prefix
            .map(|entry| match entry.at {
                TimelineMoment::At(at) => at,
                TimelineMoment::AfterSettled(_) => panic!("arrivals have a time"),
            })
            .collect()
    };
    let seconds = |count: u64| SimTime(count * 1_000_000_000);
    assert_eq!(arrivals("late"), [seconds(60), seconds(70), seconds(80)]);
    let random = arrivals("random");
    assert_eq!((random.len(), random[0]), (50, SimTime(0)));
    assert!(random.is_sorted());
    // 49 gaps with mean 1 s and standard deviation 1 s: their sum lies within 49 ± 5·7.
    assert!((14.0..84.0).contains(&random[49].as_secs_f64()), "{}", random[49]);
    let labels: Vec<_> = setup.timeline.iter().map(|entry| entry.label.as_ref()).collect();
    assert_eq!(labels.last(), Some(&"delete pod/default/early-0"), "afterSettled comes after all arrivals");
    let numbers: Vec<usize> = setup
        .timeline
        .iter()
        .filter_map(|entry| match entry.operation.applied() {
            [AppliedObject::Pod(pod)] => Some(pod.id.index()),
            _ => None,
        })
        .collect();
    assert_eq!(numbers, (2..55).collect::<Vec<_>>(), "numbers follow those that are there");
}

/// A Deployment in the middle of its life, with everything that a cluster writes.
const DUMP: &str = "
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Node
  metadata: {name: n1, uid: 00000000-0000-4000-8000-0000000000a1, creationTimestamp: \"2025-01-01T00:00:00Z\"}
  status: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}
- apiVersion: apps/v1
  kind: Deployment
  metadata:
    name: web
    namespace: shop
    uid: 00000000-0000-4000-8000-0000000000d1
    generation: 4
    creationTimestamp: \"2025-01-01T01:00:00Z\"
    annotations: {deployment.kubernetes.io/revision: \"3\"}
  spec: {replicas: 3, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}
  status: {observedGeneration: 4, replicas: 3, updatedReplicas: 3, readyReplicas: 1, availableReplicas: 1}
- apiVersion: apps/v1
  kind: ReplicaSet
  metadata:
    name: web-abc
    namespace: shop
    uid: 00000000-0000-4000-8000-0000000000e1
    creationTimestamp: \"2025-01-01T01:00:01Z\"
    labels: {app: web, pod-template-hash: abc}
    annotations: {deployment.kubernetes.io/revision: \"3\"}
    ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: 00000000-0000-4000-8000-0000000000d1, controller: true}]
  spec: {replicas: 3, selector: {matchLabels: {app: web, pod-template-hash: abc}}, template: {metadata: {labels: {app: web, pod-template-hash: abc}}, spec: {containers: [{name: c, image: i}]}}}
  status: {replicas: 3}
- apiVersion: v1
  kind: Pod
  metadata:
    name: web-abc-1
    namespace: shop
    uid: 00000000-0000-4000-8000-0000000000f1
    creationTimestamp: \"2025-01-01T01:00:02Z\"
    labels: {app: web, pod-template-hash: abc}
    ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, uid: 00000000-0000-4000-8000-0000000000e1, controller: true}]
  spec: {nodeName: n1, containers: [{name: c, image: i}]}
  status: {phase: Running, conditions: [{type: Ready, status: \"True\", lastTransitionTime: \"2025-01-01T01:00:09Z\"}]}
- apiVersion: v1
  kind: Pod
  metadata:
    name: web-abc-2
    namespace: shop
    uid: 00000000-0000-4000-8000-0000000000f2
    creationTimestamp: \"2025-01-01T01:00:02Z\"
    deletionTimestamp: \"2025-01-01T02:00:30Z\"
    labels: {app: web, pod-template-hash: abc}
    ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-abc, uid: 00000000-0000-4000-8000-0000000000ff, controller: true}]
  spec: {nodeName: n1, containers: [{name: c, image: i}]}
  status: {phase: Running}
- apiVersion: v1
  kind: Pod
  metadata:
    name: db-0
    namespace: shop
    uid: 00000000-0000-4000-8000-0000000000f3
    creationTimestamp: \"2025-01-01T01:30:00Z\"
    ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, uid: 00000000-0000-4000-8000-0000000000b1, controller: true}]
  spec: {nodeName: n1, containers: [{name: c, image: i}]}
  status: {phase: Succeeded}
";

#[test]
fn a_dump_is_the_state_at_time_0() {
    let resolved = resolve(&[DUMP]);
    assert!(resolved.warnings.is_empty(), "{:?}", resolved.warnings);
    let setup = &resolved.variants[0].setup;
    assert_eq!(resolved.variants[0].name, None);
    // The newest time that has passed, not the deletion to come.
    assert_eq!(setup.start.to_string(), "2025-01-01T01:30:00Z");
    let deployment = &setup.deployments[0];
    assert_eq!((deployment.generation, deployment.revision, deployment.status.ready_replicas), (4, 3, 1));
    assert_eq!(deployment.uid.to_string(), "00000000-0000-4000-8000-0000000000d1");
    let set = &setup.replica_sets[0];
    assert_eq!((set.deployment, set.revision.as_deref()), (Some(deployment.id), Some("3")));
    assert!(set.template.equals(&deployment.template), "but for the hash, the templates are equal");
    let [finished, ready, leaving] = setup.pods.as_slice() else { panic!("three pods") };
    assert!(ready.is_ready() && ready.node == Some(setup.nodes[0].id));
    assert_eq!(ready.ready.and_then(|ready| ready.since), Timestamp::parse("2025-01-01T01:00:09Z").ok());
    let owner = |pod: &kubecast::api::Pod| pod.controller.expect("every pod has an owner");
    assert_eq!(ready.replica_set(), Some(set.id));
    // The second one's reference carries a UID that no object has: its name decides.
    assert_eq!((leaving.replica_set(), owner(leaving).uid), (Some(set.id), set.uid));
    assert_eq!(leaving.deleted, Timestamp::parse("2025-01-01T02:00:30Z").ok());
    assert_eq!((owner(finished).kind, finished.owner()), (WorkloadKind::StatefulSet, None));
    assert_eq!(finished.phase, PodPhase::Succeeded);
    assert!(Arc::ptr_eq(&ready.spec, &leaving.spec), "equal specs are one");
    assert!(setup.names.get("shop").is_some_and(|name| setup.namespaces.contains_key(&name)));
}

#[test]
fn variants_differ_in_what_they_set_only() {
    let text = scenario(
        "  nodePools:
    - {name: w, count: 2, template: {status: {allocatable: {cpu: 1}}}}
  workloads:
    - {name: p, count: 2, template: {apiVersion: v1, kind: Pod, metadata: {}, spec: {containers: [{name: c, image: i}]}}}
  timing: {binding: 1s}
  variants:
    - name: as-is
    - name: other
      set:
        \"deployment/web#/spec/replicas\": 9
        \"nodePool/w#/count\": 4
        \"node/w-3#/spec/unschedulable\": true
        \"scenario#/spec/timing/binding\": {uniform: [1s, 3s], step: 1s}
        \"pod/p-1#/metadata/labels/extra\": x
        \"deployment/web#/spec/template/spec/containers/0/resources\": null
",
    );
    let resolved = resolve(&[&text, DEPLOYMENT]);
    let names: Vec<_> = resolved.variants.iter().map(|variant| variant.name.as_deref()).collect();
    assert_eq!(names, [Some("as-is"), Some("other")]);
    let (plain, other) = (&resolved.variants[0].setup, &resolved.variants[1].setup);
    assert_eq!((plain.nodes.len(), other.nodes.len()), (2, 4));
    assert_eq!(
        other.nodes.iter().map(|node| node.unschedulable).collect::<Vec<_>>(),
        [false, false, false, true]
    );
    assert_eq!((plain.deployments[0].replicas, other.deployments[0].replicas), (3, 9));
    let milli_cpu = |setup: &ClusterSetup| setup.deployments[0].template.pod.requests.fit.milli_cpu;
    assert_eq!((milli_cpu(plain), milli_cpu(other)), (100, 0));
    assert_eq!(plain.timing.binding, Distribution::Constant(SimDuration::from_secs(1)));
    assert!(matches!(other.timing.binding, Distribution::Uniform { step: SimDuration(1_000_000_000), .. }));
    // The same luck and the same UID for the same pod, whatever a variant sets.
    for (left, right) in plain.pods.iter().zip(&other.pods) {
        assert_eq!((left.identity, left.uid), (right.identity, right.uid));
    }
    assert_eq!(plain.deployments[0].uid, other.deployments[0].uid);
    assert_ne!(plain.pods[1].spec.labels, other.pods[1].spec.labels);
    assert!(Arc::ptr_eq(&plain.pods[0].spec, &plain.pods[1].spec));
}

#[test]
fn the_timeline_knows_what_is_there() {
    let text = scenario(
        "  timeline:
    - at: 1m
      repeat: 3
      every: 5m
      rolloutRestart: deployment/web
    - afterSettled: 10m
      repeat: 2
      scale: {deployment: deployment/web, replicas: 7}
    - afterSettled: 0s
      delete: deployment/web
    - afterSettled: 1m
      apply:
        - {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}}
        - {apiVersion: v1, kind: Node, metadata: {name: w}, status: {allocatable: {cpu: 1}}}
    - {afterSettled: 1m, cordon: node/w}
",
    );
    let resolved = resolve(&[&text, DEPLOYMENT]);
    let timeline = &resolved.variants[0].setup.timeline;
    let labels: Vec<_> = timeline.iter().map(|entry| entry.label.as_ref()).collect();
    assert_eq!(
        labels,
        [
            "rolloutRestart deployment/default/web",
            "rolloutRestart deployment/default/web",
            "rolloutRestart deployment/default/web",
            "scale deployment/default/web to 7",
            "scale deployment/default/web to 7",
            "delete deployment/default/web",
            "apply deployment/default/web, node/w",
            "cordon node/w",
        ]
    );
    let minutes: Vec<_> = timeline[..3].iter().map(|entry| entry.at).collect();
    assert_eq!(minutes, [60, 360, 660].map(|seconds| TimelineMoment::At(SimTime(seconds * 1_000_000_000))));
    let applied = timeline[6].operation.applied();
    let AppliedObject::Deployment(again) = &applied[0] else { panic!("a Deployment") };
    assert_eq!(again.id.index(), 1, "a Deployment that was deleted comes back under a new number");
}

#[test]
fn plain_manifests_need_no_scenario() {
    let resolved = resolve(&[
        DEPLOYMENT,
        "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {selector: {app: web}}\n",
    ]);
    assert_eq!((resolved.name.as_str(), resolved.seed, resolved.variants.len()), ("f0.yaml", 1, 1));
    let setup = &resolved.variants[0].setup;
    assert_eq!((setup.deployments.len(), setup.selector_owners.len()), (1, 1));
    assert_eq!(setup.start.to_string(), "2026-01-01T00:00:00Z");
    assert_eq!(setup.deployments[0].created, setup.start);
}

#[test]
fn what_is_not_simulated_is_named() {
    let text = "apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  priority: 5
  containers: [{name: c, image: i, resources: {limits: {nvidia.com/gpu: 1}}}]
  volumes: [{name: v, persistentVolumeClaim: {claimName: x}}]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: h}
";
    let resolved = resolve(&[text, DEPLOYMENT]);
    let told: Vec<String> = resolved.ledger.gaps.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "persistent volumes (1 pod): volumes bind no pod to a zone or node, attach limits and access modes do not count",
            "extended resources (1 pod): counted, but which device a container gets is not chosen",
            "HorizontalPodAutoscalers (1): replicas do not follow the load",
        ]
    );
}

#[test]
fn a_real_cluster_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/inputs/k8s-sims");
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is not there", folder.display());
        return;
    }
    let sources = ["nodes-1200.yaml", "pods-1200.yaml"].map(|name| SourceText {
        name: name.into(),
        text: std::fs::read_to_string(folder.join(name)).expect("readable").into(),
    });
    let resolved = load(&sources, &LoadOptions::default(), &NoFiles).expect("a real cluster is valid");
    let setup = &resolved.variants[0].setup;
    // The numbers are those of the snapshot's own description: 1,213 nodes, 7,064 pods.
    assert_eq!((setup.nodes.len(), setup.pods.len()), (1213, 7064));
    let mut specs: Vec<_> = setup.pods.iter().map(|pod| Arc::as_ptr(&pod.spec)).collect();
    specs.sort_unstable();
    specs.dedup();
    assert!(specs.len() < 1000, "{} specs of 7,064 pods", specs.len());
}

#[test]
fn ready_scenarios_load() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["rolling-upgrade-skew", "three-zones"] {
        let text = std::fs::read_to_string(root.join(format!("scenarios/{name}.yaml"))).expect("readable");
        let resolved = resolve(&[&text]);
        assert_eq!(resolved.name, name);
        assert!(resolved.warnings.is_empty() && resolved.ledger.is_whole());
    }
}
