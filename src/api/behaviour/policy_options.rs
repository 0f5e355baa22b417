//! Policy options of the kubelet's managers: how far each has come in a release, and whether the gates
//! let it be used.
//!
//! Source: the releases' documentation of CPU Manager and Topology Manager options, KEPs 2625, 2902, 3327,
//! 4176, 4540, 4800, 3545 and 4622.

use super::gates::Gates;
use super::release::Release;
use crate::api::go_text::quote;

/// How far an option has come.
#[derive(Clone, Copy)]
enum OptionStage {
    /// Needs the gate for alpha options.
    Alpha,
    /// Needs the gate for beta options, which is on.
    Beta,
    /// Always there.
    Stable,
}

/// An option's name and the minor releases in which it became alpha, beta and stable.
type History = (&'static str, [Option<u8>; 3]);

const CPU_MANAGER: [History; 6] = [
    ("full-pcpus-only", [Some(22), Some(23), Some(33)]),
    ("distribute-cpus-across-numa", [Some(23), Some(33), None]),
    ("align-by-socket", [Some(25), None, None]),
    ("distribute-cpus-across-cores", [Some(31), None, None]),
    ("strict-cpu-reservation", [Some(32), Some(33), Some(35)]),
    ("prefer-align-cpus-by-uncorecache", [Some(32), Some(34), Some(36)]),
];

const TOPOLOGY_MANAGER: [History; 2] = [
    ("prefer-closest-numa-nodes", [Some(26), Some(28), Some(32)]),
    ("max-allowable-numa-nodes", [None, Some(31), Some(35)]),
];

/// The options of one manager in a release with its gates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolicyOptions {
    manager: &'static str,
    table: &'static [History],
    release: Release,
    /// Options can be given at all.
    pub any: bool,
    alpha: bool,
    beta: bool,
}

impl PolicyOptions {
    pub(super) fn of_cpu_manager(release: Release, gates: &Gates) -> Self {
        Self {
            manager: "CPU Manager",
            table: &CPU_MANAGER,
            release,
            any: gates.enabled("CPUManagerPolicyOptions"),
            alpha: gates.enabled("CPUManagerPolicyAlphaOptions"),
            beta: gates.enabled("CPUManagerPolicyBetaOptions"),
        }
    }

    pub(super) fn of_topology_manager(release: Release, gates: &Gates) -> Self {
        Self {
            manager: "Topology Manager",
            table: &TOPOLOGY_MANAGER,
            release,
            any: gates.enabled("TopologyManagerPolicyOptions"),
            alpha: gates.enabled("TopologyManagerPolicyAlphaOptions"),
            beta: gates.enabled("TopologyManagerPolicyBetaOptions"),
        }
    }

    /// Whether an option can be used; if not, the kubelet's own words.
    pub fn check(&self, name: &str) -> Result<(), String> {
        let (manager, quoted) = (self.manager, quote(name));
        let (level, enabled) = match self.stage(name) {
            None => return Err(format!("unknown {manager} Policy option: {quoted}")),
            Some(OptionStage::Alpha) => ("Alpha", self.alpha),
            Some(OptionStage::Beta) => ("Beta", self.beta),
            Some(OptionStage::Stable) => return Ok(()),
        };
        if enabled {
            return Ok(());
        }
        Err(format!("{manager} Policy {level}-level Options not enabled, but option {quoted} provided"))
    }

    /// Each option with how it stands: `unknown`, `stable`, or `alpha` and `beta`, with `(refused)` where the
    /// gates do not let it be used; `refused` where no option can be given.
    pub(super) fn settings(&self) -> Vec<(&'static str, &'static str)> {
        let word = |name| match (self.stage(name), self.any) {
            (None, _) => "unknown",
            (_, false) => "refused",
            (Some(OptionStage::Alpha), _) => {
                if self.alpha {
                    "alpha"
                } else {
                    "alpha (refused)"
                }
            }
            (Some(OptionStage::Beta), _) => {
                if self.beta {
                    "beta"
                } else {
                    "beta (refused)"
                }
            }
            (Some(OptionStage::Stable), _) => "stable",
        };
        self.table.iter().map(|(name, _)| (*name, word(name))).collect()
    }

    /// How far an option has come; `None`: it is unknown in this release.
    fn stage(&self, name: &str) -> Option<OptionStage> {
        let (_, since) = self.table.iter().find(|(known, _)| *known == name)?;
        let reached = |at: usize| since[at].is_some_and(|minor| self.release.reaches(Release::one(minor)));
        match (reached(0), reached(1), reached(2)) {
            (_, _, true) => Some(OptionStage::Stable),
            (_, true, _) => Some(OptionStage::Beta),
            (true, _, _) => Some(OptionStage::Alpha),
            _ => None,
        }
    }
}
