//! A whole run as its records.

use std::sync::Arc;

use kubecast::cluster::record::Record;
use kubecast::cluster::setup::ClusterSetup;
use kubecast::cluster::world::{self, RunEnd};
use kubecast::kernel::{Draws, Probe, Seed, SimTime, VecTrace};

/// Everything that happened in a run, with its times.
pub(crate) fn trace(setup: &Arc<ClusterSetup>, seed: u64) -> (Vec<(SimTime, Record)>, RunEnd) {
    let mut records = VecTrace::<Record>::default();
    let end = world::run(setup, Draws::new(Seed(seed), 0), &mut records, Probe::default());
    (records.0, end)
}
