//! A plugin of one's own: a node takes one pod and no more.

use kubecast::scheduler::framework::{
    Actions, ClusterEvent, CycleContext, CycleState, Descriptor, Events, Plugin, Point, Registration, Status,
    Work,
};
use kubecast::scheduler::node_info::NodeInfo;

pub(super) static AT_MOST_ONE: Descriptor = Descriptor {
    events: Some(Events {
        with_hints: |_| Registration { pod: Actions::DELETE, node: Actions::ADD },
        without_hints: Registration { pod: Actions::DELETE, node: Actions::ADD },
        hint: |question| {
            matches!(question.event, ClusterEvent::NodeAdd(_) | ClusterEvent::AssignedPodDelete(_))
        },
    }),
    ..Descriptor::new("AtMostOne", &[Point::Filter], Work::Plugin(|_| Box::new(AtMostOne)))
};

struct AtMostOne;

impl Plugin for AtMostOne {
    fn filter(&self, _: &CycleState, _: &CycleContext<'_>, node: &NodeInfo) -> Result<(), Status> {
        if node.pods().is_empty() { Ok(()) } else { Err(Status::unschedulable("node(s) had a pod")) }
    }
}
