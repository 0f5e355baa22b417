//! The event queue: a monotone radix heap, first-in first-out at equal times, with exact
//! cancellation.
//!
//! Time never goes back, so an entry is kept in the bucket of the highest bit in which its time
//! differs from the present: 64 buckets and one for the present instant. When the present bucket is
//! empty, the lowest bucket that holds anything is dealt out anew around its earliest time; every
//! entry moves down at most 64 times in its life (Ahuja, Mehlhorn, Orlin and Tarjan, Faster algorithms
//! for the shortest path problem, 1990). A bucket is dealt out in the order in which it was filled, and
//! entries of one time always share a bucket, so equal times keep their order.
//!
//! Payloads lie in a slab; a cancelled entry stays in its bucket and is dropped when it comes up.

use std::collections::VecDeque;

use super::time::SimTime;

/// Whether an event keeps a run alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventClass {
    /// Something will happen.
    Essential,
    /// A periodic or retry event: it may change nothing, for ever.
    Recurring,
}

/// An event that is due. It is told from every other event ever pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventId {
    slot: u32,
    seq: u64,
}

/// An event whose time has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Popped<E> {
    /// When.
    pub time: SimTime,
    /// How many events were pushed before it.
    pub seq: u64,
    /// Whether it kept the run alive.
    pub class: EventClass,
    /// What.
    pub event: E,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    time: u64,
    seq: u64,
    slot: u32,
}

#[derive(Clone, Debug)]
struct Payload<E> {
    seq: u64,
    class: EventClass,
    event: E,
}

const BUCKETS: usize = 64;

/// Events in the order (time, sequence number).
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    now: u64,
    next_seq: u64,
    /// Entries of the present instant.
    present: VecDeque<Entry>,
    /// Bucket `i`: entries whose time first differs from `now` in bit `i`.
    buckets: Vec<Vec<Entry>>,
    /// Bit `i` is set if bucket `i` is not empty.
    filled: u64,
    spare: Vec<Entry>,
    payloads: Vec<Option<Payload<E>>>,
    free: Vec<u32>,
    len: usize,
    essential: usize,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self {
            now: 0,
            next_seq: 0,
            present: VecDeque::new(),
            buckets: (0..BUCKETS).map(|_| Vec::new()).collect(),
            filled: 0,
            spare: Vec::new(),
            payloads: Vec::new(),
            free: Vec::new(),
            len: 0,
            essential: 0,
        }
    }
}

impl<E> EventQueue<E> {
    /// An empty queue at time 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// The present: the time of the event popped last (or advanced to since).
    pub fn now(&self) -> SimTime {
        SimTime(self.now)
    }

    /// Events that are due and not cancelled.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Essential events among them.
    pub fn len_essential(&self) -> usize {
        self.essential
    }

    /// Puts an event in. `at` is not before the present.
    pub fn push(&mut self, at: SimTime, class: EventClass, event: E) -> EventId {
        assert!(at.0 >= self.now, "an event at {at} lies before the present, {}", self.now());
        let seq = self.next_seq;
        self.next_seq += 1;
        let payload = Some(Payload { seq, class, event });
        let slot = if let Some(slot) = self.free.pop() {
            self.payloads[slot as usize] = payload;
            slot
        } else {
            self.payloads.push(payload);
            u32::try_from(self.payloads.len() - 1).expect("fewer than 2^32 events are due at once")
        };
        self.len += 1;
        self.essential += usize::from(class == EventClass::Essential);
        self.place(Entry { time: at.0, seq, slot });
        EventId { slot, seq }
    }

    fn place(&mut self, entry: Entry) {
        let differing = entry.time ^ self.now;
        if differing == 0 {
            self.present.push_back(entry);
        } else {
            let bucket = differing.ilog2() as usize;
            self.buckets[bucket].push(entry);
            self.filled |= 1 << bucket;
        }
    }

    /// Takes an event out before its time; `None` if it was popped or cancelled already.
    pub fn cancel(&mut self, id: EventId) -> Option<E> {
        let held = self.payloads.get(id.slot as usize)?.as_ref()?;
        (held.seq == id.seq).then(|| self.take(id.slot).event)
    }

    fn take(&mut self, slot: u32) -> Payload<E> {
        let payload = self.payloads[slot as usize].take().expect("the slot holds a payload");
        self.free.push(slot);
        self.len -= 1;
        self.essential -= usize::from(payload.class == EventClass::Essential);
        payload
    }

    fn is_live(&self, entry: Entry) -> bool {
        self.payloads[entry.slot as usize].as_ref().is_some_and(|held| held.seq == entry.seq)
    }

