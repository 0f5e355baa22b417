//! Whether many forecasts together hold as often as they say.

use super::Figure;

/// Bins of a histogram of ranks.
pub const BINS: usize = 5;

/// How often middles hold by chance, if every forecast is right: the central 95 % of the number, exact. Each holds with its
/// own probability, and none hangs on another (with equal ones, a binomial distribution).
pub fn held_by_chance(expected: &[f64]) -> (u64, u64) {
    // The probability of each number, one figure after the other.
    let mut shares = vec![1.0];
    for probability in expected {
        let mut next = vec![0.0; shares.len() + 1];
        for (number, share) in shares.iter().enumerate() {
            next[number] += share * (1.0 - probability);
            next[number + 1] += share * probability;
        }
        shares = next;
    }
    let reached = |level: f64| {
        let mut sum = 0.0;
        let found = shares.iter().position(|share| {
            sum += share;
            sum >= level - 1e-12
        });
        found.unwrap_or(shares.len() - 1) as u64
    };
    (reached(0.025), reached(0.975))
}

/// The histogram of ranks of whole numbers, not randomized: in each of five bins how many figures lie there, those that
/// cover several in parts. Of forecasts that are right all bins are alike; hollow in the middle: too sure of themselves;
/// heaped there: not sure enough; heaped at one end: what happens is more, or less, than they say.
///
/// `places` are the shares of each forecast below what was seen, and up to it.
pub fn histogram(places: &[(f64, f64)]) -> [f64; BINS] {
    let mut bins = [0.0; BINS];
    for (below, up_to) in places {
        let part = |end: f64| ((end - below) / (up_to - below).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        for (number, bin) in bins.iter_mut().enumerate() {
            let (low, high) = (number as f64 / BINS as f64, (number + 1) as f64 / BINS as f64);
            *bin += if up_to > below {
                part(high) - part(low)
            } else {
                // What no run came to has a rank, and no width.
                f64::from(u8::from(*below >= low && (*below < high || number + 1 == BINS)))
            };
        }
    }
    bins
}

/// The mean; 0 of nothing.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// What many figures together come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// How many were judged.
    pub judged: u64,
    /// How many lay in the middle 90 %.
    pub held: u64,
    /// How many would by chance ([`held_by_chance`]).
    pub by_chance: (u64, u64),
    /// The mean score; 0 of none.
    pub score: f64,
    /// The histogram of ranks, of those that have one ([`histogram`]).
    pub bins: [f64; BINS],
}

impl Tally {
    /// Of these figures.
    pub fn of<'f>(figures: impl Iterator<Item = &'f Figure>) -> Self {
        let figures: Vec<&Figure> = figures.collect();
        let all =
            |value: fn(&Figure) -> f64| figures.iter().map(|figure| value(figure)).collect::<Vec<f64>>();
        let places: Vec<(f64, f64)> = figures.iter().filter_map(|figure| figure.place).collect();
        Self {
            judged: figures.len() as u64,
            held: figures.iter().filter(|figure| figure.held).count() as u64,
            by_chance: held_by_chance(&all(|figure| figure.expected)),
            score: mean(&all(|figure| figure.score)),
            bins: histogram(&places),
        }
    }
}
