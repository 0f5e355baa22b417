//! Tests of two samples: Fisher's exact test of shares, the rank-sum test of Mann and Whitney, and quantiles.

use statrs::function::factorial::ln_binomial;

/// The probability that two samples of one kind differ at least as much: `(seen, of)` of each.
pub(super) fn fisher((seen, of): (u64, u64), (others, out_of): (u64, u64)) -> f64 {
    let (all, drawn) = (seen + others, of + out_of);
    let weight =
        |first: u64| ln_binomial(of, first) + ln_binomial(out_of, all - first) - ln_binomial(drawn, all);
    let observed = weight(seen);
    let possible = all.saturating_sub(out_of)..=all.min(of);
    // What is as unlikely as the observed counts too, whatever the rounding.
    let at_most = possible.map(weight).filter(|one| *one <= observed + 1e-9);
    at_most.map(libm::exp).sum::<f64>().min(1.0)
}

/// The probability that the ranks of two samples of one kind differ at least as much (normal approximation, with the
/// correction for continuity). Both ascend.
pub(super) fn rank_sum(first: &[f64], second: &[f64]) -> f64 {
    let (n, m) = (first.len() as f64, second.len() as f64);
    if first.is_empty() || second.is_empty() {
        return 1.0;
    }
    let below = |one: &f64| {
        let less = second.partition_point(|other| other < one);
        let equal = second.partition_point(|other| other <= one) - less;
        less as f64 + equal as f64 / 2.0
    };
    let wins: f64 = first.iter().map(below).sum();
    let deviation = libm::sqrt(n * m * (n + m + 1.0) / 12.0);
    let apart = ((wins - n * m / 2.0).abs() - 0.5).max(0.0) / deviation;
    libm::erfc(apart / std::f64::consts::SQRT_2)
}

/// A quantile of an ascending list, between two values along a straight line.
pub(super) fn quantile(ascending: &[f64], share: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let place = share * last as f64;
    let low = place as usize;
    let high = (low + 1).min(last);
    Some(ascending[low] + (ascending[high] - ascending[low]) * (place - low as f64))
}

#[cfg(test)]
mod tests {
    use super::{fisher, quantile, rank_sum};

    #[test]
    fn ranks_by_hand() {
        // 1, 2 before 3, 4, 5: no win of 6. Deviation sqrt(2 * 3 * 6 / 12) = 1.732; (3 - 0.5) / 1.732 = 1.443, which 14.9 %
        // of a normal variable lie beyond.
        assert!((rank_sum(&[1.0, 2.0], &[3.0, 4.0, 5.0]) - 0.148_9).abs() < 1e-3);
        assert!((rank_sum(&[3.0], &[1.0, 2.0, 3.0, 4.0, 5.0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn quantiles_by_hand() {
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.5), Some(2.0));
        assert_eq!(quantile(&[1.0, 2.0, 4.0], 0.75), Some(3.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn the_lady_tasting_tea() {
        // Fisher's own: 3 of 4 against 1 of 4. Of the 70 tables 1 + 16 + 16 + 1 are at most as likely: 34/70.
        assert!((fisher((3, 4), (1, 4)) - 34.0 / 70.0).abs() < 1e-12);
        // 4 of 4 against 0 of 4: 2 of 70.
        assert!((fisher((4, 4), (0, 4)) - 2.0 / 70.0).abs() < 1e-12);
        assert!((fisher((0, 9), (0, 5)) - 1.0).abs() < 1e-12);
    }
}
