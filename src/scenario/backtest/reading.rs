//! What was rolled between two dumps, and what became of it.

use std::collections::BTreeSet;

use super::cluster::uid;
use super::{Dump, End, Roll, events, spread};
use crate::api::{Deployment, ReplicaSet, Timestamp};
use crate::cluster::setup::ClusterSetup;
use crate::scenario::objects::ObjectSource;
use crate::scenario::reference::Reference;
use crate::scenario::rollout::{deployment_of, pods_of};

/// The reason of `Progressing` when a rollout is complete.
const COMPLETE: &str = "NewReplicaSetAvailable";
/// The reason when it is blocked.
const BLOCKED: &str = "ProgressDeadlineExceeded";

/// The rollouts that are judged, and in words those that are not.
pub(super) fn rolls(dumps: (Dump<'_>, Dump<'_>), events: &[ObjectSource]) -> (Vec<Roll>, Vec<String>) {
    let (mut rolls, mut not_judged) = (Vec::new(), Vec::new());
    for new in &dumps.1.setup.deployments {
        let workload = reference(dumps.1.setup, new);
        let Some(old) = in_both(dumps, &workload) else { continue };
        if *old.template.source == *new.template.source {
            continue;
        }
        match roll(dumps, (old, new), &workload, events) {
            Ok(roll) => rolls.push(roll),
            Err(why) => not_judged.push(format!("{workload}: {why}")),
        }
    }
    (rolls, not_judged)
}

/// `deployment/NAMESPACE/NAME`.
pub(super) fn reference(setup: &ClusterSetup, deployment: &Deployment) -> Reference {
    Reference::new("deployment", Some(setup.names.resolve(deployment.namespace)), &deployment.name)
}

/// The Deployment of the first dump that the second one has still: the same one, by its UID if both tell one.
pub(super) fn in_both<'d>(
    (before, after): (Dump<'d>, Dump<'_>),
    workload: &Reference,
) -> Option<&'d Deployment> {
    let uid_in = |objects: &[ObjectSource]| {
        let object = objects.iter().find(|object| object.reference == *workload);
        object.and_then(uid).map(str::to_owned)
    };
    let differs =
        matches!((uid_in(before.objects), uid_in(after.objects)), (Some(one), Some(other)) if one != other);
    deployment_of(before.setup, workload).filter(|_| !differs)
}

/// What became of a rollout; the error says why it is not judged.
fn roll(
    (before, after): (Dump<'_>, Dump<'_>),
    (old, new): (&Deployment, &Deployment),
    workload: &Reference,
    events: &[ObjectSource],
) -> Result<Roll, String> {
    if old.status.replicas > 0 && pods_of(before.setup, old).next().is_none() {
        let told = old.status.replicas;
        return Err(format!("it had {told} pods, says its status, but none of them is in the first dump"));
    }
    let of_template =
        |set: &&ReplicaSet| set.deployment == Some(new.id) && set.template.equals(&new.template);
    let sets = || after.setup.replica_sets.iter().filter(|set| set.deployment == Some(new.id));
    let Some(new_set) = sets().filter(of_template).min_by_key(|set| set.created) else {
        return Err(if new.paused {
            "its template was changed, but it is paused".to_owned()
        } else {
            "its template was changed, but no ReplicaSet of that template is in the second dump".to_owned()
        });
    };
    let in_first: BTreeSet<&str> = before
        .setup
        .replica_sets
        .iter()
        .filter(|set| set.deployment == Some(old.id))
        .map(|set| &*set.name)
        .collect();
    let is_there_before = in_first.contains(&*new_set.name);
    let others = sets().filter(|set| !in_first.contains(&*set.name) && set.id != new_set.id).count();
    let revisions = new.revision - old.revision;
    if others > 0 || (old.revision > 0 && revisions > 1) {
        return Err("it was rolled several times between the dumps".to_owned());
    }
    let begin = if is_there_before {
        let all = events.iter().chain(after.objects);
        events::scaled_up(all, (workload, &new_set.name), before.now)
    } else {
        Some(new_set.created.whole_seconds().max(before.now))
    };
    let mut not_judged = Vec::new();
    let end = end(new, begin.unwrap_or(before.now));
    if begin.is_none() {
        not_judged.push(format!(
            "duration: it went back to the ReplicaSet {}, and no Event tells when (--events)",
            new_set.name
        ));
    } else if end == End::Complete(None) {
        not_judged
            .push(format!("duration: no condition Progressing with the reason {COMPLETE} tells its end"));
    }
    let spreads = match spread::seen(after.setup, (new, new_set), end) {
        Ok(spreads) => spreads,
        Err(why) => {
            not_judged.push(format!("final spread: {why}"));
            Vec::new()
        }
    };
    Ok(Roll { workload: workload.clone(), begin, end, spreads, not_judged, hops: Vec::new() })
}

/// How the rollout stood that began then.
fn end(deployment: &Deployment, begin: Timestamp) -> End {
    let progressing = deployment.status.progressing.as_ref();
    match progressing.map(|condition| (&*condition.reason, condition.last_update.whole_seconds())) {
        Some((COMPLETE, when)) if when >= begin => End::Complete(Some(when)),
        _ if deployment.is_complete() => End::Complete(None),
        Some((BLOCKED, when)) if when >= begin => End::Blocked,
        _ => End::Running,
    }
}
