//! The floors of the house: a room (`src/room.rs` and `src/room/`) imports rooms of lower floors only,
//! never one of its own floor. So the models never import each other, and what several of them need
//! stands below.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Imports;
use super::sources;

/// The floors from the ground up, each with its rooms.
const FLOORS: &[&[&str]] = &[
    &["kernel"],
    &["api"],
    &["api_machinery"],
    // What Kubernetes' components share.
    &["component_helpers"],
    // The models.
    &["scheduler", "controllers", "kubelet", "service_ip"],
    // The machines that kubelets are told, beside the cluster.
    &["cluster", "machine_files"],
    &["measures"],
    &["scenario"],
    &["study", "conformance"],
    &["report"],
    // The face of the library.
    &["forecast"],
    &["cli"],
];

/// Doors to lower floors that stay closed: a room, whom it does not import, and why.
const CLOSED: &[(&str, &[&str], &str)] = &[
    ("measures", &["scheduler", "controllers", "service_ip"], "what the models decided is in the records"),
    ("scenario", &["controllers"], "a document sets nothing of the controllers but what is in `Behaviour`"),
    ("study", &["scheduler", "controllers", "kubelet", "service_ip"], "studies look at figures"),
    ("report", &["scheduler", "controllers", "conformance"], "reports print figures and records"),
    ("forecast", &["scheduler", "controllers", "kubelet", "conformance"], "the face puts the parts together"),
    ("cli", &["controllers"], "the command line starts no model by hand"),
];

/// The room of a file below `src/`: `src/api.rs` and `src/api/…` are `api`.
pub(super) fn room_of(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("src/")?;
    let room = rest.split_once('/').map_or_else(|| rest.trim_end_matches(".rs"), |parts| parts.0);
    (!["lib", "main"].contains(&room)).then_some(room)
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn is_closed(room: &str, other: &str) -> bool {
    CLOSED.iter().any(|(from, to, _)| *from == room && to.contains(&other))
}

/// Every `crate::room` that a file names, in code or in a link of its documentation.
fn named_rooms(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for part in text.split("crate::").skip(1) {
        let grouped = part.strip_prefix('{');
        let names = grouped.map_or(part, |group| group.split('}').next().unwrap_or(""));
        let pieces: Vec<&str> = if grouped.is_some() { names.split(',').collect() } else { vec![names] };
        for piece in pieces {
            found.insert(
                piece.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect(),
            );
        }
    }
    found
}

/// What a file imports or names that its room may not.
fn faults_of<'a>(name: &str, others: impl Iterator<Item = &'a str>) -> Vec<String> {
    let Some(room) = room_of(name) else { return Vec::new() };
    let Some(floor) = floor_of(room) else {
        return vec![format!("{name}: the room {room} stands on no floor of this test")];
    };
    let is_fault = |other: &&str| {
        *other != room && floor_of(other).is_some_and(|below| below >= floor || is_closed(room, other))
    };
    others.filter(is_fault).map(|other| format!("{name}: {room} imports {other}")).collect()
}

#[test]
fn rooms_import_downwards_only() {
    let sources = sources();
    let mut faults = Vec::new();
    for (name, text) in &sources {
        faults.extend(faults_of(name, named_rooms(text).iter().map(String::as_str)));
    }
    // However a path is written.
    for (from, to, _) in Imports::of("src", &sources).edges() {
        faults.extend(faults_of(from, room_of(to).into_iter()));
    }
    assert!(faults.is_empty(), "imports run down only:\n{}", faults.join("\n"));
}

#[test]
fn the_lists_name_nothing_in_vain() {
    let sources = sources();
    let there: BTreeSet<&str> = sources.iter().filter_map(|(name, _)| room_of(name)).collect();
    for room in FLOORS.iter().copied().flatten() {
        assert!(there.contains(room), "there is no room {room}");
    }
    let mut rooms: BTreeMap<&str, usize> = BTreeMap::new();
    FLOORS.iter().copied().flatten().for_each(|room| *rooms.entry(room).or_default() += 1);
    assert!(rooms.values().all(|count| *count == 1), "a room stands on one floor: {rooms:?}");
    for (room, others, reason) in CLOSED {
        assert!(!reason.is_empty(), "{room}: a closed door has a reason");
        for other in *others {
            assert!(
                floor_of(other) < floor_of(room),
                "the floors close the door from {room} to {other} already"
            );
        }
    }
}

#[test]
fn the_check_sees_an_import() {
    let named = named_rooms("use crate::api::Pod; use crate::{kernel::Symbol, cluster};");
    assert_eq!(named.into_iter().collect::<Vec<_>>(), ["api", "cluster", "kernel"]);
    let faults = |name: &str, other: &str| faults_of(name, [other].into_iter()).len();
    assert_eq!(faults("src/scheduler/cycle.rs", "api"), 0);
    assert_eq!(faults("src/scheduler/cycle.rs", "kubelet"), 1, "on the same floor");
    assert_eq!(faults("src/api.rs", "cluster"), 1, "above");
    assert_eq!(faults("src/report/chart.rs", "scheduler"), 1, "a closed door");
    assert_eq!(faults("src/report/chart.rs", "serde"), 0, "not a room");
    assert_eq!(faults("src/attic.rs", "api"), 1, "on no floor");
}
