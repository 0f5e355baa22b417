//! Clients of the API server besides the control plane's own: kubectl, and whatever else acts on a cluster in time.
//!
//! A client carries out one operation. It acts, and says when it wants to act again:
//! after a while, or when something has changed. So it can wait, try again, and watch.

use std::sync::Arc;

use k8s_openapi::api::core::v1::PodTemplateSpec;

use super::service_registry::setup::ServiceOperation;
use super::setup::kubelet::KubeletChange;
use super::store::{AnyObject, Object, ObjectId, Store};
use crate::api::{
    DaemonSet, DaemonSetId, Deployment, DeploymentId, NodeId, PodId, PodTemplate, Symbol, Timestamp,
};
use crate::kernel::{SimDuration, SimTime};

/// When a client acts again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Never: all is done.
    Done,
    /// After a while.
    After(SimDuration),
    /// When anything in the API has changed.
    OnChange,
}

/// A client under way.
pub trait Client {
    /// It begins, its wait is over, or what it waited for may have happened. The error: why the operation
    /// cannot be carried out.
    fn act(&mut self, api: &mut dyn Api) -> Result<Next, String>;

    /// What it waits for when it has said [`Next::OnChange`], in words that go on after "still waits for". Told
    /// if the run ends before.
    fn waits_for(&self) -> String {
        "a change that does not come".to_owned()
    }
}

/// What a client can reach: the API server, and by hand the Service registries and the nodes' kubelets.
pub trait Api {
    /// The objects as the API server has them.
    fn store(&self) -> &Store;
    /// Simulated time.
    fn now(&self) -> SimTime;
    /// The time now as objects carry it.
    fn api_time(&self) -> Timestamp;
    /// Creates or replaces an object.
    fn put_object(&mut self, object: AnyObject);
    /// Removes an object; the garbage collector deletes what it owned.
    fn remove_object(&mut self, id: ObjectId);
    /// Deletes a pod, with its grace period.
    fn delete_pod(&mut self, id: PodId);
    /// Defaults and compiles a pod template of a namespace.
    fn compile_template(&mut self, source: PodTemplateSpec, namespace: Symbol) -> PodTemplate;
    /// Does something to the Service registries, if they are simulated.
    fn service_registries(&mut self, operation: &ServiceOperation) -> Result<(), String>;
    /// Restarts the kubelets of an entry of `spec.kubelets`, or that on one node.
    fn restart_kubelets(
        &mut self,
        of: (usize, Option<NodeId>),
        change: Option<&KubeletChange>,
    ) -> Result<(), String>;
}

impl dyn Api + '_ {
    /// Creates or replaces an object.
    pub fn put<T: Object>(&mut self, object: T) {
        self.put_object(object.into());
    }

    /// Changes an object that exists.
    pub fn update<T: Object>(&mut self, id: T::Id, change: impl FnOnce(&mut T)) {
        if let Some(object) = self.store().get::<T>(id) {
            let mut object = T::clone(object);
            change(&mut object);
            self.put(object);
        }
    }

    /// The Deployment of this number, or that it is not there.
    pub fn existing_deployment(&self, id: DeploymentId) -> Result<Arc<Deployment>, String> {
        self.store().deployment(id).cloned().ok_or_else(|| "the Deployment is not there".to_owned())
    }

    /// The DaemonSet of this number, or that it is not there.
    pub fn existing_daemon_set(&self, id: DaemonSetId) -> Result<Arc<DaemonSet>, String> {
        self.store().get::<DaemonSet>(id).cloned().ok_or_else(|| "the DaemonSet is not there".to_owned())
    }

    /// Changes a DaemonSet's spec: its generation counts up. What changes nothing is not written.
    pub fn update_daemon_set_spec(&mut self, id: DaemonSetId, change: impl FnOnce(&mut DaemonSet)) {
        let Some(old) = self.store().get::<DaemonSet>(id) else { return };
        let mut new = DaemonSet::clone(old);
        change(&mut new);
        if !new.wants_the_same(old) {
            new.generation += 1;
            self.put(new);
        }
    }

    /// Changes a Deployment's spec: its generation counts up. What changes nothing is not written.
    pub fn update_deployment_spec(&mut self, id: DeploymentId, change: impl FnOnce(&mut Deployment)) {
        let Some(old) = self.store().deployment(id) else { return };
        let mut new = Deployment::clone(old);
        change(&mut new);
        if !new.wants_the_same(old) {
            new.generation += 1;
            self.put(new);
        }
    }
}
