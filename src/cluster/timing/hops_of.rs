//! Hops of the kubelets that are others for the pods of a workload, or on some nodes.
//!
//! What is said of a pod's Deployment goes before what is said of its node, hop by hop, and that before what holds for
//! all ([`super::Timing`]).

use crate::api::{DeploymentId, Labels, Symbol};
use crate::kernel::Distribution;

/// The hops of a kubelet that are told; `None` is as for all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KubeletHops {
    /// Bound to image on the node.
    pub image_pull: Option<Distribution>,
    /// Image there to containers running.
    pub container_start: Option<Distribution>,
    /// Running (and the probe's initial delay over) to Ready.
    pub readiness: Option<Distribution>,
    /// Deleted to gone, at most the grace period.
    pub termination: Option<Distribution>,
}

/// Whose hops are others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HopsOf {
    /// By Deployment, each once.
    pub workloads: Vec<(DeploymentId, KubeletHops)>,
    /// By the labels that a node must have. Of several that fit and tell a hop, the first.
    pub pools: Vec<(Vec<(Symbol, Symbol)>, KubeletHops)>,
}

impl HopsOf {
    /// Whether nothing is told.
    pub fn is_empty(&self) -> bool {
        self.workloads.is_empty() && self.pools.is_empty()
    }

    /// A hop of a pod of this Deployment on a node with these labels, if it is told.
    pub fn find<'a>(
        &'a self,
        (deployment, node): (Option<DeploymentId>, Option<&Labels>),
        hop: fn(&KubeletHops) -> &Option<Distribution>,
    ) -> Option<&'a Distribution> {
        let of_workload = self.workloads.iter().find(|(of, _)| Some(*of) == deployment);
        let fits = |labels: &[(Symbol, Symbol)], node: &Labels| {
            labels.iter().all(|(key, value)| node.get(*key) == Some(*value))
        };
        of_workload.and_then(|(_, hops)| hop(hops).as_ref()).or_else(|| {
            let mut on = self.pools.iter().filter(|(labels, _)| node.is_some_and(|node| fits(labels, node)));
            on.find_map(|(_, hops)| hop(hops).as_ref())
        })
    }

    /// All hops that are told.
    pub(super) fn all(&self) -> impl Iterator<Item = &KubeletHops> {
        self.workloads.iter().map(|(_, hops)| hops).chain(self.pools.iter().map(|(_, hops)| hops))
    }

    /// All hops that are told, to be changed.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut KubeletHops> {
        let pools = self.pools.iter_mut().map(|(_, hops)| hops);
        self.workloads.iter_mut().map(|(_, hops)| hops).chain(pools)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Interner;
    use crate::kernel::SimDuration;

    #[test]
    fn a_workload_goes_before_a_pool_hop_by_hop() {
        let mut names = Interner::new();
        let mut label = |value: &str| (names.intern("pool"), names.intern(value));
        let (fast, slow) = (label("fast"), label("slow"));
        let seconds = |s: u64| Some(Distribution::Constant(SimDuration::from_secs(s)));
        let start = |s: u64| KubeletHops { container_start: seconds(s), ..KubeletHops::default() };
        let pull = |s: u64| KubeletHops { image_pull: seconds(s), ..KubeletHops::default() };
        let web = DeploymentId(0);
        let hops = HopsOf {
            workloads: vec![(web, start(1))],
            pools: vec![(vec![fast], start(2)), (vec![fast], pull(3)), (vec![fast], pull(4))],
        };
        let (on_fast, on_slow) = (Labels::new([fast]), Labels::new([slow]));
        let find = |whose, hop: fn(&KubeletHops) -> &Option<Distribution>| hops.find(whose, hop).cloned();
        assert_eq!(find((Some(web), Some(&on_fast)), |hops| &hops.container_start), seconds(1));
        assert_eq!(find((None, Some(&on_fast)), |hops| &hops.container_start), seconds(2));
        // The workload says nothing of pulls, the pool does, and its first entry that does counts.
        assert_eq!(find((Some(web), Some(&on_fast)), |hops| &hops.image_pull), seconds(3));
        assert_eq!(find((None, Some(&on_slow)), |hops| &hops.image_pull), None);
        assert_eq!(find((Some(web), None), |hops| &hops.readiness), None);
    }
}
