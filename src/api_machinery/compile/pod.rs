//! Pods: the shared part and the state of each.

use std::sync::Arc;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;

use super::features::required_features;
use super::metadata::{namespace_of, timestamp};
use super::selector::{labels, node_selector_term, preferred_node_terms, tolerations};
use super::{CompileContext, affinity, containers, requests, spread};
use crate::api::pod::REVISION_LABEL;
use crate::api::{
    AffinityTerm, ControllerRef, HostPort, Interner, LabelSelector, Labels, NodeId, Pod, PodId, PodPhase,
    PodSpec, Protocol, ReadyCondition, Requirement, SelectorOperator, Symbol, Timestamp, Uid,
};

/// A pod that does not have a number yet.
#[derive(Clone, Debug)]
pub struct CompiledPod {
    /// `metadata.name`.
    pub name: Arc<str>,
    /// `metadata.uid`, if it is set.
    pub uid: Option<Uid>,
    /// The part that pods of a template share, keys merged.
    pub spec: PodSpec,
    /// The controlling owner.
    pub owner: Option<OwnerText>,
    /// `metadata.creationTimestamp`.
    pub created: Option<Timestamp>,
    /// `metadata.deletionTimestamp`.
    pub deleted: Option<Timestamp>,
    /// `spec.nodeName`: the node that it is bound to.
    pub node_name: Option<Symbol>,
    /// `status.nominatedNodeName`.
    pub nominated_node_name: Option<Symbol>,
    /// `status.startTime`.
    pub started: Option<Timestamp>,
    /// The first condition `DisruptionTarget` says that the scheduler preempts it.
    pub is_preempted: bool,
    /// `status.phase`.
    pub phase: PodPhase,
    /// The condition `Ready`.
    pub ready: Option<ReadyCondition>,
    /// The deletion cost, 0 where it is absent or invalid.
    pub deletion_cost: i32,
    /// The largest restart count of a container.
    pub restarts: i32,
    /// The largest restart count of a sidecar.
    pub sidecar_restarts: i32,
}

impl CompiledPod {
    /// The pod with its number, on its node and with its owner. It is nobody to the random draws.
    pub fn numbered(self, id: PodId, node: Option<NodeId>, controller: Option<ControllerRef>) -> Pod {
        Pod {
            uid: self.uid.unwrap_or(Uid(0)),
            controller,
            created: self.created,
            deleted: self.deleted,
            node,
            started: self.started,
            is_preempted: self.is_preempted,
            phase: self.phase,
            ready: self.ready,
            deletion_cost: self.deletion_cost,
            restarts: self.restarts,
            sidecar_restarts: self.sidecar_restarts,
            ..Pod::new(id, self.name, self.spec.into())
        }
    }
}

/// An owner reference as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnerText {
    /// The owner's API version, its group included.
    pub api_version: String,
    /// The owner's kind.
    pub kind: String,
    /// The owner's name.
    pub name: String,
    /// The owner's UID.
    pub uid: Uid,
}

/// The owner reference with `controller: true`.
pub fn controller_of(metadata: &meta::ObjectMeta) -> Option<OwnerText> {
    let owners = metadata.owner_references.as_deref().unwrap_or_default();
    let owner = owners.iter().find(|owner| owner.controller == Some(true))?;
    Some(OwnerText {
        api_version: owner.api_version.clone(),
        kind: owner.kind.clone(),
        name: owner.name.clone(),
        uid: Uid::from_text(&owner.uid),
    })
}

