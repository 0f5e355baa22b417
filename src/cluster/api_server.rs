//! The API server: the only writer of the store. It stamps times, gives names and UIDs, and records
//! every change for measures and digest.
//!
//! Follows kube-apiserver v1.34 and its registry strategies: times in whole seconds (unless the
//! timing asks for exact ones), a pod that is not bound is deleted at once, a bound one waits for its
//! kubelet. Leaves out: admission plugins and quotas.

pub mod requests;

use std::sync::Arc;

use self::requests::Requests;

use super::control_plane::Chance;
use super::draw_uses;
use super::record::Record;
use super::setup::ClusterSetup;
use super::store::{Change, Object, Store};
use crate::api::naming;
use crate::api::{
    ControllerRef, DaemonSet, Interner, NodeId, OwnerId, Pod, PodId, PodPhase, PodSpec, ReadyCondition,
    ReplicaSet, Timestamp, Uid, WorkloadKind,
};
use crate::kernel::{Digest, Draws, Identity, SimDuration, SimTime, TraceSink};

/// Store, clock, names, draws and the record of what happened.
pub struct ApiServer<'s> {
    /// Where the run started from.
    pub setup: Arc<ClusterSetup>,
    /// Every name, those made in the run included.
    pub names: Interner,
    /// So many of them have been recorded, or stand in the setup.
    recorded_names: usize,
    /// The run's random draws.
    pub draws: Draws,
    /// Simulated time.
    pub now: SimTime,
    /// The time of the last change.
    pub last_change: SimTime,
    /// The components' clients and their requests, under a control plane with a pace of its own.
    pub requests: Requests,
    store: Store,
    digest: Digest,
    records: u64,
    sink: &'s mut dyn TraceSink<Record>,
}

impl<'s> ApiServer<'s> {
    /// An empty store at time 0.
    pub fn new(setup: &Arc<ClusterSetup>, draws: Draws, sink: &'s mut dyn TraceSink<Record>) -> Self {
        Self {
            setup: Arc::clone(setup),
            names: setup.names.clone(),
            recorded_names: setup.names.len(),
            draws,
            now: SimTime(0),
            last_change: SimTime(0),
            requests: Requests::default(),
            store: Store::default(),
            digest: Digest::new(),
            records: 0,
            sink,
        }
    }

    /// The objects.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The objects, to reserve numbers and move cursors.
    pub fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    /// The digest of all records so far.
    pub fn fingerprint(&self) -> u64 {
        self.digest.finish()
    }

    /// The exact time now, as components read their clocks.
    pub fn clock(&self) -> Timestamp {
        self.setup.start.plus(SimDuration(self.now.0))
    }

    /// The time now as objects carry it.
    pub fn api_time(&self) -> Timestamp {
        if self.setup.timing.whole_second_timestamps { self.clock().whole_seconds() } else { self.clock() }
    }

    /// Records something. Names that came up since the record before are recorded first, so that whoever
    /// reads the records can resolve every name in them.
    pub fn record(&mut self, record: &Record) {
        if self.names.len() > self.recorded_names {
            let names = self.names.since(self.recorded_names).cloned().collect();
            self.recorded_names = self.names.len();
            self.sink.record(self.now, self.records, &Record::Names(names));
        }
        record.encode(&mut self.digest);
        self.sink.record(self.now, self.records, record);
        self.records += 1;
    }

    fn commit(&mut self, change: Change) {
        self.last_change = self.now;
        self.record(&Record::Change(change));
    }

    /// Creates or replaces an object.
    pub fn put<T: Object>(&mut self, object: T) {
        let change = self.store.put(object);
        self.commit(change);
    }

    /// Changes an object that exists.
    pub fn update<T: Object>(&mut self, id: T::Id, change: impl FnOnce(&mut T)) {
        if let Some(object) = self.store.get::<T>(id) {
            let mut object = T::clone(object);
            change(&mut object);
            self.put(object);
        }
    }

