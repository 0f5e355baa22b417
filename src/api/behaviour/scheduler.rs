//! The switches of kube-scheduler.
//!
//! Most follow a minor release or a gate. Some are faults that came and went with patch releases; a release without a
//! patch is the newest of its minor, where they are mended.

use super::gates::Gates;
use super::release::Release;

/// What the scheduler does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch, named after its feature gate or what it does"
)]
pub struct SchedulerBehaviour {
    /// Node inclusion policies are obeyed; otherwise affinity is honoured and taints ignored.
    pub node_inclusion_policy_in_pod_topology_spread: bool,
    /// `matchLabelKeys` are merged in by the scheduler itself.
    pub match_label_keys_in_pod_topology_spread: bool,
    /// `minDomains` is obeyed.
    pub min_domains_in_pod_topology_spread: bool,
    /// Plugins say which events may help a pod (`SchedulerQueueingHints`).
    pub queueing_hints: bool,
    /// The victims of preemption are deleted after the cycle, not in it (`SchedulerAsyncPreemption`).
    pub async_preemption: bool,
    /// In preemption a PodDisruptionBudget with an empty selector covers the pods of its namespace (1.38, pull request 141785).
    pub empty_budget_selector_counts: bool,
    /// An empty activeQ takes pods that are still backing off (`SchedulerPopFromBackoffQ`).
    pub pop_from_backoff_q: bool,
    /// Hints: a pod whose requests shrink may help others (`InPlacePodVerticalScaling`).
    pub in_place_pod_vertical_scaling: bool,
    /// Hints: a changed taint counts as a new node (1.29 to 1.34).
    pub taint_update_counts_as_node_add: bool,
    /// Hints: a pod that goes brings back those that *its* anti-affinity kept away (1.36, pull request 135325).
    pub anti_affinity_of_deleted_pod: bool,
    /// Hints: one matching anti-affinity term of several is enough (1.37, pull request 139161).
    pub any_anti_affinity_term: bool,
    /// Of equal nodes the top of a heap is taken, not one at random (1.35, pull request 135231).
    pub ties_by_heap: bool,
    /// NodeResourcesBalancedAllocation scores how the pod changes the balance (1.36, pull request 135573).
    pub balance_by_change: bool,
    /// NodeResourcesBalancedAllocation leaves out pods that ask for none of its resources (1.33).
    pub balance_skips_best_effort: bool,
    /// PodTopologySpread and InterPodAffinity score every pod (up to 1.27; pull requests 117794, 118608).
    pub relations_always_score: bool,
    /// NodeAffinity scores every pod (up to 1.29; pull request 117024).
    pub node_affinity_always_scores: bool,
    /// A node that one filter rejects is shown to the others as well (1.24.0; mended by pull request 114518).
    pub every_filter_is_asked: bool,
    /// Requests are rounded up container by container, and scores count the CPUs of overhead as thousandths (up to
    /// 1.26).
    pub requests_by_container: bool,
    /// In scores the pods on a node count by container, and their sidecars as init containers alone (up to 1.31).
    pub usage_scored_by_container: bool,
    /// A pod that asks for some resource has to fit in all, also in those of which it asks nothing (up to 1.27; pull
    /// request 116408).
    pub zero_requests_have_to_fit: bool,
    /// More than a node has at all is a reason to leave preemption out (1.34).
    pub above_allocatable_is_unresolvable: bool,
    /// The reason of TaintToleration names the taint (up to 1.34).
    pub untolerated_taint_is_named: bool,
    /// A namespace selector of the pod that matches no labels at all means every namespace (a fault, from 1.34 on).
    pub unlabelled_namespaces_mean_all: bool,
    /// ImageLocality counts the images of init containers (1.30, pull request 123366).
    pub images_of_init_containers: bool,
    /// ImageLocality counts image volumes (1.36, pull request 130231).
    pub images_of_volumes: bool,
    /// Image volumes raise the most that ImageLocality counts, as containers do (1.37, pull request 138951).
    pub image_volumes_raise_limit: bool,
    /// Host ports of sidecars count (1.34).
    pub host_ports_of_sidecars: bool,
    /// The empty selector of a spread constraint counts all pods of the namespace, not none (up to 1.26, and from 1.38
    /// on; pull requests 116607, 141340).
    pub empty_spread_selector_counts: bool,
    /// ImageLocality counts the nodes that had an image when a node was last heard of (up to 1.28, pull request
    /// 116938). In a run the counts are up to date: kubelets report every five minutes.
    pub image_counts_age: bool,
    /// Where PreFilter rejects a pod, its message counts the nodes (up to 1.25, pull request 110894).
    pub pre_filter_messages_count_nodes: bool,
    /// One term of node affinity that names two nodes at once rejects the pod, whatever the others say (up to 1.26).
    pub conflicting_term_rejects: bool,
    /// Nodes that PreFilter left out have a reason, the plugins (1.32).
    pub absent_nodes_name_plugins: bool,
    /// Nodes that PreFilter left out have a reason without plugins, and count as looked at (1.30).
    pub absent_nodes_are_rejected: bool,
    /// A plugin that named nodes at PreFilter is among those that an event has to help (1.31, pull request 122251).
    pub naming_plugins_wait_for_events: bool,
    /// The next cycle starts by the number of nodes that PreFilter named, not of all (mended by pull request 124933).
    pub start_wraps_at_named_nodes: bool,
    /// A name at PreFilter that no node has is an error (mended by pull request 124559).
    pub unknown_named_node_fails: bool,
    /// If no node has one of the names, kube-scheduler panics (mended by pull request 124933).
    pub no_named_node_panics: bool,
    /// A container that requests nothing, with requests in its status, makes kube-scheduler panic (1.33.0 to 1.33.3,
    /// pull requests 132895, 133285).
    pub unset_requests_panic: bool,
    /// Pods that need a feature stay away from nodes that do not declare it (`NodeDeclaredFeatures`).
    pub node_declared_features: bool,
    /// The reason of NodeDeclaredFeatures names what is missing (up to 1.35).
    pub unmet_features_are_named: bool,
    /// A pod in the host's network with a user namespace needs a feature (1.36).
    pub user_namespaces_host_network_support: bool,
}

