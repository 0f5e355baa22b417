//! One key of a controller's work queue (client-go v1.34, `util/workqueue`).
//!
//! A key that waits is not put in a second time: what happens until its sync begins, that sync sees. For
//! later syncs a queue keeps one time a key, the earliest it was asked for; an earlier look takes the
//! place of a later one, which is then gone.
//!
//! DIFFERENCE: of the rate limiter only the back-off of a key is kept, 5 ms doubling up to 1000 s, not
//! the limit of all keys together (10 a second after 100).

use crate::cluster::event::Event;
use crate::kernel::{EventClass, EventId, EventQueue, SimDuration, SimTime};

/// The first wait after a failure.
const BASE_DELAY: SimDuration = SimDuration::from_millis(5);
/// The longest.
const MAX_DELAY: SimDuration = SimDuration::from_secs(1000);

/// What the queue keeps of a key.
#[derive(Debug, Default)]
pub(super) struct Key {
    /// Its sync is under way: the key was put in and has not come out yet.
    pub(super) waits: bool,
    later: Option<(SimTime, EventId)>,
    failures: u32,
}

impl Key {
    /// Asks for `event` at a time (`AddAfter`): an earlier time that was asked for before stands.
    pub(super) fn add_at(&mut self, at: SimTime, event: Event, queue: &mut EventQueue<Event>) {
        if self.later.is_some_and(|(earlier, _)| earlier <= at) {
            return;
        }
        self.drop_later(queue);
        self.later = Some((at, queue.push(at, EventClass::Essential, event)));
    }

    /// Forgets the time that was asked for.
    pub(super) fn drop_later(&mut self, queue: &mut EventQueue<Event>) {
        if let Some((_, event)) = self.later.take() {
            queue.cancel(event);
        }
    }

    /// The time that was asked for has come.
    pub(super) fn later_came(&mut self) {
        self.later = None;
    }

    /// Failures in a row (`NumRequeues`).
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// Counts a failure: how long to wait after it (`AddRateLimited`).
    pub(super) fn fail(&mut self) -> SimDuration {
        let delay =
            BASE_DELAY.0.checked_shl(self.failures).filter(|delay| delay >> self.failures == BASE_DELAY.0);
        self.failures = self.failures.saturating_add(1);
        SimDuration(delay.unwrap_or(MAX_DELAY.0).min(MAX_DELAY.0))
    }

    /// The sync succeeded, or is given up (`Forget`).
    pub(super) fn forget(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::DeploymentId;

    #[test]
    fn back_off_doubles_to_its_limit() {
        let mut key = Key::default();
        let waits: Vec<u64> = (0..4).map(|_| key.fail().0 / 1_000_000).collect();
        assert_eq!(waits, [5, 10, 20, 40]);
        // 5 ms · 2¹⁷ = 655.36 s, twice that is more than 1000 s.
        let waits: Vec<u64> = (4..80).map(|_| key.fail().0 / 1_000_000).collect();
        assert_eq!((waits[13], waits[14], waits[75]), (655_360, 1_000_000, 1_000_000));
        key.forget();
        assert_eq!((key.failures(), key.fail()), (0, BASE_DELAY));
    }

    #[test]
    fn the_earliest_time_stands() {
        let mut queue = EventQueue::new();
        let mut key = Key::default();
        let event = Event::RecheckDeployment(DeploymentId(0));
        for at in [7, 9, 5, 6] {
            key.add_at(SimTime(at), event, &mut queue);
        }
        assert_eq!((queue.len(), queue.peek_time()), (1, Some(SimTime(5))));
        key.drop_later(&mut queue);
        assert!(queue.is_empty());
    }
}
