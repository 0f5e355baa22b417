//! A node with the pods on it and their sums (`framework.NodeInfo` of kube-scheduler v1.34).

use std::sync::Arc;

use crate::api::{HostPort, Node, Pod, PodId, Resources};
use crate::kernel::Symbol;

/// A node and what is on it. Pods stand in no particular order.
#[derive(Clone, Debug, Default)]
pub struct NodeInfo {
    /// Absent while pods are known of a node that is not (or no longer) there.
    node: Option<Arc<Node>>,
    images: Vec<Symbol>,
    pods: Vec<Arc<Pod>>,
    pods_with_affinity: Vec<Arc<Pod>>,
    pods_with_required_anti_affinity: Vec<Arc<Pod>>,
    used_ports: Vec<HostPort>,
    requested: Resources,
    non_zero_milli_cpu: i64,
    non_zero_memory: i64,
}

impl NodeInfo {
    /// The node. Only nodes that are there are ever handed to plugins.
    pub fn node(&self) -> &Node {
        self.node.as_deref().expect("a node in the node list is there")
    }

    /// The node, if it is there.
    pub fn node_if_there(&self) -> Option<&Arc<Node>> {
        self.node.as_ref()
    }

    /// Sets the node, or that it is gone.
    pub fn set_node(&mut self, node: Option<Arc<Node>>) {
        self.images.clear();
        if let Some(node) = &node {
            self.images.extend(node.images.iter().map(|image| image.name));
            self.images.sort_unstable();
            self.images.dedup();
        }
        self.node = node;
    }

    /// The names of the images on the node, sorted, each once.
    pub fn images(&self) -> &[Symbol] {
        &self.images
    }

    /// Whether the node holds an image under this name.
    pub fn has_image(&self, name: Symbol) -> bool {
        self.images.binary_search(&name).is_ok()
    }

    /// The pods on the node, terminating ones included.
    pub fn pods(&self) -> &[Arc<Pod>] {
        &self.pods
    }

    /// Those with any term of inter-pod affinity or anti-affinity.
    pub fn pods_with_affinity(&self) -> &[Arc<Pod>] {
        &self.pods_with_affinity
    }

    /// Those with a required term of anti-affinity.
    pub fn pods_with_required_anti_affinity(&self) -> &[Arc<Pod>] {
        &self.pods_with_required_anti_affinity
    }

    /// What the pods ask for together.
    pub fn requested(&self) -> &Resources {
        &self.requested
    }

    /// CPU asked for, with 100m for each container that asks for none; thousandths.
    pub fn non_zero_milli_cpu(&self) -> i64 {
        self.non_zero_milli_cpu
    }

    /// Memory asked for, with 200Mi for each container that asks for none; bytes.
    pub fn non_zero_memory(&self) -> i64 {
        self.non_zero_memory
    }

    /// Whether a host port is taken.
    pub fn port_conflicts(&self, wanted: &HostPort) -> bool {
        self.used_ports.iter().any(|held| held.conflicts_with(wanted))
    }

    /// Adds a pod, which is not there yet.
    pub fn add_pod(&mut self, pod: Arc<Pod>) {
        self.count(&pod, 1);
        let spec = &pod.spec;
        if has_affinity(&pod) {
            self.pods_with_affinity.push(Arc::clone(&pod));
        }
        if !spec.anti_affinity.required.is_empty() {
            self.pods_with_required_anti_affinity.push(Arc::clone(&pod));
        }
        self.used_ports.extend(&spec.host_ports);
        self.pods.push(pod);
    }

    /// Takes a pod away; it is returned if it was there.
    pub fn remove_pod(&mut self, id: PodId) -> Option<Arc<Pod>> {
        let pod = take(&mut self.pods, id)?;
        self.count(&pod, -1);
        take(&mut self.pods_with_affinity, id);
        take(&mut self.pods_with_required_anti_affinity, id);
        for port in &pod.spec.host_ports {
            if let Some(place) = self.used_ports.iter().position(|held| held == port) {
                self.used_ports.swap_remove(place);
            }
        }
        Some(pod)
    }

    /// Puts a changed pod in the place of the one before, where nothing changed that is summed up here;
    /// the one before is returned if it was there.
    pub fn replace_pod(&mut self, pod: &Arc<Pod>) -> Option<Arc<Pod>> {
        for list in [&mut self.pods_with_affinity, &mut self.pods_with_required_anti_affinity] {
            if let Some(held) = list.iter_mut().find(|held| held.id == pod.id) {
                *held = Arc::clone(pod);
            }
        }
        let held = self.pods.iter_mut().find(|held| held.id == pod.id)?;
        Some(std::mem::replace(held, Arc::clone(pod)))
    }

    fn count(&mut self, pod: &Pod, times: i64) {
        let requests = &pod.spec.requests;
        self.requested.add(&requests.usage, times);
        self.non_zero_milli_cpu += times * requests.usage_non_zero_milli_cpu;
        self.non_zero_memory += times * requests.usage_non_zero_memory;
    }
}

fn has_affinity(pod: &Pod) -> bool {
    [&pod.spec.affinity, &pod.spec.anti_affinity]
        .iter()
        .any(|terms| !terms.required.is_empty() || !terms.preferred.is_empty())
}

fn take(pods: &mut Vec<Arc<Pod>>, id: PodId) -> Option<Arc<Pod>> {
    let place = pods.iter().position(|pod| pod.id == id)?;
    Some(pods.swap_remove(place))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Protocol;
    use crate::api::testing::pod;
    use crate::kernel::Interner;

    #[test]
    fn sums_and_ports_come_and_go_with_the_pods() {
        let mut names = Interner::new();
        let mut info = NodeInfo::default();
        let ip = Some(names.intern("10.0.0.1"));
        let on = |ip| HostPort { ip, protocol: Protocol::Tcp, port: 80 };
        let mut first = pod(&mut names, 0, "a");
        let spec = Arc::make_mut(&mut first.spec);
        spec.requests.usage.milli_cpu = 250;
        spec.requests.usage_non_zero_memory = 7;
        spec.host_ports = vec![on(ip)];
        info.add_pod(Arc::new(first));
        info.add_pod(Arc::new(pod(&mut names, 1, "b")));
        assert_eq!((info.requested().milli_cpu, info.non_zero_memory(), info.pods().len()), (250, 7, 2));
        assert!(info.port_conflicts(&on(ip)) && info.port_conflicts(&on(None)));
        assert!(!info.port_conflicts(&on(Some(names.intern("10.0.0.2")))));
        assert!(info.remove_pod(PodId(0)).is_some() && info.remove_pod(PodId(0)).is_none());
        assert_eq!((info.requested().milli_cpu, info.non_zero_memory(), info.pods().len()), (0, 0, 1));
        assert!(!info.port_conflicts(&on(None)));
    }
}
