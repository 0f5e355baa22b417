//! A recording's input as a cluster that can run.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::operations::{Change, Of, To};
use crate::api::{DaemonSetId, DeploymentId};
use crate::cluster::control_plane::{Chance, ClientLimits, ControlPlane};
use crate::cluster::kubelets::given::RecordedTimes;
use crate::cluster::operation::{Operation, TimelineEntry, TimelineMoment};
use crate::cluster::setup::ClusterSetup;
use crate::conformance::rollout_objects::read;
use crate::kernel::{Distribution, SimDuration, SimTime, stable_hash};
use crate::scenario::{LoadOptions, NoFiles, SourceText, load};

/// How long after it took a key a worker of the recording began.
const WORKER_BEGINS: SimDuration = SimDuration(5_050);
/// How long after its cause an event of the recording was taken up.
const EVENT_BEGINS: SimDuration = SimDuration(20_000);

/// A recording's input, ready to run.
pub(super) struct Scene {
    pub(super) setup: Arc<ClusterSetup>,
    /// What the user did, in order of time.
    pub(super) ops: Vec<Op>,
    /// The end of the recording.
    pub(super) end: SimTime,
}

#[derive(Deserialize)]
struct Vector {
    r#in: Input,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    writes: Vec<Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    nodes: Vec<NodeInput>,
    controller_manager: Limits,
    scheduler: Limits,
    write_latency_ms: f64,
    watch_delay_ms: f64,
    workers: usize,
    workloads: Vec<Workload>,
    ops: Vec<Op>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NodeInput {
    name: String,
    cpu_milli: i64,
    mem_mi: i64,
    pods: i64,
}

#[derive(Deserialize)]
struct Limits {
    qps: f64,
    burst: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Workload {
    name: String,
    /// Absent: a Deployment.
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    strategy: Option<String>,
    #[serde(default)]
    max_surge: Option<Value>,
    #[serde(default)]
    max_unavailable: Option<Value>,
    #[serde(default)]
    min_ready_seconds: i32,
    cpu_milli: i64,
    mem_mi: i64,
    start_ms: Vec<f64>,
    termination_ms: Vec<f64>,
}

/// Something that the user did.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Op {
    pub(super) at_ms: f64,
    #[serde(rename = "op")]
    pub(super) verb: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) replicas: i32,
    #[serde(default)]
    gap_ms: f64,
}

pub(super) fn nanos(milliseconds: f64) -> u64 {
    libm::round(milliseconds * 1e6) as u64
}

fn duration(milliseconds: f64) -> SimDuration {
    SimDuration(nanos(milliseconds))
}

impl Workload {
    fn is_daemon_set(&self) -> bool {
        self.kind.as_deref() == Some("DaemonSet")
    }
}

