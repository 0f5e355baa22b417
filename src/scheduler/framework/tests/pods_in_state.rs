//! A pod more or less in the state of PreFilter, against PreFilter on the cluster with that pod more or
//! less.

use std::sync::Arc;

use proptest::prelude::*;

use crate::api::testing::{node, pod};
use crate::api::{
    AffinityTerm, InclusionPolicy, LabelSelector, Labels, NodeId, Pod, PodAffinity, PodId, Requirement,
    SchedulerBehaviour, SpreadConstraint, WhenUnsatisfiable,
};
use crate::kernel::{Interner, Symbol};
use crate::scheduler::cache::Cache;
use crate::scheduler::framework::{CycleContext, CycleState, Framework, Profile};

const NODES: u32 = 6;

/// The texts that labels and terms are made of.
struct Words {
    zone: Symbol,
    app: Symbol,
    apps: [Symbol; 2],
}

fn term(words: &Words, app: usize, namespace: Symbol) -> AffinityTerm {
    AffinityTerm {
        selector: Some(LabelSelector { requirements: vec![Requirement::equals(words.app, words.apps[app])] }),
        namespaces: vec![namespace],
        namespace_selector: None,
        topology_key: words.zone,
        match_label_keys: Vec::new(),
        mismatch_label_keys: Vec::new(),
    }
}

/// A pod of one of two apps: 1 spreads over zones, 2 wants to be near its like, 4 away from the other app.
fn made(names: &mut Interner, words: &Words, id: u32, (app, wishes): (usize, u8)) -> Pod {
    let mut made = pod(names, id, &format!("pod-{id}"));
    let spec = Arc::make_mut(&mut made.spec);
    spec.labels = Labels::new([(words.app, words.apps[app])]);
    let selector = LabelSelector { requirements: vec![Requirement::equals(words.app, words.apps[app])] };
    if wishes & 1 != 0 {
        spec.spread_constraints.push(SpreadConstraint {
            topology_key: words.zone,
            max_skew: 1,
            when_unsatisfiable: WhenUnsatisfiable::DoNotSchedule,
            selector: Some(selector),
            match_label_keys: Vec::new(),
            min_domains: 1,
            node_affinity_policy: InclusionPolicy::Honor,
            node_taints_policy: InclusionPolicy::Ignore,
        });
    }
    if wishes & 2 != 0 {
        let required = vec![term(words, app, spec.namespace)];
        spec.affinity = PodAffinity { required, preferred: Vec::new() };
    }
    if wishes & 4 != 0 {
        let required = vec![term(words, 1 - app, spec.namespace)];
        spec.anti_affinity = PodAffinity { required, preferred: Vec::new() };
    }
    made
}

proptest! {
    #[test]
    fn state_follows_the_pods(
        there in prop::collection::vec((0..NODES, 0_usize..2, 0_u8..8), 0..12),
        incoming in (0_usize..2, 1_u8..8),
        coming in (0..NODES, 0_usize..2, 0_u8..8),
        leaving in any::<prop::sample::Index>(),
    ) {
        let names = &mut Interner::new();
        let profile = Profile::default_scheduler(names);
        let (framework, mut cache) = (Framework::new(&profile), Cache::new(names));
        let words = Words {
            zone: cache.known().zone,
            app: names.intern("app"),
            apps: [names.intern("web"), names.intern("db")],
        };
        for id in 0..NODES {
            let mut node = node(names, id, &format!("node-{id}"));
            // One node is in no zone.
            if id > 0 {
                node.labels = Labels::new([(words.zone, names.intern(&format!("zone-{}", id % 3)))]);
            }
            cache.put_node(&Arc::new(node));
        }
        for (id, &(home, app, wishes)) in (0..).zip(&there) {
            let made = Pod { node: Some(NodeId(home)), ..made(names, &words, id, (app, wishes)) };
            cache.put_pod(Arc::new(made));
        }
        cache.refresh();
        let incoming = made(names, &words, 100, incoming);
        let (home, app, wishes) = coming;
        let come = Arc::new(Pod { node: Some(NodeId(home)), ..made(names, &words, 101, (app, wishes)) });
        let gone = (!there.is_empty()).then(|| PodId(leaving.index(there.len()) as u32));

        let behaviour = SchedulerBehaviour {
            node_inclusion_policy_in_pod_topology_spread: true,
            match_label_keys_in_pod_topology_spread: true,
            min_domains_in_pod_topology_spread: true,
            async_preemption: true,
            queueing_hints: true,
            pop_from_backoff_q: true,
            in_place_pod_vertical_scaling: true,
            taint_update_counts_as_node_add: true,
            anti_affinity_of_deleted_pod: false,
            any_anti_affinity_term: false,
            ties_by_heap: false,
            balance_by_change: false,
        };
        let verdicts = |state: &CycleState, cache: &Cache, names: &Interner| -> Vec<bool> {
            let cycle = CycleContext { pod: &incoming, cache, names, behaviour };
            let nodes = cache.nodes().iter();
            nodes.map(|id| framework.run_filters(state, &cycle, cache.node_info(*id)).is_ok()).collect()
        };
        let prepared = |cache: &Cache, names: &Interner| -> CycleState {
            let mut state = CycleState::default();
            let cycle = CycleContext { pod: &incoming, cache, names, behaviour };
            framework.run_pre_filter(&mut state, &cycle).expect("nothing rejects the pod as a whole");
            state
        };
        let mut state = prepared(&cache, names);
        // Where a plugin skips its filter, Kubernetes does not tell it either.
        let skips = |state: &CycleState| state.skip_filter;
        if let Some(gone) = gone {
            let node = cache.home_of(gone).expect("it is there");
            let removed = cache.node_info(node).pods().iter().find(|pod| pod.id == gone).cloned();
            cache.remove_pod(gone);
            let cycle = CycleContext { pod: &incoming, cache: &cache, names, behaviour };
            let removed = removed.expect("it is on its node");
            framework.run_remove_pod(&mut state, &cycle, &removed, cache.node_info(node)).expect("told");
            prop_assert_eq!(
                verdicts(&state, &cache, names),
                verdicts(&prepared(&cache, names), &cache, names)
            );
        }
        cache.put_pod(Arc::clone(&come));
        let fresh = prepared(&cache, names);
        let cycle = CycleContext { pod: &incoming, cache: &cache, names, behaviour };
        framework.run_add_pod(&mut state, &cycle, &come, cache.node_info(NodeId(home))).expect("told");
        if skips(&state) == skips(&fresh) {
            prop_assert_eq!(verdicts(&state, &cache, names), verdicts(&fresh, &cache, names));
        }
    }
}
