//! One band as a circle of cells: some are held, others are taken by Services, each at the first free cell
//! from a uniform start on (linear probing, "parking" on a circle). How likely given cells stay free.
//!
//! Which cells are taken in the end does not depend on the order of the Services, nor on whether the
//! held cells were there first: a held cell is a Service with a fixed start. Starts fall on cells as
//! independent Poisson counts of mean λ = n / m, given their total n. The free cells cut the circle into
//! arcs, and no arc may overflow into the free cell behind it:
//!
//! ```text
//! P(free) = e^(−λ·targets) · [Σ over counts with sum n of Π F(arc, count)] / Poisson(n; n)
//!
//! an arc of L cells without held ones, with j starts (K. Konheim and B. Weiss, 1966: parking functions):
//!     G(L, j) = e^λ (1 − j/(L+1)) Poisson(j; λ(L+1))
//!
//! an arc with p held cells, seen from its end, before the held ones are put in:
//!
//!     … cells with starts …  free_p  full  …  free_2  full block  free_1  full block |end
//!                                                     e_2                 e_1         0
//!
//!     the k-th free cell from the end must not lie before the k-th held cell from the end;
//!     a full block of b cells has weight w(b) = (b+1)^(b−1) λ^b e^(−λb) / b!
//! ```
//!
//! All terms are positive, so nothing cancels; long blocks, which hardly ever occur, are left out where they
//! all together weigh less than 10⁻¹⁷.

use super::poisson::poisson;

/// What is left out, in all.
const NEGLIGIBLE: f64 = 1e-17;
/// Multiplications that a single answer may cost.
const MOST_WORK: f64 = 3e8;
/// Lengths of blocks that are told apart.
const MOST_BLOCKS: usize = 1 << 22;

/// A band with `arrivals` Services.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circle<'a> {
    /// How many cells there are.
    pub(super) cells: u64,
    /// The cells held beforehand, ascending.
    pub(super) held: &'a [u64],
    /// Services that come, no more than there are free cells.
    pub(super) arrivals: u64,
}

/// Cells between two targets: how many, and how far the held ones are from the end, ascending.
struct Arc {
    cells: u64,
    held_from_end: Vec<u64>,
}

impl Arc {
    fn capacity(&self) -> u64 {
        self.cells - self.held_from_end.len() as u64
    }
}

impl Circle<'_> {
    /// The chance that all of `targets` (ascending, none of them held) stay free; `None` if it is too
    /// much work to tell.
    pub(super) fn all_free(&self, targets: &[u64]) -> Option<f64> {
        let needed = self.arrivals + self.held.len() as u64 + targets.len() as u64;
        if self.arrivals == 0 || targets.is_empty() {
            return Some(1.0);
        }
        if needed > self.cells {
            return Some(0.0);
        }
        let lambda = self.arrivals as f64 / self.cells as f64;
        let mut arcs = self.arcs(targets);
        let largest = (0..arcs.len()).max_by_key(|arc| arcs[*arc].cells).expect("an arc a target");
        let largest = arcs.swap_remove(largest);
        let longest = if self.held.is_empty() { 0 } else { largest.cells };
        let blocks = Blocks::new(lambda, longest)?;
        let mut work = 0.0;
        let mut others = Counts { first: 0, weights: vec![1.0] };
        for arc in &arcs {
            let ends = blocks.ends(arc, &mut work)?;
            let (low, high) = likely(arc.capacity(), lambda * arc.cells as f64, self.arrivals);
            work += (high - low + 1) as f64 * (ends.len() + others.weights.len() + 20) as f64;
            if work > MOST_WORK {
                return None;
            }
            let weights = (low..=high).map(|count| blocks.weight(arc, &ends, count)).collect();
            others = others.and(&Counts { first: low, weights }, self.arrivals);
        }
        let ends = blocks.ends(&largest, &mut work)?;
        if work + (others.weights.len() * (ends.len() + 1)) as f64 * 20.0 > MOST_WORK {
            return None;
        }
        let sum: f64 = (others.first..)
            .zip(&others.weights)
            .map(|(count, weight)| weight * blocks.weight(&largest, &ends, self.arrivals - count))
            .sum();
        let all = poisson(self.arrivals, self.arrivals as f64);
        Some((sum * libm::exp(-lambda * targets.len() as f64) / all).clamp(0.0, 1.0))
    }

    fn arcs(&self, targets: &[u64]) -> Vec<Arc> {
        let last = targets[targets.len() - 1];
        let before = std::iter::once(last).chain(targets.iter().copied());
        before
            .zip(targets)
            .map(|(from, to)| {
                // Distance on the circle; the only target is a whole round away from itself.
                let around = |from: u64, to: u64| if from < to { to - from } else { self.cells - from + to };
                let cells = around(from, *to) - 1;
                let mut held_from_end: Vec<u64> = (self.held.iter())
                    .map(|held| around(*held, *to) - 1)
                    .filter(|distance| *distance < cells)
                    .collect();
                held_from_end.sort_unstable();
                Arc { cells, held_from_end }
            })
            .collect()
    }
}