impl Scene {
    pub(super) fn new(vector: &Value) -> Result<Self, String> {
        let Vector { r#in: input, expect } = read(vector)?;
        if let Some(kind) = input
            .workloads
            .iter()
            .filter_map(|workload| workload.kind.as_deref())
            .find(|kind| *kind != "DaemonSet")
        {
            return Err(format!("no controller of {kind}s runs here"));
        }
        let source = SourceText { name: "pace".into(), text: scenario(&input).to_string().into() };
        let resolved = load(&[source], &LoadOptions::default(), &NoFiles)
            .map_err(|errors| errors.first().map_or_else(String::new, ToString::to_string))?;
        let mut setup = ClusterSetup::clone(&resolved.variants[0].setup);
        let limits = |limits: &Limits| ClientLimits { qps: limits.qps, burst: limits.burst };
        setup.control_plane = Some(ControlPlane {
            controller_manager: limits(&input.controller_manager),
            scheduler: limits(&input.scheduler),
            deployment_workers: input.workers,
            replica_set_workers: input.workers,
            event_delay: EVENT_BEGINS,
            chance: Chance::ByCreation,
        });
        let timing = &mut setup.timing;
        timing.api_request = Distribution::Constant(duration(input.write_latency_ms));
        timing.binding = timing.api_request.clone();
        timing.controller_sync = Distribution::Constant(WORKER_BEGINS);
        timing.recorded = Some(Arc::new(input.workloads.iter().flat_map(recorded).collect()));
        let last = expect.writes.last().and_then(|write| write.first()).and_then(Value::as_f64);
        let end = SimTime(nanos(last.unwrap_or(0.0) + 20_000.0));
        setup.limits.horizon = Some(end);
        setup.timeline = timeline(&input, std::mem::take(&mut setup.timeline))?;
        Ok(Self { setup: Arc::new(setup), ops: input.ops, end })
    }
}

/// The times of a workload's pods: those of its Deployment, and bare ones.
fn recorded(workload: &Workload) -> impl Iterator<Item = (u64, RecordedTimes)> {
    let times = |list: &[f64]| list.iter().map(|time| duration(*time)).collect();
    let times =
        RecordedTimes { start: times(&workload.start_ms), termination: times(&workload.termination_ms) };
    let kind = if workload.is_daemon_set() { "daemonset" } else { "deployment" };
    let owner = format!("{kind}/default/{}", workload.name);
    std::iter::once((stable_hash(owner.as_bytes()), times))
}

/// The user's writes. What creates objects was compiled as part of the scenario.
fn timeline(input: &Input, created: Vec<TimelineEntry>) -> Result<Vec<TimelineEntry>, String> {
    let mut entries = created;
    let is_daemon_set =
        |op: &Op| input.workloads.iter().any(|workload| workload.name == op.name && workload.is_daemon_set());
    let created = input.ops.iter().filter(|op| op.verb == "create");
    let (daemon_sets, deployments): (Vec<&Op>, Vec<&Op>) = created.partition(|op| is_daemon_set(op));
    let ids: BTreeMap<&str, Of> = numbered(&deployments, |id| Of::Deployment(DeploymentId(id)))
        .chain(numbered(&daemon_sets, |id| Of::DaemonSet(DaemonSetId(id))))
        .collect();
    // The number of a Deployment's template, of the one before, and of those made.
    let mut templates: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for op in input.ops.iter().filter(|op| !matches!(op.verb.as_str(), "create" | "pods")) {
        let (present, before, made) = templates.entry(&op.name).or_default();
        let to = match op.verb.as_str() {
            "restart" => {
                *made += 1;
                (*before, *present) = (*present, *made);
                To::Template(*present)
            }
            "undo" => {
                std::mem::swap(before, present);
                To::Template(*present)
            }
            "scale" => To::Replicas(op.replicas),
            "pause" => To::Paused(true),
            "resume" => To::Paused(false),
            other => return Err(format!("the operation {other:?} is not known")),
        };
        let of = *ids.get(op.name.as_str()).ok_or("an operation on what was not created")?;
        let operation: Arc<dyn Operation> = Arc::new(Change { of, to });
        let at = TimelineMoment::At(SimTime(nanos(op.at_ms)));
        entries.push(TimelineEntry { at, operation, label: op.verb.as_str().into() });
    }
    let time = |entry: &TimelineEntry| match entry.at {
        TimelineMoment::At(at) => at,
        TimelineMoment::AfterSettled(_) => SimTime(u64::MAX),
    };
    entries.sort_by_key(time);
    Ok(entries)
}

/// Workloads of one kind with their numbers.
fn numbered<'o>(created: &[&'o Op], of: impl Fn(u32) -> Of) -> impl Iterator<Item = (&'o str, Of)> {
    created.iter().map(|op| op.name.as_str()).zip((0..).map(of))
}

