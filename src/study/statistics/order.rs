//! Quantiles of runs between order statistics, for any continuous distribution; for one with ties the
//! interval covers at least as often.

use super::distributions::binomial_cdf;
use super::estimate::{Estimate, Method};

/// The ranks, from 1, between which a quantile lies: the narrowest with at most half the error on each
/// side. `None` where the runs are too few.
pub fn ranks(runs: u64, quantile: f64, confidence: f64) -> Option<(u64, u64)> {
    let error = (1.0 - confidence) / 2.0;
    // The l-th smallest lies above the quantile if fewer than l values lie below it.
    let below = |rank: u64| binomial_cdf(rank as i64 - 1, runs, quantile);
    // The last rank that misses so rarely; the probability grows with the rank.
    let low = first_rank(runs, |rank| below(rank) > error) - 1;
    let high = first_rank(runs, |rank| below(rank) >= 1.0 - error);
    (low >= 1 && high <= runs).then_some((low, high))
}

/// The first rank from 1 to `runs` for which a condition holds that stays true from there on;
/// `runs` + 1 if there is none.
fn first_rank(runs: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (1, runs + 1);
    while low < high {
        let middle = u64::midpoint(low, high);
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The quantile (the smallest value that at least this share of the runs does not exceed) with its interval.
pub fn quantile(values: &[f64], quantile: f64, confidence: f64) -> Estimate {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let runs = sorted.len() as u64;
    let interval = ranks(runs, quantile, confidence)
        .map(|(low, high)| (sorted[low as usize - 1], sorted[high as usize - 1]));
    Estimate { runs, value: value_at(&sorted, quantile), interval, method: Method::OrderStatistics }
}

fn value_at(sorted: &[f64], quantile: f64) -> Option<f64> {
    // Rounding must not lift 0.95 · 20 above 19.
    let rank = (sorted.len() as f64 * quantile - 1e-9).ceil().max(1.0) as usize;
    sorted.get(rank - 1).copied()
}

/// The difference of a quantile of two samples (second minus first): each has an interval at half the error,
/// so that both hold together, however the samples depend on each other.
pub fn difference(first: &[f64], second: &[f64], at: f64, confidence: f64) -> Estimate {
    let each = 1.0 - (1.0 - confidence) / 2.0;
    let (a, b) = (quantile(first, at, each), quantile(second, at, each));
    Estimate {
        runs: a.runs.min(b.runs),
        value: a.value.zip(b.value).map(|(a, b)| b - a),
        interval: a.interval.zip(b.interval).map(|(a, b)| (b.0 - a.1, b.1 - a.0)),
        method: Method::QuantilesApart,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_agree_with_tables() {
        // Medians: Conover, Practical Nonparametric Statistics; 90 % of 95: 0.95^50 = 0.077 is above 2.5 %.
        assert_eq!(ranks(6, 0.5, 0.95), Some((1, 6)));
        assert_eq!(ranks(5, 0.5, 0.95), None);
        assert_eq!(ranks(20, 0.5, 0.95), Some((6, 15)));
        assert_eq!(ranks(100, 0.5, 0.95), Some((40, 61)));
        assert_eq!(ranks(1000, 0.5, 0.95), Some((469, 532)));
        assert_eq!(ranks(50, 0.95, 0.95), None);
    }

    #[test]
    fn a_quantile_is_a_value_that_was_seen() {
        let values: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        let estimate = quantile(&values, 0.5, 0.95);
        assert_eq!((estimate.value, estimate.interval), (Some(50.0), Some((40.0, 61.0))));
        assert_eq!(quantile(&values, 0.95, 0.95).value, Some(95.0));
        assert_eq!(quantile(&[], 0.5, 0.95).value, None);
        let shifted: Vec<f64> = values.iter().map(|value| value + 100.0).collect();
        let apart = difference(&values, &shifted, 0.5, 0.95);
        // At 97.5 % for each: ranks 39 and 62.
        assert_eq!((apart.value, apart.interval), (Some(100.0), Some((77.0, 123.0))));
    }
}
