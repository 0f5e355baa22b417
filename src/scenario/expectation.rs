//! `spec.expect`: what must come out of a run.

use schemars::JsonSchema;
use serde::Deserialize;

use super::error::Place;
use super::measure_names;
use super::reference::Reference;
use crate::api::WhenUnsatisfiable;
use crate::api::coverage::Coverage::{Irrelevant, Object};
use crate::api::coverage::Field;
use crate::measures::Measure;
use crate::measures::rollout_row::OWN_SPREAD;

/// Why expectations change nothing.
const ASKS: &str = "it asks; it decides nothing";
/// What becomes of the fields of a share.
const SHARE: &[Field] = &[
    ("above", Irrelevant(ASKS)),
    ("below", Irrelevant(ASKS)),
    ("equals", Irrelevant(ASKS)),
    ("max", Irrelevant(ASKS)),
    ("min", Irrelevant(ASKS)),
];

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("constraint", Irrelevant(ASKS)),
    ("equals", Irrelevant(ASKS)),
    ("max", Irrelevant(ASKS)),
    ("measure", Irrelevant(ASKS)),
    ("min", Irrelevant(ASKS)),
    ("of", Irrelevant(ASKS)),
    ("rollout", Irrelevant(ASKS)),
    ("share", Object(&[SHARE])),
    ("variant", Irrelevant(ASKS)),
];

/// What must come out, as written.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend(
    "anyOf" = [
        {"required": ["min"]}, {"required": ["max"]}, {"required": ["equals"]}, {"required": ["share"]},
    ]
))]
pub struct ExpectationDocument {
    /// What is measured.
    #[schemars(extend("enum" = measure_names::in_the_schema()))]
    pub measure: String,
    /// Of which Deployment. Default: the whole cluster, or the only Deployment.
    #[schemars(example = "deployment/default/web")]
    pub of: Option<Reference>,
    /// In which rollout: 0 is the creation, 1 the first that the timeline starts. Default: the last.
    pub rollout: Option<u32>,
    /// For which spread constraint: a topology key, or `KEY|DoNotSchedule`, `KEY|ScheduleAnyway`.
    /// Default: the first. With `|own spread` after it: the Deployment's own spread, which stands beside a
    /// constraint that counts the pods of others too.
    #[schemars(example = "kubernetes.io/hostname")]
    pub constraint: Option<String>,
    /// In which variant. Default: in every one.
    pub variant: Option<String>,
    /// At least this much, in every run.
    pub min: Option<f64>,
    /// At most this much, in every run.
    pub max: Option<f64>,
    /// Exactly this much, in every run.
    pub equals: Option<f64>,
    /// In which share of the runs.
    pub share: Option<ShareDocument>,
}

/// A share of runs: those whose value lies above, below or at a value.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend(
    "oneOf" = [{"required": ["above"]}, {"required": ["below"]}, {"required": ["equals"]}],
    "anyOf" = [{"required": ["min"]}, {"required": ["max"]}]
))]
pub struct ShareDocument {
    /// Count the runs with a value above this.
    pub above: Option<f64>,
    /// Count the runs with a value below this.
    pub below: Option<f64>,
    /// Count the runs with exactly this value.
    pub equals: Option<f64>,
    /// At least this share of the runs, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub min: Option<f64>,
    /// At most this share of the runs, 0 to 1.
    #[schemars(range(min = 0, max = 1))]
    pub max: Option<f64>,
}

/// What must come out, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// What is measured.
    pub measure: Measure,
    /// The Deployment; `None` is the whole cluster, or the only Deployment.
    pub of: Option<Reference>,
    /// The rollout, 0 being the creation; `None` is the last.
    pub rollout: Option<u32>,
    /// The spread constraint; `None` is the first.
    pub constraint: Option<ConstraintSelector>,
    /// The variant; `None` is every one.
    pub variant: Option<String>,
    /// Bounds that every run keeps.
    pub every_run: Bounds,
    /// The share of runs.
    pub share: Option<Share>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// A spread constraint of a pod template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintSelector {
    /// `topologyKey`.
    pub topology_key: String,
    /// `whenUnsatisfiable`; `None` is either.
    pub when_unsatisfiable: Option<WhenUnsatisfiable>,
    /// Not the constraint, but the Deployment's own spread beside it.
    pub own_spread: bool,
}

