//! Two-sample tests: whether two samples can come from one distribution.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::tally::Histogram;

/// A test below this p-value says that two distributions differ: 0.1 %, divided by a thousand, as some
/// hundred distributions are compared at once.
pub(super) const ALPHA: f64 = 1e-6;
/// Bins with fewer expected counts than this are pooled.
const SMALLEST_EXPECTED: f64 = 5.0;
/// The bin of a recorded histogram that holds what is not among the most frequent values.
const OTHER: &str = "other";

/// The p-value of the chi-square test of homogeneity of two histograms of runs.
///
/// A recorded histogram with a single bin is nearly always a certainty of the model ([`near_certainty`]).
/// `weight` is how much one count is worth, below 1 where counts are not independent.
pub(super) fn histograms(recorded: &Histogram, simulated: &Histogram, weight: f64) -> f64 {
    let simulated = &merge_other(recorded, simulated);
    if recorded.len() == 1 {
        return near_certainty(recorded, simulated);
    }
    let total = |histogram: &Histogram| histogram.values().sum::<u64>() as f64 * weight;
    let (n, m) = (total(recorded), total(simulated));
    let names = recorded.keys().chain(simulated.keys().filter(|name| !recorded.contains_key(*name)));
    let of = |histogram: &Histogram, name: &str| histogram.get(name).copied().unwrap_or(0) as f64 * weight;
    let (mut bins, mut pool) = (Vec::new(), (0.0, 0.0));
    for name in names {
        let (a, b) = (of(recorded, name), of(simulated, name));
        if (a + b) * n.min(m) / (n + m) < SMALLEST_EXPECTED {
            pool = (pool.0 + a, pool.1 + b);
        } else {
            bins.push((a, b));
        }
    }
    if pool.0 + pool.1 > 0.0 {
        bins.push(pool);
    }
    let statistic: f64 = bins
        .iter()
        .map(|&(a, b)| {
            let difference = a * (m / n).sqrt() - b * (n / m).sqrt();
            difference * difference / (a + b)
        })
        .sum();
    chi_square_tail(statistic, bins.len().saturating_sub(1))
}

/// The p-value where only one value was recorded: the chance that all of so many runs that differ fell to
/// the simulated sample, exact for samples of equal size. Below 0.1 % it is taken as 0.
///
/// Such runs exist: what is certain as long as no two pods become ready in the same millisecond is not in
/// the one run of some ten thousand in which they do.
fn near_certainty(recorded: &Histogram, simulated: &Histogram) -> f64 {
    let differing: u64 =
        simulated.iter().filter(|(name, _)| !recorded.contains_key(*name)).map(|(_, count)| count).sum();
    let p = (0..differing.min(60)).fold(1.0, |p, _| p / 2.0);
    if p < 0.001 { 0.0 } else { p }
}

/// What is not among the recorded values goes to their bin `other`, if there is one.
fn merge_other(recorded: &Histogram, simulated: &Histogram) -> Histogram {
    if !recorded.contains_key(OTHER) {
        return simulated.clone();
    }
    let mut merged = Histogram::new();
    for (name, count) in simulated {
        let bin = if recorded.contains_key(name) { name } else { OTHER };
        *merged.entry(bin.to_owned()).or_insert(0) += count;
    }
    merged
}

fn chi_square_tail(statistic: f64, degrees: usize) -> f64 {
    ChiSquared::new(degrees as f64).map_or(1.0, |distribution| distribution.sf(statistic))
}

/// The p-value for two counts out of equally many runs each; 0 where a certainty is missed.
pub(super) fn counts(recorded: u64, simulated: u64, runs: u64) -> f64 {
    let halves = |count: u64| {
        let bins = [("yes", count), ("no", runs.saturating_sub(count))];
        bins.into_iter().filter(|bin| bin.1 > 0).map(|bin| (bin.0.to_owned(), bin.1)).collect::<Histogram>()
    };
    histograms(&halves(recorded), &halves(simulated), 1.0)
}

/// Mean, standard deviation, and fourth central moment over the square of the second.
pub(super) fn moments(values: &[f64]) -> (f64, f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let central = |power: i32| {
        values.iter().map(|value| (0..power).fold(1.0, |product, _| product * (value - mean))).sum::<f64>()
    };
    let (second, fourth) = (central(2), central(4));
    let deviation = if n > 1.0 { (second / (n - 1.0)).sqrt() } else { 0.0 };
    let kurtosis = if second > 0.0 { n * fourth / (second * second) } else { 1.0 };
    (mean, deviation, kurtosis)
}

/// The two-sided p-value of a difference with this standard error; without error it must be 0.
pub(super) fn difference(difference: f64, standard_error: f64) -> f64 {
    if standard_error <= 0.0 {
        return if difference.abs() < 1e-9 { 1.0 } else { 0.0 };
    }
    libm::erfc(difference.abs() / standard_error / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(bins: &[(&str, u64)]) -> Histogram {
        bins.iter().map(|&(name, count)| (name.to_owned(), count)).collect()
    }

    #[test]
    fn homogeneity_by_hand() {
        // 2 × 2 table 30, 70 against 50, 50: 200 · (30·50 − 70·50)² / (80 · 120 · 100 · 100) = 8.3333, one
        // degree of freedom: p = 0.003892 (R: prop.test(c(30, 50), c(100, 100), correct = FALSE)).
        let p = histograms(&histogram(&[("a", 30), ("b", 70)]), &histogram(&[("a", 50), ("b", 50)]), 1.0);
        assert!((p - 0.003_892).abs() < 1e-6, "{p}");
        assert!((counts(30, 50, 100) - p).abs() < 1e-12);
    }

    #[test]
    fn a_certainty_must_stay_nearly_one() {
        let certain = histogram(&[("1", 4000)]);
        let with =
            |differing| histograms(&certain, &histogram(&[("1", 4000 - differing), ("2", differing)]), 1.0);
        // One run: 1/2; nine: 1/512; ten: below 0.1 %.
        assert!((with(1) - 0.5).abs() < 1e-12 && (with(9) - 1.0 / 512.0).abs() < 1e-12);
        assert!(with(10) < ALPHA);
        assert!(counts(0, 10, 4000) < ALPHA && counts(0, 0, 4000) > 0.5);
    }

    #[test]
    fn what_is_rare_is_pooled_and_what_is_not_listed_is_other() {
        let recorded = histogram(&[("a", 500), ("b", 496), ("other", 4)]);
        let simulated = histogram(&[("a", 498), ("b", 497), ("c", 2), ("d", 3)]);
        assert!(histograms(&recorded, &simulated, 1.0) > 0.9);
    }

    #[test]
    fn means_and_deviations_by_hand() {
        let (mean, deviation, kurtosis) = moments(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
        // Squares 9, 1, 1, 1, 0, 0, 4, 16: 32 in sum; fourth powers 81 + 3 + 16 + 256 = 356.
        assert!((mean - 5.0).abs() < 1e-12 && (deviation - (32.0_f64 / 7.0).sqrt()).abs() < 1e-12);
        assert!((kurtosis - 8.0 * 356.0 / 1024.0).abs() < 1e-12);
        // Two standard errors: 0.0455.
        assert!((difference(2.0, 1.0) - 0.0455).abs() < 1e-4);
        assert!(difference(0.0, 0.0) > 0.5 && difference(1.0, 0.0) < ALPHA);
    }
}
