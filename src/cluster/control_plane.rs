//! How fast the control plane works: the limits of its components' clients, and how many keys a controller
//! works on at a time.
//!
//! Sources, v1.36: every controller of kube-controller-manager builds a client of its own, each with
//! `--kube-api-qps` 20 and `--kube-api-burst` 30; kube-scheduler's client has 50 and 100, and so has the second
//! one with which it writes events; `--concurrent-deployment-syncs` and `--concurrent-replicaset-syncs` are 5.

use crate::kernel::SimDuration;

/// The limits of a client of the API server (client-go's `QPS` and `Burst`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClientLimits {
    /// Requests a second in the long run, above 0.
    pub qps: f64,
    /// Requests at once after a pause, at least 1.
    pub burst: u32,
}

impl ClientLimits {
    /// So many requests a second are no limit any more.
    pub const UNLIMITED_QPS: f64 = 1e6;
}

/// The pace of the control plane. Every write of its components is a request of its own: it takes a token of
/// its client, then the time of [`super::timing::Timing::api_request`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlPlane {
    /// Of each controller's client: `--kube-api-qps` and `--kube-api-burst` of kube-controller-manager.
    pub controller_manager: ClientLimits,
    /// Of both clients of kube-scheduler: `clientConnection.qps` and `clientConnection.burst`.
    pub scheduler: ClientLimits,
    /// Deployments that are synced at a time: `--concurrent-deployment-syncs`.
    pub deployment_workers: usize,
    /// ReplicaSets that are synced at a time: `--concurrent-replicaset-syncs`.
    pub replica_set_workers: usize,
    /// From something that an event tells of to the recorder's taking it up.
    pub event_delay: SimDuration,
    /// How what Kubernetes leaves to chance comes out.
    pub chance: Chance,
}

/// How it comes out what Kubernetes leaves to chance in a controller: the order in which a Go map lists pods, and
/// the UIDs by which equal pods are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chance {
    /// It is drawn.
    #[default]
    Drawn,
    /// By order of creation, as where recordings left nothing to chance.
    ByCreation,
}

impl Default for ControlPlane {
    fn default() -> Self {
        Self {
            controller_manager: ClientLimits { qps: 20.0, burst: 30 },
            scheduler: ClientLimits { qps: 50.0, burst: 100 },
            deployment_workers: 5,
            replica_set_workers: 5,
            event_delay: SimDuration(0),
            chance: Chance::Drawn,
        }
    }
}
