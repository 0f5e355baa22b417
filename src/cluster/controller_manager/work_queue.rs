//! A controller's work queue (client-go v1.34, `util/workqueue`).
//!
//! A key that waits is not put in a second time: what happens until its sync begins, that sync sees. For
//! later syncs a queue keeps one time a key, the earliest it was asked for; an earlier look takes the
//! place of a later one, which is then gone.
//!
//! DIFFERENCE: of the rate limiter only the back-off of a key is kept, 5 ms doubling up to 1000 s, not
//! the limit of all keys together (10 a second after 100). Keys that wait at one instant come out by rank and
//! number, not in the order in which they were put in.

use std::collections::BTreeSet;

use super::key::{ControllerId, Key};
use crate::cluster::event::Event;
use crate::kernel::{EventClass, EventId, EventQueue, SimDuration, SimTime};

/// The first wait after a failure.
const BASE_DELAY: SimDuration = SimDuration::from_millis(5);
/// The longest.
const MAX_DELAY: SimDuration = SimDuration::from_secs(1000);

/// The keys that wait, and what the queue keeps of each key.
#[derive(Debug)]
pub struct WorkQueue {
    controller: ControllerId,
    waiting: BTreeSet<(u32, Key)>,
    keys: Vec<KeyState>,
}

/// What the queue keeps of a key.
#[derive(Debug, Default)]
struct KeyState {
    /// Its sync is under way: the key was taken out and the sync has not begun.
    under_way: bool,
    /// Syncs that took a while so far.
    delayed: u64,
    later: Option<(SimTime, EventId)>,
    failures: u32,
}

impl WorkQueue {
    /// An empty queue.
    pub(super) fn new(controller: ControllerId) -> Self {
        Self { controller, waiting: BTreeSet::new(), keys: Vec::new() }
    }

    /// Puts a key in (`Add`). Of the keys that wait at one instant, those of a lower rank come out first.
    pub fn add(&mut self, rank: u32, key: Key) {
        self.waiting.insert((rank, key));
    }

    /// Takes a key out that need not be looked at any more.
    pub fn drop_key(&mut self, rank: u32, key: Key) {
        self.waiting.remove(&(rank, key));
    }

    /// Asks for another look at a time (`AddAfter`): an earlier time that was asked for before stands.
    pub fn add_at(&mut self, key: Key, at: SimTime, events: &mut EventQueue<Event>) {
        let event = Event::Recheck(self.controller, key);
        if self.state(key).later.is_some_and(|(earlier, _)| earlier <= at) {
            return;
        }
        self.drop_later(key, events);
        self.state(key).later = Some((at, events.push(at, EventClass::Essential, event)));
    }

    /// Forgets the time that was asked for.
    pub fn drop_later(&mut self, key: Key, events: &mut EventQueue<Event>) {
        if let Some((_, event)) = self.state(key).later.take() {
            events.cancel(event);
        }
    }

    /// Failures in a row (`NumRequeues`).
    pub fn failures(&mut self, key: Key) -> u32 {
        self.state(key).failures
    }

    /// Counts a failure: how long to wait after it (`AddRateLimited`).
    pub fn fail(&mut self, key: Key) -> SimDuration {
        let failures = self.state(key).failures;
        let delay = BASE_DELAY.0.checked_shl(failures).filter(|delay| delay >> failures == BASE_DELAY.0);
        self.state(key).failures = failures.saturating_add(1);
        SimDuration(delay.unwrap_or(MAX_DELAY.0).min(MAX_DELAY.0))
    }

    /// The sync succeeded, or is given up (`Forget`).
    pub fn forget(&mut self, key: Key) {
        self.state(key).failures = 0;
    }

    /// The controller whose queue it is.
    pub fn controller(&self) -> ControllerId {
        self.controller
    }

    /// All keys that wait, by rank and number; none waits afterwards.
    pub(super) fn take(&mut self) -> Vec<Key> {
        std::mem::take(&mut self.waiting).into_iter().map(|(_, key)| key).collect()
    }

    /// A key's sync will take a while: which of its delayed syncs this is; `None` if one is under way, which
    /// will see everything.
    pub(super) fn set_out(&mut self, key: Key) -> Option<u64> {
        let state = self.state(key);
        if std::mem::replace(&mut state.under_way, true) {
            return None;
        }
        state.delayed += 1;
        Some(state.delayed - 1)
    }

    /// A key's sync begins.
    pub(super) fn begin(&mut self, key: Key) {
        self.state(key).under_way = false;
    }

    /// The time that was asked for has come.
    pub(super) fn later_came(&mut self, key: Key) {
        self.state(key).later = None;
    }

    fn state(&mut self, key: Key) -> &mut KeyState {
        let place = key.0 as usize;
        if self.keys.len() <= place {
            self.keys.resize_with(place + 1, KeyState::default);
        }
        &mut self.keys[place]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> WorkQueue {
        WorkQueue::new(ControllerId(0))
    }

    #[test]
    fn back_off_doubles_to_its_limit() {
        let (mut queue, key) = (queue(), Key(3));
        let waits: Vec<u64> = (0..4).map(|_| queue.fail(key).0 / 1_000_000).collect();
        assert_eq!(waits, [5, 10, 20, 40]);
        // 5 ms · 2¹⁷ = 655.36 s, twice that is more than 1000 s.
        let waits: Vec<u64> = (4..80).map(|_| queue.fail(key).0 / 1_000_000).collect();
        assert_eq!((waits[13], waits[14], waits[75]), (655_360, 1_000_000, 1_000_000));
        queue.forget(key);
        assert_eq!((queue.failures(key), queue.fail(key)), (0, BASE_DELAY));
    }

    #[test]
    fn the_earliest_time_stands() {
        let mut events = EventQueue::new();
        let (mut queue, key) = (queue(), Key(0));
        for at in [7, 9, 5, 6] {
            queue.add_at(key, SimTime(at), &mut events);
        }
        assert_eq!((events.len(), events.peek_time()), (1, Some(SimTime(5))));
        queue.drop_later(key, &mut events);
        assert!(events.is_empty());
    }

    #[test]
    fn a_key_waits_once_and_goes_out_once() {
        let mut queue = queue();
        for (rank, key) in [(1, 4), (0, 9), (1, 4), (1, 2)] {
            queue.add(rank, Key(key));
        }
        assert_eq!(queue.take(), [Key(9), Key(2), Key(4)]);
        assert!(queue.take().is_empty());
        assert_eq!((queue.set_out(Key(4)), queue.set_out(Key(4))), (Some(0), None));
        queue.begin(Key(4));
        assert_eq!(queue.set_out(Key(4)), Some(1));
    }
}
