//! Feature gates: which there are in a release, their defaults, and what the user sets
//! (`k8s.io/component-base/featuregate`).

use std::collections::BTreeMap;

use super::gate::{FeatureGate, Stage};
use super::release::Release;
use super::table::GATES;

/// All gates, on or off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gates(BTreeMap<&'static str, bool>);

impl Gates {
    /// A release's defaults with the user's settings, `AllAlpha` and `AllBeta` among them.
    /// The errors are those of the components; notes say what the user should know besides.
    pub fn resolve(
        release: Release,
        overrides: &BTreeMap<String, bool>,
    ) -> Result<(Self, Vec<String>), String> {
        let mut notes = Vec::new();
        let mut gates = Self(BTreeMap::new());
        for gate in GATES {
            let on = gate.status(release).is_some_and(|status| {
                let all = match status.stage {
                    Stage::Alpha => overrides.get("AllAlpha"),
                    Stage::Beta => overrides.get("AllBeta"),
                    Stage::Ga => None,
                };
                if status.locked { status.default } else { all.copied().unwrap_or(status.default) }
            });
            gates.0.insert(gate.name, on);
        }
        for (name, &value) in overrides {
            if name != "AllAlpha" && name != "AllBeta" {
                let gate = find(name, release)?;
                notes.extend(set(gate, release, value)?);
                gates.0.insert(gate.name, value);
            }
        }
        Ok((gates, notes))
    }

    /// Every gate that is known in some release, by name.
    pub fn known() -> &'static [FeatureGate] {
        GATES
    }

    /// Whether a gate is on. Asking for a gate that is not in the table is a bug.
    pub fn enabled(&self, name: &str) -> bool {
        *self.0.get(name).expect("models ask for gates of the table only")
    }
}

fn find(name: &str, release: Release) -> Result<&'static FeatureGate, String> {
    if let Some(gate) = GATES.iter().find(|gate| gate.name == name && gate.is_known_in(release)) {
        return Ok(gate);
    }
    let elsewhere = GATES.iter().find(|gate| gate.name == name).map(|gate| {
        let first = gate.history[0].since;
        match gate.removed {
            Some(removed) if release.reaches(first) => {
                format!("; it went in {}, where it is always on", Release::one(removed))
            }
            _ => format!("; Kubernetes {release} does not have it yet, {first} is the first"),
        }
    });
    let hint = elsewhere.or_else(|| {
        let known = GATES.iter().filter(|gate| gate.is_known_in(release));
        let near = known.min_by_key(|gate| strsim::damerau_levenshtein(gate.name, name))?;
        let distance = strsim::damerau_levenshtein(near.name, name);
        (distance <= 3).then(|| format!("; did you mean {:?}?", near.name))
    });
    Err(format!("unrecognized feature gate: {name}{}", hint.unwrap_or_default()))
}

/// Checks a setting; the note, if there is something to say.
fn set(gate: &FeatureGate, release: Release, value: bool) -> Result<Option<String>, String> {
    let status = gate.status(release).expect("only gates of the release are set");
    if status.locked && value != status.default {
        return Err(format!(
            "cannot set feature gate {} to {value}, feature is locked to {}",
            gate.name, status.default
        ));
    }
    Ok((!gate.simulated && value != status.default)
        .then(|| format!("feature gate {} is known, but nothing that it changes is simulated", gate.name)))
}

#[cfg(test)]
mod tests {
    use super::super::gate::Step;
    use super::*;

    fn resolve(minor: u8, settings: &[(&str, bool)]) -> Result<(Gates, Vec<String>), String> {
        let overrides = settings.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        Gates::resolve(Release::one(minor), &overrides)
    }

    fn default_of(minor: u8, name: &str) -> bool {
        resolve(minor, &[]).expect("defaults are valid").0.enabled(name)
    }

    #[test]
    fn the_table_is_in_order() {
        assert!(GATES.windows(2).all(|pair| pair[0].name < pair[1].name));
        for gate in GATES {
            let grows = |pair: &[Step]| pair[0].since.rank() < pair[1].since.rank();
            assert!(gate.history.windows(2).all(grows), "{}", gate.name);
            let last = gate.history[gate.history.len() - 1].since;
            assert!(gate.removed.is_none_or(|removed| !last.reaches(Release::one(removed))), "{}", gate.name);
        }
    }

