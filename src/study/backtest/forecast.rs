//! The forecast of a whole number: how probable each value is.

use std::collections::BTreeMap;

/// Sums of probabilities that should be equal differ by less.
pub(super) const ROUNDING: f64 = 1e-9;

/// How probable each value is.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The values, ascending, with their probabilities.
    values: Vec<(i64, f64)>,
}

impl Forecast {
    /// The forecast of numbers, one of each run; `None` without runs.
    pub fn of_counts(counts: &[u32]) -> Option<Self> {
        Self::of(counts.iter().map(|count| (i64::from(*count), 1.0)), counts.len())
    }

    /// The forecast of how many seconds a dump will show that cuts both ends to whole seconds; `None` without runs. A run
    /// without an end is longer than all others.
    ///
    /// Where in its second a rollout begins is as good as uniform, so that `d` seconds are shown as ⌊d⌋ with probability
    /// 1 − (d − ⌊d⌋), else as one more.
    pub fn of_seconds(runs: &[Option<f64>]) -> Option<Self> {
        let shown = runs.iter().flatten().flat_map(|seconds| {
            let (whole, rest) = (libm::floor(*seconds), seconds - libm::floor(*seconds));
            [(whole as i64, 1.0 - rest), (whole as i64 + 1, rest)]
        });
        Self::of(shown, runs.len())
    }

    fn of(weighted: impl Iterator<Item = (i64, f64)>, runs: usize) -> Option<Self> {
        if runs == 0 {
            return None;
        }
        let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
        for (value, weight) in weighted {
            *sums.entry(value).or_default() += weight;
        }
        sums.retain(|_, weight| *weight > 0.0);
        Some(Self { values: sums.into_iter().map(|(value, weight)| (value, weight / runs as f64)).collect() })
    }

    /// The longest value of a run that ends; 0 if none does.
    pub fn longest(&self) -> i64 {
        self.values.last().map_or(0, |(value, _)| *value)
    }

    /// P(X < value).
    pub fn below(&self, value: i64) -> f64 {
        let lower = self.values.iter().take_while(|(other, _)| *other < value);
        lower.fold(0.0, |sum: f64, (_, share)| sum + share).min(1.0)
    }

    /// P(X = value).
    pub fn at(&self, value: i64) -> f64 {
        self.values.iter().find(|(other, _)| *other == value).map_or(0.0, |(_, share)| *share)
    }

    /// P(X ≤ value).
    pub fn up_to(&self, value: i64) -> f64 {
        (self.below(value) + self.at(value)).min(1.0)
    }

    /// The smallest value that X does not exceed with probability `p`; `None`: runs without an end are among those.
    pub fn quantile(&self, p: f64) -> Option<i64> {
        let mut sum = 0.0;
        let reached = self.values.iter().find(|(_, share)| {
            sum += share;
            sum >= p - ROUNDING
        });
        reached.map(|(value, _)| *value)
    }

    /// The middle that holds a share of the probability, or more: of what lies beyond each end there is less than half
    /// of the rest.
    pub fn middle(&self, share: f64) -> (Option<i64>, Option<i64>) {
        (self.quantile((1.0 - share) / 2.0), self.quantile(f64::midpoint(1.0, share)))
    }

    /// The continuous ranked probability score E|X − y| − ½ E|X − X′| of what was seen, in the unit of the values; of
    /// whole numbers it is the ranked probability score. With a bound every number above it counts as the next one: nobody
    /// looked further (a threshold-weighted score, T. Gneiting, R. Ranjan, JBES 29 (2011) 411–422, which is proper too).
    pub fn score(&self, seen: i64, bound: Option<i64>) -> f64 {
        let last = bound.map_or(i64::MAX, |bound| bound.saturating_add(1));
        let seen = seen.min(last);
        // The same as the sum of (P(X ≤ k) − [y ≤ k])² over all k: between neighbours of these nothing changes.
        let mut steps: Vec<i64> = self.values.iter().map(|(value, _)| *value).chain([seen]).collect();
        // Runs without an end reach the bound.
        steps.extend(bound.map(|_| last));
        for step in &mut steps {
            *step = (*step).min(last);
        }
        steps.sort_unstable();
        steps.dedup();
        steps.windows(2).fold(0.0, |sum, pair| {
            let happened = if seen <= pair[0] { 1.0 } else { 0.0 };
            let apart = self.up_to(pair[0]) - happened;
            sum + apart * apart * (pair[1] - pair[0]) as f64
        })
    }
}
