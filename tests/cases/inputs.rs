//! A new user's inputs.

use super::{Case, check, refused, right, told};

const INPUTS: &[Case] = &[
    told(
        "B2: a node leaves a dump",
        "run dump-30-nodes.yaml.gz upgrade.yaml",
        &["pods of nodes that are gone (10 pods)", "pods without their owner (158 pods)"],
    ),
    told(
        "B2: a node is deleted",
        "run dump-30-nodes.yaml.gz delete-node.yaml",
        &["pods of nodes that are gone (2 pods)"],
    ),
    told(
        "B3: a pod of a StatefulSet that is not there",
        "run zoneloss.yaml",
        &["pods without their owner (1 pod)"],
    ),
    right(
        "B4: DaemonSet pods on every node",
        "run nodes4.yaml daemonset-only.yaml",
        &[
            "Nothing in this input is left out",
            "all 4 pods have a node at the end",
            "daemonset/default/agent after its creation: complete",
        ],
    ),
    told(
        "B5: a chart with a DaemonSet, a StatefulSet, a Job and an autoscaler",
        "run helm-app.yaml nodes4.yaml",
        &[
            "NOT SIMULATED, AND CAN CHANGE THIS ANSWER: Jobs, StatefulSets and HorizontalPodAutoscalers",
            "! StatefulSets (1): no controller runs for them: 3 pods that statefulset/default/db should have are not made",
            "! HorizontalPodAutoscalers (1): replicas do not follow the load: deployment/default/web may run 6–20 replicas \
             instead of 4",
        ],
    ),
    told(
        "B5: an autoscaler's minReplicas",
        "run hpa-noreplicas.yaml nodes4.yaml",
        &["deployment/default/web may run 20–40 replicas instead of 1"],
    ),
    told(
        "B5: defaults and quota of a namespace",
        "run limitrange-quota.yaml nodes4.yaml",
        &[
            "LimitRanges",
            "quota q of shop2 leaves 2 pods: 10 of the 12 pods that come at once would be refused",
        ],
    ),
    refused(
        "B6: ReplicaSets forgotten",
        "run nors-dump.yaml",
        &[
            "3 pods belong to ReplicaSets that are not in the input (replicaset/default/web-7)",
            "kubectl get nodes,",
        ],
    ),
    refused(
        "B6: the same in explain",
        "explain nors-dump.yaml --pod default/web-7-a",
        &["ReplicaSets that are not in the input"],
    ),
    refused(
        "B6: the same in capacity",
        "capacity --pod p800.yaml nors-dump.yaml",
        &["ReplicaSets that are not in the input"],
    ),
    told("B7: a custom resource", "run bad/27-crd.yaml", &["custom resources (Rollout 1)"]),
    told(
        "B7: a node that is not there",
        "run bad2/14-nodename-missing.yaml",
        &["pods left out (1)", "1 pod is on nodes that are not in the input (ghost) and is left out"],
    ),
    told(
        "B8: a whole dump",
        "run dump-30-nodes-all-kinds.yaml.gz",
        &[
            "deployment/shop/frontend may run 6–30 replicas instead of 12",
            "daemonset/kube-system/aws-node as it is: complete in 0.0 s",
            "  - StatefulSets (3): no controller runs for them: their 8 pods stay as they are",
            "  - custom resources (NodePool 1, Rollout 1, ScaledObject 1)",
            "  - PodDisruptionBudgets (5)",
            "  - persistent volumes (9 pods): volumes bind 8 pods to",
            "quota shop-quota of shop leaves 2 CPU",
        ],
    ),
    Case {
        about: "B10: a selector that misses the pod's own labels",
        command: "run bare-tsc.yaml nodes3.yaml",
        code: 0,
        says: &[
            "bare-tsc.yaml:10:134: deployment/default/web: the selector of the spread constraint does not match",
            "kubernetes.io/hostname|DoNotSchedule: counts no pod; own spread 0 (1/1/1/1/1/1)",
        ],
        hides: &["skew 0, 1 allowed", "Never more skew than 1"],
    },
    Case {
        about: "B10: no node has the key",
        command: "run bad2/22-tsc-unknown-key.yaml nodes3.yaml",
        code: 0,
        says: &["no node has the label"],
        hides: &[],
    },
    told("B11: a pod that crashes", "run crashloop.yaml", &["containers that crash or cannot start (1 pod)"]),
    Case {
        about: "B12: the largest skew is not below the last, a state that was taken over is not blocked",
        command: "run largest-below-final.yaml",
        code: 0,
        says: &[
            "web as it is  kubernetes.io/hostname|DoNotSchedule  1: 100.0%                  1        rolled at once",
        ],
        hides: &["blocked", "after its creation"],
    },
    told(
        "B17: a bound volume's zone",
        "run pv-zone.yaml",
        &["volumes bind 1 pod to topology.kubernetes.io/zone z1"],
    ),
    Case {
        about: "B23: a node without allocatable",
        command: "run bad/51-node-noalloc.yaml",
        code: 0,
        says: &[
            "bad/51-node-noalloc.yaml:1:1: node/n9: the node has no status.allocatable",
            "(node-without-allocatable)",
        ],
        hides: &[],
    },
    Case {
        about: "B1: the release of the nodes drops matchLabelKeys",
        command: "rollout deploy/app1 -f k126.yaml --runs 200",
        code: 0,
        says: &[
            "Skew above 1 on kubernetes.io/hostname|DoNotSchedule in 34.0 % [27.8, 40.8] of 200 runs.",
            "Kubernetes v1.26 (control plane at least v1.26, from the kubelets; give --kubernetes-version).",
        ],
        hides: &["Never more skew"],
    },
    told("B2: a NoExecute taint", "run dump-30-nodes.yaml.gz taint-noexecute.yaml", &["evictions by taints"]),
    right(
        "preemption",
        "run preempt.yaml",
        &[
            "2 of 6 pods are unschedulable at the end; low-",
            "1 No preemption victims found for incoming pod.",
        ],
    ),
    right(
        "B4: every node carries its DaemonSet pod",
        "capacity --pod pod900.yaml nodes4.yaml daemonset-only.yaml",
        // Of 2 CPUs each the DaemonSet takes half a one: one pod of 900m fits beside it, not two.
        &["The cluster can schedule 4 instance(s) of the pod extra"],
    ),
    right(
        "B4: planned nodes too",
        "plan plan-daemonset.yaml",
        // One web pod fits beside the DaemonSet's on a node; without it two would.
        &["Cheapest choice that meets the targets: nodes=10"],
    ),
    told(
        "a node that is not ready has the taints of its condition",
        "run notready.yaml",
        &["2 node(s) had untolerated taint {node.kubernetes.io/not-ready: }", "nodes in trouble (2)"],
    ),
    Case {
        about: "B21: a pull request's change is an arm",
        command: "rollout deployment/frontend -n shop -f dump-30-nodes.yaml.gz --apply change.yaml --runs 20",
        code: 0,
        says: &["apply (--apply tests/cases/files/change.yaml)", "Complete in all 20 runs"],
        hides: &[],
    },
    refused(
        "B21: without the option the remedy is told",
        "rollout deployment/frontend -n shop -f dump-30-nodes.yaml.gz change.yaml --runs 20",
        &["is there already at", "; hand a file that changes it in with --apply"],
    ),
];

#[test]
fn a_new_users_inputs_are_answered_or_told() {
    check(INPUTS);
}
