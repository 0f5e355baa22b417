//! Time until a band or a range has no address left.
//!
//! A birth–death chain on the number of dynamic Services. Assumed: Services come as a Poisson process of
//! rate λ, each lives an exponential time of rate μ of its own (M/M/∞), addresses that were asked for stay.
//! The mean time from k to k + 1 Services is
//!
//! ```text
//! h(0) = 1/λ,   h(k) = 1/λ + (k μ / λ) h(k−1)
//! ```
//!
//! and the time to the capacity is the sum of h from the present number on. A band is first full when the
//! number reaches its free addresses: until then every dynamic Service got one of its own. Without
//! departures the time is (capacity − n) / λ. Beyond what an `f64` holds the recursion goes on in logarithms.

/// Steps of the recursion: larger capacities are out of reach unless the time is beyond all bounds before.
const MOST_STEPS: u64 = 1 << 26;
/// Above this the recursion goes on in logarithms.
const LARGE: f64 = 1e280;
/// Natural logarithm of a time at which no more is to be told.
const HOPELESS: f64 = 1e5;

/// Services that come and go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Flow {
    /// Services created a day, λ.
    pub arrivals_per_day: f64,
    /// The share of the existing Services deleted a day, μ; 0: none ever.
    pub departures_per_day: f64,
}

/// A time to exhaustion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Time {
    /// It is reached already.
    Now,
    /// Expected, in days.
    Days(f64),
    /// Longer than a floating-point number can tell: the decimal logarithm of the expected days. If `at_least`,
    /// the recursion was ended there.
    Log10Days {
        /// The exponent.
        exponent: f64,
        /// Whether it is more than that.
        at_least: bool,
    },
    /// Nothing comes.
    Never,
    /// The capacity is too large for the recursion.
    OutOfReach,
}

/// The expected time until `capacity` dynamic Services are there, from `services` on.
pub fn until(services: u64, capacity: u64, flow: Flow) -> Time {
    let Flow { arrivals_per_day: lambda, departures_per_day: mu } = flow;
    if services >= capacity {
        return Time::Now;
    }
    if lambda <= 0.0 {
        return Time::Never;
    }
    if mu <= 0.0 {
        return Time::Days((capacity - services) as f64 / lambda);
    }
    let mut step = 0.0;
    let mut sum = 0.0;
    for k in 0..capacity {
        if k >= MOST_STEPS {
            return Time::OutOfReach;
        }
        step = 1.0 / lambda + k as f64 * mu / lambda * step;
        if k >= services {
            sum += step;
        }
        if step > LARGE {
            return logarithmic(k + 1, services, capacity, flow, [libm::log(step), libm::log(sum)]);
        }
    }
    Time::Days(sum)
}

/// The recursion from `first` on, in logarithms of the last step and of the sum so far. What is added to each
/// step, 1/λ, no longer counts.
fn logarithmic(first: u64, services: u64, capacity: u64, flow: Flow, so_far: [f64; 2]) -> Time {
    let [mut step, mut sum] = so_far;
    let ratio = flow.departures_per_day / flow.arrivals_per_day;
    let mut at_least = false;
    for k in first..capacity {
        step += libm::log(k as f64 * ratio);
        if k >= services {
            let (large, small) = if step > sum { (step, sum) } else { (sum, step) };
            sum = large + libm::log1p(libm::exp(small - large));
        }
        if step > HOPELESS || k >= first + MOST_STEPS {
            (at_least, sum) = (k + 1 < capacity, sum.max(step));
            break;
        }
    }
    Time::Log10Days { exponent: sum / std::f64::consts::LN_10, at_least }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{DrawUse, Draws, Seed};

    fn flow(arrivals_per_day: f64, departures_per_day: f64) -> Flow {
        Flow { arrivals_per_day, departures_per_day }
    }

    #[test]
    fn without_departures_it_is_a_division() {
        assert_eq!(until(38, 238, flow(10.0, 0.0)), Time::Days(20.0));
        assert_eq!(until(238, 238, flow(10.0, 0.0)), Time::Now);
        assert_eq!(until(0, 1, flow(0.0, 1.0)), Time::Never);
        assert_eq!(until(0, u64::MAX, flow(1.0, 0.0)), Time::Days(18_446_744_073_709_551_615.0));
    }

    #[test]
    fn short_chains_by_hand() {
        // h(0) = 1/2, h(1) = 1/2 + 1·3/2·1/2 = 5/4, h(2) = 1/2 + 2·3/2·5/4 = 17/4.
        assert_eq!(until(0, 3, flow(2.0, 3.0)), Time::Days(6.0));
        assert_eq!(until(1, 3, flow(2.0, 3.0)), Time::Days(5.5));
    }

    #[test]
    fn a_chain_that_is_simulated_takes_as_long() {
        let (flow, capacity, runs) = (flow(1.0, 0.2), 8, 4_000);
        let Time::Days(expected) = until(2, capacity, flow) else { panic!("a time") };
        let mut draw = Draws::new(Seed(5), 0).stream(DrawUse(1), 0);
        let mut total = 0.0;
        for _ in 0..runs {
            let mut services = 2_u64;
            while services < capacity {
                let rate = flow.arrivals_per_day + services as f64 * flow.departures_per_day;
                total -= libm::log(1.0 - draw.unit()) / rate;
                services =
                    if draw.unit() * rate < flow.arrivals_per_day { services + 1 } else { services - 1 };
            }
        }
        let mean = total / f64::from(runs);
        assert!((mean / expected - 1.0).abs() < 0.06, "{mean} {expected}");
    }

    #[test]
    fn hopeless_times_are_told_by_their_logarithm() {
        let Time::Log10Days { exponent, at_least } = until(0, 2_000, flow(10.0, 0.1)) else {
            panic!("beyond a floating-point number")
        };
        // ln h(k) grows by ln(k μ / λ): Σ over k from 100 to 1999 of ln(k / 100), from about e⁻¹·… on.
        assert!(!at_least && (1_500.0..2_200.0).contains(&exponent), "{exponent}");
        let endless = until(0, u64::MAX, flow(10.0, 0.1));
        assert!(matches!(endless, Time::Log10Days { at_least: true, .. }), "{endless:?}");
        assert_eq!(until(0, u64::MAX, flow(1e12, 1e-3)), Time::OutOfReach);
    }
}
