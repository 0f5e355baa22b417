//! The likeliest member of a family, and the intervals of its quantiles by profile likelihood.
//!
//! The interval of a quantile holds every value at which the likelihood, with the best shape for that value, is not
//! below its maximum by more than half of n · ln(1 + t² / (n − 1)), t the 97.5 % quantile of Student's distribution. For
//! the median of a lognormal sample without censoring that is exactly the interval of Student; for many it is the usual
//! χ² of 3.84. The ends of a uniform distribution are no regular parameters: there the χ² of two degrees is taken.

use super::family::{Family, Model};
use super::likelihood::Data;
use super::seen::Seen;
use crate::study::statistics::distributions::student_quantile;

/// Steps of a search by golden section of a shape, and of an only parameter.
const SHAPE_STEPS: u32 = 14;
const LONE_STEPS: u32 = 50;
/// Halvings of a bracket of an interval's end.
const HALVINGS: u32 = 14;
/// The least shape; anything sharper is as a constant.
const LEAST_SHAPE: f64 = 5e-3;
/// The least value of a quantile in seconds.
const LEAST: f64 = 1e-3;

/// The likeliest member of a family.
#[derive(Clone, Copy, Debug)]
pub struct Best {
    /// The member.
    pub model: Model,
    /// The logarithm of its likelihood.
    pub log_likelihood: f64,
}

/// Finds it; `None` where no member is possible.
pub fn best(family: Family, seen: &[Seen], data: &Data) -> Option<Best> {
    let height = |at: [f64; 2]| height(family, 0.5, at, data).0;
    let at = if family.has_shape() {
        let first = climb(start(family, seen)?, 0.3, height);
        climb(first, 0.05, height)
    } else {
        let (low, high) = range(family, seen)?;
        let place = golden((libm::log(low), libm::log(high)), LONE_STEPS, |place| height([place, 0.0]));
        [place, 0.0]
    };
    let (log_likelihood, model) = self::height(family, 0.5, at, data);
    let model = model.filter(|_| log_likelihood > f64::NEG_INFINITY)?;
    Some(Best { model, log_likelihood })
}

/// The interval at 95 % of a quantile.
pub fn interval(best: &Best, probability: f64, finished: u64, data: &Data) -> (f64, f64) {
    let n = finished.max(2) as f64;
    let t = student_quantile(0.975, n - 1.0);
    let regular = n * libm::log1p(t * t / (n - 1.0));
    let cut = if best.model.family() == Family::Uniform { regular * 5.991 / 3.841 } else { regular };
    let least = best.log_likelihood - cut / 2.0;
    let value = best.model.quantile(probability).max(LEAST);
    let end = |direction: f64| {
        let mut shape = libm::log(best.model.shape().max(LEAST_SHAPE));
        let (mut inside, mut step) = (libm::log(value), 0.02);
        let outside = loop {
            let next = inside + direction * step;
            let (found, at) = profile(best.model.family(), (probability, next), shape, data);
            if found < least {
                break next;
            }
            if !(libm::log(LEAST)..20.0).contains(&next) {
                return next;
            }
            (inside, shape, step) = (next, at, step * 2.0);
        };
        let mut outside = outside;
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(inside, outside);
            let (found, at) = profile(best.model.family(), (probability, middle), shape, data);
            if found < least { outside = middle } else { (inside, shape) = (middle, at) }
        }
        f64::midpoint(inside, outside)
    };
    (libm::exp(end(-1.0)), libm::exp(end(1.0)))
}

/// The logarithm of the likelihood at the logarithms of quantile and shape.
fn height(family: Family, probability: f64, at: [f64; 2], data: &Data) -> (f64, Option<Model>) {
    let shape = libm::exp(at[1]).max(LEAST_SHAPE);
    match Model::through(family, (probability, libm::exp(at[0])), shape) {
        Some(model) => (data.log_likelihood(&model), Some(model)),
        None => (f64::NEG_INFINITY, None),
    }
}

/// The best likelihood at the logarithm of a quantile, and the logarithm of its shape; `near` it.
fn profile(family: Family, (probability, place): (f64, f64), near: f64, data: &Data) -> (f64, f64) {
    let value = |shape: f64| height(family, probability, [place, shape], data).0;
    if !family.has_shape() {
        return (value(near), near);
    }
    let widest = match family {
        // It must not begin below 0.
        Family::Uniform => (place - libm::log(probability)).min(near + 1.0),
        _ => near + 1.0,
    };
    let shape = golden((widest.min(near) - 1.0, widest), SHAPE_STEPS, value);
    (value(shape), shape)
}

/// Where an only parameter can lie.
fn range(family: Family, seen: &[Seen]) -> Option<(f64, f64)> {
    let finished = || seen.iter().filter(|seen| seen.is_finished());
    if family == Family::Constant {
        let low = seen.iter().map(Seen::least).fold(LEAST, f64::max);
        let high = finished().map(|seen| seen.high).fold(f64::INFINITY, f64::min);
        return (low < high && high.is_finite()).then_some((low, high));
    }
    let largest = finished().map(|seen| seen.high).fold(0.0, f64::max);
    (largest > LEAST).then_some((LEAST, 20.0 * largest))
}

