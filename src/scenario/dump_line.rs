//! The kubectl line that dumps what an answer hangs on.

/// The kinds that decide something or are told of, as kubectl names them.
pub const KINDS: [&str; 23] = [
    "nodes",
    "namespaces",
    "pods",
    "deployments.apps",
    "replicasets.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "jobs.batch",
    "cronjobs.batch",
    "replicationcontrollers",
    "services",
    "priorityclasses",
    "poddisruptionbudgets",
    "horizontalpodautoscalers",
    "resourcequotas",
    "limitranges",
    "persistentvolumes",
    "persistentvolumeclaims",
    "storageclasses",
    "csinodes",
    "runtimeclasses",
    "mutatingwebhookconfigurations",
    "validatingwebhookconfigurations",
];

/// The command that dumps all of them.
pub fn command() -> String {
    format!("kubectl get {} -A -o yaml > dump.yaml", KINDS.join(","))
}
