//! The event queue: a monotone radix heap, first-in first-out at equal times, with exact
//! cancellation.
//!
//! Time never goes back, so an entry is kept by the highest byte in which its time differs from the present,
//! and by what that byte is: 8 levels of 256 buckets, and a list for the present instant. When that list is
//! empty, the lowest bucket that holds anything is dealt out anew around its earliest time; every
//! entry moves down at most 8 times in its life (Ahuja, Mehlhorn, Orlin and Tarjan, Faster algorithms
//! for the shortest path problem, 1990). A bucket is dealt out in the order in which it was filled, and
//! entries of one time always share a bucket, so equal times keep their order.
//!
//! Events lie in the buckets themselves, so that a bucket is dealt out without a look elsewhere. One bit for
//! each event says whether it is due; a cancelled entry stays in its bucket and is dropped when it comes up.

mod live;

use std::collections::VecDeque;

use self::live::LiveSet;
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
    seq: u64,
    class: EventClass,
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

#[derive(Clone, Debug)]
struct Entry<E> {
    time: u64,
    seq: u64,
    class: EventClass,
    event: E,
}

const LEVELS: usize = 8;
const DIGITS: usize = 256;
const WORDS: usize = DIGITS / 64;

/// Events in the order (time, sequence number).
#[derive(Clone, Debug)]
pub struct EventQueue<E> {
    now: u64,
    next_seq: u64,
    /// Entries of the present instant.
    present: VecDeque<Entry<E>>,
    /// Bucket `256 · l + d`: entries whose time first differs from `now` in byte `l`, which is `d`.
    buckets: Vec<Vec<Entry<E>>>,
    /// One bit for each bucket: whether it holds anything.
    filled: [[u64; WORDS]; LEVELS],
    spare: Vec<Entry<E>>,
    live: LiveSet,
    /// Entries that were cancelled and are still in a bucket.
    dead: usize,
    len: usize,
    essential: usize,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self {
            now: 0,
            next_seq: 0,
            present: VecDeque::new(),
            buckets: (0..LEVELS * DIGITS).map(|_| Vec::new()).collect(),
            filled: [[0; WORDS]; LEVELS],
            spare: Vec::new(),
            live: LiveSet::default(),
            dead: 0,
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
        self.live.push(seq);
        self.len += 1;
        self.essential += usize::from(class == EventClass::Essential);
        self.place(Entry { time: at.0, seq, class, event });
        EventId { seq, class }
    }

    fn place(&mut self, entry: Entry<E>) {
        let differing = entry.time ^ self.now;
        if differing == 0 {
            self.present.push_back(entry);
        } else {
            let level = differing.ilog2() as usize / 8;
            let digit = (entry.time >> (8 * level)) as usize % DIGITS;
            self.buckets[DIGITS * level + digit].push(entry);
            self.filled[level][digit / 64] |= 1 << (digit % 64);
        }
    }

    /// Takes an event out before its time; false if it was popped or cancelled already.
    pub fn cancel(&mut self, id: EventId) -> bool {
        let was_due = self.live.remove(id.seq);
        if was_due {
            self.dead += 1;
            self.count_out(id.class);
        }
        was_due
    }

    fn count_out(&mut self, class: EventClass) {
        self.len -= 1;
        self.essential -= usize::from(class == EventClass::Essential);
    }

    fn is_live(&self, entry: &Entry<E>) -> bool {
        self.dead == 0 || self.live.contains(entry.seq)
    }

    /// The filled buckets, those with the earliest times first.
    fn filled(&self) -> impl Iterator<Item = usize> + '_ {
        let words = self.filled.iter().flatten().enumerate();
        words.flat_map(|(place, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(place * 64 + bit)
            })
        })
    }

    /// Whether the next event is due at the present instant.
    pub fn is_due(&mut self) -> bool {
        while let Some(entry) = self.present.front() {
            if self.is_live(entry) {
                return true;
            }
            self.present.pop_front();
            self.dead -= 1;
        }
        false
    }

    /// The time of the next event.
    pub fn peek_time(&mut self) -> Option<SimTime> {
        if self.len == 0 {
            return None;
        }
        if self.is_due() {
            return Some(self.now());
        }
        // The earliest lies in the first filled bucket that has a live entry.
        let earliest = self.filled().find_map(|bucket| {
            let live = self.buckets[bucket].iter().filter(|entry| self.is_live(entry));
            live.map(|entry| entry.time).min()
        });
        Some(SimTime(earliest.expect("a live event lies in some bucket")))
    }

    /// Takes the next event out; the present moves to its time.
    pub fn pop(&mut self) -> Option<Popped<E>> {
        if self.len == 0 {
            return None;
        }
        loop {
            while let Some(Entry { time, seq, class, event }) = self.present.pop_front() {
                if self.live.remove(seq) {
                    self.count_out(class);
                    return Some(Popped { time: SimTime(time), seq, class, event });
                }
                self.dead -= 1;
            }
            self.deal();
        }
    }

    /// Moves the present to the earliest time of the lowest filled bucket and deals that bucket out.
    fn deal(&mut self) {
        let bucket = self.filled().next().expect("a live event lies in some bucket");
        self.filled[bucket / DIGITS][bucket % DIGITS / 64] &= !(1 << (bucket % 64));
        let mut entries = std::mem::take(&mut self.spare);
        // The bucket keeps its memory, which fits what it usually holds.
        entries.append(&mut self.buckets[bucket]);
        if self.dead > 0 {
            let before = entries.len();
            entries.retain(|entry| self.live.contains(entry.seq));
            self.dead -= before - entries.len();
        }
        if let Some(earliest) = entries.iter().map(|entry| entry.time).min() {
            self.now = earliest;
            for entry in entries.drain(..) {
                self.place(entry);
            }
        }
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
                        prop_assert_eq!(cancelled, place.is_some());
                        if let Some(place) = place {
                            model.remove(place);
                        }
                    }
                    Step::Cancel(_) => {}
                    Step::Peek => {
                        let expected = model.iter().map(|entry| SimTime(entry.0)).min();
                        prop_assert_eq!(queue.is_due(), expected == Some(queue.now()));
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
