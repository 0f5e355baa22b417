//! Whether one choice meets the targets: looks at 32, 64, 128, … runs, until each target is decided.
//!
//! The error that a choice may have is split evenly over the looks (Bonferroni), so that a bound holds whenever it
//! is looked at. A share of runs is bounded exactly (Clopper and Pearson 1934), a mean by Student's t. All targets
//! together are met if each is shown to be (R. L. Berger, Technometrics 24, 1982: nothing is split over targets).
//! What is not decided after the last look does not count as met.

use std::sync::Arc;

use rayon::prelude::*;

use crate::cluster::setup::ClusterSetup;
use crate::cluster::world::RunEnd;
use crate::kernel::Seed;
use crate::measures::RunRecord;
use crate::scenario::planning::{Bound, Goal, Target};
use crate::study::ends::Ends;
use crate::study::oversight::{Oversight, Stopped};
use crate::study::replication::run_overseen;
use crate::study::statistics::by_frequency;
use crate::study::statistics::distributions::student_quantile;
use crate::study::statistics::mean::Moments;
use crate::study::statistics::proportion::{lower_bound, upper_bound};

/// Runs of the first look.
const FIRST_LOOK: u32 = 32;

/// The verdict on a target or a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Shown not to hold.
    Fails,
    /// Neither is shown.
    Undecided,
    /// Shown to hold.
    Holds,
}

/// What is known of a target.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetEvidence {
    /// The verdict.
    pub verdict: Verdict,
    /// The share of runs that break it, or the mean.
    pub estimate: f64,
    /// The bound that counts: of the share from above (where it fails from below), of the mean on its side.
    pub bound: f64,
    /// Runs that break it, where runs are counted.
    pub broken: Option<u64>,
}

/// What is known of a choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The number of a value for each variable.
    pub choice: Vec<usize>,
    /// After so many runs.
    pub runs: u32,
    /// The verdict on all targets together.
    pub verdict: Verdict,
    /// Each target.
    pub targets: Vec<TargetEvidence>,
    /// How its runs ended. Where any was cut off, the choice is not decided.
    pub ends: Ends,
    /// What stands in the way, in the words of the scheduler or the controller, of the first run that breaks a
    /// target.
    pub binding: Option<String>,
}

/// The looks, in runs.
pub fn looks(max_runs: u32) -> Vec<u32> {
    let mut looks = Vec::new();
    let mut runs = FIRST_LOOK;
    while runs < max_runs {
        looks.push(runs);
        runs = runs.saturating_mul(2);
    }
    looks.push(max_runs);
    looks
}

/// Judges a choice. `error` is the chance that a verdict may be wrong.
pub fn evaluate(
    setup: &Arc<ClusterSetup>,
    targets: &[Target],
    (seed, error): (Seed, f64),
    (max_runs, threads): (u32, usize),
    choice: &[usize],
    oversight: &Oversight<'_>,
) -> Result<Evidence, Stopped> {
    let looks = looks(max_runs);
    let each = error / looks.len() as f64;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    let one = |replication: u32| -> Result<(RunEnd, Vec<Option<f64>>), Stopped> {
        let (end, record) = run_overseen(setup, (seed, replication), false, oversight)?;
        oversight.monitor().finished();
        Ok((end, targets.iter().map(|target| target.figure.value_in(&record)).collect()))
    };
    let mut ends = Ends::default();
    let mut values: Vec<Vec<Option<f64>>> = Vec::new();
    let mut evidence = Vec::new();
    let mut verdict = Verdict::Undecided;
    for runs in looks {
        let first = values.len() as u32;
        oversight.monitor().expect(u64::from(runs - first));
        let more: Result<Vec<_>, Stopped> = pool.install(|| (first..runs).into_par_iter().map(one).collect());
        for (replication, (end, figures)) in (first..).zip(more?) {
            ends.add(replication, &end);
            values.push(figures);
        }
        evidence = (0..targets.len())
            .map(|index| {
                judge(targets[index].goal, &values.iter().map(|run| run[index]).collect::<Vec<_>>(), each)
            })
            .collect();
        verdict = evidence.iter().map(|target| target.verdict).min().unwrap_or(Verdict::Holds);
        if ends.is_cut_off() {
            // Figures of runs that did not end show nothing.
            verdict = Verdict::Undecided;
            break;
        }
        if verdict != Verdict::Undecided {
            break;
        }
    }
    let broken =
        values.iter().position(|run| targets.iter().zip(run).any(|(target, value)| breaks(target, *value)));
    let binding = match broken {
        Some(run) => binding(&run_overseen(setup, (seed, run as u32), false, oversight)?.1),
        None => None,
    };
    let runs = values.len() as u32;
    let binding = binding.filter(|_| verdict != Verdict::Holds);
    Ok(Evidence { choice: choice.to_vec(), runs, verdict, targets: evidence, ends, binding })
}

