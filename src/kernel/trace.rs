//! Where records of what happened go. A sink only listens: outcomes and digest are the same with any.

use super::time::SimTime;

/// Takes records in the order in which they happen.
pub trait TraceSink<R> {
    /// One record; `seq` counts them.
    fn record(&mut self, now: SimTime, seq: u64, record: &R);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoTrace;

impl<R> TraceSink<R> for NoTrace {
    fn record(&mut self, _now: SimTime, _seq: u64, _record: &R) {}
}

/// Keeps everything.
#[derive(Clone, Debug)]
pub struct VecTrace<R>(pub Vec<(SimTime, R)>);

impl<R> Default for VecTrace<R> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<R: Clone> TraceSink<R> for VecTrace<R> {
    fn record(&mut self, now: SimTime, _seq: u64, record: &R) {
        self.0.push((now, record.clone()));
    }
}
