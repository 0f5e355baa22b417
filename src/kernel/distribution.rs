//! Distributions of durations. One random number makes one sample.

use rand::Rng;

use super::sampling::{below, between, unit};
use super::time::SimDuration;

/// How long something takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// Always the same.
    Constant(SimDuration),
    /// Every multiple of `step` from `min` on up to `max`, both ends included, equally likely.
    Uniform {
        /// Shortest.
        min: SimDuration,
        /// Longest.
        max: SimDuration,
        /// Resolution, at least 1 ns.
        step: SimDuration,
    },
    /// Memoryless, with this mean.
    Exponential {
        /// The mean.
        mean: SimDuration,
    },
    /// Lognormal, given by two quantiles.
    LogNormal {
        /// Half of the samples are shorter.
        median: SimDuration,
        /// 99 % of the samples are shorter.
        p99: SimDuration,
    },
    /// One of these values, by weight.
    Empirical(Vec<(SimDuration, u64)>),
}

/// The 99 % quantile of the standard normal distribution.
const NORMAL_99: f64 = 2.326_347_874_040_840_8;

impl Distribution {
    /// Always zero.
    pub const ZERO: Self = Self::Constant(SimDuration::ZERO);

    /// Whether the parameters make sense; else what is wrong with them.
    pub fn validate(&self) -> Result<(), String> {
        match self {
            Self::Uniform { min, max, .. } if min > max => {
                Err(format!("uniform: the first bound {min} is above the second {max}"))
            }
            Self::Uniform { step, .. } if step.0 == 0 => Err("uniform: step must be above 0".to_owned()),
            Self::Exponential { mean } if mean.0 == 0 => Err("exponential: mean must be above 0".to_owned()),
            Self::LogNormal { median, .. } if median.0 == 0 => {
                Err("lognormal: median must be above 0".to_owned())
            }
            Self::LogNormal { median, p99 } if p99 < median => {
                Err(format!("lognormal: p99 {p99} is below the median {median}"))
            }
            Self::Empirical(values) if values.iter().all(|(_, weight)| *weight == 0) => {
                Err("empirical: at least one value with a weight above 0 is needed".to_owned())
            }
            Self::Empirical(values) => values
                .iter()
                .try_fold(0_u64, |sum, (_, weight)| sum.checked_add(*weight))
                .map(|_| ())
                .ok_or_else(|| "empirical: the weights' sum is above 2^64".to_owned()),
            _ => Ok(()),
        }
    }

    /// Whether every sample is 0.
    pub fn is_constant_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The distribution of samples `numerator / denominator` times as long, rounded down; with the same
    /// luck a sample is scaled like that. What must not be 0 stays at least 1 ns.
    #[must_use]
    pub fn scaled(&self, numerator: u64, denominator: u64) -> Self {
        assert!(denominator > 0, "nothing is divided by 0");
        let scale = |value: SimDuration| {
            let product = u128::from(value.0) * u128::from(numerator) / u128::from(denominator);
            SimDuration(u64::try_from(product).unwrap_or(u64::MAX))
        };
        let positive = |value: SimDuration| scale(value).max(SimDuration(1));
        match self {
            Self::Constant(value) => Self::Constant(scale(*value)),
            Self::Uniform { min, max, step } => {
                Self::Uniform { min: scale(*min), max: scale(*max), step: positive(*step) }
            }
            Self::Exponential { mean } => Self::Exponential { mean: positive(*mean) },
            Self::LogNormal { median, p99 } => {
                Self::LogNormal { median: positive(*median), p99: positive(*p99) }
            }
            Self::Empirical(values) => {
                Self::Empirical(values.iter().map(|(value, weight)| (scale(*value), *weight)).collect())
            }
        }
    }

    /// A sample. The parameters are valid ([`Distribution::validate`]).
    pub fn sample<R: Rng + ?Sized>(&self, draw: &mut R) -> SimDuration {
        match self {
            Self::Constant(value) => *value,
            Self::Uniform { min, max, step } => {
                let steps = (max.0 - min.0) / step.0;
                SimDuration(min.0 + step.0 * between(draw, 0, steps))
            }
            // 1 - u lies in (0, 1], so the logarithm is finite.
            Self::Exponential { mean } => nanos(-libm::log(1.0 - unit(draw)) * mean.0 as f64),
            Self::LogNormal { median, p99 } => {
                let sigma = libm::log(p99.0 as f64 / median.0 as f64) / NORMAL_99;
                // The middle of one of 2⁵³ equal slices: never 0, never 1.
                let u = unit(draw) + 0.5 / (1_u64 << 53) as f64;
                nanos(median.0 as f64 * libm::exp(sigma * normal_quantile(u)))
            }
            Self::Empirical(values) => {
                let total: u64 = values.iter().map(|(_, weight)| weight).sum();
                let mut left = below(draw, total);
                for (value, weight) in values {
                    if left < *weight {
                        return *value;
                    }
                    left -= weight;
                }
                unreachable!("the draw lies below the sum of the weights")
            }
        }
    }

