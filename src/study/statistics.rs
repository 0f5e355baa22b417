//! Summaries of repeated runs: means, quantiles, proportions with Wilson intervals. Below it, what studies
//! and plans need: intervals at any confidence, comparisons, and when to stop.

pub mod distributions;
pub mod estimate;
pub mod mean;
pub mod multiple;
pub mod order;
pub mod paired;
pub mod proportion;
pub mod two_stage;

use std::collections::BTreeMap;

/// The two-sided 95 % quantile of the standard normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// A proportion with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportion {
    /// How often it was seen.
    pub count: u64,
    /// In how many runs.
    pub runs: u64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Proportion {
    /// The Wilson score interval at 95 % (E. B. Wilson, JASA 22, 1927).
    pub fn wilson(count: u64, runs: u64) -> Self {
        let (low, high) = proportion::wilson_at(count, runs, Z_95);
        Self { count, runs, low, high }
    }

    /// The share seen.
    pub fn share(&self) -> f64 {
        if self.runs == 0 { 0.0 } else { self.count as f64 / self.runs as f64 }
    }
}

/// The distribution of a measure over runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// In how many runs the measure was there.
    pub runs: u64,
    /// Smallest value.
    pub min: f64,
    /// Median: the mean of the middle two for an even number.
    pub median: f64,
    /// The smallest value that at least 95 % of the runs do not exceed.
    pub p95: f64,
    /// Largest value.
    pub max: f64,
    /// Mean.
    pub mean: f64,
    /// Each value with how often it was seen, ascending, for measures with few values.
    pub histogram: Vec<(f64, Proportion)>,
}

/// More distinct values than this and a histogram says nothing.
const MOST_BINS: usize = 12;

impl Summary {
    /// Summarises values in any order; `None` without values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let (min, max) = (*sorted.first()?, *sorted.last()?);
        let n = sorted.len();
        let median = f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]);
        let p95 = sorted[(n * 95).div_ceil(100).max(1) - 1];
        // Summed in ascending order: the same sum whatever the order of the runs.
        let mean = sorted.iter().sum::<f64>() / n as f64;
        let mut bins: Vec<(f64, u64)> = Vec::new();
        for &value in &sorted {
            match bins.last_mut() {
                Some((last, count)) if last.total_cmp(&value).is_eq() => *count += 1,
                _ => bins.push((value, 1)),
            }
        }
        let histogram = if bins.len() <= MOST_BINS {
            bins.into_iter().map(|(value, count)| (value, Proportion::wilson(count, n as u64))).collect()
        } else {
            Vec::new()
        };
        Some(Self { runs: n as u64, min, median, p95, max, mean, histogram })
    }
}

/// What was seen and how often: the most frequent first, equally frequent ones in their order.
pub fn by_frequency<T: Ord>(seen: impl IntoIterator<Item = T>) -> Vec<(T, u64)> {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    for item in seen {
        *counts.entry(item).or_default() += 1;
    }
    let mut counts: Vec<(T, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

/// The 95 % interval of the median, by order statistics: from the j-th smallest to the j-th largest value,
/// j = ⌊(n + 1)/2 − 1.96 √n/2⌋ (the normal approximation of the binomial distribution). `None` for fewer
/// than six values, among which no two say so much.
pub fn median_interval(values: &[f64]) -> Option<(f64, f64)> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let rank = f64::midpoint(n as f64, 1.0) - Z_95 * (n as f64).sqrt() / 2.0;
    // Below 1, and for no values, there is no such rank.
    let rank = if rank >= 1.0 { rank as usize } else { return None };
    Some((sorted[rank - 1], sorted[n - rank]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_agrees_with_published_values() {
        // R: prop.test(15, 148, correct = FALSE) and binom::binom.wilson(15, 148):
        // 0.0623835, 0.1605117 (15 of 148 is 0.1013514).
        let interval = Proportion::wilson(15, 148);
        assert!((interval.low - 0.062_38).abs() < 5e-5, "{interval:?}");
        assert!((interval.high - 0.160_50).abs() < 5e-5, "{interval:?}");
        // None of n: the upper end is z²/(n + z²); with n = 100, 3.8415 / 103.8415 = 0.036994.
        let none = Proportion::wilson(0, 100);
        assert!(none.low.total_cmp(&0.0).is_eq());
        assert!((none.high - 0.036_994).abs() < 1e-6, "{none:?}");
    }

    #[test]
    fn the_interval_of_a_median_agrees_with_tables() {
        // Ranks for 95 %: n = 6: 1 and 6; n = 20: 6 and 15; n = 100: 40 and 61; n = 1000: 469 and 532
        // (Conover, Practical Nonparametric Statistics; R: qbinom(c(.025, .975), n, .5)).
        for (n, low, high) in [(6, 1.0, 6.0), (20, 6.0, 15.0), (100, 40.0, 61.0), (1000, 469.0, 532.0)] {
            let values: Vec<f64> = (1..=n).rev().map(f64::from).collect();
            assert_eq!(median_interval(&values), Some((low, high)), "{n}");
        }
        assert_eq!(median_interval(&[1.0; 5]), None);
        assert_eq!(median_interval(&[]), None);
    }

    #[test]
    fn the_most_frequent_comes_first() {
        assert_eq!(by_frequency(["b", "c", "a", "c", "b"]), [("b", 2), ("c", 2), ("a", 1)]);
    }

    #[test]
    fn a_summary_of_five() {
        let summary = Summary::of(&[2.0, 1.0, 2.0, 10.0, 0.0]).expect("five values");
        assert!((summary.mean - 3.0).abs() < 1e-12);
        assert!((summary.median - 2.0).abs() < 1e-12);
        assert!((summary.p95 - 10.0).abs() < 1e-12, "the fifth of five: 0.95 · 5 = 4.75 → 5th");
        let counts: Vec<u64> = summary.histogram.iter().map(|bin| bin.1.count).collect();
        assert_eq!(counts, [1, 1, 2, 1]);
        assert_eq!(Summary::of(&[]), None);
    }
}
