//! Which events a recorder writes, and how (client-go's `EventCorrelator`, `events_cache.go` of v1.36).
//!
//! Of events about one object with one reason, the first 9 different messages are written one by one; what
//! follows within 10 minutes of the last is one event that is counted up. Of all events about one object, 25 pass,
//! then one every 5 minutes.
//!
//! DIFFERENCE: the caches of client-go keep 4,096 entries each; here nothing is forgotten.

use std::collections::BTreeSet;

use super::TokenBucket;
use crate::cluster::control_plane::ClientLimits;
use crate::cluster::request::WrittenEvent;
use crate::cluster::store::ObjectId;
use crate::kernel::{LookupMap, SimDuration, SimTime};

/// Different messages from which on events are combined.
const MAX_EVENTS: usize = 10;
/// How long after the last of them like events are still combined.
const WINDOW: SimDuration = SimDuration::from_secs(600);
/// Events about one object: so many at once, then one in 5 minutes.
const PER_OBJECT: ClientLimits = ClientLimits { qps: 1.0 / 300.0, burst: 25 };

/// Like events: about one object, for one reason.
type Likes = (ObjectId, &'static str);

struct Aggregate {
    messages: BTreeSet<u64>,
    last: SimTime,
}

/// What a recorder keeps of the events before.
#[derive(Default)]
pub struct Correlator {
    aggregates: LookupMap<Likes, Aggregate>,
    counts: LookupMap<(Likes, Option<u64>), u32>,
    passing: LookupMap<ObjectId, TokenBucket>,
}

impl Correlator {
    /// How an event is written; `None`: it is dropped.
    pub fn correlate(&mut self, likes: Likes, message: u64, now: SimTime) -> Option<WrittenEvent> {
        let fresh = || Aggregate { messages: BTreeSet::new(), last: now };
        let aggregate = self.aggregates.get_or_insert_with(likes, fresh);
        if now.since(aggregate.last) > WINDOW {
            aggregate.messages.clear();
        }
        aggregate.messages.insert(message);
        aggregate.last = now;
        let combined = aggregate.messages.len() >= MAX_EVENTS;
        if combined {
            // Which one is forgotten is left to the order of a map; any will do as long as none comes twice.
            aggregate.messages.pop_first();
        }
        let count = self.counts.get_or_insert_with((likes, (!combined).then_some(message)), || 0);
        *count += 1;
        let count = *count;
        let bucket = self.passing.get_or_insert_with(likes.0, || TokenBucket::new(PER_OBJECT));
        bucket.try_take(now).then_some(WrittenEvent { reason: likes.1, count, combined })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ReplicaSetId;

    const CREATED: &str = "SuccessfulCreate";

    fn written(count: u32, messages: std::ops::Range<u64>) -> Vec<Option<(u32, bool)>> {
        let mut correlator = Correlator::default();
        let likes = (ObjectId::ReplicaSet(ReplicaSetId(count)), CREATED);
        let one = |message| correlator.correlate(likes, message, SimTime(0));
        messages.map(one).map(|event| event.map(|event| (event.count, event.combined))).collect()
    }

    #[test]
    fn a_replica_set_of_many_pods_tells_of_25() {
        // Nine of their own, a tenth that stands for the rest, 15 times counted up; then silence.
        let all = written(0, 0..40);
        assert!(all[..9].iter().all(|event| *event == Some((1, false))));
        let combined: Vec<_> = (1..=16).map(|count| Some((count, true))).collect();
        assert_eq!(all[9..25], combined);
        assert!(all[25..].iter().all(Option::is_none));
    }

    #[test]
    fn the_same_message_is_counted_up() {
        let mut correlator = Correlator::default();
        let likes = (ObjectId::ReplicaSet(ReplicaSetId(1)), CREATED);
        let mut count = || correlator.correlate(likes, 7, SimTime(0)).map(|event| event.count);
        assert_eq!((count(), count()), (Some(1), Some(2)));
    }

    #[test]
    fn after_ten_minutes_messages_stand_alone_again() {
        let mut correlator = Correlator::default();
        let likes = (ObjectId::ReplicaSet(ReplicaSetId(1)), CREATED);
        for message in 0..12 {
            correlator.correlate(likes, message, SimTime(0));
        }
        let later = SimTime(601 * 1_000_000_000);
        let event = correlator.correlate(likes, 99, later);
        assert_eq!(event, Some(WrittenEvent { reason: CREATED, count: 1, combined: false }));
    }
}
