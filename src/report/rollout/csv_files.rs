//! The CSV files of a rollout.

use std::borrow::Cow;

use super::arms::{ArmReport, spread_text};
use crate::report::table::{Column, Table};
use crate::study::rollout_outcome::{ConstraintSpread, DomainShare, FinalSpread};
use crate::study::statistics::{Proportion, Summary};

/// What the tables are made from.
type Arms<'a> = &'a [ArmReport];

/// All tables of a rollout. A new table is one function and one word here.
pub fn tables<'a>() -> [Table<'a, Arms<'a>>; 4] {
    [arms(), spreads(), domains(), blocked()]
}

const ARM: (&str, &str) = ("arm", "its name");
const LOW: (&str, &str) = ("low", "the lower end of the 95 % Wilson interval of that share");
const HIGH: (&str, &str) = ("high", "the upper end");

fn of(summary: Option<&Summary>, value: fn(&Summary) -> f64) -> Cow<'static, str> {
    summary.map_or_else(String::new, |summary| value(summary).to_string()).into()
}

fn text(value: &impl ToString) -> Cow<'static, str> {
    value.to_string().into()
}

/// `arms.csv`.
fn arms<'a>() -> Table<'a, Arms<'a>> {
    let columns: [Column<Arms<'a>, &'a ArmReport>; 7] = [
        Column::new(ARM.0, ARM.1, |arm| arm.name.as_str().into()),
        Column::new("set", "what it sets beside `--set`", |arm| arm.set.join("; ").into()),
        Column::new("runs", "how many runs it has", |arm| text(&arm.outcome.runs)),
        Column::new("blocked_runs", "in how many of them it did not complete", |arm| {
            text(&arm.outcome.blocked.count)
        }),
        Column::new("blocked_share", "in which share of them", |arm| text(&arm.outcome.blocked.share())),
        Column::new("blocked_low", LOW.1, |arm| text(&arm.outcome.blocked.low)),
        Column::new("blocked_high", HIGH.1, |arm| text(&arm.outcome.blocked.high)),
    ];
    let columns = columns.into_iter().chain(course_columns());
    Table::new(("arms.csv", "each arm"), columns, |arms: Arms<'a>| arms.iter())
}

/// How the rollouts of an arm went.
fn course_columns<'a>() -> [Column<Arms<'a>, &'a ArmReport>; 9] {
    [
        Column::new(
            "duration_s_median",
            "the median duration of the runs that completed; empty if none did",
            |arm| of(arm.outcome.seconds.as_ref(), |lasted| lasted.median),
        ),
        Column::new(
            "duration_s_median_low",
            "the lower end of its 95 % interval (order statistics); empty with fewer than six",
            |arm| arm.outcome.median_interval.map_or_else(String::new, |ends| ends.0.to_string()).into(),
        ),
        Column::new("duration_s_median_high", HIGH.1, |arm| {
            arm.outcome.median_interval.map_or_else(String::new, |ends| ends.1.to_string()).into()
        }),
        Column::new("duration_s_p95", "the 95 % quantile of the duration", |arm| {
            of(arm.outcome.seconds.as_ref(), |lasted| lasted.p95)
        }),
        Column::new("duration_s_max", "the longest", |arm| {
            of(arm.outcome.seconds.as_ref(), |lasted| lasted.max)
        }),
        Column::new("surge_pods_max", "the most pods above `spec.replicas` in any run", |arm| {
            text(&arm.outcome.surge.max)
        }),
        Column::new(
            "unavailable_pods_max",
            "the most ready pods missing to `spec.replicas` in any run",
            |arm| text(&arm.outcome.unavailable.max),
        ),
        Column::new("pending_s_max", "the longest time that a new pod had no node in any run", |arm| {
            text(&arm.outcome.pending_longest.max)
        }),
        Column::new(
            "pending_s_total_median",
            "the median of these times of all new pods of a run together",
            |arm| text(&arm.outcome.pending_total.median),
        ),
    ]
}

/// A share of an arm's runs, with the constraint that it is about.
struct Line<'a, R> {
    arm: &'a ArmReport,
    constraint: &'a ConstraintSpread,
    row: &'a R,
}

