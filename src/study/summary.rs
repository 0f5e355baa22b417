//! The runs of each variant, summarised figure by figure.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ends::Ends;
use super::oversight::{Oversight, Stopped};
use super::replication::{Run, run_overseen};
use super::statistics::{Proportion, Summary, by_frequency};
use crate::cluster::setup::ClusterSetup;
use crate::kernel::Seed;
use crate::measures::{FigureKey, RunRecord};

/// A variant's runs and what they say.
#[derive(Clone, Debug)]
pub struct VariantResult {
    /// The variant's name; `None` in a scenario without variants.
    pub name: Option<String>,
    /// The runs, by replication.
    pub runs: Vec<Run>,
    /// Every figure over the runs, in the order of the figures.
    pub summaries: Vec<(FigureKey, Summary)>,
}

impl VariantResult {
    /// Summarises runs.
    pub fn new(name: Option<String>, runs: Vec<Run>) -> Self {
        let mut order: Vec<FigureKey> = Vec::new();
        let mut values: BTreeMap<FigureKey, Vec<f64>> = BTreeMap::new();
        for figure in runs.iter().flat_map(|run| &run.figures) {
            let of_key = values.entry(figure.key.clone()).or_insert_with(|| {
                order.push(figure.key.clone());
                Vec::new()
            });
            of_key.push(figure.value);
        }
        let summaries = order
            .into_iter()
            .filter_map(|key| Summary::of(&values[&key]).map(|summary| (key, summary)))
            .collect();
        Self { name, runs, summaries }
    }

    /// What is kept of the replication that is looked at: the first one, if no other was chosen.
    pub fn first_record(&self) -> Option<&RunRecord> {
        self.runs.iter().find_map(|run| run.record.as_ref())
    }

    /// Looks at another of the replications, which is run once more for its details.
    pub fn look_at(
        &mut self,
        number: u32,
        (setup, seed): (&Arc<ClusterSetup>, Seed),
        oversight: &Oversight<'_>,
    ) -> Result<(), Stopped> {
        let index = number as usize;
        if self.runs[index].record.is_none() {
            for run in &mut self.runs {
                run.record = None;
            }
            self.runs[index].record = Some(run_overseen(setup, (seed, number), true, oversight)?.1);
        }
        Ok(())
    }

    /// How the runs ended.
    pub fn ends(&self) -> Ends {
        Ends::of(self.runs.iter().map(|run| (run.replication, &run.end)))
    }

    /// The summary of one figure.
    pub fn summary(&self, key: &FigureKey) -> Option<&Summary> {
        self.summaries.iter().find(|(other, _)| other == key).map(|(_, summary)| summary)
    }

    /// In how many runs a figure was above a bound, out of those in which it was there.
    pub fn share_above(&self, key: &FigureKey, bound: f64) -> Proportion {
        let values = self.values(key);
        let above = values.iter().filter(|value| **value > bound).count();
        Proportion::wilson(above as u64, values.len() as u64)
    }

    /// A figure in each run in which it was there, by replication.
    pub fn values(&self, key: &FigureKey) -> Vec<f64> {
        let value =
            |run: &Run| run.figures.iter().find(|figure| figure.key == *key).map(|figure| figure.value);
        self.runs.iter().filter_map(value).collect()
    }

    /// Why a rollout did not complete, with the number of runs: the most frequent reasons first, equally
    /// frequent ones by their words.
    pub fn blocked_reasons(&self, workload: &str, rollout: u32) -> Vec<(Arc<str>, u64)> {
        let rows = self.runs.iter().flat_map(|run| &run.rollouts);
        let of_it = rows.filter(|row| *row.workload == *workload && row.number == rollout);
        by_frequency(of_it.filter_map(|row| row.blocked.clone()))
    }
}
