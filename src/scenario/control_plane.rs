//! `spec.controlPlane`: flags of the control plane's components, spelled as they spell them.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::api::coverage::Coverage::{Object, Simulated};
use crate::api::coverage::Field;
use crate::cluster::control_plane::{ClientLimits, ControlPlane};

/// What becomes of its fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("kube-controller-manager", Object(&[MANAGER])),
    ("kube-scheduler", Object(&[&[("kube-api-burst", Simulated), ("kube-api-qps", Simulated)]])),
];
const MANAGER: &[Field] = &[
    ("concurrent-deployment-syncs", Simulated),
    ("concurrent-replicaset-syncs", Simulated),
    ("kube-api-burst", Simulated),
    ("kube-api-qps", Simulated),
];

/// Flags of the components of the control plane. With any of them the control plane has a pace of its own: its
/// components send requests, each of which takes a token of their client and time.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ControlPlaneSettings {
    /// kube-controller-manager.
    #[serde(rename = "kube-controller-manager", default)]
    controller_manager: ControllerManagerFlags,
    /// kube-scheduler. They override the `clientConnection` of a KubeSchedulerConfiguration.
    #[serde(rename = "kube-scheduler", default)]
    scheduler: SchedulerFlags,
}

/// Flags of kube-controller-manager.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ControllerManagerFlags {
    /// Requests a second of each controller's client, in the long run. Default 20.
    #[serde(rename = "kube-api-qps")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    qps: Option<f64>,
    /// Requests at once after a pause. Default 30.
    #[serde(rename = "kube-api-burst")]
    #[schemars(range(min = 1))]
    burst: Option<u32>,
    /// Deployments that are synced at a time. Default 5.
    #[serde(rename = "concurrent-deployment-syncs")]
    #[schemars(range(min = 1))]
    deployments: Option<u32>,
    /// ReplicaSets that are synced at a time. Default 5.
    #[serde(rename = "concurrent-replicaset-syncs")]
    #[schemars(range(min = 1))]
    replica_sets: Option<u32>,
}

/// Flags of kube-scheduler.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct SchedulerFlags {
    /// Requests a second of its client, in the long run. Default 50.
    #[serde(rename = "kube-api-qps")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    qps: Option<f64>,
    /// Requests at once after a pause. Default 100.
    #[serde(rename = "kube-api-burst")]
    #[schemars(range(min = 1))]
    burst: Option<u32>,
}

impl ControlPlaneSettings {
    /// The pace, or what is wrong with a flag. `client` has the limits of the scheduler's configuration.
    pub(super) fn resolve(&self, client: Option<ClientLimits>) -> Result<ControlPlane, String> {
        let defaults = ControlPlane::default();
        let (manager, scheduler) = (&self.controller_manager, &self.scheduler);
        let controller_manager =
            limits("kube-controller-manager", (manager.qps, manager.burst), defaults.controller_manager)?;
        let scheduler =
            limits("kube-scheduler", (scheduler.qps, scheduler.burst), client.unwrap_or(defaults.scheduler))?;
        let workers = |flag: &str, given: Option<u32>, default| match given {
            Some(0) => Err(format!("kube-controller-manager.{flag}: 0 workers never sync anything")),
            given => Ok(given.map_or(default, |given| given as usize)),
        };
        Ok(ControlPlane {
            controller_manager,
            scheduler,
            deployment_workers: workers(
                "concurrent-deployment-syncs",
                manager.deployments,
                defaults.deployment_workers,
            )?,
            replica_set_workers: workers(
                "concurrent-replicaset-syncs",
                manager.replica_sets,
                defaults.replica_set_workers,
            )?,
            ..defaults
        })
    }
}

fn limits(
    component: &str,
    (qps, burst): (Option<f64>, Option<u32>),
    default: ClientLimits,
) -> Result<ClientLimits, String> {
    let limits = ClientLimits { qps: qps.unwrap_or(default.qps), burst: burst.unwrap_or(default.burst) };
    if !(limits.qps > 0.0 && limits.qps <= ClientLimits::UNLIMITED_QPS) {
        let qps = limits.qps;
        return Err(format!("{component}.kube-api-qps: {qps} is not above 0, so no request is ever sent"));
    }
    if limits.burst == 0 {
        return Err(format!("{component}.kube-api-burst: 0 is below 1, so no request is ever sent"));
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(yaml: &str) -> Result<ControlPlane, String> {
        let settings: ControlPlaneSettings = serde_json::from_str(yaml).expect("it is one");
        settings.resolve(None)
    }

    #[test]
    fn flags_override_the_defaults_of_their_component() {
        let flags =
            r#"{"kube-controller-manager": {"kube-api-qps": 100, "concurrent-deployment-syncs": 50}}"#;
        let plane = resolve(flags).expect("good flags");
        assert_eq!(plane.controller_manager, ClientLimits { qps: 100.0, burst: 30 });
        assert_eq!(plane.scheduler, ClientLimits { qps: 50.0, burst: 100 });
        assert_eq!((plane.deployment_workers, plane.replica_set_workers), (50, 5));
    }

    #[test]
    fn limits_that_let_nothing_through_are_refused() {
        for (flags, told) in [
            (
                r#"{"kube-controller-manager": {"kube-api-qps": 0}}"#,
                "kube-controller-manager.kube-api-qps: 0",
            ),
            (r#"{"kube-scheduler": {"kube-api-burst": 0}}"#, "kube-scheduler.kube-api-burst: 0"),
            (r#"{"kube-controller-manager": {"concurrent-replicaset-syncs": 0}}"#, "0 workers"),
        ] {
            let error = resolve(flags).expect_err(flags);
            assert!(error.contains(told), "{error}");
        }
    }
}
