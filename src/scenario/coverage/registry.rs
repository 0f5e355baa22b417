//! The kinds of objects and what becomes of them: simulated field by field, without effect here, or left out.

use crate::api::coverage::Coverage::{Irrelevant, Object, Simulated};
use crate::api::coverage::metadata::{
    BOOKKEEPING, METADATA, NETWORK, OTHER_FINALIZERS, SECURITY, SERVICE_FINALIZERS,
};
use crate::api::coverage::{Field, Missing, Reach, Shape};
use crate::cluster::coverage::{DAEMON_SET, DEPLOYMENT, NODE, POD, REPLICA_SET, SERVICE};

/// What becomes of the objects of a kind.
#[derive(Clone, Copy, Debug)]
pub enum KindCoverage {
    /// Its fields are declared one by one.
    Fields(Shape),
    /// It changes no decision here, and why.
    Irrelevant(&'static str),
    /// It is left out.
    Gap(Missing),
}

/// A kind with its API group.
type Row = (&'static str, &'static str, KindCoverage);

/// The fields of every object beside its own.
const OBJECT: &[Field] =
    &[("apiVersion", Simulated), ("kind", Simulated), ("metadata", Object(&[METADATA, OTHER_FINALIZERS]))];

/// The same of a Service.
const SERVICE_OBJECT: &[Field] =
    &[("apiVersion", Simulated), ("kind", Simulated), ("metadata", Object(&[METADATA, SERVICE_FINALIZERS]))];
const NAMESPACE: &[Field] = &[("spec", Irrelevant(BOOKKEEPING)), ("status", Irrelevant(BOOKKEEPING))];
const PRIORITY_CLASS: &[Field] = &[
    ("description", Irrelevant(BOOKKEEPING)),
    ("globalDefault", Simulated),
    ("preemptionPolicy", Simulated),
    ("value", Simulated),
];

const fn gap(what: &'static str, effect: &'static str, reach: Reach) -> KindCoverage {
    KindCoverage::Gap(Missing { what, effect, reach })
}

const fn fields(shape: Shape) -> KindCoverage {
    KindCoverage::Fields(shape)
}

const fn irrelevant(why: &'static str) -> KindCoverage {
    KindCoverage::Irrelevant(why)
}

const WORKLOAD: &str = "their controllers do not run: their pods stay as they are, none is made or replaced";
const WEBHOOK: &str = "webhooks and policies change or refuse no object";
const MOUNTED: &str = "it is mounted where its pod is, and assumed to be there";
const VOLUMES: &str = "volumes bind no pod to a zone or node, attach limits and access modes do not count";

/// All kinds that kubecast knows, in the order of their groups and names.
pub const KINDS: &[Row] = &[
    ("", "ConfigMap", irrelevant(MOUNTED)),
    ("", "Endpoints", irrelevant(NETWORK)),
    ("", "Event", irrelevant(BOOKKEEPING)),
    (
        "",
        "LimitRange",
        gap(
            "LimitRanges",
            "their default requests are not added, their limits refuse no pod",
            Reach::NewPods,
        ),
    ),
    ("", "Namespace", fields(&[OBJECT, NAMESPACE])),
    ("", "Node", fields(&[OBJECT, NODE])),
    ("", "PersistentVolume", gap("persistent volumes", VOLUMES, Reach::NewPods)),
    ("", "PersistentVolumeClaim", gap("persistent volumes", VOLUMES, Reach::NewPods)),
    ("", "Pod", fields(&[OBJECT, POD])),
    ("", "PodTemplate", irrelevant("nothing makes pods of it")),
    ("", "ReplicationController", gap("ReplicationControllers", WORKLOAD, Reach::Nodes)),
    ("", "ResourceQuota", gap("ResourceQuotas", "they refuse no pod", Reach::NewPods)),
    ("", "Secret", irrelevant(MOUNTED)),
    ("", "Service", fields(&[SERVICE_OBJECT, SERVICE])),
    ("", "ServiceAccount", irrelevant(SECURITY)),
    (
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicy",
        gap("admission webhooks and policies", WEBHOOK, Reach::NewPods),
    ),
    (
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicyBinding",
        gap("admission webhooks and policies", WEBHOOK, Reach::NewPods),
    ),
    (
        "admissionregistration.k8s.io",
        "MutatingWebhookConfiguration",
        gap("admission webhooks and policies", WEBHOOK, Reach::NewPods),
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicy",
        gap("admission webhooks and policies", WEBHOOK, Reach::NewPods),
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        gap("admission webhooks and policies", WEBHOOK, Reach::NewPods),
    ),
    (
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
        gap("admission webhooks and policies", WEBHOOK, Reach::NewPods),
    ),
    (
        "apiextensions.k8s.io",
        "CustomResourceDefinition",
        irrelevant("the resources that it defines are judged one by one"),
    ),
    ("apiregistration.k8s.io", "APIService", irrelevant(BOOKKEEPING)),
    ("apps", "ControllerRevision", irrelevant("only its workload's controller reads it, which is told of")),
    ("apps", "DaemonSet", fields(&[OBJECT, DAEMON_SET])),
    ("apps", "Deployment", fields(&[OBJECT, DEPLOYMENT])),
    ("apps", "ReplicaSet", fields(&[OBJECT, REPLICA_SET])),
    ("apps", "StatefulSet", gap("StatefulSets", WORKLOAD, Reach::Nodes)),
    (
        "autoscaling",
        "HorizontalPodAutoscaler",
        gap("HorizontalPodAutoscalers", "replicas do not follow the load", Reach::AllPods),
    ),
    (
        "autoscaling.k8s.io",
        "VerticalPodAutoscaler",
        gap("VerticalPodAutoscalers", "requests are not adjusted", Reach::NewPods),
    ),
    ("batch", "CronJob", gap("CronJobs", "no Job is started", Reach::NewPods)),
    ("batch", "Job", gap("Jobs", WORKLOAD, Reach::Nodes)),
    ("certificates.k8s.io", "CertificateSigningRequest", irrelevant(SECURITY)),
    ("coordination.k8s.io", "Lease", irrelevant(BOOKKEEPING)),
    ("discovery.k8s.io", "EndpointSlice", irrelevant(NETWORK)),
    ("events.k8s.io", "Event", irrelevant(BOOKKEEPING)),
    (
        "flowcontrol.apiserver.k8s.io",
        "FlowSchema",
        irrelevant("requests of the components are never held back here"),
    ),
    (
        "flowcontrol.apiserver.k8s.io",
        "PriorityLevelConfiguration",
        irrelevant("requests of the components are never held back here"),
    ),
    ("gateway.networking.k8s.io", "Gateway", irrelevant(NETWORK)),
    ("gateway.networking.k8s.io", "GatewayClass", irrelevant(NETWORK)),
    ("gateway.networking.k8s.io", "HTTPRoute", irrelevant(NETWORK)),
    (
        "kubelet.config.k8s.io",
        "KubeletConfiguration",
        gap(
            "KubeletConfigurations",
            "kubelets admit every pod that fits; name the file in spec.kubelets",
            Reach::NewPods,
        ),
    ),
    (
        "kubescheduler.config.k8s.io",
        "KubeSchedulerConfiguration",
        irrelevant("what of it is not simulated is told field by field"),
    ),
    ("metrics.k8s.io", "NodeMetrics", irrelevant("use is not simulated, requests count")),
    ("metrics.k8s.io", "PodMetrics", irrelevant("use is not simulated, requests count")),
    (
        "networking.k8s.io",
        "IPAddress",
        gap("IPAddresses", "which addresses are taken is counted from the Services", Reach::Detail),
    ),
    ("networking.k8s.io", "Ingress", irrelevant(NETWORK)),
    ("networking.k8s.io", "IngressClass", irrelevant(NETWORK)),
    ("networking.k8s.io", "NetworkPolicy", irrelevant(NETWORK)),
    (
        "networking.k8s.io",
        "ServiceCIDR",
        gap("ServiceCIDRs", "the ranges are those of spec.serviceIPs", Reach::Detail),
    ),
    (
        "node.k8s.io",
        "RuntimeClass",
        gap("RuntimeClasses", "their overhead, nodeSelector and tolerations are not added", Reach::NewPods),
    ),
    (
        "policy",
        "PodDisruptionBudget",
        gap(
            "PodDisruptionBudgets",
            "preemption reads their status as it stands in the input, nothing updates it",
            Reach::Detail,
        ),
    ),
    ("rbac.authorization.k8s.io", "ClusterRole", irrelevant(SECURITY)),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", irrelevant(SECURITY)),
    ("rbac.authorization.k8s.io", "Role", irrelevant(SECURITY)),
    ("rbac.authorization.k8s.io", "RoleBinding", irrelevant(SECURITY)),
    ("resource.k8s.io", "DeviceClass", gap("resource claims", "devices are not allocated", Reach::NewPods)),
    ("resource.k8s.io", "ResourceClaim", gap("resource claims", "devices are not allocated", Reach::NewPods)),
    (
        "resource.k8s.io",
        "ResourceClaimTemplate",
        gap("resource claims", "devices are not allocated", Reach::NewPods),
    ),
    ("resource.k8s.io", "ResourceSlice", gap("resource claims", "devices are not allocated", Reach::NewPods)),
    ("scheduling.k8s.io", "PriorityClass", fields(&[OBJECT, PRIORITY_CLASS])),
    ("storage.k8s.io", "CSIDriver", irrelevant("the claims of pods are what counts")),
    (
        "storage.k8s.io",
        "CSINode",
        gap("attach limits of nodes", "volumes are attached without limit", Reach::NewPods),
    ),
    ("storage.k8s.io", "CSIStorageCapacity", gap("persistent volumes", VOLUMES, Reach::NewPods)),
    ("storage.k8s.io", "StorageClass", irrelevant("the claims of pods are what counts")),
    ("storage.k8s.io", "VolumeAttachment", irrelevant("the claims of pods are what counts")),
    ("storage.k8s.io", "VolumeAttributesClass", irrelevant("the claims of pods are what counts")),
];

/// Objects whose kind nobody declares.
pub const CUSTOM: Missing = Missing {
    what: "custom resources",
    effect: "what acts on them does not run: it may make, move or remove pods and nodes",
    reach: Reach::NewPods,
};

/// What becomes of a kind; `None` if nobody declares it. `api_version` is `v1` or `GROUP/VERSION`.
pub fn coverage_of(api_version: &str, kind: &str) -> Option<KindCoverage> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    let index = KINDS.binary_search_by(|(of, name, _)| (*of, *name).cmp(&(group, kind))).ok()?;
    Some(KINDS[index].2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::coverage::Coverage;

    #[test]
    fn rows_are_in_order() {
        assert!(KINDS.windows(2).all(|pair| (pair[0].0, pair[0].1) < (pair[1].0, pair[1].1)));
        for (_, kind, coverage) in KINDS {
            if let KindCoverage::Fields(shape) = coverage {
                assert_in_order(kind, shape);
            }
        }
    }

    /// Looking up bisects each part, and takes the first that has the name.
    fn assert_in_order(way: &str, shape: Shape) {
        let mut names = std::collections::BTreeSet::new();
        for part in shape {
            assert!(part.windows(2).all(|pair| pair[0].0 < pair[1].0), "{way}: {:?}", part[0].0);
            for (name, coverage) in *part {
                assert!(names.insert(*name), "{way}.{name} is declared twice");
                if let Coverage::Object(inner) = coverage {
                    assert_in_order(&format!("{way}.{name}"), inner);
                }
            }
        }
    }
}
