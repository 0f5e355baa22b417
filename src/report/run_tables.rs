//! The tables of one run, as CSV. Columns are documented in `scenarios/README.md`; new ones are added
//! at the end.

use std::io::Write;

use csv::Writer;

use super::admissions_table;
use super::cpu_tables;
use super::seconds::seconds;
use super::service_ips_table;
use crate::api::{Interner, Pod, PodPhase, WorkloadKind};
use crate::kernel::SimTime;
use crate::measures::{ConstraintOutcome, RolloutRow, RunRecord, ShareLeft};
use crate::study::replication::Run;

/// A table: its file name and how it is written.
pub struct Table {
    /// `placements.csv` and so on.
    pub name: &'static str,
    /// Writes the whole table.
    pub write: fn(&RunRecord, &Interner, &mut dyn Write) -> csv::Result<()>,
    /// Whether a run has anything to tell in it.
    pub has_something: fn(&RunRecord) -> bool,
}

const ALWAYS: fn(&RunRecord) -> bool = |_| true;
const WITH_MACHINES: fn(&RunRecord) -> bool = |record| record.admissions.any_machine;
const WITH_MACHINES_OR_REFUSALS: fn(&RunRecord) -> bool =
    |record| record.admissions.any_machine || !record.admissions.refused.is_empty();

const WITH_SERVICE_IPS: fn(&RunRecord) -> bool = |record| record.service_ips.setup.is_some();

/// All tables of a run. A new table is one function and one line here.
pub const TABLES: [Table; 10] = [
    Table { name: "placements.csv", write: placements, has_something: ALWAYS },
    Table { name: "pods.csv", write: pods, has_something: ALWAYS },
    Table { name: "spread.csv", write: spread, has_something: ALWAYS },
    Table { name: "rollouts.csv", write: rollouts, has_something: ALWAYS },
    Table { name: "pending.csv", write: pending, has_something: ALWAYS },
    Table { name: "events.csv", write: events, has_something: ALWAYS },
    Table {
        name: "admissions.csv",
        write: admissions_table::write,
        has_something: WITH_MACHINES_OR_REFUSALS,
    },
    Table { name: "cpu.csv", write: cpu_tables::cpu, has_something: WITH_MACHINES },
    Table { name: "numa.csv", write: cpu_tables::numa, has_something: WITH_MACHINES },
    Table { name: "service_ips.csv", write: service_ips_table::write, has_something: WITH_SERVICE_IPS },
];

fn time(moment: Option<SimTime>) -> String {
    moment.map_or_else(String::new, |moment| seconds(moment.0))
}

fn node_name(record: &RunRecord, pod: &Pod) -> String {
    pod.node
        .and_then(|node| record.node_names.get(node.index()))
        .map_or_else(String::new, ToString::to_string)
}

fn owner(pod: &Pod, names: &Interner) -> String {
    let Some(owner) = pod.controller else { return String::new() };
    let kind = match owner.kind {
        WorkloadKind::ReplicaSet => "replicaset",
        WorkloadKind::StatefulSet => "statefulset",
        WorkloadKind::ReplicationController => "replicationcontroller",
        WorkloadKind::DaemonSet => "daemonset",
        WorkloadKind::Job => "job",
        WorkloadKind::Other => "other",
    };
    format!("{kind}/{}", names.resolve(owner.name))
}

fn phase(pod: &Pod) -> &'static str {
    match pod.phase {
        _ if pod.deleted.is_some() => "Terminating",
        PodPhase::Pending => "Pending",
        PodPhase::Unknown => "Unknown",
        PodPhase::Running => "Running",
        PodPhase::Succeeded => "Succeeded",
        PodPhase::Failed => "Failed",
    }
}

fn placements(record: &RunRecord, names: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["namespace", "pod", "node", "phase", "owner"])?;
    for row in record.pods.iter().filter(|row| row.gone.is_none()) {
        let pod = &row.pod;
        let node = node_name(record, pod);
        let namespace = names.resolve(pod.spec.namespace);
        table.write_record([namespace, &pod.name, &node, phase(pod), &owner(pod, names)])?;
    }
    table.flush()?;
    Ok(())
}

fn pods(record: &RunRecord, names: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "namespace",
        "pod",
        "owner",
        "node",
        "phase",
        "created_s",
        "scheduled_s",
        "ready_s",
        "deleted_s",
        "gone_s",
        "failed_attempts",
    ])?;
    for row in record.pods.iter() {
        let pod = &row.pod;
        table.write_record([
            names.resolve(pod.spec.namespace),
            &pod.name,
            &owner(pod, names),
            &node_name(record, pod),
            if row.gone.is_some() { "Gone" } else { phase(pod) },
            &seconds(row.created.0),
            &time(row.scheduled),
            &time(row.ready),
            &time(row.deleted),
            &time(row.gone),
            &row.failed_attempts.to_string(),
        ])?;
    }
    table.flush()?;
    Ok(())
}

