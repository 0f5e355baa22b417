//! The victims on one node (`SelectVictimsOnNode`): all pods of lower priority go, and come back one by one, the
//! most important first, as long as the pod still fits. The result is what this leaves, not the smallest set.

use std::sync::Arc;

use super::{Candidate, NO_VICTIMS, Question, budgets};
use crate::api::Pod;
use crate::component_helpers::go_sort::sort;
use crate::scheduler::framework::{Code, CycleState, Reason, Status};
use crate::scheduler::node_info::NodeInfo;

/// A node as it would be, and the plugins' state with it.
struct Trial<'q> {
    question: &'q Question<'q>,
    node: NodeInfo,
    state: CycleState,
}

impl Trial<'_> {
    fn remove(&mut self, pod: &Pod) -> Result<(), Status> {
        self.node.remove_pod(pod.id);
        self.question.handle.remove_pod(&mut self.state, &self.question.cycle, pod, &self.node)
    }

    fn add(&mut self, pod: &Arc<Pod>) -> Result<(), Status> {
        self.node.add_pod(Arc::clone(pod));
        self.question.handle.add_pod(&mut self.state, &self.question.cycle, pod, &self.node)
    }

    fn fits(&self) -> Result<(), Status> {
        self.question.handle.run_filters(&self.state, &self.question.cycle, &self.node)
    }

    /// Gives a pod back if there is room for it; whether there was.
    fn reprieve(&mut self, pod: &Arc<Pod>) -> Result<bool, Status> {
        self.add(pod)?;
        let fits = self.fits().is_ok();
        if !fits {
            self.remove(pod)?;
        }
        Ok(fits)
    }
}

/// The pods that have to go from a node, or why it does not help that any go.
pub(super) fn on_node(question: &Question<'_>, node: &NodeInfo) -> Result<Candidate, Status> {
    let priority = question.cycle.pod.spec.priority;
    let mut potential: Vec<&Arc<Pod>> =
        node.pods().iter().filter(|pod| pod.spec.priority < priority).collect();
    if potential.is_empty() {
        return Err(Status::unresolvable(NO_VICTIMS));
    }
    let mut trial = Trial { question, node: node.clone(), state: question.state.clone() };
    for pod in &potential {
        trial.remove(pod).map_err(failed)?;
    }
    trial.fits()?;
    sort(&mut potential, &|a, b| is_more_important(a, b));
    let (violating, keeping) = budgets::split(&potential, question.cycle.cache.budgets());
    let mut victims: Vec<&Arc<Pod>> = Vec::new();
    let mut violations = 0;
    for pod in &violating {
        if !trial.reprieve(pod).map_err(failed)? {
            victims.push(pod);
            violations += 1;
        }
    }
    for pod in &keeping {
        if !trial.reprieve(pod).map_err(failed)? {
            victims.push(pod);
        }
    }
    if !violating.is_empty() && !keeping.is_empty() {
        sort(&mut victims, &|a, b| is_more_important(a, b));
    }
    if victims.is_empty() {
        let name = question.cycle.names.resolve(node.node().name);
        let text = format!("expected at least one victim pod on node \"{name}\"");
        return Err(Status::new(Code::Error, Reason::Message(text.into())));
    }
    let victims = victims.into_iter().cloned().collect();
    Ok(Candidate { node: node.node().id, victims, violations })
}

/// A plugin could not follow a pod that comes or goes.
fn failed(mut status: Status) -> Status {
    status.code = Code::Error;
    status
}

/// Whether a pod has the higher priority, or has run for longer (`MoreImportantPod`).
fn is_more_important(a: &Pod, b: &Pod) -> bool {
    let (higher, lower) = (a.spec.priority, b.spec.priority);
    if higher == lower { start(a) < start(b) } else { higher > lower }
}

/// When a pod started; one that has not yet started did so last.
pub(super) fn start(pod: &Pod) -> i64 {
    pod.started.map_or(i64::MAX, |started| started.0)
}
