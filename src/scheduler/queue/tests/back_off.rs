//! Back-off, its polls, windows, and the flush of pods that have waited too long. All times by hand.

use super::{Bench, FIT, at, config, deleted, exact, without_hints};
use crate::kernel::{SimDuration, SimTime};
use crate::scheduler::queue::{EventLabel, Place, QueueConfig};

/// The poll that ends the back-off after each of six failures 0.25 s after the poll before.
fn polls(config: QueueConfig, rejected_by: &[&str]) -> Vec<SimTime> {
    let mut bench = Bench::new(config);
    let (pod, other) = (bench.add(0, 0, 0), bench.pod(9, |_, _| {}));
    let mut now = 0;
    let mut polls = Vec::new();
    for attempt in 1..=6 {
        let popped = bench.queue.pop(at(now)).expect("the pod is ready");
        assert_eq!((popped.attempts, popped.place), (attempt, Place::InFlight));
        assert!(popped.rejected_by.is_empty(), "a new attempt, a new answer");
        bench.fail(&pod, rejected_by, now + 250);
        // An event that helps; after an error none is needed.
        bench.observe(&deleted(&other), now + 250);
        assert_eq!(bench.place(0), Some(Place::Backoff));
        let poll = bench.queue.next_backoff_expiry().expect("the pod backs off");
        bench.queue.flush_backoff(SimTime(poll.0 - 1));
        assert_eq!(bench.place(0), Some(Place::Backoff), "1 ns before {poll}");
        bench.queue.flush_backoff(poll);
        assert_eq!(bench.place(0), Some(Place::Active));
        assert_eq!(bench.queue.next_backoff_expiry(), None);
        polls.push(poll);
        now = poll.0 / 1_000_000;
    }
    polls
}

#[test]
fn back_off_takes_1_2_4_8_10_10_seconds_and_ends_at_a_poll() {
    // Fails at 0.25, back-off 1 s, over at 1.25: poll 2. Fails at 2.25, 2 s, 4.25: poll 5. 5.25 + 4 =
    // 9.25: 10. 10.25 + 8 = 18.25: 19. 19.25 + 10 = 29.25: 30. 30.25 + 10 = 40.25: 41.
    let expected = [2, 5, 10, 19, 30, 41].map(|seconds| at(seconds * 1000));
    assert_eq!(polls(config(), FIT), expected);
    assert_eq!(polls(exact(), FIT), expected);
    assert_eq!(polls(config(), &[]), expected, "errors count alike");
    assert_eq!(polls(without_hints(), FIT), expected);
}

#[test]
fn a_back_off_ends_in_its_window_or_exactly() {
    // Fails at 0.3 s, so the back-off ends at 1.3 s; window 1 lasts until 2 s.
    let cases = [
        (config(), 1_300, Place::Backoff),
        (config(), 1_999, Place::Backoff),
        (config(), 2_000, Place::Active),
        (exact(), 1_299, Place::Backoff),
        (exact(), 1_300, Place::Backoff),
        (exact(), 1_301, Place::Active),
    ];
    for (config, event_at, expected) in cases {
        let mut bench = Bench::new(config);
        let (pod, other) = (bench.pod(0, |_, _| {}), bench.pod(9, |_, _| {}));
        bench.add_failed(&pod, FIT, 300);
        bench.observe(&deleted(&other), event_at);
        assert_eq!(bench.place(0), Some(expected), "event at {event_at} ms");
    }
}

#[test]
fn an_end_at_a_whole_second_waits_for_the_next_poll() {
    // Fails at 1 s, the back-off ends at 2 s, which the poll at 2 s does not see as past.
    for config in [config(), exact()] {
        let mut bench = Bench::new(config);
        let pod = bench.pod(0, |_, _| {});
        bench.add_failed(&pod, &[], 1_000);
        assert_eq!(bench.queue.next_backoff_expiry(), Some(at(3_000)));
        bench.queue.flush_backoff(at(2_000));
        assert_eq!(bench.place(0), Some(Place::Backoff));
    }
}

#[test]
fn without_a_longest_back_off_there_is_none() {
    let none = |config| QueueConfig { pod_max_backoff: SimDuration::ZERO, ..config };
    let mut bench = Bench::new(none(config()));
    let pod = bench.pod(0, |_, _| {});
    bench.add_failed(&pod, &[], 1_500);
    assert_eq!(bench.place(0), Some(Place::Active));
    // Without hints a failed pod goes to backoffQ all the same, for the next poll.
    let mut bench = Bench::new(none(without_hints()));
    bench.add_failed(&pod, &[], 1_500);
    assert_eq!(bench.place(0), Some(Place::Backoff));
    assert_eq!(bench.queue.next_backoff_expiry(), Some(at(2_000)));
    bench.queue.flush_backoff(at(2_000));
    assert_eq!(bench.place(0), Some(Place::Active));
}

/// Pods 0 to 3 in backoffQ: 0, 1 and 2 rejected, 3 after an error.
fn four_backing_off(config: QueueConfig) -> Bench {
    let mut bench = Bench::new(config);
    let other = bench.pod(9, |_, _| {});
    // Ends of the back-off: 0 at 1.1 s, 1 (priority 5) at 1.7 s, 2 (priority 9) at 2.2 s, 3 at 1.0 s.
    let fails = [(3, 0, 0, &[][..]), (0, 0, 100, FIT), (1, 5, 700, FIT), (2, 9, 1_200, FIT)];
    let pods = fails.map(|(id, priority, _, _)| bench.add(id, priority, 0));
    // Taken in the order of priority.
    assert_eq!([(); 4].map(|()| bench.pop(0)), [Some(2), Some(1), Some(3), Some(0)]);
    for (pod, (_, _, millis, rejected_by)) in pods.iter().zip(fails) {
        bench.fail(pod, rejected_by, millis);
        bench.observe(&deleted(&other), millis);
    }
    assert_eq!(bench.queue.counts().backoff, 4);
    bench.moves();
    bench
}

