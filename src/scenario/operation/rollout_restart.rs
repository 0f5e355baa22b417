//! `rolloutRestart`: `kubectl rollout restart`, which gives the template of each Deployment a new annotation.

use k8s_openapi::api::core::v1::PodTemplateSpec;

use super::template::set_template;
use super::{Made, Stage, made};
use crate::api::{Deployment, DeploymentId};
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::scenario::references::References;

/// The annotation that `kubectl rollout restart` writes.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

pub(super) fn compile(references: &References, stage: &mut Stage<'_>) -> Result<Made, String> {
    let directory = &stage.builder.directory;
    let deployments: Result<_, _> =
        references.iter().map(|reference| directory.find_deployment(reference)).collect();
    Ok(Some(made(Operation { deployments: deployments? }, format!("rolloutRestart {references}"))))
}

#[derive(Debug)]
struct Operation {
    deployments: Vec<DeploymentId>,
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        for id in &self.deployments {
            restart(&*api.existing_deployment(*id)?, api);
        }
        Ok(())
    }
}

fn restart(deployment: &Deployment, api: &mut dyn Api) {
    let mut source = PodTemplateSpec::clone(&deployment.template.source);
    let annotations = source.metadata.get_or_insert_default().annotations.get_or_insert_default();
    // kubectl writes whole seconds; two restarts within one second are one. The exact time keeps
    // them apart where the scenario keeps exact times.
    annotations.insert(RESTARTED_AT.to_owned(), api.api_time().to_string());
    set_template(deployment, source, api);
}
