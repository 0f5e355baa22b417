//! Broken inputs are answered with errors, never with a panic: thousands of small damages to good ones.

use kubecast::kernel::{Draw, DrawUse, Draws, Seed};
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};

const PIECES: [&str; 24] = [
    "null",
    "[]",
    "{}",
    "-1",
    "0",
    "99999999999999999999",
    "1e400",
    ".nan",
    "true",
    "\"\"",
    "''",
    "~",
    "\n",
    ":",
    " ",
    "- ",
    "&a",
    "*a",
    "!!binary",
    "\t",
    "é",
    "2026-13-01T00:00:00Z",
    "{index}",
    "#",
];

/// Puts a piece in place of up to 11 characters, at a random place of the text.
fn damaged(text: &str, draw: &mut Draw) -> String {
    let mut place = draw.below(text.len() as u64) as usize;
    let mut end = (place + draw.below(12) as usize).min(text.len());
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let piece = PIECES[draw.below(PIECES.len() as u64) as usize];
    format!("{}{piece}{}", &text[..place], &text[end..])
}

fn check(name: &str, text: &str, rounds: u32) {
    let mut draw = Draws::new(Seed(11), 0).stream(DrawUse(1), text.len() as u64);
    let whole = SourceText { name: name.into(), text: text.into() };
    if let Err(errors) = load(&[whole], &LoadOptions::default(), &NoFiles) {
        panic!("{name} is good before it is damaged: {errors:?}");
    }
    let (mut good, mut bad) = (0, 0);
    for _ in 0..rounds {
        let mut broken = damaged(text, &mut draw);
        if draw.below(3) == 0 {
            broken = damaged(&broken, &mut draw);
        }
        let source = SourceText { name: name.into(), text: broken.into() };
        match load(&[source], &LoadOptions::default(), &NoFiles) {
            Ok(_) => good += 1,
            Err(errors) => {
                assert!(!errors.is_empty(), "an error says what is wrong");
                assert!(errors.iter().all(|error| !error.message.is_empty()));
                bad += 1;
            }
        }
    }
    assert!(good > 0 && bad > 0, "{name}: {good} damages did no harm, {bad} were refused");
}

#[test]
fn damaged_scenarios() {
    for name in ["rolling-upgrade-skew", "three-zones"] {
        let path = format!("{}/scenarios/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("readable");
        let start = text.find("apiVersion").expect("the comment ends");
        check(name, &text[start..], 2000);
    }
}

#[test]
fn damaged_configurations() {
    let text = "apiVersion: kubescheduler.config.k8s.io/v1
kind: KubeSchedulerConfiguration
podInitialBackoffSeconds: 2
profiles:
- schedulerName: a
  percentageOfNodesToScore: 0
  plugins: {multiPoint: {enabled: [{name: TaintToleration, weight: 5}], disabled: [{name: ImageLocality}]}, score: {enabled: [{name: NodeAffinity}]}}
  pluginConfig:
  - {name: NodeResourcesFit, args: {ignoredResources: [e.x/a], scoringStrategy: {type: RequestedToCapacityRatio, resources: [{name: cpu, weight: 3}], requestedToCapacityRatio: {shape: [{utilization: 0, score: 10}, {utilization: 100}]}}}}
  - {name: PodTopologySpread, args: {defaultingType: List, defaultConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: DoNotSchedule}]}}
  - {name: NodeAffinity, args: {addedAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: [\"5\"]}]}]}}}}
- schedulerName: b
  pluginConfig: [{name: InterPodAffinity, args: {hardPodAffinityWeight: 5}}]
extenders: [{managedResources: [{name: e.x/a, ignoredByScheduler: true}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {schedulerName: b, containers: [{name: c, image: i}]}
";
    check("configuration.yaml", text, 4000);
}

#[test]
fn damaged_objects() {
    let text = "apiVersion: v1
kind: Pod
metadata: {name: p, uid: u, creationTimestamp: \"2025-01-01T00:00:00Z\", ownerReferences: [{kind: ReplicaSet, name: r, uid: v, controller: true, apiVersion: apps/v1}]}
spec:
  nodeName: w1
  priority: 5
  containers: [{name: c, image: i, ports: [{hostPort: 5, containerPort: 5}], resources: {requests: {cpu: 1.5, memory: 1Gi}}}]
  tolerations: [{operator: Exists}]
  affinity:
    nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: [\"5\"]}]}]}}
    podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: t, labelSelector: {matchLabels: {a: b}}}]}
status: {phase: Running, conditions: [{type: Ready, status: \"True\", lastTransitionTime: \"2025-01-01T00:00:00Z\"}]}
---
apiVersion: v1
kind: Node
metadata: {name: w1}
status: {allocatable: {cpu: 1500m, memory: 1Gi, pods: 10, example.com/x: 3}, images: [{names: [i], sizeBytes: 5}]}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: r}
spec: {replicas: 2, selector: {matchExpressions: [{key: a, operator: In, values: [b]}]}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}}
";
    check("objects.yaml", text, 4000);
}
