//! What many runs of one rollout say: how likely each final spread is, how long it takes, whether it can
//! block and why.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::replication::Run;
use super::statistics::{Proportion, Summary, by_frequency, median_interval};
use crate::measures::rollout_row::OWN_SPREAD;
use crate::measures::{ConstraintOutcome, Counted, RolloutRow, ShareLeft};

/// So many replications of an outcome are named.
pub const MOST_REPLICATIONS: usize = 3;

/// A rollout over all runs of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutOutcome {
    /// In how many runs.
    pub runs: u64,
    /// In how many it did not complete.
    pub blocked: Proportion,
    /// Why not, the most frequent reasons first.
    pub reasons: Vec<(Arc<str>, Proportion)>,
    /// Seconds from the change of the template until it was complete; `None` if it never was.
    pub seconds: Option<Summary>,
    /// The 95 % interval of the median of these; `None` for fewer than six.
    pub median_interval: Option<(f64, f64)>,
    /// The most pods above `spec.replicas`.
    pub surge: Summary,
    /// The most ready pods missing to `spec.replicas`.
    pub unavailable: Summary,
    /// The longest time in seconds that a new pod had no node.
    pub pending_longest: Summary,
    /// The time in seconds that all new pods together had no node.
    pub pending_total: Summary,
    /// Each constraint of the template.
    pub constraints: Vec<ConstraintSpread>,
}

/// A constraint over all runs of one arm.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstraintSpread {
    /// `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`, or that with `|own spread`.
    pub name: Arc<str>,
    /// Whose pods are counted.
    pub counted: Counted,
    /// Allowed skew.
    pub max_skew: i32,
    /// In how many runs more was left.
    pub above: Proportion,
    /// Every final spread that came out, the most frequent first.
    pub finals: Vec<FinalSpread>,
    /// How often a domain ended with a number of pods, by domain and number; none where there are more
    /// domains than are named.
    pub domains: Vec<DomainShare>,
    /// What the loss of any one domain would leave of the ready pods, at the worst settled instant.
    pub ready_left_min: Option<Summary>,
    /// The same at the end.
    pub ready_left: Option<Summary>,
}

/// A final spread: the newest pods per domain, most first.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalSpread {
    /// Pods per domain, most first.
    pub counts: Vec<u32>,
    /// Most minus least.
    pub skew: u32,
    /// In how many runs it came out.
    pub share: Proportion,
    /// In how many of these the rollout was complete.
    pub complete: u64,
    /// The first replications of which it is what came out.
    pub replications: Vec<u32>,
}

/// How often a domain ended with a number of pods.
#[derive(Clone, Debug, PartialEq)]
pub struct DomainShare {
    /// The domain.
    pub domain: String,
    /// The newest pods in it.
    pub pods: u32,
    /// In how many runs.
    pub share: Proportion,
}

impl ConstraintSpread {
    /// Its selector matched no pod at the end of any run.
    pub fn counts_nobody(&self) -> bool {
        let nobody = |spread: &FinalSpread| spread.counts.iter().all(|&pods| pods == 0);
        self.counted == Counted::Selected && self.finals.iter().all(nobody)
    }
}

impl RolloutOutcome {
    /// Gathers rollout `number` of a workload from the runs that kept it; `None` if it took place in none.
    pub fn of(runs: &[Run], workload: &str, number: u32) -> Option<Self> {
        let is_it = |row: &&RolloutRow| *row.workload == *workload && row.number == number;
        let of_runs = runs.iter().flat_map(|run| run.rollouts.iter().map(|row| (run.replication, row)));
        let (replications, rows): (Vec<u32>, Vec<&RolloutRow>) =
            of_runs.filter(|(_, row)| is_it(row)).unzip();
        let count = rows.len() as u64;
        let summary = |value: fn(&RolloutRow) -> f64| {
            Summary::of(&rows.iter().map(|row| value(row)).collect::<Vec<_>>())
        };
        let seconds: Vec<f64> = rows.iter().filter_map(|row| duration(row)).collect();
        let blocked = rows.iter().filter(|row| row.blocked.is_some()).count() as u64;
        Some(Self {
            runs: count,
            blocked: Proportion::wilson(blocked, count),
            reasons: reasons(&rows),
            median_interval: median_interval(&seconds),
            seconds: Summary::of(&seconds),
            surge: summary(|row| f64::from(row.surge_max))?,
            unavailable: summary(|row| f64::from(row.unavailable_max))?,
            pending_longest: summary(|row| row.pending.longest_ns as f64 / 1e9)?,
            pending_total: summary(|row| row.pending.total_ns as f64 / 1e9)?,
            constraints: constraints(&rows, &replications),
        })
    }
}

