//! Times in vectors: seconds since an epoch, with fractions.

use crate::api::Timestamp;

/// A time, to the nanosecond.
pub(super) fn timestamp(seconds: f64) -> Timestamp {
    Timestamp((seconds * 1e9).round() as i64)
}
