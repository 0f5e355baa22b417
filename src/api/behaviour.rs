//! Which of Kubernetes' behaviours hold: release and feature gates, resolved once at the start.
//!
//! No model compares versions; each reads the switches made for it here.

pub mod differences;
pub mod gate;
pub mod gates;
mod policy_options;
pub mod release;
mod scheduler;
pub mod switches;
mod table;

use std::collections::BTreeMap;

pub use gates::Gates;
pub use policy_options::PolicyOptions;
pub use release::Release;
pub use scheduler::SchedulerBehaviour;

/// The switches of all models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// kube-apiserver.
    pub api_server: ApiServerBehaviour,
    /// kube-scheduler.
    pub scheduler: SchedulerBehaviour,
    /// kube-controller-manager.
    pub controllers: ControllersBehaviour,
    /// kubelet.
    pub kubelet: KubeletBehaviour,
    /// The allocators of Service IPs and node ports in kube-apiserver.
    pub service_ip: ServiceIpBehaviour,
}

/// What the API server does with fields on their way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch, named after its feature gate"
)]
pub struct ApiServerBehaviour {
    /// Keeps `matchLabelKeys` of spread constraints (`MatchLabelKeysInPodTopologySpread`).
    pub match_label_keys_in_pod_topology_spread: bool,
    /// Merges them into the selector when a pod is created
    /// (`MatchLabelKeysInPodTopologySpreadSelectorMerge`).
    pub match_label_keys_in_pod_topology_spread_selector_merge: bool,
    /// Keeps `matchLabelKeys` and `mismatchLabelKeys` of (anti-)affinity terms
    /// (`MatchLabelKeysInPodAffinity`).
    pub match_label_keys_in_pod_affinity: bool,
    /// Keeps `nodeAffinityPolicy` and `nodeTaintsPolicy`
    /// (`NodeInclusionPolicyInPodTopologySpread`).
    pub node_inclusion_policy_in_pod_topology_spread: bool,
    /// Keeps `minDomains` (`MinDomainsInPodTopologySpread`).
    pub min_domains_in_pod_topology_spread: bool,
    /// Keeps `restartPolicy: Always` of init containers (`SidecarContainers`).
    pub sidecar_containers: bool,
    /// Keeps `spec.resources` (`PodLevelResources`).
    pub pod_level_resources: bool,
    /// Keeps the resources of container statuses, which then count towards a node's usage
    /// (`InPlacePodVerticalScaling`).
    pub in_place_pod_vertical_scaling: bool,
    /// Compares numbers in tolerations, `Gt` and `Lt` (`TaintTolerationComparisonOperators`).
    pub toleration_comparison_operators: bool,
}

/// What the controllers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent switch")]
pub struct ControllersBehaviour {
    /// A pod is available at exactly `readySince + minReadySeconds` (1.34), not only later (1.32).
    pub available_at_min_ready: bool,
    /// A ReplicaSet is looked at when its next pod becomes available (1.34, pull request 132121). Before,
    /// one delayed look a ReplicaSet served for all its pods, and could come much later.
    pub availability_checks_on_time: bool,
    /// Ages are compared by logarithmic buckets on scale-down (`LogarithmicScaleDown`).
    pub logarithmic_scale_down: bool,
    /// The deletion cost annotation is read (`PodDeletionCost`).
    pub pod_deletion_cost: bool,
    /// Statuses count terminating pods (`DeploymentReplicaSetTerminatingReplicas`, on from 1.35).
    pub terminating_replicas: bool,
    /// A sync waits until the caches show the controller's own last writes
    /// (`StaleControllerConsistencyReplicaSet`, 1.36).
    pub waits_for_own_writes: bool,
    /// StatefulSets heed `maxUnavailable` (`MaxUnavailableStatefulSet`).
    pub stateful_set_max_unavailable: bool,
    /// With it and `Parallel`, unavailable old pods are replaced whatever the limit (1.37, pull request 137666).
    pub stateful_set_replaces_unavailable: bool,
    /// A StatefulSet's update waits until new pods are available, not only ready (1.34, pull request 130909).
    pub stateful_set_waits_for_availability: bool,
    /// A StatefulSet's update is complete only when all wanted pods are there (1.28.4, pull request 120731).
    pub stateful_set_completes_by_replicas: bool,
    /// Unavailable old pods of a DaemonSet count towards its `maxUnavailable` (1.31, pull request 123233).
    pub daemon_set_counts_old_pods: bool,
    /// A sync of a DaemonSet waits until the caches show the controller's own last writes
    /// (`StaleControllerConsistencyDaemonSet`, 1.36).
    pub daemon_set_waits_for_own_writes: bool,
}

