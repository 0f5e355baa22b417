//! DaemonSets in the simulated cluster, worked out by hand: which nodes have a pod, how long an update takes, what is taken
//! over from a dump.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast::api::{Pod, PodPhase};
use kubecast::kernel::{Seed, SimDuration, SimTime};
use kubecast::measures::RunRecord;
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};
use kubecast::study::replication::run_once;

/// Three nodes, and one that no pod tolerates. Containers start in 5 s and stop in 1 s, everything else takes no time.
fn scenario(strategy: &str, timeline: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: by-hand}}
spec:
  kubernetesVersion: \"1.34\"
  timing: {{preset: instant, schedulingCycle: 0s, containerStart: 5s, termination: 1s}}
  nodePools:
    - {{name: w, count: 3, template: {{status: {{allocatable: {{cpu: 4, memory: 8Gi, pods: 110}}}}}}}}
    - name: gpu
      count: 1
      template:
        spec: {{taints: [{{key: gpu, effect: NoSchedule}}]}}
        status: {{allocatable: {{cpu: 4, memory: 8Gi, pods: 110}}}}
  manifests:
    - apiVersion: apps/v1
      kind: DaemonSet
      metadata: {{name: agent}}
      spec:
        selector: {{matchLabels: {{app: agent}}}}
        updateStrategy: {strategy}
        template:
          metadata: {{labels: {{app: agent}}}}
          spec: {{containers: [{{name: c, image: agent, resources: {{requests: {{cpu: 100m}}}}}}]}}
  timeline:
{timeline}"
    )
}

const ONE_BY_ONE: &str = "{rollingUpdate: {maxUnavailable: 1}}";

fn run(text: &str) -> RunRecord {
    let source = SourceText { name: "by-hand.yaml".into(), text: text.into() };
    let resolved = load(&[source], &LoadOptions::default(), &NoFiles);
    let resolved = resolved.unwrap_or_else(|errors| panic!("{errors:#?}"));
    run_once(&Arc::clone(&resolved.variants[0].setup), Seed(1), 0, true, None).1
}

/// The pods that are there at the end, by node.
fn by_node(run: &RunRecord) -> BTreeMap<String, Vec<Arc<Pod>>> {
    let mut pods: BTreeMap<String, Vec<Arc<Pod>>> = BTreeMap::new();
    for row in run.pods.iter().filter(|row| row.gone.is_none()) {
        let node = row.pod.node.expect("every pod has a node");
        pods.entry(run.node_names[node.index()].to_string()).or_default().push(Arc::clone(&row.pod));
    }
    pods
}

fn nodes(run: &RunRecord) -> Vec<String> {
    let pods = by_node(run);
    for (node, pods) in &pods {
        assert!(
            matches!(&pods[..], [pod] if pod.phase == PodPhase::Running && pod.is_ready()),
            "{node}: {pods:?}"
        );
    }
    pods.into_keys().collect()
}

fn seconds(seconds: u64) -> SimDuration {
    SimDuration::from_secs(seconds)
}

/// How long a rollout took.
fn lasted(run: &RunRecord, number: u32) -> Option<SimDuration> {
    let row = run.rollouts.iter().find(|row| row.number == number).expect("a rollout of this number");
    assert_eq!(&*row.workload, "daemonset/default/agent");
    Some(row.completed?.since(row.started))
}

#[test]
fn nodes_that_are_not_tainted_have_a_pod_and_new_ones_get_one() {
    let run = run(&scenario(
        ONE_BY_ONE,
        "    - at: 20s
      apply:
        - {apiVersion: v1, kind: Node, metadata: {name: late}, status: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}}
    - {at: 40s, cordon: node/w-1}
",
    ));
    // Cordoned, w-1 keeps its pod: its taint is tolerated.
    assert_eq!(nodes(&run), ["late", "w-0", "w-1", "w-2"]);
    assert_eq!(lasted(&run, 0), Some(seconds(5)), "all start at once");
    let late = Arc::clone(&by_node(&run)["late"][0]);
    assert_eq!(late.spec.required_node_terms.as_ref().map(Vec::len), Some(1), "pinned to its node");
}

#[test]
fn without_surge_one_node_after_the_other_is_without_a_pod() {
    let run =
        run(&scenario(ONE_BY_ONE, "    - {afterSettled: 10s, rolloutRestart: daemonset/default/agent}\n"));
    // Each of 3 nodes: 1 s until the old pod is gone, 5 s until the new one is ready.
    assert_eq!(lasted(&run, 1), Some(seconds(18)));
    assert_eq!((run.rollouts[1].unavailable_max, run.rollouts[1].surge_max), (1, 0));
    assert_eq!(run.rollouts[1].started, SimTime(15_000_000_000), "10 s after the first 5");
    assert_eq!(nodes(&run), ["w-0", "w-1", "w-2"]);
}