    /// A sample; what does not vary needs no source of luck.
    pub fn sample_with<R: Rng>(&self, draw: impl FnOnce() -> R) -> SimDuration {
        match self {
            Self::Constant(value) => *value,
            other => other.sample(&mut draw()),
        }
    }

    /// The mean in seconds.
    pub fn mean_secs(&self) -> f64 {
        match self {
            Self::Constant(value) => value.as_secs_f64(),
            Self::Uniform { min, max, step } => {
                let last = min.0 + (max.0 - min.0) / step.0 * step.0;
                f64::midpoint(min.as_secs_f64(), SimDuration(last).as_secs_f64())
            }
            Self::Exponential { mean } => mean.as_secs_f64(),
            Self::LogNormal { median, p99 } => {
                let sigma = libm::log(p99.0 as f64 / median.0 as f64) / NORMAL_99;
                median.as_secs_f64() * libm::exp(sigma * sigma / 2.0)
            }
            Self::Empirical(values) => {
                let total: f64 = values.iter().map(|(_, weight)| *weight as f64).sum();
                values.iter().map(|(value, weight)| value.as_secs_f64() * *weight as f64).sum::<f64>() / total
            }
        }
    }
}

impl Distribution {
    /// The quantile for `p` in (0, 1), in seconds: the shortest time that a share `p` of the samples does not exceed.
    pub fn quantile_secs(&self, p: f64) -> f64 {
        match self {
            Self::Constant(value) => value.as_secs_f64(),
            Self::Uniform { min, max, step } => {
                let values = (max.0 - min.0) / step.0 + 1;
                let place = libm::ceil(p * values as f64).max(1.0) as u64 - 1;
                SimDuration(min.0 + place.min(values - 1) * step.0).as_secs_f64()
            }
            Self::Exponential { mean } => -mean.as_secs_f64() * libm::log1p(-p),
            Self::LogNormal { median, p99 } => {
                let sigma = libm::log(p99.0 as f64 / median.0 as f64) / NORMAL_99;
                median.as_secs_f64() * libm::exp(sigma * normal_quantile(p))
            }
            Self::Empirical(values) => {
                let mut values: Vec<(SimDuration, u64)> = values.clone();
                values.sort_unstable();
                let total: u64 = values.iter().map(|(_, weight)| weight).sum();
                let mut sum = 0;
                let reached = values.iter().find(|(_, weight)| {
                    sum += weight;
                    sum as f64 >= p * total as f64
                });
                reached.or(values.last()).map_or(0.0, |(value, _)| value.as_secs_f64())
            }
        }
    }
}

impl rand::distr::Distribution<SimDuration> for Distribution {
    fn sample<R: Rng + ?Sized>(&self, draw: &mut R) -> SimDuration {
        self.sample(draw)
    }
}

/// Rounded to whole nanoseconds; longer than 100 years is cut there.
fn nanos(value: f64) -> SimDuration {
    SimDuration(value.clamp(0.0, 3.15e18).round() as u64)
}

/// The quantile of the standard normal distribution for `p` in (0, 1).
///
/// P. J. Acklam's rational approximation (2003), then one step of Halley's method with `libm::erfc`.
fn normal_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 5] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 4] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416];
    let polynomial = |coefficients: &[f64], x: f64| coefficients.iter().fold(0.0, |sum, c| sum * x + c);
    let tail = |q: f64| polynomial(&C, q) / (polynomial(&D, q) * q + 1.0);
    let low = 0.024_25;
    let x = if p < low {
        tail((-2.0 * libm::log(p)).sqrt())
    } else if p > 1.0 - low {
        -tail((-2.0 * libm::log(1.0 - p)).sqrt())
    } else {
        let q = p - 0.5;
        let r = q * q;
        polynomial(&A, r) * q / (polynomial(&B, r) * r + 1.0)
    };
    let error = 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2) - p;
    let u = error * (2.0 * std::f64::consts::PI).sqrt() * libm::exp(x * x / 2.0);
    x - u / (1.0 + x * u / 2.0)
}

#[cfg(test)]
mod tests {
    use super::super::draws::{DrawUse, Draws, Seed};
    use super::*;

    fn samples(distribution: &Distribution, count: u32) -> Vec<f64> {
        let mut draw = Draws::new(Seed(5), 0).stream(DrawUse(1), 0);
        (0..count).map(|_| distribution.sample(&mut draw).as_secs_f64()).collect()
    }