/// How Service IPs and node ports are allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch, named after its feature gate"
)]
pub struct ServiceIpBehaviour {
    /// Any address comes from the upper band first (`ServiceIPStaticSubrange`, KEP-3070).
    pub static_subrange: bool,
    /// The same for node ports (`ServiceNodePortStaticSubrange`, KEP-3668).
    pub node_port_static_subrange: bool,
    /// IPAddress objects instead of a bitmap (`MultiCIDRServiceAllocator`, KEP-1880).
    pub ip_address_objects: bool,
    /// Addresses are written to the bitmap too (`DisableAllocatorDualWrite` is off, from 1.31).
    pub dual_write: bool,
    /// With both, any address is taken from the bitmap first (1.33, pull request 129798).
    pub dual_write_bitmap_first: bool,
    /// Random starts in IPv6 ranges of 2⁶³ addresses and more stay within 64 bits (1.35).
    pub overflow_safe_start: bool,
}

/// What the kubelet's managers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KubeletBehaviour {
    /// Which options of the CPU Manager there are.
    pub cpu_manager_options: PolicyOptions,
    /// Which options of the Topology Manager there are.
    pub topology_manager_options: PolicyOptions,
    /// A last-level cache can be taken in part by an odd request (1.34, pull request 131850).
    pub uncore_takes_odd_counts: bool,
    /// `distribute-cpus-across-numa` heeds `align-by-socket`, and never asks a NUMA node for more than it
    /// has free (1.37, pull request 139778).
    pub distribution_heeds_sockets: bool,
}

impl Behaviour {
    /// The behaviour of a release with feature gates set by the user. Besides the behaviour: notes that
    /// the user should read. The error is that of the component that would refuse to start.
    pub fn resolve(
        release: Release,
        overrides: &BTreeMap<String, bool>,
    ) -> Result<(Self, Vec<String>), String> {
        let (gates, mut notes) = Gates::resolve(release, overrides)?;
        let last = Release::NEWEST_WITH_GATES;
        if release.minor() != last && release.reaches(last) {
            let minor = release.minor();
            notes.push(format!(
                "Kubernetes {minor} is extrapolated: there is no table of its gates yet, those of {last} are taken"
            ));
        }
        Ok((Self::of(release, &gates), notes))
    }

