//! Many comparisons at once: the more there are, the more are wrong by chance.

/// The confidence that each of several intervals needs so that all hold together with the given one
/// (C. E. Bonferroni, 1936).
pub fn bonferroni(confidence: f64, comparisons: usize) -> f64 {
    1.0 - (1.0 - confidence) / comparisons.max(1) as f64
}

/// p-values corrected for their number (S. Holm, Scand. J. Statist. 6, 1979), in the given order. What has
/// none does not count.
pub fn holm(p_values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut order: Vec<(f64, usize)> =
        p_values.iter().enumerate().filter_map(|(index, p)| p.map(|p| (p, index))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut corrected = vec![None; p_values.len()];
    let mut most = 0.0_f64;
    for (rank, (p, index)) in order.iter().enumerate() {
        most = most.max(((order.len() - rank) as f64 * p).min(1.0));
        corrected[*index] = Some(most);
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holm_by_hand() {
        // 0.01 · 4, 0.02 · 3 = 0.06, 0.03 · 2 = 0.06, 0.8. R: p.adjust(c(.03, .01, .8, .02), "holm").
        let found = holm(&[Some(0.03), None, Some(0.01), Some(0.8), Some(0.02)]);
        let expected = [Some(0.06), None, Some(0.04), Some(0.8), Some(0.06)];
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found.is_some(), expected.is_some());
            assert!((found.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-12, "{found:?} {expected:?}");
        }
        assert!((bonferroni(0.95, 5) - 0.99).abs() < 1e-12);
        assert!((bonferroni(0.95, 0) - 0.95).abs() < 1e-12);
    }
}