/// `spreads.csv`.
fn spreads<'a>() -> Table<'a, Arms<'a>> {
    let columns: [Column<Arms<'a>, Line<'a, FinalSpread>>; 10] = [
        Column::new(ARM.0, ARM.1, |line| line.arm.name.as_str().into()),
        Column::new("constraint", "`TOPOLOGY_KEY\\|WHEN_UNSATISFIABLE`", |line| {
            (&*line.constraint.name).into()
        }),
        Column::new("max_skew", "what it allows", |line| text(&line.constraint.max_skew)),
        Column::new(
            "final_counts",
            "pods of the newest revision per domain at the end, most first: `3/1/1`; from nine domains on how many \
             hold so many: `1×5 0×95`. Runs that do not complete count as they end",
            |line| spread_text(&line.row.counts).into(),
        ),
        Column::new("skew", "its skew", |line| text(&line.row.skew)),
        Column::new("runs", "in how many runs it came out so", |line| text(&line.row.share.count)),
        Column::new("share", "in which share of all runs of the arm", |line| text(&line.row.share.share())),
        Column::new(LOW.0, LOW.1, |line| text(&line.row.share.low)),
        Column::new(HIGH.0, HIGH.1, |line| text(&line.row.share.high)),
        Column::new("complete_runs", "in how many of the `runs` the rollout completed", |line| {
            text(&line.row.complete)
        }),
    ];
    let one_row_for = "each arm, constraint and final spread, the most frequent first";
    Table::new(("spreads.csv", one_row_for), columns, |arms: Arms<'a>| {
        constraints(arms).flat_map(|(arm, constraint)| {
            constraint.finals.iter().map(move |row| Line { arm, constraint, row })
        })
    })
}

/// `domains.csv`.
fn domains<'a>() -> Table<'a, Arms<'a>> {
    let columns: [Column<Arms<'a>, Line<'a, DomainShare>>; 8] = [
        Column::new(ARM.0, ARM.1, |line| line.arm.name.as_str().into()),
        Column::new("constraint", "`TOPOLOGY_KEY\\|WHEN_UNSATISFIABLE`", |line| {
            (&*line.constraint.name).into()
        }),
        Column::new("domain", "a domain", |line| line.row.domain.as_str().into()),
        Column::new("pods", "pods of the newest revision in it at the end", |line| text(&line.row.pods)),
        Column::new("runs", "in how many runs there are so many", |line| text(&line.row.share.count)),
        Column::new("share", "in which share of all runs of the arm", |line| text(&line.row.share.share())),
        Column::new(LOW.0, LOW.1, |line| text(&line.row.share.low)),
        Column::new(HIGH.0, HIGH.1, |line| text(&line.row.share.high)),
    ];
    let one_row_for = "each arm, constraint, domain and number of pods in it at the end, up to 64 domains";
    Table::new(("domains.csv", one_row_for), columns, |arms: Arms<'a>| {
        constraints(arms).flat_map(|(arm, constraint)| {
            constraint.domains.iter().map(move |row| Line { arm, constraint, row })
        })
    })
}

fn constraints(arms: &[ArmReport]) -> impl Iterator<Item = (&ArmReport, &ConstraintSpread)> {
    arms.iter().flat_map(|arm| arm.outcome.constraints.iter().map(move |constraint| (arm, constraint)))
}

/// A reason for which rollouts of an arm did not complete.
struct Reason<'a> {
    arm: &'a ArmReport,
    words: &'a str,
    share: &'a Proportion,
}

/// `blocked.csv`.
fn blocked<'a>() -> Table<'a, Arms<'a>> {
    let columns: [Column<Arms<'a>, Reason<'a>>; 6] = [
        Column::new(ARM.0, ARM.1, |line| line.arm.name.as_str().into()),
        Column::new("runs", "in how many runs it was met", |line| text(&line.share.count)),
        Column::new("share", "in which share of all runs of the arm", |line| text(&line.share.share())),
        Column::new(LOW.0, LOW.1, |line| text(&line.share.low)),
        Column::new(HIGH.0, HIGH.1, |line| text(&line.share.high)),
        Column::new("reason", "as `blocked_reason` of `rollouts.csv`", |line| line.words.into()),
    ];
    let one_row_for = "each arm and reason for which the rollout did not complete";
    Table::new(("blocked.csv", one_row_for), columns, |arms: Arms<'a>| {
        arms.iter().flat_map(|arm| {
            arm.outcome.reasons.iter().map(move |(reason, share)| Reason { arm, words: reason, share })
        })
    })
}
