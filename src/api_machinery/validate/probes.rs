//! Probes (`validateProbe` and its callers in core/validation, v1.34).
//!
//! DIFFERENCE: what a handler does (ports, paths, headers) is not looked at: no probe is sent here.

use k8s_openapi::api::core::v1::{Container, Probe};

use super::fault::Faults;
use super::path::Path;

/// The probes of a container that keeps running.
pub(super) fn all(container: &Container, at: &Path<'_>, faults: &mut Faults) {
    if let Some(liveness) = &container.liveness_probe {
        let at = at.child("livenessProbe");
        probe(liveness, &at, faults);
        one_success(liveness, &at, faults);
    }
    if let Some(readiness) = &container.readiness_probe {
        let at = at.child("readinessProbe");
        probe(readiness, &at, faults);
        if let Some(seconds) = readiness.termination_grace_period_seconds {
            let detail = "must not be set for readinessProbes";
            faults.invalid(&at.child("terminationGracePeriodSeconds"), seconds, detail);
        }
    }
    if let Some(startup) = &container.startup_probe {
        let at = at.child("startupProbe");
        probe(startup, &at, faults);
        one_success(startup, &at, faults);
    }
}

/// An init container that comes to an end has none.
pub(super) fn none(container: &Container, at: &Path<'_>, faults: &mut Faults) {
    let fields = [
        ("lifecycle", container.lifecycle.is_some()),
        ("livenessProbe", container.liveness_probe.is_some()),
        ("readinessProbe", container.readiness_probe.is_some()),
        ("startupProbe", container.startup_probe.is_some()),
    ];
    for (name, _) in fields.iter().filter(|(_, is_set)| *is_set) {
        let detail = "may not be set for init containers without restartPolicy=Always";
        faults.forbidden(&at.child(name), detail);
    }
}

fn probe(probe: &Probe, at: &Path<'_>, faults: &mut Faults) {
    let handlers = [
        ("exec", probe.exec.is_some()),
        ("httpGet", probe.http_get.is_some()),
        ("tcpSocket", probe.tcp_socket.is_some()),
        ("grpc", probe.grpc.is_some()),
    ];
    let mut given = handlers.iter().filter(|(_, is_given)| *is_given);
    if given.next().is_none() {
        faults.required(at, "must specify a handler type");
    }
    for (name, _) in given {
        faults.forbidden(&at.child(name), "may not specify more than 1 handler type");
    }
    for (name, number) in [
        ("initialDelaySeconds", probe.initial_delay_seconds),
        ("timeoutSeconds", probe.timeout_seconds),
        ("periodSeconds", probe.period_seconds),
        ("successThreshold", probe.success_threshold),
        ("failureThreshold", probe.failure_threshold),
    ] {
        faults.non_negative(&at.child(name), number);
    }
    if let Some(seconds) = probe.termination_grace_period_seconds.filter(|seconds| *seconds <= 0) {
        faults.invalid(&at.child("terminationGracePeriodSeconds"), seconds, "must be greater than 0");
    }
}

fn one_success(probe: &Probe, at: &Path<'_>, faults: &mut Faults) {
    let threshold = probe.success_threshold.unwrap_or(0);
    if threshold != 1 {
        faults.invalid(&at.child("successThreshold"), threshold, "must be 1");
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    fn pod(container: &str, init: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c{container}}}], initContainers: [{{name: i{init}}}]}}\n"
        )
    }

    /// `TestValidateProbe`, `TestValidateContainers`, `TestValidateInitContainers`
    /// (pkg/apis/core/validation).
    #[test]
    fn probes() {
        check(&pod(", readinessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 5}", ""), &[]);
        check(
            &pod(
                ", livenessProbe: {exec: {command: [a]}}",
                ", restartPolicy: Always, startupProbe: {grpc: {port: 1}}",
            ),
            &[],
        );
        check(
            &pod(", readinessProbe: {initialDelaySeconds: -1, terminationGracePeriodSeconds: 3}", ""),
            &[
                "spec.containers[0].readinessProbe: Required value: must specify a handler type",
                "spec.containers[0].readinessProbe.initialDelaySeconds: Invalid value: -1: must be greater than or equal to 0",
                "spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 3: must not be set for readinessProbes",
            ],
        );
        check(
            &pod(", livenessProbe: {exec: {command: [a]}, tcpSocket: {port: 1}, successThreshold: 2}", ""),
            &[
                "spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type",
                "spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1",
            ],
        );
        check(
            &pod("", ", readinessProbe: {exec: {command: [a]}}"),
            &[
                "spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
            ],
        );
    }
}
