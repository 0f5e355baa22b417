//! What a release does otherwise than the models here.

use crate::api::Release;
use crate::api::behaviour::differences::Difference;
use crate::api::behaviour::switches::Component;
use crate::scenario::document::ScenarioSpec;

/// One line, if the release does anything otherwise that can change a decision.
pub(in crate::scenario) fn what_is_not_followed(release: Release, spec: &ScenarioSpec) -> Option<String> {
    let mut components = vec![Component::ApiServer, Component::Scheduler, Component::Controllers];
    components.extend((!spec.kubelets.is_empty()).then_some(Component::Kubelet));
    components.extend(spec.service_ips.is_some().then_some(Component::ServiceIp));
    let known: Vec<&Difference> = Difference::of(release, &components).collect();
    if known.is_empty() {
        return None;
    }
    let words: Vec<&str> = known.iter().map(|one| one.words).collect();
    let minor = release.minor();
    (!words.is_empty()).then(|| format!("Kubernetes {minor} is not followed in this: {}", words.join("; ")))
}
