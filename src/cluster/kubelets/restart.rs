//! Kubelets that restart: their pods are admitted again.

use std::sync::Arc;

use super::{Kubelets, termination_delay};
use crate::api::{Node, NodeId, Pod};
use crate::cluster::api_server::ApiServer;
use crate::cluster::event::Event;
use crate::cluster::node_admissions::Standing;
use crate::cluster::record::Record;
use crate::cluster::setup::kubelet::KubeletChange;
use crate::kernel::EventQueue;

impl Kubelets {
    /// Kubelets of an entry of `spec.kubelets` restart, or that on one node: their pods are admitted again,
    /// the oldest first, and those that no longer fit fail, also if they run. The error: what keeps any of
    /// them from starting.
    pub fn restart(
        &mut self,
        (entry, only): (usize, Option<NodeId>),
        change: Option<&KubeletChange>,
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) -> Result<(), String> {
        let nodes = self.admissions.of_entry(entry, only);
        let mut pods: Vec<Vec<Arc<Pod>>> = vec![Vec::new(); nodes.len()];
        for pod in api.store().pods().iter().filter(|pod| !pod.is_finished()) {
            let place = pod.node.and_then(|node| nodes.binary_search(&node).ok());
            if let Some(place) = place {
                pods[place].push(Arc::clone(pod));
            }
        }
        let mut faults = Vec::new();
        for (node, mut pods) in nodes.into_iter().zip(pods) {
            pods.sort_by_key(|pod| (pod.created, pod.id));
            let started = self.admissions.restart(node, change.map(|change| &change.setup), &pods);
            api.record(&Record::KubeletRestart {
                node,
                settings: change.map(|change| Arc::clone(&change.setup)),
                error: started.as_ref().err().map(|error| error.0.as_str().into()),
            });
            match started {
                Ok(before) => {
                    if let Some(change) = change {
                        register(node, change, api);
                    }
                    self.admit_again(node, &pods, &before, api, queue);
                }
                Err(error) => {
                    let name = api.store().node(node).map_or("", |node| api.names.resolve(node.name));
                    faults.push(format!("the kubelet of node {name:?} does not start: {}", error.0));
                }
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }

    fn admit_again(
        &mut self,
        node: NodeId,
        pods: &[Arc<Pod>],
        before: &[bool],
        api: &mut ApiServer<'_>,
        queue: &mut EventQueue<Event>,
    ) {
        for (pod, before) in pods.iter().zip(before) {
            let standing = match (pod.deleted, before) {
                (Some(_), _) => Standing::Kept,
                (None, true) => Standing::Again,
                (None, false) => Standing::New,
            };
            let admitted = self.admit(pod, node, standing, api);
            if self.admissions.hangs(node) {
                return;
            }
            let waits = self.timers.get(pod.id.index()).is_none_or(Option::is_none);
            if !admitted {
                self.refuse(pod, api, queue);
            } else if pod.deleted.is_some() && waits {
                self.set_timer(pod.id, termination_delay(pod, true, api), Event::Gone(pod.id), api, queue);
            } else if !before && waits {
                self.start(pod, node, api, queue);
            }
        }
    }
}

/// A kubelet that starts tells the API what pods can have of its machine.
fn register(node: NodeId, change: &KubeletChange, api: &mut ApiServer<'_>) {
    let milli_cpu = change.allocatable_milli_cpu;
    if api.store().node(node).is_some_and(|node| node.allocatable.milli_cpu != milli_cpu) {
        api.update(node, |node: &mut Node| node.allocatable.milli_cpu = milli_cpu);
    }
}
