//! Writes to the pod template of a Deployment or DaemonSet, as several verbs make them.

use k8s_openapi::api::core::v1::PodTemplateSpec;

use crate::api::Deployment;
use crate::cluster::client::Api;
use crate::scenario::directory::Rolled;

/// Gives a Deployment another template.
pub(super) fn set_template(deployment: &Deployment, source: PodTemplateSpec, api: &mut dyn Api) {
    let template = api.compile_template(source, deployment.namespace);
    api.update_deployment_spec(deployment.id, |deployment| deployment.template = template);
}

/// Gives a Deployment or DaemonSet another template, made from the one that it has. The error: it is not there, or what
/// `change` says.
pub(super) fn change_template(
    of: Rolled,
    api: &mut dyn Api,
    change: impl FnOnce(&mut PodTemplateSpec, &dyn Api) -> Result<(), String>,
) -> Result<(), String> {
    match of {
        Rolled::Deployment(id) => {
            let deployment = api.existing_deployment(id)?;
            let mut source = PodTemplateSpec::clone(&deployment.template.source);
            change(&mut source, api)?;
            set_template(&deployment, source, api);
        }
        Rolled::DaemonSet(id) => {
            let set = api.existing_daemon_set(id)?;
            let mut source = PodTemplateSpec::clone(&set.template.source);
            change(&mut source, api)?;
            let template = api.compile_template(source, set.namespace);
            api.update_daemon_set_spec(id, |set| set.template = template);
        }
    }
    Ok(())
}
