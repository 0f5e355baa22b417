//! SchedulingGates: a pod with `spec.schedulingGates` stays out of the queue (kube-scheduler v1.34).

mod hint;

use crate::api::Pod;
use crate::kernel::Interner;
use crate::scheduler::framework::{Code, Descriptor, Plugin, Point, Reason, Status, Work};

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct SchedulingGates;

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    events: Some(hint::EVENTS),
    ..Descriptor::new("SchedulingGates", &[Point::PreEnqueue], Work::Plugin(|_| Box::new(SchedulingGates)))
};

impl Plugin for SchedulingGates {
    fn pre_enqueue(&self, pod: &Pod, names: &Interner) -> Result<(), Status> {
        if pod.spec.scheduling_gates.is_empty() {
            return Ok(());
        }
        let gates: Vec<&str> = pod.spec.scheduling_gates.iter().map(|gate| names.resolve(*gate)).collect();
        let text = format!("waiting for scheduling gates: [{}]", gates.join(" "));
        Err(Status::new(Code::UnschedulableAndUnresolvable, Reason::Message(text.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::pod;
    use std::sync::Arc;

    #[test]
    fn a_gated_pod_names_its_gates() {
        let mut names = Interner::new();
        let mut gated = pod(&mut names, 0, "p");
        assert_eq!(SchedulingGates.pre_enqueue(&gated, &names), Ok(()));
        let gates = vec![names.intern("example.com/a"), names.intern("example.com/b")];
        Arc::make_mut(&mut gated.spec).scheduling_gates = gates;
        let status = SchedulingGates.pre_enqueue(&gated, &names).expect_err("gated");
        assert_eq!(status.message(&names), "waiting for scheduling gates: [example.com/a example.com/b]");
    }
}
