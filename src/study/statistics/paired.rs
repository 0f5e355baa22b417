//! Differences of two arms on the same random numbers: the mean difference, how much the arms go together,
//! and how much variance the pairing took away.

use super::distributions::{binomial_cdf, student_quantile};
use super::estimate::{Estimate, Method};
use super::mean::{Moments, around, two_sided};
use super::proportion::{Pairs, paired_difference};

/// The variance of the differences of pairs, as a share of what it would be with runs of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VarianceRatio {
    /// Var(B − A) / (Var A + Var B): 0 is perfect pairing, 1 none, 2 the worst.
    pub ratio: f64,
    /// Its interval; `None` where too few pairs differ.
    pub interval: Option<(f64, f64)>,
}

/// Two arms, run by run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// The second minus the first.
    pub difference: Estimate,
    /// The probability of at least this much difference if there were none.
    pub p_value: Option<f64>,
    /// Pearson's correlation; `None` where an arm never varies.
    pub correlation: Option<f64>,
    /// How much of the variance is left.
    pub variance: Option<VarianceRatio>,
}

/// Compares means of pairs.
pub fn means(first: &[f64], second: &[f64], confidence: f64) -> Paired {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| b - a).collect();
    let moments = Moments::of(&differences);
    let error = (moments.variance / moments.runs.max(1) as f64).sqrt();
    let interval = (moments.runs > 1).then(|| {
        let t = student_quantile(f64::midpoint(1.0, confidence), (moments.runs - 1) as f64);
        around(moments.mean, t * error)
    });
    let p_value = (moments.runs > 1).then(|| {
        if error > 0.0 {
            two_sided(moments.mean / error, (moments.runs - 1) as f64)
        } else {
            sign_test(&differences)
        }
    });
    let value = (moments.runs > 0).then_some(moments.mean);
    let difference = Estimate { runs: moments.runs, value, interval, method: Method::PairedT };
    let (correlation, variance) = pairing(first, second, confidence);
    Paired { difference, p_value, correlation, variance }
}

/// Compares proportions of pairs; the values are 0 and 1.
pub fn proportions(first: &[f64], second: &[f64], confidence: f64) -> Paired {
    let mut pairs = Pairs::default();
    for (a, b) in first.iter().zip(second) {
        match (*a > 0.5, *b > 0.5) {
            (true, true) => pairs.both += 1,
            (true, false) => pairs.first += 1,
            (false, true) => pairs.second += 1,
            (false, false) => pairs.neither += 1,
        }
    }
    let (correlation, variance) = pairing(first, second, confidence);
    // McNemar's test, exact: the sign test of the pairs that differ.
    let p_value = Some(sign_p(pairs.first, pairs.second));
    Paired { difference: paired_difference(pairs, confidence), p_value, correlation, variance }
}

/// The p-value of the signs of differences; zeros say nothing.
pub fn sign_test(differences: &[f64]) -> f64 {
    let above = differences.iter().filter(|value| **value > 0.0).count() as u64;
    let below = differences.iter().filter(|value| **value < 0.0).count() as u64;
    sign_p(above, below)
}

fn sign_p(above: u64, below: u64) -> f64 {
    (2.0 * binomial_cdf(above.min(below) as i64, above + below, 0.5)).min(1.0)
}

/// Correlation and variance ratio.
fn pairing(first: &[f64], second: &[f64], confidence: f64) -> (Option<f64>, Option<VarianceRatio>) {
    let (a, b) = (Moments::of(first), Moments::of(second));
    if a.runs < 3 {
        return (None, None);
    }
    let products: f64 = first.iter().zip(second).map(|(x, y)| (x - a.mean) * (y - b.mean)).sum();
    let covariance = products / (a.runs - 1) as f64;
    let both_vary = a.variance > 0.0 && b.variance > 0.0;
    let correlation = both_vary.then(|| (covariance / (a.variance * b.variance).sqrt()).clamp(-1.0, 1.0));
    let apart = a.variance + b.variance;
    let variance = (apart > 0.0).then(|| {
        let differences: Vec<f64> = first.iter().zip(second).map(|(x, y)| y - x).collect();
        let ratio = Moments::of(&differences).variance / apart;
        VarianceRatio { ratio, interval: jackknife(first, second, &differences, confidence) }
    });
    (correlation, variance)
}

