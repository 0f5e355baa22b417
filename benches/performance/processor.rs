//! Processor time of the present thread: on a machine that others use too it says more than a clock, of work
//! that takes much longer than the few milliseconds between two looks of the system at it.

#![expect(clippy::disallowed_types, reason = "the clock is what is read here")]

use std::time::{Duration, Instant};

/// Started before the work.
pub(crate) struct Stopwatch {
    started: Instant,
    on_processor: Option<u64>,
}

/// Nanoseconds that this thread has run, where the system tells (Linux).
fn on_processor() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), on_processor: on_processor() }
    }

    /// Seconds of processor time, or of the clock where the system does not tell.
    pub(crate) fn seconds(&self) -> f64 {
        let ran = on_processor().zip(self.on_processor).map(|(now, before)| now - before);
        ran.map_or_else(|| self.started.elapsed(), Duration::from_nanos).as_secs_f64()
    }
}
