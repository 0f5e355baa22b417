//! Go's `sort.Sort` (1.24, as of Kubernetes v1.34), to the last swap.
//!
//! Two relations that Kubernetes sorts by are no orders: the deletion ranking of pods
//! (`controllers::controller_utils::ranking`; two pods that became ready in one second are level, whatever lies
//! between them by UID) and the order of revisions where one cannot be read. A third, the importance of pods in
//! preemption, leaves many level. What comes out then depends on the algorithm (`sort.Slice` has the same). It is a pattern-defeating quicksort (Orson Peters, arXiv:2106.05123): insertion for
//! up to twelve items, partitions around a median of three, or of three medians from fifty items on, a
//! heap sort after too many unbalanced partitions. On any relation at all it ends, with a permutation.
//!
//! DIFFERENCE: before Go 1.24 (golang/go#70144) the three swaps after an unbalanced partition were others.

/// Most items that are sorted by insertion.
const MOST_INSERTED: usize = 12;
/// From so many items on, the pivot is a median of medians, and out of order pairs are shifted.
const MANY: usize = 50;
/// Most pairs that are shifted in a range that looks sorted.
const MOST_SHIFTED: usize = 5;
/// Every comparison of the median of medians exchanged its sides.
const ALL_EXCHANGED: usize = 12;

/// Sorts: `less(a, b)` says that `a` goes before `b`.
pub fn sort<T: Copy>(items: &mut [T], less: &impl Fn(T, T) -> bool) {
    let bad_pivots_left = usize::BITS - items.len().leading_zeros();
    Range { items, less }.quicksort(bad_pivots_left, 0);
}

/// What the choice of a pivot says about a range.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    Increasing,
    Decreasing,
    Unsorted,
}

struct Range<'i, T, F> {
    items: &'i mut [T],
    less: F,
}

