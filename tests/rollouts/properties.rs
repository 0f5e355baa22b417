//! What holds of every rollout: random Deployments, changes of template, size, strategy and pauses at any
//! time, with and without lag, judged from outside.
//!
//! * A step up never makes the sum of `spec.replicas` exceed `replicas + maxSurge`.
//! * A step down never takes observed availability below `replicas - maxUnavailable`; where one rollout
//!   goes on at a time and nothing trails, the pods that are really ready never fall below it either.
//! * A ReplicaSet never has more active pods than it wants, however stale the controller's cache is.
//! * A ReplicaSet stops no ready pod while it keeps one that is not.
//! * With Recreate, no pod is made beside an old one.
//! * No status is written over a change that its writer has not seen.
//! * Every rollout that can end does, and most can; with the control plane's own pace too, under which limits may be passed for
//!   as long as a write is on its way.
//! * Two runs are alike.
//!
//! Where Kubernetes itself does otherwise, a test of `exceptions.rs` shows it by the smallest case
//! worked out by hand: a status that lags behind, scaling in the middle, an edit of the strategy, a pause in
//! the middle of Recreate. The properties leave out steps that scale, and pods made while paused.
//!
//! # Faults that they catch
//!
//! Each was put in by hand, one at a time, and failed at least the property named (2026-11):
//!
//! | fault | caught by |
//! | --- | --- |
//! | `maxSurge` counted one higher; the old ReplicaSet taken for the new one | step up |
//! | one pod less must stay available; `maxUnavailable` rounded up | step down |
//! | `maxSurge` and `maxUnavailable` both resolve to 0 and stay so | ends |
//! | nobody looks when `minReadySeconds` are over; a key stays in the work queue for ever | ends |
//! | a ReplicaSet makes one pod more; it does not wait for its expectations | more pods than wanted |
//! | pods are ranked ready first | ready pod stopped |
//! | Recreate does not wait for terminating pods | beside an old one |
//! | a write on a stale version is accepted | status over an unseen change |
//!
//! Not caught here, but by the recorded vectors of `tests/conformance/rollout`: unavailable new pods left out
//! of what may be scaled down, unhealthy old pods not cleaned up, scaling not told from rolling out. A
//! Recreate that is not woken by its last pod is caught by the tests of dumps, times and operations only: its deadline wakes it.

use kubecast::cluster::world;
use kubecast::kernel::{Draws, Ended, Probe, Seed};
use rayon::prelude::*;

use super::cases::{Case, Kind, case};
use super::library::setup;
use super::referee::Referee;

/// What came of a case.
struct Outcome {
    completed: bool,
    can_complete: bool,
    resizes: u32,
    fouls: Vec<String>,
}

/// The pace of the control plane in a case.
#[derive(Clone, Copy, PartialEq)]
enum Pace {
    /// None of its own: limits are kept at every moment.
    Instant,
    /// As measured.
    Quiet,
}

fn play((kind, pace): (Kind, Pace), seed: u64) -> Outcome {
    let mut case: Case = case(kind, seed);
    if pace == Pace::Quiet {
        case.text = case.text.replace("preset: instant", "preset: quiet");
    }
    let setup = setup(&case.text);
    let mut referee = Referee::new(&case);
    let end = world::run(&setup, Draws::new(Seed(seed), 0), &mut referee, Probe::default());
    let mut fouls = std::mem::take(&mut referee.fouls);
    if pace == Pace::Quiet {
        fouls.clear();
    }
    if end.ended != Ended::Quiescent {
        fouls.push(format!("ended by {:?}", end.ended));
    }
    let completed = referee.is_complete();
    if case.can_complete && !completed {
        fouls.push("did not complete".to_owned());
    }
    if seed.is_multiple_of(7) {
        let again = world::run(&setup, Draws::new(Seed(seed), 0), &mut Referee::new(&case), Probe::default());
        if again != end {
            fouls.push("another run gave another digest".to_owned());
        }
    }
    for foul in &mut fouls {
        foul.push_str(&format!(
            " [{}lag {} ms]",
            if case.is_prompt { "no " } else { "" },
            case.lag_ns / 1_000_000
        ));
    }
    Outcome { completed, can_complete: case.can_complete, resizes: referee.resizes, fouls }
}

/// Plays the cases of a kind; of those that can complete, all must, and no foul may be seen.
fn play_all(kind: (Kind, Pace), seeds: u64) -> (u64, u32) {
    let outcomes: Vec<(u64, Outcome)> =
        (1..=seeds).into_par_iter().map(|seed| (seed, play(kind, seed))).collect();
    let mut fouls = Vec::new();
    for (seed, outcome) in &outcomes {
        fouls.extend(outcome.fouls.iter().map(|foul| format!("seed {seed}: {foul}")));
    }
    let count = fouls.len();
    fouls.truncate(12);
    assert!(fouls.is_empty(), "{count} fouls, first:\n{}", fouls.join("\n"));
    let completed = outcomes.iter().filter(|(_, outcome)| outcome.completed).count() as u64;
    assert!(outcomes.iter().all(|(_, outcome)| outcome.completed || !outcome.can_complete));
    (completed, outcomes.iter().map(|(_, outcome)| outcome.resizes).sum())
}

#[test]
fn plain_rollouts_keep_the_limits_and_end() {
    let (completed, resizes) = play_all((Kind::Plain, Pace::Instant), 200);
    assert_eq!(completed, 200);
    assert!(resizes > 2_000, "the cases have steps to judge: {resizes}");
}

#[test]
fn whatever_happens_on_the_way_limits_are_kept_and_nine_in_ten_end() {
    let (completed, resizes) = play_all((Kind::Wild, Pace::Instant), 600);
    assert!(completed >= 540, "{completed} of 600 rollouts complete");
    assert!(resizes > 6_000, "the cases have steps to judge: {resizes}");
}

#[test]
fn recreate_makes_no_pod_beside_an_old_one() {
    let (completed, _) = play_all((Kind::Recreate, Pace::Instant), 200);
    assert!(completed >= 170, "{completed} of 200 rollouts complete");
}

#[test]
fn with_a_pace_of_the_control_plane_all_that_can_end_do() {
    let (completed, resizes) = play_all((Kind::Plain, Pace::Quiet), 60);
    assert!(completed == 60 && resizes > 600, "{completed} of 60 rollouts complete in {resizes} steps");
    let (completed, _) = play_all((Kind::Wild, Pace::Quiet), 120);
    assert!(completed >= 108, "{completed} of 120 rollouts complete");
    let (completed, _) = play_all((Kind::Recreate, Pace::Quiet), 60);
    assert!(completed >= 51, "{completed} of 60 rollouts complete");
}
