//! `admissions.csv`, `cpu.csv` and `numa.csv`: what kubelets with a machine decided, and the CPUs of their nodes
//! after each change.

use std::borrow::Cow;

use super::{Run, time};
use crate::measures::{AdmissionRow, CpuRow, PodRow};
use crate::report::table::{Column, Table};

/// A row of a run.
struct Line<'a, R> {
    row: &'a R,
    run: Run<'a>,
}

/// CPUs of a NUMA node: its id, all of them, those that are free.
struct NumaLine<'a> {
    row: &'a CpuRow,
    numa_node: (u32, usize, usize),
    run: Run<'a>,
}

/// `admissions.csv`.
pub(super) fn admissions<'a>() -> Table<'a, Run<'a>> {
    let columns: [Column<Run<'a>, Line<'a, AdmissionRow>>; 12] = [
        Column::new("time_s", "when", |line| time(line.row.time)),
        Column::new("namespace", "the pod's namespace", |line| {
            line.pod().map_or("", |pod| line.run.record.names.resolve(pod.pod.spec.namespace)).into()
        }),
        Column::new("pod", "its name", |line| line.pod().map_or("", |pod| &*pod.pod.name).into()),
        Column::new("node", "its node", |line| line.run.node(line.row.node).into()),
        Column::new("container", "its place, init containers first; empty for a refused pod", |line| {
            line.row.container.map_or_else(String::new, |container| container.to_string()).into()
        }),
        Column::new("cpus", "its CPUs as Linux lists them", |line| line.row.cpus.to_string().into()),
        Column::new("count", "how many they are", |line| line.number(line.row.cpus.len())),
        Column::new("numa_nodes", "on how many NUMA nodes they are", |line| line.number(line.row.numa_nodes)),
        Column::new("sockets", "on how many sockets they are", |line| line.number(line.row.sockets)),
        Column::new(
            "reason",
            "`TopologyAffinityError`, `SMTAlignmentError`, `UnexpectedAdmissionError`, `OutOfcpu` and so on; \
             `wouldNotReturn` for the pod at which the kubelet hangs",
            |line| (&*line.row.reason).into(),
        ),
        Column::new("message", "the kubelet's own words", |line| line.row.message.as_str().into()),
        Column::new(
            "last_level_caches",
            "at how many last-level caches the CPUs are, as the kubelet is told of them",
            |line| line.number(line.row.caches),
        ),
    ];
    let one_row_for = "each container that got CPUs for itself, and each pod that a kubelet refused; with `kubelets`, or \
                       where one was refused";
    Table::new(("admissions.csv", one_row_for), columns, |run: Run<'a>| {
        run.record.admissions.rows.iter().map(move |row| Line { row, run })
    })
}

impl<'a> Line<'a, AdmissionRow> {
    fn pod(&self) -> Option<&'a PodRow> {
        self.run.record.pods.get(self.row.pod)
    }

    /// A number of a container; empty for a refused pod.
    fn number(&self, count: usize) -> Cow<'static, str> {
        if self.row.container.is_some() { count.to_string().into() } else { "".into() }
    }
}

/// `cpu.csv`.
pub(super) fn cpu<'a>() -> Table<'a, Run<'a>> {
    let columns: [Column<Run<'a>, Line<'a, CpuRow>>; 7] = [
        Column::new("time_s", "when CPUs of the node were given away or came back", |line| {
            time(line.row.time)
        }),
        Column::new("node", "the node", |line| line.run.node(line.row.node).into()),
        Column::new("exclusive", "containers' own CPUs", |line| line.row.exclusive.to_string().into()),
        Column::new("free", "CPUs that could be given away", |line| line.row.free.to_string().into()),
        Column::new(
            "shared_pool",
            "the pool of all other containers, reserved CPUs included unless `strict-cpu-reservation`",
            |line| line.row.shared.to_string().into(),
        ),
        Column::new(
            "largest_admissible",
            "the most CPUs that a pod of one container could still get for itself under the node's policies; what \
             `free` has beyond is fragmented",
            |line| line.row.largest_admissible.to_string().into(),
        ),
        Column::new(
            "stranded",
            "of `free`, what is left when pods of the scenario's own kinds are admitted until none more is, the \
             largest first",
            |line| line.row.stranded.map_or_else(String::new, |stranded| stranded.to_string()).into(),
        ),
    ];
    Table::new(
        ("cpu.csv", "each change of a node's exclusive CPUs, with `kubelets`"),
        columns,
        |run: Run<'a>| run.record.cpu.rows.iter().map(move |row| Line { row, run }),
    )
}

/// `numa.csv`.
pub(super) fn numa<'a>() -> Table<'a, Run<'a>> {
    let columns: [Column<Run<'a>, NumaLine<'a>>; 5] = [
        Column::new("time_s", "when, as in `cpu.csv`", |line| time(line.row.time)),
        Column::new("node", "the node", |line| line.run.node(line.row.node).into()),
        Column::new("numa_node", "the NUMA node", |line| line.numa_node.0.to_string().into()),
        Column::new("cpus", "all its CPUs", |line| line.numa_node.1.to_string().into()),
        Column::new("free", "those that could be given away", |line| line.numa_node.2.to_string().into()),
    ];
    let one_row_for = "each of the node's NUMA nodes at each such change, with `kubelets`";
    Table::new(("numa.csv", one_row_for), columns, |run: Run<'a>| {
        let rows = run.record.cpu.rows.iter();
        rows.flat_map(move |row| {
            row.by_numa_node.iter().map(move |numa_node| NumaLine { row, numa_node: *numa_node, run })
        })
    })
}
