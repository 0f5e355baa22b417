//! Quantiles and probabilities of the distributions that intervals are made of.
//!
//! The incomplete beta function and the normal quantile are those of `statrs`. It takes logarithms from the
//! platform, whose last digits differ, so every result is rounded to ten significant digits: the same bytes
//! everywhere. Quantiles are found by bisection of the distribution function, which ends for any argument.

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::beta_reg;

/// Bisection halves an interval of doubles down to neighbours in fewer steps than this.
const STEPS: u32 = 200;

/// A number at ten significant digits.
pub fn rounded(value: f64) -> f64 {
    if value.is_finite() { format!("{value:.9e}").parse().unwrap_or(value) } else { value }
}

/// The regularized incomplete beta function I_x(a, b), with its limits for a = 0 and b = 0.
fn beta_cdf(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || b <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 || a <= 0.0 {
        return 1.0;
    }
    beta_reg(a, b, x)
}

/// Where a growing function reaches a level, between two ends.
fn bisect(mut low: f64, mut high: f64, level: f64, function: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if function(middle) < level { low = middle } else { high = middle }
    }
    high
}

/// The quantile of the standard normal distribution.
pub fn normal_quantile(probability: f64) -> f64 {
    rounded(Normal::standard().inverse_cdf(probability))
}

/// The quantile of Student's t distribution; `freedom` above 0 need not be whole.
pub fn student_quantile(probability: f64, freedom: f64) -> f64 {
    if probability < 0.5 {
        return -student_quantile(1.0 - probability, freedom);
    }
    let upper = 1.0 - probability;
    // P(T > t) = I_{ν/(ν + t²)}(ν/2, 1/2) / 2 falls as t grows.
    let below = |t: f64| -student_tail(t, freedom);
    let mut high = 1.0;
    while below(high) < -upper && high < 1e300 {
        high *= 2.0;
    }
    rounded(bisect(0.0, high, -upper, below))
}

/// P(T > t) for t at or above 0.
pub fn student_tail(t: f64, freedom: f64) -> f64 {
    let x = freedom / (freedom + t * t);
    0.5 * beta_cdf(x, 0.5 * freedom, 0.5)
}

/// The quantile of the beta distribution.
pub fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    rounded(bisect(0.0, 1.0, probability, |x| beta_cdf(x, a, b)))
}

/// P(X ≤ `count`) of a binomial variable; `count` may be −1.
pub fn binomial_cdf(count: i64, runs: u64, share: f64) -> f64 {
    if count < 0 {
        return 0.0;
    }
    if count as u64 >= runs {
        return 1.0;
    }
    // P(X ≤ k) = I_{1 − p}(n − k, k + 1).
    rounded(beta_cdf(1.0 - share, (runs as i64 - count) as f64, (count + 1) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(value: f64, expected: f64, tolerance: f64) {
        let error = (value - expected).abs() / expected.abs().max(1.0);
        assert!(error < tolerance, "{value} is not {expected}");
    }

    #[test]
    fn student_agrees_with_tables() {
        // R: qt(c(.975, .995, .95), df), as in any table.
        for (probability, freedom, expected) in [
            (0.975, 1.0, 12.706_204_736_174_7),
            (0.975, 2.0, 4.302_652_729_749_46),
            (0.975, 4.0, 2.776_445_105_197_79),
            (0.975, 9.0, 2.262_157_162_798_20),
            (0.995, 9.0, 3.249_835_541_592_13),
            (0.975, 29.0, 2.045_229_642_132_70),
            (0.95, 99.0, 1.660_391_156_016_67),
            (0.975, 999.0, 1.962_341_461_133_45),
            (0.025, 9.0, -2.262_157_162_798_20),
        ] {
            near(student_quantile(probability, freedom), expected, 2e-9);
        }
        assert!(student_quantile(0.5, 7.0).abs() < 1e-9);
    }

    #[test]
    fn student_has_closed_forms_for_one_and_two_degrees() {
        // ν = 1 is Cauchy's: tan(π(p − ½)). ν = 2: (2p − 1) / √(2p(1 − p)).
        for p in [0.6, 0.9, 0.99, 0.999_9] {
            near(student_quantile(p, 1.0), libm::tan(std::f64::consts::PI * (p - 0.5)), 1e-8);
            near(student_quantile(p, 2.0), (2.0 * p - 1.0) / (2.0 * p * (1.0 - p)).sqrt(), 1e-8);
        }
    }

    #[test]
    fn many_degrees_of_freedom_are_nearly_normal() {
        // Cornish and Fisher: t ≈ z + (z³ + z)/(4ν) + (5z⁵ + 16z³ + 3z)/(96ν²).
        let z = normal_quantile(0.975);
        near(z, 1.959_963_984_540_05, 1e-9);
        for freedom in [5_000.0, 100_000.0, 1e6] {
            let cube = z * z * z;
            let first = (cube + z) / (4.0 * freedom);
            let second = (5.0 * cube * z * z + 16.0 * cube + 3.0 * z) / (96.0 * freedom * freedom);
            near(student_quantile(0.975, freedom), z + first + second, 1e-8);
        }
    }

    #[test]
    fn beta_has_closed_forms_with_one() {
        // Beta(1, n): 1 − (1 − p)^(1/n); Beta(n, 1): p^(1/n).
        for runs in [1.0, 10.0, 300.0, 50_000.0] {
            for p in [0.025, 0.5, 0.975] {
                near(beta_quantile(p, 1.0, runs), 1.0 - libm::pow(1.0 - p, 1.0 / runs), 1e-9);
                near(beta_quantile(p, runs, 1.0), libm::pow(p, 1.0 / runs), 1e-9);
            }
        }
        // R: qbeta(c(.025, .975), 3, 8) and (6, 15).
        near(beta_quantile(0.025, 3.0, 8.0), 0.066_739_511_1, 1e-8);
        near(beta_quantile(0.975, 3.0, 8.0), 0.556_095_463_1, 1e-8);
    }

    #[test]
    fn binomial_probabilities_are_those_of_a_sum() {
        for (runs, share) in [(1_u64, 0.3), (20, 0.05), (200, 0.4), (2000, 0.01), (40_000, 0.5)] {
            // Terms by their ratios from the most likely one on, in ascending order of k.
            let mut terms = vec![0.0_f64; runs as usize + 1];
            let mode = (((runs + 1) as f64) * share) as usize;
            let mode = mode.min(runs as usize);
            terms[mode] = 1.0;
            let odds = share / (1.0 - share);
            for k in mode..runs as usize {
                terms[k + 1] = terms[k] * odds * (runs as usize - k) as f64 / (k + 1) as f64;
            }
            for k in (0..mode).rev() {
                terms[k] = terms[k + 1] * (k + 1) as f64 / ((runs as usize - k) as f64 * odds);
            }
            let total: f64 = terms.iter().sum();
            let mut sum = 0.0;
            for (k, term) in terms.iter().enumerate() {
                sum += term / total;
                let told = binomial_cdf(k as i64, runs, share);
                assert!((told - sum).abs() < 1e-8, "n {runs}, p {share}, k {k}: {told} is not {sum}");
            }
            assert!(binomial_cdf(-1, runs, share).abs() < f64::EPSILON);
        }
    }
}
