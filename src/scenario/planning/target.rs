//! Targets, read from their text: `P(pendingPods > 0) < 1%`, `max(finalSkew) <= 1`.

use super::document::TargetDocument;
use crate::measures::Measure;
use crate::scenario::figure_selector::FigureSelector;

/// A target, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// As written.
    pub text: String,
    /// Which figure of a run.
    pub figure: FigureSelector,
    /// What must hold.
    pub goal: Goal,
}

/// What must hold of a figure over the runs. A run without the figure breaks it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Goal {
    /// The share of runs that break `keeps` is below this.
    Rarely {
        /// What a run keeps.
        keeps: Bound,
        /// Below this share of runs break it.
        below: f64,
    },
    /// No run breaks `keeps`, and the share that would is shown to be below this.
    Always {
        /// What every run keeps.
        keeps: Bound,
        /// Below this share of runs would break it.
        below: f64,
    },
    /// The mean keeps this.
    Mean(Bound),
}

/// A bound on a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// How it compares.
    pub operator: Operator,
    /// With what.
    pub value: f64,
}

/// How a value compares with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `<`.
    Below,
    /// `<=`.
    AtMost,
    /// `>`.
    Above,
    /// `>=`.
    AtLeast,
}

impl Operator {
    fn not(self) -> Self {
        match self {
            Self::Below => Self::AtLeast,
            Self::AtMost => Self::Above,
            Self::Above => Self::AtMost,
            Self::AtLeast => Self::Below,
        }
    }

    fn is_upper(self) -> bool {
        matches!(self, Self::Below | Self::AtMost)
    }
}

impl Bound {
    /// Whether a value keeps it.
    pub fn holds(self, value: f64) -> bool {
        match self.operator {
            Operator::Below => value < self.value,
            Operator::AtMost => value <= self.value,
            Operator::Above => value > self.value,
            Operator::AtLeast => value >= self.value,
        }
    }

    /// Whether it bounds from above.
    pub fn is_upper(self) -> bool {
        self.operator.is_upper()
    }
}

const FORMS: &str = "write P(pendingPods > 0) < 1%, max(finalSkew) <= 1, min(…) >= N, mean(…) <= N or \
                     p95(…) <= N";

impl TargetDocument {
    /// Checks the target by itself.
    pub(super) fn check(&self, known: &[Measure]) -> Result<Target, String> {
        let text = self.target.trim();
        let (function, rest) =
            text.split_once('(').ok_or_else(|| format!("{text:?} is no target; {FORMS}"))?;
        let (inside, outside) =
            rest.split_once(')').ok_or_else(|| format!("{text:?} has no closing parenthesis; {FORMS}"))?;
        let tolerance = self.tolerance.unwrap_or(0.01);
        if !(0.000_1..=0.5).contains(&tolerance) {
            return Err("tolerance: a share from 0.0001 to 0.5".to_owned());
        }
        let function = function.trim();
        let outer = bound(outside)?;
        let (measure, goal) = match function {
            "P" => {
                let (measure, event) = comparison(inside)?;
                (measure, probability(event, outer)?)
            }
            "max" if outer.is_upper() => (inside, Goal::Always { keeps: outer, below: tolerance }),
            "min" if !outer.is_upper() => (inside, Goal::Always { keeps: outer, below: tolerance }),
            "max" | "min" => return Err(format!("{text:?}: max is bounded from above, min from below")),
            "mean" => (inside, Goal::Mean(outer)),
            _ => match function.strip_prefix('p').and_then(|percent| percent.parse::<f64>().ok()) {
                Some(percent) if percent > 0.0 && percent < 100.0 => {
                    (inside, quantile(percent / 100.0, outer))
                }
                _ => return Err(format!("{function:?} is no function of a target; {FORMS}")),
            },
        };
        if self.tolerance.is_some() && !matches!(goal, Goal::Always { .. }) {
            return Err("tolerance belongs to max and min".to_owned());
        }
        let figure = FigureSelector::new(
            (measure.trim(), known),
            self.of.clone(),
            self.rollout,
            self.constraint.as_deref(),
        )?;
        Ok(Target { text: text.to_owned(), figure, goal })
    }
}

