//! `maxSurge` and `maxUnavailable`: a number of pods or a percentage.

/// An `IntOrString` that was validated to be a number or a percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IntOrPercent {
    /// So many pods.
    Int(i32),
    /// So many per cent of the replicas.
    Percent(i64),
}

impl IntOrPercent {
    /// Reads `"25%"`; `None` for any other text.
    pub fn from_percent_text(text: &str) -> Option<Self> {
        let digits = text.strip_suffix('%')?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Self::Percent)
    }

    /// The number of pods out of `total`, a fraction rounded up or down.
    ///
    /// Follows `GetScaledValueFromIntOrPercent` of apimachinery (v1.32), which computes in `f64`; its
    /// callers cut the result, an `int` of 64 bits, to 32 bits, whatever is lost.
    pub fn scaled(self, total: i32, round_up: bool) -> i32 {
        match self {
            Self::Int(value) => value,
            Self::Percent(percent) => {
                let exact = percent as f64 * f64::from(total) / 100.0;
                go_int(if round_up { exact.ceil() } else { exact.floor() }) as i32
            }
        }
    }
}

/// A whole number as Go's `int` on amd64, where a number that does not fit becomes the smallest.
fn go_int(whole: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&whole) { whole as i64 } else { i64::MIN }
}

impl std::fmt::Display for IntOrPercent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(value) => write!(f, "{value}"),
            Self::Percent(value) => write!(f, "{value}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_five() {
        // 25 % of 5 is 1.25: up 2, down 1.
        assert_eq!(IntOrPercent::Percent(25).scaled(5, true), 2);
        assert_eq!(IntOrPercent::Percent(25).scaled(5, false), 1);
        assert_eq!(IntOrPercent::from_percent_text("25%"), Some(IntOrPercent::Percent(25)));
        assert_eq!(IntOrPercent::from_percent_text("25"), None);
        assert_eq!(IntOrPercent::from_percent_text("-5%"), None);
    }

    #[test]
    fn absurd_percentages_lose_their_high_bits() {
        // 5,000,000,000 % of 100 pods are 5 · 10⁹ = 2³² + 705,032,704.
        let percent = IntOrPercent::from_percent_text("5000000000%").expect("a percentage");
        assert_eq!(percent.scaled(100, true), 705_032_704);
        // 9 · 10¹⁸ % of 200 pods do not fit into 64 bits: -2⁶³, whose low 32 bits are 0.
        let percent = IntOrPercent::from_percent_text("9000000000000000000%").expect("a percentage");
        assert_eq!(percent.scaled(200, true), 0);
    }
}
