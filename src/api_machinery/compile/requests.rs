//! What a pod asks for.
//!
//! Follows `resourcehelper.PodRequests` of component-helpers and its callers in kube-scheduler
//! v1.34.1: container quantities are summed exactly and rounded up once per pod; sidecars count with
//! the containers and before the later init containers; pod-level requests replace the sum;
//! containers that are being resized count with the largest of what is asked, allocated and in use.
//!
//! Up to v1.26 (recorded at v1.25.2) each container is rounded up by itself, and scores take the cores of a pod's
//! overhead for thousandths. Up to v1.31 (recorded at v1.25.2, v1.28.0, v1.31.1) what pods on a node count for in scores is
//! summed by container.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Text;

use super::CompileContext;
use crate::api::{Interner, PodRequests, Quantity, Resources};

/// CPU that scoring assumes for a container that requests none, in thousandths.
const DEFAULT_MILLI_CPU: i64 = 100;
/// Memory that scoring assumes for a container that requests none, in bytes.
const DEFAULT_MEMORY: i64 = 200 * 1024 * 1024;

type List = BTreeMap<String, Quantity>;

/// Which rules apply to a sum.
#[derive(Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an independent rule of one caller")]
struct Options {
    use_status: bool,
    skip_pod_level: bool,
    default_cpu: bool,
    default_memory: bool,
}

/// All sums of a pod.
pub fn pod_requests(
    spec: &core::PodSpec,
    status: Option<&core::PodStatus>,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> PodRequests {
    let pod = Pod { spec, status, context };
    let fit = pod.sum(Options::default());
    let usage_options = Options { use_status: true, ..Options::default() };
    let usage = pod.sum(usage_options);
    let pod_level = pod.pod_level().is_some_and(|level| level.keys().any(|name| is_pod_level(name)));
    let non_zero = pod.sum(Options {
        default_cpu: !pod_level || !usage.contains_key("cpu"),
        default_memory: !pod_level || !usage.contains_key("memory"),
        ..usage_options
    });
    let score =
        pod.sum(Options { use_status: true, skip_pod_level: true, default_cpu: true, default_memory: true });
    let cpu = |list: &List| list.get("cpu").map_or(0, |quantity| quantity.milli_value());
    let memory = |list: &List| list.get("memory").map_or(0, |quantity| quantity.value());
    let unscored_milli_cpu = pod.unscored_milli_cpu();
    let (usage_non_zero_milli_cpu, usage_non_zero_memory) = if context.scheduler.usage_scored_by_container {
        pod.usage_by_container()
    } else {
        (cpu(&non_zero), memory(&non_zero))
    };
    PodRequests {
        usage_non_zero_milli_cpu,
        usage_non_zero_memory,
        score_non_zero_milli_cpu: cpu(&score) - unscored_milli_cpu,
        score_non_zero_memory: memory(&score),
        fit: resources(&fit, names),
        usage: resources(&usage, names),
        unscored_milli_cpu,
        panics: pod.panics(),
    }
}

/// A list of quantities, as text, to amounts.
pub fn resources_of(list: Option<&BTreeMap<String, Text>>, names: &mut Interner) -> Resources {
    resources(&read(list), names)
}

fn resources(list: &List, names: &mut Interner) -> Resources {
    let mut amounts = Resources::default();
    for (name, quantity) in list {
        match name.as_str() {
            "cpu" => amounts.milli_cpu = quantity.milli_value(),
            "memory" => amounts.memory = quantity.value(),
            "ephemeral-storage" => amounts.ephemeral_storage = quantity.value(),
            "pods" => amounts.pods = quantity.value(),
            _ if is_scalar(name) => amounts.add_scalar(names.intern(name), quantity.value()),
            _ => {}
        }
    }
    amounts
}

/// Extended resources, huge pages and attachable volumes.
fn is_scalar(name: &str) -> bool {
    (name.contains('/') && !name.starts_with("requests."))
        || name.starts_with("hugepages-")
        || name.starts_with("attachable-volumes-")
}

/// Resources that `spec.resources` of a pod may hold.
fn is_pod_level(name: &str) -> bool {
    name == "cpu" || name == "memory" || name.starts_with("hugepages-")
}

pub(super) fn read(list: Option<&BTreeMap<String, Text>>) -> List {
    let entries = list.into_iter().flatten();
    entries.map(|(name, text)| (name.clone(), Quantity::parse(&text.0).unwrap_or_default())).collect()
}

fn add(sum: &mut List, other: &List) {
    for (name, quantity) in other {
        sum.entry(name.clone()).or_default().0 += quantity.0;
    }
}

fn raise(sum: &mut List, other: &List) {
    for (name, quantity) in other {
        let held = sum.entry(name.clone()).or_insert(*quantity);
        *held = (*held).max(*quantity);
    }
}

struct Pod<'a> {
    spec: &'a core::PodSpec,
    status: Option<&'a core::PodStatus>,
    context: &'a CompileContext<'a>,
}

