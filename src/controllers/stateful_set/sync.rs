//! One sync of a StatefulSet (`updateStatefulSet`).

use super::rolling;
use super::status::{complete, counted};
use super::view::{Doomed, Replica, StatefulSetView, Write, is_running_and_ready};
use crate::api::{Pod, PodId, PodManagementPolicy, StatefulSetStatus};

/// What a sync does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatefulSetActions {
    /// Its writes: batches, one after the other; what is in one goes out at once.
    pub writes: Vec<Vec<Write>>,
    /// The status that it finds, before its own writes are seen.
    pub status: StatefulSetStatus,
}

/// One sync.
pub fn sync(view: &StatefulSetView<'_>) -> StatefulSetActions {
    let (replicas, condemned) = view.sorted();
    let seen = replicas
        .iter()
        .filter_map(|replica| if let Replica::Seen(pod) = replica { Some(*pod) } else { None });
    let mut status = counted(view, seen.chain(condemned.iter().copied()));
    let monotonic = view.set.pod_management == PodManagementPolicy::OrderedReady;
    let mut pass = Pass { monotonic, writes: Vec::new() };
    let first_unhealthy = view.first_unhealthy(&replicas, &condemned);
    let goes_on = pass.run(&replicas, |replica| pass_replica(view, *replica))
        && pass.run(&condemned, |pod| pass_condemned(view, pod, first_unhealthy));
    if goes_on {
        let doomed = rolling::update(view, &replicas);
        status.current_replicas -= i32::try_from(doomed.len()).unwrap_or(i32::MAX);
        pass.writes.extend(doomed.into_iter().map(|doomed| vec![Write::Delete(doomed)]));
    }
    StatefulSetActions { writes: pass.writes, status: complete(view, status) }
}

/// What is done about one pod, and whether a pass that takes them one by one ends there.
struct Step {
    write: Option<Write>,
    ends: bool,
}

/// Passes over the pods (`runForAll`).
struct Pass {
    monotonic: bool,
    writes: Vec<Vec<Write>>,
}

/// Most pods that are looked at in one batch (`MaxBatchSize`).
const MAX_BATCH_SIZE: usize = 500;

impl Pass {
    /// One after the other up to the one that ends it, or all in batches that double. Whether the sync goes on.
    fn run<T>(&mut self, pods: &[T], look: impl Fn(&T) -> Step) -> bool {
        if self.monotonic {
            for pod in pods {
                let Step { write, ends } = look(pod);
                self.writes.extend(write.map(|write| vec![write]));
                if ends {
                    return false;
                }
            }
            return true;
        }
        let (mut rest, mut size) = (pods, 1);
        while !rest.is_empty() {
            let (batch, others) = rest.split_at(size.min(rest.len()));
            let writes: Vec<Write> = batch.iter().filter_map(|pod| look(pod).write).collect();
            self.writes.extend((!writes.is_empty()).then_some(writes));
            (rest, size) = (others, (2 * size).min(MAX_BATCH_SIZE));
        }
        true
    }
}

/// `processReplica`.
fn pass_replica(view: &StatefulSetView<'_>, replica: Replica<'_>) -> Step {
    let pod = match replica {
        Replica::New { ordinal, revision } => {
            return Step { write: Some(Write::Create { ordinal, revision }), ends: true };
        }
        Replica::Seen(pod) => pod,
    };
    if pod.is_finished() {
        let write = pod.deleted.is_none().then_some(Write::Delete(Doomed::Seen(pod.id)));
        return Step { write, ends: true };
    }
    let ready = pod.deleted.is_none() && is_running_and_ready(pod) && view.is_available(pod);
    Step { write: None, ends: !ready }
}

/// `processCondemned`.
fn pass_condemned(view: &StatefulSetView<'_>, pod: &Pod, first_unhealthy: Option<PodId>) -> Step {
    if pod.deleted.is_some() {
        return Step { write: None, ends: true };
    }
    let available = is_running_and_ready(pod) && view.is_available(pod);
    let monotonic = view.set.pod_management == PodManagementPolicy::OrderedReady;
    if monotonic && !available && first_unhealthy != Some(pod.id) {
        return Step { write: None, ends: true };
    }
    Step { write: Some(Write::Delete(Doomed::Seen(pod.id))), ends: true }
}
