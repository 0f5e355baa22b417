//! Services and controllers that give pods a selector for default spreading
//! (`plugins/helper/spread.go` of kube-scheduler v1.34, `DefaultSelector`).

use crate::api::{LabelSelector, Pod, Requirement, WorkloadKind};
use crate::kernel::{LookupMap, Symbol};

/// A Service of a namespace.
#[derive(Clone, Debug)]
struct Service {
    name: Symbol,
    selector: Option<LabelSelector>,
}

/// Owners of selectors.
#[derive(Clone, Debug, Default)]
pub struct SelectorOwners {
    services: LookupMap<Symbol, Vec<Service>>,
    controllers: LookupMap<(WorkloadKind, Symbol, Symbol), LabelSelector>,
}

impl SelectorOwners {
    /// An owner appeared or changed. An owner without a selector only replaces what was there.
    /// `kind` is `None` for a Service.
    pub fn put(
        &mut self,
        kind: Option<WorkloadKind>,
        namespace: Symbol,
        name: Symbol,
        selector: Option<LabelSelector>,
    ) {
        match kind {
            None => {
                let services = self.services.get_or_insert_with(namespace, Vec::new);
                match services.iter_mut().find(|other| other.name == name) {
                    Some(other) => other.selector = selector,
                    None => services.push(Service { name, selector }),
                }
            }
            Some(kind) => {
                let key = (kind, namespace, name);
                match selector {
                    Some(selector) => self.controllers.insert(key, selector),
                    None => self.controllers.remove(&key),
                };
            }
        }
    }

    /// An owner went away; `kind` is `None` for a Service.
    pub fn remove(&mut self, kind: Option<WorkloadKind>, namespace: Symbol, name: Symbol) {
        match kind {
            None => {
                if let Some(services) = self.services.get_mut(&namespace) {
                    services.retain(|other| other.name != name);
                }
            }
            Some(kind) => {
                self.controllers.remove(&(kind, namespace, name));
            }
        }
    }

    /// What the Services that select the pod and the controller that owns it (by kind and name, its
    /// UID is not looked at) require together; the empty selector if there is none of them.
    pub fn default_selector(&self, pod: &Pod) -> LabelSelector {
        let namespace = pod.spec.namespace;
        let mut requirements: Vec<Requirement> = Vec::new();
        let services = self.services.get(&namespace).into_iter().flatten();
        for selector in services.filter_map(|service| service.selector.as_ref()) {
            if selector.matches(&pod.spec.labels) {
                requirements.extend_from_slice(&selector.requirements);
            }
        }
        if let Some(owner) = &pod.controller
            && is_supported(owner.kind)
            && let Some(selector) = self.controllers.get(&(owner.kind, namespace, owner.name))
        {
            if owner.kind == WorkloadKind::ReplicationController {
                // Its selector is a map like those of the Services, and replaces their values.
                let has = |key: Symbol| selector.requirements.iter().any(|other| other.key == key);
                requirements.retain(|requirement| !has(requirement.key));
            }
            requirements.extend_from_slice(&selector.requirements);
        }
        LabelSelector { requirements }
    }
}

fn is_supported(kind: WorkloadKind) -> bool {
    matches!(kind, WorkloadKind::ReplicaSet | WorkloadKind::StatefulSet | WorkloadKind::ReplicationController)
}
