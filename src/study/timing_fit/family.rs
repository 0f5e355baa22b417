//! The distributions that are fitted: those that `spec.timing` takes ([`crate::kernel::Distribution`]).
//!
//! Each is given by one of its quantiles and, where it has two parameters, a shape, so that likelihood can be looked at
//! along any quantile.
//!
//! | family | shape | from its p-quantile q |
//! | --- | --- | --- |
//! | constant | – | always q |
//! | exponential | – | mean q / −ln(1 − p) |
//! | lognormal | σ of the logarithm | μ = ln q − σ Φ⁻¹(p) |
//! | uniform | width w | from q − p w to q + (1 − p) w, not below 0 |

use crate::kernel::{Distribution, SimDuration};
use crate::study::statistics::distributions::normal_quantile;

/// A family of distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Always the same.
    Constant,
    /// Memoryless.
    Exponential,
    /// Skewed to long values.
    LogNormal,
    /// Anything between two ends.
    Uniform,
}

/// A distribution of a family.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Model {
    family: Family,
    /// The value, the mean, μ, or the lower end.
    place: f64,
    /// σ or the width; not used where there is none.
    shape: f64,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 4] = [Self::Constant, Self::Exponential, Self::LogNormal, Self::Uniform];

    /// As `spec.timing` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Exponential => "exponential",
            Self::LogNormal => "lognormal",
            Self::Uniform => "uniform",
        }
    }

    /// Whether it has a shape beside a quantile.
    pub const fn has_shape(self) -> bool {
        matches!(self, Self::LogNormal | Self::Uniform)
    }

    /// How many parameters it has.
    pub const fn parameters(self) -> u32 {
        if self.has_shape() { 2 } else { 1 }
    }
}

/// The distribution function of the standard normal distribution.
fn normal(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}

impl Model {
    /// The member of a family with this quantile and shape; `None` where there is none.
    pub fn through(family: Family, (probability, quantile): (f64, f64), shape: f64) -> Option<Self> {
        let place = match family {
            Family::Constant => quantile,
            Family::Exponential => quantile / -libm::log(1.0 - probability),
            Family::LogNormal => libm::log(quantile) - shape * normal_quantile(probability),
            Family::Uniform => {
                let low = quantile - probability * shape;
                // Rounding must not forbid one that begins at 0.
                if low > -1e-9 * shape { low.max(0.0) } else { low }
            }
        };
        (family == Family::LogNormal || place >= 0.0).then_some(Self { family, place, shape })
    }

    /// Its family.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Its shape.
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The probability of at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        if x < 0.0 {
            return 0.0;
        }
        match self.family {
            Family::Constant => f64::from(u8::from(x >= self.place)),
            Family::Exponential => -libm::expm1(-x / self.place),
            Family::LogNormal if x > 0.0 => normal((libm::log(x) - self.place) / self.shape),
            Family::LogNormal => 0.0,
            Family::Uniform => ((x - self.place) / self.shape).clamp(0.0, 1.0),
        }
    }

    /// ∫ cdf from 0 to `x`.
    pub fn integral(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        match self.family {
            Family::Constant => (x - self.place).max(0.0),
            Family::Exponential => x + self.place * libm::expm1(-x / self.place),
            Family::LogNormal => {
                let z = (libm::log(x) - self.place) / self.shape;
                let mean = libm::exp(self.place + self.shape * self.shape / 2.0);
                x * normal(z) - mean * normal(z - self.shape)
            }
            Family::Uniform => {
                let inside = (x - self.place).clamp(0.0, self.shape);
                inside * inside / (2.0 * self.shape) + (x - self.place - self.shape).max(0.0)
            }
        }
    }

    /// The value that is not exceeded with this probability.
    pub fn quantile(&self, probability: f64) -> f64 {
        match self.family {
            Family::Constant => self.place,
            Family::Exponential => -self.place * libm::log(1.0 - probability),
            Family::LogNormal => libm::exp(self.place + self.shape * normal_quantile(probability)),
            Family::Uniform => self.place + probability * self.shape,
        }
    }

    /// As the simulation takes it, at whole milliseconds.
    pub fn distribution(&self) -> Distribution {
        match self.family {
            Family::Constant => Distribution::Constant(millis(self.place)),
            Family::Exponential => Distribution::Exponential { mean: millis(self.place).max(MILLI) },
            Family::LogNormal => {
                let median = millis(self.quantile(0.5)).max(MILLI);
                Distribution::LogNormal { median, p99: millis(self.quantile(0.99)).max(median) }
            }
            Family::Uniform => Distribution::Uniform {
                min: millis(self.place),
                max: millis(self.place + self.shape),
                step: MILLI,
            },
        }
    }
}

/// A millisecond.
const MILLI: SimDuration = SimDuration(1_000_000);

/// Seconds at whole milliseconds.
pub fn millis(seconds: f64) -> SimDuration {
    SimDuration::from_millis((seconds.clamp(0.0, 3.15e9) * 1e3).round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantile_and_integral_belong_to_the_cdf() {
        for family in Family::ALL.into_iter().skip(1) {
            let model = Model::through(family, (0.9, 5.0), 0.7).expect("above 0");
            assert!((model.cdf(5.0) - 0.9).abs() < 1e-9, "{family:?}");
            assert!((model.cdf(model.quantile(0.3)) - 0.3).abs() < 1e-9, "{family:?}");
            // Simpson's rule with steps of 1/1000; the uniform's corners cost it a little.
            let (steps, h) = (8000, 0.001);
            let weight = |i: i32| {
                if i == 0 || i == steps {
                    1.0
                } else if i % 2 == 1 {
                    4.0
                } else {
                    2.0
                }
            };
            let sum: f64 = (0..=steps).map(|i| weight(i) * model.cdf(f64::from(i) * h)).sum();
            assert!((model.integral(8.0) - sum * h / 3.0).abs() < 1e-5, "{family:?}");
        }
        let constant = Model::through(Family::Constant, (0.9, 5.0), 0.0).expect("above 0");
        assert!((constant.integral(8.0) - 3.0).abs() < 1e-12);
        assert_eq!(Model::through(Family::Uniform, (0.5, 1.0), 3.0), None, "it would begin at -0.5");
    }
}