    #[test]
    fn defaults_change_with_the_release() {
        // The release in which each gate is first on (the column "beta" or "stable" of the tables).
        for (name, first_on) in [
            ("MatchLabelKeysInPodTopologySpread", 27),
            ("MatchLabelKeysInPodTopologySpreadSelectorMerge", 34),
            ("NodeInclusionPolicyInPodTopologySpread", 26),
            ("MinDomainsInPodTopologySpread", 27),
            ("MatchLabelKeysInPodAffinity", 31),
            ("SchedulerQueueingHints", 32),
            ("SchedulerPopFromBackoffQ", 33),
            ("SidecarContainers", 29),
            ("PodLevelResources", 34),
            ("ServiceIPStaticSubrange", 25),
            ("ServiceNodePortStaticSubrange", 28),
            ("MultiCIDRServiceAllocator", 33),
            ("DisableAllocatorDualWrite", 34),
            ("InPlacePodVerticalScaling", 33),
        ] {
            for minor in 24..=38 {
                assert_eq!(default_of(minor, name), minor >= first_on, "{name} in 1.{minor}");
            }
        }
        assert!(!default_of(37, "CPUManagerPolicyAlphaOptions"));
    }

    #[test]
    fn some_gates_flip_between_patch_releases() {
        let on = |minor, patch, name: &str| {
            let release = Release::patched(minor, patch);
            Gates::resolve(release, &BTreeMap::new()).expect("defaults are valid").0.enabled(name)
        };
        // Pull requests 137904 and 137666: on in 1.35.0 to 1.35.3, off after it, on again from 1.37.
        let of_stateful_sets = |minor, patch| on(minor, patch, "MaxUnavailableStatefulSet");
        assert!(!of_stateful_sets(34, 9) && of_stateful_sets(35, 0) && of_stateful_sets(35, 3));
        assert!(!of_stateful_sets(35, 4) && !of_stateful_sets(36, 0) && of_stateful_sets(37, 0));
        // Pull requests 134401 (after 1.34.1), 135059 and 135904 (after 1.35.0).
        let of_calls = |minor, patch| on(minor, patch, "SchedulerAsyncAPICalls");
        assert!(of_calls(34, 0) && of_calls(34, 1) && !of_calls(34, 2));
        assert!(of_calls(35, 0) && !of_calls(35, 1) && !of_calls(36, 0));
        assert!(!default_of(34, "SchedulerAsyncAPICalls"), "without a patch, the newest of the minor");
        assert!(!default_of(35, "MaxUnavailableStatefulSet"));
    }

    #[test]
    fn settings_win_over_defaults() {
        let (gates, notes) = resolve(34, &[("PodLevelResources", false)]).expect("not locked");
        assert!(!gates.enabled("PodLevelResources"));
        assert!(notes.is_empty());
        let (gates, _) = resolve(25, &[("AllAlpha", true), ("MatchLabelKeysInPodTopologySpread", false)])
            .expect("not locked");
        assert!(!gates.enabled("MatchLabelKeysInPodTopologySpread"));
        assert!(gates.enabled("NodeInclusionPolicyInPodTopologySpread"), "alpha in 1.25");
        let (_, notes) = resolve(35, &[("OpportunisticBatching", false)]).expect("not locked");
        assert_eq!(notes.len(), 1);
    }

    #[test]
    fn locked_and_unknown_gates_are_refused_in_the_components_words() {
        let error = |minor, name: &str, value| resolve(minor, &[(name, value)]).expect_err("is refused");
        assert_eq!(
            error(34, "SchedulerQueueingHints", false),
            "cannot set feature gate SchedulerQueueingHints to false, feature is locked to true"
        );
        assert!(resolve(34, &[("SchedulerQueueingHints", true)]).is_ok());
        assert!(resolve(33, &[("SchedulerQueueingHints", false)]).is_ok());
        assert!(error(34, "Nonsense", true).starts_with("unrecognized feature gate: Nonsense"));
        assert_eq!(
            error(34, "PodLevelResource", true),
            "unrecognized feature gate: PodLevelResource; did you mean \"PodLevelResources\"?"
        );
        assert!(error(31, "PodLevelResources", true).contains("1.32 is the first"));
        assert!(error(34, "MinDomainsInPodTopologySpread", true).contains("went in 1.32"));
    }
}
