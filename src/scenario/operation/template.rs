//! Writes to a Deployment's pod template, as several verbs make them.

use k8s_openapi::api::core::v1::PodTemplateSpec;

use crate::api::Deployment;
use crate::cluster::client::Api;

/// Gives a Deployment another template.
pub(super) fn set_template(deployment: &Deployment, source: PodTemplateSpec, api: &mut dyn Api) {
    let template = api.compile_template(source, deployment.namespace);
    api.update_deployment_spec(deployment.id, |deployment| deployment.template = template);
}
