//! Fields of KubeletConfigurations that the simulated kubelets do not read.

use std::collections::BTreeSet;

use super::{Scene, some};
use crate::api::coverage::declared;
use crate::kubelet::coverage::configuration::CONFIGURATION;
use crate::scenario::coverage::gap::Gap;

pub(super) fn gaps(scene: &Scene<'_>) -> Vec<Gap> {
    let plans = scene.plan.kubelets.iter().flatten().filter_map(|plan| plan.configuration.as_ref());
    let mut fields: BTreeSet<String> = BTreeSet::new();
    for source in plans.chain(scene.plan.configurations.values()) {
        let entries = source.tree.as_map().unwrap_or_default();
        let unread = entries.iter().filter(|entry| declared(&[CONFIGURATION], &entry.key).is_none());
        fields.extend(unread.map(|entry| entry.key.clone()));
    }
    if fields.is_empty() {
        return Vec::new();
    }
    let count = fields.len().to_string();
    let names: Vec<String> = fields.into_iter().collect();
    let effect = format!("the kubelets decide without them: {}", some(&names));
    vec![Gap::new("fields of KubeletConfigurations", effect).counted(count).decisive(true)]
}
