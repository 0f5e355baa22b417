//! Containers and their probes (`SetDefaults_Container`, `SetDefaults_Probe` and their neighbours of
//! core/v1, v1.34).

use k8s_openapi::api::core::v1::{
    Container, ContainerPort, EnvVar, HTTPGetAction, Lifecycle, ObjectFieldSelector, Probe,
    ResourceRequirements,
};

use super::{drop_empty, number, quantities, text};

/// A container of any kind.
pub(super) fn container(container: &mut Container) {
    drop_empty(&mut container.args);
    drop_empty(&mut container.command);
    drop_empty(&mut container.env);
    drop_empty(&mut container.env_from);
    drop_empty(&mut container.ports);
    drop_empty(&mut container.volume_devices);
    drop_empty(&mut container.volume_mounts);
    let policy =
        if is_latest(container.image.as_deref().unwrap_or_default()) { "Always" } else { "IfNotPresent" };
    text(&mut container.image_pull_policy, policy);
    text(&mut container.termination_message_path, "/dev/termination-log");
    text(&mut container.termination_message_policy, "File");
    container.ports.iter_mut().flatten().for_each(port);
    container.env.iter_mut().flatten().for_each(variable);
    resources(container.resources.get_or_insert_default());
    for field in [&mut container.liveness_probe, &mut container.readiness_probe, &mut container.startup_probe]
    {
        field.iter_mut().for_each(probe);
    }
    container.lifecycle.iter_mut().for_each(lifecycle);
}

/// Whether an image is pulled anew each time: its tag is `latest`, written or meant.
pub(super) fn is_latest(image: &str) -> bool {
    let (name, digest) = image.split_once('@').map_or((image, None), |parts| (parts.0, Some(parts.1)));
    // A colon before the last slash belongs to a port, not to a tag.
    let last = name.rsplit('/').next().unwrap_or_default();
    match last.split_once(':') {
        Some((_, tag)) => tag == "latest",
        None => digest.is_none() && !last.is_empty(),
    }
}

fn port(port: &mut ContainerPort) {
    text(&mut port.protocol, "TCP");
    port.host_port = port.host_port.filter(|number| *number != 0);
}

fn variable(variable: &mut EnvVar) {
    if variable.value.as_ref().is_some_and(String::is_empty) {
        variable.value = None;
    }
    if let Some(field) = variable.value_from.as_mut().and_then(|source| source.field_ref.as_mut()) {
        field_selector(field);
    }
}

/// A reference to a field of the pod.
pub(super) fn field_selector(field: &mut ObjectFieldSelector) {
    text(&mut field.api_version, "v1");
}

/// Limits and requests, in the form in which they are stored.
pub(super) fn resources(resources: &mut ResourceRequirements) {
    drop_empty(&mut resources.claims);
    drop_empty(&mut resources.limits);
    drop_empty(&mut resources.requests);
    quantities(&mut resources.limits);
    quantities(&mut resources.requests);
}

fn probe(probe: &mut Probe) {
    number(&mut probe.timeout_seconds, 1);
    number(&mut probe.period_seconds, 10);
    number(&mut probe.success_threshold, 1);
    number(&mut probe.failure_threshold, 3);
    if probe.initial_delay_seconds == Some(0) {
        probe.initial_delay_seconds = None;
    }
    probe.http_get.iter_mut().for_each(http_get);
    if let Some(grpc) = &mut probe.grpc {
        grpc.service.get_or_insert_default();
    }
}

fn http_get(action: &mut HTTPGetAction) {
    text(&mut action.path, "/");
    text(&mut action.scheme, "HTTP");
}

fn lifecycle(lifecycle: &mut Lifecycle) {
    for hook in [&mut lifecycle.post_start, &mut lifecycle.pre_stop].into_iter().flatten() {
        hook.http_get.iter_mut().for_each(http_get);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::defaulted;
    use super::*;
    use kubecast_manifest::Object;

    #[test]
    fn latest_images() {
        for (image, latest) in [
            ("web", true),
            ("web:latest", true),
            ("registry:5000/web", true),
            ("registry:5000/web:v1", false),
            ("web:v1", false),
            ("web@sha256:00", false),
            ("web:latest@sha256:00", true),
            ("", false),
        ] {
            assert_eq!(is_latest(image), latest, "{image}");
        }
    }

    #[test]
    fn containers_as_they_are_stored() {
        let pod = "apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: web
    args: []
    ports: [{containerPort: 80}]
    env: [{name: A, value: \"\"}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
    readinessProbe: {httpGet: {port: 80}, initialDelaySeconds: 0, periodSeconds: 5}
    resources: {requests: {cpu: 0.5}}
";
        let stored = "apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
  - name: c
    image: web
    imagePullPolicy: Always
    terminationMessagePath: /dev/termination-log
    terminationMessagePolicy: File
    ports: [{containerPort: 80, protocol: TCP}]
    env: [{name: A}, {name: B, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: metadata.name}}}]
    readinessProbe:
      httpGet: {port: 80, path: /, scheme: HTTP}
      periodSeconds: 5
      timeoutSeconds: 1
      successThreshold: 1
      failureThreshold: 3
    resources: {requests: {cpu: 500m}}
";
        let containers = |object: Object| match object {
            Object::Pod(pod) => pod.spec.expect("a spec").containers,
            _ => panic!("a pod"),
        };
        let read = super::super::super::validate::testing::object(stored);
        assert_eq!(containers(defaulted(pod)), containers(read));
    }
}