impl SchedulerBehaviour {
    pub(super) fn of(release: Release, gates: &Gates) -> Self {
        let on = |name| gates.enabled(name);
        let from = |minor| release.reaches(Release::one(minor));
        let before = |patches| release.is_before_patch_of(patches);
        // The patch releases of pull requests 124559 and 124933, in the four minors that had them.
        let looks_up_named_nodes = !from(27) || before(&[(27, 14), (28, 10), (29, 5)]);
        let wraps_at_all_nodes = from(27) && !before(&[(27, 15), (28, 11), (29, 6), (30, 2)]);
        Self {
            node_inclusion_policy_in_pod_topology_spread: on("NodeInclusionPolicyInPodTopologySpread"),
            match_label_keys_in_pod_topology_spread: on("MatchLabelKeysInPodTopologySpread"),
            min_domains_in_pod_topology_spread: on("MinDomainsInPodTopologySpread"),
            queueing_hints: on("SchedulerQueueingHints"),
            async_preemption: on("SchedulerAsyncPreemption"),
            empty_budget_selector_counts: from(38),
            pop_from_backoff_q: on("SchedulerPopFromBackoffQ"),
            in_place_pod_vertical_scaling: on("InPlacePodVerticalScaling"),
            taint_update_counts_as_node_add: from(29) && !from(35),
            anti_affinity_of_deleted_pod: from(36),
            any_anti_affinity_term: from(37),
            ties_by_heap: from(35),
            balance_by_change: from(36),
            balance_skips_best_effort: from(33),
            relations_always_score: !from(28),
            node_affinity_always_scores: !from(30),
            every_filter_is_asked: before(&[(24, 10), (25, 6), (26, 1)]),
            requests_by_container: !from(27),
            usage_scored_by_container: !from(32),
            zero_requests_have_to_fit: !from(28),
            above_allocatable_is_unresolvable: from(34),
            untolerated_taint_is_named: !from(35),
            unlabelled_namespaces_mean_all: from(34),
            images_of_init_containers: from(30),
            images_of_volumes: from(36),
            image_volumes_raise_limit: from(37),
            host_ports_of_sidecars: from(34),
            empty_spread_selector_counts: !from(27) || from(38),
            image_counts_age: !from(29),
            pre_filter_messages_count_nodes: !from(26),
            conflicting_term_rejects: !from(27),
            absent_nodes_name_plugins: from(32),
            absent_nodes_are_rejected: from(30) && !from(31),
            naming_plugins_wait_for_events: from(31),
            start_wraps_at_named_nodes: !wraps_at_all_nodes,
            unknown_named_node_fails: looks_up_named_nodes,
            no_named_node_panics: !looks_up_named_nodes && !wraps_at_all_nodes,
            unset_requests_panic: before(&[(33, 4)]),
            node_declared_features: on("NodeDeclaredFeatures"),
            unmet_features_are_named: !from(36),
            user_namespaces_host_network_support: from(36),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::api::Behaviour;

    fn of(release: Release) -> SchedulerBehaviour {
        Behaviour::resolve(release, &BTreeMap::new()).expect("defaults").0.scheduler
    }

    /// Release notes: the regression of 1.24.0 is mended in 1.24.10, 1.25.6 and 1.26.1.
    #[test]
    fn faults_end_with_a_patch() {
        let asks_all = |minor, patch| of(Release::patched(minor, patch)).every_filter_is_asked;
        assert!(asks_all(24, 9) && asks_all(25, 2) && asks_all(25, 5) && asks_all(26, 0));
        assert!(!asks_all(24, 10) && !asks_all(25, 6) && !asks_all(26, 1) && !asks_all(27, 0));
        assert!(!of(Release::one(25)).every_filter_is_asked, "without a patch, the newest of the minor");
        let panics = |minor, patch| of(Release::patched(minor, patch)).unset_requests_panic;
        assert!(panics(33, 0) && panics(33, 3) && !panics(33, 4) && !panics(32, 2) && !panics(34, 0));
    }

    /// Issue 124930 and its pull requests: an error up to 1.27.13, 1.28.9 and 1.29.4, a panic in 1.27.14, 1.28.10,
    /// 1.29.5, 1.30.0 and 1.30.1, neither after it.
    #[test]
    fn a_name_that_no_node_has_failed_then_panicked() {
        let ends = |minor, patch| {
            let behaviour = of(Release::patched(minor, patch));
            (behaviour.unknown_named_node_fails, behaviour.no_named_node_panics)
        };
        for (minor, first) in [(27, 14), (28, 10), (29, 5)] {
            assert_eq!(ends(minor, first - 1), (true, false), "1.{minor}");
            assert_eq!(ends(minor, first), (false, true), "1.{minor}");
            assert_eq!(ends(minor, first + 1), (false, false), "1.{minor}");
        }
        assert_eq!((ends(30, 0), ends(30, 1), ends(30, 2)), ((false, true), (false, true), (false, false)));
        assert_eq!((ends(26, 15), ends(31, 0)), ((true, false), (false, false)));
    }
}
