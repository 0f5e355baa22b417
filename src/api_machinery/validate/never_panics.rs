//! No object is so odd that filling it in or validating it panics: good objects are damaged at every
//! place, with every odd value, and at several random places at once.

use kubecast_manifest::{Tree, Value, decode_object, parse};
use proptest::prelude::*;

use super::testing::release;
use super::validate;
use crate::api_machinery::defaults;

/// An object of every kind, with about every field that is looked at.
const OBJECTS: &str = r#"
apiVersion: v1
kind: Pod
metadata: {name: p, generateName: p-, namespace: n1, generation: 1, labels: {a: b}, annotations: {controller.kubernetes.io/pod-deletion-cost: "1"}, ownerReferences: [{apiVersion: v1, kind: X, name: x, uid: u, controller: true}]}
spec:
  containers:
  - name: c
    image: r:5000/i:latest
    ports: [{name: http, containerPort: 80, hostPort: 80, hostIP: 10.0.0.1, protocol: TCP}]
    env: [{name: A, value: x}, {name: B, valueFrom: {fieldRef: {fieldPath: x}}}]
    resources: {limits: {cpu: 1, memory: 1Gi, example.com/x: 1, hugepages-2Mi: 2Mi}, requests: {cpu: 500m}}
    readinessProbe: {httpGet: {port: 80}, initialDelaySeconds: 1}
    livenessProbe: {grpc: {port: 80}, successThreshold: 1}
    lifecycle: {preStop: {httpGet: {port: 80}}}
  initContainers: [{name: i, restartPolicy: Always, resources: {requests: {cpu: 1}}}]
  resources: {limits: {cpu: 2}, requests: {cpu: 2}}
  overhead: {cpu: 1m}
  hostNetwork: true
  terminationGracePeriodSeconds: 30
  activeDeadlineSeconds: 30
  nodeSelector: {a: b}
  os: {name: linux}
  schedulingGates: [{name: g}]
  tolerations: [{key: a, operator: Equal, value: b, effect: NoExecute, tolerationSeconds: 3}]
  topologySpreadConstraints:
  - {maxSkew: 1, minDomains: 2, topologyKey: z, whenUnsatisfiable: DoNotSchedule, nodeTaintsPolicy: Honor, matchLabelKeys: [k], labelSelector: {matchLabels: {a: b}, matchExpressions: [{key: c, operator: In, values: [d]}]}}
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: ["5"]}], matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]}
      preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: a, operator: Exists}]}}]
    podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: t, labelSelector: {}, matchLabelKeys: [a], mismatchLabelKeys: [b], namespaces: [n1]}]}
    podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, podAffinityTerm: {topologyKey: t}}]}
  volumes: [{name: v}, {name: w, projected: {sources: [{serviceAccountToken: {path: t}}]}}]
---
apiVersion: v1
kind: Node
metadata: {name: n1}
spec: {taints: [{key: a, value: b, effect: NoSchedule}]}
status: {capacity: {cpu: 1, pods: 10, hugepages-1Gi: 1Gi}, allocatable: {example.com/x: 1}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  replicas: 1
  minReadySeconds: 1
  progressDeadlineSeconds: 600
  selector: {matchLabels: {a: b}, matchExpressions: [{key: a, operator: Exists}]}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}
  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: r}
spec: {replicas: 1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: s}
spec: {ordinals: {start: 1}, updateStrategy: {rollingUpdate: {partition: 1, maxUnavailable: 10%}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: d}
spec: {updateStrategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 10%}}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}
---
apiVersion: batch/v1
kind: Job
metadata: {name: j}
spec: {parallelism: 1, completions: 2, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c}]}}}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: r}
spec: {replicas: 1, selector: {a: b}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: s}
spec: {type: NodePort, clusterIP: 10.0.0.1, clusterIPs: [10.0.0.1, "::1"], ipFamilies: [IPv4, IPv6], ipFamilyPolicy: PreferDualStack, selector: {a: b}, sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}, ports: [{name: a, port: 80, targetPort: http, nodePort: 30000}, {name: b, port: 81, targetPort: 81}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: n1, labels: {a: b}}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: system-node-critical}
value: 2000001000
preemptionPolicy: Never
"#;

