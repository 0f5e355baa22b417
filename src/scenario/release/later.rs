//! What may change where the control plane is newer than its kubelets say: the switches that the next two minor
//! releases turn, of those that this input can feel.

use std::collections::{BTreeMap, BTreeSet};

use super::felt::Felt;
use super::{ClusterRelease, Origin};
use crate::api::Behaviour;
use crate::api::behaviour::switches::Setting;
use crate::scenario::document::ScenarioSpec;
use crate::scenario::objects::ObjectSource;

/// A control plane may be this many minor releases newer than its newest kubelet without anybody wondering.
const MINORS: u8 = 2;

/// One line, if the release is a lower bound and a later one would turn a switch that the input can feel.
pub(in crate::scenario) fn what_may_change<'o>(
    of: &ClusterRelease,
    behaviour: &Behaviour,
    spec: &ScenarioSpec,
    objects: impl Iterator<Item = &'o ObjectSource>,
) -> Option<String> {
    if of.origin != Origin::Kubelets {
        return None;
    }
    let felt = Felt::of(spec, objects);
    let mut known = behaviour.settings();
    let mut parts = Vec::new();
    for release in (1..=MINORS).filter_map(|minors| of.release.later(minors)) {
        // A gate that a later release does not know, or locks, is not set there.
        let later = Behaviour::resolve(release, &spec.feature_gates)
            .or_else(|_| Behaviour::resolve(release, &BTreeMap::new()));
        let Ok((later, _)) = later else { continue };
        let settings = later.settings();
        // A field that the API server drops is not obeyed by the scheduler either: it is named once.
        let mut named = BTreeSet::new();
        let changed =
            known.iter().zip(&settings).filter(|(old, new)| old.value != new.value && felt.feels(new));
        let changes: Vec<String> =
            changed.filter(|(_, new)| named.insert(new.name)).map(|(_, new)| words(new)).collect();
        if !changes.is_empty() {
            parts.push(format!("from v{release} on, {}", changes.join(" and ")));
        }
        known = settings;
    }
    let bound = of.release;
    (!parts.is_empty()).then(|| {
        format!("if the control plane is newer than v{bound}, this may differ: {}", parts.join("; "))
    })
}

fn words(setting: &Setting) -> String {
    if setting.value == "off" { format!("no longer: {}", setting.words) } else { setting.words.to_owned() }
}
