//! Times as decimal seconds, exact.

/// Nanoseconds as seconds without trailing zeros: `1.5`, `0.0023`, `12`.
pub fn seconds(nanos: u64) -> String {
    let (whole, fraction) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = format!("{fraction:09}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn no_digit_is_lost_or_added() {
        assert_eq!(seconds(0), "0");
        assert_eq!(seconds(1_500_000_000), "1.5");
        assert_eq!(seconds(2_300_000), "0.0023");
        assert_eq!(seconds(12_000_000_001), "12.000000001");
    }
}