    #[test]
    fn quantiles_of_the_normal_distribution() {
        // Tables: Φ⁻¹(0.5) = 0, Φ⁻¹(0.975) = 1.959963984540054, Φ⁻¹(0.001) = -3.090232306167813.
        for (p, expected) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.001, -3.090_232_306_167_813)] {
            assert!((normal_quantile(p) - expected).abs() < 1e-12, "{p}");
        }
    }

    #[test]
    fn a_distribution_is_one_of_rand() {
        let distribution = Distribution::Exponential { mean: SimDuration::from_secs(3) };
        let draw = Draws::new(Seed(5), 0).stream(DrawUse(1), 0);
        let iter = rand::distr::Distribution::sample_iter(&distribution, draw);
        assert_eq!(iter.take(5).map(SimDuration::as_secs_f64).collect::<Vec<_>>(), samples(&distribution, 5));
    }

    #[test]
    fn means_agree_with_closed_forms() {
        let cases = [
            // Uniform on [2, 12]: standard deviation 10/√12.
            (
                Distribution::Uniform {
                    min: SimDuration::from_secs(2),
                    max: SimDuration::from_secs(12),
                    step: SimDuration(1),
                },
                2.887,
            ),
            (Distribution::Exponential { mean: SimDuration::from_secs(3) }, 3.0),
            (
                Distribution::Empirical(vec![(SimDuration::from_secs(1), 3), (SimDuration::from_secs(5), 1)]),
                1.733,
            ),
        ];
        for (distribution, deviation) in cases {
            let values = samples(&distribution, 40_000);
            let mean = values.iter().sum::<f64>() / 40_000.0;
            // Four standard errors: σ/√40000 · 4 = σ/50.
            assert!((mean - distribution.mean_secs()).abs() < deviation / 50.0, "{distribution:?}: {mean}");
        }
    }

    #[test]
    fn a_lognormal_has_the_quantiles_it_was_given() {
        let distribution = Distribution::LogNormal {
            median: SimDuration::from_millis(1500),
            p99: SimDuration::from_secs(5),
        };
        let values = samples(&distribution, 40_000);
        let share = |bound: f64| values.iter().filter(|value| **value < bound).count() as f64 / 40_000.0;
        // Standard errors 0.0025 and 0.0005, four of them.
        assert!((share(1.5) - 0.5).abs() < 0.01);
        assert!((share(5.0) - 0.99).abs() < 0.002);
    }

    #[test]
    fn a_uniform_step_hits_both_ends() {
        let ms = SimDuration::from_millis;
        let distribution = Distribution::Uniform { min: ms(1), max: ms(3), step: ms(1) };
        let mut values = samples(&distribution, 200);
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        assert_eq!(values, [0.001, 0.002, 0.003]);
    }

    #[test]
    fn scaled_samples_are_scaled_with_the_same_luck() {
        let s = SimDuration::from_secs;
        for distribution in [
            Distribution::Constant(s(5)),
            Distribution::Uniform { min: s(2), max: s(12), step: SimDuration::from_millis(1) },
            Distribution::Exponential { mean: s(3) },
            Distribution::LogNormal { median: SimDuration::from_millis(1500), p99: s(5) },
            Distribution::Empirical(vec![(s(1), 3), (s(8), 1)]),
        ] {
            let plain = samples(&distribution, 200);
            for (numerator, denominator) in [(2, 1), (1, 2)] {
                let scaled = samples(&distribution.scaled(numerator, denominator), 200);
                let factor = numerator as f64 / denominator as f64;
                for (before, after) in plain.iter().zip(scaled) {
                    // Rounded to nanoseconds, once before and once after.
                    assert!((before * factor - after).abs() < 4e-9, "{distribution:?}: {before}, {after}");
                }
            }
        }
        let shortest = Distribution::Exponential { mean: SimDuration(1) }.scaled(1, 2);
        assert_eq!(shortest.validate(), Ok(()));
    }

    #[test]
    fn impossible_parameters_are_refused() {
        let s = SimDuration::from_secs;
        for wrong in [
            Distribution::Uniform { min: s(2), max: s(1), step: s(1) },
            Distribution::Uniform { min: s(1), max: s(2), step: s(0) },
            Distribution::Exponential { mean: s(0) },
            Distribution::LogNormal { median: s(0), p99: s(1) },
            Distribution::LogNormal { median: s(2), p99: s(1) },
            Distribution::Empirical(vec![]),
            Distribution::Empirical(vec![(s(1), 0)]),
            Distribution::Empirical(vec![(s(1), u64::MAX), (s(2), 1)]),
        ] {
            assert!(wrong.validate().is_err(), "{wrong:?}");
        }
    }
}