/// A pod as it stands in the API. Label keys are merged, as the API server does when it is created.
pub fn compile_pod(pod: &core::Pod, context: &CompileContext<'_>, names: &mut Interner) -> CompiledPod {
    let metadata = &pod.metadata;
    let namespace = namespace_of(metadata, names);
    let empty = core::PodSpec::default();
    let source = pod.spec.as_ref().unwrap_or(&empty);
    let status = pod.status.as_ref();
    let pod_labels = labels(metadata.labels.as_ref(), names);
    let mut spec = compile_pod_spec(source, status, namespace, pod_labels, context, names);
    merge_label_keys(&mut spec);
    let cost = metadata.annotations.as_ref().and_then(|map| map.get(DELETION_COST));
    let restarts = |statuses: Option<&[core::ContainerStatus]>, wanted: &dyn Fn(&str) -> bool| {
        let counts = statuses.unwrap_or_default().iter().filter(|status| wanted(&status.name));
        counts.map(|status| status.restart_count).max().unwrap_or(0)
    };
    let sidecars: Vec<&str> = source
        .init_containers
        .iter()
        .flatten()
        .filter(|container| requests::is_sidecar(container, context))
        .map(|container| container.name.as_str())
        .collect();
    CompiledPod {
        name: metadata.name.as_deref().unwrap_or("").into(),
        uid: metadata.uid.as_deref().map(Uid::from_text),
        spec,
        owner: controller_of(metadata),
        created: metadata.creation_timestamp.as_ref().map(timestamp),
        deleted: metadata.deletion_timestamp.as_ref().map(timestamp),
        node_name: source.node_name.as_deref().filter(|name| !name.is_empty()).map(|name| names.intern(name)),
        nominated_node_name: status
            .and_then(|status| status.nominated_node_name.as_deref())
            .filter(|name| !name.is_empty())
            .map(|name| names.intern(name)),
        started: status.and_then(|status| status.start_time.as_ref()).map(timestamp),
        is_preempted: is_preempted(status),
        phase: phase(status),
        ready: ready(status),
        deletion_cost: cost.and_then(|text| deletion_cost(text)).unwrap_or(0),
        restarts: restarts(status.and_then(|status| status.container_statuses.as_deref()), &|_| true),
        sidecar_restarts: restarts(
            status.and_then(|status| status.init_container_statuses.as_deref()),
            &|name| sidecars.contains(&name),
        ),
    }
}

const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// A deletion cost: a 32-bit number without leading zeros or plus sign.
fn deletion_cost(text: &str) -> Option<i32> {
    let first = text.bytes().next()?;
    if first == b'+' || (first == b'0' && text.len() > 1) {
        return None;
    }
    text.parse().ok()
}

fn phase(status: Option<&core::PodStatus>) -> PodPhase {
    match status.and_then(|status| status.phase.as_deref()) {
        Some("Running") => PodPhase::Running,
        Some("Succeeded") => PodPhase::Succeeded,
        Some("Failed") => PodPhase::Failed,
        Some("Unknown") => PodPhase::Unknown,
        _ => PodPhase::Pending,
    }
}

/// Whether the first condition `DisruptionTarget` says that the scheduler preempts the pod
/// (`podTerminatingByPreemption`).
fn is_preempted(status: Option<&core::PodStatus>) -> bool {
    let conditions = status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
    let condition = conditions.iter().find(|condition| condition.type_ == "DisruptionTarget");
    condition.is_some_and(|condition| {
        condition.status == "True" && condition.reason.as_deref() == Some("PreemptionByScheduler")
    })
}

fn ready(status: Option<&core::PodStatus>) -> Option<ReadyCondition> {
    let conditions = status?.conditions.as_deref()?;
    let condition = conditions.iter().find(|condition| condition.type_ == "Ready")?;
    let since = condition.last_transition_time.as_ref().map(timestamp);
    Some(ReadyCondition { ready: condition.status == "True", since })
}

