//! When to stop: sampling in two stages (C. Stein, A two-sample test for a linear hypothesis whose power is
//! independent of the variance, Ann. Math. Statist. 16, 1945).
//!
//! A first stage of n₀ runs gives the variance s₀². The number of runs is then fixed once and for all,
//! N = max(n₀, ⌈t² s₀² / d²⌉) for half width d, with Student's t for n₀ − 1, and the interval is
//! mean ± t s₀/√N with the first stage's s₀. For normal values it covers exactly as often as is said, because the
//! mean of all N does not depend on s₀; nobody looks at the mean and stops where it pleases. Proportions and
//! quantiles take their N from the first stage in the same way, and their usual interval at N.

use super::distributions::student_quantile;
use super::estimate::{Estimate, Method};
use super::mean::{Moments, around};
use super::order;
use super::proportion::{count_of, runs_needed};

/// No study asks for more runs than this.
const MOST_RUNS: u64 = 10_000_000;

/// The runs that a mean needs, by its first stage.
pub fn runs_for_mean(first_stage: &[f64], half_width: f64, confidence: f64) -> u64 {
    let moments = Moments::of(first_stage);
    if moments.runs < 2 {
        return moments.runs;
    }
    let t = student_quantile(f64::midpoint(1.0, confidence), (moments.runs - 1) as f64);
    let needed = (t * t * moments.variance / (half_width * half_width)).ceil();
    (needed.min(MOST_RUNS as f64) as u64).max(moments.runs)
}

/// The runs that a proportion needs, by its first stage of zeros and ones.
pub fn runs_for_proportion(first_stage: &[f64], half_width: f64, confidence: f64) -> u64 {
    let runs = first_stage.len() as u64;
    if runs < 2 {
        return runs;
    }
    runs_needed(count_of(first_stage), runs, half_width, confidence).clamp(runs, MOST_RUNS)
}

/// The runs that a quantile needs, by its first stage: its interval narrows as 1/√n. Where the first stage
/// has no interval, twice as many as that needs.
pub fn runs_for_quantile(first_stage: &[f64], quantile: f64, half_width: f64, confidence: f64) -> u64 {
    let runs = first_stage.len() as u64;
    let estimate = order::quantile(first_stage, quantile, confidence);
    let Some(width) = estimate.half_width() else {
        let least = (runs.max(2)..MOST_RUNS).find(|n| order::ranks(*n, quantile, confidence).is_some());
        return least.map_or(runs, |least| 2 * least);
    };
    let shrink = width / half_width;
    ((runs as f64 * shrink * shrink).ceil().min(MOST_RUNS as f64) as u64).max(runs)
}

/// The mean of all values with Stein's interval; the first `first_stage` of them are the first stage.
pub fn mean(values: &[f64], first_stage: usize, confidence: f64) -> Estimate {
    let all = Moments::of(values);
    let first = Moments::of(&values[..first_stage.min(values.len())]);
    let interval = (first.runs > 1).then(|| {
        let t = student_quantile(f64::midpoint(1.0, confidence), (first.runs - 1) as f64);
        around(all.mean, t * (first.variance / all.runs as f64).sqrt())
    });
    let value = (all.runs > 0).then_some(all.mean);
    Estimate { runs: all.runs, value, interval, method: Method::TwoStage }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_runs_by_hand() {
        // 1 … 10: s² = 55/6 = 9.1667, t(9) = 2.262157; half width 0.5: 2.262157² · 9.1667 / 0.25 = 187.64.
        let first: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(runs_for_mean(&first, 0.5, 0.95), 188);
        assert_eq!(runs_for_mean(&first, 50.0, 0.95), 10, "the first stage is enough");
        // 5 of 10: 0.5: 2.262157² · 0.25 / 0.01 = 127.9.
        let shares: Vec<f64> = (0..10).map(|run| f64::from(run % 2)).collect();
        assert_eq!(runs_for_proportion(&shares, 0.1, 0.95), 128);
        // None of 10 seen: Wilson's upper end is 0.27753: 5.117354 · 0.27753 · 0.72247 / 0.01 = 102.6.
        assert_eq!(runs_for_proportion(&[0.0; 10], 0.1, 0.95), 103);
        // The median of 20: ranks 6 and 15, half width 4.5; for 1.5 nine times as many.
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        assert_eq!(runs_for_quantile(&values, 0.5, 1.5, 0.95), 180);
        // Five values have no interval of a median; six would have.
        assert_eq!(runs_for_quantile(&values[..5], 0.5, 1.0, 0.95), 12);
    }

    #[test]
    fn the_interval_is_as_narrow_as_asked() {
        let values: Vec<f64> = (0..188).map(|run| f64::from(run % 10 + 1)).collect();
        let half = mean(&values, 10, 0.95).half_width().expect("an interval");
        assert!(half <= 0.5 && half > 0.499, "{half}");
    }
}
