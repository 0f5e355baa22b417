//! The part of the node life-cycle controller that answers a cordon: it puts the taint
//! `node.kubernetes.io/unschedulable:NoSchedule` on the node, or takes it away (v1.34,
//! `pkg/controller/nodelifecycle`, `doNoScheduleTaintingPass`).
//!
//! DIFFERENCE: node failures, their taints and evictions are not simulated.

use super::controller::{Context, Controller};
use super::key::Key;
use super::step::Step;
use crate::api::{Node, NodeId, Taint, TaintEffect};
use crate::cluster::api_server::ApiServer;
use crate::cluster::draw_uses;
use crate::cluster::event::Event;
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::cluster::timing::Timing;
use crate::kernel::{Distribution, EventClass, Identity, stable_hash};

const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// The controller; it keeps nothing in mind.
pub(super) struct NodeLifecycle;

impl Controller for NodeLifecycle {
    fn name(&self) -> &'static str {
        "node-lifecycle-controller"
    }

    /// Notices that a node was cordoned or uncordoned; its pass follows after
    /// [`Timing::cordon_taint`], one for each change.
    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>) {
        let (old, node) = match change {
            Change::Node { old, new: Some(node) } => (old, node),
            Change::Node { new: None, .. } => return,
            Change::Namespace { .. }
            | Change::Pod { .. }
            | Change::ReplicaSet { .. }
            | Change::Deployment { .. }
            | Change::DaemonSet { .. }
            | Change::SelectorOwner { .. } => return unseen("a cordon is a change of a node"),
        };
        let was_unschedulable = old.as_ref().is_some_and(|old| old.unschedulable);
        if node.unschedulable == was_unschedulable {
            return;
        }
        let api = &context.api;
        let name = api.names.resolve(node.name);
        let who = Identity { owner: stable_hash(name.as_bytes()), revision: 0, ordinal: 0 };
        let occurrence = api.now.0;
        let mut draw = api.draws.keyed(draw_uses::CORDON_TAINT, who, occurrence);
        let at = api.now.plus(api.setup.timing.cordon_taint.sample(&mut draw));
        let event = Event::Sync(context.queue.controller(), Key(node.id.0));
        context.events.push(at, EventClass::Essential, event);
    }

    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>) -> Step {
        reconcile(NodeId(key.0), context.api);
        Step::Done
    }

    /// Its passes have a hop of their own.
    fn delay<'t>(&self, _: &'t Timing) -> Option<&'t Distribution> {
        None
    }
}

/// Makes the node's taint agree with `spec.unschedulable`.
fn reconcile(id: NodeId, api: &mut ApiServer<'_>) {
    let Some(node) = api.store().node(id).cloned() else { return };
    let (key, value) = (api.names.intern(UNSCHEDULABLE), api.names.intern(""));
    let taint = Taint { key, value, number: None, effect: TaintEffect::NoSchedule };
    let place = node.taints.iter().position(|held| held.key == key && held.effect == taint.effect);
    match (node.unschedulable, place) {
        (true, None) => api.update(id, |node: &mut Node| node.taints.push(taint)),
        (false, Some(place)) => api.update(id, |node: &mut Node| {
            node.taints.remove(place);
        }),
        _ => {}
    }
}
