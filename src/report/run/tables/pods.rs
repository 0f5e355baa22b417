//! `placements.csv`, `pods.csv` and `pending.csv`: pods at the end, all pods, pods that wait.

use std::borrow::Cow;

use super::{Run, moment, time};
use crate::api::{Pod, PodPhase, WorkloadKind};
use crate::measures::PodRow;
use crate::report::table::{Column, Table};

/// A pod of a run.
struct Line<'a> {
    row: &'a PodRow,
    run: Run<'a>,
}

type PodColumn<'a> = Column<Run<'a>, Line<'a>>;

fn lines(run: Run<'_>) -> impl Iterator<Item = Line<'_>> {
    run.record.pods.iter().map(move |row| Line { row, run })
}

/// `placements.csv`.
pub(super) fn placements<'a>() -> Table<'a, Run<'a>> {
    let columns = [
        namespace(),
        name(),
        node(),
        PodColumn::new(
            "phase",
            "`Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`; `Terminating` while it is being \
             deleted",
            |line| phase(&line.row.pod).into(),
        ),
        owner_column(),
    ];
    Table::new(("placements.csv", "each pod in the API at the end"), columns, |run| {
        lines(run).filter(|line| line.row.gone.is_none())
    })
}

/// `pods.csv`.
pub(super) fn pods<'a>() -> Table<'a, Run<'a>> {
    let columns = [
        namespace(),
        name(),
        owner_column(),
        node(),
        PodColumn::new("phase", "as in `placements.csv`, as last seen; `Gone` if it left the API", |line| {
            if line.row.gone.is_some() { "Gone" } else { phase(&line.row.pod) }.into()
        }),
        PodColumn::new("created_s", "when it was created; 0 for what was there at the start", |line| {
            time(line.row.created)
        }),
        PodColumn::new("scheduled_s", "when it was bound to a node; empty if never", |line| {
            moment(line.row.scheduled)
        }),
        PodColumn::new("ready_s", "when it was first ready; empty if never", |line| moment(line.row.ready)),
        PodColumn::new("deleted_s", "when it was told to stop; empty if never", |line| {
            moment(line.row.deleted)
        }),
        PodColumn::new("gone_s", "when it was removed from the API; empty if never", |line| {
            moment(line.row.gone)
        }),
        failed_attempts(),
    ];
    Table::new(("pods.csv", "each pod that ever was"), columns, lines)
}

/// `pending.csv`.
pub(super) fn pending<'a>() -> Table<'a, Run<'a>> {
    let columns = [
        namespace(),
        name(),
        PodColumn::new("since_s", "since when it waits", |line| time(line.row.created)),
        failed_attempts(),
        PodColumn::new("message", "why, word for word as Kubernetes says it", |line| {
            line.row.message.as_deref().unwrap_or("").into()
        }),
    ];
    Table::new(("pending.csv", "each pod that waits for a node at the end"), columns, |run| {
        lines(run).filter(|line| line.row.is_pending_placement())
    })
}

fn namespace<'a>() -> PodColumn<'a> {
    PodColumn::new("namespace", "the pod's namespace", |line| {
        line.run.record.names.resolve(line.row.pod.spec.namespace).into()
    })
}

fn name<'a>() -> PodColumn<'a> {
    PodColumn::new("pod", "its name", |line| (&*line.row.pod.name).into())
}

fn node<'a>() -> PodColumn<'a> {
    PodColumn::new("node", "its node; empty if it has none", |line| {
        line.row.pod.node.map_or("", |node| line.run.node(node)).into()
    })
}

fn failed_attempts<'a>() -> PodColumn<'a> {
    PodColumn::new("failed_attempts", "scheduling attempts that found no node", |line| {
        line.row.failed_attempts.to_string().into()
    })
}

fn owner_column<'a>() -> PodColumn<'a> {
    PodColumn::new("owner", "`replicaset/NAME` and so on; empty if nobody controls it", owner)
}

fn owner<'l>(line: &'l Line<'_>) -> Cow<'l, str> {
    let pod = &line.row.pod;
    let Some(owner) = pod.controller else { return "".into() };
    let kind = match owner.kind {
        WorkloadKind::ReplicaSet => "replicaset",
        WorkloadKind::StatefulSet => "statefulset",
        WorkloadKind::ReplicationController => "replicationcontroller",
        WorkloadKind::DaemonSet => "daemonset",
        WorkloadKind::Job => "job",
        WorkloadKind::Other => "other",
    };
    format!("{kind}/{}", line.run.record.names.resolve(owner.name)).into()
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
