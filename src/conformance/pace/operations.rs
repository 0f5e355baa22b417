//! What a recording's user does to the Deployments and DaemonSets. The user's writes take no time.

use k8s_openapi::api::core::v1::PodTemplateSpec;

use crate::api::{DaemonSetId, DeploymentId, PodTemplate};
use crate::cluster::client::Api;
use crate::cluster::operation::Request;

/// The annotation by which the templates of a Deployment differ.
const TEMPLATE: &str = "template";

/// A change of a Deployment's spec.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) of: Of,
    pub(super) to: To,
}

/// Whose spec is changed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of {
    /// A Deployment's.
    Deployment(DeploymentId),
    /// A DaemonSet's, which has a template alone.
    DaemonSet(DaemonSetId),
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
        match (self.of, &self.to) {
            (Of::Deployment(id), To::Replicas(replicas)) => {
                api.update_deployment_spec(id, |deployment| deployment.replicas = *replicas);
            }
            (Of::Deployment(id), To::Paused(paused)) => {
                api.update_deployment_spec(id, |deployment| deployment.paused = *paused);
            }
            (Of::Deployment(id), To::Template(number)) => {
                let there = api.existing_deployment(id)?;
                let template = api.compile_template(source(&there.template, *number), there.namespace);
                api.update_deployment_spec(id, |deployment| deployment.template = template);
            }
            (Of::DaemonSet(id), To::Template(number)) => {
                let there = api.existing_daemon_set(id)?;
                let template = api.compile_template(source(&there.template, *number), there.namespace);
                api.update_daemon_set_spec(id, |set| set.template = template);
            }
            (Of::DaemonSet(_), to) => return Err(format!("a DaemonSet has no {to:?}")),
        }
        Ok(())
    }
}

/// The template with this number.
fn source(template: &PodTemplate, number: usize) -> PodTemplateSpec {
    let mut source = PodTemplateSpec::clone(&template.source);
    let metadata = source.metadata.get_or_insert_default();
    metadata.annotations =
        (number > 0).then(|| [(TEMPLATE.to_owned(), number.to_string())].into_iter().collect());
    source
}
