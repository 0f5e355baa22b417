//! Simulated time: whole nanoseconds.

use std::fmt;

const UNITS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// A point in simulated time: nanoseconds since the start of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimTime(pub u64);

/// A length of simulated time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SimDuration(pub u64);

impl SimTime {
    /// The point this long after. Simulated time ends after 584 years; beyond is a bug.
    #[must_use]
    pub fn plus(self, duration: SimDuration) -> Self {
        Self(self.0.checked_add(duration.0).expect("simulated time stays below 584 years"))
    }

    /// The time since an earlier point.
    #[must_use]
    pub fn since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.checked_sub(earlier.0).expect("the earlier point is not the later one"))
    }

    /// Seconds since the start, for display and statistics.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds * 1_000_000_000)
    }

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis * 1_000_000)
    }

    /// Seconds rounded to the nearest nanosecond; `None` if negative, not finite or above 292 years.
    pub fn from_secs_f64(seconds: f64) -> Option<Self> {
        let nanos = (seconds * 1e9).round();
        (0.0..9.2e18).contains(&nanos).then_some(Self(nanos as u64))
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect("durations stay below 584 years"))
    }

    /// Seconds, for display and statistics.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / 1e9
    }

    /// Reads a duration as Go writes them: `500ms`, `1.5s`, `1h30m`, `0`. Exact; a fraction finer than
    /// a nanosecond is refused.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fault = |what: &str| format!("invalid duration {text:?}: {what} (examples: 500ms, 1.5s, 1h30m)");
        if text == "0" {
            return Ok(Self(0));
        }
        let mut rest = text;
        let mut total: u64 = 0;
        if rest.is_empty() {
            return Err(fault("it is empty"));
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, after) = rest.split_at(digits);
            let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
            let (unit, after) = after.split_at(letters);
            let unit = if unit == "µs" { "us" } else { unit };
            let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
                return Err(fault(if unit.is_empty() { "a unit is missing" } else { "unknown unit" }));
            };
            let nanos = scaled(number, *scale).ok_or_else(|| fault("not a number of that unit"))?;
            total = total.checked_add(nanos).ok_or_else(|| fault("too long"))?;
            rest = after;
        }
        Ok(Self(total))
    }
}

/// `number` × `scale`, exact; `None` if it is no number, too large or finer than 1.
fn scaled(number: &str, scale: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let mut nanos = whole.checked_mul(scale)?;
    let fraction = fraction.trim_end_matches('0');
    if !fraction.is_empty() {
        let tens = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        let product = fraction.parse::<u128>().ok()?.checked_mul(u128::from(scale))?;
        if !product.is_multiple_of(tens) {
            return None;
        }
        nanos = nanos.checked_add(u64::try_from(product / tens).ok()?)?;
    }
    Some(nanos)
}

impl fmt::Display for SimDuration {
    /// `1h30m`, `1.5s`, `2.3ms`; reads back to the same duration.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, scale) in [("h", 3_600_000_000_000), ("m", 60_000_000_000)] {
            if rest >= scale {
                write!(f, "{}{unit}", rest / scale)?;
                rest %= scale;
            }
        }
        if rest > 0 {
            let (unit, scale) = match rest {
                1_000_000_000.. => ("s", 1_000_000_000),
                1_000_000.. => ("ms", 1_000_000),
                1_000.. => ("us", 1_000),
                _ => ("ns", 1),
            };
            write!(f, "{}", rest / scale)?;
            if !rest.is_multiple_of(scale) {
                let width = scale.ilog10() as usize;
                let fraction = format!("{:0width$}", rest % scale);
                write!(f, ".{}", fraction.trim_end_matches('0'))?;
            }
            f.write_str(unit)?;
        }
        Ok(())
    }
}

impl fmt::Display for SimTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SimDuration(self.0).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_are_read_exactly() {
        let nanos = |text| SimDuration::parse(text).map(|duration| duration.0);
        assert_eq!(nanos("500ms"), Ok(500_000_000));
        assert_eq!(nanos("1h30m"), Ok(5_400_000_000_000));
        assert_eq!(nanos("1.5s"), Ok(1_500_000_000));
        assert_eq!(nanos(".5s"), Ok(500_000_000));
        assert_eq!(nanos("0.1ms"), Ok(100_000));
        assert_eq!(nanos("0"), Ok(0));
        for wrong in ["", "5", "s", "5 s", "-1s", "1.0000000001s", "5d", "99999999999h", "1..5s"] {
            assert!(nanos(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(nanos in 0_u64..10_000_000_000_000) {
            let duration = SimDuration(nanos);
            prop_assert_eq!(SimDuration::parse(&duration.to_string()), Ok(duration));
        }
    }
}
