//! `spec.resources` of a pod (`validatePodResources` of core/validation, v1.34; KEP-2837).

use k8s_openapi::api::core::v1::PodSpec;

use super::fault::Faults;
use super::path::Path;
use super::quantities::{Places, canonical, is_pod_level, pod_resource, requirements};
use crate::api::Quantity;
use crate::api_machinery::defaults::aggregate_requests;

/// Resources of the pod as a whole, `at` being the pod spec.
pub(super) fn pod_resources(spec: &PodSpec, sidecars: bool, at: &Path<'_>, faults: &mut Faults) {
    let Some(resources) = &spec.resources else { return };
    let whole = at.child("resources");
    if resources.claims.is_some() {
        faults.forbidden(&whole.child("claims"), "claims cannot be set for Resources at pod-level");
    }
    let (limits_at, requests_at) = (whole.child("limits"), whole.child("requests"));
    let places = Places { whole: &whole, limits: &limits_at, requests: &requests_at };
    let (limits, requests) = (resources.limits.as_ref(), resources.requests.as_ref());
    requirements(limits, requests, pod_resource, &places, faults);

    for (name, (sum, notation)) in aggregate_requests(spec, sidecars) {
        let text = requests.and_then(|requests| requests.get(&name)).filter(|_| is_pod_level(&name));
        let Some((text, request)) = text.and_then(|text| Some((text, Quantity::parse(&text.0).ok()?))) else {
            continue;
        };
        if sum > request {
            let sum = sum.to_text(notation);
            let detail = format!("must be greater than or equal to aggregate container requests of {sum}");
            faults.invalid(&requests_at.key(&name), canonical(text).as_str(), &detail);
        }
    }
    // The API server puts the containers below the pod's resources, and the resource before the limits.
    let said = at.said("resources");
    let containers = said.child("containers");
    for (index, container) in spec.containers.iter().enumerate() {
        let at = containers.index(index);
        let own = container.resources.as_ref().and_then(|resources| resources.limits.as_ref());
        for (name, text) in own.into_iter().flatten() {
            let Some(pod_text) = limits.and_then(|limits| limits.get(name)) else { continue };
            let (limit, pod_limit) = (Quantity::parse(&text.0), Quantity::parse(&pod_text.0));
            if matches!((limit, pod_limit), (Ok(limit), Ok(pod_limit)) if limit > pod_limit) {
                let at = at.said_key(name);
                let at = at.unsaid("resources");
                let at = at.child("limits");
                let detail = format!("must be less than or equal to pod limits of {}", canonical(pod_text));
                faults.invalid(&at.unsaid_key(name), canonical(text).as_str(), &detail);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_in, check_places};

    fn pod(resources: &str, container: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{resources: {{{resources}}}, containers: [{{name: a, resources: {{{container}}}}}, {{name: b, resources: {{requests: {{cpu: 500m}}}}}}]}}\n"
        )
    }

    /// `TestValidatePodResources`, `TestValidatePodResourceConsistency` (pkg/apis/core/validation).
    #[test]
    fn pods_and_their_containers_agree() {
        check(&pod("requests: {cpu: 1500m}, limits: {cpu: 2, memory: 1Gi}", "requests: {cpu: 1}"), &[]);
        check(
            &pod("requests: {cpu: 1}", "requests: {cpu: 1}"),
            &[
                "spec.resources.requests[cpu]: Invalid value: \"1\": must be greater than or equal to aggregate container requests of 1500m",
            ],
        );
        check_places(
            &pod("limits: {memory: 1Gi}", "limits: {memory: 2Gi}, requests: {memory: 1Gi}"),
            &[(
                "spec.containers[0].resources.limits[memory]",
                "spec.resources.containers[0][memory].limits: Invalid value: \"2Gi\": must be less than or equal to pod limits of 1Gi",
            )],
        );
        check(
            &pod("requests: {ephemeral-storage: 1Gi}", ""),
            &[
                "spec.resources.requests[ephemeral-storage]: Unsupported value: \"ephemeral-storage\": supported values: \"cpu\", \"hugepages-\", \"memory\"",
            ],
        );
        check(
            &pod("requests: {cpu: 3}, limits: {cpu: 2}", ""),
            &["spec.resources.requests: Invalid value: \"3\": must be less than or equal to cpu limit of 2"],
        );
        check(
            &pod("claims: [{name: x}], limits: {cpu: 2}", ""),
            &["spec.resources.claims: Forbidden: claims cannot be set for Resources at pod-level"],
        );
        check_in(33, &pod("requests: {cpu: 1, x: -1}", "requests: {cpu: 1}"), &[]);
    }
}
