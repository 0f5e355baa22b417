//! Proportions of runs: Wilson's interval, the exact one, and bounds where none was seen.

use super::distributions::{beta_quantile, normal_quantile, student_quantile};
use super::estimate::{Estimate, Method};
use super::mean::Moments;

/// Which interval a proportion gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProportionInterval {
    /// Wilson's: covers as often as is said, on average.
    #[default]
    Wilson,
    /// Clopper's and Pearson's: never covers less often than is said.
    Exact,
}

/// Wilson's score interval.
pub fn wilson(count: u64, runs: u64, confidence: f64) -> (f64, f64) {
    wilson_at(count, runs, normal_quantile(f64::midpoint(1.0, confidence)))
}

/// The same, with the two-sided quantile of the standard normal distribution given.
pub(super) fn wilson_at(count: u64, runs: u64, z: f64) -> (f64, f64) {
    if runs == 0 {
        return (0.0, 1.0);
    }
    let n = runs as f64;
    let (share, z2) = (count as f64 / n, z * z);
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
    // With none or all seen the ends are exactly 0 and 1; rounding must not say otherwise.
    let low = if count == 0 { 0.0 } else { (centre - half).max(0.0) };
    let high = if count == runs { 1.0 } else { (centre + half).min(1.0) };
    (low, high)
}

/// The exact interval.
pub fn exact(count: u64, runs: u64, confidence: f64) -> (f64, f64) {
    let error = (1.0 - confidence) / 2.0;
    (lower_bound(count, runs, error), upper_bound(count, runs, error))
}

/// The exact upper bound of a proportion, wrong with a probability of at most `error`. With none seen it is
/// 1 − `error`^(1/n): about 3/n at 5 %, the rule of three.
pub fn upper_bound(count: u64, runs: u64, error: f64) -> f64 {
    if count >= runs { 1.0 } else { beta_quantile(1.0 - error, (count + 1) as f64, (runs - count) as f64) }
}

/// The exact lower bound of a proportion, wrong with a probability of at most `error`.
pub fn lower_bound(count: u64, runs: u64, error: f64) -> f64 {
    if count == 0 { 0.0 } else { beta_quantile(error, count as f64, (runs - count + 1) as f64) }
}

/// A proportion with its interval. Where none or all were seen the interval is exact, whatever is asked
/// for: its upper end is then what the run count alone can say.
pub fn proportion(count: u64, runs: u64, confidence: f64, wanted: ProportionInterval) -> Estimate {
    let extreme = count == 0 || count == runs;
    let (interval, method) = match wanted {
        ProportionInterval::Wilson if !extreme => (wilson(count, runs, confidence), Method::Wilson),
        _ => (exact(count, runs, confidence), Method::Exact),
    };
    Estimate {
        runs,
        value: (runs > 0).then(|| count as f64 / runs as f64),
        interval: (runs > 0).then_some(interval),
        method,
    }
}

/// How often two things were seen in the same runs: both, the first alone, the second alone, neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// Both.
    pub both: u64,
    /// The first alone.
    pub first: u64,
    /// The second alone.
    pub second: u64,
    /// Neither.
    pub neither: u64,
}

impl Pairs {
    /// All of them.
    pub fn runs(&self) -> u64 {
        self.both + self.first + self.second + self.neither
    }

    /// The coefficient φ with Newcombe's correction for continuity, which pulls it to 0.
    fn phi(&self) -> f64 {
        let [both, first, second, neither] =
            [self.both, self.first, self.second, self.neither].map(|count| count as f64);
        let below = (both + first) * (second + neither) * (both + second) * (first + neither);
        let above = both * neither - first * second;
        let half = self.runs() as f64 / 2.0;
        let above = if above > half {
            above - half
        } else if above > 0.0 {
            0.0
        } else {
            above
        };
        if below > 0.0 { above / below.sqrt() } else { 0.0 }
    }
}

/// Newcombe's interval of the second proportion minus the first, from the two Wilson intervals.
fn newcombe(first: (u64, u64), second: (u64, u64), phi: f64, confidence: f64) -> (f64, (f64, f64)) {
    let share = |(count, runs): (u64, u64)| count as f64 / runs as f64;
    let (a, b) = (share(second), share(first));
    let ((low_a, high_a), (low_b, high_b)) =
        (wilson(second.0, second.1, confidence), wilson(first.0, first.1, confidence));
    let reach = |one: f64, other: f64| (one * one - 2.0 * phi * one * other + other * other).max(0.0).sqrt();
    let difference = a - b;
    (difference, (difference - reach(a - low_a, high_b - b), difference + reach(high_a - a, b - low_b)))
}

