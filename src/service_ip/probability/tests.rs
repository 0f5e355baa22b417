//! Chances against the enumeration of all starts, and against simulation.

use super::*;
use crate::kernel::Seed;
use crate::service_ip::allocation_bitmap::AllocationBitmap;
use crate::service_ip::random::RandomSource;
use proptest::prelude::*;

/// Every start in turn: the digits of a number, each to the base that is asked for.
struct Counter {
    digits: Vec<(u64, u64)>,
    next: usize,
}

impl Counter {
    /// The next combination; false when all were there.
    fn advance(&mut self) -> bool {
        self.digits.truncate(self.next);
        self.next = 0;
        while let Some((digit, base)) = self.digits.pop() {
            if digit + 1 < base {
                self.digits.push((digit + 1, base));
                return true;
            }
        }
        false
    }

    /// How likely this combination is.
    fn weight(&self) -> f64 {
        self.digits[..self.next].iter().map(|(_, base)| 1.0 / *base as f64).product()
    }
}

impl RandomSource for Counter {
    fn intn(&mut self, bound: u64) -> u64 {
        if self.next == self.digits.len() {
            self.digits.push((0, bound));
        }
        self.next += 1;
        self.digits[self.next - 1].0
    }

    fn int63n(&mut self, bound: u64) -> u64 {
        self.intn(bound)
    }

    fn uint64(&mut self) -> u64 {
        unreachable!("no range of this size")
    }
}

/// The chance by going through all starts.
fn enumerated(setting: &Setting, target: &Target) -> f64 {
    let mut counter = Counter { digits: Vec::new(), next: 0 };
    let mut sum = 0.0;
    loop {
        let mut range = AllocationBitmap::new(setting.size as usize, setting.offset as usize);
        setting.held.iter().for_each(|place| assert!(range.allocate(*place as usize)));
        for _ in 0..setting.services {
            range.allocate_next(&mut counter);
        }
        let is_taken = |place: &u64| range.contains(*place as usize);
        let seen = match target {
            Target::Address(place) => f64::from(u8::from(is_taken(place))),
            Target::AnyOf(places) => f64::from(u8::from(places.iter().any(is_taken))),
            Target::Uniform { from, to } => {
                let asked: Vec<u64> = (*from..*to).filter(|place| !setting.held.contains(place)).collect();
                let taken = asked.iter().filter(|place| is_taken(place)).count();
                if asked.is_empty() { 0.0 } else { taken as f64 / asked.len() as f64 }
            }
        };
        sum += seen * counter.weight();
        if !counter.advance() {
            return sum;
        }
    }
}

fn setting(size: u64, offset: u64, held: &[u64], services: u64) -> Setting {
    Setting { size, offset, held: held.to_vec(), services }
}

fn chance(setting: &Setting, target: &Target) -> f64 {
    setting.exactly(target).expect("within reach").probability
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn chances_are_those_of_all_starts(
        size in 2_u64..9,
        offset in 0_u64..4,
        held in any::<u8>(),
        services in 0_u64..6,
        asked in any::<u8>(),
        (from, to) in (0_u64..8, 1_u64..9),
    ) {
        let bits = |set: u8| -> Vec<u64> { (0..size).filter(|bit| set & (1 << bit) != 0).collect() };
        let offset = offset.min(size - 1);
        let setting = setting(size, offset, &bits(held), services);
        let (from, to) = (from.min(size - 1), to.min(size));
        let mut targets = vec![Target::AnyOf(bits(asked))];
        targets.extend((0..size).map(Target::Address));
        targets.extend((from < to).then_some(Target::Uniform { from, to }));
        for target in targets {
            let (found, expected) = (chance(&setting, &target), enumerated(&setting, &target));
            // The enumeration adds up to a hundred thousand rounded weights; a wrong chance is off by one of
            // them at least, which is above 1e-6.
            prop_assert!((found - expected).abs() < 1e-9, "{:?} {:?}: {} {}", setting, target, found, expected);
        }
    }
}

