//! `events.csv`: events, as `kubectl get events` would list them.

use super::{Run, time};
use crate::measures::EventRow;
use crate::report::table::{Column, Table};

/// `events.csv`.
pub(super) fn events<'a>() -> Table<'a, Run<'a>> {
    let columns: [Column<Run<'a>, &'a EventRow>; 5] = [
        Column::new("time_s", "when", |event| time(event.time)),
        Column::new("type", "`Normal` or `Warning`", |event| event.kind.into()),
        Column::new(
            "reason",
            "`Scheduled`, `FailedScheduling` (each attempt), `Killing`, `Ready`, `ScalingReplicaSet`, `Operation`, and \
             those of kubelets",
            |event| (&*event.reason).into(),
        ),
        Column::new("object", "`pod/NAMESPACE/NAME` and so on", |event| event.object.as_str().into()),
        Column::new("message", "the message; of `FailedScheduling` Kubernetes' own", |event| {
            event.message.as_str().into()
        }),
    ];
    let rows = |run: Run<'a>| run.record.events.iter();
    Table::new(("events.csv", "each event, as `kubectl get events` would list them"), columns, rows)
}
