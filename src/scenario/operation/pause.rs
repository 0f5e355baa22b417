//! `pause` and `resume`: `kubectl rollout pause` and `kubectl rollout resume`.

use super::{Made, Stage, named};
use crate::api::DeploymentId;
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::scenario::reference::Reference;

pub(super) fn pause(reference: &Reference, stage: &mut Stage<'_>) -> Result<Made, String> {
    let deployment = stage.builder.directory.find_deployment(reference)?;
    Ok(Some(named(Operation { deployment, paused: true }, "pause", reference)))
}

pub(super) fn resume(reference: &Reference, stage: &mut Stage<'_>) -> Result<Made, String> {
    let deployment = stage.builder.directory.find_deployment(reference)?;
    Ok(Some(named(Operation { deployment, paused: false }, "resume", reference)))
}

#[derive(Debug)]
struct Operation {
    deployment: DeploymentId,
    paused: bool,
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        api.existing_deployment(self.deployment)?;
        api.update_deployment_spec(self.deployment, |deployment| deployment.paused = self.paused);
        Ok(())
    }
}
