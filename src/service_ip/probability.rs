//! How likely addresses are taken after a number of Services got any address (KEP-3070; rules of linear
//! probing: D. Knuth, The Art of Computer Programming 3, 6.4; A. Konheim and B. Weiss, 1966).
//!
//! n Services come while addresses are held already; each takes the first free address from a uniform
//! start in the dynamic band of D, around its end, and once that is full the same in the static band of b
//! (both allocators; not split: one band of N).
//!
//! | asked | nothing held in the band |
//! | --- | --- |
//! | an address, or one drawn from the band | n/N; min(n, D)/D dynamic; max(0, n−D)/b static |
//! | any of k adjacent ones | 1 − (D−k+1−n)(D−k+1)^(n−1)/Dⁿ |
//! | any of others | exact sum over the gaps between them |
//!
//! With addresses held, such as that of the Service `kubernetes`, an exact sum over the blocks of taken
//! addresses around them ([`circle`](self)); an address right behind a held one is at nearly double
//! risk at low fill. Where the sum would be too long, the Services are simulated.
//!
//! DIFFERENCE: in an IPv6 range of 2⁶³ addresses or more Kubernetes gives its first dynamic address the starts
//! that lie behind the range, which is less than one in 2⁵⁵.

mod circle;
mod poisson;
pub mod simulation;
#[cfg(test)]
mod tests;

use circle::Circle;
use simulation::Interval;

/// A range before the Services come. Places are counted from the first usable address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Usable addresses.
    pub size: u64,
    /// How many of them are in the static band; 0: not split.
    pub offset: u64,
    /// Places held already, ascending.
    pub held: Vec<u64>,
    /// Services that get any address.
    pub services: u64,
}

/// Of what the chance is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// That this place is taken.
    Address(u64),
    /// That at least one of these places, ascending, is taken.
    AnyOf(Vec<u64>),
    /// That a place drawn uniformly from those of `from..to` that are not held is taken.
    Uniform {
        /// The first place.
        from: u64,
        /// Behind the last one.
        to: u64,
    },
}

/// How a chance was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// It follows from the numbers alone: held already, none left, or out of reach.
    Certain,
    /// A closed form, as text.
    ClosedForm(&'static str),
    /// An exact sum.
    ExactSum,
    /// Simulated installations, with the 95 % interval of Wilson.
    Simulation(Interval),
}

/// A chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// From 0 to 1.
    pub probability: f64,
    /// How it was found.
    pub method: Method,
}

impl Answer {
    fn certain(probability: f64) -> Self {
        Self { probability, method: Method::Certain }
    }

    fn exact(probability: f64) -> Self {
        Self { probability, method: Method::ExactSum }
    }
}

/// A band with what is asked of it: a part of the range that is scanned as a circle.
struct Part {
    first: u64,
    cells: u64,
    held: Vec<u64>,
    arrivals: u64,
    one: &'static str,
    block: &'static str,
}

impl Setting {
    fn free(&self) -> u64 {
        self.size - self.held.len() as u64
    }

    /// The bands, and how many Services each gets.
    fn parts(&self) -> Vec<Part> {
        let held = |from: u64, to: u64| -> Vec<u64> {
            self.held.iter().filter(|place| (from..to).contains(*place)).map(|place| place - from).collect()
        };
        let dynamic = self.size - self.offset;
        let (lower, upper) = (held(0, self.offset), held(self.offset, self.size));
        let into_upper = self.services.min(dynamic - upper.len() as u64);
        let into_lower = (self.services - into_upper).min(self.offset - lower.len() as u64);
        let (one, block) = if self.offset == 0 {
            ("n/N", "1-(N-k+1-n)*(N-k+1)^(n-1)/N^n")
        } else {
            ("min(n, D)/D", "1-(D-k+1-n)*(D-k+1)^(n-1)/D^n")
        };
        let upper =
            Part { first: self.offset, cells: dynamic, held: upper, arrivals: into_upper, one, block };
        let lower = Part {
            first: 0,
            cells: self.offset,
            held: lower,
            arrivals: into_lower,
            one: "max(0, n-D)/b",
            block: "s=max(0,n-D): 0 if s=0 else 1-(b-k+1-s)*(b-k+1)^(s-1)/b^s",
        };
        vec![lower, upper]
    }

    /// The chance by closed form or exact sum; `None` if the sum is too long.
    pub fn exactly(&self, target: &Target) -> Option<Answer> {
        match target {
            Target::Address(place) => self.any_of(&[*place]),
            Target::AnyOf(places) => self.any_of(places),
            Target::Uniform { from, to } => self.uniform(*from, *to),
        }
    }

