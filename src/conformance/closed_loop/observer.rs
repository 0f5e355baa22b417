//! What comes out of each phase of a run, read from the run's records.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scene::Scene;
use crate::api::{Deployment, DeploymentId, Node, NodeId, Pod, PodId, ReplicaSetId};
use crate::cluster::record::Record;
use crate::cluster::store::Change;
use crate::cluster::store::kinds::unseen;
use crate::kernel::{SimTime, TraceSink};
use crate::measures::spread::DomainCounts;

/// What came out of a phase.
#[derive(Clone, Debug)]
pub(in crate::conformance) struct PhaseOutcome {
    /// Of each Deployment, in the listed order.
    pub(in crate::conformance) deployments: Vec<DeploymentOutcome>,
    /// Pods without a node at the end.
    pub(in crate::conformance) pending: usize,
}

/// What came out for one Deployment.
#[derive(Clone, Debug)]
pub(in crate::conformance) struct DeploymentOutcome {
    /// The skew of the newest ReplicaSet's pods at the end, by constraint.
    pub(in crate::conformance) final_skew: Vec<u32>,
    /// The largest skew of all pods at a settled instant, by constraint.
    pub(in crate::conformance) max_skew_during: Vec<u32>,
    /// Where the newest ReplicaSet's bound pods are at the end.
    pub(in crate::conformance) final_nodes: Vec<NodeId>,
    /// Milliseconds until it was complete; `None` if it was not in time.
    pub(in crate::conformance) duration_ms: Option<u64>,
}

/// One Deployment while a phase goes on.
struct Course {
    state: Option<Arc<Deployment>>,
    newest: Option<ReplicaSetId>,
    /// Bound pods that are not terminating.
    placed: BTreeMap<PodId, (ReplicaSetId, NodeId)>,
    all_pods: Vec<DomainCounts>,
    max_skew_during: Vec<u32>,
    completed: Option<SimTime>,
}

/// Reads a run's records.
pub(in crate::conformance) struct Observer<'s> {
    scene: &'s Scene,
    nodes: Vec<Option<Arc<Node>>>,
    owners: BTreeMap<ReplicaSetId, DeploymentId>,
    courses: Vec<Course>,
    pending: usize,
    started: SimTime,
    outcomes: Vec<PhaseOutcome>,
}

impl<'s> Observer<'s> {
    pub(in crate::conformance) fn new(scene: &'s Scene) -> Self {
        let nodes: Vec<Option<Arc<Node>>> =
            scene.setup.nodes.iter().map(|node| Some(Arc::new(node.clone()))).collect();
        let mut observer = Self {
            scene,
            nodes,
            owners: BTreeMap::new(),
            courses: Vec::new(),
            pending: 0,
            started: SimTime(0),
            outcomes: Vec::new(),
        };
        for deployment in 0..scene.setup.deployments.len() {
            let all_pods = observer.domains(deployment);
            observer.courses.push(Course {
                state: None,
                newest: None,
                placed: BTreeMap::new(),
                max_skew_during: vec![0; all_pods.len()],
                all_pods,
                completed: None,
            });
        }
        observer
    }

    /// The outcomes of all phases; the last one ends here.
    pub(in crate::conformance) fn finish(mut self) -> Vec<PhaseOutcome> {
        self.end_phase(SimTime(0));
        self.outcomes
    }

    /// Every recorded constraint's empty domains.
    fn domains(&self, deployment: usize) -> Vec<DomainCounts> {
        let pod = &self.scene.setup.deployments[deployment].template.pod;
        let constraints = self.scene.constraints.iter().map(|(_, of_each)| &of_each[deployment]);
        constraints
            .map(|constraint| DomainCounts::new(constraint, pod, &self.nodes, &self.scene.setup.names))
            .collect()
    }

    fn end_phase(&mut self, next: SimTime) {
        let deployments = (0..self.courses.len()).map(|place| self.outcome(place)).collect();
        self.outcomes.push(PhaseOutcome { deployments, pending: self.pending });
        self.started = next;
        for course in &mut self.courses {
            course.completed = None;
            // The skew of the first settled instant counts as well, which the pods at hand may keep.
            course.max_skew_during.fill(0);
        }
    }

