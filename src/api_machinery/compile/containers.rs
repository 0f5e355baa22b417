//! What the kubelet's managers look at in each container of a pod.
//!
//! Follows kubelet v1.32, `guaranteedCPUs` of the CPU Manager's static policy, and `ComputePodQOS` of
//! `pkg/apis/core/v1/helper/qos`: a pod is Guaranteed if every container limits CPU and memory and the
//! requests add up to the limits.
//! DIFFERENCE: pods with `spec.resources` have no exclusive CPUs (as in v1.34).

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as core;

use super::CompileContext;
use super::requests::{is_sidecar, read};
use crate::api::{ContainerKind, ContainerSpec, Interner, Quantity, Symbol};

/// The containers, init containers first.
pub fn containers(
    spec: &core::PodSpec,
    context: &CompileContext<'_>,
    names: &mut Interner,
) -> Vec<ContainerSpec> {
    let pod_level = context.api_server.pod_level_resources && spec.resources.is_some();
    let exclusive = !pod_level && is_guaranteed(spec);
    let inits = spec.init_containers.iter().flatten().map(|container| {
        let sidecar = is_sidecar(container, context);
        (container, if sidecar { ContainerKind::Sidecar } else { ContainerKind::Init })
    });
    let apps = spec.containers.iter().map(|container| (container, ContainerKind::App));
    inits
        .chain(apps)
        .map(|(container, kind)| ContainerSpec {
            kind,
            exclusive_cpus: if exclusive { whole_cpus(container) } else { 0 },
            extended: extended(container, names),
        })
        .collect()
}

/// Resources whose names have a domain, but for Kubernetes' own.
fn extended(container: &core::Container, names: &mut Interner) -> Vec<(Symbol, i64)> {
    let limits = container.resources.as_ref().and_then(|resources| resources.limits.as_ref());
    let of_devices = |name: &String| name.contains('/') && !name.contains("kubernetes.io/");
    let asked = read(limits).into_iter().filter(|(name, count)| of_devices(name) && count.0 > 0);
    asked.map(|(name, count)| (names.intern(&name), count.value())).collect()
}

/// The requested CPUs, if they are whole.
fn whole_cpus(container: &core::Container) -> u32 {
    let requests = container.resources.as_ref().and_then(|resources| resources.requests.as_ref());
    let milli = read(requests).get("cpu").map_or(0, |cpu| cpu.milli_value());
    if milli % 1000 == 0 { u32::try_from(milli / 1000).unwrap_or(0) } else { 0 }
}

fn is_guaranteed(spec: &core::PodSpec) -> bool {
    let mut sums: [BTreeMap<String, Quantity>; 2] = [BTreeMap::new(), BTreeMap::new()];
    for container in spec.init_containers.iter().flatten().chain(&spec.containers) {
        let resources = container.resources.as_ref();
        let requests = read(resources.and_then(|resources| resources.requests.as_ref()));
        let limits = read(resources.and_then(|resources| resources.limits.as_ref()));
        if ["cpu", "memory"].iter().any(|name| limits.get(*name).is_none_or(|limit| limit.0 <= 0)) {
            return false;
        }
        for (sum, list) in sums.iter_mut().zip([requests, limits]) {
            for name in ["cpu", "memory"] {
                if let Some(quantity) = list.get(name).filter(|quantity| quantity.0 > 0) {
                    sum.entry(name.to_owned()).or_default().0 += quantity.0;
                }
            }
        }
    }
    let [requests, limits] = sums;
    !limits.is_empty() && requests == limits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Behaviour, PriorityClasses};
    use serde_json::{Value, json};

    fn compiled(spec: Value) -> Vec<(ContainerKind, u32)> {
        let spec: core::PodSpec = serde_json::from_value(spec).expect("a pod spec");
        let (behaviour, priorities) = (Behaviour::default(), PriorityClasses::default());
        let context = CompileContext::new(&behaviour, &priorities);
        let of = |container: ContainerSpec| (container.kind, container.exclusive_cpus);
        containers(&spec, &context, &mut Interner::new()).into_iter().map(of).collect()
    }

    fn container(cpu: &str, limit: &str, memory: &str) -> Value {
        json!({"name": "c", "resources": {
            "requests": {"cpu": cpu, "memory": memory}, "limits": {"cpu": limit, "memory": "1Gi"},
        }})
    }

    #[test]
    fn only_guaranteed_pods_have_exclusive_cpus_and_only_whole_ones() {
        for (containers, expected) in [
            (json!([container("2", "2", "1Gi")]), vec![2]),
            (json!([container("2000m", "2", "1024Mi")]), vec![2]),
            (json!([container("500m", "500m", "1Gi"), container("3", "3", "1Gi")]), vec![0, 3]),
            (json!([container("1", "2", "1Gi")]), vec![0]),
            (json!([container("2", "2", "512Mi")]), vec![0]),
            (json!([container("2", "2", "1Gi"), {"name": "d"}]), vec![0, 0]),
        ] {
            let found: Vec<u32> =
                compiled(json!({"containers": containers})).into_iter().map(|(_, cpus)| cpus).collect();
            assert_eq!(found, expected, "{containers}");
        }
    }

    #[test]
    fn init_containers_and_sidecars_come_first() {
        let mut sidecar = container("1", "1", "1Gi");
        sidecar["restartPolicy"] = json!("Always");
        let spec = json!({
            "initContainers": [container("4", "4", "1Gi"), sidecar],
            "containers": [container("2", "2", "1Gi")],
        });
        let expected = [(ContainerKind::Init, 4), (ContainerKind::Sidecar, 1), (ContainerKind::App, 2)];
        assert_eq!(compiled(spec), expected);
    }
}