impl<T: Copy, F: Fn(T, T) -> bool + Copy> Range<'_, T, F> {
    fn less(&self, a: usize, b: usize) -> bool {
        (self.less)(self.items[a], self.items[b])
    }

    fn part(&mut self, from: usize, to: usize) -> Range<'_, T, F> {
        Range { items: &mut self.items[from..to], less: self.less }
    }

    /// Sorts the range from `a` on; nothing in it is smaller than what stands before it.
    fn quicksort(&mut self, mut bad_pivots_left: u32, mut a: usize) {
        let mut b = self.items.len();
        let (mut balanced, mut partitioned) = (true, true);
        loop {
            let length = b - a;
            if length <= MOST_INSERTED {
                return self.part(a, b).insertion_sort();
            }
            if bad_pivots_left == 0 {
                return self.part(a, b).heap_sort();
            }
            let mut range = self.part(a, b);
            if !balanced {
                range.scatter();
                bad_pivots_left -= 1;
            }
            let (mut pivot, mut looks) = range.choose_pivot();
            if looks == Looks::Decreasing {
                range.items.reverse();
                pivot = length - 1 - pivot;
                looks = Looks::Increasing;
            }
            // Shifting to the left does not stop at the range's beginning, but at the second item of all.
            if balanced && partitioned && looks == Looks::Increasing && self.shift_few(a, b) {
                return;
            }
            if a > 0 && !self.less(a - 1, a + pivot) {
                a += self.part(a, b).partition_equal(pivot);
                continue;
            }
            let (middle, was_partitioned) = self.part(a, b).partition(pivot);
            partitioned = was_partitioned;
            let (left, right) = (middle, length - middle);
            balanced = left.min(right) >= length / 8;
            let middle = a + middle;
            if left < right {
                self.part(0, middle).quicksort(bad_pivots_left, a);
                a = middle + 1;
            } else {
                self.part(0, b).quicksort(bad_pivots_left, middle + 1);
                b = middle;
            }
        }
    }

    fn insertion_sort(&mut self) {
        for sorted in 1..self.items.len() {
            let mut place = sorted;
            while place > 0 && self.less(place, place - 1) {
                self.items.swap(place, place - 1);
                place -= 1;
            }
        }
    }

    fn heap_sort(&mut self) {
        let length = self.items.len();
        for root in (0..=(length - 1) / 2).rev() {
            self.sift_down(root, length);
        }
        for last in (0..length).rev() {
            self.items.swap(0, last);
            self.sift_down(0, last);
        }
    }

    fn sift_down(&mut self, mut root: usize, length: usize) {
        while 2 * root + 1 < length {
            let left = 2 * root + 1;
            let child = if left + 1 < length && self.less(left, left + 1) { left + 1 } else { left };
            if !self.less(root, child) {
                return;
            }
            self.items.swap(root, child);
            root = child;
        }
    }

    /// Swaps three items of the middle with others, after a bad pivot.
    fn scatter(&mut self) {
        let length = self.items.len();
        let mask = (length + 1).next_power_of_two() as u64 - 1;
        let mut random = length as u64;
        for place in 0..3 {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let other = (random & mask) as usize;
            let other = if other >= length { other - length } else { other };
            self.items.swap(length / 4 * 2 - 1 + place, other);
        }
    }

    fn choose_pivot(&self) -> (usize, Looks) {
        let length = self.items.len();
        let mut exchanged = 0;
        let mut quarters = [1, 2, 3].map(|quarter| length / 4 * quarter);
        if length >= MANY {
            quarters = quarters.map(|place| self.median([place - 1, place, place + 1], &mut exchanged));
        }
        let pivot = self.median(quarters, &mut exchanged);
        let looks = match exchanged {
            0 => Looks::Increasing,
            ALL_EXCHANGED => Looks::Decreasing,
            _ => Looks::Unsorted,
        };
        (pivot, looks)
    }

    /// The place of the median of three.
    fn median(&self, [a, b, c]: [usize; 3], exchanged: &mut usize) -> usize {
        let mut ordered = |a, b| {
            let exchange = self.less(b, a);
            *exchanged += usize::from(exchange);
            if exchange { (b, a) } else { (a, b) }
        };
        let (a, b) = ordered(a, b);
        let (b, _) = ordered(b, c);
        ordered(a, b).1
    }

    /// Shifts a few items of a range that looks sorted to their places; whether it is sorted then.
    fn shift_few(&mut self, a: usize, b: usize) -> bool {
        let mut place = a + 1;
        for _ in 0..MOST_SHIFTED {
            while place < b && !self.less(place, place - 1) {
                place += 1;
            }
            if place == b {
                return true;
            }
            if b - a < MANY {
                return false;
            }
            self.items.swap(place, place - 1);
            if place - a >= 2 {
                let mut left = place - 1;
                while left >= 1 && self.less(left, left - 1) {
                    self.items.swap(left, left - 1);
                    left -= 1;
                }
            }
            if b - place >= 2 {
                let mut right = place + 1;
                while right < b && self.less(right, right - 1) {
                    self.items.swap(right, right - 1);
                    right += 1;
                }
            }
        }
        false
    }

    /// Smaller items than the pivot first; the pivot's new place, and whether that was so already.
    fn partition(&mut self, pivot: usize) -> (usize, bool) {
        self.items.swap(0, pivot);
        let (mut i, mut j) = (1, self.items.len() - 1);
        let mut swaps = 0;
        loop {
            while i <= j && self.less(i, 0) {
                i += 1;
            }
            while i <= j && !self.less(j, 0) {
                j -= 1;
            }
            if i > j {
                self.items.swap(j, 0);
                return (j, swaps == 0);
            }
            self.items.swap(i, j);
            swaps += 1;
            i += 1;
            j -= 1;
        }
    }

    /// Items equal to the pivot first, where none is smaller; how many.
    fn partition_equal(&mut self, pivot: usize) -> usize {
        self.items.swap(0, pivot);
        let (mut i, mut j) = (1, self.items.len() - 1);
        loop {
            while i <= j && !self.less(0, i) {
                i += 1;
            }
            while i <= j && self.less(0, j) {
                j -= 1;
            }
            if i > j {
                return i;
            }
            self.items.swap(i, j);
            i += 1;
            j -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cycle_is_resolved_as_by_insertion() {
        // Rock beats scissors (0 < 1), scissors beat paper (1 < 2), paper beats rock (2 < 0). From the
        // left: 2; then 1 goes before 2; then 0 stays behind 2, though it goes before 1.
        let beats = |a: u8, b: u8| (a + 1) % 3 == b;
        let mut items = [2, 1, 0];
        sort(&mut items, &beats);
        assert_eq!(items, [1, 2, 0]);
    }

    /// The next of a linear congruential generator (Knuth's MMIX).
    fn next(state: &mut u64) -> u64 {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    /// Places in the list and a key for each.
    fn keys(pattern: u64, length: u64, state: &mut u64) -> Vec<(u64, u64)> {
        let mut key = |place: u64| match pattern {
            0 | 5 => next(state) % (length / 3 + 1),
            1 => place * 4 + if next(state).is_multiple_of(16) { next(state) % 40 } else { 0 },
            2 => (length - place) * 2,
            3 => next(state) % 4,
            _ => (place % 17) * (place % 5),
        };
        (0..length).map(|place| (place, key(place))).collect()
    }

    /// FNV-1a over the permutations of many lists.
    fn fingerprint(pattern: u64) -> u64 {
        let mut state = 1;
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        for length in (0..260).chain([500, 1000, 3000]) {
            let mut items = keys(pattern, length, &mut state);
            if pattern == 5 {
                // No order at all.
                sort(&mut items, &|a: (u64, u64), b: (u64, u64)| {
                    (a.1 * 31 + b.1 * 17 + a.0).is_multiple_of(3)
                });
            } else {
                sort(&mut items, &|a: (u64, u64), b: (u64, u64)| a.1 < b.1);
            }
            for (place, _) in items {
                hash = (hash ^ place).wrapping_mul(0x0100_0000_01b3);
            }
        }
        hash
    }

    /// What Go 1.19.8 made of the same lists with `sort.Sort`, its random numbers (of `scatter`) being those
    /// of later versions.
    #[test]
    fn permutations_are_those_of_go() {
        let patterns = [0, 1, 2, 3, 4, 5].map(fingerprint);
        assert_eq!(patterns, GO);
    }

    const GO: [u64; 6] = [
        0x1960_41df_412b_903f,
        0xa9d8_98c5_66bf_e183,
        0x6691_fc06_f627_4ec1,
        0x69ec_7ef9_f5aa_1fc5,
        0x0cca_c158_b776_9faf,
        0x86dc_9d01_a39a_8b4d,
    ];

    proptest! {
        /// On an order without ties, the result is that of the standard library's sort.
        #[test]
        fn agrees_with_the_standard_sort(keys in prop::collection::vec(any::<u16>(), 0..200)) {
            let mut items: Vec<(u16, usize)> = keys.iter().copied().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_unstable();
            sort(&mut items, &|a, b| a < b);
            prop_assert_eq!(items, expected);
        }

        /// On any relation at all, the result is a permutation.
        #[test]
        fn ends_on_any_relation(keys in prop::collection::vec(0_u32..1000, 0..200), salt in 0_u32..1000) {
            let mut items = keys.clone();
            sort(&mut items, &|a, b| (a * 31 + b * 17 + salt).is_multiple_of(3));
            let mut expected = keys;
            expected.sort_unstable();
            items.sort_unstable();
            prop_assert_eq!(items, expected);
        }
    }
}
