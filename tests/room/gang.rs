//! A plugin of one's own that lets pods wait: the pods of an app go to their nodes three at a time, or not at all.

use kubecast::api::{NodeId, Pod};
use kubecast::kernel::{Interner, SimDuration};
use kubecast::scheduler::framework::{
    CycleContext, CycleState, Descriptor, PermitOutcome, Plugin, Point, Status, Waiting, WaitingPod, Work,
};

pub(super) static GANG: Descriptor =
    Descriptor::new("Gang", &[Point::Reserve, Point::Permit], Work::Plugin(|_| Box::new(Gang)));

const TOGETHER: usize = 3;
const PATIENCE: SimDuration = SimDuration::from_secs(90);

struct Gang;

/// The pod's app, if it has one.
fn app<'n>(pod: &Pod, names: &'n Interner) -> Option<&'n str> {
    let label = pod.spec.labels.iter().find(|(key, _)| names.resolve(*key) == "app");
    label.map(|(_, value)| names.resolve(value))
}

/// The pods of the same app that wait.
fn others<'w>(waiting: &'w Waiting<'_>, cycle: &'w CycleContext<'_>) -> impl Iterator<Item = &'w WaitingPod> {
    let own = app(cycle.pod, cycle.names);
    waiting.iter().filter(move |other| own.is_some() && app(other.pod(), cycle.names) == own)
}

impl Plugin for Gang {
    fn permit(
        &self,
        _: &mut CycleState,
        cycle: &CycleContext<'_>,
        _: NodeId,
        waiting: &mut Waiting<'_>,
    ) -> Result<PermitOutcome, Status> {
        let others: Vec<_> = others(waiting, cycle).map(|other| other.pod().id).collect();
        if app(cycle.pod, cycle.names).is_some() && others.len() + 1 < TOGETHER {
            return Ok(PermitOutcome::Wait(PATIENCE));
        }
        for other in others {
            waiting.allow(other);
        }
        Ok(PermitOutcome::Allow)
    }

    /// If one of them does not come, the others do not wait for it.
    fn unreserve(&self, _: &mut CycleState, cycle: &CycleContext<'_>, _: NodeId, waiting: &mut Waiting<'_>) {
        let others: Vec<_> = others(waiting, cycle).map(|other| other.pod().id).collect();
        for other in others {
            waiting.reject(other, "a pod of the gang gave up");
        }
    }
}
