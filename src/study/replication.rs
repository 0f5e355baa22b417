//! The same scenario many times, on several threads, in the order of the replications.

use std::sync::Arc;

use rayon::prelude::*;

use super::oversight::{Oversight, Stopped};
use crate::cluster::setup::ClusterSetup;
use crate::cluster::world::{self, RunEnd};
use crate::kernel::{DigestLog, Draws, Probe, Seed};
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

/// Runs one replication that nobody waits for. `details` keeps events and the course of skew.
pub fn run_once(
    setup: &Arc<ClusterSetup>,
    seed: Seed,
    replication: u32,
    details: bool,
    digests: Option<&mut DigestLog>,
) -> (RunEnd, RunRecord) {
    record(setup, (seed, replication), details, Probe { digests, ..Probe::default() })
}

/// The same, overseen.
pub fn run_overseen(
    setup: &Arc<ClusterSetup>,
    (seed, replication): (Seed, u32),
    details: bool,
    oversight: &Oversight<'_>,
) -> Result<(RunEnd, RunRecord), Stopped> {
    oversight.run((seed, replication), |probe| record(setup, (seed, replication), details, probe))
}

fn record(
    setup: &Arc<ClusterSetup>,
    (seed, replication): (Seed, u32),
    details: bool,
    probe: Probe<'_>,
) -> (RunEnd, RunRecord) {
    let mut recorder = Recorder::new(setup, details);
    let end = world::run(setup, Draws::new(seed, replication), &mut recorder, probe);
    (end, recorder.finish(end.last_change))
}

/// Runs replications 0 to `runs` − 1 of a variant on `threads` threads (0: one a core). Of their
/// rollouts those are kept that did not complete.
pub fn replicate(
    setup: &Arc<ClusterSetup>,
    seed: Seed,
    size: (u32, usize),
    oversight: &Oversight<'_>,
) -> Result<Vec<Run>, Stopped> {
    replicate_keeping(setup, seed, size, &|rollout| rollout.blocked.is_some(), oversight)
}

/// The same, keeping the rollouts that `keep` names.
///
/// Replications share nothing but the setup, and results are collected by number, so the number of
/// threads changes nothing but the time.
pub fn replicate_keeping(
    setup: &Arc<ClusterSetup>,
    seed: Seed,
    (runs, threads): (u32, usize),
    keep: &(dyn Fn(&RolloutRow) -> bool + Sync),
    oversight: &Oversight<'_>,
) -> Result<Vec<Run>, Stopped> {
    let one = |replication: u32| {
        let first = replication == 0;
        let (end, record) = run_overseen(setup, (seed, replication), first, oversight)?;
        oversight.monitor().finished();
        let rollouts = record.rollouts.iter().filter(|rollout| keep(rollout)).cloned().collect();
        Ok(Run {
            replication,
            end,
            figures: record.figures(),
            rollouts,
            aftermath: record.aftermath.clone(),
            record: first.then_some(record),
        })
    };
    if runs == 1 {
        return Ok(vec![one(0)?]);
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    pool.install(|| (0..runs).into_par_iter().map(one).collect())
}
