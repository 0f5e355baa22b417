//! Means of runs, and how far to trust them.

use super::distributions::student_quantile;
use super::estimate::{Estimate, Method};

/// Number, mean and variance of values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments {
    /// How many values.
    pub runs: u64,
    /// Their mean; 0 without values.
    pub mean: f64,
    /// Their variance with n − 1 below; 0 for fewer than two.
    pub variance: f64,
}

impl Moments {
    /// Of values in their order (that of the replications): sums are taken in it, in two passes.
    pub fn of(values: &[f64]) -> Self {
        let runs = values.len() as u64;
        if values.is_empty() {
            return Self { runs, mean: 0.0, variance: 0.0 };
        }
        let mean = values.iter().sum::<f64>() / runs as f64;
        let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let variance = if runs > 1 { squares / (runs - 1) as f64 } else { 0.0 };
        Self { runs, mean, variance }
    }
}

/// The mean with its t interval.
pub fn mean(values: &[f64], confidence: f64) -> Estimate {
    let moments = Moments::of(values);
    let interval = (moments.runs > 1).then(|| {
        let t = student_quantile(f64::midpoint(1.0, confidence), (moments.runs - 1) as f64);
        around(moments.mean, t * (moments.variance / moments.runs as f64).sqrt())
    });
    Estimate {
        runs: moments.runs,
        value: (moments.runs > 0).then_some(moments.mean),
        interval,
        method: Method::T,
    }
}

/// The difference of the means of two samples that share nothing (second minus first).
pub fn welch(first: &[f64], second: &[f64], confidence: f64) -> (Estimate, Option<f64>) {
    let (a, b) = (Moments::of(first), Moments::of(second));
    let runs = a.runs.min(b.runs);
    let value = (runs > 0).then_some(b.mean - a.mean);
    let mut estimate = Estimate { runs, value, interval: None, method: Method::Welch };
    if runs < 2 {
        return (estimate, None);
    }
    let (of_a, of_b) = (a.variance / a.runs as f64, b.variance / b.runs as f64);
    let error = (of_a + of_b).sqrt();
    let difference = b.mean - a.mean;
    if error <= 0.0 {
        estimate.interval = Some((difference, difference));
        return (estimate, None);
    }
    // The degrees of freedom after F. E. Satterthwaite, Biometrics Bulletin 2, 1946.
    let below = of_a * of_a / (a.runs - 1) as f64 + of_b * of_b / (b.runs - 1) as f64;
    let freedom = (of_a + of_b) * (of_a + of_b) / below;
    let t = student_quantile(f64::midpoint(1.0, confidence), freedom);
    estimate.interval = Some(around(difference, t * error));
    (estimate, Some(two_sided(difference / error, freedom)))
}

/// An interval of this half width.
pub(super) fn around(centre: f64, half: f64) -> (f64, f64) {
    (centre - half, centre + half)
}

/// The two-sided p-value of a t statistic.
pub(super) fn two_sided(statistic: f64, freedom: f64) -> f64 {
    (2.0 * super::distributions::student_tail(statistic.abs(), freedom)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // 1, 2, 3, 4: mean 2.5, variance 5/3, t(3) = 3.182446; half = 3.182446 · √(5/12) = 2.054260.
        let estimate = mean(&[1.0, 2.0, 3.0, 4.0], 0.95);
        let (low, high) = estimate.interval.expect("four values");
        assert!((low - 0.445_740).abs() < 1e-5 && (high - 4.554_260).abs() < 1e-5, "{estimate:?}");
        assert_eq!(mean(&[7.0], 0.95).interval, None);
        assert_eq!(mean(&[], 0.95).value, None);
    }

    #[test]
    fn welch_by_hand() {
        // Means 2 and 5, variances 1 and 4, three each: error √(1/3 + 4/3) = 1.290994,
        // ν = (5/3)² / ((1/9 + 16/9)/2) = 2.941176, t = 3 / 1.290994 = 2.323790.
        // R: t.test(c(3, 5, 7), c(1, 2, 3)): p = 0.1052, 95 % −1.156 to 7.156.
        let (estimate, p) = welch(&[1.0, 2.0, 3.0], &[3.0, 5.0, 7.0], 0.95);
        let (low, high) = estimate.interval.expect("three values each");
        assert!((f64::midpoint(low, high) - 3.0).abs() < 1e-9);
        let freedom = 2.941_176_470_588;
        let t = student_quantile(0.975, freedom);
        assert!((high - 3.0 - t * 1.290_994_448).abs() < 1e-6, "{estimate:?}");
        assert!((p.expect("a p-value") - two_sided(2.323_790_008, freedom)).abs() < 1e-9);
        let same = welch(&[2.0, 2.0], &[2.0, 2.0], 0.95);
        assert_eq!(same.1, None, "without spread there is no test");
    }
}