#[test]
fn two_at_a_time_take_two_rounds() {
    let two = "{rollingUpdate: {maxUnavailable: 50%}}";
    let timeline =
        "    - {afterSettled: 10s, setImage: {deployment: daemonset/default/agent, image: \"agent:2\"}}\n";
    let run = run(&scenario(two, timeline));
    // 50 % of 3 nodes are 1.5, up to 2: rounds of 2 and 1 nodes, 6 s each.
    assert_eq!(lasted(&run, 1), Some(seconds(12)));
    assert_eq!(run.rollouts[1].unavailable_max, 2);
}

#[test]
fn with_surge_no_node_is_without_a_pod() {
    let surge = "{rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}";
    let run = run(&scenario(surge, "    - {afterSettled: 10s, rolloutRestart: daemonset/default/agent}\n"));
    // A new pod is ready after 5 s; at that moment its old one is deleted and the next node's new one made. The last old
    // pod is gone 1 s later, and only then is it no longer the oldest of its node.
    assert_eq!(lasted(&run, 1), Some(seconds(16)));
    assert_eq!((run.rollouts[1].unavailable_max, run.rollouts[1].surge_max), (0, 1));
    assert_eq!(nodes(&run), ["w-0", "w-1", "w-2"]);
}

#[test]
fn on_delete_waits_for_somebody() {
    let run = run(&scenario(
        "{type: OnDelete}",
        "    - {afterSettled: 10s, rolloutRestart: daemonset/default/agent}\n",
    ));
    assert_eq!(lasted(&run, 1), None);
    assert_eq!(run.rollouts[1].blocked.as_deref(), Some("OnDelete"));
    assert_eq!(run.pods.iter().count(), 3, "no pod is replaced");
}

#[test]
fn the_pods_of_a_deleted_one_go() {
    let run = run(&scenario(ONE_BY_ONE, "    - {afterSettled: 10s, delete: daemonset/default/agent}\n"));
    let gone: Vec<Option<SimTime>> = run.pods.iter().map(|row| row.gone).collect();
    assert_eq!(gone, [Some(SimTime(16_000_000_000)); 3], "deleted at 15 s, stopped 1 s later");
}

/// Two nodes of a dump with a pod each. `hashes`: of the pods.
fn dump(hashes: [&str; 2], generations: [u32; 2]) -> String {
    let pod = |place: usize| {
        format!(
            "---
apiVersion: v1
kind: Pod
metadata:
  name: agent-{place}
  uid: 00000000-0000-4000-8000-00000000001{place}
  creationTimestamp: 2025-03-01T00:00:0{place}Z
  labels: {{app: agent, controller-revision-hash: {}, pod-template-generation: \"{}\"}}
  ownerReferences:
    - {{apiVersion: apps/v1, kind: DaemonSet, name: agent, uid: 00000000-0000-4000-8000-000000000001, controller: true}}
spec: {{nodeName: n{place}, containers: [{{name: c, image: agent}}]}}
status: {{phase: Running, conditions: [{{type: Ready, status: \"True\", lastTransitionTime: 2025-03-01T00:00:05Z}}]}}
",
            hashes[place], generations[place]
        )
    };
    let node = |place: usize| {
        format!(
            "---
apiVersion: v1
kind: Node
metadata: {{name: n{place}, uid: 00000000-0000-4000-8000-00000000002{place}}}
status: {{allocatable: {{cpu: 4, memory: 8Gi, pods: 110}}}}
"
        )
    };
    format!(
        "apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: agent
  uid: 00000000-0000-4000-8000-000000000001
  generation: 2
  annotations: {{deprecated.daemonset.template.generation: \"2\"}}
spec:
  selector: {{matchLabels: {{app: agent}}}}
  template:
    metadata: {{labels: {{app: agent}}}}
    spec: {{containers: [{{name: c, image: agent}}]}}
status:
  {{observedGeneration: 2, desiredNumberScheduled: 2, currentNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2,
   numberAvailable: 2, numberMisscheduled: 0}}
{}{}{}{}",
        pod(0),
        pod(1),
        node(0),
        node(1)
    )
}

#[test]
fn pods_of_a_dump_are_its_own() {
    let run = run(&dump(["aaa", "aaa"], [2, 2]));
    assert_eq!(run.pods.iter().count(), 2, "none is made, none is replaced");
    let row = &run.rollouts[0];
    assert!(row.adopted && row.completed == Some(SimTime(0)), "{row:?}");
}

#[test]
fn an_update_under_way_goes_on() {
    // The pod of n0 was made for another template.
    let run = run(&dump(["old", "aaa"], [1, 2]));
    let gone: Vec<&str> =
        run.pods.iter().filter(|row| row.gone.is_some()).map(|row| &*row.pod.name).collect();
    assert_eq!(gone, ["agent-0"]);
    assert_eq!(nodes(&run), ["n0", "n1"]);
    let hash = |node: &str| by_node(&run)[node][0].spec.revision;
    assert_eq!(hash("n0"), hash("n1"), "the new one is of the revision that the dump has");
}
