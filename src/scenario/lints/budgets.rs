//! PodDisruptionBudgets that never allow a disruption.

use kubecast_manifest::{Tree, Value};

use super::{Findings, Scene};
use crate::api::IntOrPercent;
use crate::scenario::objects::ObjectSource;

pub(super) fn never_allows(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for source in scene.of_kind("poddisruptionbudget") {
        if amount(source, "/spec/maxUnavailable").is_some_and(|most| most.scaled(100, true) == 0) {
            findings.note(
                source,
                "/spec/maxUnavailable",
                "maxUnavailable 0 never allows an eviction: no drain ends",
            );
            continue;
        }
        let Some(least) = amount(source, "/spec/minAvailable") else { continue };
        let Some(selector) = source.tree.pointer("/spec/selector/matchLabels").and_then(Tree::as_map) else {
            continue;
        };
        let namespace = &source.reference.namespace;
        let selects = |workload: &ObjectSource| {
            let labels = workload.tree.pointer("/spec/template/metadata/labels");
            let has = |key: &str, value: &Tree| {
                labels.and_then(|labels| labels.get(key)).is_some_and(|own| own.value == value.value)
            };
            workload.reference.namespace == *namespace
                && selector.iter().all(|entry| has(&entry.key, &entry.value))
        };
        let workloads = ["deployment", "statefulset"].into_iter().flat_map(|kind| scene.of_kind(kind));
        let selected: Vec<&ObjectSource> = workloads.filter(|workload| selects(workload)).collect();
        let replicas: i64 = selected.iter().map(|one| one.whole_number("/spec/replicas").unwrap_or(1)).sum();
        let replicas = i32::try_from(replicas).unwrap_or(i32::MAX);
        if !selected.is_empty() && replicas > 0 && least.scaled(replicas, true) >= replicas {
            let message = format!(
                "minAvailable leaves none of the {replicas} pods that it covers to be evicted: no drain ends"
            );
            findings.note(source, "/spec/minAvailable", &message);
        }
    }
}

fn amount(source: &ObjectSource, pointer: &str) -> Option<IntOrPercent> {
    match &source.tree.pointer(pointer)?.value {
        Value::Number(text) => text.parse().ok().map(IntOrPercent::Int),
        Value::String(text) => IntOrPercent::from_percent_text(text),
        _ => None,
    }
}
