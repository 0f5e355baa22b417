//! Workloads that have rollouts, as a tracker sees them: what a kind says of one of its workloads as it is stored,
//! and which revision of it a pod is of.
//!
//! A kind is a row of `workloads!` and a file in `workload/`, which says all that is its own.

mod daemon_set;
mod deployment;

use std::collections::BTreeSet;
use std::fmt::Debug;

use crate::api::{DaemonSetId, DeploymentId, Interner, OwnerId, Pod, PodTemplate, ReplicaSet, Symbol};
use crate::cluster::setup::ClusterSetup;

/// What a workload says of itself.
pub(super) trait Workload: Debug + Send + Sync {
    /// How its kind is spoken of.
    fn kind(&self) -> &'static KindWords;

    /// `metadata.namespace`.
    fn namespace(&self) -> Symbol;

    /// `metadata.name`.
    fn name(&self) -> &str;

    /// The pod template that it has now. Another one is another rollout.
    fn template(&self) -> &PodTemplate;

    /// The label that its controller adds to those of the template, by which revisions are told apart.
    fn revision_label(&self, names: &Interner) -> Option<(Symbol, Symbol)>;

    /// Whether a revision is that of the present template. `template` is the revision's own, if it is known.
    fn is_newest(&self, revision: RevisionKey, template: Option<&PodTemplate>) -> bool;

    /// The pods that it wants and those that its status counts.
    fn counts(&self) -> Counts;

    /// Whether its stored status says that the rollout is complete.
    fn is_complete(&self) -> bool;

    /// Why its controller rolls nothing out at present, if that is so by its spec.
    fn held_back(&self) -> Option<&'static str>;

    /// What its controller says in the status of a rollout that makes no progress.
    fn complaint(&self) -> Option<&'static str>;
}

/// How a kind is spoken of.
#[derive(Debug)]
pub(super) struct KindWords {
    /// The kind, as Kubernetes spells it.
    pub(super) kind: &'static str,
    /// What has the pods of one revision.
    pub(super) revision: &'static str,
}

/// The pods that a workload wants and those that its status counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    /// Wanted.
    pub(super) wanted: i32,
    /// Of all revisions.
    pub(super) all: i32,
    /// Of the newest revision.
    pub(super) updated: i32,
    /// Available, of all revisions.
    pub(super) available: i32,
    /// The controller has seen the present spec.
    pub(super) observed: bool,
}

macro_rules! workloads {
    ($( $(#[$doc:meta])* $kind:ident($id:ident); )*) => {
        /// The number of a workload, by its kind. At one instant stock is taken in this order.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum WorkloadKey {
            $( $(#[$doc])* $kind($id), )*
        }

        enum Row {
            $( $kind, )*
        }

        impl WorkloadKey {
            /// By kind, what makes a key of a number.
            pub(super) const KINDS: [fn(u32) -> Self; [$(stringify!($kind)),*].len()] =
                [$( |number| Self::$kind($id(number)) ),*];

            /// The place of its kind in the list, and of the workload among those of its kind.
            pub(super) fn place(self) -> (usize, usize) {
                match self { $( Self::$kind(id) => (Row::$kind as usize, id.index()), )* }
            }
        }

        $(
            impl From<$id> for WorkloadKey {
                fn from(id: $id) -> Self {
                    Self::$kind(id)
                }
            }
        )*
    };
}

workloads! {
    /// apps/v1 Deployment: `workload/deployment.rs`.
    Deployment(DeploymentId);
    /// apps/v1 DaemonSet: `workload/daemon_set.rs`.
    DaemonSet(DaemonSetId);
}

/// A revision of a workload: the pods made from one template of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RevisionKey {
    /// What controls its pods.
    pub(super) controller: OwnerId,
    /// What tells it from others, where the same object controls the pods of several.
    pub(super) hash: Option<Symbol>,
}

impl RevisionKey {
    /// The revision that is a ReplicaSet.
    pub(super) fn of_replica_set(replica_set: &ReplicaSet) -> Self {
        Self { controller: OwnerId::ReplicaSet(replica_set.id), hash: None }
    }

    /// The revision of a pod, if what controls it is simulated.
    pub(super) fn of_pod(pod: &Pod) -> Option<Self> {
        match pod.owner()? {
            controller @ OwnerId::ReplicaSet(_) => Some(Self { controller, hash: None }),
            controller @ OwnerId::DaemonSet(_) => Some(Self { controller, hash: pod.spec.revision }),
            // It controls ReplicaSets only.
            OwnerId::Deployment(_) => None,
        }
    }
}

/// The workloads that have revisions at time 0: their state is taken over.
pub(super) fn adopted(setup: &ClusterSetup) -> BTreeSet<WorkloadKey> {
    let deployments = setup.replica_sets.iter().filter_map(|set| set.deployment).map(WorkloadKey::from);
    // They control their pods themselves.
    let daemon_sets = setup.pods.iter().filter_map(Pod::daemon_set).map(WorkloadKey::from);
    deployments.chain(daemon_sets).collect()
}
