//! The second pass of a sync, with the strategy `RollingUpdate` (`rollingUpdate`): old pods are deleted, or get a new one
//! beside them.

use super::limits::{Limits, limits};
use super::manage::Pass;
use super::pods::ByNode;
use super::{DaemonSetView, SeenNode};
use crate::api::{Pod, PodId, Symbol};
use crate::kernel::LookupMap;

/// The pods of a node that are not being deleted.
#[derive(Clone, Copy)]
enum OnNode<'a> {
    /// Several of one revision: the first pass will see to them.
    TooMany,
    /// At most one of each.
    Pair {
        /// Of the template that is wanted.
        new: Option<&'a Pod>,
        /// Of another.
        old: Option<&'a Pod>,
    },
}

/// `findUpdatedPodsOnNode`.
fn on_node<'a>(view: &DaemonSetView<'_>, pods: &[&'a Pod]) -> OnNode<'a> {
    let (mut new, mut old) = (None, None);
    for pod in pods.iter().filter(|pod| pod.deleted.is_none()) {
        let place = if view.is_updated(pod) { &mut new } else { &mut old };
        if place.replace(*pod).is_some() {
            return OnNode::TooMany;
        }
    }
    OnNode::Pair { new, old }
}

/// A node that has pods or should have one, with its pods; `None` where it is gone.
type Place<'a> = (Option<SeenNode>, OnNode<'a>);

/// One pass. It sees what the first pass saw, which has changed nothing.
pub fn rolling_update(view: &DaemonSetView<'_>) -> Pass {
    let by_node = ByNode::new(view);
    let mut places: Vec<Place<'_>> = Vec::new();
    let (mut desired, mut there) = (0, LookupMap::default());
    for node in view.nodes {
        let pods = by_node.of(node.name);
        desired += i32::from(node.verdict.should_run);
        there.insert(node.name, ());
        if node.verdict.should_run || !pods.is_empty() {
            places.push((Some(*node), on_node(view, pods)));
        }
    }
    let gone = by_node.nodes.iter().filter(|(name, _)| !there.contains_key(name));
    places.extend(gone.map(|(_, pods)| (None, on_node(view, pods))));
    let limits = limits(view.daemon_set, desired);
    if limits.max_surge == 0 {
        delete_old(view, limits, &places).cut()
    } else {
        surge(view, (limits, desired), &places).cut()
    }
}

/// So many of a list as a limit leaves after what is used of it.
fn within<T: Copy>(limit: i32, used: i32, candidates: &[T]) -> impl Iterator<Item = T> {
    candidates.iter().copied().take(usize::try_from(limit.saturating_sub(used)).unwrap_or(0))
}

/// Without surge: old pods that are not available go at once, whatever the limit; others as far as `maxUnavailable` allows
/// besides (before 1.31, as if the unavailable ones were none).
fn delete_old(view: &DaemonSetView<'_>, limits: Limits, places: &[Place<'_>]) -> Pass {
    let (mut unavailable, mut replaced, mut candidates) = (0, Vec::new(), Vec::new());
    for (_, pods) in places {
        match pods {
            OnNode::Pair { new: Some(new), old: None } => unavailable += i32::from(!view.is_available(new)),
            OnNode::Pair { new: None, old: Some(old) } if view.is_available(old) => candidates.push(old.id),
            OnNode::Pair { new: None, old: Some(old) } => replaced.push(old.id),
            OnNode::Pair { .. } | OnNode::TooMany => unavailable += 1,
        }
    }
    let counted = if view.behaviour.daemon_set_counts_old_pods { replaced.len() } else { 0 };
    let used = unavailable.saturating_add(i32::try_from(counted).unwrap_or(i32::MAX));
    replaced.extend(within(limits.max_unavailable, used, &candidates));
    Pass { delete: replaced, ..Pass::default() }
}

/// What a pass with surge has found so far.
#[derive(Default)]
struct Surge {
    pass: Pass,
    candidates: Vec<Symbol>,
    sunset: Vec<PodId>,
    surging: i32,
    available: i32,
}

/// With surge: a node with an unavailable old pod gets a new one at once, others as far as `maxSurge` allows; an old pod
/// goes when the new one is available. On nodes that should not run a pod any more an available one goes only when enough
/// others are available.
fn surge(view: &DaemonSetView<'_>, (limits, desired): (Limits, i32), places: &[Place<'_>]) -> Pass {
    let mut found = Surge::default();
    for (node, pods) in places {
        let OnNode::Pair { new, old } = *pods else {
            found.surging += 1;
            continue;
        };
        found.available += i32::from(old.or(new).is_some_and(|pod| view.is_available(pod)));
        let Some(old) = old else { continue };
        match new {
            Some(new) if view.is_available(new) => found.pass.delete.push(old.id),
            Some(_) => found.surging += 1,
            None => {
                // The node is gone: the pass ends with an error, and nothing is done.
                let Some(node) = node else { return Pass::default() };
                found.old_alone(view, *node, old);
            }
        }
    }
    let Surge { mut pass, candidates, sunset, surging, available } = found;
    pass.create.extend(within(limits.max_surge, surging, &candidates));
    pass.delete.extend(within(available, desired, &sunset));
    pass
}

impl Surge {
    fn old_alone(&mut self, view: &DaemonSetView<'_>, node: SeenNode, old: &Pod) {
        match (view.is_available(old), node.verdict.should_run) {
            (false, false) => self.pass.delete.push(old.id),
            (false, true) => self.pass.create.push(node.name),
            (true, false) => self.sunset.push(old.id),
            (true, true) => self.candidates.push(node.name),
        }
    }
}
