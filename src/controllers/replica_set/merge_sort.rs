//! A stable sort that accepts any relation.
//!
//! The deletion ranking of pods is not transitive (see [`super::ranking`]); the sort of the standard
//! library may panic on such a relation. Merging compares what it must and always ends, with some
//! permutation.

/// Sorts stably: `less(a, b)` says that `a` goes before `b`; where neither goes first, the order of
/// the input stands.
pub(super) fn merge_sort<T: Copy>(items: &mut [T], less: &impl Fn(T, T) -> bool) {
    let mut from = items.to_vec();
    let mut width = 1;
    while width < items.len() {
        for (source, target) in from.chunks(2 * width).zip(items.chunks_mut(2 * width)) {
            let (left, right) = source.split_at(width.min(source.len()));
            merge(left, right, target, less);
        }
        from.copy_from_slice(items);
        width *= 2;
    }
}

fn merge<'a, T: Copy>(mut left: &'a [T], mut right: &'a [T], target: &mut [T], less: &impl Fn(T, T) -> bool) {
    for place in target {
        let take_right = match (left, right) {
            ([a, ..], [b, ..]) => less(*b, *a),
            (left, _) => left.is_empty(),
        };
        let side = if take_right { &mut right } else { &mut left };
        let (first, rest) = side.split_first().expect("the sides hold as many items as the target");
        *place = *first;
        *side = rest;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// On an order, the result is that of the standard library's stable sort.
        #[test]
        fn agrees_with_the_standard_sort(keys in prop::collection::vec(0_u8..8, 0..70)) {
            let mut items: Vec<(u8, usize)> = keys.iter().copied().zip(0..).collect();
            let mut expected = items.clone();
            expected.sort_by_key(|item| item.0);
            merge_sort(&mut items, &|a, b| a.0 < b.0);
            prop_assert_eq!(items, expected);
        }

        /// On any relation at all, the result is a permutation.
        #[test]
        fn ends_on_any_relation(keys in prop::collection::vec(0_u32..1000, 0..70), salt in 0_u32..1000) {
            let mut items = keys.clone();
            merge_sort(&mut items, &|a, b| (a * 31 + b * 17 + salt) % 3 == 0);
            let mut expected = keys;
            expected.sort_unstable();
            items.sort_unstable();
            prop_assert_eq!(items, expected);
        }
    }
}
