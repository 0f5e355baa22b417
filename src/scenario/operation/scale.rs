//! `scale`: `kubectl scale`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Made, Stage, made};
use crate::api::DeploymentId;
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::scenario::reference::Reference;

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[("deployment", Simulated), ("replicas", Simulated)];

/// `kubectl scale`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Scale {
    /// Which Deployment.
    #[schemars(example = "deployment/default/web")]
    pub deployment: Reference,
    /// The new number of replicas.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    pub replicas: u32,
}

pub(super) fn compile(scale: &Scale, stage: &mut Stage<'_>) -> Result<Made, String> {
    let deployment = stage.builder.directory.find_deployment(&scale.deployment)?;
    let replicas = i32::try_from(scale.replicas).map_err(|_| "replicas: too many".to_owned())?;
    let label = format!("scale {} to {replicas}", scale.deployment);
    Ok(Some(made(Operation { deployment, replicas }, label)))
}

#[derive(Debug)]
struct Operation {
    deployment: DeploymentId,
    replicas: i32,
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        api.existing_deployment(self.deployment)?;
        api.update_deployment_spec(self.deployment, |deployment| deployment.replicas = self.replicas);
        Ok(())
    }
}