fn keeps(bound: Bound, value: Option<f64>) -> bool {
    value.is_some_and(|value| bound.holds(value))
}

fn breaks(target: &Target, value: Option<f64>) -> bool {
    let (Goal::Rarely { keeps: bound, .. } | Goal::Always { keeps: bound, .. } | Goal::Mean(bound)) =
        target.goal;
    !keeps(bound, value)
}

/// What the runs so far say of a target, each side wrong with a probability of at most `error`.
fn judge(goal: Goal, values: &[Option<f64>], error: f64) -> TargetEvidence {
    let runs = values.len() as u64;
    let (bound, below, always) = match goal {
        Goal::Mean(bound) => return judge_mean(bound, values, error),
        Goal::Rarely { keeps, below } => (keeps, below, false),
        Goal::Always { keeps, below } => (keeps, below, true),
    };
    let broken = values.iter().filter(|value| !keeps(bound, **value)).count() as u64;
    let (low, high) = (lower_bound(broken, runs, error), upper_bound(broken, runs, error));
    let verdict = if (always && broken > 0) || low >= below {
        Verdict::Fails
    } else if high < below {
        Verdict::Holds
    } else {
        Verdict::Undecided
    };
    let bound = if verdict == Verdict::Fails { low } else { high };
    TargetEvidence { verdict, estimate: broken as f64 / runs as f64, bound, broken: Some(broken) }
}

fn judge_mean(bound: Bound, values: &[Option<f64>], error: f64) -> TargetEvidence {
    let there: Vec<f64> = values.iter().flatten().copied().collect();
    let moments = Moments::of(&there);
    let missing = there.len() < values.len();
    let undecided =
        |verdict| TargetEvidence { verdict, estimate: moments.mean, bound: moments.mean, broken: None };
    if missing {
        return undecided(Verdict::Fails);
    }
    if moments.runs < 2 {
        return undecided(Verdict::Undecided);
    }
    let t = student_quantile(1.0 - error, (moments.runs - 1) as f64);
    let half = t * (moments.variance / moments.runs as f64).sqrt();
    let (low, high) = (moments.mean - half, moments.mean + half);
    // The worst and the best that the mean may be.
    let (worst, best) = if bound.is_upper() { (high, low) } else { (low, high) };
    let verdict = if bound.holds(worst) {
        Verdict::Holds
    } else if bound.holds(best) {
        Verdict::Undecided
    } else {
        Verdict::Fails
    };
    let bound = if verdict == Verdict::Fails { best } else { worst };
    TargetEvidence { verdict, estimate: moments.mean, bound, broken: None }
}

