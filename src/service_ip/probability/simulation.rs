//! Installations simulated one after the other, where no exact answer is within reach.

use super::{Answer, Method, Setting, Target};
use crate::kernel::{Draws, Seed};
use crate::service_ip::allocation_bitmap::AllocationBitmap;
use crate::service_ip::draw_uses::INSTALLATION;

/// The two-sided 95 % quantile of the standard normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;
/// Services over all runs.
const MOST_SERVICES: u64 = 200_000_000;
/// Largest range that is simulated as a bitmap.
const MOST_SIZE: u64 = 1 << 26;

/// A share that was seen, with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// How often it was simulated.
    pub runs: u64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// The score interval of a share at 95 % (E. B. Wilson, JASA 22, 1927).
    pub fn wilson(share: f64, runs: u64) -> Self {
        let (n, z2) = (runs as f64, Z_95 * Z_95);
        let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = Z_95 * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).sqrt() / (1.0 + z2 / n);
        Self { runs, low: (centre - half).max(0.0), high: (centre + half).min(1.0) }
    }
}

/// The chance found by simulation: `runs` installations, fewer if that were too many Services. `None` if
/// the range is too large for it.
pub fn simulate(setting: &Setting, target: &Target, seed: Seed, runs: u64) -> Option<Answer> {
    if setting.size > MOST_SIZE {
        return None;
    }
    let runs = runs.min(MOST_SERVICES / setting.services.max(1)).max(100);
    let mut empty = AllocationBitmap::new(setting.size as usize, setting.offset as usize);
    for place in &setting.held {
        empty.allocate(*place as usize);
    }
    let mut range = empty.clone();
    let mut sum = 0.0;
    for run in 0..runs {
        range.copy_from(&empty);
        let mut draw = Draws::new(seed, 0).stream(INSTALLATION, run);
        for _ in 0..setting.services {
            if range.allocate_next(&mut draw).is_none() {
                break;
            }
        }
        sum += seen(setting, target, &range);
    }
    let share = sum / runs as f64;
    Some(Answer { probability: share, method: Method::Simulation(Interval::wilson(share, runs)) })
}

fn seen(setting: &Setting, target: &Target, range: &AllocationBitmap) -> f64 {
    let is_taken = |place: &u64| range.contains(*place as usize);
    match target {
        Target::Address(place) => f64::from(u8::from(is_taken(place))),
        Target::AnyOf(places) => f64::from(u8::from(places.iter().any(is_taken))),
        Target::Uniform { from, to } => {
            let asked = (*from..*to).filter(|place| setting.held.binary_search(place).is_err());
            let (taken, all) = asked.fold((0.0, 0.0), |(taken, all), place| {
                (taken + f64::from(u8::from(is_taken(&place))), all + 1.0)
            });
            if all > 0.0 { taken / all } else { 0.0 }
        }
    }
}
