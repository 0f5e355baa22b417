//! The same scenario many times, on several threads, in the order of the replications.

use std::sync::Arc;

use rayon::prelude::*;

use crate::cluster::setup::ClusterSetup;
use crate::cluster::world::{self, RunEnd};
use crate::kernel::{DigestLog, Draws, Seed, whereabouts};
use crate::measures::{Aftermath, Figure, Recorder, RolloutRow, RunRecord};

/// One run of one variant.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which replication.
    pub replication: u32,
    /// How it ended.
    pub end: RunEnd,
    /// Its figures.
    pub figures: Vec<Figure>,
    /// Its rollouts, as far as they are kept: those that did not complete, if nothing else is asked for.
    pub rollouts: Vec<RolloutRow>,
    /// What a cluster would not have left so.
    pub aftermath: Aftermath,
    /// The whole record, for replication 0.
    pub record: Option<RunRecord>,
}

/// Runs one replication. `details` keeps events and the course of skew.
pub fn run_once(
    setup: &Arc<ClusterSetup>,
    seed: Seed,
    replication: u32,
    details: bool,
    probe: Option<&mut DigestLog>,
) -> (RunEnd, RunRecord) {
    let mut recorder = Recorder::new(setup, details);
    whereabouts::begin(seed, replication);
    let end = world::run(setup, Draws::new(seed, replication), &mut recorder, probe);
    whereabouts::end();
    (end, recorder.finish(end.last_change))
}

/// Runs replications 0 to `runs` − 1 of a variant on `threads` threads (0: one a core). Of their
/// rollouts those are kept that did not complete.
pub fn replicate(
    setup: &Arc<ClusterSetup>,
    seed: Seed,
    runs: u32,
    threads: usize,
    done: &(dyn Fn() + Sync),
) -> Vec<Run> {
    replicate_keeping(setup, seed, (runs, threads), &|rollout| rollout.blocked.is_some(), done)
}

/// The same, keeping the rollouts that `keep` names.
///
/// Replications share nothing but the setup, and results are collected by number, so the number of
/// threads changes nothing but the time. `done` is called after each, from any thread.
pub fn replicate_keeping(
    setup: &Arc<ClusterSetup>,
    seed: Seed,
    (runs, threads): (u32, usize),
    keep: &(dyn Fn(&RolloutRow) -> bool + Sync),
    done: &(dyn Fn() + Sync),
) -> Vec<Run> {
    let one = |replication: u32| {
        let first = replication == 0;
        let (end, record) = run_once(setup, seed, replication, first, None);
        done();
        let rollouts = record.rollouts.iter().filter(|rollout| keep(rollout)).cloned().collect();
        Run {
            replication,
            end,
            figures: record.figures(),
            rollouts,
            aftermath: record.aftermath.clone(),
            record: first.then_some(record),
        }
    };
    if runs == 1 {
        return vec![one(0)];
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    pool.install(|| (0..runs).into_par_iter().map(one).collect())
}
