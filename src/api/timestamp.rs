//! API times: nanoseconds since 1970-01-01T00:00:00Z.
//!
//! DIFFERENCE: times before 1677 and after 2262 are those ends of the range, and a span that does not
//! fit is the longest there is (as `time.Time.Sub` of Go has it).

use crate::kernel::SimDuration;

/// A point in time as objects carry it (`creationTimestamp`, the transition of `Ready`, …), in
/// nanoseconds since the Unix epoch. Kubernetes stores whole seconds; see [`Timestamp::whole_seconds`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Nanoseconds in a second.
    pub const NANOS: i64 = 1_000_000_000;

    /// A point at a whole number of seconds since the epoch.
    pub fn from_unix_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(Self::NANOS))
    }

    /// The point as the API stores it: fractions of a second cut off, towards the past.
    #[must_use]
    pub fn whole_seconds(self) -> Self {
        Self(self.0.div_euclid(Self::NANOS).saturating_mul(Self::NANOS))
    }

    /// The point this long after.
    #[must_use]
    pub fn plus(self, duration: SimDuration) -> Self {
        Self(self.0.saturating_add_unsigned(duration.0))
    }

    /// Nanoseconds from `earlier` to here; negative if `earlier` lies in the future.
    pub fn nanos_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads an RFC 3339 time.
    pub fn parse(text: &str) -> Result<Self, String> {
        let time: jiff::Timestamp = text.parse().map_err(|error| format!("{error}"))?;
        i64::try_from(time.as_nanosecond()).map(Self).map_err(|_| "time out of range".to_owned())
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let time = jiff::Timestamp::from_nanosecond(i128::from(self.0)).map_err(|_| std::fmt::Error)?;
        write!(f, "{time}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_prints_and_cuts() {
        let time = Timestamp::parse("2025-03-01T21:24:07.132630678Z").expect("valid");
        assert_eq!(time.to_string(), "2025-03-01T21:24:07.132630678Z");
        assert_eq!(time.whole_seconds().to_string(), "2025-03-01T21:24:07Z");
        // Before the epoch the cut goes to the past as well: -0.5 s becomes -1 s.
        assert_eq!(Timestamp(-500_000_000).whole_seconds(), Timestamp::from_unix_seconds(-1));
    }

    #[test]
    fn the_ends_of_the_range_hold() {
        // The year 9999 lies 253,402,300,799 s after the epoch, 2⁶³ ns are 9,223,372,036.9 s.
        let (last, first) =
            (Timestamp::from_unix_seconds(253_402_300_799), Timestamp::from_unix_seconds(i64::MIN));
        assert_eq!((last.0, first.0), (i64::MAX, i64::MIN));
        assert_eq!((last.nanos_since(first), first.nanos_since(last)), (i64::MAX, i64::MIN));
        assert_eq!(last.plus(SimDuration::from_secs(1)), last);
        assert!(first.whole_seconds() >= first);
    }
}