const ODD_TEXTS: [&str; 18] = [
    "",
    "-",
    "--",
    "/",
    "a/b/c",
    "é",
    "%",
    "100%",
    "99999999999999999999%",
    "-1",
    "1e9999",
    "9Ei",
    "\u{0}",
    "None",
    "Always",
    "a-",
    "\u{1F600}@:",
    "0n",
];
const ODD_NUMBERS: [&str; 7] =
    ["0", "-1", "2147483647", "-2147483648", "9223372036854775807", "-9223372036854775808", "1.5"];

/// Every odd value.
fn odd_values() -> Vec<Value> {
    let texts = ODD_TEXTS.iter().map(|text| Value::String((*text).to_owned()));
    let numbers = ODD_NUMBERS.iter().map(|text| Value::Number((*text).to_owned()));
    let others = [Value::Null, Value::Bool(true), Value::Seq(Vec::new()), Value::Map(Vec::new())];
    texts.chain(numbers).chain(others).collect()
}

/// Calls with every tree within a tree, until one is told to stop.
fn visit(tree: &mut Tree, change: &mut dyn FnMut(&mut Tree)) {
    change(tree);
    match &mut tree.value {
        Value::Seq(items) => items.iter_mut().for_each(|item| visit(item, change)),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| visit(&mut entry.value, change)),
        _ => {}
    }
}

fn size(tree: &Tree) -> usize {
    let mut count = 0;
    visit(&mut tree.clone(), &mut |_| count += 1);
    count
}

/// Puts a value at the place of this number, or doubles a list or a text that stands there.
fn damage(tree: &mut Tree, place: usize, value: Option<&Value>) {
    let mut number = 0;
    visit(tree, &mut |tree| {
        if number == place {
            match (value, &mut tree.value) {
                (Some(value), _) => tree.value = value.clone(),
                (None, Value::Seq(items)) => items.extend(items.clone()),
                (None, Value::String(text)) => *text = text.repeat(300),
                (None, _) => {}
            }
        }
        number += 1;
    });
}

/// Goes through everything; whether the object could be decoded, and what was found wrong.
fn run(tree: &Tree) -> Option<usize> {
    let decoded = decode_object(tree).ok()?;
    let mut found = 0;
    for minor in [24, 34, 37] {
        let mut object = decoded.object.clone();
        let behaviour = release(minor);
        // Without defaults as well: nobody may rely on them.
        validate(&object, &behaviour);
        defaults::apply(&mut object, &behaviour);
        let faults = validate(&object, &behaviour);
        for fault in &faults {
            assert!(fault.to_string().contains(": ") && !fault.path.is_empty(), "{fault:?}");
        }
        found = found.max(faults.len());
    }
    Some(found)
}

fn trees() -> Vec<Tree> {
    parse("objects.yaml", OBJECTS).expect("valid YAML").into_iter().map(|document| document.tree).collect()
}

#[test]
fn one_odd_value_anywhere() {
    let values = odd_values();
    let (mut decoded, mut refused) = (0, 0);
    for tree in trees() {
        assert_eq!(run(&tree), Some(0), "good before it is damaged");
        for place in 0..size(&tree) {
            for value in values.iter().map(Some).chain([None]) {
                let mut odd = tree.clone();
                damage(&mut odd, place, value);
                let found = run(&odd);
                decoded += usize::from(found.is_some());
                refused += usize::from(found.is_some_and(|found| found > 0));
            }
        }
    }
    assert!(decoded > 3000 && refused > 1000, "{decoded} could be decoded, {refused} were refused");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn several_odd_values(
        object in 0..trees().len(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 2..6),
    ) {
        let mut tree = trees().swap_remove(object);
        let values = odd_values();
        for (place, value) in damages {
            let place = place.index(size(&tree));
            let value = value.index(values.len() + 1);
            damage(&mut tree, place, values.get(value));
        }
        run(&tree);
    }

    #[test]
    fn any_text_as_a_name(text in "\\PC{0,80}") {
        for check in [
            super::names::dns_label,
            super::names::dns_subdomain,
            super::names::dns_1035_label,
            super::names::qualified_name,
            super::names::label_value,
            super::names::port_name,
        ] {
            check(&text);
        }
        prop_assert!(crate::api::go_text::quote(&text).len() >= 2);
    }
}
