//! What can be said of durations without a family: Turnbull's estimate (JRSS B 38, 1976) and order statistics; and how far
//! a family is from what was seen.
//!
//! Turnbull's estimate puts probability on a few durations, so that what was seen is likeliest; it is found by
//! self-consistency (expectation and maximization). The intervals of its quantiles are those of order statistics, from the
//! least that the lower one can be to the most that the upper one can be: they hold at least as often as they say.

use super::family::{Model, millis};
use super::likelihood::Data;
use super::seen::{CUT, Seen, finished};
use crate::kernel::Distribution;
use crate::study::statistics::order::ranks;

/// Passes of the search.
const PASSES: u32 = 400;
/// More places than this are thinned out.
const MOST_PLACES: usize = 200;
/// Shares are kept in so many parts.
const PARTS: f64 = 10_000.0;

/// Places of probability: seconds ascending, and their shares, which sum to 1.
pub type Masses = Vec<(f64, f64)>;

/// Turnbull's estimate. What is beyond the last end that is known lies at that end.
pub fn turnbull(seen: &[Seen]) -> Masses {
    let places = places(seen);
    let share = |seen: &Seen, at: f64| {
        if seen.begin_cut {
            ((seen.high.min(at + CUT) - seen.low.max(at)) / CUT).clamp(0.0, 1.0)
        } else {
            f64::from(u8::from(seen.low <= at && at < seen.high))
        }
    };
    let rows: Vec<(f64, Vec<f64>)> = merged(seen)
        .iter()
        .map(|seen| (seen.count as f64, places.iter().map(|at| share(seen, *at)).collect()))
        .filter(|(_, row): &(f64, Vec<f64>)| row.iter().any(|share| *share > 0.0))
        .collect();
    let total: f64 = rows.iter().map(|(count, _)| count).sum();
    let mut masses = vec![1.0 / places.len().max(1) as f64; places.len()];
    for _ in 0..PASSES {
        let mut next = vec![0.0; masses.len()];
        for (count, row) in &rows {
            let sum: f64 = row.iter().zip(&masses).map(|(share, mass)| share * mass).sum();
            for ((next, share), mass) in next.iter_mut().zip(row).zip(&masses) {
                *next += count * share * mass / (sum * total);
            }
        }
        masses = next;
    }
    let kept = places.into_iter().zip(masses).filter(|(_, mass)| *mass * PARTS >= 0.5);
    kept.collect()
}

/// What was seen, alike ones together.
fn merged(seen: &[Seen]) -> Vec<Seen> {
    let mut all: Vec<Seen> = seen.iter().map(|seen| Seen { batch: None, ..*seen }).collect();
    all.sort_by(|a, b| {
        a.low.total_cmp(&b.low).then(a.high.total_cmp(&b.high)).then(a.begin_cut.cmp(&b.begin_cut))
    });
    all.dedup_by(|next, kept| {
        let alike = Seen { count: kept.count, ..*next } == *kept;
        if alike {
            kept.count += next.count;
        }
        alike
    });
    all
}

/// Where probability can be: between any two neighbouring ends, at a quarter and three quarters.
fn places(seen: &[Seen]) -> Vec<f64> {
    let cut = |seen: &Seen| if seen.begin_cut { CUT } else { 0.0 };
    let ends =
        seen.iter().flat_map(|seen| [seen.low - cut(seen), seen.low, seen.high - cut(seen), seen.high]);
    let mut ends: Vec<f64> = ends.filter(|end| end.is_finite()).map(|end| end.max(0.0)).collect();
    ends.sort_unstable_by(f64::total_cmp);
    ends.dedup();
    let every = ends.len().div_ceil(MOST_PLACES / 2).max(1);
    let last = ends.last().copied();
    let kept: Vec<f64> = ends.into_iter().step_by(every).chain(last).collect();
    let between = kept.windows(2).filter(|pair| pair[0] < pair[1]);
    let between = between.flat_map(|pair| [0.25, 0.75].map(|at| pair[0] + at * (pair[1] - pair[0])));
    let mut places: Vec<f64> = between.chain(last).collect();
    places.dedup();
    places
}

/// The value that is not exceeded with this probability.
pub fn quantile(masses: &Masses, probability: f64) -> f64 {
    let mut sum = 0.0;
    for (at, mass) in masses {
        sum += mass;
        if sum >= probability - 1e-9 {
            return *at;
        }
    }
    masses.last().map_or(0.0, |(at, _)| *at)
}

/// As the simulation takes it.
pub fn distribution(masses: &Masses) -> Distribution {
    let whole = |(at, mass): &(f64, f64)| (millis(*at), ((mass * PARTS).round() as u64).max(1));
    Distribution::Empirical(masses.iter().map(whole).collect())
}

/// The interval at 95 % of a quantile by order statistics; an end that too few were seen for is `None`.
pub fn interval(seen: &[Seen], probability: f64) -> (Option<f64>, Option<f64>) {
    let n: u64 = seen.iter().map(|seen| seen.count).sum();
    let Some((low, high)) = ranks(n, probability, 0.95) else {
        return one_sided(seen, n, probability);
    };
    (value_at(seen, low, Seen::least), value_at(seen, high, |seen| seen.high))
}

