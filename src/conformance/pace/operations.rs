//! What a recording's user does to the Deployments. The user's writes take no time.

use k8s_openapi::api::core::v1::PodTemplateSpec;

use crate::api::DeploymentId;
use crate::cluster::client::Api;
use crate::cluster::operation::Request;

/// The annotation by which the templates of a Deployment differ.
const TEMPLATE: &str = "template";

/// A change of a Deployment's spec.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) deployment: DeploymentId,
    pub(super) to: To,
}

/// What is changed.
#[derive(Debug)]
pub(super) enum To {
    /// Its size.
    Replicas(i32),
    /// Its template, by number; 0 is the first.
    Template(usize),
    /// Whether it is paused.
    Paused(bool),
}

impl Request for Change {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        let there = api.existing_deployment(self.deployment)?;
        match self.to {
            To::Replicas(replicas) => {
                api.update_deployment_spec(self.deployment, |deployment| deployment.replicas = replicas);
            }
            To::Paused(paused) => {
                api.update_deployment_spec(self.deployment, |deployment| deployment.paused = paused);
            }
            To::Template(number) => {
                let mut source = PodTemplateSpec::clone(&there.template.source);
                let metadata = source.metadata.get_or_insert_default();
                metadata.annotations =
                    (number > 0).then(|| [(TEMPLATE.to_owned(), number.to_string())].into_iter().collect());
                let template = api.compile_template(source, there.namespace);
                api.update_deployment_spec(self.deployment, |deployment| deployment.template = template);
            }
        }
        Ok(())
    }
}
