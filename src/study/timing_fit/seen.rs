//! What is known of one duration.
//!
//! ```text
//!            begin told: 12 s                end told: 15 s
//!        ────├─────────┤─────────────────────├─────────┤────►
//!             u                                 the duration X lies in [15 − 12 − u, 16 − 12 − u)
//! ```
//!
//! A time that the API tells is cut to a whole second. The end is then within that second, and the begin u later than
//! told. Nothing is known of u: it is taken as equally likely anywhere in [0, 1). So a difference of d seconds has the
//! probability E[F(d + 1 − u) − F(d − u)], a weight of 1 − |x − d| at each duration x. What is not over yet has no upper
//! end.

use crate::scenario::pod_times::Moment;

/// Seconds that a cut time is short of the next.
pub const CUT: f64 = 1.0;

/// A duration between `low` and `high` seconds, less u.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    /// Seconds at least.
    pub low: f64,
    /// Less than so many seconds; infinite where the end is not seen.
    pub high: f64,
    /// Whether the begin was cut, so that u is not 0.
    pub begin_cut: bool,
    /// The durations of one batch began within the same second, perhaps in the same moment; `None`: on its own.
    pub batch: Option<u32>,
    /// How often it was seen.
    pub count: u64,
}

impl Seen {
    /// What lies between two moments; `None` if the end lies before the begin.
    pub fn between(begin: Moment, end: Moment) -> Option<Self> {
        let low = end.at.nanos_since(begin.at) as f64 / 1e9;
        // An exact end is one to the microsecond.
        let high = low + if end.exact { 1e-6 } else { CUT };
        (high > 0.0).then_some(Self { low, high, begin_cut: !begin.exact, batch: None, count: 1 })
    }

    /// A duration that is not over at a moment.
    pub fn since(begin: Moment, now: Moment) -> Option<Self> {
        Self::between(begin, now).map(|seen| Self { high: f64::INFINITY, ..seen })
    }

    /// A duration that is told, to the millisecond.
    pub fn told(seconds: f64) -> Self {
        let (low, high) = ((seconds - 5e-4).max(0.0), seconds + 5e-4);
        Self { low, high, begin_cut: false, batch: None, count: 1 }
    }

    /// The same duration without its first seconds.
    #[must_use]
    pub fn without(self, seconds: f64) -> Self {
        Self { low: self.low - seconds, high: self.high - seconds, ..self }
    }

    /// Whether its end was seen.
    pub fn is_finished(&self) -> bool {
        self.high.is_finite()
    }

    /// The middle of what it may be.
    pub fn middle(&self) -> f64 {
        let high = if self.is_finished() { self.high } else { self.low + CUT };
        (f64::midpoint(self.low, high) - if self.begin_cut { CUT / 2.0 } else { 0.0 }).max(0.0)
    }

    /// The least that it can be.
    pub fn least(&self) -> f64 {
        (self.low - if self.begin_cut { CUT } else { 0.0 }).max(0.0)
    }
}

/// How many of them have been seen to end.
pub fn finished(seen: &[Seen]) -> u64 {
    seen.iter().filter(|seen| seen.is_finished()).map(|seen| seen.count).sum()
}
