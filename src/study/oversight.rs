//! Who waits for runs: is told of each, may stop them, and learns which run it was where kubecast fails.

use std::cell::Cell;
use std::sync::{Mutex, PoisonError};

use crate::cluster::world::RunEnd;
use crate::kernel::{Ended, Probe, RunPlace, Seed, Whereabouts};

/// Waits for runs. It is told of them from any thread, and changes nothing but whether they go on.
pub trait Monitor: Sync {
    /// So many more runs are to be done.
    fn expect(&self, _runs: u64) {}

    /// One more of them is done.
    fn finished(&self) {}

    /// Whether the work goes on. Asked every few thousand events of each run; after the first `false` no answer comes.
    fn goes_on(&self) -> bool {
        true
    }
}

/// Waits in silence to the end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unmonitored;

impl Monitor for Unmonitored {}

/// The monitor ended the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// The runs of one piece of work and who waits for them.
pub struct Oversight<'m> {
    monitor: &'m dyn Monitor,
    broken: Mutex<Option<Whereabouts>>,
}

impl<'m> Oversight<'m> {
    /// Nothing has been run yet.
    pub fn new(monitor: &'m dyn Monitor) -> Self {
        Self { monitor, broken: Mutex::new(None) }
    }

    /// Who waits.
    pub fn monitor(&self) -> &'m dyn Monitor {
        self.monitor
    }

    /// Runs a replication, to which `work` gives the probe.
    pub fn run<T>(
        &self,
        (seed, replication): (Seed, u32),
        work: impl FnOnce(Probe<'_>) -> (RunEnd, T),
    ) -> Result<(RunEnd, T), Stopped> {
        let here = Here { oversight: self, seed, replication, place: Cell::default() };
        let goes_on = || self.monitor.goes_on();
        let probe = Probe { place: Some(&here.place), goes_on: Some(&goes_on), ..Probe::default() };
        let (end, found) = work(probe);
        if end.ended == Ended::Stopped { Err(Stopped) } else { Ok((end, found)) }
    }

    /// Where the first run was in which kubecast failed.
    pub fn broken(&self) -> Option<Whereabouts> {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run while it lasts.
struct Here<'o, 'm> {
    oversight: &'o Oversight<'m>,
    seed: Seed,
    replication: u32,
    place: Cell<RunPlace>,
}

impl Drop for Here<'_, '_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { seed, replication, .. } = *self;
            let here = Whereabouts { seed, replication, place: self.place.get() };
            self.oversight.broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(here);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::kernel::SimTime;

    #[test]
    fn a_run_that_fails_is_known() {
        let oversight = Oversight::new(&Unmonitored);
        let broken = catch_unwind(AssertUnwindSafe(|| {
            oversight.run((Seed(5), 2), |probe| -> (RunEnd, ()) {
                let place = probe.place.expect("an overseen run tells where it is");
                place.set(RunPlace { event: 7, time: SimTime(9) });
                std::panic::resume_unwind(Box::new("a fault"))
            })
        }));
        assert!(broken.is_err());
        let place = RunPlace { event: 7, time: SimTime(9) };
        assert_eq!(oversight.broken(), Some(Whereabouts { seed: Seed(5), replication: 2, place }));
    }
}