    /// The time of the next event.
    pub fn peek_time(&mut self) -> Option<SimTime> {
        if self.len == 0 {
            return None;
        }
        while let Some(&entry) = self.present.front() {
            if self.is_live(entry) {
                return Some(self.now());
            }
            self.present.pop_front();
        }
        // The earliest lies in the lowest filled bucket that has a live entry.
        let mut filled = self.filled;
        while filled != 0 {
            let bucket = filled.trailing_zeros() as usize;
            let earliest = self.buckets[bucket]
                .iter()
                .filter(|entry| self.is_live(**entry))
                .map(|entry| entry.time)
                .min();
            if let Some(time) = earliest {
                return Some(SimTime(time));
            }
            self.buckets[bucket].clear();
            self.filled &= !(1 << bucket);
            filled &= filled - 1;
        }
        unreachable!("a live event lies in some bucket")
    }

    /// Takes the next event out; the present moves to its time.
    pub fn pop(&mut self) -> Option<Popped<E>> {
        if self.len == 0 {
            return None;
        }
        loop {
            while let Some(entry) = self.present.pop_front() {
                if self.is_live(entry) {
                    let Payload { seq, class, event } = self.take(entry.slot);
                    return Some(Popped { time: SimTime(entry.time), seq, class, event });
                }
            }
            self.deal();
        }
    }

    /// Moves the present to the earliest time of the lowest filled bucket and deals that bucket out.
    fn deal(&mut self) {
        let bucket = self.filled.trailing_zeros() as usize;
        let mut entries = std::mem::replace(&mut self.buckets[bucket], std::mem::take(&mut self.spare));
        self.filled &= !(1 << bucket);
        entries.retain(|entry| {
            self.payloads[entry.slot as usize].as_ref().is_some_and(|held| held.seq == entry.seq)
        });
        if let Some(earliest) = entries.iter().map(|entry| entry.time).min() {
            self.now = earliest;
            for &entry in &entries {
                self.place(entry);
            }
        }
        entries.clear();
        self.spare = entries;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Push(u64),
        Pop,
        Cancel(usize),
        Peek,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => (0_u64..6).prop_map(Step::Push),
            2 => any::<u64>().prop_map(|delay| Step::Push(delay >> (delay % 60 + 4))),
            4 => Just(Step::Pop),
            2 => any::<usize>().prop_map(Step::Cancel),
            1 => Just(Step::Peek),
        ];
        prop::collection::vec(step, 0..200)
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_list(steps in steps()) {
            let mut queue = EventQueue::new();
            let mut model: Vec<(u64, u64)> = Vec::new();
            let mut ids = Vec::new();
            for step in steps {
                match step {
                    Step::Push(delay) => {
                        let at = queue.now().0 + delay;
                        let number = ids.len() as u64;
                        ids.push(queue.push(SimTime(at), EventClass::Essential, number));
                        model.push((at, number));
                    }
                    Step::Pop => {
                        model.sort_unstable();
                        let expected = if model.is_empty() { None } else { Some(model.remove(0)) };
                        let popped = queue.pop().map(|popped| (popped.time.0, popped.event));
                        prop_assert_eq!(popped, expected);
                    }
                    Step::Cancel(which) if !ids.is_empty() => {
                        let number = (which % ids.len()) as u64;
                        let place = model.iter().position(|entry| entry.1 == number);
                        let cancelled = queue.cancel(ids[number as usize]);
                        prop_assert_eq!(cancelled, place.map(|_| number));
                        if let Some(place) = place {
                            model.remove(place);
                        }
                    }
                    Step::Cancel(_) => {}
                    Step::Peek => {
                        let expected = model.iter().map(|entry| SimTime(entry.0)).min();
                        prop_assert_eq!(queue.peek_time(), expected);
                    }
                }
                prop_assert_eq!(queue.len(), model.len());
                prop_assert_eq!(queue.len_essential(), model.len());
            }
        }
    }

    #[test]
    fn equal_times_keep_their_order_across_buckets() {
        let mut queue = EventQueue::new();
        for number in 0..5 {
            queue.push(SimTime(1000), EventClass::Essential, number);
        }
        queue.push(SimTime(3), EventClass::Recurring, 100);
        assert_eq!(queue.len_essential(), 5);
        assert_eq!(queue.pop().map(|popped| popped.event), Some(100));
        queue.push(SimTime(1000), EventClass::Essential, 5);
        let order: Vec<i32> = std::iter::from_fn(|| queue.pop().map(|popped| popped.event)).collect();
        assert_eq!(order, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    #[should_panic(expected = "before the present")]
    fn the_past_is_closed() {
        let mut queue = EventQueue::new();
        queue.push(SimTime(10), EventClass::Essential, ());
        queue.pop();
        queue.push(SimTime(9), EventClass::Essential, ());
    }
}