fn scenario(input: &Input) -> Value {
    let nodes = input.nodes.iter().map(|node| {
        json!({
            "apiVersion": "v1", "kind": "Node",
            "metadata": { "name": node.name, "labels": { "kubernetes.io/hostname": node.name } },
            "status": { "allocatable": {
                "cpu": format!("{}m", node.cpu_milli),
                "memory": format!("{}Mi", node.mem_mi),
                "pods": node.pods.to_string(),
            } },
        })
    });
    let mut timeline = Vec::new();
    for op in &input.ops {
        let workload = input.workloads.iter().find(|workload| workload.name == op.name);
        let Some(workload) = workload else { continue };
        match op.verb.as_str() {
            "create" if workload.is_daemon_set() => {
                timeline.push((nanos(op.at_ms), daemon_set(workload)));
            }
            "create" => timeline.push((nanos(op.at_ms), deployment(workload, op.replicas))),
            "pods" => timeline.extend((0..op.replicas).map(|place| {
                let at = op.at_ms + f64::from(place) * op.gap_ms;
                (nanos(at), pod(workload, place))
            })),
            _ => {}
        }
    }
    timeline.sort_by_key(|entry| entry.0);
    let timeline: Vec<Value> = timeline
        .into_iter()
        .map(|(at, object)| json!({ "at": format!("{at}ns"), "apply": [object] }))
        .collect();
    let lag = format!("{}ns", nanos(input.watch_delay_ms));
    json!({
        "apiVersion": "kubecast.dev/v1alpha1",
        "kind": "Scenario",
        "metadata": { "name": "pace" },
        "spec": {
            "kubernetesVersion": "1.36.2",
            "manifests": nodes.collect::<Vec<_>>(),
            "timing": {
                "schedulingCycle": "0s",
                "watch": { "scheduler": lag, "controllerManager": lag, "kubelet": "0s" },
            },
            "timeline": timeline,
        },
    })
}

fn template(workload: &Workload) -> Value {
    json!({
        "metadata": { "labels": { "app": workload.name } },
        "spec": { "containers": [{
            "name": "app", "image": "app",
            "resources": { "requests": {
                "cpu": format!("{}m", workload.cpu_milli), "memory": format!("{}Mi", workload.mem_mi),
            } },
        }] },
    })
}

/// A limit of an update, and what it is if it is absent. Whole numbers stand as texts in some lines.
fn limit(value: Option<&Value>, default: &Value) -> Value {
    match value {
        None => default.clone(),
        Some(Value::String(text)) => text.parse::<i32>().map_or_else(|_| json!(text), |number| json!(number)),
        Some(other) => other.clone(),
    }
}

fn daemon_set(workload: &Workload) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": { "name": workload.name },
        "spec": {
            "minReadySeconds": workload.min_ready_seconds,
            "updateStrategy": { "type": "RollingUpdate", "rollingUpdate": {
                "maxSurge": limit(workload.max_surge.as_ref(), &json!(0)),
                "maxUnavailable": limit(workload.max_unavailable.as_ref(), &json!(1)),
            } },
            "selector": { "matchLabels": { "app": workload.name } },
            "template": template(workload),
        },
    })
}

fn deployment(workload: &Workload, replicas: i32) -> Value {
    let strategy = if workload.strategy.as_deref() == Some("Recreate") {
        json!({ "type": "Recreate" })
    } else {
        let quarter = json!("25%");
        json!({ "type": "RollingUpdate", "rollingUpdate": {
            "maxSurge": limit(workload.max_surge.as_ref(), &quarter),
            "maxUnavailable": limit(workload.max_unavailable.as_ref(), &quarter),
        } })
    };
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": { "name": workload.name },
        "spec": {
            "replicas": replicas, "minReadySeconds": workload.min_ready_seconds, "strategy": strategy,
            "selector": { "matchLabels": { "app": workload.name } },
            "template": template(workload),
        },
    })
}

fn pod(workload: &Workload, place: i32) -> Value {
    let mut pod = template(workload);
    pod["apiVersion"] = json!("v1");
    pod["kind"] = json!("Pod");
    pod["metadata"]["name"] = json!(format!("{}-{place}", workload.name));
    pod
}
