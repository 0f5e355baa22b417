//! What looks on at a run from outside. Nothing in a run reads it.

use std::cell::Cell;
use std::fmt;

use super::digest::DigestLog;
use super::draws::Seed;
use super::time::SimTime;

/// Looks on at a run, and may end it.
#[derive(Default)]
pub struct Probe<'p> {
    /// Keeps the digest after every event and every end of an instant.
    pub digests: Option<&'p mut DigestLog>,
    /// Is told which event is being handled.
    pub place: Option<&'p Cell<RunPlace>>,
    /// Is asked every [`Probe::EVENTS_BETWEEN_QUESTIONS`] events whether the run goes on.
    pub goes_on: Option<&'p dyn Fn() -> bool>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunPlace {
    /// The number of the event that is being handled, from 0.
    pub event: u64,
    /// The simulated time.
    pub time: SimTime,
}

/// A run and how far it is: enough to replay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// The seed of the run.
    pub seed: Seed,
    /// The replication.
    pub replication: u32,
    /// How far it is.
    pub place: RunPlace,
}

impl Probe<'_> {
    /// Some milliseconds of work.
    pub const EVENTS_BETWEEN_QUESTIONS: u64 = 4096;

    /// The run comes to an event.
    pub(super) fn reach(&self, event: u64, time: SimTime) {
        if let Some(place) = self.place {
            place.set(RunPlace { event, time });
        }
    }

    /// Whether the run is to be ended after so many steps.
    pub(super) fn ends(&self, steps: u64) -> bool {
        steps.is_multiple_of(Self::EVENTS_BETWEEN_QUESTIONS) && self.goes_on.is_some_and(|goes_on| !goes_on())
    }

    pub(super) fn note(&mut self, fingerprint: impl FnOnce() -> u64) {
        if let Some(log) = self.digests.as_deref_mut() {
            log.0.push(fingerprint());
        }
    }
}

impl<'p> From<&'p mut DigestLog> for Probe<'p> {
    fn from(log: &'p mut DigestLog) -> Self {
        Self { digests: Some(log), ..Self::default() }
    }
}

impl fmt::Display for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RunPlace { event, time } = self.place;
        write!(f, "seed {}, replication {}, event {event} at {time}", self.seed.0, self.replication)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whereabouts_tell_what_replays_the_run() {
        let place = RunPlace { event: 7, time: SimTime(1_500_000_000) };
        let here = Whereabouts { seed: Seed(5), replication: 2, place };
        assert_eq!(here.to_string(), "seed 5, replication 2, event 7 at 1.5s");
    }
}