impl Pod<'_> {
    fn pod_level(&self) -> Option<List> {
        let resources =
            self.spec.resources.as_ref().filter(|_| self.context.api_server.pod_level_resources)?;
        resources.requests.as_ref().map(|requests| read(Some(requests)))
    }

    fn sum(&self, options: Options) -> List {
        let mut sum = self.containers(options);
        if !options.skip_pod_level {
            for (name, quantity) in self.pod_level().into_iter().flatten() {
                if is_pod_level(&name) {
                    sum.insert(name, quantity);
                }
            }
        }
        let mut overhead = read(self.spec.overhead.as_ref());
        if self.context.scheduler.requests_by_container {
            round_up(&mut overhead);
        }
        add(&mut sum, &overhead);
        sum
    }

    fn containers(&self, options: Options) -> List {
        let mut sum = List::new();
        let statuses = self.status.and_then(|status| status.container_statuses.as_deref());
        for container in &self.spec.containers {
            add(&mut sum, &self.container(container, statuses, options));
        }
        let init_statuses = self.status.and_then(|status| status.init_container_statuses.as_deref());
        let mut sidecars = List::new();
        let mut largest = List::new();
        for container in self.spec.init_containers.iter().flatten() {
            if is_sidecar(container, self.context) {
                let requests = self.container(container, init_statuses, options);
                add(&mut sum, &requests);
                add(&mut sidecars, &requests);
                raise(&mut largest, &sidecars);
            } else {
                let mut requests = self.container(container, None, options);
                add(&mut requests, &sidecars);
                raise(&mut largest, &requests);
            }
        }
        raise(&mut sum, &largest);
        sum
    }

    fn container(
        &self,
        container: &core::Container,
        statuses: Option<&[core::ContainerStatus]>,
        options: Options,
    ) -> List {
        let asked = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
        let mut requests = read(asked);
        let status = status_of(container, statuses.filter(|_| options.use_status && self.resizes()));
        if let Some(status) = status
            && let Some(in_use) = &status.resources
        {
            let mut current = read(in_use.requests.as_ref());
            raise(&mut current, &read(status.allocated_resources.as_ref()));
            if self.is_resize_infeasible() {
                requests = current;
            } else {
                raise(&mut requests, &current);
            }
        }
        if self.context.scheduler.requests_by_container {
            round_up(&mut requests);
        }
        if options.default_cpu {
            requests.entry("cpu".to_owned()).or_insert(Quantity::from_milli(DEFAULT_MILLI_CPU));
        }
        if options.default_memory {
            requests.entry("memory".to_owned()).or_insert(Quantity::from_units(DEFAULT_MEMORY));
        }
        requests
    }

    /// Whether pods are resized in place, so that statuses count.
    fn resizes(&self) -> bool {
        self.context.api_server.in_place_pod_vertical_scaling
    }

    /// CPU and memory that the pod counts for on its node up to v1.31: every container with what stands in for a
    /// request that it does not make, and rounded by itself; or, if that is more, what one init container needs with the
    /// sidecars before it. Sidecars are not added to the containers.
    fn usage_by_container(&self) -> (i64, i64) {
        let amounts = |list: &List| {
            let cpu = list.get("cpu").map_or(DEFAULT_MILLI_CPU, |cpu| cpu.milli_value());
            (cpu, list.get("memory").map_or(DEFAULT_MEMORY, |memory| memory.value()))
        };
        let of = |container| self.container(container, None, Options::default());
        let (mut cpu, mut memory) = (0, 0);
        for container in &self.spec.containers {
            let (more_cpu, more_memory) = amounts(&of(container));
            (cpu, memory) = (cpu + more_cpu, memory + more_memory);
        }
        let mut sidecars = List::new();
        for container in self.spec.init_containers.iter().flatten() {
            let mut needed = of(container);
            add(&mut needed, &sidecars);
            if is_sidecar(container, self.context) {
                sidecars.clone_from(&needed);
            }
            let (of_init_cpu, of_init_memory) = amounts(&needed);
            (cpu, memory) = (cpu.max(of_init_cpu), memory.max(of_init_memory));
        }
        let overhead = read(self.spec.overhead.as_ref());
        let more_cpu = overhead.get("cpu").map_or(0, |cpu| cpu.milli_value());
        (cpu + more_cpu, memory + overhead.get("memory").map_or(0, |memory| memory.value()))
    }

    /// What scores leave out of the CPU of the overhead: they take whole cores for thousandths.
    fn unscored_milli_cpu(&self) -> i64 {
        let overhead = read(self.spec.overhead.as_ref());
        let cpu = overhead.get("cpu").filter(|_| self.context.scheduler.requests_by_container);
        cpu.map_or(0, |cpu| cpu.milli_value() - cpu.value())
    }

    /// Whether a status puts requests into a list that the container does not have.
    fn panics(&self) -> bool {
        if !self.context.scheduler.unset_requests_panic || !self.resizes() {
            return false;
        }
        let sidecars = self.spec.init_containers.iter().flatten().filter(|one| is_sidecar(one, self.context));
        let status = self.status;
        let of_inits = status.and_then(|status| status.init_container_statuses.as_deref());
        let of_apps = status.and_then(|status| status.container_statuses.as_deref());
        self.spec.containers.iter().any(|one| self.list_is_missing(one, of_apps))
            || sidecars.into_iter().any(|one| self.list_is_missing(one, of_inits))
    }

    fn list_is_missing(
        &self,
        container: &core::Container,
        statuses: Option<&[core::ContainerStatus]>,
    ) -> bool {
        let Some(status) = status_of(container, statuses) else { return false };
        let Some(in_use) = &status.resources else { return false };
        let is_set =
            |list: &Option<BTreeMap<String, Text>>| list.as_ref().is_some_and(|list| !list.is_empty());
        let asked = container.resources.as_ref().is_some_and(|resources| is_set(&resources.requests));
        let (in_use, allocated) = (is_set(&in_use.requests), is_set(&status.allocated_resources));
        // What is raised is a copy of the first list: the one in use if the resize is infeasible.
        if self.is_resize_infeasible() { !in_use && allocated } else { !asked && (in_use || allocated) }
    }

    fn is_resize_infeasible(&self) -> bool {
        let conditions = self.status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
        conditions.iter().any(|condition| {
            condition.type_ == "PodResizePending" && condition.reason.as_deref() == Some("Infeasible")
        })
    }
}

/// Rounds CPU up to thousandths, everything else to whole units.
fn round_up(list: &mut List) {
    for (name, quantity) in list {
        *quantity = if name == "cpu" {
            Quantity::from_milli(quantity.milli_value())
        } else {
            Quantity::from_units(quantity.value())
        };
    }
}

fn status_of<'s>(
    container: &core::Container,
    statuses: Option<&'s [core::ContainerStatus]>,
) -> Option<&'s core::ContainerStatus> {
    statuses?.iter().find(|status| status.name == container.name)
}

/// Whether an init container keeps running beside the others.
pub fn is_sidecar(container: &core::Container, context: &CompileContext<'_>) -> bool {
    context.api_server.sidecar_containers && container.restart_policy.as_deref() == Some("Always")
}
