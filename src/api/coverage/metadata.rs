//! What all objects have: `metadata`, and reasons that several declarations share.

use kubecast_manifest::Tree;

use super::Coverage::{Irrelevant, Simulated};
use super::{Coverage, Field, Missing, Reach};

/// Written by the cluster, read by nobody who decides.
pub const BOOKKEEPING: &str = "the cluster's own bookkeeping";
/// What the processes in a container see.
pub const PROCESS: &str = "it concerns the processes in the container, not where or when it runs";
/// What pods find of each other.
pub const NETWORK: &str = "traffic is not simulated, and decides nothing here";
/// What a component would check or do to the processes.
pub const SECURITY: &str = "rights are not simulated; a pod that the cluster accepted once is accepted";

/// Finalizers of Services hold them, and what they hold.
pub const SERVICE_FINALIZERS: &[Field] = &[("finalizers", Simulated)];
/// Finalizers of other objects.
pub const OTHER_FINALIZERS: &[Field] = &[("finalizers", FINALIZERS)];

/// `metadata` of every object, but for finalizers.
pub const METADATA: &[Field] = &[
    ("annotations", Simulated),
    ("clusterName", Irrelevant(BOOKKEEPING)),
    ("creationTimestamp", Simulated),
    ("deletionGracePeriodSeconds", Irrelevant("grace periods are counted from the deletion")),
    ("deletionTimestamp", Simulated),
    ("generateName", Irrelevant(BOOKKEEPING)),
    ("generation", Irrelevant(BOOKKEEPING)),
    ("labels", Simulated),
    ("managedFields", Irrelevant(BOOKKEEPING)),
    ("name", Simulated),
    ("namespace", Simulated),
    ("ownerReferences", Simulated),
    ("resourceVersion", Irrelevant(BOOKKEEPING)),
    ("selfLink", Irrelevant(BOOKKEEPING)),
    ("uid", Simulated),
];

const FINALIZERS: Coverage = Coverage::GapIf(
    holds,
    Missing {
        what: "finalizers",
        effect: "an object that carries them is gone at once here when it is deleted",
        reach: Reach::NewPods,
    },
);

/// Finalizers that hold an object until somebody takes them away, who does not run here. Those of the garbage collector
/// itself and of Jobs' tracking are taken away by controllers as soon as they can.
fn holds(finalizers: &Tree, _: &Tree) -> bool {
    const OWN: [&str; 4] = ["foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking", "kubernetes"];
    let items = finalizers.as_seq().unwrap_or_default();
    items.iter().filter_map(Tree::as_str).any(|name| !OWN.contains(&name))
}
