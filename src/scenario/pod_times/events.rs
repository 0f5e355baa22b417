//! What Events say of pods: when each was bound, and how long its images took.
//!
//! Both forms are read: `v1` (`involvedObject`, `message`, as kubectl prints them) and `events.k8s.io/v1` (`regarding`,
//! `note`). The messages are the kubelet's: `Successfully pulled image "a:1" in 1.2s (3.4s including waiting). Image
//! size: 5 bytes.`, where up to v1.26 the time with waiting is left out; `Container image "a:1" already present on
//! machine`.

use std::collections::{BTreeMap, BTreeSet};

use kubecast_manifest::Tree;

use super::{Moment, Pull};
use crate::api::Timestamp;
use crate::kernel::SimDuration;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;

/// What the Events of one pod say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PodEvents {
    /// When it was bound.
    pub(super) scheduled: Option<Moment>,
    /// How long its images took.
    pub(super) pull: Pull,
}

/// The Events of all pods.
pub(super) struct Events<'o> {
    by_pod: BTreeMap<Reference, Vec<Event<'o>>>,
}

/// An Event, in either form.
#[derive(Clone, Copy)]
struct Event<'o> {
    uid: Option<&'o str>,
    reason: &'o str,
    message: &'o str,
    first: Option<Moment>,
    last: Option<Moment>,
}

/// Those among objects; of Events that stand there twice the first counts.
pub(super) fn of(objects: &[ObjectSource]) -> Events<'_> {
    let mut by_pod: BTreeMap<Reference, Vec<Event<'_>>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for object in objects.iter().filter(|object| object.reference.kind == "event") {
        let Some((pod, event)) = read(&object.tree).filter(|_| seen.insert(&object.reference)) else {
            continue;
        };
        by_pod.entry(pod).or_default().push(event);
    }
    Events { by_pod }
}

fn read(tree: &Tree) -> Option<(Reference, Event<'_>)> {
    let of = tree.get("involvedObject").or_else(|| tree.get("regarding"))?;
    if of.get_str("kind") != Some("Pod") {
        return None;
    }
    let pod = Reference::new("pod", of.get_str("namespace"), of.get_str("name")?);
    let time = |keys: &[&str]| keys.iter().find_map(|key| tree.get_str(key).and_then(Moment::read));
    let event = Event {
        uid: of.get_str("uid").filter(|uid| !uid.is_empty()),
        reason: tree.get_str("reason").unwrap_or_default(),
        message: tree.get_str("message").or_else(|| tree.get_str("note")).unwrap_or_default(),
        first: time(&["eventTime", "firstTimestamp", "deprecatedFirstTimestamp"]),
        last: time(&["lastTimestamp", "deprecatedLastTimestamp", "eventTime"]),
    };
    Some((pod, event))
}

impl Events<'_> {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_pod.values().map(Vec::len).sum()
    }

    /// The newest time of one, cut to whole seconds.
    pub(super) fn newest(&self) -> Option<Timestamp> {
        self.by_pod
            .values()
            .flatten()
            .filter_map(|event| event.last)
            .map(|last| last.at.whole_seconds())
            .max()
    }

    /// What is said of a pod. An earlier pod of the same name has another UID.
    pub(super) fn of_pod(&self, pod: &ObjectSource) -> PodEvents {
        let uid = pod.tree.pointer("/metadata/uid").and_then(Tree::as_str);
        let own = self.by_pod.get(&pod.reference).map_or(&[][..], Vec::as_slice).iter();
        let own = own.filter(|event| event.uid.is_none() || uid.is_none() || event.uid == uid);
        let mut said = PodEvents::default();
        for event in own {
            match event.reason {
                "Scheduled" => said.scheduled = said.scheduled.or(event.first),
                "Pulled" => {
                    if let (Some(took), Pull::Unknown | Pull::Took(_)) = (pull_time(event.message), said.pull)
                    {
                        let before = match said.pull {
                            Pull::Unknown => SimDuration::ZERO,
                            Pull::Took(before) => before,
                        };
                        said.pull = Pull::Took(before.plus(took));
                    }
                }
                _ => {}
            }
        }
        said
    }
}

/// How long the pull of one image took, by the kubelet's message.
fn pull_time(message: &str) -> Option<SimDuration> {
    if message.contains("already present on machine") {
        return Some(SimDuration::ZERO);
    }
    let (_, rest) = message.strip_prefix("Successfully pulled image ")?.split_once(" in ")?;
    let alone = rest.split_whitespace().next()?;
    let waiting = rest.split_once('(').and_then(|(_, rest)| rest.split_once(" including waiting"));
    let text = waiting.map_or(alone, |(with_waiting, _)| with_waiting);
    SimDuration::parse(text.trim_end_matches('.')).ok()
}

#[cfg(test)]
mod tests {
    use super::pull_time;

    #[test]
    fn times_of_pulls_are_those_of_the_kubelets_messages() {
        let check = |message: &str, millis: Option<u64>| {
            assert_eq!(pull_time(message).map(|time| time.0 / 1_000_000), millis, "{message}");
        };
        // Kubelet v1.34, v1.27 and v1.25.
        check(
            "Successfully pulled image \"a:1\" in 1.2s (3.4s including waiting). Image size: 5 bytes.",
            Some(3400),
        );
        check("Successfully pulled image \"a:1\" in 850ms (1m2.5s including waiting)", Some(62_500));
        check("Successfully pulled image \"a:1\" in 2.5s", Some(2500));
        check("Container image \"a:1\" already present on machine", Some(0));
        check("Container image \"a:1\" already present on machine and can be accessed by the pod", Some(0));
        check("Pulling image \"a:1\"", None);
    }
}
