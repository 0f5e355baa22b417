//! What a pod asks for.
//!
//! Follows `resourcehelper.PodRequests` of component-helpers and its callers in kube-scheduler
//! v1.34.1: container quantities are summed exactly and rounded up once per pod; sidecars count with
//! the containers and before the later init containers; pod-level requests replace the sum;
//! containers that are being resized count with the largest of what is asked, allocated and in use.

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
    PodRequests {
        usage_non_zero_milli_cpu: cpu(&non_zero),
        usage_non_zero_memory: memory(&non_zero),
        score_non_zero_milli_cpu: cpu(&score),
        score_non_zero_memory: memory(&score),
        fit: resources(&fit, names),
        usage: resources(&usage, names),
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
        add(&mut sum, &read(self.spec.overhead.as_ref()));
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
        let status = statuses
            .filter(|_| options.use_status && self.context.api_server.in_place_pod_vertical_scaling)
            .and_then(|list| list.iter().find(|status| status.name == container.name));
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
        if options.default_cpu {
            requests.entry("cpu".to_owned()).or_insert(Quantity::from_milli(DEFAULT_MILLI_CPU));
        }
        if options.default_memory {
            requests.entry("memory".to_owned()).or_insert(Quantity::from_units(DEFAULT_MEMORY));
        }
        requests
    }

    fn is_resize_infeasible(&self) -> bool {
        let conditions = self.status.and_then(|status| status.conditions.as_deref()).unwrap_or_default();
        conditions.iter().any(|condition| {
            condition.type_ == "PodResizePending" && condition.reason.as_deref() == Some("Infeasible")
        })
    }
}

/// Whether an init container keeps running beside the others.
pub fn is_sidecar(container: &core::Container, context: &CompileContext<'_>) -> bool {
    context.api_server.sidecar_containers && container.restart_policy.as_deref() == Some("Always")
}