/// Where the search begins: the logarithms of median and shape.
fn start(family: Family, seen: &[Seen]) -> Option<[f64; 2]> {
    let count: f64 = seen.iter().map(|seen| seen.count as f64).sum();
    if family == Family::Uniform {
        let low = seen.iter().map(Seen::least).fold(f64::INFINITY, f64::min);
        let high = seen.iter().filter(|seen| seen.is_finished()).map(|seen| seen.high).fold(0.0, f64::max);
        let high = seen.iter().map(|seen| seen.low + 0.5).fold(high, f64::max);
        return (low < high).then(|| [libm::log(f64::midpoint(low, high)), libm::log(high - low)]);
    }
    let logs = || seen.iter().map(|seen| (libm::log(seen.middle().max(0.05)), seen.count as f64));
    let mean = logs().map(|(log, count)| log * count).sum::<f64>() / count;
    let square = logs().map(|(log, count)| (log - mean) * (log - mean) * count).sum::<f64>() / count;
    (count > 0.0).then(|| [mean, libm::log(square.sqrt().max(0.1))])
}

/// The highest place between two ends of a function with one summit.
fn golden((mut low, mut high): (f64, f64), steps: u32, height: impl Fn(f64) -> f64) -> f64 {
    const RATIO: f64 = 0.618_033_988_749_894_8;
    let (mut left, mut right) = (high - RATIO * (high - low), low + RATIO * (high - low));
    let (mut at_left, mut at_right) = (height(left), height(right));
    for _ in 0..steps {
        // Where neither is possible the shape is too small to hold all that was seen.
        if at_left >= at_right && at_left > f64::NEG_INFINITY {
            (high, right, at_right) = (right, left, at_left);
            left = high - RATIO * (high - low);
            at_left = height(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + RATIO * (high - low);
            at_right = height(right);
        }
    }
    if at_left >= at_right { left } else { right }
}

/// The highest place near a start: the simplex method of Nelder and Mead (1965) in two dimensions.
fn climb(start: [f64; 2], size: f64, height: impl Fn([f64; 2]) -> f64) -> [f64; 2] {
    const MOST: u32 = 120;
    let corner = |at: [f64; 2]| (height(at), at);
    let mut corners =
        [corner(start), corner([start[0] + size, start[1]]), corner([start[0], start[1] + size])];
    for _ in 0..MOST {
        corners.sort_by(|a, b| b.0.total_cmp(&a.0));
        let [best, second, worst] = corners;
        let span = (0..2).map(|i| (best.1[i] - worst.1[i]).abs() + (best.1[i] - second.1[i]).abs());
        if span.sum::<f64>() < 1e-6 {
            break;
        }
        let middle = [0, 1].map(|i| f64::midpoint(best.1[i], second.1[i]));
        let along = |factor: f64| corner([0, 1].map(|i| middle[i] + factor * (worst.1[i] - middle[i])));
        let mirrored = along(-1.0);
        let next = if mirrored.0 > best.0 {
            let farther = along(-2.0);
            if farther.0 > mirrored.0 { farther } else { mirrored }
        } else if mirrored.0 > second.0 {
            mirrored
        } else {
            along(if mirrored.0 > worst.0 { -0.5 } else { 0.5 })
        };
        if next.0 > worst.0 {
            corners[2] = next;
        } else {
            let shrunk = |at: [f64; 2]| corner([0, 1].map(|i| f64::midpoint(at[i], best.1[i])));
            corners = [best, shrunk(second.1), shrunk(worst.1)];
        }
    }
    corners.sort_by(|a, b| b.0.total_cmp(&a.0));
    corners[0].1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Durations that are known exactly.
    fn exact(values: &[f64]) -> Vec<Seen> {
        values.iter().map(|value| Seen::told(*value)).collect()
    }

    #[test]
    fn a_lognormal_sample_has_the_median_and_interval_of_student() {
        // Logarithms 0, 0.2, … 1.8: mean 0.9, s = 0.2 · √(55/6) = 0.605530; t with 9 degrees 2.262157;
        // 0.9 ± 2.262157 · 0.605530 / √10 = 0.9 ± 0.433172.
        let values: Vec<f64> = (0..10).map(|i| libm::exp(0.2 * f64::from(i))).collect();
        let seen = exact(&values);
        let data = Data::of(&seen);
        let best = best(Family::LogNormal, &seen, &data).expect("possible");
        assert!((libm::log(best.model.quantile(0.5)) - 0.9).abs() < 1e-4);
        // σ of the maximum likelihood divides by n: 0.605530 · √0.9.
        assert!((best.model.shape() - 0.574_456).abs() < 1e-4);
        let (low, high) = interval(&best, 0.5, 10, &data);
        assert!((libm::log(low) - 0.466_828).abs() < 2e-3 && (libm::log(high) - 1.333_172).abs() < 2e-3);
    }

    #[test]
    fn an_exponential_sample_has_its_mean() {
        // Three ended after 1, 2 and 6 s, one lasts for 3 s: 12 s in all for three ends, a mean of 4 s.
        let mut seen = exact(&[1.0, 2.0, 6.0]);
        seen.push(Seen { low: 3.0, high: f64::INFINITY, ..Seen::told(0.0) });
        let best = best(Family::Exponential, &seen, &Data::of(&seen)).expect("possible");
        assert!((best.model.quantile(1.0 - libm::exp(-1.0)) - 4.0).abs() < 1e-3);
    }

    #[test]
    fn a_constant_is_where_all_agree() {
        let second = |low: f64| Seen { low, high: low + 1.0, begin_cut: true, batch: None, count: 1 };
        // 9 three times and 10 once: X = 9.25 makes that likeliest.
        let seen = [second(9.0), second(9.0), second(10.0), second(9.0)];
        let best = best(Family::Constant, &seen, &Data::of(&seen)).expect("possible");
        assert!((best.model.quantile(0.5) - 9.25).abs() < 1e-4);
        let apart = [second(3.0), second(9.0)];
        assert!(super::best(Family::Constant, &apart, &Data::of(&apart)).is_none());
    }
}