/// Weights of full blocks for a rate of starts.
struct Blocks {
    lambda: f64,
    /// `w(b)` for the blocks that count.
    full: Vec<f64>,
}

impl Blocks {
    /// Blocks of up to `longest` cells; `None` if too many of them count.
    fn new(lambda: f64, longest: u64) -> Option<Self> {
        // Σ w(b) = e^λ, of which the tail beyond b is about w(b) ρ / (1 − ρ).
        let (step, ratio) = (lambda * libm::exp(-lambda), lambda * libm::exp(1.0 - lambda));
        let rest = ratio / (1.0 - ratio).max(1e-12);
        let mut full = vec![1.0];
        loop {
            let b = full.len() as f64;
            let last = full[full.len() - 1];
            if last * rest < NEGLIGIBLE || full.len() as u64 > longest {
                return Some(Self { lambda, full });
            }
            if full.len() > MOST_BLOCKS {
                return None;
            }
            full.push(last * step * libm::exp((b - 1.0) * libm::log1p(1.0 / b)));
        }
    }

    /// For each distance from the end: the weight of the last cells up to the free cell there, if as many
    /// free cells are among them as there are held ones, each in time. Empty without held cells.
    fn ends(&self, arc: &Arc, work: &mut f64) -> Option<Vec<f64>> {
        let Some((first, others)) = arc.held_from_end.split_first() else { return Some(Vec::new()) };
        let within = |bound: u64, most: usize| usize::try_from(bound).map_or(most, |b| most.min(b + 1));
        let mut weights = self.full[..within(*first, self.full.len())].to_vec();
        for bound in others {
            let most = within(*bound, weights.len() + self.full.len());
            *work += weights.len() as f64 * self.full.len().min(most) as f64;
            if *work > MOST_WORK {
                return None;
            }
            let mut next = vec![0.0; most];
            for (end, weight) in weights.iter().enumerate() {
                let room = most.saturating_sub(end + 1);
                for (slot, block) in
                    next.iter_mut().skip(end + 1).zip(&self.full[..room.min(self.full.len())])
                {
                    *slot += weight * block;
                }
            }
            weights = trimmed(next);
        }
        let free_cells = libm::exp(-self.lambda * arc.held_from_end.len() as f64);
        Some(weights.into_iter().map(|weight| weight * free_cells).collect())
    }

    /// `F(arc, count)`: the weight of `count` starts in an arc that does not overflow.
    fn weight(&self, arc: &Arc, ends: &[f64], count: u64) -> f64 {
        let held = arc.held_from_end.len() as u64;
        if held == 0 {
            return self.plain(arc.cells, count);
        }
        // The cells up to the free cell at distance `end` hold end + 1 − held starts.
        let ends = (0_u64..).zip(ends).skip(held as usize - 1);
        ends.take_while(|(end, _)| end + 1 - held <= count)
            .map(|(end, weight)| weight * self.plain(arc.cells - end - 1, count - (end + 1 - held)))
            .sum()
    }

    /// `G(cells, count)`.
    fn plain(&self, cells: u64, count: u64) -> f64 {
        if count > cells {
            return 0.0;
        }
        let spots = cells as f64 + 1.0;
        libm::exp(self.lambda) * (1.0 - count as f64 / spots) * poisson(count, self.lambda * spots)
    }
}

/// Without the values at the end that do not count.
fn trimmed(mut values: Vec<f64>) -> Vec<f64> {
    while values.len() > 1 && values[values.len() - 1] < NEGLIGIBLE * NEGLIGIBLE {
        values.pop();
    }
    values
}

/// The counts of starts that count, in an arc of a mean number of them: within nine standard deviations and
/// some.
fn likely(capacity: u64, mean: f64, arrivals: u64) -> (u64, u64) {
    let spread = 9.5 * mean.sqrt() + 25.0;
    let most = capacity.min(arrivals);
    let low = (mean - spread).max(0.0) as u64;
    (low.min(most), most.min((mean + spread) as u64))
}

/// Weights of counts from a first one on.
struct Counts {
    first: u64,
    weights: Vec<f64>,
}

impl Counts {
    /// The weights of sums of two counts, up to `most`.
    fn and(&self, other: &Self, most: u64) -> Self {
        let first = self.first + other.first;
        let room =
            usize::try_from(most.saturating_sub(first)).map_or(usize::MAX, |room| room.saturating_add(1));
        let length = (self.weights.len() + other.weights.len() - 1).min(room);
        let mut weights = vec![0.0; length];
        for (i, x) in self.weights.iter().enumerate() {
            for (slot, y) in weights.iter_mut().skip(i).zip(&other.weights) {
                *slot += x * y;
            }
        }
        // Sums far from the mean weigh nothing, as do the counts left out above.
        let counts = |weight: &f64| *weight >= NEGLIGIBLE * 1e-5;
        let from = weights.iter().position(counts).unwrap_or(0);
        let to = weights.iter().rposition(counts).map_or(weights.len(), |last| last + 1);
        Self { first: first + from as u64, weights: weights[from..to].to_vec() }
    }
}
