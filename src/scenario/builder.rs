//! From trees to compact objects: decoding, defaults, validation, numbers, names, shared pod specs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1 as core;
use kubecast_manifest::{Object, decode_object};

use super::directory::Directory;
use super::dump::LeftOut;
use super::error::{Findings, did_you_mean};
use super::node_conditions;
use super::objects::ObjectSource;
use super::places::field_pointer;
use super::reference::Reference;
use super::service_ips::ServiceList;
use crate::api::{
    Behaviour, DaemonSet, Deployment, DisruptionBudget, Interner, LabelSelector, Labels, Node, PodId,
    PodSpec, PriorityClasses, SelectorOwner, Symbol, Timestamp, Uid,
};
use crate::api_machinery::compile::selector::labels;
use crate::api_machinery::compile::{self, CompileContext};
use crate::api_machinery::{defaults, validate};
use crate::cluster::operation::AppliedObject;
use crate::cluster::store::ObjectId;
use crate::kernel::{LookupMap, stable_hash};

/// Kinds that [`Builder::prepare`] takes up, and nobody else.
pub(super) const PREPARED: [&str; 3] = ["namespace", "priorityclass", "poddisruptionbudget"];

/// What grows while the objects of a variant are compiled.
pub(super) struct Builder {
    /// Every name.
    pub(super) names: Interner,
    /// Release and gates.
    pub(super) behaviour: Behaviour,
    /// The API time of the beginning, which stands for creation times that are not there.
    pub(super) start: Timestamp,
    /// The priorities that pods can name.
    pub(super) priorities: PriorityClasses,
    /// The PodDisruptionBudgets.
    pub(super) budgets: Vec<DisruptionBudget>,
    /// Labels of namespaces.
    pub(super) namespaces: BTreeMap<Symbol, Labels>,
    /// Names and numbers of objects.
    pub(super) directory: Directory,
    /// The schedulers that pods without a node name.
    pub(super) schedulers: BTreeSet<Symbol>,
    /// ReplicaSets and Deployments by UID, for owner references.
    pub(super) by_uid: LookupMap<Uid, ObjectId>,
    /// The UIDs of ReplicaSets, by number.
    pub(super) replica_set_uids: Vec<Uid>,
    /// The UIDs of DaemonSets, by number.
    pub(super) daemon_set_uids: Vec<Uid>,
    /// The Services with their numbers.
    pub(super) services: ServiceList,
    /// Pods that run and are not ready, or whose containers crash or cannot start.
    pub(super) held: BTreeSet<PodId>,
    /// Pods whose nodes are not in the input.
    pub(super) left_out: LeftOut,
    /// How often a pod of a name was made.
    pub(super) incarnations: BTreeMap<Reference, u32>,
    specs: LookupMap<Arc<PodSpec>, Arc<PodSpec>>,
    selectors: BTreeMap<Reference, LabelSelector>,
    containers: BTreeMap<Reference, Vec<String>>,
}

/// The UID of an object that carries none: the same in every variant and run.
pub(super) fn derived_uid(reference: &Reference) -> Uid {
    let high = stable_hash(reference.to_string().as_bytes());
    let low = stable_hash(format!("{reference}#uid").as_bytes());
    let bits = (u128::from(high) << 64) | u128::from(low);
    // Version 4, variant 1, as UIDs of Kubernetes are.
    Uid(bits & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62))
}

impl Builder {
    /// Nothing yet.
    pub(super) fn new(behaviour: Behaviour, start: Timestamp) -> Self {
        Self {
            names: Interner::new(),
            behaviour,
            start,
            priorities: PriorityClasses::default(),
            budgets: Vec::new(),
            namespaces: BTreeMap::new(),
            directory: Directory::default(),
            schedulers: BTreeSet::new(),
            by_uid: LookupMap::default(),
            replica_set_uids: Vec::new(),
            daemon_set_uids: Vec::new(),
            services: ServiceList::default(),
            held: BTreeSet::new(),
            left_out: LeftOut::default(),
            incarnations: BTreeMap::new(),
            specs: LookupMap::default(),
            selectors: BTreeMap::new(),
            containers: BTreeMap::new(),
        }
    }

    /// Decodes an object, fills in defaults and validates it. `None` if it is wrong.
    pub(super) fn decode(&self, source: &ObjectSource, findings: &mut Findings) -> Option<Object> {
        let decoded = match decode_object(&source.tree) {
            Ok(decoded) => decoded,
            Err(error) => {
                let here = source.place_of_part(error.line, error.column);
                findings.error(here, format!("{}: {error}", source.reference));
                return None;
            }
        };
        for field in &decoded.unknown_fields {
            let here = source.place_of_part(field.line, field.column);
            let message = format!("{}: {field}", source.reference);
            // A dump may come from a newer release; what a variant sets in it is the user's own.
            let excused = source.is_dumped() && !source.was_set(&field_pointer(&field.path));
            if excused { findings.warning(here, message) } else { findings.error(here, message) }
        }
        let mut object = decoded.object;
        defaults::apply(&mut object, &self.behaviour.api_server);
        let faults = validate::validate(&object, &self.behaviour.api_server);
        for fault in &faults {
            let here = source.place_at(&field_pointer(&fault.path));
            findings.error(here, format!("{}: {fault}", source.reference));
        }
        faults.is_empty().then_some(object)
    }