/// `P(event) < share`, or `P(event) > share`, which is the same of the opposite event.
fn probability(event: Bound, outer: Bound) -> Result<Goal, String> {
    if !(outer.value > 0.0 && outer.value < 1.0) {
        return Err(format!(
            "a probability is bounded by a share above 0 % and below 100 %, not by {}; for every run write max or min",
            outer.value
        ));
    }
    Ok(if outer.is_upper() {
        let keeps = Bound { operator: event.operator.not(), value: event.value };
        Goal::Rarely { keeps, below: outer.value }
    } else {
        Goal::Rarely { keeps: event, below: 1.0 - outer.value }
    })
}

/// A quantile below a value: hardly any run is above it.
fn quantile(quantile: f64, outer: Bound) -> Goal {
    let below = if outer.is_upper() { 1.0 - quantile } else { quantile };
    Goal::Rarely { keeps: outer, below }
}

/// `pendingPods > 0`.
fn comparison(text: &str) -> Result<(&str, Bound), String> {
    let place = text.find(['<', '>']).ok_or_else(|| format!("{text:?} compares nothing; {FORMS}"))?;
    Ok((text[..place].trim(), bound(&text[place..])?))
}

/// `< 1%`.
fn bound(text: &str) -> Result<Bound, String> {
    let text = text.trim();
    let operators =
        [("<=", Operator::AtMost), (">=", Operator::AtLeast), ("<", Operator::Below), (">", Operator::Above)];
    let found = operators.into_iter().find_map(|(sign, operator)| Some((operator, text.strip_prefix(sign)?)));
    let (operator, number) = found.ok_or_else(|| format!("{text:?} is no bound such as <= 1; {FORMS}"))?;
    let number = number.trim();
    let (number, scale) =
        number.strip_suffix('%').map_or((number, 1.0), |percent| (percent.trim_end(), 100.0));
    let value: f64 = number.parse().map_err(|_| format!("{number:?} is no number; {FORMS}"))?;
    if !value.is_finite() {
        return Err(format!("{number:?} is no number; {FORMS}"));
    }
    Ok(Bound { operator, value: value / scale })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::MEASURES;

    fn read(text: &str) -> Result<Target, String> {
        let document = TargetDocument {
            target: text.to_owned(),
            of: None,
            rollout: None,
            constraint: None,
            tolerance: None,
        };
        document.check(MEASURES)
    }

    #[test]
    fn targets_say_what_a_run_keeps() {
        let keeps = |operator, value| Bound { operator, value };
        for (text, goal) in [
            ("P(pendingPods > 0) < 1%", Goal::Rarely { keeps: keeps(Operator::AtMost, 0.0), below: 0.01 }),
            ("P(pendingPods<=0)>0.75", Goal::Rarely { keeps: keeps(Operator::AtMost, 0.0), below: 0.25 }),
            ("max(finalSkew) <= 1", Goal::Always { keeps: keeps(Operator::AtMost, 1.0), below: 0.01 }),
            (
                "min(readyShareAfterDomainLoss) >= 50 %",
                Goal::Always { keeps: keeps(Operator::AtLeast, 0.5), below: 0.01 },
            ),
            ("mean(pendingPods) < 2.5", Goal::Mean(keeps(Operator::Below, 2.5))),
            (
                "p75(rolloutDurationSeconds) <= 90",
                Goal::Rarely { keeps: keeps(Operator::AtMost, 90.0), below: 0.25 },
            ),
        ] {
            assert_eq!(read(text).map(|target| target.goal), Ok(goal), "{text}");
        }
    }

    #[test]
    fn targets_that_cannot_be_evaluated_are_told() {
        for (text, told) in [
            ("pendingPods < 1", "is no target"),
            ("P(pendingPods > 0 < 1%", "closing parenthesis"),
            ("P(pendingPods) < 1%", "compares nothing"),
            ("P(pendingPods > 0)", "is no bound"),
            ("P(pendingPods > 0) < 0%", "for every run write max or min"),
            ("P(pendingPods > 0) < 200%", "below 100 %"),
            ("P(pendingPod > 0) < 1%", "did you mean \"pendingPods\"?"),
            ("max(pendingPods) >= 1", "max is bounded from above"),
            ("median(pendingPods) < 1", "is no function"),
            ("p0(pendingPods) < 1", "is no function"),
            ("mean(pendingPods) < many", "is no number"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
