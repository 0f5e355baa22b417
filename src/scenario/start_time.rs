//! The API time at which a simulation begins: the newest time stamp of the input.

use kubecast_manifest::{Tree, Value};

use super::objects::ObjectSource;
use crate::api::Timestamp;

/// The start where no object carries a time: 2026-01-01T00:00:00Z.
pub(super) const DEFAULT_START: Timestamp = Timestamp(1_767_225_600 * Timestamp::NANOS);

/// Keys whose values are times in the past of the object's reading. `deletionTimestamp` is not among
/// them: it lies in the future while a pod terminates.
const TIMES: [&str; 9] = [
    "creationTimestamp",
    "lastTransitionTime",
    "lastUpdateTime",
    "lastHeartbeatTime",
    "lastProbeTime",
    "startTime",
    "startedAt",
    "finishedAt",
    "completionTime",
];

/// The newest time stamp in objects, as a whole second.
pub(super) fn newest<'o>(objects: impl Iterator<Item = &'o ObjectSource>) -> Option<Timestamp> {
    objects.filter_map(|object| newest_in(&object.tree)).max().map(Timestamp::whole_seconds)
}

fn newest_in(tree: &Tree) -> Option<Timestamp> {
    match &tree.value {
        Value::Seq(items) => items.iter().filter_map(newest_in).max(),
        Value::Map(entries) => entries
            .iter()
            .filter_map(|entry| match &entry.value.value {
                Value::String(text) if TIMES.contains(&entry.key.as_str()) => Timestamp::parse(text).ok(),
                _ => newest_in(&entry.value),
            })
            .max(),
        _ => None,
    }
}
