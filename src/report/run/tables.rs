//! The tables of one run, as CSV: what stands in them is of replication 0.

mod cpus;
mod events;
mod pods;
mod rollouts;
mod service_ips;

use std::borrow::Cow;

pub use rollouts::counts_text;

use crate::api::NodeId;
use crate::kernel::SimTime;
use crate::measures::RunRecord;
use crate::report::table::Table;
use crate::report::words::seconds::seconds;

/// A run.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// What is kept of it.
    pub record: &'a RunRecord,
}

/// A table of a run, which is written if the run has anything to tell in it.
pub struct RunTable<'a> {
    /// The table.
    pub table: Table<'a, Run<'a>>,
    /// Whether a run has anything to tell in it.
    pub has_something: fn(&RunRecord) -> bool,
}

/// All tables of a run. A new table is one function and one line here.
pub fn tables<'a>() -> Vec<RunTable<'a>> {
    let always = |_: &RunRecord| true;
    let with_machines = |record: &RunRecord| record.admissions.any_machine;
    vec![
        RunTable { table: pods::placements(), has_something: always },
        RunTable { table: pods::pods(), has_something: always },
        RunTable { table: rollouts::spread(), has_something: always },
        RunTable { table: rollouts::rollouts(), has_something: always },
        RunTable { table: pods::pending(), has_something: always },
        RunTable { table: events::events(), has_something: always },
        RunTable {
            table: cpus::admissions(),
            has_something: |record| record.admissions.any_machine || !record.admissions.refused.is_empty(),
        },
        RunTable { table: cpus::cpu(), has_something: with_machines },
        RunTable { table: cpus::numa(), has_something: with_machines },
        RunTable {
            table: service_ips::service_ips(),
            has_something: |record| record.service_ips.setup.is_some(),
        },
    ]
}

impl<'a> Run<'a> {
    /// The name of a node, also of one that has left.
    fn node(self, node: NodeId) -> &'a str {
        self.record.node_names.get(node.index()).map_or("", |name| name)
    }
}

/// A time in seconds.
fn time(time: SimTime) -> Cow<'static, str> {
    seconds(time.0).into()
}

/// A time in seconds; empty if it never came.
fn moment(moment: Option<SimTime>) -> Cow<'static, str> {
    moment.map_or(Cow::Borrowed(""), time)
}
