//! Times in vectors: seconds since an epoch, with fractions.

use crate::api::Timestamp;

/// A time, cut off to the millisecond.
pub(super) fn timestamp(seconds: f64) -> Timestamp {
    Timestamp((seconds * 1e3) as i64 * 1_000_000)
}

/// A time that is whole seconds.
pub(super) fn seconds(time: Timestamp) -> i64 {
    time.0.div_euclid(Timestamp::NANOS)
}
