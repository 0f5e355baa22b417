//! A plugin of one's own: a node takes one pod and no more. It filters beside the plugins of the default profile.
//!
//!     cargo run --release --example own_plugin

use kubecast::forecast::{Error, Forecast, RunOptions};
use kubecast::scheduler::framework::{
    Actions, ClusterEvent, CycleContext, CycleState, Descriptor, Events, Plugin, Point, Registration, Status,
    Work,
};
use kubecast::scheduler::node_info::NodeInfo;

/// Its name, its extension points, what makes it, and the changes of the cluster after which a pod that it refused is tried again.
static AT_MOST_ONE: Descriptor = Descriptor {
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

const SCENARIO: &str = "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: one-each}
spec:
  nodePools: [{name: worker, count: 2, template: {status: {allocatable: {cpu: 8, memory: 8Gi, pods: 110}}}}]
  workloads:
    - name: web
      count: 3
      template: {apiVersion: v1, kind: Pod, spec: {containers: [{name: web, image: 'web:1'}]}}
";

fn main() -> Result<(), Error> {
    let scenario = Forecast::of_texts([("one-each.yaml", SCENARIO)]).scenario()?;
    let scenario = scenario.with_setups(|setup| {
        setup.enable_plugins(&[&AT_MOST_ONE]).expect("the plugins fit together");
    });
    print!("{}", scenario.run(&RunOptions::default())?.to_text());
    Ok(())
}
