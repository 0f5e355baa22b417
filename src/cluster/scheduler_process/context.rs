//! What the queueing hints ask of the scheduler.

use crate::api::{LabelSelector, Labels, Node, Pod};
use crate::cluster::setup::ClusterSetup;
use crate::component_helpers::node_affinity::pod_admits_node;
use crate::kernel::{Interner, Symbol};
use crate::scheduler::cache::Cache;
use crate::scheduler::framework::{HintContext, PluginArgs};
use crate::scheduler::profile::Profile;
use crate::scheduler::well_known::WellKnown;

/// The scheduler as the hints see it.
pub(super) struct SchedulerContext<'a> {
    cache: &'a Cache,
    setup: &'a ClusterSetup,
    names: &'a Interner,
}

impl<'a> SchedulerContext<'a> {
    pub(super) fn new(cache: &'a Cache, setup: &'a ClusterSetup, names: &'a Interner) -> Self {
        Self { cache, setup, names }
    }

    fn profile(&self, pod: &Pod) -> Option<&Profile> {
        self.setup.scheduler.profiles.iter().find(|profile| profile.scheduler_name == pod.spec.scheduler_name)
    }
}

impl HintContext for SchedulerContext<'_> {
    fn names(&self) -> &Interner {
        self.names
    }

    fn known(&self) -> &WellKnown {
        self.cache.known()
    }

    fn namespace_labels(&self, namespace: Symbol) -> Option<&Labels> {
        self.cache.namespace_labels(namespace)
    }

    fn default_selector(&self, pod: &Pod) -> LabelSelector {
        self.cache.default_selector(pod)
    }

    fn args(&self, pod: &Pod) -> Option<&PluginArgs> {
        self.profile(pod).map(|profile| &profile.args)
    }

    /// `preCheckForNode` of v1.26 (`AdmissionCheck`): resources, node affinity, node name, host ports, and
    /// taints that keep pods away.
    fn node_would_take(&self, pod: &Pod, node: &Node) -> bool {
        let spec = &pod.spec;
        let info = self.cache.node_info(node.id);
        let (wanted, there) = (&spec.requests.fit, &node.allocatable);
        let fits = |wanted: i64, there: i64, taken: i64| wanted == 0 || wanted <= there - taken;
        let taken = info.requested();
        let resources = (info.pods().len() as i64) < there.pods
            && fits(wanted.milli_cpu, there.milli_cpu, taken.milli_cpu)
            && fits(wanted.memory, there.memory, taken.memory)
            && fits(wanted.ephemeral_storage, there.ephemeral_storage, taken.ephemeral_storage)
            && wanted
                .scalar
                .iter()
                .all(|&(name, amount)| fits(amount, there.scalar_amount(name), taken.scalar_amount(name)));
        let tolerated = |taint: &crate::api::Taint| taint.is_tolerated_by(&spec.tolerations);
        resources
            && pod_admits_node(spec, node, self.names)
            && spec.node_name.is_none_or(|name| name == node.name)
            && !spec.host_ports.iter().any(|port| info.port_conflicts(port))
            && node.taints.iter().filter(|taint| taint.keeps_away()).all(tolerated)
    }
}
