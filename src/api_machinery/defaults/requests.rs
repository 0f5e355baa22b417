//! Requests that follow from limits, of containers and of the pod as a whole (`SetDefaults_Pod`,
//! `defaultPodRequests`, `defaultHugePagePodLimits` of core/v1, v1.34; KEP-2837).

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Container, PodSpec, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Text;

use crate::api::Quantity;
use crate::api::quantity::Notation;

type TextList = BTreeMap<String, Text>;
/// Sums by resource, each with the notation of its first part.
type Sums = BTreeMap<String, (Quantity, Notation)>;

/// What a container does not request it requests as much as its limit.
pub(super) fn from_limits(container: &mut Container) {
    let Some(resources) = &mut container.resources else { return };
    if let Some(limits) = &resources.limits {
        let requests = resources.requests.get_or_insert_default();
        for (name, limit) in limits {
            requests.entry(name.clone()).or_insert_with(|| limit.clone());
        }
    }
}

/// The pod's own limits of huge pages, then its own requests.
pub(super) fn of_pod(spec: &mut PodSpec, sidecars: bool) {
    let is_empty = |list: &Option<TextList>| list.as_ref().is_none_or(BTreeMap::is_empty);
    let huge_pages = sums(spec, sidecars, |resources| resources.limits.as_ref());
    let requests = sums(spec, sidecars, |resources| resources.requests.as_ref());
    let Some(resources) = &mut spec.resources else { return };
    if is_empty(&resources.limits) && is_empty(&resources.requests) {
        return;
    }
    for (name, (sum, notation)) in huge_pages {
        let is_requested = resources.requests.as_ref().is_some_and(|list| list.contains_key(&name));
        if is_huge_page(&name) && !is_requested {
            let limits = resources.limits.get_or_insert_default();
            limits.entry(name).or_insert_with(|| Text(sum.to_text(notation)));
        }
    }
    let Some(limits) = resources.limits.as_ref().filter(|limits| !limits.is_empty()) else { return };
    let own = resources.requests.get_or_insert_default();
    for (name, (sum, notation)) in requests {
        if name == "cpu" || name == "memory" {
            own.entry(name).or_insert_with(|| Text(sum.to_text(notation)));
        }
    }
    for (name, limit) in limits {
        if name == "cpu" || name == "memory" || is_huge_page(name) {
            own.entry(name.clone()).or_insert_with(|| limit.clone());
        }
    }
}

fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// What the containers of a pod request together (`AggregateContainerRequests` of component-helpers):
/// the larger of what runs at the same time in the end and what an init container needs on the way.
/// `sidecars`: init containers that are restarted always run on beside the others.
pub(in crate::api_machinery) fn aggregate_requests(spec: &PodSpec, sidecars: bool) -> Sums {
    sums(spec, sidecars, |resources| resources.requests.as_ref())
}

fn sums(spec: &PodSpec, sidecars: bool, list: fn(&ResourceRequirements) -> Option<&TextList>) -> Sums {
    let of = |container: &Container| -> Sums {
        let texts = container.resources.as_ref().and_then(list).into_iter().flatten();
        let read = |text: &Text| {
            Quantity::parse_with_notation(&text.0).unwrap_or((Quantity::ZERO, Notation::DecimalSi))
        };
        texts.map(|(name, text)| (name.clone(), read(text))).collect()
    };
    let mut running = Sums::new();
    for container in &spec.containers {
        add(&mut running, &of(container));
    }
    let mut beside = Sums::new();
    let mut largest = Sums::new();
    for container in spec.init_containers.iter().flatten() {
        let mut own = of(container);
        if sidecars && container.restart_policy.as_deref() == Some("Always") {
            add(&mut running, &own);
            add(&mut beside, &own);
            own.clone_from(&beside);
        } else {
            add(&mut own, &beside);
        }
        raise(&mut largest, own);
    }
    raise(&mut running, largest);
    running
}

fn add(sums: &mut Sums, other: &Sums) {
    for (name, (amount, notation)) in other {
        let sum = sums.entry(name.clone()).or_insert((Quantity::ZERO, *notation));
        if sum.0 == Quantity::ZERO {
            sum.1 = *notation;
        }
        sum.0 = sum.0.plus(*amount);
    }
}

fn raise(sums: &mut Sums, other: Sums) {
    for (name, amount) in other {
        let held = sums.entry(name).or_insert(amount);
        if amount.0 > held.0 {
            *held = amount;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::defaulted;
    use super::*;
    use kubecast_manifest::Object;

    fn spec(spec: &str) -> PodSpec {
        let yaml = format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{{spec}}}\n");
        let Object::Pod(pod) = defaulted(&yaml) else { panic!("a pod") };
        pod.spec.expect("a spec")
    }

    fn texts(list: Option<&TextList>) -> String {
        let entries: Vec<String> =
            list.into_iter().flatten().map(|(name, text)| format!("{name}={}", text.0)).collect();
        entries.join(" ")
    }

    #[test]
    fn limits_are_requested() {
        let spec = spec(
            "containers: [{name: c, resources: {limits: {cpu: 1, memory: 1Gi}, requests: {cpu: 500m}}}], initContainers: [{name: i, resources: {limits: {cpu: 2}}}]",
        );
        let requests =
            |container: &Container| texts(container.resources.as_ref().and_then(|one| one.requests.as_ref()));
        assert_eq!(requests(&spec.containers[0]), "cpu=500m memory=1Gi");
        assert_eq!(requests(&spec.init_containers.expect("one")[0]), "cpu=2");
    }

    /// The examples of KEP-2837: the sum of the containers where they request, else the pod's limit.
    #[test]
    fn pods_request_what_their_containers_do() {
        let pod = |resources: &str| {
            let spec = spec(&format!(
                "resources: {{{resources}}}, containers: [{{name: a, resources: {{requests: {{cpu: 500m}}}}}}, {{name: b, resources: {{requests: {{cpu: 750m}}}}}}]"
            ));
            let resources = spec.resources.expect("resources");
            (texts(resources.requests.as_ref()), texts(resources.limits.as_ref()))
        };
        let expect = |requests: &str, limits: &str| (requests.to_owned(), limits.to_owned());
        assert_eq!(pod("limits: {cpu: 2, memory: 1Gi}"), expect("cpu=1250m memory=1Gi", "cpu=2 memory=1Gi"));
        assert_eq!(pod("limits: {cpu: 3}, requests: {cpu: 2}"), expect("cpu=2", "cpu=3"));
        assert_eq!(pod("requests: {memory: 1Gi}"), expect("memory=1Gi", ""));
    }

    #[test]
    fn init_containers_and_sidecars() {
        let spec = spec(
            "containers: [{name: a, resources: {requests: {cpu: 1}}}], initContainers: [{name: s, restartPolicy: Always, resources: {requests: {cpu: 1}}}, {name: i, resources: {requests: {cpu: 3}}}]",
        );
        let cpu = |sidecars| aggregate_requests(&spec, sidecars)["cpu"].0;
        // With the sidecar beside it, the init container needs 4; without sidecars, 3 are the most.
        assert_eq!(cpu(true), Quantity::from_units(4));
        assert_eq!(cpu(false), Quantity::from_units(3));
    }
}
