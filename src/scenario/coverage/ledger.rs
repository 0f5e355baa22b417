//! The ledger: what an answer may claim.

use super::fields::Fields;
use super::gap::Gap;
use super::irrelevant::Irrelevant;
use super::owners::{Owners, all};
use super::situations::{self, Scene};
use super::stake::Stake;
use crate::cluster::setup::ClusterSetup;
use crate::scenario::assumptions::Assumption;
use crate::scenario::earlier::EarlierBacktest;
use crate::scenario::lints::{self, Lint};
use crate::scenario::plan::Plan;

/// What of an input is left out of the simulation, and what stands behind the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// What is left out: first what can turn the answer round.
    pub gaps: Vec<Gap>,
    /// Kinds of objects that change nothing, with their numbers and the reason.
    pub irrelevant: Vec<Irrelevant>,
    /// How closely the release is followed, and what its gates bring with them.
    pub notes: Vec<String>,
    /// Which release is followed, and where it is known from; one of each release of the variants.
    pub releases: Vec<String>,
    /// What each model was checked against: `kube-scheduler: recorded at v1.34`.
    pub models: Vec<String>,
    /// The times that every duration and probability hangs on.
    pub assumptions: Vec<Assumption>,
    /// Warnings about the input.
    pub doubts: usize,
    /// Operations of the timeline that were not done at the end of a run: which, and what they wait for.
    pub unfinished: Vec<String>,
    /// How forecasts of the user's own clusters held, where an earlier backtest is handed in.
    pub earlier: Option<EarlierBacktest>,
    /// What is allowed and will probably not do what it is there for.
    pub lints: Vec<Lint>,
}

impl Ledger {
    /// The ledger of an input. `own` are gaps that are found elsewhere: of configurations, say.
    pub(in crate::scenario) fn of(plan: &Plan, setup: &ClusterSetup, own: Vec<Gap>) -> Self {
        let mut fields = Fields::default();
        fields.look_at_settings(&plan.scenario.tree);
        let owners = Owners::of(plan);
        for source in all(plan) {
            fields.look(source, owners.of_pod(source).as_ref());
        }
        let stake = Stake::of(plan, setup);
        let mut ledger = Self::default();
        for (what, found) in &fields.found {
            let gap = Gap::new(what, found.effect.as_str()).counted(found.count());
            ledger.add(gap.decisive(stake.is_touched_by(found)));
        }
        let scene = Scene { plan, setup, stake: &stake, owners: &owners };
        let situations = situations::ALL.iter().flat_map(|situation| situation(&scene));
        for gap in situations.chain(own) {
            ledger.add(gap);
        }
        ledger.lints = lints::lints(plan, setup, &plan.ask.allow);
        let irrelevant = fields.irrelevant.into_iter();
        ledger.irrelevant =
            irrelevant.map(|(kind, (count, why))| Irrelevant { kind, count, reason: why.into() }).collect();
        ledger
    }

    /// Adds a gap; one that says more of the same thing takes its place.
    pub fn add(&mut self, gap: Gap) {
        self.gaps.retain(|known| known.what != gap.what);
        let at =
            if gap.decisive { self.gaps.partition_point(|known| known.decisive) } else { self.gaps.len() };
        self.gaps.insert(at, gap);
    }

    /// Adds what another variant leaves out. Of the same thing the one that weighs more stays.
    pub(in crate::scenario) fn merge(&mut self, other: Self) {
        for note in other.notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        for model in other.models {
            if !self.models.contains(&model) {
                self.models.push(model);
            }
        }
        for release in other.releases {
            if !self.releases.contains(&release) {
                self.releases.push(release);
            }
        }
        for gap in other.gaps {
            let known = self.gaps.iter().find(|known| known.what == gap.what);
            if known.is_none_or(|known| gap.decisive && !known.decisive) {
                self.add(gap);
            }
        }
        for row in other.irrelevant {
            if !self.irrelevant.iter().any(|known| known.kind == row.kind) {
                self.irrelevant.push(row);
            }
        }
        for assumption in other.assumptions {
            if !self.assumptions.contains(&assumption) {
                self.assumptions.push(assumption);
            }
        }
        for lint in other.lints {
            if !self.lints.contains(&lint) {
                self.lints.push(lint);
            }
        }
        self.doubts = self.doubts.max(other.doubts);
    }

    /// Whether nothing of the input is left out, and nothing about it is doubtful.
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty() && self.doubts == 0
    }

    /// Whether an answer is complete: always, but where nothing may be left out (`--strict`).
    pub fn satisfies(&self, strict: bool) -> bool {
        !strict || self.gaps.is_empty()
    }

    /// The gaps that can turn the answer round.
    pub fn decisive(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().filter(|gap| gap.decisive)
    }

    /// The others.
    pub fn details(&self) -> impl Iterator<Item = &Gap> {
        self.gaps.iter().filter(|gap| !gap.decisive)
    }
}
