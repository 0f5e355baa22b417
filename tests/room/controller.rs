//! A controller of one's own: half a minute after it sees a Deployment it makes a namespace, a node and a pod. None of
//! their names stands in the setup.

use std::sync::Arc;

use kubecast::api::{Labels, Namespace, Node, Pod, PodId, PodSpec};
use kubecast::cluster::controller_manager::{Context, Controller, Key, Step};
use kubecast::cluster::store::Change;
use kubecast::kernel::SimDuration;

#[derive(Default)]
pub(super) struct Maker {
    looked: bool,
}

impl Controller for Maker {
    fn name(&self) -> &'static str {
        "maker-controller"
    }

    fn observe(&mut self, change: &Change, context: &mut Context<'_, '_>) {
        if let Change::Deployment { old: None, new: Some(new) } = change {
            context.queue.add(0, Key(new.id.0));
        }
    }

    fn sync(&mut self, key: Key, context: &mut Context<'_, '_>) -> Step {
        if !std::mem::replace(&mut self.looked, true) {
            let at = context.api.now.plus(SimDuration::from_secs(30));
            context.queue.add_at(key, at, context.events);
            return Step::Done;
        }
        let api = &mut *context.api;
        let (name, label) = (api.names.intern("born"), api.names.intern("kubernetes.io/metadata.name"));
        let mut labels = Labels::default();
        labels.set(label, name);
        api.put(Namespace { id: api.store().next_id::<Namespace>(), name, labels });
        let like = Node::clone(api.store().nodes().iter().next().expect("the pool has a node"));
        let (node, id) = (api.names.intern("born-0"), api.store().next_id::<Node>());
        api.put(Node { id, name: node, ..like });
        let spec = PodSpec::new(name, api.names.intern("default-scheduler"));
        let id: PodId = api.store().next_id::<Pod>();
        let created = Some(api.api_time());
        api.put(Pod { created, ..Pod::new(id, "lonely", Arc::new(spec)) });
        Step::Done
    }
}
