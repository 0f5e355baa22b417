//! `unschedulablePods`: the pods that wait for an event that may help (`unschedulable_pods.go` of
//! kube-scheduler v1.34), without those that are gated.
//!
//! Kubernetes asks the hints of every waiting pod at every event. Here pods that no hint can tell apart
//! (one spec, one owner, rejected by the same plugins) form a group, which is asked once, and the groups
//! are listed by rejecting plugin, so that an event for which none of those plugins waits costs nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::backoff::poll_after;
use crate::api::{ControllerRef, Pod, PodId};
use crate::kernel::{LookupMap, SimDuration, SimTime};
use crate::scheduler::framework::{PluginId, PluginSet};

/// The time between two polls for pods that have waited too long.
const LEFTOVER_POLL: SimDuration = SimDuration::from_secs(30);

/// A group's place in the table of groups.
pub(super) type GroupId = u32;

/// What the hints of a group's pods depend on. The address stands for the spec: a group keeps the spec
/// alive, so no other can come to lie there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct GroupKey {
    spec: usize,
    controller: Option<ControllerRef>,
    rejected_by: PluginSet,
}

impl GroupKey {
    fn new(pod: &Pod, rejected_by: PluginSet) -> Self {
        Self { spec: Arc::as_ptr(&pod.spec).addr(), controller: pod.controller, rejected_by }
    }
}

#[derive(Clone, Debug)]
struct Group {
    key: GroupKey,
    /// One of the pods, to ask for all of them.
    sample: Arc<Pod>,
    pods: BTreeSet<PodId>,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Unschedulable {
    groups: Vec<Option<Group>>,
    free: Vec<GroupId>,
    by_key: LookupMap<GroupKey, GroupId>,
    /// For each plugin, by its place in the registry, the groups that it rejected.
    by_plugin: Vec<BTreeSet<GroupId>>,
    /// All pods by the end of their last attempt.
    by_time: BTreeSet<(SimTime, PodId)>,
}

impl Unschedulable {
    /// Puts a pod in.
    pub(super) fn insert(&mut self, pod: &Arc<Pod>, rejected_by: PluginSet, timestamp: SimTime) -> GroupId {
        let key = GroupKey::new(pod, rejected_by);
        let id = self.by_key.get(&key).copied().unwrap_or_else(|| self.new_group(key, pod));
        self.group_mut(id).pods.insert(pod.id);
        self.by_time.insert((timestamp, pod.id));
        id
    }

    fn new_group(&mut self, key: GroupKey, sample: &Arc<Pod>) -> GroupId {
        let group = Some(Group { key, sample: Arc::clone(sample), pods: BTreeSet::new() });
        let id = if let Some(id) = self.free.pop() {
            self.groups[id as usize] = group;
            id
        } else {
            self.groups.push(group);
            GroupId::try_from(self.groups.len() - 1).expect("fewer than 2^32 groups wait at once")
        };
        self.by_key.insert(key, id);
        for place in key.rejected_by.places() {
            if self.by_plugin.len() <= place {
                self.by_plugin.resize_with(place + 1, BTreeSet::new);
            }
            self.by_plugin[place].insert(id);
        }
        id
    }

    fn group(&self, id: GroupId) -> &Group {
        self.groups[id as usize].as_ref().expect("a listed group exists")
    }

    fn group_mut(&mut self, id: GroupId) -> &mut Group {
        self.groups[id as usize].as_mut().expect("a listed group exists")
    }

    /// Takes a pod out.
    pub(super) fn remove(&mut self, pod: PodId, id: GroupId, timestamp: SimTime) {
        let group = self.group_mut(id);
        let (found, key) = (group.pods.remove(&pod), group.key);
        let is_empty = group.pods.is_empty();
        let timed = self.by_time.remove(&(timestamp, pod));
        assert!(found && timed, "an unschedulable pod is in its group");
        if is_empty {
            self.by_key.remove(&key);
            for place in key.rejected_by.places() {
                self.by_plugin[place].remove(&id);
            }
            self.groups[id as usize] = None;
            self.free.push(id);
        }
    }

    /// The pods for which `ask` names a plugin that takes the event for helpful, by pod number, each
    /// with that plugin. Only pods that one of the interested plugins rejected are asked for.
    pub(super) fn helped(
        &self,
        interested: PluginSet,
        mut ask: impl FnMut(&Pod, PluginSet) -> Option<PluginId>,
    ) -> Vec<(PodId, PluginId)> {
        let mut helped = Vec::new();
        for place in interested.places() {
            for &id in self.by_plugin.get(place).into_iter().flatten() {
                let group = self.group(id);
                let rejected_by = group.key.rejected_by;
                // A group that several of the plugins rejected is asked at the first of them.
                let first = interested.intersection(rejected_by).places().next();
                if first == Some(place)
                    && let Some(by) = ask(&group.sample, rejected_by)
                {
                    helped.extend(group.pods.iter().map(|pod| (*pod, by)));
                }
            }
        }
        helped.sort_unstable_by_key(|(pod, _)| *pod);
        helped
    }

