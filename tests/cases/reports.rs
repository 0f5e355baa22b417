//! Public reports.

use super::{Case, check, refused, right, told};

const REPORTS: &[Case] = &[
    right(
        "kk 101922: seven replicas on three zones of 3, 2, 1 nodes, by zone and host",
        "run c01-101922.yaml",
        &["r7: all 7 pods have a node at the end.", "uneven-nodes: 2 of 7 pods are unschedulable"],
    ),
    right("kk 93565: one zone, ScheduleAnyway", "run c03-93565.yaml", &["(2/1/1)"]),
    right("kk 115911: 10 → 3 over three zones", "run c04-115911.yaml --runs 200", &["every pod has a node"]),
    right(
        "zalando PR 12291: minDomains 3, one zone off",
        "run c06-mindomains-az-off.yaml",
        &["min3: 4 of 6 pods are unschedulable", "min2: all 6 pods have a node"],
    ),
    right(
        "kk 116891, 56539: anti-affinity, three on three nodes",
        "run c07-116891.yaml",
        &[
            "default: deployment/default/nginx after rollout 1: NOT complete",
            "unavailable1: all 3 pods have a node",
        ],
    ),
    right(
        "kk 121388: seven on seven, surge 1, unavailable 3",
        "run c08-121388.yaml",
        &["after rollout 1: complete"],
    ),
    told(
        "kk 90669, 126879: host network, as many replicas as nodes, one node gone",
        "run c10-90669-hostnetwork.yaml",
        &[
            "1 of 4 pods is unschedulable",
            "2 node(s) didn't have free ports",
            "pods of nodes that are gone (1 pod)",
        ],
    ),
    refused(
        "minReadySeconds above the deadline",
        "run c12-progress-deadline.yaml",
        &["must be greater than minReadySeconds"],
    ),
    refused("0 surge and 0 unavailable", "run d06-surge0.yaml", &["may not be 0 when `maxSurge` is 0"]),
    told(
        "a NoExecute taint on a node with pods",
        "run c14-noexecute.yaml",
        &["evictions by taints (2 pods): at the end their node has a NoExecute taint"],
    ),
    told(
        "a node leaves with its pods",
        "run c16-node-delete.yaml",
        &["pods of nodes that are gone (2 pods): at the end they are bound to nodes that left"],
    ),
    told(
        "the same, then scaled",
        "run c16c-node-delete-then-scale.yaml",
        &["pods of nodes that are gone (2 pods)"],
    ),
    told("a zone's node leaves", "run d13-zone-outage.yaml", &["pods of nodes that are gone (3 pods)"]),
    told(
        "a node dies: taints and conditions in the timeline",
        "run c16b-node-dies-timeline.yaml",
        &["nodes in trouble", "evictions by taints (2 pods)"],
    ),
    told(
        "SO 69014344, kk 101599: a dump with an unreachable node",
        "run d01-lost-node-dump.yaml",
        &["nodes in trouble", "evictions by taints (2 pods)"],
    ),
    right(
        "preemption: two of four pods make room, and wait at the end in their turn",
        "run c17-preemption.yaml",
        &[
            "2 of 6 pods are unschedulable at the end; pause-",
            "2 No preemption victims found for incoming pod.",
        ],
    ),
    refused(
        "an unknown PriorityClass",
        "run c18-missing-priorityclass.yaml",
        &["no PriorityClass with name nosuch"],
    ),
    told(
        "a StatefulSet without its pods",
        "run c19-statefulset.yaml",
        &[
            "StatefulSets (1): no controller runs for them: 3 pods that statefulset/default/db should have are not made",
        ],
    ),
    right(
        "a DaemonSet without its pods",
        "run c20-daemonset.yaml",
        &["daemonset/default/agent after its creation: complete", "3 of 6 pods are unschedulable at the end"],
    ),
    told(
        "a Job, a CronJob",
        "run c21-job-cronjob.yaml",
        &["Jobs (1): no controller", "CronJobs (cronjob/default/cj)"],
    ),
    told("kk 49906, 91299: a volume's zone", "run c22-volume-zone.yaml", &["persistent volumes"]),
    told(
        "attach limits of a CSI driver",
        "run c23-csi-limit.yaml",
        &["attach limits of nodes (csinode/node-0)"],
    ),
    right(
        "ephemeral storage 3 × 3Gi in 10Gi",
        "run c24-ephemeral.yaml",
        &["2 of 5 pods are unschedulable", "1 Insufficient ephemeral-storage"],
    ),
    told(
        "LimitRange and ResourceQuota",
        "run c25-limitrange.yaml",
        &[
            "LimitRanges",
            "quota q of default leaves 3 pods: 7 of the 10 pods that come at once would be refused",
        ],
    ),
    told(
        "a RuntimeClass",
        "run c26-runtimeclass.yaml",
        &["runtime classes without overhead", "RuntimeClasses"],
    ),
    right(
        "four of five pods with a GPU",
        "run c27-gpu.yaml",
        &["1 of 5 pods is unschedulable", "2 Insufficient nvidia.com/gpu"],
    ),
    refused("a GPU request without a limit", "run c27b-gpu-request-only.yaml", &["Limit must be set"]),
    right("KEP-3668: node ports", "run c28-nodeport.yaml", &["Services hold 301 addresses at the end."]),
    told(
        "kk 104769: a Service with a finalizer keeps its address; nobody takes the finalizer away here",
        "run c32-104769-service-finalizer.yaml",
        &[
            "finalizers of Services (1)",
            "service/default/test1 (f/f)",
            "the first that is refused: service/default/test2",
            "provided IP is already allocated",
        ],
    ),
    refused(
        "minDomains with ScheduleAnyway",
        "run d04-mindomains-soft.yaml",
        &["can only use minDomains if"],
    ),
    told(
        "custom resources whose operators make pods",
        "run d08-prometheus-cr.yaml",
        &["custom resources (NodePool 1, Prometheus 1, Rollout 1): what acts on them does not run"],
    ),
    right("a full dual-stack range", "run d09-dualstack.yaml", &["a Service finds the range full, 3 times."]),
    right(
        "kops 8021: a new node, cordon, restart, delete",
        "run d11-node-upgrade.yaml",
        &["LOPSIDED, skew 2"],
    ),
    right(
        "karpenter 2885: other nodes are no domains yet",
        "run e02-karpenter-2885.yaml",
        &["skew 9, 1 allowed (9/0)"],
    ),
    right(
        "kk 102136: default constraints without zone labels",
        "run e04-102136.yaml",
        &["all 6 pods have a node"],
    ),
    right("elastic 5810: the third zone comes later", "run e07-elastic-5810.yaml", &["(2/2/1)"]),
    right(
        "rollover",
        "run e12-rollover-docs.yaml",
        &["after rollout 1: NOT complete", "after rollout 2: complete in 40.3 s"],
    ),
    right("minReadySeconds 30", "run e13-minready.yaml", &["complete in 350.2 s"]),
    right(
        "cilium-cli 1386: half of one is none",
        "run e14-cilium-1386.yaml",
        &[
            "half: deployment/default/operator after rollout 1: NOT complete",
            "all: the pod has a node at the end.",
        ],
    ),
    right("too many pods", "run e15-too-many-pods.yaml", &["2 Too many pods"]),
    right("scheduling gates", "run e21-gates.yaml", &["scheduling gates hold them back"]),
    told(
        "a claim of one node in a rolling update",
        "run e23-multi-attach.yaml",
        &["persistent volumes", "(volume-with-surge)"],
    ),
    right(
        "descheduler 1918: zones of 5, 2, 2 nodes",
        "run f02-descheduler-1918.yaml",
        &["(3/3/3)", "(2/2/1/1/1/1/1/0/0)"],
    ),
    right(
        "nodes without the zone's label take none",
        "run f03-missing-zone-label.yaml",
        &["all 6 pods have a node"],
    ),
    right("a constraint without selector", "run f04-no-selector.yaml", &["(constraint-without-effect)"]),
    right(
        "another scheduler",
        "run f05-two-schedulers.yaml",
        &["pods of the scheduler \"volcano\" stay Pending"],
    ),
    right(
        "sidecars count from 1.29",
        "run f07-sidecar-requests.yaml",
        &["v134: 2 of 3 pods", "v127: 1 of 3 pods"],
    ),
    right(
        "required affinity to nobody",
        "run f08-affinity-first-pod.yaml",
        &["3 of 3 pods are unschedulable"],
    ),
    right(
        "kk 86037: a cordoned zone",
        "run g06-86037-cordon-az.yaml",
        &[
            "ignore: deployment/default/web after rollout 1: complete in 3.6 s; topology.kubernetes.io/zone|DoNotSchedule: LOPSIDED",
        ],
    ),
    told(
        "kk 128669: the Memory Manager",
        "run g08-128669-memory-manager.yaml",
        &[
            "fields of KubeletConfigurations (3): the kubelets decide without them: evictionHard, memoryManagerPolicy",
        ],
    ),
    right(
        "kk 131610: caches of 8, seven CPUs",
        "run k1-131610.yaml",
        &["v134: kubelets admitted 1 pods and refused 0."],
    ),
    refused("a reserved CPU that is not there", "run k10-perfprofile-236.yaml", &["unknown CPU ID: 9"]),
    right("a sidecar makes it Burstable", "run k12-sidecar-burstable.yaml", &["kubelets admitted 1 pods"]),
    refused("allocatable against the reservation", "run k13-reserved-disagree.yaml", &["allocatable CPU"]),
    right(
        "kk 106270: round-robin NUMA, two pods of 32",
        "run k5-106270.yaml",
        &["50.0 % lie on several NUMA nodes"],
    ),
    right("kk 125453: six pods of two", "run k7-125453.yaml", &["kubelets admitted 6 pods and refused 0."]),
    refused("the same pair of key and effect twice", "run d05-dup-constraint.yaml", &["Duplicate value"]),
    right(
        "0 surge and 0 % of 2: one is unavailable",
        "run d06b-surge0pct.yaml",
        &["after rollout 1: complete"],
    ),
    refused(
        "a drain, which no operation does yet",
        "run c13-pdb-drain.yaml",
        &["spec.timeline[0].drain: unknown field"],
    ),
    refused(
        "website 51807, kk 12289: an API server restarted with another range",
        "run d10-upgrade-cidr.yaml",
        &["serviceClusterIPRange: unknown field"],
    ),
    right("two of each zone", "run e01-vector-273.yaml", &["skew 0, 1 wished for (2/2/2)"]),
    right("kk 73843: images on nodes", "run e06-73843.yaml", &["all 24 pods have a node"]),
    right("kk 112699: images on nodes", "run e24-image-locality-112699.yaml", &["all 3 pods have a node"]),
    right("replicas that a manifest sets", "run f06-hpa-vs-replicas.yaml", &["after rollout 1: complete"]),
    right(
        "kk 140688: across cores",
        "run k8-140688.yaml",
        &["compact: kubelets admitted 1 pods and refused 0."],
    ),
];

#[test]
fn reports_come_out_as_in_kubernetes_or_are_told() {
    check(REPORTS);
}