    fn outcome(&self, place: usize) -> DeploymentOutcome {
        let course = &self.courses[place];
        let of_newest = course.placed.values().filter(|(owner, _)| Some(*owner) == course.newest);
        let final_nodes: Vec<NodeId> = of_newest.map(|(_, node)| *node).collect();
        let mut domains = self.domains(place);
        for counts in &mut domains {
            for &node in &final_nodes {
                counts.add(node, 1);
            }
        }
        DeploymentOutcome {
            final_skew: domains.iter().map(DomainCounts::skew).collect(),
            max_skew_during: course.max_skew_during.clone(),
            final_nodes,
            duration_ms: course.completed.map(|at| at.since(self.started).0 / 1_000_000),
        }
    }

    fn pod_changed(&mut self, old: Option<&Pod>, new: Option<&Pod>) {
        let Some(pod) = new.or(old) else { return };
        let Some(owner) = pod.replica_set() else { return };
        let waits = |pod: Option<&Pod>| usize::from(pod.is_some_and(|pod| pod.node.is_none()));
        self.pending = self.pending + waits(new) - waits(old);
        let Some(deployment) = self.owners.get(&owner) else { return };
        let course = &mut self.courses[deployment.index()];
        let place = |pod: Option<&Pod>| pod.filter(|pod| pod.is_active()).and_then(|pod| pod.node);
        let (before, after) = (place(old), place(new));
        for (node, change) in [(before, -1), (after, 1)] {
            if let Some(node) = node {
                course.all_pods.iter_mut().for_each(|counts| {
                    counts.add(node, change);
                });
            }
        }
        match after {
            Some(node) => course.placed.insert(pod.id, (owner, node)),
            None => course.placed.remove(&pod.id),
        };
    }

    fn settled(&mut self, now: SimTime) {
        let limit = self.scene.setup.limits.blocked_after;
        let in_time = limit.is_none_or(|limit| now.since(self.started) <= limit);
        for course in &mut self.courses {
            for (most, counts) in course.max_skew_during.iter_mut().zip(&course.all_pods) {
                *most = (*most).max(counts.skew());
            }
            let complete = course.state.as_deref().is_some_and(Deployment::is_complete);
            if complete && in_time && course.completed.is_none() {
                course.completed = Some(now);
            }
        }
    }

    fn changed(&mut self, change: &Change) {
        match change {
            Change::Pod { old, new } => self.pod_changed(old.as_deref(), new.as_deref()),
            Change::ReplicaSet { old, new } => {
                let made = new.as_ref().filter(|_| old.is_none());
                if let Some((set, deployment)) = made.and_then(|set| Some((set, set.deployment?))) {
                    self.owners.insert(set.id, deployment);
                    self.courses[deployment.index()].newest = Some(set.id);
                }
            }
            Change::Deployment { new: Some(new), .. } => {
                self.courses[new.id.index()].state = Some(Arc::clone(new));
            }
            Change::Deployment { new: None, .. } => {}
            Change::Namespace { .. } | Change::Node { .. } => {
                unseen("the nodes of a recorded loop stay as they are");
            }
            Change::SelectorOwner { .. } => unseen("no outcome is about selectors"),
            Change::DaemonSet { .. } => unseen("no recorded loop has one"),
        }
    }
}

impl TraceSink<Record> for Observer<'_> {
    fn record(&mut self, now: SimTime, _seq: u64, record: &Record) {
        match record {
            Record::Change(change) => self.changed(change),
            Record::Operation { .. } => self.end_phase(now),
            Record::InstantEnd => self.settled(now),
            Record::Names(_)
            | Record::Unschedulable { .. }
            | Record::Admission { .. }
            | Record::KubeletRestart { .. }
            | Record::StillWaiting { .. }
            | Record::Request(_)
            | Record::Service(_) => {}
        }
    }
}