    fn of(release: Release, gates: &Gates) -> Self {
        let on = |name| gates.enabled(name);
        let from = |minor| release.reaches(Release::one(minor));
        let match_label_keys = on("MatchLabelKeysInPodTopologySpread");
        let inclusion_policy = on("NodeInclusionPolicyInPodTopologySpread");
        let min_domains = on("MinDomainsInPodTopologySpread");
        Self {
            api_server: ApiServerBehaviour {
                match_label_keys_in_pod_topology_spread: match_label_keys,
                match_label_keys_in_pod_topology_spread_selector_merge: on(
                    "MatchLabelKeysInPodTopologySpreadSelectorMerge",
                ),
                match_label_keys_in_pod_affinity: on("MatchLabelKeysInPodAffinity"),
                node_inclusion_policy_in_pod_topology_spread: inclusion_policy,
                min_domains_in_pod_topology_spread: min_domains,
                sidecar_containers: on("SidecarContainers"),
                pod_level_resources: on("PodLevelResources"),
                in_place_pod_vertical_scaling: on("InPlacePodVerticalScaling"),
                toleration_comparison_operators: on("TaintTolerationComparisonOperators"),
            },
            scheduler: SchedulerBehaviour::of(release, gates),
            controllers: ControllersBehaviour {
                available_at_min_ready: from(34),
                availability_checks_on_time: from(34),
                logarithmic_scale_down: on("LogarithmicScaleDown"),
                pod_deletion_cost: on("PodDeletionCost"),
                terminating_replicas: on("DeploymentReplicaSetTerminatingReplicas"),
                waits_for_own_writes: on("StaleControllerConsistencyReplicaSet"),
                stateful_set_max_unavailable: on("MaxUnavailableStatefulSet"),
                stateful_set_replaces_unavailable: from(37),
                stateful_set_waits_for_availability: from(34),
                stateful_set_completes_by_replicas: release.reaches(Release::patched(28, 4)),
                daemon_set_counts_old_pods: from(31),
                daemon_set_waits_for_own_writes: on("StaleControllerConsistencyDaemonSet"),
            },
            kubelet: KubeletBehaviour {
                cpu_manager_options: PolicyOptions::of_cpu_manager(release, gates),
                topology_manager_options: PolicyOptions::of_topology_manager(release, gates),
                uncore_takes_odd_counts: from(34),
                distribution_heeds_sockets: from(37),
            },
            service_ip: ServiceIpBehaviour {
                static_subrange: on("ServiceIPStaticSubrange"),
                node_port_static_subrange: on("ServiceNodePortStaticSubrange"),
                ip_address_objects: on("MultiCIDRServiceAllocator"),
                // Before 1.31 the IPAddress allocator knew nothing of the bitmap.
                dual_write: on("MultiCIDRServiceAllocator") && from(31) && !on("DisableAllocatorDualWrite"),
                dual_write_bitmap_first: from(33),
                overflow_safe_start: from(35),
            },
        }
    }
}

impl Default for Behaviour {
    /// Kubernetes 1.34 with its own defaults.
    fn default() -> Self {
        let (behaviour, _) =
            Self::resolve(Release::default(), &BTreeMap::new()).expect("a release's defaults are valid");
        behaviour
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(minor: u8) -> Behaviour {
        Behaviour::resolve(Release::one(minor), &BTreeMap::new()).expect("defaults").0
    }

    #[test]
    fn releases_differ_where_they_should() {
        assert_eq!(of(34), Behaviour::default());
        let (old, new) = (of(24), of(34));
        assert!(
            !old.scheduler.min_domains_in_pod_topology_spread
                && new.scheduler.min_domains_in_pod_topology_spread
        );
        assert!(!old.api_server.sidecar_containers && new.api_server.sidecar_containers);
        assert!(!of(32).controllers.available_at_min_ready && new.controllers.available_at_min_ready);
        assert!(of(32).scheduler.queueing_hints && !of(31).scheduler.queueing_hints);
        assert!(!old.service_ip.static_subrange && of(26).service_ip.static_subrange);
        assert!(!of(32).service_ip.ip_address_objects && new.service_ip.ip_address_objects);
        assert!(of(33).service_ip.dual_write && !new.service_ip.dual_write && !of(32).service_ip.dual_write);
    }

    #[test]
    fn a_release_without_a_table_of_gates_says_so() {
        let notes = |minor| Behaviour::resolve(Release::one(minor), &BTreeMap::new()).expect("defaults").1;
        assert!(notes(24).is_empty() && notes(34).is_empty() && notes(37).is_empty());
        assert!(notes(38)[0].contains("1.38 is extrapolated"), "{:?}", notes(38));
    }

    #[test]
    fn hints_follow_the_release() {
        let hints = |minor| {
            let scheduler = of(minor).scheduler;
            let taints = scheduler.taint_update_counts_as_node_add;
            let terms = (scheduler.anti_affinity_of_deleted_pod, scheduler.any_anti_affinity_term);
            (scheduler.in_place_pod_vertical_scaling, taints, terms)
        };
        assert_eq!(hints(28), (false, false, (false, false)));
        assert_eq!(hints(32), (false, true, (false, false)));
        assert_eq!(hints(34), (true, true, (false, false)));
        assert_eq!(hints(35), (true, false, (false, false)));
        assert_eq!(hints(36), (true, false, (true, false)), "release notes of 1.36.0");
        assert_eq!(hints(37), (true, false, (true, true)), "release notes of 1.37.0");
    }
}