fn duration(row: &RolloutRow) -> Option<f64> {
    row.completed.map(|done| (done.0 - row.started.0) as f64 / 1e9)
}

fn reasons(rows: &[&RolloutRow]) -> Vec<(Arc<str>, Proportion)> {
    let share = |(reason, count)| (reason, Proportion::wilson(count, rows.len() as u64));
    by_frequency(rows.iter().filter_map(|row| row.blocked.clone())).into_iter().map(share).collect()
}

/// The constraints in the order of the template, each with the workload's own spread beside it if in any run
/// it counted the pods of others.
fn constraints(rows: &[&RolloutRow], replications: &[u32]) -> Vec<ConstraintSpread> {
    let most = rows.iter().max_by_key(|row| row.constraints.len());
    let names = most.into_iter().flat_map(|row| row.constraints.iter().map(|outcome| &outcome.name));
    names.map(|name| constraint(rows, replications, name)).collect()
}

/// The constraint of this name in a run. Where nobody else was counted, the own spread is the constraint's.
fn named<'a>(row: &'a RolloutRow, name: &str) -> Option<&'a ConstraintOutcome> {
    let find = |name: &str| row.constraints.iter().find(|outcome| *outcome.name == *name);
    find(name).or_else(|| find(name.strip_suffix(OWN_SPREAD)?))
}

fn constraint(rows: &[&RolloutRow], replications: &[u32], name: &Arc<str>) -> ConstraintSpread {
    let of_runs: Vec<(&RolloutRow, &ConstraintOutcome)> =
        rows.iter().filter_map(|row| Some((*row, named(row, name)?))).collect();
    let runs = of_runs.len() as u64;
    let (name, max_skew) = (Arc::clone(name), of_runs[0].1.max_skew);
    let counted = of_runs.iter().map(|(_, outcome)| outcome.counted).max().unwrap_or(Counted::Own);
    let mut seen_in: BTreeMap<&[u32], Vec<u32>> = BTreeMap::new();
    for (row, &replication) in rows.iter().zip(replications) {
        let seen = named(row, &name).map(|outcome| seen_in.entry(&outcome.final_counts).or_default());
        seen.into_iter()
            .filter(|seen| seen.len() < MOST_REPLICATIONS)
            .for_each(|seen| seen.push(replication));
    }
    let mut finals: BTreeMap<&[u32], (u32, u64, u64)> = BTreeMap::new();
    let mut domains: BTreeMap<(&str, u32), u64> = BTreeMap::new();
    for (row, outcome) in &of_runs {
        let seen = finals.entry(&outcome.final_counts).or_insert((outcome.final_skew, 0, 0));
        seen.1 += 1;
        seen.2 += u64::from(row.completed.is_some());
        for (domain, pods) in &outcome.final_domains {
            *domains.entry((domain, *pods)).or_default() += 1;
        }
    }
    let above = of_runs.iter().filter(|(_, outcome)| i64::from(outcome.final_skew) > i64::from(max_skew));
    let mut finals: Vec<FinalSpread> = finals
        .into_iter()
        .map(|(counts, (skew, count, complete))| FinalSpread {
            counts: counts.to_vec(),
            skew,
            share: Proportion::wilson(count, runs),
            complete,
            replications: seen_in.remove(counts).unwrap_or_default(),
        })
        .collect();
    finals.sort_by_key(|spread| std::cmp::Reverse(spread.share.count));
    let mut domains: Vec<DomainShare> = domains
        .into_iter()
        .map(|((domain, pods), count)| DomainShare {
            domain: domain.to_owned(),
            pods,
            share: Proportion::wilson(count, runs),
        })
        .collect();
    domains.sort_by(|a, b| (&a.domain, a.pods).cmp(&(&b.domain, b.pods)));
    let left = |value: fn(&ConstraintOutcome) -> Option<ShareLeft>| {
        let values = of_runs.iter().filter_map(|(_, outcome)| value(outcome)).map(ShareLeft::share);
        Summary::of(&values.collect::<Vec<_>>())
    };
    ConstraintSpread {
        name,
        counted,
        max_skew,
        above: Proportion::wilson(above.count() as u64, runs),
        finals,
        domains,
        ready_left_min: left(|outcome| outcome.ready_left_min),
        ready_left: left(|outcome| outcome.ready_left),
    }
}
