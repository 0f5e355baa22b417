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

/// A gate's history.
#[derive(Debug)]
pub struct FeatureGate {
    /// Its name.
    pub name: &'static str,
    /// Whether one of the models here changes with it.
    pub simulated: bool,
    /// From which minor release: the stage, the default, whether it is locked to the default.
    pub(super) history: &'static [(u8, Stage, bool, bool)],
    /// The release from which on its name is unknown; what it did then happens always.
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
        let (_, stage, default, locked) =
            self.history.iter().rev().find(|entry| Release::one(entry.0) <= release)?;
        Some(GateStatus { stage: *stage, default: *default, locked: *locked })
    }

    /// Whether components of a release know the gate's name.
    pub fn is_known_in(&self, release: Release) -> bool {
        self.status(release).is_some() && self.removed.is_none_or(|removed| release < Release::one(removed))
    }
}
