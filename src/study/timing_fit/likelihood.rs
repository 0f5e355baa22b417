//! How likely a distribution makes what was seen ([`super::seen`]).
//!
//! Durations that began in one second may have begun in one moment, as pods of one burst do, or each on its own. Both
//! are taken as equally likely beforehand: the probability of a batch is half that of a common u and half that of one u
//! each. Without that the fit of a burst would be too sure by far: its u shifts all of its durations alike. The integral
//! over a common u is taken in `CELLS` cells, in each of which u is spread evenly.

use std::collections::BTreeMap;

use super::family::Model;
use super::seen::{CUT, Seen};

/// Cells of a second for a common u.
const CELLS: usize = 8;

/// One kind of duration: where its ends stand among the points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    low: usize,
    high: Option<usize>,
    begin_cut: bool,
}

/// What was seen, in the order in which it is summed.
#[derive(Clone, Debug)]
pub struct Data {
    /// Every end that is finite, ascending.
    points: Vec<f64>,
    /// Durations on their own, with how often each was seen.
    single: Vec<(Kind, f64)>,
    /// Batches of several.
    batches: Vec<Vec<(Kind, f64)>>,
    cells: usize,
}

impl Data {
    /// Puts together what was seen.
    pub fn of(seen: &[Seen]) -> Self {
        let ends = seen.iter().flat_map(|seen| [seen.low, seen.high]);
        let mut points: Vec<f64> = ends.filter(|end| end.is_finite()).collect();
        points.sort_unstable_by(f64::total_cmp);
        points.dedup();
        let place = |end: f64| points.partition_point(|point| *point < end);
        let kind = |seen: &Seen| Kind {
            low: place(seen.low),
            high: seen.is_finished().then(|| place(seen.high)),
            begin_cut: seen.begin_cut,
        };
        let mut of_batch: BTreeMap<u32, BTreeMap<Kind, u64>> = BTreeMap::new();
        let mut alone: BTreeMap<Kind, u64> = BTreeMap::new();
        for one in seen {
            let counts = match one.batch.filter(|_| one.begin_cut) {
                Some(batch) => of_batch.entry(batch).or_default(),
                None => &mut alone,
            };
            *counts.entry(kind(one)).or_default() += one.count;
        }
        let mut batches = Vec::new();
        for counts in of_batch.into_values() {
            if counts.values().sum::<u64>() > 1 {
                batches.push(weighted(&counts));
            } else {
                for (kind, count) in counts {
                    *alone.entry(kind).or_default() += count;
                }
            }
        }
        let single = weighted(&alone);
        let cells = if batches.is_empty() { 1 } else { CELLS };
        Self { points, single, batches, cells }
    }

    /// The logarithm of the probability of all that was seen.
    pub fn log_likelihood(&self, model: &Model) -> f64 {
        let table = Table::new(self, model);
        let single: f64 = self.single.iter().map(|(kind, count)| count * libm::log(table.mean(*kind))).sum();
        let batches: f64 = self.batches.iter().map(|batch| table.of_batch(batch)).sum();
        let total = single + batches;
        if total.is_nan() { f64::NEG_INFINITY } else { total }
    }
}

fn weighted(counts: &BTreeMap<Kind, u64>) -> Vec<(Kind, f64)> {
    counts.iter().map(|(kind, count)| (*kind, *count as f64)).collect()
}

/// The distribution function at every point: as it is, and in the mean over each cell of u.
struct Table {
    plain: Vec<f64>,
    /// Point after point, cell after cell.
    cut: Vec<f64>,
    cells: usize,
}

impl Table {
    fn new(data: &Data, model: &Model) -> Self {
        let cells = data.cells;
        let plain = data.points.iter().map(|point| model.cdf(*point)).collect();
        let mut cut = Vec::with_capacity(data.points.len() * cells);
        for point in &data.points {
            let mut above = model.integral(*point);
            for cell in 1..=cells {
                let below = model.integral(point - CUT * cell as f64 / cells as f64);
                cut.push((above - below) * cells as f64 / CUT);
                above = below;
            }
        }
        Self { plain, cut, cells }
    }

    /// The probability of a duration, given the cell of u.
    fn at(&self, kind: Kind, cell: usize) -> f64 {
        let value = |point: usize| {
            if kind.begin_cut { self.cut[point * self.cells + cell] } else { self.plain[point] }
        };
        (kind.high.map_or(1.0, value) - value(kind.low)).max(0.0)
    }

    /// The probability of a duration on its own.
    fn mean(&self, kind: Kind) -> f64 {
        if !kind.begin_cut {
            return self.at(kind, 0);
        }
        (0..self.cells).map(|cell| self.at(kind, cell)).sum::<f64>() / self.cells as f64
    }

    /// The logarithm of the probability of a batch.
    fn of_batch(&self, batch: &[(Kind, f64)]) -> f64 {
        let apart: f64 = batch.iter().map(|(kind, count)| count * libm::log(self.mean(*kind))).sum();
        let in_cell = |cell: usize| {
            batch.iter().map(|(kind, count)| count * libm::log(self.at(*kind, cell))).sum::<f64>()
        };
        let together: Vec<f64> = (0..self.cells).map(in_cell).collect();
        let largest = together.iter().copied().fold(apart, f64::max);
        if largest == f64::NEG_INFINITY {
            return largest;
        }
        let mean = together.iter().map(|one| libm::exp(one - largest)).sum::<f64>() / self.cells as f64;
        largest + libm::log(0.5 * libm::exp(apart - largest) + 0.5 * mean)
    }
}

#[cfg(test)]
mod tests {
    use super::super::family::Family;
    use super::*;

    fn second(low: f64, batch: Option<u32>) -> Seen {
        Seen { low, high: low + 1.0, begin_cut: true, batch, count: 1 }
    }

    fn constant(value: f64) -> Model {
        Model::through(Family::Constant, (0.5, value), 0.0).expect("above 0")
    }

    #[test]
    fn a_difference_of_whole_seconds_has_the_weight_of_a_triangle() {
        // X = 9.25 exactly: u + X lies in [9, 10) for u below 0.75, so the difference is 9 with probability 3/4.
        let data = Data::of(&[second(9.0, None)]);
        assert!((data.log_likelihood(&constant(9.25)) - libm::log(0.75)).abs() < 1e-12);
        assert!(data.log_likelihood(&constant(10.5)).total_cmp(&f64::NEG_INFINITY).is_eq());
    }

    #[test]
    fn a_batch_begins_in_one_moment_or_in_several() {
        // Twice 9 with X = 9.5: together 1/2, apart 1/4; their mean is 3/8.
        let data = Data::of(&[second(9.0, Some(1)), second(9.0, Some(1))]);
        assert!((data.log_likelihood(&constant(9.5)) - libm::log(0.375)).abs() < 1e-12);
        // 9 and 10 cannot come of one u.
        let data = Data::of(&[second(9.0, Some(1)), second(10.0, Some(1))]);
        assert!((data.log_likelihood(&constant(9.5)) - libm::log(0.125)).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_over_is_longer() {
        let waiting = Seen { high: f64::INFINITY, begin_cut: false, ..second(2.0, None) };
        let exponential = Model::through(Family::Exponential, (0.5, 2.0), 0.0).expect("above 0");
        assert!((Data::of(&[waiting]).log_likelihood(&exponential) - libm::log(0.5)).abs() < 1e-12);
    }
}
