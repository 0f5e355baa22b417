//! Where the pods of a complete rollout are in the second dump.

use std::sync::Arc;

use super::{End, SeenSpread};
use crate::api::{Deployment, Node, Pod, ReplicaSet};
use crate::cluster::setup::ClusterSetup;
use crate::kernel::SimDuration;
use crate::measures::spread::{DomainCounts, constraint_name};

/// A pod that was made so long after the end was none of the rollout's.
const AFTER_THE_END: SimDuration = SimDuration::from_secs(3);

/// The spread under each constraint of the template; the error says why it is not judged.
pub(super) fn seen(
    setup: &ClusterSetup,
    (deployment, new_set): (&Deployment, &ReplicaSet),
    end: End,
) -> Result<Vec<SeenSpread>, String> {
    let constraints = &deployment.template.pod.spread_constraints;
    let End::Complete(end) = end else { return Ok(Vec::new()) };
    if constraints.is_empty() {
        return Ok(Vec::new());
    }
    if !deployment.is_complete() {
        return Err("it was complete, but is not any more".to_owned());
    }
    let own = |pod: &&Pod| pod.is_active() && pod.replica_set() == Some(new_set.id);
    let pods: Vec<&Pod> = setup.pods.iter().filter(own).collect();
    let missing = usize::try_from(deployment.replicas).unwrap_or(0).saturating_sub(pods.len());
    if missing > 0 {
        return Err(format!("{missing} of its pods, or their nodes, are not in the second dump"));
    }
    let late = |pod: &&&Pod| {
        end.is_some_and(|end| pod.created.is_some_and(|created| created > end.plus(AFTER_THE_END)))
    };
    let replaced = pods.iter().filter(late).count();
    if replaced > 0 {
        return Err(format!("{replaced} of its pods were made after its end, in the place of others"));
    }
    let nodes: Vec<Option<Arc<Node>>> =
        setup.nodes.iter().cloned().map(|node| Some(Arc::new(node))).collect();
    let of_constraint = |constraint| {
        let mut domains = DomainCounts::new(constraint, &deployment.template.pod, &nodes, &setup.names);
        for node in pods.iter().filter_map(|pod| pod.node) {
            domains.add(node, 1);
        }
        SeenSpread {
            constraint: constraint_name(constraint, &setup.names),
            counts: domains.descending(),
            skew: domains.skew(),
        }
    };
    Ok(constraints.iter().map(of_constraint).collect())
}