    /// The pods that have waited longer than this, by pod number.
    pub(super) fn overdue(&self, now: SimTime, longest: SimDuration) -> Vec<PodId> {
        let over = self.by_time.iter().take_while(|(timestamp, _)| timestamp.plus(longest) < now);
        let mut pods: Vec<PodId> = over.map(|(_, pod)| *pod).collect();
        pods.sort_unstable();
        pods
    }

    /// The first poll at which a pod has waited longer than this.
    pub(super) fn next_leftover_poll(&self, longest: SimDuration) -> Option<SimTime> {
        let (timestamp, _) = self.by_time.first()?;
        Some(poll_after(timestamp.plus(longest), LEFTOVER_POLL))
    }

    /// All pods with the end of their last attempt, the earliest first.
    pub(super) fn by_time(&self) -> impl Iterator<Item = (SimTime, PodId)> {
        self.by_time.iter().copied()
    }

    /// How many pods there are.
    pub(super) fn len(&self) -> usize {
        self.by_time.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::pod;
    use crate::api::{Uid, WorkloadKind};
    use crate::kernel::Interner;
    use crate::scheduler::plugins::in_tree;

    fn plugin(name: &str) -> PluginId {
        in_tree().by_name(name).expect("a plugin")
    }

    #[test]
    fn a_group_is_asked_once_and_only_if_one_of_its_plugins_waits() {
        let (ports, fit) = (plugin("NodePorts"), plugin("NodeResourcesFit"));
        let set = |plugins: &[PluginId]| plugins.iter().copied().collect::<PluginSet>();
        let mut names = Interner::new();
        let template = pod(&mut names, 0, "a");
        let other = Arc::new(pod(&mut names, 3, "d"));
        let same = |id| Arc::new(Pod { id: PodId(id), ..template.clone() });
        let mut waiting = Unschedulable::default();
        let both = set(&[ports, fit]);
        let mut groups = Vec::new();
        for id in [2, 0, 1] {
            groups.push(waiting.insert(&same(id), both, SimTime(5)));
        }
        waiting.insert(&other, set(&[plugin("NodeAffinity")]), SimTime(5));
        let mut asked = Vec::new();
        let helped = waiting.helped(both, |pod, _| {
            asked.push(pod.id);
            Some(ports)
        });
        assert_eq!(asked, [PodId(2)], "one question for three pods, none for the pod of NodeAffinity");
        assert_eq!(helped, [0, 1, 2].map(|id| (PodId(id), ports)));
        // A spec of its own, an owner or other plugins make another group.
        let lone = waiting.insert(&Arc::new(pod(&mut names, 4, "e")), both, SimTime(5));
        let owner = ControllerRef {
            kind: WorkloadKind::ReplicaSet,
            name: names.intern("web"),
            uid: Uid(1),
            owner: None,
        };
        let with_owner = Arc::new(Pod { controller: Some(owner), ..(*same(5)).clone() });
        let owned_group = waiting.insert(&with_owner, both, SimTime(5));
        let fewer = waiting.insert(&same(6), set(&[ports]), SimTime(5));
        for group in [lone, owned_group, fewer] {
            assert!(!groups.contains(&group));
        }
        waiting.remove(PodId(5), owned_group, SimTime(5));
        waiting.remove(PodId(6), fewer, SimTime(5));
        for (id, group) in [2, 0, 1].into_iter().zip(groups) {
            waiting.remove(PodId(id), group, SimTime(5));
        }
        let helped = waiting.helped(both, |_, _| Some(fit));
        assert_eq!(helped, [(PodId(4), fit)], "the first group is gone");
    }

    #[test]
    fn five_minutes_have_to_be_over_at_a_poll() {
        let longest = SimDuration::from_secs(300);
        let mut names = Interner::new();
        let mut waiting = Unschedulable::default();
        let at = |seconds| SimTime(SimDuration::from_secs(seconds).0);
        assert_eq!(waiting.next_leftover_poll(longest), None);
        for (id, timestamp) in [(7, at(30)), (1, at(31)), (2, at(59)), (3, at(60))] {
            waiting.insert(&Arc::new(pod(&mut names, id, "p")), PluginSet::default(), timestamp);
        }
        // 30 s + 300 s = 330 s is a poll, at which 300 s are not exceeded: the next one is at 360 s.
        assert_eq!(waiting.next_leftover_poll(longest), Some(at(360)));
        assert!(waiting.overdue(at(330), longest).is_empty());
        assert_eq!(waiting.overdue(at(360), longest), [PodId(1), PodId(2), PodId(7)]);
    }
}
