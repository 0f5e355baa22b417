//! The switches of kube-scheduler by name.

use super::{Component, Setting};
use crate::api::behaviour::SchedulerBehaviour;

pub(super) fn of_scheduler(part: SchedulerBehaviour) -> Vec<Setting> {
    let mut settings = Vec::new();
    part!(settings, Scheduler, part, SchedulerBehaviour {
        node_inclusion_policy_in_pod_topology_spread: "nodeAffinityPolicy and nodeTaintsPolicy are obeyed",
            "NodeInclusionPolicyInPodTopologySpread, KEP-3094";
        match_label_keys_in_pod_topology_spread: "matchLabelKeys of spread constraints are obeyed", "MatchLabelKeysInPodTopologySpread, KEP-3243";
        min_domains_in_pod_topology_spread: "minDomains is obeyed", "MinDomainsInPodTopologySpread, KEP-3022";
        queueing_hints: "plugins say which events bring a waiting pod back", "SchedulerQueueingHints, KEP-4247";
        async_preemption: "victims of preemption are deleted after the cycle, not in it", "SchedulerAsyncPreemption, KEP-4832";
        empty_budget_selector_counts: "in preemption a PodDisruptionBudget with an empty selector counts", "kk 141785";
        pop_from_backoff_q: "an idle scheduler tries pods that are still backing off", "SchedulerPopFromBackoffQ, KEP-5142";
        in_place_pod_vertical_scaling: "a pod whose requests shrink brings others back", "InPlacePodVerticalScaling, KEP-1287";
        taint_update_counts_as_node_add:
            "a changed taint brings back the pods of every plugin that waits for nodes",
            "kk 109437; `buildQueueingHintMap` of 1.29 to 1.34";
        anti_affinity_of_deleted_pod: "a removed pod brings back those that its anti-affinity kept away",
            "kk 135325";
        any_anti_affinity_term: "one matching anti-affinity term of several brings a pod back", "kk 139161";
        ties_by_heap: "of equal nodes the top of a heap is taken, not one at random", "kk 135231, 141024";
        balance_by_change: "NodeResourcesBalancedAllocation scores how a pod changes the balance", "kk 135573";
        balance_skips_best_effort: "NodeResourcesBalancedAllocation leaves out pods that request nothing",
            "recorded, 1.32.2 and 1.33.0";
        relations_always_score: "PodTopologySpread and InterPodAffinity score every pod", "kk 117794, 118608";
        node_affinity_always_scores: "NodeAffinity scores every pod", "kk 117024";
        every_filter_is_asked: "a node that one filter rejects is shown to the others too", "kk 108829, 114518";
        requests_by_container: "requests are rounded up container by container, and scores take the cores of a pod's overhead for thousandths",
            "recorded, 1.25.2 and 1.28.0";
        usage_scored_by_container: "LeastAllocated counts sidecars of pods that are there as init containers alone",
            "recorded, 1.31.1 and 1.32.2";
        zero_requests_have_to_fit: "a pod that requests something fits only where nothing is overcommitted", "kk 116408";
        above_allocatable_is_unresolvable:
            "a request above what a node has at all is a reason to leave preemption out",
            "recorded, 1.33.0 and 1.34.1";
        untolerated_taint_is_named: "the reason of TaintToleration names the taint", "recorded, 1.34.1 and 1.35.0";
        unlabelled_namespaces_mean_all:
            "a negative namespaceSelector of the pod's own (anti-)affinity means every namespace",
            "recorded, 1.33.0 and 1.34.1";
        images_of_init_containers: "ImageLocality counts the images of init containers", "kk 123366";
        images_of_volumes: "ImageLocality counts image volumes", "recorded, 1.35.0 and 1.36.2; kk 130231";
        image_volumes_raise_limit: "image volumes raise the most that ImageLocality counts", "kk 138951";
        host_ports_of_sidecars: "host ports of sidecars count", "recorded, 1.33.0 and 1.34.1";
        empty_spread_selector_counts:
            "the empty selector {} of a spread constraint counts all pods of the namespace", "kk 116607, 141340";
        image_counts_age: "ImageLocality counts the nodes that had an image when a node was last heard of (in a run the counts are up to date)",
            "kk 116938";
        pre_filter_messages_count_nodes: "where PreFilter rejects a pod, its message counts the nodes", "kk 110894";
        conflicting_term_rejects: "a term of node affinity that names two nodes at once rejects the pod", "kk 116465";
        absent_nodes_name_plugins: "nodes that PreFilter left out have the plugins as a reason",
            "recorded, 1.31.1 and 1.32.2";
        absent_nodes_are_rejected: "nodes that PreFilter left out have a reason, and count as looked at",
            "kk 119779";
        naming_plugins_wait_for_events: "a plugin that left nodes out brings its pods back by its events",
            "kk 122251";
        start_wraps_at_named_nodes: "where PreFilter names nodes, their number decides where the next cycle starts",
            "kk 124933";
        unknown_named_node_fails: "a name in node affinity that no node has is an error", "kk 124559";
        no_named_node_panics: "kube-scheduler panics where node affinity names nodes and none is there",
            "kk 124930, 124933";
        unset_requests_panic:
            "kube-scheduler panics on a running pod with a container without requests that its status has",
            "recorded, 1.33.0; kk 132895, 133285";
        node_declared_features: "pods that need a feature stay away from nodes that do not declare it",
            "NodeDeclaredFeatures, KEP-5328";
        unmet_features_are_named: "the reason of NodeDeclaredFeatures names what is missing",
            "recorded, 1.35.0 and 1.36.2";
        user_namespaces_host_network_support: "a pod in the host's network with a user namespace needs a feature",
            "recorded, 1.35.0 and 1.36.2";
    });
    settings
}
