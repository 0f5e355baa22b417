//! The normalization that several plugins share (`plugins/helper/normalize_score.go`, v1.34).

use crate::scheduler::framework::MAX_NODE_SCORE;

/// Scales scores so that the highest becomes 100; `reverse` turns them round, so that the highest
/// becomes 0. If all are 0 they stay so, or all become 100 if reversed.
pub fn default_normalize(scores: &mut [i64], reverse: bool) {
    let highest = scores.iter().copied().max().unwrap_or(0).max(0);
    for score in scores {
        let scaled = if highest == 0 { 0 } else { MAX_NODE_SCORE * *score / highest };
        *score = if reverse { MAX_NODE_SCORE - scaled } else { scaled };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_in_whole_numbers() {
        let check = |scores: [i64; 3], reverse, expected: [i64; 3]| {
            let mut normalized = scores;
            default_normalize(&mut normalized, reverse);
            assert_eq!(normalized, expected, "{scores:?} {reverse}");
        };
        // 100 * 1 / 3 is 33 in whole numbers.
        check([1, 3, 0], false, [33, 100, 0]);
        check([1, 3, 0], true, [67, 0, 100]);
        check([0, 0, 0], false, [0, 0, 0]);
        check([0, 0, 0], true, [100, 100, 100]);
    }
}
