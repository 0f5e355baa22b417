//! A stable sort that compares what Go's `sort.Stable` compares: blocks of 20 by insertion, then merged in place (Kim and
//! Kutzner, Stable Minimum Storage Merging by Symmetric Comparisons, 2004).
//!
//! Any stable sort gives the same if the relation is one of order. The ranking of pods is not, so what comes out
//! depends on which pairs are compared.

const BLOCK: usize = 20;

/// Sorts; level elements keep their order.
pub(super) fn stable_sort<T: Copy>(list: &mut [T], less: &impl Fn(T, T) -> bool) {
    for block in list.chunks_mut(BLOCK) {
        insertion(block, less);
    }
    let mut size = BLOCK;
    while size < list.len() {
        for pair in list.chunks_mut(2 * size) {
            if pair.len() > size {
                merge(pair, size, less);
            }
        }
        size *= 2;
    }
}

fn insertion<T: Copy>(list: &mut [T], less: &impl Fn(T, T) -> bool) {
    for end in 1..list.len() {
        let mut place = end;
        while place > 0 && less(list[place], list[place - 1]) {
            list.swap(place, place - 1);
            place -= 1;
        }
    }
}

/// The first place of `range` for which `is_before` does not hold.
fn first_not(range: std::ops::Range<usize>, is_before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let half = usize::midpoint(low, high);
        if is_before(half) {
            low = half + 1;
        } else {
            high = half;
        }
    }
    low
}

/// Merges the sorted parts before and from `middle`.
fn merge<T: Copy>(list: &mut [T], middle: usize, less: &impl Fn(T, T) -> bool) {
    let end = list.len();
    if middle == 1 {
        let first = list[0];
        let place = first_not(1..end, |place| less(list[place], first));
        list[..place].rotate_left(1);
        return;
    }
    if end - middle == 1 {
        let last = list[middle];
        let place = first_not(0..middle, |place| !less(last, list[place]));
        list[place..].rotate_right(1);
        return;
    }
    let half = end / 2;
    let sum = half + middle;
    let searched = if middle > half { sum - end..half } else { 0..middle };
    let start = first_not(searched, |place| !less(list[sum - 1 - place], list[place]));
    let stop = sum - start;
    if start < middle && middle < stop {
        list[start..stop].rotate_left(middle - start);
    }
    if 0 < start && start < half {
        merge(&mut list[..half], start, less);
    }
    if half < stop && stop < end {
        merge(&mut list[half..], stop - half, less);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sorts_as_the_standard_library_does() {
        // Keys 7·i mod 5 of many lengths: what is level must keep its order.
        for length in [0, 1, 2, 19, 20, 21, 39, 40, 41, 60, 123, 300] {
            let mut list: Vec<(usize, usize)> = (0..length).map(|place| (7 * place % 5, place)).collect();
            let mut expected = list.clone();
            stable_sort(&mut list, &|a: (usize, usize), b| a.0 < b.0);
            expected.sort_by_key(|pair| pair.0);
            assert_eq!(list, expected);
        }
    }
}
