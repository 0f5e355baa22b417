//! Which replication is looked at: by its number, the middle one, or one that stands out.

use std::fmt;

use super::summary::VariantResult;
use crate::measures::{MEASURES, Measure, listed};

/// Which replication is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    /// The first.
    #[default]
    First,
    /// This one.
    Number(u32),
    /// That of the lower median of the rollouts' duration.
    Median,
    /// That with the largest value of a measure.
    Worst(&'static str),
    /// That with the smallest value of a measure.
    Best(&'static str),
}

impl Choice {
    /// Reads `K`, `median`, `worst:MEASURE` or `best:MEASURE`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let measure = |name: &str| {
            let known = MEASURES.iter().find(|measure| measure.name == name);
            known.map(|measure| measure.name).ok_or_else(|| format!("there is no measure {name:?}"))
        };
        match text.split_once(':') {
            Some(("worst", name)) => measure(name).map(Self::Worst),
            Some(("best", name)) => measure(name).map(Self::Best),
            None if text == "median" => Ok(Self::Median),
            None if text.parse::<u32>().is_ok() => Ok(Self::Number(text.parse().unwrap_or_default())),
            _ => Err(format!(
                "{text:?} is no replication; write a number, median, worst:MEASURE or best:MEASURE"
            )),
        }
    }

    /// Whether other replications must have been run to know which it is.
    pub fn needs_runs(&self) -> bool {
        !matches!(self, Self::First | Self::Number(_))
    }

    /// The replication among the runs of a variant. Of equal ones the lower number.
    pub fn among(&self, result: &VariantResult) -> Result<u32, String> {
        match self {
            Self::First => Ok(0),
            Self::Number(number) => Ok(*number),
            Self::Median => {
                let mut values = values(result, const { listed("rolloutDurationSeconds") });
                values.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
                let middle = values.len().saturating_sub(1) / 2;
                values
                    .get(middle)
                    .map(|one| one.0)
                    .ok_or_else(|| "no rollout completes in any run".to_owned())
            }
            Self::Worst(name) => extreme(result, name, |value| -value),
            Self::Best(name) => extreme(result, name, |value| value),
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => f.write_str("0"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Median => f.write_str("median"),
            Self::Worst(name) => write!(f, "worst:{name}"),
            Self::Best(name) => write!(f, "best:{name}"),
        }
    }
}

/// The largest value that a measure has in each run that has any, by replication.
fn values(result: &VariantResult, measure: &Measure) -> Vec<(u32, f64)> {
    let of_run = |run: &super::replication::Run| {
        let own = run.figures.iter().filter(|figure| figure.key.measure == measure.name);
        let largest = own.map(|figure| figure.value).max_by(f64::total_cmp)?;
        Some((run.replication, largest))
    };
    result.runs.iter().filter_map(of_run).collect()
}

fn extreme(result: &VariantResult, name: &'static str, rank: fn(f64) -> f64) -> Result<u32, String> {
    let measure = MEASURES.iter().find(|measure| measure.name == name).expect("read from the list");
    let values = values(result, measure);
    let first = values.iter().min_by(|a, b| rank(a.1).total_cmp(&rank(b.1)).then(a.0.cmp(&b.0)));
    first.map(|one| one.0).ok_or_else(|| format!("no run has a figure {name}"))
}
