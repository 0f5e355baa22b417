//! Where a thread is in its run, for the report of a bug: enough to replay it.
//!
//! Nothing in a run reads this.

use std::cell::Cell;

use super::draws::Seed;
use super::time::SimTime;

/// A run and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// The seed of the run.
    pub seed: Seed,
    /// The replication.
    pub replication: u32,
    /// The number of the event that is being handled, from 0.
    pub event: u64,
    /// The simulated time.
    pub time: SimTime,
}

thread_local! {
    static HERE: Cell<Option<Whereabouts>> = const { Cell::new(None) };
}

/// This thread begins a run.
pub fn begin(seed: Seed, replication: u32) {
    HERE.set(Some(Whereabouts { seed, replication, event: 0, time: SimTime(0) }));
}

/// This thread's run is over.
pub fn end() {
    HERE.set(None);
}

/// This thread's run, if one is under way.
pub fn here() -> Option<Whereabouts> {
    HERE.get()
}

/// This thread's run comes to an event.
pub(super) fn reach(event: u64, time: SimTime) {
    if let Some(here) = HERE.get() {
        HERE.set(Some(Whereabouts { event, time, ..here }));
    }
}

impl std::fmt::Display for Whereabouts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "seed {}, replication {}, event {} at {}",
            self.seed.0, self.replication, self.event, self.time
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_known_while_it_lasts() {
        reach(7, SimTime(9));
        assert_eq!(here(), None);
        begin(Seed(5), 2);
        reach(7, SimTime(1_500_000_000));
        assert_eq!(
            here().map(|here| here.to_string()).as_deref(),
            Some("seed 5, replication 2, event 7 at 1.5s")
        );
        end();
        assert_eq!(here(), None);
    }
}
