//! Numbers from random bits, by kubecast's own rules, which no update of a library can change.

use rand::Rng;

/// A whole number from 0 to `bound` − 1, each equally likely (D. Lemire, Fast random integer generation in
/// an interval, 2019). `bound` is not 0.
pub(super) fn below<R: Rng + ?Sized>(source: &mut R, bound: u64) -> u64 {
    assert!(bound > 0, "there is a number below the bound");
    let mut product = u128::from(source.next_u64()) * u128::from(bound);
    if (product as u64) < bound {
        let threshold = bound.wrapping_neg() % bound;
        while (product as u64) < threshold {
            product = u128::from(source.next_u64()) * u128::from(bound);
        }
    }
    (product >> 64) as u64
}

/// A whole number from `low` to `high`, both included.
pub(super) fn between<R: Rng + ?Sized>(source: &mut R, low: u64, high: u64) -> u64 {
    assert!(low <= high, "the interval is not empty");
    match (high - low).checked_add(1) {
        Some(count) => low + below(source, count),
        None => source.next_u64(),
    }
}

/// A number from 0 (included) to 1 (excluded), a multiple of 2⁻⁵³.
pub(super) fn unit<R: Rng + ?Sized>(source: &mut R) -> f64 {
    (source.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}