#[test]
fn the_first_address_held_by_kubernetes_changes_the_odds() {
    // Rule 80: 0.3955 and not n/N = 0.3937; rule 31: nearly double right behind an address.
    let flat = setting(254, 0, &[0], 100);
    assert!((chance(&flat, &Target::Address(9)) - 0.3955).abs() < 5e-5);
    assert!((chance(&flat, &Target::Address(1)) - 0.59).abs() < 5e-3);
    assert!((chance(&setting(30, 0, &[0], 5), &Target::Address(1)) - 0.30).abs() < 5e-3);
    for services in 0..=238 {
        let split = setting(254, 16, &[0], services);
        assert!(chance(&split, &Target::Address(9)).abs() < f64::EPSILON, "{services}");
    }
    assert!(chance(&setting(254, 16, &[0], 239), &Target::Address(9)) > 0.0);
}

#[test]
fn adjacent_addresses_have_a_closed_form() {
    let flat = setting(254, 0, &[], 100);
    let block = Target::AnyOf(vec![18, 19, 20, 21]);
    let answer = flat.exactly(&block).expect("closed");
    assert_eq!(answer.method, Method::ClosedForm("1-(N-k+1-n)*(N-k+1)^(n-1)/N^n"));
    assert!((answer.probability - 0.816_640_375_069_164_6).abs() < 1e-14);
    // The same by the sum over gaps, and around the end.
    let circle = Circle { cells: 254, held: &[], arrivals: 100 };
    for cells in [[18, 19, 20, 21], [0, 1, 252, 253]] {
        let free = circle.all_free(&cells).expect("within reach");
        assert!((1.0 - free - answer.probability).abs() < 1e-13);
        let around = flat.exactly(&Target::AnyOf(cells.to_vec())).expect("closed");
        assert!(matches!(around.method, Method::ClosedForm(_)));
    }
}

#[test]
fn all_addresses_together_take_what_the_services_take() {
    for (size, held, services) in [
        (254, vec![0, 9], 100),
        (254, vec![0, 9, 10, 11, 100, 253], 240),
        (4_094, vec![0, 9], 1_000),
        (1_022, vec![0, 9], 990),
    ] {
        let circle = Circle { cells: size, held: &held, arrivals: services };
        let taken: f64 = (0..size)
            .filter(|cell| !held.contains(cell))
            .map(|cell| 1.0 - circle.all_free(&[cell]).expect("within reach"))
            .sum();
        assert!((taken / services as f64 - 1.0).abs() < 1e-11, "{size} {services}: {taken}");
    }
}

#[test]
fn large_ranges_are_within_reach() {
    let large = setting(u64::MAX, 256, &[0], 10_000);
    let one = chance(&large, &Target::Address(1_000_000));
    assert!((one * 18_446_744_073_709_551_359.0 / 1e4 - 1.0).abs() < 1e-12, "{one}");
    let list: Vec<u64> = (0..20).map(|place| 1_000 + place * 50_000).collect();
    assert!(setting(1_048_574, 256, &[0, 9], 100_000).exactly(&Target::AnyOf(list)).is_some());
}

#[test]
fn simulations_agree_with_exact_chances() {
    for (setting, target) in [
        (setting(254, 0, &[0], 100), Target::Address(9)),
        (setting(254, 0, &[0, 9], 100), Target::AnyOf(vec![1, 10, 30, 31])),
        (setting(254, 16, &[0, 9, 20], 240), Target::Address(12)),
        (setting(254, 0, &[0, 9], 200), Target::Uniform { from: 0, to: 16 }),
    ] {
        let exact = chance(&setting, &target);
        let simulated = simulation::simulate(&setting, &target, Seed(3), 20_000).expect("small");
        let error = (exact * (1.0 - exact) / 20_000.0).sqrt();
        assert!((simulated.probability - exact).abs() < 4.0 * error, "{setting:?}: {exact} {simulated:?}");
        assert!(matches!(simulated.method, Method::Simulation(_)));
    }
}