/// The difference of two proportions of the same runs (second minus first).
pub fn paired_difference(pairs: Pairs, confidence: f64) -> Estimate {
    let runs = pairs.runs();
    let method = Method::NewcombePaired;
    if runs == 0 {
        return Estimate { runs, value: None, interval: None, method };
    }
    let counts = (pairs.both + pairs.first, pairs.both + pairs.second);
    let (difference, interval) = newcombe((counts.0, runs), (counts.1, runs), pairs.phi(), confidence);
    Estimate { runs, value: Some(difference), interval: Some(interval), method }
}

/// The difference of two proportions of different runs (second minus first), each as (count, runs).
pub fn difference(first: (u64, u64), second: (u64, u64), confidence: f64) -> Estimate {
    let runs = first.1.min(second.1);
    let method = Method::Newcombe;
    if runs == 0 {
        return Estimate { runs, value: None, interval: None, method };
    }
    let (difference, interval) = newcombe(first, second, 0.0, confidence);
    Estimate { runs, value: Some(difference), interval: Some(interval), method }
}

/// The runs that a proportion needs for this half width, judged by a first stage: the variance is taken at
/// the value nearest to 1/2 that the first stage's interval leaves possible.
pub(super) fn runs_needed(count: u64, runs: u64, half_width: f64, confidence: f64) -> u64 {
    let (low, high) = wilson(count, runs, confidence);
    let share = 0.5_f64.clamp(low, high);
    let t = student_quantile(f64::midpoint(1.0, confidence), (runs.max(2) - 1) as f64);
    (t * t * share * (1.0 - share) / (half_width * half_width)).ceil() as u64
}

/// The count of values that are 1, of a list of zeros and ones.
pub(super) fn count_of(values: &[f64]) -> u64 {
    let moments = Moments::of(values);
    (moments.mean * moments.runs as f64).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_intervals() {
        // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (count, runs, of_wilson, of_exact) in [
            (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
            (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
            (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
            (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
        ] {
            for (found, expected) in
                [(wilson(count, runs, 0.95), of_wilson), (exact(count, runs, 0.95), of_exact)]
            {
                assert!((found.0 - expected.0).abs() < 6e-5, "{count}/{runs}: {found:?} {expected:?}");
                assert!((found.1 - expected.1).abs() < 6e-5, "{count}/{runs}: {found:?} {expected:?}");
            }
        }
        assert_eq!(wilson(0, 0, 0.95), (0.0, 1.0));
    }

    #[test]
    fn none_seen_is_bounded() {
        for runs in [10_u64, 100, 1000, 100_000] {
            let bound = upper_bound(0, runs, 0.05);
            assert!((bound - (1.0 - libm::pow(0.05, 1.0 / runs as f64))).abs() < 1e-9);
            // The rule of three: −ln 0.05 = 2.9957.
            assert!(bound < 3.0 / runs as f64 && bound > 2.99 / (runs as f64 + 2.0), "{runs}: {bound}");
        }
        let none = proportion(0, 1000, 0.95, ProportionInterval::Wilson);
        assert_eq!(none.method, Method::Exact);
        assert!((none.interval.expect("runs").1 - 0.003_682).abs() < 1e-6);
        assert!(
            lower_bound(0, 9, 0.05).abs() < f64::EPSILON && (upper_bound(9, 9, 0.05) - 1.0).abs() < 1e-15
        );
    }

    #[test]
    fn newcombe_s_own_examples() {
        // Statist. Med. 17, 873, table II, method 10: 56/70 and 48/80: 0.0524, 0.3339; 9/10 and 3/10:
        // 0.1705, 0.8090.
        for (first, second, low, high) in
            [((48, 80), (56, 70), 0.0524, 0.3339), ((3, 10), (9, 10), 0.1705, 0.8090)]
        {
            let found = difference(first, second, 0.95).interval.expect("runs");
            assert!((found.0 - low).abs() < 6e-5 && (found.1 - high).abs() < 6e-5, "{found:?}");
        }
    }

    #[test]
    fn runs_that_never_differ_leave_a_doubt() {
        let same = Pairs { both: 0, first: 0, second: 0, neither: 100 };
        let (low, high) = paired_difference(same, 0.95).interval.expect("runs");
        assert!((low + 0.036_994).abs() < 1e-5 && (high - 0.036_994).abs() < 1e-5, "{low} {high}");
    }
}
