//! Pods and pod templates (`SetDefaults_Pod`, `SetDefaults_PodSpec` of core/v1, v1.34).

use k8s_openapi::api::core::v1::{Container, Pod, PodSpec, PodTemplateSpec};

use super::{container, drop_empty, quantities, requests, text, volume};
use crate::api::ApiServerBehaviour;

/// How long a pod may take to end.
const GRACE_SECONDS: i64 = 30;

/// A pod.
pub(super) fn pod(pod: &mut Pod, behaviour: ApiServerBehaviour) {
    let spec = pod.spec.get_or_insert_default();
    pod_spec(spec, behaviour);
    spec.enable_service_links.get_or_insert(true);
}

/// A template.
pub(super) fn template(template: &mut PodTemplateSpec, behaviour: ApiServerBehaviour) {
    let metadata = template.metadata.get_or_insert_default();
    drop_empty(&mut metadata.labels);
    drop_empty(&mut metadata.annotations);
    pod_spec(template.spec.get_or_insert_default(), behaviour);
}

fn pod_spec(spec: &mut PodSpec, behaviour: ApiServerBehaviour) {
    empty_fields(spec);
    text(&mut spec.dns_policy, "ClusterFirst");
    text(&mut spec.restart_policy, "Always");
    text(&mut spec.scheduler_name, "default-scheduler");
    spec.security_context.get_or_insert_default();
    spec.termination_grace_period_seconds.get_or_insert(GRACE_SECONDS);
    // The old name of the field follows the new one; where only the old one is given, it leads.
    let account = [&spec.service_account_name, &spec.service_account]
        .into_iter()
        .flatten()
        .find(|name| !name.is_empty())
        .cloned();
    spec.service_account_name.clone_from(&account);
    spec.service_account = account;
    spec.volumes.iter_mut().flatten().for_each(volume::volume);
    quantities(&mut spec.overhead);
    for container in containers(spec) {
        container::container(container);
        requests::from_limits(container);
    }
    if behaviour.pod_level_resources
        && let Some(resources) = &mut spec.resources
    {
        container::resources(resources);
        requests::of_pod(spec, behaviour.sidecar_containers);
    }
    if spec.host_network == Some(true) {
        for container in containers(spec) {
            for port in container.ports.iter_mut().flatten() {
                let host_port = port.host_port.filter(|port| *port != 0);
                port.host_port = Some(host_port.unwrap_or(port.container_port));
            }
        }
    }
}

fn containers(spec: &mut PodSpec) -> impl Iterator<Item = &mut Container> {
    spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten())
}

/// Fields that are left out where they say nothing.
fn empty_fields(spec: &mut PodSpec) {
    drop_empty(&mut spec.ephemeral_containers);
    drop_empty(&mut spec.host_aliases);
    drop_empty(&mut spec.image_pull_secrets);
    drop_empty(&mut spec.init_containers);
    drop_empty(&mut spec.node_selector);
    drop_empty(&mut spec.overhead);
    drop_empty(&mut spec.readiness_gates);
    drop_empty(&mut spec.scheduling_gates);
    drop_empty(&mut spec.tolerations);
    drop_empty(&mut spec.topology_spread_constraints);
    drop_empty(&mut spec.volumes);
    for flag in [&mut spec.host_ipc, &mut spec.host_network, &mut spec.host_pid] {
        *flag = flag.filter(|is_set| *is_set);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::validate::testing::{object, release};
    use super::super::apply;
    use super::super::tests::defaulted;
    use super::*;
    use kubecast_manifest::Object;

    fn spec(object: Object) -> PodSpec {
        match object {
            Object::Pod(pod) => pod.spec.expect("a spec"),
            Object::Deployment(deployment) => deployment.spec.template.spec.expect("a spec"),
            _ => panic!("something with pods"),
        }
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}], tolerations: [], hostPID: false}\n";

    #[test]
    fn pods() {
        let pod = spec(defaulted(POD));
        assert_eq!(pod.restart_policy.as_deref(), Some("Always"));
        assert_eq!(pod.scheduler_name.as_deref(), Some("default-scheduler"));
        assert_eq!(pod.dns_policy.as_deref(), Some("ClusterFirst"));
        assert_eq!((pod.termination_grace_period_seconds, pod.enable_service_links), (Some(30), Some(true)));
        assert!(pod.security_context.is_some() && pod.tolerations.is_none() && pod.host_pid.is_none());
        assert!(pod.topology_spread_constraints.is_none() && pod.priority.is_none());
    }

    #[test]
    fn ports_under_the_host_network() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {hostNetwork: true, containers: [{name: c, ports: [{containerPort: 80}, {containerPort: 81, hostPort: 81}]}]}\n";
        let ports = spec(defaulted(pod)).containers[0].ports.clone().expect("ports");
        assert_eq!(ports.iter().map(|port| port.host_port).collect::<Vec<_>>(), [Some(80), Some(81)]);
    }

    /// A template as written and the same as a cluster shows it.
    #[test]
    fn templates_are_equal_to_what_is_stored() {
        let deployment = |template: &str| {
            format!(
                "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec: {{selector: {{matchLabels: {{a: b}}}}, template: {template}}}\n"
            )
        };
        let written = "{metadata: {labels: {a: b}}, spec: {serviceAccountName: s, containers: [{name: c, image: web, resources: {limits: {memory: 1024Mi}}}], nodeSelector: {}}}";
        let stored = "{metadata: {creationTimestamp: null, labels: {a: b}}, spec: {containers: [{image: web, imagePullPolicy: Always, name: c, resources: {limits: {memory: 1Gi}}, terminationMessagePath: /dev/termination-log, terminationMessagePolicy: File}], dnsPolicy: ClusterFirst, restartPolicy: Always, schedulerName: default-scheduler, securityContext: {}, serviceAccount: s, serviceAccountName: s, terminationGracePeriodSeconds: 30}}";
        assert_eq!(spec(defaulted(&deployment(written))), spec(defaulted(&deployment(stored))));
    }

    #[test]
    fn pod_level_resources_need_their_gate() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {resources: {limits: {cpu: 1}}, containers: [{name: c}]}\n";
        let requests = |minor| {
            let mut object = object(pod);
            apply(&mut object, &release(minor));
            spec(object).resources.and_then(|resources| resources.requests)
        };
        assert!(requests(34).is_some());
        assert!(requests(33).is_none());
    }
}