    /// Takes up what others refer to: PriorityClasses, PodDisruptionBudgets and namespaces. A namespace that is used is there.
    pub(super) fn prepare(&mut self, source: &ObjectSource, findings: &mut Findings) {
        match source.reference.kind.as_str() {
            "priorityclass" => {
                let Some(Object::PriorityClass(class)) = self.decode(source, findings) else { return };
                let default = class.global_default.unwrap_or(false);
                let (value, policy) = (class.value.unwrap_or_default(), class.preemption_policy.as_deref());
                self.priorities.add(&source.reference.name, value, default, policy);
            }
            "poddisruptionbudget" => {
                let Some(Object::PodDisruptionBudget(budget)) = self.decode(source, findings) else { return };
                let compiled = compile::compile_disruption_budget(&budget, &mut self.names);
                self.budgets.push(compiled);
            }
            "namespace" => {
                let Some(Object::Namespace(namespace)) = self.decode(source, findings) else { return };
                let mut own = labels(namespace.metadata.labels.as_ref(), &mut self.names);
                self.name_namespace(&source.reference.name, &mut own);
                let symbol = self.names.intern(&source.reference.name);
                self.namespaces.insert(symbol, own);
            }
            _ if !source.reference.namespace.is_empty() => {
                let symbol = self.names.intern(&source.reference.namespace);
                if !self.namespaces.contains_key(&symbol) {
                    let mut own = Labels::default();
                    self.name_namespace(&source.reference.namespace, &mut own);
                    self.namespaces.insert(symbol, own);
                }
            }
            _ => return,
        }
        if PREPARED.contains(&source.reference.kind.as_str()) {
            self.directory.passive(&source.reference);
        }
    }

    /// Every namespace carries its name as a label.
    fn name_namespace(&mut self, name: &str, own: &mut Labels) {
        let (key, value) = (self.names.intern("kubernetes.io/metadata.name"), self.names.intern(name));
        own.set(key, value);
    }

    /// The context for compiling, and the names, which are used together.
    pub(super) fn context(&mut self) -> (CompileContext<'_>, &mut Interner) {
        let context = CompileContext::new(&self.behaviour, &self.priorities);
        (context, &mut self.names)
    }

    /// The one copy of a pod spec that all pods with an equal one share.
    pub(super) fn share(&mut self, spec: PodSpec) -> Arc<PodSpec> {
        if let Some(shared) = self.specs.get(&spec) {
            return Arc::clone(shared);
        }
        let shared = Arc::new(spec);
        self.specs.insert(Arc::clone(&shared), Arc::clone(&shared));
        shared
    }

    /// Takes note of what pods to be scheduled ask for.
    pub(super) fn note_waiting(&mut self, spec: &PodSpec) {
        self.schedulers.insert(spec.scheduler_name);
    }

    /// A node, with its number.
    pub(super) fn node(&mut self, source: &ObjectSource, node: &core::Node) -> Node {
        let id = self.directory.number_or_next::<Node>(&source.reference);
        let mut compiled = compile::compile_node(node, id, self.start, &mut self.names);
        node_conditions::put_taints(node, &mut compiled, &mut self.names);
        compiled
    }

    /// Tells of a priority class that does not exist.
    pub(super) fn check_priority(
        &self,
        source: &ObjectSource,
        pointer: &str,
        spec: Option<&core::PodSpec>,
        findings: &mut Findings,
    ) {
        let Some(spec) = spec else { return };
        if let Err(error) = self.priorities.resolve(spec.priority_class_name.as_deref(), spec.priority) {
            let here = source.place_at(&format!("{pointer}/priorityClassName"));
            findings.error(here, format!("{}: {error}", source.reference));
        }
    }

    /// A Deployment, with its number. The selector of one that is there cannot change.
    pub(super) fn deployment(
        &mut self,
        source: &ObjectSource,
        deployment: &k8s_openapi::api::apps::v1::Deployment,
        findings: &mut Findings,
    ) -> Deployment {
        let template = deployment.spec.template.spec.as_ref();
        self.check_priority(source, "/spec/template/spec", template, findings);
        let was_there = self.directory.get(&source.reference).is_some();
        let id = self.directory.number_or_next::<Deployment>(&source.reference);
        let uid = derived_uid(&source.reference);
        let start = self.start;
        let (context, names) = self.context();
        let compiled = compile::compile_deployment(deployment, id, uid, start, &context, names);
        self.note_workload(source, &compiled.selector, was_there, template, findings);
        self.note_waiting(&compiled.template.pod);
        self.by_uid.insert(compiled.uid, id.into());
        compiled
    }

