//! A feature gate and its history (`k8s.io/component-base/featuregate`).

use super::release::Release;

/// How far a gate has come in a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Off unless asked for.
    Alpha,
    /// Usually on.
    Beta,
    /// Generally available.
    Ga,
}

/// A step of a gate's history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    /// The release from which on it holds.
    pub(super) since: Release,
    /// How the gate stands from then on.
    pub(super) status: GateStatus,
}

/// A gate's history.
#[derive(Debug)]
pub struct FeatureGate {
    /// Its name.
    pub name: &'static str,
    /// Whether one of the models here changes with it.
    pub simulated: bool,
    /// Its steps, from the oldest on.
    pub(super) history: &'static [Step],
    /// The minor release from which on its name is unknown; what it did then happens always.
    pub(super) removed: Option<u8>,
}

/// A gate as it stands in one release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateStatus {
    /// The stage.
    pub stage: Stage,
    /// On or off, if the user says nothing.
    pub default: bool,
    /// Whether the user cannot change it.
    pub locked: bool,
}

impl FeatureGate {
    /// The gate in a release; `None` before its first one. A removed gate keeps its last status.
    pub fn status(&self, release: Release) -> Option<GateStatus> {
        self.history.iter().rev().find(|step| release.reaches(step.since)).map(|step| step.status)
    }

    /// Whether components of a release know the gate's name.
    pub fn is_known_in(&self, release: Release) -> bool {
        let removed = self.removed.is_some_and(|removed| release.reaches(Release::one(removed)));
        self.status(release).is_some() && !removed
    }

    /// Its history in words: `alpha, off from 1.24; beta, on from 1.35; beta, off from 1.35.4`.
    pub fn history_words(&self) -> String {
        let steps = self.history.iter().map(|Step { since, status }| {
            let stage = match status.stage {
                Stage::Alpha => "alpha",
                Stage::Beta => "beta",
                Stage::Ga => "stable",
            };
            let set = if status.default { "on" } else { "off" };
            let locked = if status.locked { " (locked)" } else { "" };
            format!("{stage}, {set}{locked} from {since}")
        });
        let removed = self.removed.map(|minor| format!("its name is gone from {}", Release::one(minor)));
        steps.chain(removed).collect::<Vec<_>>().join("; ")
    }
}