/// The shared part of a pod or a template. Label keys are not merged yet.
pub fn compile_pod_spec(
    spec: &core::PodSpec,
    status: Option<&core::PodStatus>,
    namespace: Symbol,
    pod_labels: Labels,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> PodSpec {
    let affinity = spec.affinity.as_ref();
    let node_affinity = affinity.and_then(|affinity| affinity.node_affinity.as_ref());
    let required = node_affinity
        .and_then(|affinity| affinity.required_during_scheduling_ignored_during_execution.as_ref());
    let preferred = node_affinity
        .and_then(|affinity| affinity.preferred_during_scheduling_ignored_during_execution.as_deref());
    let together = affinity.and_then(|affinity| affinity.pod_affinity.as_ref());
    let apart = affinity.and_then(|affinity| affinity.pod_anti_affinity.as_ref());
    let priority =
        context.priorities.resolve(spec.priority_class_name.as_deref(), spec.priority).unwrap_or_default();
    let revision = names.get(REVISION_LABEL).and_then(|key| pod_labels.get(key));
    PodSpec {
        namespace,
        labels: pod_labels,
        revision,
        scheduler_name: names.intern(spec.scheduler_name.as_deref().unwrap_or("default-scheduler")),
        node_name: spec.node_name.as_deref().filter(|name| !name.is_empty()).map(|name| names.intern(name)),
        priority,
        may_preempt: context
            .priorities
            .may_preempt(spec.priority_class_name.as_deref(), spec.preemption_policy.as_deref()),
        requests: requests::pod_requests(spec, status, context, names),
        node_selector: labels(spec.node_selector.as_ref(), names),
        required_node_terms: required.map(|selector| {
            selector.node_selector_terms.iter().map(|term| node_selector_term(term, names)).collect()
        }),
        preferred_node_terms: preferred_node_terms(preferred, names),
        tolerations: tolerations(spec.tolerations.as_deref(), context, names),
        host_ports: host_ports(spec, context, names),
        spread_constraints: spread::constraints(spec.topology_spread_constraints.as_deref(), context, names),
        affinity: affinity::pod_affinity(
            together.and_then(|terms| terms.required_during_scheduling_ignored_during_execution.as_deref()),
            together.and_then(|terms| terms.preferred_during_scheduling_ignored_during_execution.as_deref()),
            namespace,
            context,
            names,
        ),
        anti_affinity: affinity::pod_affinity(
            apart.and_then(|terms| terms.required_during_scheduling_ignored_during_execution.as_deref()),
            apart.and_then(|terms| terms.preferred_during_scheduling_ignored_during_execution.as_deref()),
            namespace,
            context,
            names,
        ),
        images: images(spec, context, names),
        image_volumes: image_volumes(spec, context, names),
        required_features: required_features(spec, context, names),
        scheduling_gates: spec
            .scheduling_gates
            .iter()
            .flatten()
            .map(|gate| names.intern(&gate.name))
            .collect(),
        termination_grace_seconds: spec.termination_grace_period_seconds.unwrap_or(30),
        readiness_initial_delay_seconds: initial_delay(spec),
        // The API says nothing of it; who knows it sets it.
        run_for: None,
        containers: containers::containers(spec, context, names),
    }
}

fn initial_delay(spec: &core::PodSpec) -> i64 {
    let probes = spec.containers.iter().filter_map(|container| container.readiness_probe.as_ref());
    probes.map(|probe| i64::from(probe.initial_delay_seconds.unwrap_or(0))).max().unwrap_or(0)
}

/// Ports of containers and (from v1.34 on) sidecars; ordinary init containers' do not count.
fn host_ports(spec: &core::PodSpec, context: &CompileContext<'_>, names: &mut Interner) -> Vec<HostPort> {
    let inits = spec.init_containers.iter().flatten();
    let counts = context.scheduler.host_ports_of_sidecars;
    let sidecars = inits.filter(|container| counts && requests::is_sidecar(container, context));
    let mut ports = Vec::new();
    for port in spec.containers.iter().chain(sidecars).flat_map(|container| container.ports.iter().flatten())
    {
        let Some(number) = port.host_port.filter(|number| *number > 0) else { continue };
        let ip = port.host_ip.as_deref().filter(|ip| !ip.is_empty() && *ip != "0.0.0.0");
        let protocol = match port.protocol.as_deref() {
            Some("UDP") => Protocol::Udp,
            Some("SCTP") => Protocol::Sctp,
            _ => Protocol::Tcp,
        };
        let compiled = HostPort { ip: ip.map(|ip| names.intern(ip)), protocol, port: number };
        if !ports.contains(&compiled) {
            ports.push(compiled);
        }
    }
    ports
}

/// Images of init containers (from v1.30 on) and containers, `:latest` added where there is no tag.
fn images(spec: &core::PodSpec, context: &CompileContext<'_>, names: &mut Interner) -> Vec<Symbol> {
    let inits = spec.init_containers.iter().flatten().filter(|_| context.scheduler.images_of_init_containers);
    let containers = inits.chain(&spec.containers);
    containers
        .map(|container| names.intern(&normalized_image(container.image.as_deref().unwrap_or(""))))
        .collect()
}

/// Images that are mounted as volumes, where ImageLocality counts them.
fn image_volumes(spec: &core::PodSpec, context: &CompileContext<'_>, names: &mut Interner) -> Vec<Symbol> {
    let volumes = spec.volumes.iter().flatten().filter(|_| context.scheduler.images_of_volumes);
    volumes
        .filter_map(|volume| volume.image.as_ref())
        .map(|image| names.intern(&normalized_image(image.reference.as_deref().unwrap_or(""))))
        .collect()
}

fn normalized_image(image: &str) -> String {
    // A colon before the last slash belongs to a port, not to a tag.
    if image.rfind(':') <= image.rfind('/') { format!("{image}:latest") } else { image.to_owned() }
}

/// Merges `matchLabelKeys` and `mismatchLabelKeys` into the selectors, by the pod's own labels, as the
/// API server does when a pod is created. Keys that the pod does not carry are ignored; without a
/// selector nothing is merged.
pub fn merge_label_keys(spec: &mut PodSpec) {
    let own = spec.labels.clone();
    for constraint in &mut spec.spread_constraints {
        if let Some(selector) = &mut constraint.selector {
            for &key in &constraint.match_label_keys {
                if let Some(value) = own.get(key) {
                    require(selector, Requirement::equals(key, value));
                }
            }
        }
    }
    for terms in [&mut spec.affinity, &mut spec.anti_affinity] {
        let preferred = terms.preferred.iter_mut().map(|weighted| &mut weighted.term);
        for term in terms.required.iter_mut().chain(preferred) {
            merge_term_keys(term, &own);
        }
    }
}

fn merge_term_keys(term: &mut AffinityTerm, own: &Labels) {
    let Some(selector) = &mut term.selector else { return };
    for &key in &term.match_label_keys {
        if let Some(value) = own.get(key) {
            require(selector, Requirement::equals(key, value));
        }
    }
    for &key in &term.mismatch_label_keys {
        if let Some(value) = own.get(key) {
            let operator = SelectorOperator::NotIn;
            require(selector, Requirement { key, operator, values: vec![value] });
        }
    }
}

/// Adds a requirement. A pod from a live cluster carries the merged requirements already; there they
/// are not repeated, so that its spec equals that of its template's next pod.
fn require(selector: &mut LabelSelector, requirement: Requirement) {
    if !selector.requirements.contains(&requirement) {
        selector.requirements.push(requirement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deletion_costs_and_images() {
        for (text, expected) in [
            ("5", Some(5)),
            ("-7", Some(-7)),
            ("+5", None),
            ("05", None),
            ("abc", None),
            ("0", Some(0)),
            ("2147483648", None),
            ("", None),
        ] {
            assert_eq!(deletion_cost(text), expected, "{text}");
        }
        assert_eq!(normalized_image("web"), "web:latest");
        assert_eq!(normalized_image("web:v1"), "web:v1");
        assert_eq!(normalized_image("registry:5000/web"), "registry:5000/web:latest");
        assert_eq!(normalized_image("registry:5000/web:v1"), "registry:5000/web:v1");
    }
}
