//! How many copies of pods fit, and what stops the next: what cluster-capacity does, on the simulated cluster.
//!
//! A run with a number of rounds tells where the first copy has no place; everything before it counts. The
//! number of rounds doubles until one has no place, or the limit is reached. Copies of different priority would
//! leave the queue in another order than that in which they are created. DIFFERENCE: cluster-capacity creates
//! each copy when the one before is bound; here all are there at once and bound in the same order.

use std::collections::BTreeMap;

use super::ends::Ends;
use super::oversight::{Oversight, Stopped};
use super::replication::run_overseen;
use crate::cluster::setup::ClusterSetup;
use crate::measures::{PodRow, RunRecord};
use crate::scenario::InputError;
use crate::scenario::capacity::CapacityRun;

/// Rounds of the first run.
const FIRST_ROUNDS: u32 = 32;
/// No search makes more rounds.
const MOST_ROUNDS: u32 = 1_000_000;

/// What fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Copies of each template that have a place.
    pub placed: Vec<u64>,
    /// Rounds of which every copy has a place.
    pub rounds: u64,
    /// Nodes with copies, by name, and how many of each template.
    pub nodes: Vec<(String, Vec<u64>)>,
    /// What stops the next.
    pub stop: Stop,
    /// How the run ended.
    pub ends: Ends,
}

/// Why there are no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The scheduler has no node for a copy of this template; its message.
    Unschedulable(usize, String),
    /// A kubelet refuses a copy of this template; why, on which node.
    Refused(usize, String),
    /// The limit is reached.
    Limit,
    /// The run was cut off before the next copy was tried.
    CutOff,
}

/// Why it is not known what fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfound {
    /// The input with so many copies is wrong.
    Wrong(Vec<InputError>),
    /// The monitor ended the search.
    Stopped,
}

impl From<Vec<InputError>> for Unfound {
    fn from(faults: Vec<InputError>) -> Self {
        Self::Wrong(faults)
    }
}

impl From<Stopped> for Unfound {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Finds what fits, with so many copies of each template in a round. `load` makes the run of a number of
/// rounds.
pub fn search(
    per_round: &[u32],
    most: Option<u32>,
    load: &dyn Fn(u32) -> Result<CapacityRun, Vec<InputError>>,
    oversight: &Oversight<'_>,
) -> Result<(Capacity, CapacityRun), Unfound> {
    let most = most.unwrap_or(MOST_ROUNDS);
    let mut rounds = FIRST_ROUNDS.min(most);
    loop {
        let run = load(rounds)?;
        let (end, record) = run_overseen(&run.setup, (run.seed, 0), false, oversight)?;
        let found = capacity(&run, (Ends::of([(0, &end)]), &record), per_round);
        if found.stop != Stop::Limit || rounds == most {
            return Ok((found, run));
        }
        rounds = rounds.saturating_mul(2).min(most);
    }
}

/// What a run says.
fn capacity(run: &CapacityRun, (ends, record): (Ends, &RunRecord), per_round: &[u32]) -> Capacity {
    let templates = per_round.len();
    let setup = &run.setup;
    let mut rows: BTreeMap<(&str, &str), &PodRow> = BTreeMap::new();
    for row in record.pods.iter() {
        rows.insert((record.names.resolve(row.pod.spec.namespace), &row.pod.name), row);
    }
    let mut placed = vec![0_u64; templates];
    let mut nodes: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut stop = Stop::Limit;
    for (namespace, name, template) in &run.copies {
        let row = rows.get(&(namespace.as_str(), name.as_str()));
        match row.and_then(|row| home(row, record)) {
            Some(node) if row.is_some_and(|row| !row.pod.is_finished()) => {
                placed[*template] += 1;
                nodes.entry(node).or_insert_with(|| vec![0; templates])[*template] += 1;
            }
            Some(node) => {
                stop =
                    Stop::Refused(*template, format!("the kubelet of {node} refuses it{}", reasons(record)));
                break;
            }
            None if ends.is_cut_off() => {
                stop = Stop::CutOff;
                break;
            }
            None => {
                let message = row.and_then(|row| row.message.as_deref());
                let message = message.unwrap_or_else(|| untried(setup));
                stop = Stop::Unschedulable(*template, message.to_owned());
                break;
            }
        }
    }
    let whole = placed.iter().zip(per_round).map(|(placed, each)| placed / u64::from(*each));
    Capacity { rounds: whole.min().unwrap_or(0), placed, nodes: nodes.into_iter().collect(), stop, ends }
}

fn home(row: &PodRow, record: &RunRecord) -> Option<String> {
    let node = row.pod.node?;
    record.node_names.get(node.index()).map(ToString::to_string)
}

fn reasons(record: &RunRecord) -> String {
    let reasons: Vec<&str> = record.admissions.refused.keys().map(|reason| &**reason).collect();
    if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) }
}

fn untried(setup: &ClusterSetup) -> &'static str {
    if setup.limits.horizon.is_some() {
        "the horizon was reached before the scheduler tried it"
    } else {
        "no scheduler tried it: no profile has its schedulerName, or scheduling gates hold it back"
    }
}
