//! Inter-pod affinity terms.

use k8s_openapi::api::core::v1 as core;

use super::CompileContext;
use super::selector::{label_selector, symbols};
use crate::api::{AffinityTerm, Interner, LabelSelector, Labels, PodAffinity, Symbol, WeightedAffinityTerm};

/// The required and preferred terms of `podAffinity` or `podAntiAffinity`. `namespace` is the pod's
/// own, which a term means that names no other.
pub fn pod_affinity(
    required: Option<&[core::PodAffinityTerm]>,
    preferred: Option<&[core::WeightedPodAffinityTerm]>,
    namespace: Symbol,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> PodAffinity {
    let mut compile = |source: &core::PodAffinityTerm| term(source, namespace, context, names);
    let required = required.unwrap_or_default().iter().map(&mut compile).collect();
    let preferred = preferred
        .unwrap_or_default()
        .iter()
        .map(|weighted| WeightedAffinityTerm {
            weight: weighted.weight,
            term: compile(&weighted.pod_affinity_term),
        })
        .collect();
    PodAffinity { required, preferred }
}

fn term(
    term: &core::PodAffinityTerm,
    namespace: Symbol,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> AffinityTerm {
    let mut namespaces = symbols(term.namespaces.as_deref(), names);
    if namespaces.is_empty() && term.namespace_selector.is_none() {
        namespaces.push(namespace);
    }
    let keeps_keys = context.api_server.match_label_keys_in_pod_affinity;
    let mut keys = |keys: &Option<Vec<String>>| symbols(keys.as_deref().filter(|_| keeps_keys), names);
    let match_label_keys = keys(&term.match_label_keys);
    let mismatch_label_keys = keys(&term.mismatch_label_keys);
    let namespace_selector = term.namespace_selector.as_ref().map(|selector| label_selector(selector, names));
    let is_for_all = |selector: &LabelSelector| {
        if context.scheduler.unlabelled_namespaces_mean_all {
            selector.matches(&Labels::default())
        } else {
            selector.is_empty()
        }
    };
    AffinityTerm {
        every_namespace_if_incoming: namespace_selector.as_ref().is_some_and(is_for_all),
        selector: term.label_selector.as_ref().map(|selector| label_selector(selector, names)),
        namespaces,
        namespace_selector,
        topology_key: names.intern(&term.topology_key),
        match_label_keys,
        mismatch_label_keys,
    }
}