#[test]
fn an_empty_active_queue_pops_from_backoff_by_window_and_priority() {
    // Rule 76. Window 1 holds pods 0 and 1, of which 1 has the higher priority; window 2 holds pod 2.
    // The pod that had an error waits for its poll.
    let mut bench = four_backing_off(config());
    assert_eq!(bench.drain(1_200), [1, 0, 2]);
    assert_eq!(bench.place(3), Some(Place::Backoff));
    let popped = (1, Some(Place::Backoff), Place::InFlight, "PopFromBackoffQ", None);
    assert_eq!(bench.moves()[0], popped);
    bench.queue.flush_backoff(at(2_000));
    assert_eq!(bench.drain(2_000), [3]);
}

#[test]
fn activeq_comes_before_backoffq() {
    let mut bench = four_backing_off(config());
    bench.add(4, -7, 1_200);
    assert_eq!(bench.drain(1_200), [4, 1, 0, 2]);
}

#[test]
fn without_the_gate_nothing_leaves_backoffq_early() {
    let mut bench = four_backing_off(exact());
    assert_eq!(bench.pop(1_200), None);
    assert_eq!(bench.queue.next_backoff_expiry(), Some(at(2_000)));
    bench.queue.flush_backoff(at(2_000));
    // In the order of their ends, the error last.
    let moved = |pod| (pod, Some(Place::Backoff), Place::Active, "BackoffComplete", None);
    assert_eq!(bench.moves(), [moved(0), moved(1), moved(3)]);
    // In activeQ priority counts, then the end of the attempt: 0 s for pod 3, 0.1 s for pod 0.
    assert_eq!(bench.drain(2_000), [1, 3, 0]);
    assert_eq!(bench.queue.next_backoff_expiry(), Some(at(3_000)));
}

#[test]
fn pods_that_waited_five_minutes_are_tried_again_at_a_poll() {
    let mut bench = Bench::new(config());
    assert_eq!(bench.queue.next_leftover_flush(), None);
    let (first, second) = (bench.pod(0, |_, _| {}), bench.pod(1, |_, _| {}));
    bench.add_failed(&first, FIT, 10_500);
    bench.add_failed(&second, FIT, 40_000);
    // 10.5 + 300 = 310.5 s: the poll at 330 s. 40 + 300 = 340 s: 360 s.
    assert_eq!(bench.queue.next_leftover_flush(), Some(at(330_000)));
    bench.queue.flush_unschedulable_leftover(at(300_000), &bench.cluster);
    assert_eq!(bench.place(0), Some(Place::Unschedulable));
    bench.queue.flush_unschedulable_leftover(at(330_000), &bench.cluster);
    assert_eq!((bench.place(0), bench.place(1)), (Some(Place::Active), Some(Place::Unschedulable)));
    assert_eq!(bench.queued(0).moved_by, EventLabel::UNSCHEDULABLE_TIMEOUT);
    assert_eq!(bench.queue.next_leftover_flush(), Some(at(360_000)));
}

#[test]
fn the_leftover_flush_brings_back_pods_in_flight() {
    // The second pod is in flight when the first one has waited too long. Whether its plugin waits for
    // any event at all does not matter.
    for rejected_by in [FIT, &["ImageLocality"]] {
        let mut bench = Bench::new(config());
        let (first, second) = (bench.pod(0, |_, _| {}), bench.add(1, 0, 0));
        assert_eq!(bench.pop(0), Some(1));
        bench.add_failed(&first, rejected_by, 0);
        bench.queue.flush_unschedulable_leftover(at(300_000), &bench.cluster);
        assert_eq!(bench.place(0), Some(Place::Unschedulable), "300 s are not more than five minutes");
        bench.queue.flush_unschedulable_leftover(at(330_000), &bench.cluster);
        assert_eq!(bench.place(0), Some(Place::Active));
        bench.fail(&second, rejected_by, 331_000);
        assert_eq!(bench.place(1), Some(Place::Backoff));
    }
}

#[test]
fn a_long_back_off_outlasts_the_leftover_flush() {
    let minutes = SimDuration::from_secs(600);
    let mut bench =
        Bench::new(QueueConfig { pod_initial_backoff: minutes, pod_max_backoff: minutes, ..config() });
    let pod = bench.pod(0, |_, _| {});
    bench.add_failed(&pod, FIT, 100);
    bench.queue.flush_unschedulable_leftover(at(330_000), &bench.cluster);
    // 0.1 + 600 = 600.1 s: window 600, polled at 601 s.
    assert_eq!(bench.place(0), Some(Place::Backoff));
    assert_eq!(bench.queue.next_backoff_expiry(), Some(at(601_000)));
}

#[test]
fn quiescence_asks_when_the_last_attempts_began() {
    let mut bench = Bench::new(config());
    assert!(bench.queue.all_tried_since(at(99_000)), "nobody waits");
    let (first, second) = (bench.add(0, 1, 0), bench.add(1, 0, 0));
    assert_eq!((bench.pop(1_000), bench.pop(2_000)), (Some(0), Some(1)));
    assert!(bench.queue.all_tried_since(at(99_000)), "pods in flight do not wait");
    bench.fail(&first, FIT, 3_000);
    bench.fail(&second, FIT, 3_000);
    assert!(bench.queue.all_tried_since(at(1_000)));
    // The attempt at the first pod ended after 2 s, but began before.
    assert!(!bench.queue.all_tried_since(at(2_000)));
}
