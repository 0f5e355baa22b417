//! When the pods of a dump were bound, started, became ready and ended, as the API tells it.
//!
//! | moment | from | source |
//! | --- | --- | --- |
//! | bound | Event `Scheduled` (to the microsecond); else the condition `PodScheduled`; else `status.startTime` | kube-scheduler writes `eventTime`; the API server sets the condition with the binding; the kubelet sets startTime when it sees the pod |
//! | sandbox | condition `PodReadyToStartContainers`, of kubelets from v1.36 on | before v1.36 it was set with the first status after the images were pulled (kubernetes/kubernetes 134660) |
//! | running | the last of the containers' `state.running.startedAt` or `state.terminated.startedAt` | container runtime |
//! | ready | condition `Ready` | kubelet |
//! | deleted | `deletionTimestamp` less `deletionGracePeriodSeconds` | API server |
//! | stopped | the last of the containers' `state.terminated.finishedAt` | container runtime |
//!
//! Times of objects are cut to whole seconds. What becomes of them is `study::timing_fit`'s.

mod events;
mod pod;

use std::collections::BTreeMap;

use super::coverage::owners::Owners;
use super::error::Findings;
use super::inputs::Inputs;
use super::objects::ObjectSource;
use super::reader::{FileReader, SourceText};
use super::reference::Reference;
use super::{InputError, dump, release, start_time};
use crate::api::{Release, Timestamp};
use crate::kernel::SimDuration;

/// A moment as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The time that is told.
    pub at: Timestamp,
    /// Whether it is the time itself; else it was within the second that begins there.
    pub exact: bool,
}

/// What is known of the pulls of a pod's images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pull {
    /// Nothing: no Event tells of them.
    #[default]
    Unknown,
    /// They took so long, all of them together, waiting included; 0 where every image was there.
    Took(SimDuration),
}

/// A pod and its moments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodTimes {
    /// What controls it, Deployments through their ReplicaSets; `None`: nothing does.
    pub workload: Option<Reference>,
    /// The label that tells the pool of its node, and its value.
    pub pool: Option<(String, String)>,
    /// A scheduler chose its node.
    pub bound: Option<Moment>,
    /// The kubelet saw it first.
    pub acknowledged: Option<Moment>,
    /// Sandbox, network and volumes were there.
    pub sandbox: Option<Moment>,
    /// All of its containers had been started.
    pub running: Option<Moment>,
    /// It became ready and is so still.
    pub ready: Option<Moment>,
    /// Its deletion was asked for.
    pub deleted: Option<Moment>,
    /// The last of its containers had ended.
    pub stopped: Option<Moment>,
    /// The pulls of its images.
    pub pull: Pull,
    /// The largest initial delay of its readiness probes.
    pub initial_delay: SimDuration,
    /// Its grace period.
    pub grace: SimDuration,
    /// How often its containers were started again.
    pub restarts: u64,
    /// Whether a container cannot start: its image cannot be pulled, or it ends again and again.
    pub stuck: bool,
    /// Whether it has ended.
    pub finished: bool,
    /// After how long without being ready its Deployment's rollout would have failed.
    pub progress_deadline: Option<SimDuration>,
}

/// The pods of an input and what stands beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterTimes {
    /// The pods in the order of the input.
    pub pods: Vec<PodTimes>,
    /// The newest time of the input: it was read then or later.
    pub now: Option<Timestamp>,
    /// How many Events of pods are among the objects.
    pub events: usize,
}

/// Labels that say which pool a node is of; the first that a node has counts.
const POOL_LABELS: [&str; 9] = [
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "karpenter.sh/nodepool",
    "kops.k8s.io/instancegroup",
    "node.cluster.x-k8s.io/pool",
    "nodepool",
    "pool",
    "node.kubernetes.io/instance-type",
];

/// The first release whose kubelet sets `PodReadyToStartContainers` before it pulls.
const SANDBOX_BEFORE_PULLS: Release = Release::one(36);

/// Reads a dump, and Events beside it.
pub fn load(
    sources: &[SourceText],
    reader: &dyn FileReader,
) -> Result<(ClusterTimes, Vec<InputError>), Vec<InputError>> {
    let mut findings = Findings::default();
    let inputs = Inputs::new(sources, None, reader, &mut findings);
    if findings.errors.is_empty() && !inputs.objects.iter().any(|one| one.reference.kind == "pod") {
        let message =
            format!("the input holds no pod, and so no start; dump all that counts: {}", dump::command());
        findings.error(None, message);
    }
    let times = of(&inputs.objects);
    findings.finish(false).map(|warnings| (times, warnings))
}

/// The times of the pods among objects; of objects that stand there twice the first counts.
pub(super) fn of(objects: &[ObjectSource]) -> ClusterTimes {
    let surroundings = Surroundings::of(objects);
    let events = events::of(objects);
    let mut seen = std::collections::BTreeSet::new();
    let pods = objects.iter().filter(|object| object.reference.kind == "pod");
    let pods = pods.filter(|pod| seen.insert(&pod.reference));
    let pods = pods.map(|pod| pod::times(pod, &surroundings, events.of_pod(pod)));
    ClusterTimes {
        pods: pods.collect(),
        now: start_time::newest(objects.iter()).max(events.newest()),
        events: events.len(),
    }
}

/// What tells more of a pod than its own object.
struct Surroundings<'o> {
    owners: Owners,
    pools: BTreeMap<&'o str, (String, String)>,
    kubelets: BTreeMap<&'o str, Release>,
    deadlines: BTreeMap<&'o Reference, SimDuration>,
}

impl<'o> Surroundings<'o> {
    fn of(objects: &'o [ObjectSource]) -> Self {
        let nodes = objects.iter().filter(|object| object.reference.kind == "node");
        let pools = nodes.filter_map(|node| Some((node.reference.name.as_str(), pool_of(node)?)));
        let deadlines = objects.iter().filter(|object| object.reference.kind == "deployment");
        let deadlines = deadlines.filter_map(|deployment| {
            let seconds = deployment.whole_number("/spec/progressDeadlineSeconds")?;
            Some((&deployment.reference, SimDuration::from_secs(u64::try_from(seconds).ok()?.min(1 << 31))))
        });
        Self {
            owners: Owners::among(objects),
            pools: pools.collect(),
            kubelets: release::kubelets(objects),
            deadlines: deadlines.collect(),
        }
    }
}

fn pool_of(node: &ObjectSource) -> Option<(String, String)> {
    let labels = node.tree.pointer("/metadata/labels")?;
    let value = |key: &&str| labels.get_str(key).map(|value| ((*key).to_owned(), value.to_owned()));
    POOL_LABELS.iter().find_map(value)
}

impl Moment {
    /// Reads a time: with fractions of a second it is exact.
    fn read(text: &str) -> Option<Self> {
        Some(Self { at: Timestamp::parse(text).ok()?, exact: text.contains('.') })
    }
}
