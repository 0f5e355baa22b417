//! What the scheduler saw, and everything that a scene is made from.

use std::sync::Arc;

use crate::api::{Interner, NodeId, Pod};
use crate::cluster::setup::ClusterSetup;
use crate::kernel::SimTime;
use crate::scheduler::cache::Cache;
use crate::scheduler::cycle::{CycleReport, CycleResult, Rejections};
use crate::scheduler::framework::CycleContext;
use crate::scheduler::profile::Profile;

/// What the scheduler saw.
pub(in crate::cluster) struct Moment {
    pub(in crate::cluster) at: SimTime,
    pub(in crate::cluster) pod: Arc<Pod>,
    pub(in crate::cluster) cache: Cache,
    /// The attempt; `None`: nothing was tried.
    pub(in crate::cluster) tried: Option<Tried>,
}

/// An attempt.
pub(in crate::cluster) struct Tried {
    pub(in crate::cluster) number: u32,
    pub(in crate::cluster) result: CycleResult,
    /// The feasible nodes in the order in which they were found.
    pub(in crate::cluster) feasible: Vec<NodeId>,
    /// The rejected ones.
    pub(in crate::cluster) rejected: Vec<NodeId>,
}

/// Everything that a scene is made from.
pub(super) struct Stage<'a> {
    pub(super) pod: &'a Pod,
    pub(super) cache: &'a Cache,
    pub(super) names: &'a Interner,
    pub(super) profile: &'a Profile,
    pub(super) setup: &'a ClusterSetup,
    pub(super) tried: &'a Tried,
    pub(super) report: CycleReport,
    pub(super) rejections: Rejections,
}

impl<'a> Stage<'a> {
    pub(super) fn context(&self) -> CycleContext<'a> {
        let behaviour = self.setup.behaviour.scheduler;
        CycleContext { pod: self.pod, cache: self.cache, names: self.names, behaviour }
    }

    pub(super) fn node_name(&self, node: NodeId) -> Arc<str> {
        self.names.resolve(self.cache.node_info(node).node().name).into()
    }
}
