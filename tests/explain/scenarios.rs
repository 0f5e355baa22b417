//! The scenarios that are explained.

/// Two small nodes that are nearly full and a large one that a taint keeps. `hungry` asks for 1 CPU and
/// 1Gi; small-0 has 500m left, small-1 800m. At 7 s the pod on small-0 is deleted.
pub(crate) const CPU: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: cpu}
spec:
  timing: {preset: instant}
  nodePools:
    - {name: small, zones: {a: 2}, template: {status: {allocatable: {cpu: 2, memory: 4Gi}}}}
    - name: big
      zones: {b: 1}
      template:
        spec: {taints: [{key: dedicated, value: db, effect: NoSchedule}]}
        status: {allocatable: {cpu: 4, memory: 8Gi}}
  manifests:
    - apiVersion: v1
      kind: Pod
      metadata: {name: filler-0}
      spec: {nodeName: small-0, containers: [{name: c, image: x, resources: {requests: {cpu: 1500m}}}]}
    - apiVersion: v1
      kind: Pod
      metadata: {name: filler-1}
      spec: {nodeName: small-1, containers: [{name: c, image: x, resources: {requests: {cpu: 1200m}}}]}
    - apiVersion: v1
      kind: Pod
      metadata: {name: hungry}
      spec: {containers: [{name: c, image: x, resources: {requests: {cpu: 1, memory: 1Gi}}}]}
  timeline:
    - {at: 7s, delete: pod/default/filler-0}
";

/// kubernetes/kubernetes issue 116118: the control-plane node keeps the pods away by a taint, is a domain
/// all the same, and stays empty, so that no worker takes a second pod.
pub(crate) const EMPTY_DOMAIN: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: kk116118}
spec:
  timing: {preset: instant}
  nodePools:
    - name: control-plane
      count: 1
      template:
        spec: {taints: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]}
        status: {allocatable: {cpu: 4, memory: 8Gi}}
    - {name: worker, count: 3, template: {status: {allocatable: {cpu: 4, memory: 8Gi}}}}
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 7
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: app, image: web, resources: {requests: {cpu: 100m}}}]
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {matchLabels: {app: web}}
";

/// A rollout that blocks: node-0 is full and empty of the Deployment's pods, so that each of the others
/// holds its one old pod and takes no new one beside it; counted by revision, it would.
pub(crate) const BLOCKED_ROLLOUT: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: blocked}
spec:
  timing: {preset: instant}
  nodePools:
    - {name: node, count: 3, template: {status: {allocatable: {cpu: 4, memory: 8Gi}}}}
  manifests:
    - apiVersion: v1
      kind: Pod
      metadata: {name: filler}
      spec: {nodeName: node-0, containers: [{name: c, image: x, resources: {requests: {cpu: 4}}}]}
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: app, image: web, resources: {requests: {cpu: 100m}}}]
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: DoNotSchedule
                labelSelector: {matchLabels: {app: web}}
  timeline:
    - {afterSettled: 1m, rolloutRestart: deployment/default/web}
";

/// Two nodes for a pod of 1 CPU and 1Gi. `busy` (4 CPU, 8Gi) holds a pod of 1 CPU and 2Gi, `free` has
/// 8 CPU and 8Gi. `chooser` is deleted at 30 s and made again at 2 min.
pub(crate) const SCORES: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: scores}
spec:
  timing: {preset: instant}
  nodePools:
    - {name: busy, count: 1, template: {status: {allocatable: {cpu: 4, memory: 8Gi}}}}
    - {name: free, count: 1, template: {status: {allocatable: {cpu: 8, memory: 8Gi}}}}
  manifests:
    - apiVersion: v1
      kind: Pod
      metadata: {name: filler}
      spec:
        nodeName: busy-0
        containers: [{name: c, image: x, resources: {requests: {cpu: 1, memory: 2Gi}}}]
    - apiVersion: v1
      kind: Pod
      metadata: {name: chooser}
      spec:
        terminationGracePeriodSeconds: 5
        containers: [{name: c, image: x, resources: {requests: {cpu: 1, memory: 1Gi}}}]
    - apiVersion: v1
      kind: Pod
      metadata: {name: gated}
      spec: {schedulingGates: [{name: example.com/wait}], containers: [{name: c, image: x}]}
  timeline:
    - {at: 30s, delete: pod/default/chooser}
    - at: 2m
      apply:
        - {apiVersion: v1, kind: Pod, metadata: {name: chooser}, spec: {containers: [{name: c, image: x}]}}
        - {apiVersion: v1, kind: Pod, metadata: {name: late}, spec: {containers: [{name: c, image: x}]}}
";

/// A pod that does not fit until, within its first second of back-off, the other pod goes at once.
pub(crate) const BACK_OFF: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: back-off}
spec:
  timing: {preset: instant}
  nodePools:
    - {name: node, count: 1, template: {status: {allocatable: {cpu: 1, memory: 1Gi}}}}
  manifests:
    - apiVersion: v1
      kind: Pod
      metadata: {name: filler}
      spec:
        nodeName: node-0
        terminationGracePeriodSeconds: 0
        containers: [{name: c, image: x, resources: {requests: {cpu: 1}}}]
    - apiVersion: v1
      kind: Pod
      metadata: {name: waits}
      spec: {containers: [{name: c, image: x, resources: {requests: {cpu: 1}}}]}
  timeline:
    - {at: 200ms, delete: pod/default/filler}
";

/// A preferred term that cannot be evaluated: scoring two nodes fails, and the attempt with it.
pub(crate) const PLUGIN_ERROR: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: error}
spec:
  timing: {preset: instant}
  horizon: 10s
  nodePools:
    - {name: node, count: 2, template: {status: {allocatable: {cpu: 1, memory: 1Gi}}}}
  manifests:
    - apiVersion: v1
      kind: Pod
      metadata: {name: one}
      spec:
        affinity:
          nodeAffinity:
            preferredDuringSchedulingIgnoredDuringExecution:
              - {weight: 1, preference: {matchExpressions: [{key: gen, operator: Gt, values: [new]}]}}
        containers: [{name: c, image: x}]
";

/// More nodes than are looked at: 100 feasible ones are enough.
pub(crate) const MANY_NODES: &str = "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: many}
spec:
  timing: {preset: instant}
  nodePools:
    - {name: node, count: 150, template: {status: {allocatable: {cpu: 1, memory: 1Gi}}}}
  manifests:
    - apiVersion: v1
      kind: Pod
      metadata: {name: one}
      spec: {containers: [{name: c, image: x, resources: {requests: {cpu: 500m}}}]}
";

/// A scenario with a field of an object set, by a variant.
pub(crate) fn changed(scenario: &str, field: &str, value: &str) -> String {
    format!("{scenario}  variants:\n    - {{name: changed, set: {{\"{field}\": {value}}}}}\n")
}