    fn any_of(&self, places: &[u64]) -> Option<Answer> {
        if places.iter().any(|place| self.held.binary_search(place).is_ok()) {
            return Some(Answer::certain(1.0));
        }
        if self.services >= self.free() && !places.is_empty() {
            return Some(Answer::certain(1.0));
        }
        // The two bands are taken independently; that of both together is no more than a rounding away.
        let mut both = Answer::certain(0.0);
        for part in self.parts() {
            let inside: Vec<u64> = (places.iter())
                .filter_map(|place| place.checked_sub(part.first).filter(|cell| *cell < part.cells))
                .collect();
            if !inside.is_empty() {
                let answer = part.any_of(&inside)?;
                let probability = both.probability * (1.0 - answer.probability) + answer.probability;
                let is_telling = answer.probability > 0.0 || both.method == Method::Certain;
                let method = if is_telling { answer.method } else { both.method };
                both = Answer { probability, method };
            }
        }
        Some(both)
    }

    fn uniform(&self, from: u64, to: u64) -> Option<Answer> {
        let held =
            |from: u64, to: u64| self.held.iter().filter(|place| (from..to).contains(*place)).count() as u64;
        let asked = (to - from).saturating_sub(held(from, to));
        if asked == 0 || self.services >= self.free() {
            return Some(Answer::certain(if asked == 0 { 0.0 } else { 1.0 }));
        }
        // How many are taken in a whole band is certain.
        let mut taken = 0.0;
        let mut method = Method::Certain;
        for part in self.parts() {
            let (low, high) = (from.max(part.first), to.min(part.first + part.cells));
            if low >= high {
                continue;
            }
            let (low, high) = (low - part.first, high - part.first);
            let (count, how) = part.taken_between(low, high)?;
            taken += count;
            method = how;
        }
        Some(Answer { probability: taken / asked as f64, method })
    }
}

impl Part {
    fn circle(&self) -> Circle<'_> {
        Circle { cells: self.cells, held: &self.held, arrivals: self.arrivals }
    }

    /// The chance that any of these cells, none of them held, is taken.
    fn any_of(&self, cells: &[u64]) -> Option<Answer> {
        let (n, m, k) = (self.arrivals as f64, self.cells as f64, cells.len() as f64);
        if !self.held.is_empty() && self.arrivals == 0 {
            return Some(Answer::certain(0.0));
        }
        if !self.held.is_empty() {
            return self.circle().all_free(cells).map(|free| Answer::exact(1.0 - free));
        }
        if let [_] = cells {
            return Some(Answer { probability: n / m, method: Method::ClosedForm(self.one) });
        }
        // Adjacent on the circle: all gaps but one are nothing.
        let gaps = cells.windows(2).filter(|pair| pair[1] - pair[0] > 1).count();
        let closes = cells[0] == 0 && cells[cells.len() - 1] == self.cells - 1;
        if gaps > usize::from(closes) {
            return self.circle().all_free(cells).map(|free| Answer::exact(1.0 - free));
        }
        let probability = if self.arrivals == 0 {
            0.0
        } else if n + k > m {
            1.0
        } else {
            // In logarithms, so that small chances keep their digits.
            let starts = (n - 1.0) * libm::log1p(-(k - 1.0) / m);
            -libm::expm1(libm::log1p(-(n + k - 1.0) / m) + starts)
        };
        Some(Answer { probability, method: Method::ClosedForm(self.block) })
    }

    /// How many of the cells of `from..to` the Services take on average.
    fn taken_between(&self, from: u64, to: u64) -> Option<(f64, Method)> {
        if to - from == self.cells {
            return Some((self.arrivals as f64, Method::ClosedForm(self.one)));
        }
        if self.held.is_empty() {
            let share = (to - from) as f64 / self.cells as f64;
            return Some((self.arrivals as f64 * share, Method::ClosedForm(self.one)));
        }
        // All together take one cell each, so that the smaller side tells the larger.
        let inside = to - from <= self.cells / 2;
        let asked = (0..self.cells).filter(|cell| (from..to).contains(cell) == inside);
        let mut sum = 0.0;
        let mut longest = 0_u32;
        for cell in asked.filter(|cell| self.held.binary_search(cell).is_err()) {
            longest += 1;
            if longest > MOST_CELLS {
                return None;
            }
            sum += 1.0 - self.circle().all_free(&[cell])?;
        }
        let taken = if inside { sum } else { self.arrivals as f64 - sum };
        Some((taken, Method::ExactSum))
    }
}

/// Cells over which a mean is taken one by one.
const MOST_CELLS: u32 = 5_000;