/// Why a run is as it is: what pods that wait for a node are told most often, or why a rollout is blocked.
fn binding(record: &RunRecord) -> Option<String> {
    let waiting = record.pods.iter().filter(|row| row.is_pending_placement());
    let messages = by_frequency(waiting.filter_map(|row| row.message.clone()));
    if let Some((message, count)) = messages.first() {
        let pods = if *count == 1 { "1 pod waits".to_owned() } else { format!("{count} pods wait") };
        return Some(format!("{pods} for a node: {message}"));
    }
    let blocked = record.rollouts.iter().find_map(|rollout| {
        rollout.blocked.as_ref().map(|reason| format!("{} is not complete: {reason}", rollout.workload))
    });
    let refused = || {
        let (reason, count) = record.admissions.refused.iter().max_by_key(|(_, count)| **count)?;
        Some(format!("kubelets refuse {count} pods: {reason}"))
    };
    blocked.or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::planning::target::Operator;

    const NONE: Bound = Bound { operator: Operator::AtMost, value: 0.0 };

    fn runs(broken: usize, all: usize) -> Vec<Option<f64>> {
        (0..all).map(|run| Some(f64::from(u8::from(run < broken)))).collect()
    }

    #[test]
    fn a_share_is_decided_by_exact_bounds() {
        let goal = Goal::Rarely { keeps: NONE, below: 0.05 };
        // None of n: 1 − 0.01^(1/n) is below 0.05 from n = 90 on: 0.95^90 = 0.00989, 0.95^89 = 0.01041.
        assert_eq!(judge(goal, &runs(0, 89), 0.01).verdict, Verdict::Undecided);
        assert_eq!(judge(goal, &runs(0, 90), 0.01).verdict, Verdict::Holds);
        // 3 of 3: the lower bound is 0.01^(1/3) = 0.215.
        let found = judge(goal, &runs(3, 3), 0.01);
        assert_eq!(found.verdict, Verdict::Fails);
        assert!((found.bound - 0.215_443).abs() < 1e-5, "{found:?}");
    }

    #[test]
    fn always_allows_no_run_and_a_missing_figure_breaks_it() {
        let goal = Goal::Always { keeps: NONE, below: 0.05 };
        assert_eq!(judge(goal, &runs(1, 1000), 0.01).verdict, Verdict::Fails);
        assert_eq!(judge(goal, &runs(0, 90), 0.01).verdict, Verdict::Holds);
        let mut missing = runs(0, 90);
        missing[3] = None;
        assert_eq!(judge(goal, &missing, 0.01).verdict, Verdict::Fails);
    }

    #[test]
    fn a_mean_is_decided_by_t() {
        let bound = Bound { operator: Operator::AtMost, value: 0.5 };
        // Half of the runs are 1: the mean is the bound, which no number of runs decides.
        let even: Vec<Option<f64>> = (0..100).map(|run| Some(f64::from(run % 2))).collect();
        assert_eq!(judge_mean(bound, &even, 0.01).verdict, Verdict::Undecided);
        assert_eq!(judge_mean(bound, &runs(20, 100), 0.01).verdict, Verdict::Holds);
        assert_eq!(judge_mean(bound, &runs(80, 100), 0.01).verdict, Verdict::Fails);
    }

    #[test]
    fn looks_double_up_to_the_most() {
        assert_eq!(looks(20), [20]);
        assert_eq!(looks(32), [32]);
        assert_eq!(looks(200), [32, 64, 128, 200]);
    }

    /// The chance to say that a share of exactly 5 % is below 5 %, over all looks: by going through the numbers of
    /// broken runs that are not decided yet, look by look.
    #[test]
    fn a_choice_at_the_bound_is_hardly_ever_passed() {
        let (goal, share, error) = (Goal::Rarely { keeps: NONE, below: 0.05 }, 0.05_f64, 0.05_f64);
        let looks = looks(1024);
        let each = error / looks.len() as f64;
        let mut open = vec![1.0_f64];
        let (mut passed, mut failed, mut before) = (0.0, 0.0, 0);
        for look in looks {
            for _ in before..look {
                // One more run: it breaks the target or not.
                let mut next = vec![0.0; open.len() + 1];
                for (count, chance) in open.iter().enumerate() {
                    next[count] += chance * (1.0 - share);
                    next[count + 1] += chance * share;
                }
                open = next;
            }
            before = look;
            for (count, chance) in open.iter_mut().enumerate() {
                if *chance > 0.0 {
                    match judge(goal, &runs(count, look as usize), each).verdict {
                        Verdict::Holds => passed += std::mem::take(chance),
                        Verdict::Fails => failed += std::mem::take(chance),
                        Verdict::Undecided => {}
                    }
                }
            }
        }
        assert!(passed > 0.005 && passed < error, "passed {passed}");
        assert!(failed > 0.005 && failed < error, "failed {failed}");
    }
}
