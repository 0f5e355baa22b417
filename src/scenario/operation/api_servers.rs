//! `crashAPIServer` and `upgradeAPIServer`: what happens to the processes of API servers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::service_cidrs::{Operation, registries};
use super::{Made, Stage, made};
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::cluster::service_registry::ServiceOperation;
use crate::kernel::SimDuration;
use crate::scenario::service_ips::{behaviour_of, server_named};
use crate::scenario::time::Duration;

/// What becomes of the fields of `crashAPIServer`.
pub(in crate::scenario) const CRASH: &[Field] = &[("downFor", Simulated), ("name", Simulated)];

/// What becomes of the fields of `upgradeAPIServer`.
pub(in crate::scenario) const UPGRADE: &[Field] =
    &[("featureGates", Simulated), ("kubernetesVersion", Simulated), ("name", Simulated)];

/// The end of an API server's process.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct CrashApiServer {
    /// Which server.
    #[schemars(example = &"apiserver")]
    pub name: String,
    /// How long it is away. Default 0s: it starts again at once.
    pub down_for: Option<Duration>,
}

/// The replacement of an API server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct UpgradeApiServer {
    /// Which server.
    #[schemars(example = &"apiserver")]
    pub name: String,
    /// The new release. Default: the scenario's.
    #[schemars(example = "1.34", regex(pattern = r"^v?1\.[0-9]+"))]
    pub kubernetes_version: Option<String>,
    /// The new gates.
    #[serde(default)]
    pub feature_gates: BTreeMap<String, bool>,
}

pub(super) fn crash(crash: &CrashApiServer, stage: &mut Stage<'_>) -> Result<Made, String> {
    let server = server_named(&registries(stage)?.servers, &crash.name)?;
    let down = crash.down_for.map_or(SimDuration::ZERO, |down| down.0);
    let label = format!("crashAPIServer {}", crash.name);
    Ok(Some(made(Operation(ServiceOperation::Crash { server, down }), label)))
}

pub(super) fn upgrade(upgrade: &UpgradeApiServer, stage: &mut Stage<'_>) -> Result<Made, String> {
    let server = server_named(&registries(stage)?.servers, &upgrade.name)?;
    let version = upgrade.kubernetes_version.as_deref();
    let behaviour = behaviour_of(stage.plan, version, &upgrade.feature_gates)?;
    let label = format!("upgradeAPIServer {}", upgrade.name);
    Ok(Some(made(Operation(ServiceOperation::Upgrade { server, behaviour }), label)))
}
