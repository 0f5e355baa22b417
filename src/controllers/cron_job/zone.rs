//! Time zones of the IANA database, which is compiled in: answers do not depend on the machine.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};

/// A time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// A wall clock: the second of a day that an offset gives.
pub(super) type Wall = DateTime;

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// By name. The error is Go's (`time.LoadLocation`).
    pub fn named(name: &str) -> Result<Self, String> {
        if name.is_empty() || name == "UTC" {
            return Ok(Self::UTC);
        }
        let found = TimeZoneDatabase::bundled().get(name);
        found.map(Self).map_err(|_| format!("unknown time zone {name}"))
    }

    fn offset(&self, unix_seconds: i64) -> i64 {
        let at = Timestamp::from_second(unix_seconds).unwrap_or(Timestamp::MAX);
        self.0.to_offset(at).seconds().into()
    }

    /// What the clock on the wall shows.
    pub(super) fn wall(&self, unix_seconds: i64) -> Option<Wall> {
        let offset = i32::try_from(self.offset(unix_seconds)).ok()?;
        Some(Offset::from_seconds(offset).ok()?.to_datetime(Timestamp::from_second(unix_seconds).ok()?))
    }

    /// When the clock on the wall shows that. Of a time that it shows twice, or never, the one that Go's `time.Date`
    /// gives: the offset is the one that holds at the wall time less the offset that holds at the wall time read as UTC.
    pub(super) fn instant(&self, wall: Wall) -> Option<i64> {
        let as_utc = Offset::UTC.to_timestamp(wall).ok()?.as_second();
        Some(as_utc - self.offset(as_utc - self.offset(as_utc)))
    }
}