/// Bounds of a value; a value meets those that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// At least.
    pub min: Option<f64>,
    /// At most.
    pub max: Option<f64>,
    /// Exactly.
    pub equals: Option<f64>,
}

/// Which runs a share counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Compare {
    /// With a value above.
    Above(f64),
    /// With a value below.
    Below(f64),
    /// With exactly this value.
    Equals(f64),
}

/// The share of runs whose value compares so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Which runs are counted.
    pub of_runs: Compare,
    /// At least this share, 0 to 1.
    pub min: Option<f64>,
    /// At most this share, 0 to 1.
    pub max: Option<f64>,
}

impl Bounds {
    /// Whether a value lies within.
    #[expect(
        clippy::float_cmp,
        reason = "`equals` means exactly; the measures are counts or whole seconds there"
    )]
    pub fn contain(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min)
            && self.max.is_none_or(|max| value <= max)
            && self.equals.is_none_or(|equals| value == equals)
    }

    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Compare {
    /// Whether a value compares so.
    #[expect(
        clippy::float_cmp,
        reason = "`equals` means exactly; the measures are counts or whole seconds there"
    )]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Above(bound) => value > bound,
            Self::Below(bound) => value < bound,
            Self::Equals(bound) => value == bound,
        }
    }
}

impl ExpectationDocument {
    /// Checks the entry by itself (that object and variant exist is checked elsewhere).
    pub(super) fn check(&self, known: &[Measure], place: Option<Place>) -> Result<Expectation, String> {
        let measure = measure_names::find(&self.measure, known)?;
        let every_run = Bounds { min: self.min, max: self.max, equals: self.equals };
        if every_run.is_empty() && self.share.is_none() {
            return Err("nothing is expected: give min, max, equals or share".to_owned());
        }
        Ok(Expectation {
            measure,
            of: self.of.clone(),
            rollout: self.rollout,
            constraint: self.constraint.as_deref().map(ConstraintSelector::parse).transpose()?,
            variant: self.variant.clone(),
            every_run,
            share: self.share.map(ShareDocument::check).transpose()?,
            place,
        })
    }
}

impl ShareDocument {
    fn check(self) -> Result<Share, String> {
        let above = self.above.map(Compare::Above);
        let below = self.below.map(Compare::Below);
        let equals = self.equals.map(Compare::Equals);
        let mut given = [above, below, equals].into_iter().flatten();
        let (Some(of_runs), None) = (given.next(), given.next()) else {
            return Err("share: give exactly one of above, below, equals".to_owned());
        };
        if self.min.is_none() && self.max.is_none() {
            return Err("share: give min, max or both".to_owned());
        }
        if [self.min, self.max].into_iter().flatten().any(|share| !(0.0..=1.0).contains(&share)) {
            return Err("share: min and max are shares between 0 and 1".to_owned());
        }
        Ok(Share { of_runs, min: self.min, max: self.max })
    }
}

impl ConstraintSelector {
    /// Whether a constraint named `KEY|WHEN_UNSATISFIABLE` is the one.
    pub fn fits(&self, name: &str) -> bool {
        let kind = self.when_unsatisfiable.map(|kind| match kind {
            WhenUnsatisfiable::DoNotSchedule => "DoNotSchedule",
            WhenUnsatisfiable::ScheduleAnyway => "ScheduleAnyway",
        });
        let (constraint, own_spread) = without_own_spread(name);
        let Some((key, its_kind)) = constraint.split_once('|') else { return false };
        own_spread == self.own_spread && key == self.topology_key && kind.is_none_or(|kind| kind == its_kind)
    }

    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (text, own_spread) = without_own_spread(text);
        let (topology_key, when) = text.split_once('|').map_or((text, None), |(key, when)| (key, Some(when)));
        let when_unsatisfiable = match when {
            None => None,
            Some("DoNotSchedule") => Some(WhenUnsatisfiable::DoNotSchedule),
            Some("ScheduleAnyway") => Some(WhenUnsatisfiable::ScheduleAnyway),
            Some(other) => {
                return Err(format!("constraint: {other:?} is neither DoNotSchedule nor ScheduleAnyway"));
            }
        };
        Ok(Self { topology_key: topology_key.to_owned(), when_unsatisfiable, own_spread })
    }
}

/// The constraint of a name, and whether the name is that of the own spread beside it.
fn without_own_spread(name: &str) -> (&str, bool) {
    name.strip_suffix(OWN_SPREAD).map_or((name, false), |constraint| (constraint, true))
}