/// The interval of the variance ratio: its logarithm, jackknifed (R. G. Miller, Biometrika 61, 1, 1974), so that
/// nothing is assumed about the distribution. `None` where leaving out one run leaves no variance.
fn jackknife(first: &[f64], second: &[f64], differences: &[f64], confidence: f64) -> Option<(f64, f64)> {
    let runs = first.len() as f64;
    let [a, b, d] = [first, second, differences].map(Moments::of);
    // The variance without one value, from the whole.
    let without = |whole: &Moments, value: f64| {
        let gap = value - whole.mean;
        ((runs - 1.0) * whole.variance - runs / (runs - 1.0) * gap * gap) / (runs - 2.0)
    };
    // What is left of a sum of squares by rounding is no variance.
    let least = d.variance * 1e-9;
    if d.variance <= 0.0 {
        return None;
    }
    let whole = libm::log(d.variance / (a.variance + b.variance));
    let mut pseudo = Vec::with_capacity(first.len());
    for ((x, y), z) in first.iter().zip(second).zip(differences) {
        let (left, apart) = (without(&d, *z), without(&a, *x) + without(&b, *y));
        if left <= least || apart <= 0.0 {
            return None;
        }
        pseudo.push(runs * whole - (runs - 1.0) * libm::log(left / apart));
    }
    let moments = Moments::of(&pseudo);
    let t = student_quantile(f64::midpoint(1.0, confidence), runs - 1.0);
    let (low, high) = around(moments.mean, t * (moments.variance / runs).sqrt());
    Some((libm::exp(low), libm::exp(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Differences 1, 3, 2, 2: mean 2, variance 2/3, t(3) = 3.182446: half 3.182446 · √(1/6) = 1.299228.
        let paired = means(&[1.0, 2.0, 4.0, 8.0], &[2.0, 5.0, 6.0, 10.0], 0.95);
        let (low, high) = paired.difference.interval.expect("four pairs");
        assert!((low - 0.700_772).abs() < 1e-5 && (high - 3.299_228).abs() < 1e-5, "{paired:?}");
        // t = 2 / √(1/6) = 4.898979 with 3 degrees: R: 2 * pt(-4.898979, 3) = 0.01627.
        assert!((paired.p_value.expect("a test") - 0.016_27).abs() < 1e-4, "{paired:?}");
        // Variances: A 115/12 · …: Σ(x − 3.75)² = 28.75, so 28.75/3; B: mean 5.75, Σ = 32.75, so 32.75/3.
        let ratio = paired.variance.expect("both vary").ratio;
        assert!((ratio - 2.0 / (28.75 + 32.75)).abs() < 1e-12, "{ratio}");
    }

    #[test]
    fn arms_that_are_the_same_have_no_difference_and_no_variance() {
        let values = [1.0, 0.0, 1.0, 1.0];
        let paired = proportions(&values, &values, 0.95);
        assert_eq!((paired.difference.value, paired.p_value), (Some(0.0), Some(1.0)));
        assert_eq!(paired.variance, Some(VarianceRatio { ratio: 0.0, interval: None }));
        assert!((paired.correlation.expect("it varies") - 1.0).abs() < 1e-12);
    }

    #[test]
    fn mc_nemar_is_exact() {
        // 1 against 9 of 10 pairs that differ: 2 · (1 + 10)/1024 = 0.021484.
        let first: Vec<f64> = (0..20).map(|run| f64::from(u8::from(run < 1))).collect();
        let second: Vec<f64> = (0..20).map(|run| f64::from(u8::from((1..10).contains(&run)))).collect();
        let paired = proportions(&first, &second, 0.95);
        assert!((paired.p_value.expect("a test") - 22.0 / 1024.0).abs() < 1e-9, "{paired:?}");
    }
}