fn spread(record: &RunRecord, _names: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "time_s",
        "workload",
        "rollout",
        "constraint",
        "max_skew",
        "skew",
        "largest",
        "smallest",
        "counts",
        "ready_share_after_domain_loss",
    ])?;
    for row in &record.spread {
        table.write_record([
            seconds(row.time.0),
            row.workload.to_string(),
            row.rollout.to_string(),
            row.constraint.to_string(),
            row.max_skew.to_string(),
            (row.largest - row.smallest).to_string(),
            row.largest.to_string(),
            row.smallest.to_string(),
            row.counts.clone(),
            share_left(row.ready_left),
        ])?;
    }
    table.flush()?;
    Ok(())
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
fn share_left(left: Option<ShareLeft>) -> String {
    left.map_or_else(String::new, |left| format!("{:.4}", left.share()))
}

fn rollouts(record: &RunRecord, _names: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record([
        "workload",
        "rollout",
        "constraint",
        "max_skew",
        "started_s",
        "completed_s",
        "duration_s",
        "final_skew",
        "final_counts",
        "max_skew_during",
        "time_above_max_skew_s",
        "surge_pods_max",
        "unavailable_pods_max",
        "pending_s_max",
        "pending_s_total",
        "ready_share_after_domain_loss_min",
        "ready_share_after_domain_loss",
        "blocked_reason",
    ])?;
    for rollout in &record.rollouts {
        if rollout.constraints.is_empty() {
            table.write_record(rollout_cells(rollout, None))?;
        }
        for outcome in &rollout.constraints {
            table.write_record(rollout_cells(rollout, Some(outcome)))?;
        }
    }
    table.flush()?;
    Ok(())
}

/// One row of `rollouts.csv`; without a constraint its cells stay empty.
fn rollout_cells(rollout: &RolloutRow, outcome: Option<&ConstraintOutcome>) -> [String; 18] {
    let of = |cell: fn(&ConstraintOutcome) -> String| outcome.map_or_else(String::new, cell);
    [
        rollout.workload.to_string(),
        rollout.number.to_string(),
        of(|outcome| outcome.name.to_string()),
        of(|outcome| outcome.max_skew.to_string()),
        seconds(rollout.started.0),
        time(rollout.completed),
        rollout.completed.map_or_else(String::new, |done| seconds(done.0 - rollout.started.0)),
        of(|outcome| outcome.final_skew.to_string()),
        of(|outcome| counts_text(&outcome.final_counts)),
        of(|outcome| outcome.max_skew_during.to_string()),
        of(|outcome| seconds(outcome.time_above_max_skew_ns)),
        rollout.surge_max.to_string(),
        rollout.unavailable_max.to_string(),
        seconds(rollout.pending.longest_ns),
        seconds(rollout.pending.total_ns),
        of(|outcome| share_left(outcome.ready_left_min)),
        of(|outcome| share_left(outcome.ready_left)),
        rollout.blocked.as_deref().unwrap_or("").to_owned(),
    ]
}

fn pending(record: &RunRecord, names: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["namespace", "pod", "since_s", "failed_attempts", "message"])?;
    for row in record.pods.iter().filter(|row| row.is_pending_placement()) {
        table.write_record([
            names.resolve(row.pod.spec.namespace),
            &row.pod.name,
            &seconds(row.created.0),
            &row.failed_attempts.to_string(),
            row.message.as_deref().unwrap_or(""),
        ])?;
    }
    table.flush()?;
    Ok(())
}

fn events(record: &RunRecord, _names: &Interner, out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["time_s", "type", "reason", "object", "message"])?;
    for event in &record.events {
        table.write_record([
            &seconds(event.time.0),
            event.kind,
            &event.reason,
            &event.object,
            &event.message,
        ])?;
    }
    table.flush()?;
    Ok(())
}

/// `runs.csv`: one row a run and figure.
pub fn runs(runs: &[Run], out: &mut dyn Write) -> csv::Result<()> {
    let mut table = Writer::from_writer(out);
    table.write_record(["replication", "measure", "workload", "rollout", "constraint", "value"])?;
    for run in runs {
        for figure in &run.figures {
            let key = &figure.key;
            table.write_record([
                &run.replication.to_string(),
                key.measure,
                &key.workload,
                &key.rollout.map_or_else(String::new, |rollout| rollout.to_string()),
                &key.constraint,
                &figure.value.to_string(),
            ])?;
        }
    }
    table.flush()?;
    Ok(())
}
