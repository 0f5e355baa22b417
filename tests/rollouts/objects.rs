//! The objects of a cluster, as records tell of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast::api::{Deployment, Pod, ReplicaSet};
use kubecast::cluster::record::Record;
use kubecast::cluster::store::Change;

/// The objects of a cluster, kept up to date by records.
#[derive(Default)]
pub(crate) struct Objects {
    pub(crate) deployments: BTreeMap<u32, Arc<Deployment>>,
    pub(crate) replica_sets: BTreeMap<u32, Arc<ReplicaSet>>,
    pub(crate) pods: BTreeMap<u32, Arc<Pod>>,
}

fn put<T>(
    objects: &mut BTreeMap<u32, Arc<T>>,
    id: impl Fn(&T) -> u32,
    old: Option<&T>,
    new: Option<&Arc<T>>,
) {
    match (old, new) {
        (_, Some(new)) => {
            objects.insert(id(new), Arc::clone(new));
        }
        (Some(old), None) => {
            objects.remove(&id(old));
        }
        (None, None) => {}
    }
}

impl Objects {
    /// Takes note of a record.
    pub(crate) fn observe(&mut self, record: &Record) {
        match record {
            Record::Change(Change::Deployment { old, new }) => {
                put(&mut self.deployments, |deployment| deployment.id.0, old.as_deref(), new.as_ref());
            }
            Record::Change(Change::ReplicaSet { old, new }) => {
                put(&mut self.replica_sets, |replica_set| replica_set.id.0, old.as_deref(), new.as_ref());
            }
            Record::Change(Change::Pod { old, new }) => {
                put(&mut self.pods, |pod| pod.id.0, old.as_deref(), new.as_ref());
            }
            _ => {}
        }
    }
}
