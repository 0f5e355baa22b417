//! Which pods an update deletes, once all pods that should be there have been seen to.

use super::view::{Doomed, Replica, StatefulSetView};
use crate::api::{IntOrPercent, PodManagementPolicy, RollingUpdateStatefulSet, StatefulSetStrategy};

/// The pods that the update deletes now, the first choice first.
pub(super) fn update(view: &StatefulSetView<'_>, replicas: &[Replica<'_>]) -> Vec<Doomed> {
    let StatefulSetStrategy::RollingUpdate(rolling) = view.set.strategy else { return Vec::new() };
    let partition = rolling.map_or(0, |rolling| rolling.partition);
    let partition = usize::try_from(partition).unwrap_or(0).min(replicas.len());
    if view.behaviour.stateful_set_max_unavailable {
        let limit = max_unavailable(rolling, view.set.replicas);
        return update_several(view, replicas, partition, limit);
    }
    for replica in replicas[partition..].iter().rev() {
        if is_old(view, *replica) {
            return vec![doomed(*replica)];
        }
        if view.is_unhealthy(*replica) {
            break;
        }
    }
    Vec::new()
}

/// `maxUnavailable` in pods: rounded down, but never below 1 (`getStatefulSetMaxUnavailable`).
fn max_unavailable(rolling: Option<RollingUpdateStatefulSet>, replicas: i32) -> usize {
    let given = rolling.and_then(|rolling| rolling.max_unavailable).unwrap_or(IntOrPercent::Int(1));
    usize::try_from(given.scaled(replicas, false)).unwrap_or(0).max(1)
}

/// With the gate `MaxUnavailableStatefulSet` (`updateStatefulSetAfterInvariantEstablished`): old pods from the highest ordinal
/// down, as long as no more than so many are unavailable. From v1.37 on, with `Parallel`, old pods that are unavailable go
/// first, and whatever the limit.
fn update_several(
    view: &StatefulSetView<'_>,
    replicas: &[Replica<'_>],
    partition: usize,
    limit: usize,
) -> Vec<Doomed> {
    let unavailable = replicas.iter().filter(|replica| view.is_unhealthy(**replica)).count();
    let left = limit.saturating_sub(unavailable);
    let old = replicas[partition..].iter().rev().copied().filter(|replica| is_old(view, *replica));
    let parallel = view.set.pod_management == PodManagementPolicy::Parallel;
    if !(parallel && view.behaviour.stateful_set_replaces_unavailable) {
        return old.take(left).map(doomed).collect();
    }
    let (broken, good): (Vec<_>, Vec<_>) = old.partition(|replica| view.is_unhealthy(*replica));
    broken.into_iter().chain(good.into_iter().take(left)).map(doomed).collect()
}

/// Whether a pod is of another revision and not being deleted.
fn is_old(view: &StatefulSetView<'_>, replica: Replica<'_>) -> bool {
    let going = if let Replica::Seen(pod) = replica { pod.deleted.is_some() } else { false };
    view.revision(replica) != Some(view.update) && !going
}

fn doomed(replica: Replica<'_>) -> Doomed {
    match replica {
        Replica::Seen(pod) => Doomed::Seen(pod.id),
        Replica::New { ordinal, .. } => Doomed::New { ordinal },
    }
}
