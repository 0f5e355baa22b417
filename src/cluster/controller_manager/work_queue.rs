//! A controller's work queue (client-go v1.34, `util/workqueue`).
//!
//! A key that waits is not put in a second time: what happens until its sync begins, that sync sees. For
//! later syncs a queue keeps one time a key, the earliest it was asked for; an earlier look takes the
//! place of a later one, which is then gone.
//!
//! Under a control plane with a pace of its own, keys come out in the order in which they were put in
//! ([`super::arrivals`]), and all that are tried again share a limit (10 a second after 100). Without, keys that
//! wait at one instant come out by rank and number, and only the back-off of each key is kept.

use std::collections::BTreeSet;

use super::arrivals::Arrivals;
use super::key::{ControllerId, Key};
use crate::cluster::api_server::requests::TokenBucket;
use crate::cluster::control_plane::ClientLimits;
use crate::cluster::event::Event;
use crate::kernel::{EventClass, EventId, EventQueue, SimDuration, SimTime};

/// The first wait after a failure.
const BASE_DELAY: SimDuration = SimDuration::from_millis(5);
/// The longest.
const MAX_DELAY: SimDuration = SimDuration::from_secs(1000);

/// What all keys that are tried again share (`DefaultTypedControllerRateLimiter`).
const RETRIES: ClientLimits = ClientLimits { qps: 10.0, burst: 100 };

/// The keys that wait, and what the queue keeps of each key.
#[derive(Debug)]
pub struct WorkQueue {
    controller: ControllerId,
    waiting: Waiting,
    keys: Vec<KeyState>,
}

/// The keys that wait.
#[derive(Debug)]
enum Waiting {
    /// All are taken at once, by rank and number.
    ByRank(BTreeSet<(u32, Key)>),
    /// Workers take them one by one as they came. The bucket holds back those that are tried again.
    AsTheyCame(Arrivals, TokenBucket),
}

/// What the queue keeps of a key.
#[derive(Debug, Default)]
struct KeyState {
    /// Its sync is under way: the key was taken out and the sync has not begun.
    under_way: bool,
    /// Syncs that took a while so far.
    delayed: u64,
    later: Option<Later>,
    failures: u32,
}

/// A time at which a key is put in.
#[derive(Clone, Copy, Debug)]
struct Later {
    at: SimTime,
    event: EventId,
    /// A failed sync is tried again, not a look at something that may have changed with time.
    is_retry: bool,
}

impl WorkQueue {
    /// An empty queue, of a controller that is `paced` or acts at once.
    pub(super) fn new(controller: ControllerId, paced: bool) -> Self {
        let waiting = if paced {
            Waiting::AsTheyCame(Arrivals::default(), TokenBucket::new(RETRIES))
        } else {
            Waiting::ByRank(BTreeSet::new())
        };
        Self { controller, waiting, keys: Vec::new() }
    }

    /// Puts a key in (`Add`). Of the keys that are taken at one instant, those of a lower rank come out first.
    pub fn add(&mut self, rank: u32, key: Key) {
        match &mut self.waiting {
            Waiting::ByRank(waiting) => {
                waiting.insert((rank, key));
            }
            Waiting::AsTheyCame(arrivals, _) => arrivals.add(key),
        }
    }

    /// Takes a key out that need not be looked at any more.
    pub fn drop_key(&mut self, rank: u32, key: Key) {
        if let Waiting::ByRank(waiting) = &mut self.waiting {
            waiting.remove(&(rank, key));
        }
    }

    /// Asks for another look at a time (`AddAfter`): an earlier time that was asked for before stands.
    pub fn add_at(&mut self, key: Key, at: SimTime, events: &mut EventQueue<Event>) {
        self.put_in_at(key, (at, false), events);
    }

    /// A failed sync is tried again after its back-off (`AddRateLimited`).
    pub fn retry(&mut self, key: Key, now: SimTime, events: &mut EventQueue<Event>) {
        let back_off = now.plus(self.fail(key));
        let at = match &mut self.waiting {
            Waiting::ByRank(_) => back_off,
            Waiting::AsTheyCame(_, retries) => back_off.max(retries.reserve(now)),
        };
        self.put_in_at(key, (at, true), events);
    }

    fn put_in_at(&mut self, key: Key, (at, is_retry): (SimTime, bool), events: &mut EventQueue<Event>) {
        let again = Event::Recheck(self.controller, key);
        let state = self.state(key);
        if let Some(later) = state.later {
            if later.at <= at {
                return;
            }
            events.cancel(later.event);
        }
        state.later = Some(Later { at, event: events.push(at, EventClass::Essential, again), is_retry });
    }

    /// Forgets the look that was asked for; a failed sync is tried again all the same if the queue is one of
    /// workers.
    pub fn drop_later(&mut self, key: Key, events: &mut EventQueue<Event>) {
        let keeps_retries = matches!(self.waiting, Waiting::AsTheyCame(..));
        let later = &mut self.state(key).later;
        if let Some(dropped) = later.take_if(|later| !(keeps_retries && later.is_retry)) {
            events.cancel(dropped.event);
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

    /// All keys that wait, by rank and number; none waits afterwards. None of a queue of workers.
    pub(super) fn take(&mut self) -> Vec<Key> {
        match &mut self.waiting {
            Waiting::ByRank(waiting) => std::mem::take(waiting).into_iter().map(|(_, key)| key).collect(),
            Waiting::AsTheyCame(..) => Vec::new(),
        }
    }

    /// The next key for one of so many workers, if one is free. None of a queue without workers.
    pub(super) fn next_for(&mut self, workers: usize) -> Option<Key> {
        match &mut self.waiting {
            Waiting::ByRank(_) => None,
            Waiting::AsTheyCame(arrivals, _) => arrivals.get(workers),
        }
    }

    /// A worker is done with a key.
    pub(super) fn done(&mut self, key: Key) {
        if let Waiting::AsTheyCame(arrivals, _) = &mut self.waiting {
            arrivals.done(key);
        }
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
        WorkQueue::new(ControllerId(0), false)
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
