//! The Poisson distribution, to the last few bits also far from its mean and for large counts.
//!
//! After C. Loader, Fast and accurate computation of binomial probabilities (2000): the point
//! probability is split into Stirling's error and a deviance that does not cancel.

use std::f64::consts::PI;

/// P(X = `count`) for mean `mean`.
pub(super) fn poisson(count: u64, mean: f64) -> f64 {
    if count == 0 {
        return libm::exp(-mean);
    }
    if mean <= 0.0 {
        return 0.0;
    }
    let x = count as f64;
    libm::exp(-stirling_error(count) - deviance(x, mean)) / (2.0 * PI * x).sqrt()
}

/// ln(n!) − ln(√(2πn) (n/e)ⁿ).
fn stirling_error(n: u64) -> f64 {
    let x = n as f64;
    if n < 16 {
        let exact = (1..=n).fold(1.0, |product, factor| product * factor as f64);
        return libm::log(exact) - (0.5 * libm::log(2.0 * PI * x) + x * libm::log(x) - x);
    }
    // The next term is below 2⁻⁵² from 16 on.
    let square = x * x;
    let series = 1.0 / 1_188.0 - 691.0 / 360_360.0 / square;
    let series = 1.0 / 1_680.0 - series / square;
    let series = 1.0 / 1_260.0 - series / square;
    let series = 1.0 / 360.0 - series / square;
    (1.0 / 12.0 - series / square) / x
}

/// x ln(x / mean) + mean − x, of which little is left when x is near the mean.
fn deviance(x: f64, mean: f64) -> f64 {
    if (x - mean).abs() >= 0.1 * (x + mean) {
        return x * libm::log(x / mean) + mean - x;
    }
    let v = (x - mean) / (x + mean);
    let mut sum = (x - mean) * v;
    let mut power = 2.0 * x * v;
    let mut divisor = 3.0;
    loop {
        power *= v * v;
        let next = sum + power / divisor;
        if next.to_bits() == sum.to_bits() {
            return next;
        }
        sum = next;
        divisor += 2.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sums_to_one_and_has_its_mean() {
        for mean in [0.01_f64, 1.0, 7.3, 400.0, 30_000.0] {
            let most = (mean + 40.0 * mean.sqrt() + 40.0) as u64;
            let (mut sum, mut mass) = (0.0, 0.0);
            for count in 0..most {
                let p = poisson(count, mean);
                sum += p;
                mass += p * count as f64;
            }
            assert!((sum - 1.0).abs() < 1e-13 && (mass / mean - 1.0).abs() < 1e-13, "{mean}: {sum} {mass}");
        }
    }

    #[test]
    fn neighbours_stand_in_the_right_ratio() {
        for (count, mean) in [(1, 0.5), (15, 3.0), (16, 90.0), (17, 17.0), (1_000_000, 1_000_001.0)] {
            let ratio = poisson(count, mean) / poisson(count - 1, mean);
            assert!((ratio * count as f64 / mean - 1.0).abs() < 1e-11, "{count} {mean}: {ratio}");
        }
    }
}