    /// Removes an object from the API. What it owned, the garbage collector deletes.
    pub fn remove<T: Object>(&mut self, id: T::Id) {
        if let Some(change) = self.store.remove::<T>(id) {
            self.commit(change);
        }
    }

    /// Deletes a pod as a client does: at once if it is not bound or has ended, else by setting its
    /// deletion timestamp. Deleting a terminating pod changes nothing.
    pub fn delete_pod(&mut self, id: PodId) {
        let Some(pod) = self.store.pod(id) else { return };
        if pod.node.is_none() || pod.is_finished() {
            self.remove::<Pod>(id);
        } else if pod.deleted.is_none() {
            let gone = self.api_time().plus(pod.spec.grace_period());
            self.update(id, |pod: &mut Pod| pod.deleted = Some(gone));
        }
    }

    /// Binds a pod to a node; whether that was possible (the pod is there, unbound, not terminating).
    pub fn bind_pod(&mut self, id: PodId, node: NodeId) -> bool {
        let possible = self
            .store
            .pod(id)
            .is_some_and(|pod| pod.node.is_none() && pod.deleted.is_none() && !pod.is_finished());
        if possible {
            // DIFFERENCE: the kubelet takes note of it a moment later.
            let started = Some(self.api_time());
            self.update(id, |pod: &mut Pod| (pod.node, pod.started) = (Some(node), started));
        }
        possible
    }

    /// Notes that a pod's containers run, and whether its probes succeed.
    pub fn set_pod_running(&mut self, id: PodId, ready: bool) {
        let since = Some(self.api_time());
        self.update(id, |pod: &mut Pod| {
            pod.phase = PodPhase::Running;
            pod.ready = Some(ReadyCondition { ready, since });
        });
    }

    /// Creates one pod of a ReplicaSet. `who` says which one it is, to the random draws.
    pub fn create_pod_of(&mut self, replica_set: &ReplicaSet, who: Identity) -> PodId {
        let controller = ControllerRef {
            kind: WorkloadKind::ReplicaSet,
            name: self.names.intern(&replica_set.name),
            uid: replica_set.uid,
            owner: Some(OwnerId::ReplicaSet(replica_set.id)),
        };
        self.create_pod(&replica_set.name, controller, Arc::clone(&replica_set.pod), who)
    }

    /// Creates the pod of a DaemonSet for a node. `who` says which one it is, to the random draws.
    pub fn create_daemon_pod(&mut self, set: &DaemonSet, spec: Arc<PodSpec>, who: Identity) -> PodId {
        let controller = ControllerRef {
            kind: WorkloadKind::DaemonSet,
            name: self.names.intern(&set.name),
            uid: set.uid,
            owner: Some(OwnerId::DaemonSet(set.id)),
        };
        self.create_pod(&set.name, controller, spec, who)
    }

    /// Creates a pod whose name begins with its owner's.
    fn create_pod(
        &mut self,
        owner: &str,
        controller: ControllerRef,
        spec: Arc<PodSpec>,
        who: Identity,
    ) -> PodId {
        let id = self.store.next_id::<Pod>();
        let suffix = naming::pod_suffix(&mut self.draws.keyed(draw_uses::POD_NAME, who, 0));
        let uid = match self.setup.control_plane.map(|plane| plane.chance).unwrap_or_default() {
            Chance::ByCreation => Uid(u128::from(id.0)),
            Chance::Drawn => {
                let mut draw = self.draws.keyed(draw_uses::POD_UID, who, 0);
                random_uid(draw.u64(), draw.u64())
            }
        };
        let name = format!("{owner}-{suffix}");
        self.put(Pod {
            uid,
            identity: who,
            controller: Some(controller),
            created: Some(self.api_time()),
            ..Pod::new(id, name, spec)
        });
        id
    }
}

/// A version 4 UUID from 128 random bits.
pub fn random_uid(high: u64, low: u64) -> Uid {
    let high = (high & !0xf000) | 0x4000;
    let low = (low & !(0b11 << 62)) | (0b10 << 62);
    Uid((u128::from(high) << 64) | u128::from(low))
}
