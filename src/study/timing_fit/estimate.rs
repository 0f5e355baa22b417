//! From what was seen of a hop to its distribution.
//!
//! The families are compared by Akaike's criterion, 2 k − 2 ln L; the least is taken. If even that one is farther from
//! what was seen than chance leaves it, Turnbull's estimate stands in its place. Few durations do not tell families apart:
//! an interval spans those of every family whose criterion is at most [`PLAUSIBLE`] above the least. Fewer than [`LEAST`] ends tell too
//! little: then the prior stays, which is what `spec.timing` has by default.

use super::family::Family;
use super::free;
use super::likelihood::Data;
use super::maximum::{self, Best};
use super::seen::{Seen, finished};
use crate::kernel::Distribution;

/// So many durations must have been seen to their end.
pub const LEAST: u64 = 8;

/// A family whose criterion is farther above the least is not plausible: its likelihood, allowing for its parameters, is
/// e² times less.
pub const PLAUSIBLE: f64 = 4.0;

/// A quantile in seconds with its interval at 95 %.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// The quantile.
    pub value: f64,
    /// Lower end; `None` where too few were seen.
    pub low: Option<f64>,
    /// Upper end; `None` where too few were seen.
    pub high: Option<f64>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// Its family; `None`: none fits, these are the durations themselves.
    pub family: Option<Family>,
    /// As the simulation takes it.
    pub distribution: Distribution,
    /// The median.
    pub median: Quantile,
    /// The 95 % quantile.
    pub p95: Quantile,
    /// The greatest distance between the shares seen and those of the best family, from 0 to 1; `None`: no family is
    /// possible.
    pub distance: Option<f64>,
    /// What chance leaves of it in 99 of 100 samples.
    pub limit: f64,
}

/// The fit of what was seen; `None`: too little was.
pub fn fit(seen: &[Seen]) -> Option<Fit> {
    let count = finished(seen);
    if count < LEAST {
        return None;
    }
    let data = Data::of(seen);
    let found = Family::ALL.into_iter().filter_map(|family| maximum::best(family, seen, &data));
    let found: Vec<Best> = found.collect();
    let least = found.iter().copied().min_by(|a, b| criterion(a).total_cmp(&criterion(b)));
    let (distance, limit) = (least.map(|best| free::distance(seen, &best.model)), free::limit(seen));
    Some(match least.filter(|_| distance.is_some_and(|distance| distance <= limit)) {
        Some(best) => of_family(&best, &found, (count, &data), (distance, limit)),
        None => of_none(seen, distance, limit),
    })
}

/// Akaike's criterion.
fn criterion(best: &Best) -> f64 {
    2.0 * f64::from(best.model.family().parameters()) - 2.0 * best.log_likelihood
}

fn of_family(
    best: &Best,
    all: &[Best],
    (count, data): (u64, &Data),
    (distance, limit): (Option<f64>, f64),
) -> Fit {
    let plausible = |other: &&Best| criterion(other) <= criterion(best) + PLAUSIBLE;
    let quantile = |probability: f64| {
        let intervals =
            all.iter().filter(plausible).map(|other| maximum::interval(other, probability, count, data));
        let (low, high) =
            intervals.fold((f64::INFINITY, 0.0_f64), |span, one| (span.0.min(one.0), span.1.max(one.1)));
        Quantile { value: best.model.quantile(probability), low: Some(low), high: Some(high) }
    };
    Fit {
        family: Some(best.model.family()),
        distribution: best.model.distribution(),
        median: quantile(0.5),
        p95: quantile(0.95),
        distance,
        limit,
    }
}

fn of_none(seen: &[Seen], distance: Option<f64>, limit: f64) -> Fit {
    let masses = free::turnbull(seen);
    let quantile = |probability: f64| {
        let (low, high) = free::interval(seen, probability);
        Quantile { value: free::quantile(&masses, probability), low, high }
    };
    Fit {
        family: None,
        distribution: free::distribution(&masses),
        median: quantile(0.5),
        p95: quantile(0.95),
        distance,
        limit,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(low: f64) -> Seen {
        Seen { low, high: low + 1.0, begin_cut: true, batch: None, count: 1 }
    }

    #[test]
    fn too_few_ends_tell_nothing() {
        let mut seen = vec![second(3.0); 7];
        seen.push(Seen { high: f64::INFINITY, ..second(1.0) });
        assert_eq!(fit(&seen), None);
        seen.push(second(3.0));
        assert_eq!(fit(&seen).and_then(|fit| fit.family), Some(Family::Constant));
    }

    #[test]
    fn two_kinds_of_durations_are_no_family() {
        // 30 of about 2 s and 30 of about 60 s: no family has a gap.
        let seen: Vec<Seen> =
            (0..60).map(|i| second(f64::from(if i % 2 == 0 { 2 + i / 20 } else { 58 + i / 20 }))).collect();
        let fit = fit(&seen).expect("60 ends");
        assert_eq!(fit.family, None);
        let Distribution::Empirical(values) = &fit.distribution else { panic!("{fit:?}") };
        let total: u64 = values.iter().map(|(_, weight)| weight).sum();
        let short: u64 =
            values.iter().filter(|value| value.0.as_secs_f64() < 10.0).map(|value| value.1).sum();
        assert!((short as f64 / total as f64 - 0.5).abs() < 0.01, "{values:?}");
    }
}
