//! Which rule of [`super::setup::start_up`] a pod has, and what it draws.

use super::api_server::ApiServer;
use super::draw_uses;
use super::setup::start_up::{Revisions, StartUpRule};
use crate::api::{Pod, ReplicaSet};
use crate::component_helpers::revision::revision_number;
use crate::kernel::{Distribution, SimDuration};

/// The rule for a pod, if there is one.
pub(super) fn of<'a>(pod: &Pod, api: &'a ApiServer<'_>) -> Option<&'a StartUpRule> {
    let rules = &api.setup.start_up;
    if rules.is_empty() {
        return None;
    }
    let replica_set = api.store().replica_set(pod.replica_set()?)?;
    let deployment = replica_set.deployment?;
    let fits = |rule: &&StartUpRule| {
        rule.deployment == deployment
            && match rule.revisions {
                Revisions::All => true,
                Revisions::New => is_new(pod, replica_set, api),
                Revisions::Number(number) => revision_number(replica_set.revision.as_deref()) == Some(number),
            }
    };
    rules.iter().filter(fits).max_by_key(|rule| rule.revisions)
}

/// Whether a ReplicaSet came in the run, and not as the first of its Deployment.
fn is_new(pod: &Pod, replica_set: &ReplicaSet, api: &ApiServer<'_>) -> bool {
    let there = &api.setup.replica_sets;
    if replica_set.id.index() < there.len() {
        return false;
    }
    let is_first = pod.identity.revision == 0;
    !is_first || there.iter().any(|set| set.deployment == replica_set.deployment)
}

/// Whether a pod with this rule ever becomes ready: one draw a pod.
pub(super) fn becomes_ready(rule: &StartUpRule, pod: &Pod, api: &ApiServer<'_>) -> bool {
    api.draws.keyed(draw_uses::BECOMES_READY, pod.identity, 0).unit() < rule.probability
}

/// How long the container of a pod with this rule runs that was started again so many times.
pub(super) fn ends_after(
    rule: &StartUpRule,
    pod: &Pod,
    restarts: u64,
    api: &ApiServer<'_>,
) -> Option<SimDuration> {
    let sample =
        |time: &Distribution| time.sample(&mut api.draws.keyed(draw_uses::CRASH, pod.identity, restarts));
    rule.crash_after.as_ref().map(sample)
}
