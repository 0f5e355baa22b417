//! `rolloutRestart`: `kubectl rollout restart`, which gives the template of each Deployment or DaemonSet a new annotation.

use k8s_openapi::api::core::v1::PodTemplateSpec;

use super::template::change_template;
use super::{Made, Stage, made};
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::scenario::directory::Rolled;
use crate::scenario::references::References;

/// The annotation that `kubectl rollout restart` writes.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

pub(super) fn compile(references: &References, stage: &mut Stage<'_>) -> Result<Made, String> {
    let directory = &stage.builder.directory;
    let all: Result<_, _> = references.iter().map(|reference| directory.find_rolled(reference)).collect();
    Ok(Some(made(Operation { all: all? }, format!("rolloutRestart {references}"))))
}

#[derive(Debug)]
struct Operation {
    all: Vec<Rolled>,
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        self.all.iter().try_for_each(|of| change_template(*of, api, restart))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "other changes of a template can fail")]
fn restart(source: &mut PodTemplateSpec, api: &dyn Api) -> Result<(), String> {
    let annotations = source.metadata.get_or_insert_default().annotations.get_or_insert_default();
    // kubectl writes whole seconds; two restarts within one second are one. The exact time keeps
    // them apart where the scenario keeps exact times.
    annotations.insert(RESTARTED_AT.to_owned(), api.api_time().to_string());
    Ok(())
}