/// Where no upper rank says so much, the lower end alone.
fn one_sided(seen: &[Seen], n: u64, probability: f64) -> (Option<f64>, Option<f64>) {
    let above =
        |rank: u64| crate::study::statistics::distributions::binomial_cdf(rank as i64 - 1, n, probability);
    let rank = (1..=n).take_while(|rank| above(*rank) <= 0.025).last();
    (rank.and_then(|rank| value_at(seen, rank, Seen::least)), None)
}

/// The value of a rank from 1, by one end of what was seen.
fn value_at(seen: &[Seen], rank: u64, end: impl Fn(&Seen) -> f64) -> Option<f64> {
    let mut ends: Vec<(f64, u64)> = seen.iter().map(|seen| (end(seen), seen.count)).collect();
    ends.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut sum = 0;
    let found = ends.iter().find(|(_, count)| {
        sum += count;
        sum >= rank
    });
    found.map(|(value, _)| *value).filter(|value| value.is_finite())
}

/// The greatest distance between the shares that were seen up to each recorded duration (Kaplan and Meier's estimate,
/// where some are not over) and what a distribution makes of them, recorded alike.
pub fn distance(seen: &[Seen], model: &Model) -> f64 {
    let mut all = merged(seen);
    // What ends at the same place is looked at together, and before what is only known to last longer.
    let key = |seen: &Seen| if seen.is_finished() { (seen.high, 0) } else { (seen.low + CUT, 1) };
    all.sort_by(|a, b| key(a).0.total_cmp(&key(b).0).then(key(a).1.cmp(&key(b).1)));
    let mut at_risk: f64 = all.iter().map(|seen| seen.count as f64).sum();
    let (mut surviving, mut most) = (1.0_f64, 0.0_f64);
    let mut index = 0;
    while index < all.len() {
        let one = all[index];
        if !one.is_finished() {
            at_risk -= one.count as f64;
            index += 1;
            continue;
        }
        let alike = all[index..].iter().take_while(|seen| seen.is_finished() && key(seen) == key(&one));
        let (places, ended) =
            alike.fold((0, 0.0), |(places, ended), seen| (places + 1, ended + seen.count as f64));
        most = most.max((1.0 - surviving - recorded_below(model, &one, one.low)).abs());
        surviving *= 1.0 - ended / at_risk;
        most = most.max((1.0 - surviving - recorded_below(model, &one, one.high)).abs());
        at_risk -= ended;
        index += places;
    }
    most
}

/// The probability that a duration, recorded as `like` was, is recorded as less than this end.
fn recorded_below(model: &Model, like: &Seen, end: f64) -> f64 {
    let below = Seen { low: end, high: f64::INFINITY, batch: None, count: 1, ..*like };
    1.0 - libm::exp(Data::of(&[below]).log_likelihood(model))
}

/// The distance that a family keeps in 99 of 100 samples of its own: Lilliefors' limit for one whose parameters are
/// fitted (JASA 62, 1967); for recorded whole seconds it is wider than need be.
pub fn limit(seen: &[Seen]) -> f64 {
    1.035 / (finished(seen).max(1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::family::Family;
    use super::*;

    fn within(low: f64, high: f64, count: u64) -> Seen {
        Seen { low, high, begin_cut: false, batch: None, count }
    }

    #[test]
    fn turnbull_shares_what_is_not_told_as_its_neighbours_are() {
        // Of four in [0, 1), two in [1, 2) and three somewhere in [0, 2), the three are shared 2 : 1.
        let masses = turnbull(&[within(0.0, 1.0, 4), within(1.0, 2.0, 2), within(0.0, 2.0, 3)]);
        let below_one: f64 = masses.iter().filter(|(at, _)| *at < 1.0).map(|(_, mass)| mass).sum();
        assert!((below_one - 2.0 / 3.0).abs() < 1e-6, "{masses:?}");
    }

    #[test]
    fn what_is_not_over_weighs_as_kaplan_and_meier_say() {
        // Ends at 1 and 3, one of three lasts longer than 2: 1 − 2/3 · 1/1 … the survivors are 2/3, then 0.
        let masses = turnbull(&[within(1.0, 1.001, 1), within(2.0, f64::INFINITY, 1), within(3.0, 3.001, 1)]);
        let first: f64 = masses.iter().filter(|(at, _)| *at < 2.0).map(|(_, mass)| mass).sum();
        assert!((first - 1.0 / 3.0).abs() < 1e-6, "{masses:?}");
        assert!((quantile(&masses, 0.5) - 3.0).abs() < 0.01, "{masses:?}");
    }

    #[test]
    fn an_interval_is_that_of_the_ranks() {
        // 20 values 1 to 20: the median lies between the 6th and the 15th (order statistics).
        let seen: Vec<Seen> = (1..=20).map(|value| Seen::told(f64::from(value))).collect();
        let (low, high) = interval(&seen, 0.5);
        assert!((low.unwrap_or(0.0) - 6.0).abs() < 0.001 && (high.unwrap_or(0.0) - 15.0).abs() < 0.001);
        assert_eq!(interval(&seen, 0.95).1, None, "20 tell no upper end of the 95 % quantile");
    }

    #[test]
    fn the_distance_is_that_of_kolmogorov() {
        // Uniform on [0, 10] against 1, 2, 3, 4: the empirical function is 1 where the other is 0.4.
        let model = Model::through(Family::Uniform, (0.5, 5.0), 10.0).expect("above 0");
        let seen: Vec<Seen> = (1..=4).map(|value| Seen::told(f64::from(value))).collect();
        assert!((distance(&seen, &model) - 0.6).abs() < 1e-3);
    }
}
