//! `rollback`: `kubectl rollout undo`.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Made, Stage, made};
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::api::{Deployment, DeploymentId, ReplicaSet};
use crate::cluster::client::Api;
use crate::cluster::operation::Request;
use crate::component_helpers::revision::revision_number;
use crate::scenario::reference::Reference;

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[("deployment", Simulated), ("toRevision", Simulated)];

/// `kubectl rollout undo`: the pod template of an older revision comes back.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct Rollback {
    /// Which Deployment.
    #[schemars(example = "deployment/default/web")]
    pub deployment: Reference,
    /// The revision that comes back. Default, and 0: the one before the present.
    #[schemars(range(min = 0))]
    pub to_revision: Option<u32>,
}

pub(super) fn compile(rollback: &Rollback, stage: &mut Stage<'_>) -> Result<Made, String> {
    let deployment = stage.builder.directory.find_deployment(&rollback.deployment)?;
    let to_revision = i64::from(rollback.to_revision.unwrap_or(0));
    let mut label = format!("rollback {}", rollback.deployment);
    if to_revision != 0 {
        label.push_str(&format!(" to revision {to_revision}"));
    }
    Ok(Some(made(Operation { deployment, to_revision }, label)))
}

#[derive(Debug)]
struct Operation {
    deployment: DeploymentId,
    /// The revision that comes back; 0 is the one before the present.
    to_revision: i64,
}

impl Request for Operation {
    fn perform(&self, api: &mut dyn Api) -> Result<(), String> {
        roll_back(&*api.existing_deployment(self.deployment)?, self.to_revision, api)
    }
}

/// As kubectl does it: it finds the ReplicaSet of the revision and patches the Deployment with its
/// template. All else is the controller's: it finds the ReplicaSet again by its template and gives it the
/// next revision number.
fn roll_back(deployment: &Deployment, to_revision: i64, api: &mut dyn Api) -> Result<(), String> {
    let replica_set = replica_set_of_revision(deployment, to_revision, api)?;
    if deployment.paused {
        return Err("you cannot rollback a paused deployment; resume it first".to_owned());
    }
    // The present template is not written: kubectl skips the rollback, without an error.
    api.update_deployment_spec(deployment.id, |deployment| {
        deployment.template = replica_set.template.clone();
    });
    Ok(())
}

/// The ReplicaSet of a revision; of revision 0, the one with the second highest number. A revision that
/// is not a number counts for nothing.
fn replica_set_of_revision(
    deployment: &Deployment,
    to_revision: i64,
    api: &dyn Api,
) -> Result<Arc<ReplicaSet>, String> {
    let sets = api.store().replica_sets().iter().filter(|set| set.deployment == Some(deployment.id));
    let mut sets: Vec<(i64, &Arc<ReplicaSet>)> =
        sets.filter_map(|set| Some((revision_number(set.revision.as_deref())?, set))).collect();
    // The oldest first, the one with the present template last.
    let is_present = |set: &ReplicaSet| set.template.equals(&deployment.template);
    sets.sort_by_key(|(_, set)| (is_present(set), set.created, Arc::clone(&set.name)));
    if to_revision != 0 {
        let found = sets.iter().find(|(revision, _)| *revision == to_revision);
        return found
            .map(|(_, set)| Arc::clone(set))
            .ok_or_else(|| format!("unable to find specified revision {to_revision} in history"));
    }
    let (mut latest, mut previous): (Option<(i64, _)>, Option<(i64, _)>) = (None, None);
    for (revision, set) in sets.into_iter().filter(|(revision, _)| *revision >= 0) {
        if latest.is_none_or(|(newest, _)| newest < revision) {
            previous = latest.replace((revision, set));
        } else if previous.is_none_or(|(second, _)| second < revision) {
            previous = Some((revision, set));
        }
    }
    let none = || format!("no rollout history found for deployment {:?}", deployment.name);
    previous.map(|(_, set)| Arc::clone(set)).ok_or_else(none)
}
