//! `setImage`: `kubectl set image`.

use k8s_openapi::api::core::v1::PodTemplateSpec;
use schemars::JsonSchema;
use serde::Deserialize;

use super::template::change_template;
use super::{Made, Stage, made};
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::scenario::directory::Rolled;
use crate::scenario::reference::Reference;

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] =
    &[("container", Simulated), ("deployment", Simulated), ("image", Simulated)];

/// `kubectl set image`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct SetImage {
    /// Which Deployment or DaemonSet.
    #[schemars(example = "deployment/default/web")]
    pub deployment: Reference,
    /// Which container; default: every one.
    pub container: Option<String>,
    /// The new image.
    #[schemars(length(min = 1), example = "web:v2")]
    pub image: String,
}

pub(super) fn compile(set: &SetImage, stage: &mut Stage<'_>) -> Result<Made, String> {
    let of = stage.builder.directory.find_rolled(&set.deployment)?;
    stage.builder.check_container(&set.deployment, set.container.as_deref())?;
    let container = set.container.clone();
    let label = format!("setImage {} {}={}", set.deployment, container.as_deref().unwrap_or("*"), set.image);
    Ok(Some(made(Operation { of, container, image: set.image.clone() }, label)))
}

#[derive(Debug)]
struct Operation {
    of: Rolled,
    /// Which container; `None` is every one.
    container: Option<String>,
    image: String,
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        change_template(self.of, api, |source, _| set_image(source, self.container.as_deref(), &self.image))
    }
}

fn set_image(source: &mut PodTemplateSpec, container: Option<&str>, image: &str) -> Result<(), String> {
    let spec = source.spec.get_or_insert_default();
    let mut found = false;
    for candidate in &mut spec.containers {
        if container.is_none_or(|name| name == candidate.name) {
            candidate.image = Some(image.to_owned());
            found = true;
        }
    }
    if found { Ok(()) } else { Err(format!("no container named {container:?}")) }
}
