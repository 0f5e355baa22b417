//! Names and amounts of resources (`validateResourceRequirements` of core/validation, v1.34).
//!
//! DIFFERENCE: a text that is no quantity is a fault of its field here; the API server cannot decode
//! such an object at all and says so without the field. Claims of devices are not looked at.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::api::resource::Quantity as Text;

use super::fault::Faults;
use super::names;
use super::path::Path;
use crate::api::Quantity;

/// Amounts by resource.
pub(super) type Amounts<'a> = Option<&'a BTreeMap<String, Text>>;

/// A rule for the names of resources.
pub(super) type NameRule = fn(&str, &Path<'_>, &mut Faults);

const HUGE_PAGES: &str = "hugepages-";
/// Counted resources and their like, which quotas know.
const COUNTS: [&str; 9] = [
    "pods",
    "resourcequotas",
    "services",
    "replicationcontrollers",
    "secrets",
    "configmaps",
    "persistentvolumeclaims",
    "services.nodeports",
    "services.loadbalancers",
];
const STANDARD: [&str; 11] = [
    "cpu",
    "memory",
    "ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "storage",
    "requests.storage",
];

/// Whether a resource is Kubernetes' own: `cpu`, `kubernetes.io/x`.
fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

fn is_extended(name: &str) -> bool {
    !is_native(name)
        && !name.starts_with("requests.")
        && names::qualified_name(&format!("requests.{name}")).is_empty()
}

fn is_standard(name: &str) -> bool {
    STANDARD.contains(&name)
        || COUNTS.contains(&name)
        || name.starts_with(HUGE_PAGES)
        || name.starts_with("requests.hugepages-")
}

/// Whether requests may lie below limits.
fn is_overcommit_allowed(name: &str) -> bool {
    is_native(name) && !name.starts_with(HUGE_PAGES)
}

/// Whether `spec.resources` of a pod may hold a resource.
pub(super) fn is_pod_level(name: &str) -> bool {
    name == "cpu" || name == "memory" || name.starts_with(HUGE_PAGES)
}

/// The text that the API server stores and shows.
pub(super) fn canonical(text: &Text) -> String {
    Quantity::canonical(&text.0).unwrap_or_else(|_| text.0.clone())
}

fn resource_name(name: &str, at: &Path<'_>, faults: &mut Faults) {
    let wrong = names::qualified_name(name);
    if !wrong.is_empty() {
        faults.all_invalid(at, name, &wrong);
    } else if !name.contains('/') && !is_standard(name) {
        faults.invalid(at, name, "must be a standard resource type or fully qualified");
    }
}

/// A resource that a container may ask for.
pub(super) fn container_resource(name: &str, at: &Path<'_>, faults: &mut Faults) {
    resource_name(name, at, faults);
    if !name.contains('/') {
        if !["cpu", "memory", "ephemeral-storage"].contains(&name) && !name.starts_with(HUGE_PAGES) {
            faults.invalid(at, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        faults.invalid(at, name, "doesn't follow extended resource name standard");
    }
}

/// A resource that `spec.resources` of a pod may hold.
pub(super) fn pod_resource(name: &str, at: &Path<'_>, faults: &mut Faults) {
    let before = faults.count();
    resource_name(name, at, faults);
    if faults.count() == before && !is_pod_level(name) {
        faults.not_supported(at, name, &["cpu", HUGE_PAGES, "memory"]);
    }
}

/// The amount of a resource; `None` if it is no quantity.
pub(super) fn amount(name: &str, text: &Text, at: &Path<'_>, faults: &mut Faults) -> Option<Quantity> {
    let quantity = match Quantity::parse(&text.0) {
        Ok(quantity) => quantity,
        Err(error) => {
            faults.invalid(at, text.0.as_str(), &error);
            return None;
        }
    };
    let shown = canonical(text);
    if quantity < Quantity::ZERO {
        faults.invalid(at, shown.as_str(), "must be greater than or equal to 0");
    }
    if (COUNTS.contains(&name) || is_extended(name)) && quantity.milli_value() % 1000 != 0 {
        faults.invalid(at, shown.as_str(), "must be an integer");
    }
    Some(quantity)
}

/// Huge pages come in whole pages.
fn huge_pages(name: &str, text: &Text, quantity: Quantity, at: &Path<'_>, faults: &mut Faults) {
    let Some(size) = name.strip_prefix(HUGE_PAGES) else { return };
    let page = Quantity::parse(size).unwrap_or_default();
    let is_size = page.value() > 0 && page.milli_value() % 1000 == 0;
    if !is_size || quantity.value() % page.value() != 0 {
        let shown = canonical(text);
        let detail = format!("{shown} is not positive integer multiple of {name}");
        faults.invalid(at, shown.as_str(), &detail);
    }
}

/// Where the parts of a `resources` field lie.
pub(super) struct Places<'a> {
    /// The field itself.
    pub(super) whole: &'a Path<'a>,
    /// Its `limits`.
    pub(super) limits: &'a Path<'a>,
    /// Its `requests`.
    pub(super) requests: &'a Path<'a>,
}

/// Limits and requests.
pub(super) fn requirements(
    limits: Amounts<'_>,
    requests: Amounts<'_>,
    rule: NameRule,
    places: &Places<'_>,
    faults: &mut Faults,
) {
    for (name, text) in limits.into_iter().flatten() {
        let at = places.limits.key(name);
        rule(name, &at, faults);
        if let Some(quantity) = amount(name, text, &at, faults) {
            huge_pages(name, text, quantity, &at, faults);
        }
    }
    for (name, text) in requests.into_iter().flatten() {
        let at = places.requests.key(name);
        rule(name, &at, faults);
        let quantity = amount(name, text, &at, faults);
        let limit = limits.and_then(|limits| limits.get(name));
        if let Some(quantity) = quantity {
            within_limit(name, text, quantity, limit, places, faults);
            huge_pages(name, text, quantity, &at, faults);
        }
    }
    let mut names = limits.into_iter().chain(requests).flatten().map(|(name, _)| name.as_str());
    let has_huge_pages = names.clone().any(|name| name.starts_with(HUGE_PAGES));
    if has_huge_pages && !names.any(|name| name == "cpu" || name == "memory") {
        faults.forbidden(places.whole, "HugePages require cpu or memory");
    }
}

/// A request against the limit of the same resource. The API server names the map, and so does the
/// message; the place is the request.
fn within_limit(
    name: &str,
    text: &Text,
    request: Quantity,
    limit: Option<&Text>,
    places: &Places<'_>,
    faults: &mut Faults,
) {
    let Some(limit_text) = limit else {
        if !is_overcommit_allowed(name) {
            faults.required(places.limits, "Limit must be set for non overcommitable resources");
        }
        return;
    };
    let Ok(limit) = Quantity::parse(&limit_text.0) else { return };
    let relation = if request != limit && !is_overcommit_allowed(name) {
        "equal to"
    } else if request > limit {
        "less than or equal to"
    } else {
        return;
    };
    let detail = format!("must be {relation} {name} limit of {}", canonical(limit_text));
    faults.invalid(&places.requests.unsaid_key(name), canonical(text).as_str(), &detail);
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_places};

    fn pod(resources: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: i, resources: {{{resources}}}}}]}}\n"
        )
    }

    const AT: &str = "spec.containers[0].resources";

    /// `TestValidateResourceRequirements`, `TestValidatePod` (pkg/apis/core/validation).
    #[test]
    fn requests_and_limits() {
        check(&pod("requests: {cpu: 1500m, memory: 1.5Gi}, limits: {cpu: 2, memory: 2Gi}"), &[]);
        check(&pod("requests: {cpu: 0.1, ephemeral-storage: 100500u}"), &[]);
        check(&pod("limits: {example.com/gpu: 2}"), &[]);
        check_places(
            &pod("requests: {cpu: 1500m}, limits: {cpu: 1000m}"),
            &[(
                "spec.containers[0].resources.requests[cpu]",
                &format!(
                    "{AT}.requests: Invalid value: \"1500m\": must be less than or equal to cpu limit of 1"
                ),
            )],
        );
        check(
            &pod("requests: {example.com/gpu: 1}, limits: {example.com/gpu: 2}"),
            &[&format!("{AT}.requests: Invalid value: \"1\": must be equal to example.com/gpu limit of 2")],
        );
        check(
            &pod("requests: {example.com/gpu: 1}"),
            &[&format!("{AT}.limits: Required value: Limit must be set for non overcommitable resources")],
        );
        check(
            &pod("requests: {cpu: -1}"),
            &[&format!("{AT}.requests[cpu]: Invalid value: \"-1\": must be greater than or equal to 0")],
        );
    }

    #[test]
    fn texts_that_are_no_quantities() {
        check(
            &pod("requests: {memory: 5 Gi}"),
            &[&format!(
                "{AT}.requests[memory]: Invalid value: \"5 Gi\": quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            )],
        );
        check(
            &pod("requests: {memory: 5mi}"),
            &[&format!("{AT}.requests[memory]: Invalid value: \"5mi\": unable to parse quantity's suffix")],
        );
    }

    #[test]
    fn names_of_resources() {
        check(
            &pod("requests: {gpu: 1}"),
            &[
                &format!(
                    "{AT}.requests[gpu]: Invalid value: \"gpu\": must be a standard resource type or fully qualified"
                ),
                &format!(
                    "{AT}.requests[gpu]: Invalid value: \"gpu\": must be a standard resource for containers"
                ),
            ],
        );
        check(
            &pod("requests: {pods: 1}"),
            &[&format!(
                "{AT}.requests[pods]: Invalid value: \"pods\": must be a standard resource for containers"
            )],
        );
        check(
            &pod("limits: {requests.example.com/x: 1}, requests: {}"),
            &[
                &format!(
                    "{AT}.limits[requests.example.com/x]: Invalid value: \"requests.example.com/x\": doesn't follow extended resource name standard"
                ),
                &format!(
                    "{AT}.requests[requests.example.com/x]: Invalid value: \"requests.example.com/x\": doesn't follow extended resource name standard"
                ),
            ],
        );
    }

    #[test]
    fn whole_devices_and_whole_pages() {
        check(
            &pod("limits: {example.com/gpu: 500m}"),
            &[
                &format!("{AT}.limits[example.com/gpu]: Invalid value: \"500m\": must be an integer"),
                &format!("{AT}.requests[example.com/gpu]: Invalid value: \"500m\": must be an integer"),
            ],
        );
        check(&pod("limits: {cpu: 1, hugepages-2Mi: 4Mi}"), &[]);
        check(
            &pod("requests: {cpu: 1, hugepages-2Mi: 3Mi}, limits: {hugepages-2Mi: 3Mi}"),
            &[
                &format!(
                    "{AT}.limits[hugepages-2Mi]: Invalid value: \"3Mi\": 3Mi is not positive integer multiple of hugepages-2Mi"
                ),
                &format!(
                    "{AT}.requests[hugepages-2Mi]: Invalid value: \"3Mi\": 3Mi is not positive integer multiple of hugepages-2Mi"
                ),
            ],
        );
        check(
            &pod("limits: {hugepages-2Mi: 4Mi}"),
            &[&format!("{AT}: Forbidden: HugePages require cpu or memory")],
        );
    }
}
