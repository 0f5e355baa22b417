//! The event queue: pairs of a pop and a push with many events pending.

use kubecast::kernel::{Digest, Draw, DrawUse, Draws, EventClass, EventQueue, Seed, SimTime};

use super::processor::Stopwatch;

/// What the pairs took, and a digest of the order in which events came.
pub(crate) struct Pairs {
    pub(crate) per_second: f64,
    pub(crate) digest: u64,
}

/// A delay up to about four seconds, in nanoseconds.
fn delay(draw: &mut Draw) -> u64 {
    draw.u64() >> 32
}

/// Keeps `pending` events in a queue and measures so many pairs.
pub(crate) fn pairs(pending: usize, pairs: usize) -> Pairs {
    let mut draw = Draws::new(Seed(1), 0).stream(DrawUse(1), 0);
    let mut queue = EventQueue::new();
    for number in 0..pending {
        queue.push(SimTime(delay(&mut draw)), EventClass::Essential, number as u32);
    }
    let delays: Vec<u64> = (0..pairs).map(|_| delay(&mut draw)).collect();
    let mut digest = Digest::new();
    let started = Stopwatch::start();
    let mut sum = 0_u64;
    for delay in delays {
        let next = queue.pop().expect("events are pending");
        sum = sum.wrapping_mul(31).wrapping_add(u64::from(next.event));
        queue.push(SimTime(next.time.0 + delay), EventClass::Essential, next.event);
    }
    let per_second = pairs as f64 / started.seconds();
    digest.u64(sum);
    Pairs { per_second, digest: digest.finish() }
}
