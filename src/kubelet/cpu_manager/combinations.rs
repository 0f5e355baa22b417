//! Combinations as the kubelet walks through them, and what becomes of one that it remembers.
//!
//! Source: kubelet v1.32, `cpu_assignment.go`, `iterateCombinations`. A combination is a Go slice that
//! grows by `append` as the recursion goes down: while the slice has room, combinations with the same
//! first elements share one array, and the next one overwrites the last elements of the one before. The
//! allocator remembers its best combination as such a slice, so that it may read another one back.

use std::ops::ControlFlow;

/// Walks through all combinations of `k` out of `n` places, in lexicographic order.
pub(super) fn combinations(n: usize, k: usize, mut visit: impl FnMut(&[usize]) -> ControlFlow<()>) {
    if k < 1 || k > n {
        return;
    }
    let mut places: Vec<usize> = (0..k).collect();
    loop {
        if visit(&places).is_break() {
            return;
        }
        if !advance(&mut places, n) {
            return;
        }
    }
}

/// Goes to the next combination out of `n` ascending places, in lexicographic order; whether there was one.
pub(super) fn advance(places: &mut [usize], n: usize) -> bool {
    let k = places.len();
    let Some(at) = (0..k).rev().find(|at| places[*at] < n - k + at) else { return false };
    places[at] += 1;
    for next in at + 1..k {
        places[next] = places[next - 1] + 1;
    }
    true
}

/// A combination that is remembered while the walk goes on.
#[derive(Clone, Debug, Default)]
pub(super) struct Remembered {
    places: Option<Vec<usize>>,
    /// How it was when it was chosen, to tell whether it was overwritten.
    chosen: Vec<usize>,
}

impl Remembered {
    /// Remembers this one from here on.
    pub(super) fn choose(&mut self, places: &[usize]) {
        self.places = Some(places.to_vec());
        places.clone_into(&mut self.chosen);
    }

    /// The walk writes the next combination, into the array of the remembered one if it is the same.
    pub(super) fn overwrite(&mut self, written: &[usize]) {
        let Some(places) = &mut self.places else { return };
        let own = elements_of_its_own(places.len());
        if places.len() == written.len() && places[..own] == written[..own] {
            places.copy_from_slice(written);
        }
    }

    /// What stands there now, if one was chosen.
    pub(super) fn places(&self) -> Option<&[usize]> {
        self.places.as_deref()
    }

    /// Whether what stands there is not what was chosen.
    pub(super) fn is_overwritten(&self) -> bool {
        self.places.as_ref().is_some_and(|places| *places != self.chosen)
    }
}

/// How many of the elements fix the array that a combination of `k` stands in: `append` takes a new
/// array when a slice grows to 1, 2, 3, 5, 9, 17 … elements (the capacity doubles).
fn elements_of_its_own(k: usize) -> usize {
    let mut own = k.min(1);
    let mut capacity = 1;
    while capacity < k {
        own = capacity + 1;
        capacity *= 2;
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(n: usize, k: usize) -> Vec<Vec<usize>> {
        let mut seen = Vec::new();
        combinations(n, k, |places| {
            seen.push(places.to_vec());
            ControlFlow::Continue(())
        });
        seen
    }

    #[test]
    fn combinations_are_lexicographic() {
        assert_eq!(all(3, 2), [[0, 1], [0, 2], [1, 2]]);
        assert_eq!(all(2, 2), [[0, 1]]);
        assert!(all(2, 3).is_empty() && all(2, 0).is_empty());
        // 8 over 4.
        assert_eq!(all(8, 4).len(), 70);
    }

    /// Capacities 1, 2, 4, 8: arrays are new at lengths 1, 2, 3, 5, 9.
    #[test]
    fn arrays_are_shared_while_there_is_room() {
        let own: Vec<usize> = (0..=9).map(elements_of_its_own).collect();
        assert_eq!(own, [0, 1, 2, 3, 3, 5, 5, 5, 5, 9]);
    }

    /// The rule's own example: of 4 out of 8, {0, 1, 2, 3} becomes {0, 1, 2, 7}.
    #[test]
    fn a_remembered_combination_is_overwritten() {
        let mut best = Remembered::default();
        combinations(8, 4, |places| {
            best.overwrite(places);
            if best.places().is_none() {
                best.choose(places);
            }
            ControlFlow::Continue(())
        });
        assert_eq!(best.places(), Some(&[0, 1, 2, 7][..]));
        assert!(best.is_overwritten());
    }
}
