//! The part of the node life-cycle controller that answers a cordon: it puts the taint
//! `node.kubernetes.io/unschedulable:NoSchedule` on the node, or takes it away (v1.34,
//! `pkg/controller/nodelifecycle`, `doNoScheduleTaintingPass`).
//!
//! DIFFERENCE: node failures, their taints and evictions are not simulated.

use super::api_server::ApiServer;
use super::draw_uses;
use super::event::Event;
use super::store::Change;
use super::store::kinds::unseen;
use crate::api::{Node, NodeId, Taint, TaintEffect};
use crate::kernel::{EventClass, EventQueue, Identity, stable_hash};

const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// Notices that a node was cordoned or uncordoned; its pass follows after
/// [`super::timing::Timing::cordon_taint`].
pub fn observe(change: &Change, api: &ApiServer<'_>, queue: &mut EventQueue<Event>) {
    let (old, node) = match change {
        Change::Node { old, new: Some(node) } => (old, node),
        Change::Node { new: None, .. } => return,
        Change::Namespace { .. }
        | Change::Pod { .. }
        | Change::ReplicaSet { .. }
        | Change::Deployment { .. }
        | Change::SelectorOwner { .. } => return unseen("a cordon is a change of a node"),
    };
    let was_unschedulable = old.as_ref().is_some_and(|old| old.unschedulable);
    if node.unschedulable == was_unschedulable {
        return;
    }
    let name = api.names.resolve(node.name);
    let who = Identity { owner: stable_hash(name.as_bytes()), revision: 0, ordinal: 0 };
    let occurrence = api.now.0;
    let mut draw = api.draws.keyed(draw_uses::CORDON_TAINT, who, occurrence);
    let delay = api.setup.timing.cordon_taint.sample(&mut draw);
    queue.push(api.now.plus(delay), EventClass::Essential, Event::CordonTaint(node.id));
}

/// Makes the node's taint agree with `spec.unschedulable`.
pub fn reconcile(id: NodeId, api: &mut ApiServer<'_>) {
    let Some(node) = api.store().node(id).cloned() else { return };
    let (key, value) = (api.names.intern(UNSCHEDULABLE), api.names.intern(""));
    let taint = Taint { key, value, effect: TaintEffect::NoSchedule };
    let place = node.taints.iter().position(|held| held.key == key && held.effect == taint.effect);
    match (node.unschedulable, place) {
        (true, None) => api.update(id, |node: &mut Node| node.taints.push(taint)),
        (false, Some(place)) => api.update(id, |node: &mut Node| {
            node.taints.remove(place);
        }),
        _ => {}
    }
}
