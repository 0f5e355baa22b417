//! Pods that were refused although their node could have taken them, had it been packed anew; and free
//! CPUs that no pod of the mix can have.

use std::collections::BTreeMap;

use super::cpu_holdings::{CpuHoldings, Holding};
use super::repacking::{Trial, may_fit};
use crate::api::{NodeId, Pod, PodId, PodSpec};
use crate::cluster::decision::Decision;
use crate::cluster::operation::AppliedObject;
use crate::cluster::setup::{ClusterSetup, KubeletSetup};
use crate::kubelet::admission::Refusal;
use crate::kubelet::demand::{ContainerDemand, PodDemand};

/// A node's settings, and what its pods and the one that was refused ask for, in order of size.
type Case = (usize, Vec<Vec<usize>>);

/// The count of such refusals.
#[derive(Clone, Debug, Default)]
pub struct Fragmentation {
    /// Refusals of pods that a node packed anew would have admitted, with all of its own: a plan shows it.
    pub at_least: usize,
    /// Refusals of which nothing shows that it would not have.
    pub at_most: usize,
    /// What was found out before; a pod that is made anew meets the same node again and again.
    known: BTreeMap<Case, (bool, bool)>,
}

impl Fragmentation {
    /// Kubelets have other settings from now on.
    pub(super) fn settings_changed(&mut self) {
        self.known.clear();
    }

    /// A pod was refused at a node.
    pub(super) fn refused(
        &mut self,
        (pod, node): (&Pod, NodeId),
        decision: &Decision,
        holdings: &CpuHoldings,
        kubelet: &KubeletSetup,
    ) {
        let by_managers = matches!(
            decision.refusal,
            Some(Refusal::TopologyAffinity | Refusal::SmtAlignment(_) | Refusal::Unexpected(_))
        );
        let Some(policy) = kubelet.cpu_policy.as_ref().filter(|_| by_managers) else { return };
        let new = PodDemand::of(pod, |_| None);
        if new.exclusive_cpus() == 0 {
            return;
        }
        let mut pods: Vec<PodDemand> =
            holdings.of(node).map(|holding: &Holding| holding.demand.clone()).collect();
        pods.push(new);
        let sizes =
            |pod: &PodDemand| pod.containers.iter().map(|container| container.exclusive_cpus).collect();
        let mut case: Vec<Vec<usize>> = pods.iter().map(sizes).collect();
        case.sort_unstable();
        let (surely, perhaps) = *self.known.entry((kubelet.entry, case)).or_insert_with(|| {
            let perhaps = may_fit(kubelet, policy, &pods);
            (perhaps && Trial::repacked(kubelet, pods).is_some(), perhaps)
        });
        self.at_least += usize::from(surely);
        self.at_most += usize::from(perhaps);
    }
}

/// The kinds of pods with CPUs of their own that a scenario has, the largest first.
#[derive(Clone, Debug, Default)]
pub struct Mix(Vec<Vec<ContainerDemand>>);

impl Mix {
    /// The mix of a scenario: its Deployments, ReplicaSets and pods, those of the timeline too.
    pub(super) fn of(setup: &ClusterSetup) -> Self {
        let mut kinds: Vec<Vec<ContainerDemand>> = Vec::new();
        let mut take = |spec: &PodSpec| {
            let demand = PodDemand::of_spec(PodId(0), spec, |_| None);
            if demand.exclusive_cpus() > 0 && !kinds.iter().any(|kind| **kind == *demand.containers) {
                kinds.push(demand.containers.to_vec());
            }
        };
        if setup.kubelets.iter().any(Option::is_some) {
            setup.deployments.iter().for_each(|deployment| take(&deployment.template.pod));
            setup.replica_sets.iter().for_each(|set| take(&set.pod));
            setup.pods.iter().for_each(|pod| take(&pod.spec));
            for object in setup.timeline.iter().flat_map(|entry| entry.operation.applied()) {
                match object {
                    AppliedObject::Pod(pod) => take(&pod.spec),
                    AppliedObject::Deployment(deployment) => take(&deployment.template.pod),
                    AppliedObject::DaemonSet(set) => take(&set.template.pod),
                    AppliedObject::Node(_) | AppliedObject::SelectorOwner(_) | AppliedObject::Service(..) => {
                    }
                }
            }
        }
        let size = |kind: &Vec<ContainerDemand>| {
            PodDemand { pod: PodId(0), containers: kind.as_slice().into() }.exclusive_cpus()
        };
        kinds.sort_by_key(|kind| std::cmp::Reverse(size(kind)));
        Self(kinds)
    }

    /// Free CPUs of a node that are left when pods of the mix were admitted until none more was, the largest
    /// first. `None` where nothing can be tried.
    pub(super) fn stranded<'h>(
        &self,
        kubelet: &KubeletSetup,
        pods: impl Iterator<Item = &'h Holding>,
    ) -> Option<usize> {
        let mut trial = Trial::as_it_is(kubelet, pods)?;
        let mut next = u32::MAX;
        for kind in &self.0 {
            let containers: std::sync::Arc<[ContainerDemand]> = kind.as_slice().into();
            loop {
                let pod = PodDemand { pod: PodId(next), containers: containers.clone() };
                next -= 1;
                if !trial.admit(&pod) {
                    break;
                }
            }
        }
        Some(trial.free())
    }
}
