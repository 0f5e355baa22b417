//! `spread.csv` and `rollouts.csv`: skew as it changes, and what became of each rollout.

use std::borrow::Cow;

use super::{Run, moment, time};
use crate::measures::{ConstraintOutcome, RolloutRow, ShareLeft, SpreadRow};
use crate::report::table::{Column, Table};
use crate::report::words::seconds::seconds;

/// A rollout and one of its constraints; a rollout without any has one line.
struct Line<'a> {
    rollout: &'a RolloutRow,
    constraint: Option<&'a ConstraintOutcome>,
}

type RolloutColumn<'a> = Column<Run<'a>, Line<'a>>;

const CONSTRAINT: &str = "`TOPOLOGY_KEY\\|WHEN_UNSATISFIABLE`; where its selector covers pods of others too, all that it \
                          selects are counted, and the workload's own pods stand beside it as `…\\|own spread`";

/// `spread.csv`.
pub(super) fn spread<'a>() -> Table<'a, Run<'a>> {
    let columns: [Column<Run<'a>, &'a SpreadRow>; 10] = [
        Column::new("time_s", "when", |row| time(row.time)),
        Column::new("workload", "which workload: `deployment/NAMESPACE/NAME`", |row| (&*row.workload).into()),
        Column::new("rollout", "which rollout of it; 0 is the creation", |row| {
            row.rollout.to_string().into()
        }),
        Column::new("constraint", CONSTRAINT, |row| (&*row.constraint).into()),
        Column::new("max_skew", "what it allows", |row| row.max_skew.to_string().into()),
        Column::new(
            "skew",
            "max − min over the eligible domains, of bound pods of all revisions that are not terminating",
            |row| (row.largest - row.smallest).to_string().into(),
        ),
        Column::new("largest", "pods in the domain with most", |row| row.largest.to_string().into()),
        Column::new("smallest", "pods in the domain with fewest", |row| row.smallest.to_string().into()),
        Column::new(
            "counts",
            "`domain=pods`, by domain, joined with `;`; empty with more than 64 domains",
            |row| row.counts.as_str().into(),
        ),
        Column::new(
            "ready_share_after_domain_loss",
            "the share of the ready pods that the loss of any one domain would leave; empty without ready \
             pods",
            |row| share_left(row.ready_left),
        ),
    ];
    let one_row_for = "each change of the pods in a constraint's domains, or of the ready ones among them, at the end of \
         an instant";
    Table::new(("spread.csv", one_row_for), columns, |run: Run<'a>| run.record.spread.iter())
}

/// `rollouts.csv`.
pub(super) fn rollouts<'a>() -> Table<'a, Run<'a>> {
    let columns = rollout_columns().into_iter().chain([RolloutColumn::new(
        "blocked_reason",
        "why it did not complete: pods that wait for a node with the scheduler's own message, pods that are not \
         available yet, `paused`, and whether the progress deadline was exceeded, the template changed again, or \
         `blockedAfter` was over; empty if it completed",
        |line| line.rollout.blocked.as_deref().unwrap_or("").into(),
    )]);
    let one_row_for = "each rollout and constraint; a rollout without constraints has one row";
    Table::new(("rollouts.csv", one_row_for), columns, |run: Run<'a>| {
        run.record.rollouts.iter().flat_map(|rollout| {
            let alone = rollout.constraints.is_empty().then_some(Line { rollout, constraint: None });
            let each = rollout.constraints.iter().map(|one| Line { rollout, constraint: Some(one) });
            alone.into_iter().chain(each)
        })
    })
}

fn rollout_columns<'a>() -> [RolloutColumn<'a>; 17] {
    [
        Column::new("workload", "which workload: `deployment/NAMESPACE/NAME`", |line| {
            (&*line.rollout.workload).into()
        }),
        Column::new("rollout", "which rollout of it; 0 is the creation", |line| {
            line.rollout.number.to_string().into()
        }),
        Column::new("constraint", CONSTRAINT, |line| line.of(|one| one.name.to_string())),
        Column::new("max_skew", "what it allows", |line| line.of(|one| one.max_skew.to_string())),
        Column::new("started_s", "the change of the template", |line| time(line.rollout.started)),
        Column::new("completed_s", "complete; empty if it did not complete", |line| {
            moment(line.rollout.completed)
        }),
        Column::new("duration_s", "the difference; empty if it did not complete", |line| {
            let done = line.rollout.completed;
            done.map_or_else(String::new, |done| seconds(done.0 - line.rollout.started.0)).into()
        }),
        Column::new(
            "final_skew",
            "skew of the newest revision's pods at the end; a Deployment's revisions are its ReplicaSets",
            |line| line.of(|one| one.final_skew.to_string()),
        ),
        Column::new("final_counts", "pods of the newest revision per domain, most first: `3/1/1`", |line| {
            line.of(|one| counts_text(&one.final_counts))
        }),
        Column::new("max_skew_during", "the largest skew, over pods of all revisions", |line| {
            line.of(|one| one.max_skew_during.to_string())
        }),
        Column::new("time_above_max_skew_s", "for how long it exceeded `max_skew`", |line| {
            line.of(|one| seconds(one.time_above_max_skew_ns))
        }),
        Column::new("surge_pods_max", "the most pods above `spec.replicas`", |line| {
            line.rollout.surge_max.to_string().into()
        }),
        Column::new("unavailable_pods_max", "the most ready pods missing to `spec.replicas`", |line| {
            line.rollout.unavailable_max.to_string().into()
        }),
        Column::new("pending_s_max", "the longest time that one of its pods had no node", |line| {
            seconds(line.rollout.pending.longest_ns).into()
        }),
        Column::new("pending_s_total", "these times of all its pods together", |line| {
            seconds(line.rollout.pending.total_ns).into()
        }),
        Column::new(
            "ready_share_after_domain_loss_min",
            "what the loss of any one domain would leave of the ready pods, at the worst settled instant",
            |line| line.constraint.map_or("".into(), |one| share_left(one.ready_left_min)),
        ),
        Column::new("ready_share_after_domain_loss", "the same at the end", |line| {
            line.constraint.map_or("".into(), |one| share_left(one.ready_left))
        }),
    ]
}

impl Line<'_> {
    /// What is told of the constraint; empty without one.
    fn of(&self, cell: fn(&ConstraintOutcome) -> String) -> Cow<'static, str> {
        self.constraint.map_or_else(String::new, cell).into()
    }
}

/// `3/1/1`, most first.
pub fn counts_text(counts: &[u32]) -> String {
    const MOST: usize = 16;
    let mut parts: Vec<String> = counts.iter().take(MOST).map(ToString::to_string).collect();
    if counts.len() > MOST {
        parts.push("…".to_owned());
    }
    parts.join("/")
}

/// What the loss of a domain leaves, to four decimals; empty without ready pods.
fn share_left(left: Option<ShareLeft>) -> Cow<'static, str> {
    left.map_or_else(String::new, |left| format!("{:.4}", left.share())).into()
}