    /// A DaemonSet, with its number. The selector of one that is there cannot change.
    pub(super) fn daemon_set(
        &mut self,
        source: &ObjectSource,
        set: &k8s_openapi::api::apps::v1::DaemonSet,
        findings: &mut Findings,
    ) -> DaemonSet {
        let template = set.spec.template.spec.as_ref();
        self.check_priority(source, "/spec/template/spec", template, findings);
        let was_there = self.directory.get(&source.reference).is_some();
        let id = self.directory.number_or_next::<DaemonSet>(&source.reference);
        let uid = derived_uid(&source.reference);
        let start = self.start;
        let (context, names) = self.context();
        let compiled = compile::compile_daemon_set(set, id, uid, start, &context, names);
        self.note_workload(source, &compiled.selector, was_there, template, findings);
        self.note_waiting(&compiled.template.pod);
        self.by_uid.insert(compiled.uid, id.into());
        if self.daemon_set_uids.len() <= id.index() {
            self.daemon_set_uids.resize(id.index() + 1, compiled.uid);
        }
        compiled
    }

    /// Takes note of a workload's selector, which cannot change, and of its containers.
    fn note_workload(
        &mut self,
        source: &ObjectSource,
        selector: &LabelSelector,
        was_there: bool,
        template: Option<&core::PodSpec>,
        findings: &mut Findings,
    ) {
        if was_there && self.selectors.get(&source.reference) != Some(selector) {
            let message = format!("{}: spec.selector: Invalid value: field is immutable", source.reference);
            findings.error(source.place_at("/spec/selector"), message);
        }
        self.selectors.insert(source.reference.clone(), selector.clone());
        let containers = template.map(|spec| spec.containers.iter().map(|one| one.name.clone()).collect());
        self.containers.insert(source.reference.clone(), containers.unwrap_or_default());
    }

    /// Whether a workload has a container of this name.
    pub(super) fn check_container(
        &self,
        deployment: &Reference,
        container: Option<&str>,
    ) -> Result<(), String> {
        let Some(container) = container else { return Ok(()) };
        // A faulty Deployment, which is told of, has none.
        let Some(names) = self.containers.get(deployment) else { return Ok(()) };
        if names.iter().any(|name| name == container) {
            return Ok(());
        }
        let hint = did_you_mean(container, names.iter().map(String::as_str));
        Err(format!("{deployment} has no container {container:?}{hint}"))
    }

    /// The selector of a Service, ReplicationController or StatefulSet.
    pub(super) fn selector_owner(&mut self, source: &ObjectSource, object: &Object) -> Option<SelectorOwner> {
        if let Object::Service(service) = object {
            self.services.note(source, service);
        }
        let selects =
            matches!(object, Object::Service(_) | Object::ReplicationController(_) | Object::StatefulSet(_));
        if !selects {
            self.directory.passive(&source.reference);
            return None;
        }
        let id = self.directory.number_or_next::<SelectorOwner>(&source.reference);
        compile::compile_selector_owner(object, id, &mut self.names)
    }

    /// An object that the timeline applies. `None` if it changes nothing or is wrong.
    pub(super) fn apply(&mut self, source: &ObjectSource, findings: &mut Findings) -> Option<AppliedObject> {
        let object = self.decode(source, findings)?;
        let refuse = |message: &str, findings: &mut Findings| {
            findings.error(source.place(), format!("{}: {message}", source.reference));
        };
        match &object {
            Object::Node(node) => Some(AppliedObject::Node(Box::new(self.node(source, node)))),
            Object::Deployment(deployment) => {
                Some(AppliedObject::Deployment(Box::new(self.deployment(source, deployment, findings))))
            }
            Object::DaemonSet(set) => {
                Some(AppliedObject::DaemonSet(Box::new(self.daemon_set(source, set, findings))))
            }
            Object::Pod(_) if self.directory.get(&source.reference).is_some() => {
                refuse("it is there already, and a pod's spec cannot change", findings);
                None
            }
            Object::Pod(pod) => self.pod(source, pod, findings).map(|pod| AppliedObject::Pod(Box::new(pod))),
            Object::ReplicaSet(_) => {
                refuse("a ReplicaSet cannot be applied on the way; put it among the manifests", findings);
                None
            }
            Object::Namespace(_) | Object::PriorityClass(_) | Object::PodDisruptionBudget(_) => None,
            other => self.selector_owner(source, other).map(AppliedObject::SelectorOwner),
        }
    }
}
