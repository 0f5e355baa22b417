//! Kind `cpu-manager`: a node, its kubelet's configuration, and pods that come and go.

use std::collections::BTreeMap;
use std::sync::Arc;

mod seen;

use seen::Seen;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::cpu_objects::{Container, Hint, Qos, behaviour, cpu_hints, cpu_set, list_of, machine};
use super::rollout_objects::read;
use crate::api::{KubeletBehaviour, PodId};
use crate::kubelet::Machine;
use crate::kubelet::admission::{HintProvider, Refusal, admit};
use crate::kubelet::cpu_manager::{CpuManager, CpuState, CpuTopology, Reservation, StartError, build_policy};
use crate::kubelet::demand::PodDemand;
use crate::kubelet::topology_manager::{
    NumaInfo, NumaMask, PolicyName, ProviderHints, TopologyManagerConfig,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    kubernetes: String,
    topology: Value,
    #[serde(default)]
    cpu_manager_policy_options: BTreeMap<String, String>,
    topology_manager_policy: String,
    #[serde(default)]
    topology_manager_scope: String,
    #[serde(default)]
    topology_manager_policy_options: BTreeMap<String, String>,
    #[serde(rename = "reservedSystemCPUs")]
    reserved_system_cpus: Option<String>,
    #[serde(rename = "reservedCPUCount")]
    reserved_cpu_count: Option<usize>,
    #[serde(default)]
    hints_omitted: bool,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
enum Step {
    Add(Pod),
    Remove { pod: String },
    Restart(Restart),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pod {
    #[serde(rename = "pod")]
    name: String,
    qos: Qos,
    #[serde(default)]
    init_containers: Vec<Container>,
    containers: Vec<Container>,
    #[serde(default)]
    device_hints: BTreeMap<String, Vec<Hint>>,
    #[serde(rename = "podDeviceHints")]
    hints_of_all: Option<Vec<Hint>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Restart {
    cpu_manager_policy_options: Option<BTreeMap<String, String>>,
    #[serde(rename = "reservedSystemCPUs")]
    reserved_system_cpus: Option<String>,
    #[serde(rename = "offlineCPUs")]
    offline_cpus: Option<String>,
}

/// The model's answer to a vector.
pub fn check(vector: &Value) -> Result<Value, String> {
    let input: Vector = read(vector)?;
    let mut node = Node::start(&input)?;
    let policy = node.cpus()?.policy();
    let init = json!({
        "reserved": policy.reserved().to_string(),
        "allocatable": policy.allocatable().to_string(),
        "shared": node.shared(),
    });
    let mut answers = Vec::new();
    for step in &input.steps {
        let answer = match step {
            Step::Add(pod) => node.add(pod)?,
            Step::Remove { pod } => node.remove(pod)?,
            Step::Restart(restart) => node.restart(restart)?,
        };
        let ended = answer.get("error").is_some();
        answers.push(answer);
        if ended {
            break;
        }
    }
    Ok(json!({ "expectInit": init, "expect": answers }))
}

/// A pod as it runs.
struct Running {
    name: String,
    demand: PodDemand,
    containers: Vec<String>,
    devices: ScriptedDevices,
}

/// Device hints as a vector gives them; allocation never fails.
struct ScriptedDevices {
    containers: Vec<ProviderHints>,
    pod: ProviderHints,
}

impl HintProvider for ScriptedDevices {
    fn hints(&self, _: &PodDemand, container: usize) -> ProviderHints {
        self.containers[container].clone()
    }

    fn pod_hints(&self, _: &PodDemand) -> ProviderHints {
        self.pod.clone()
    }

    fn allocate(&mut self, _: &PodDemand, _: usize, _: Option<NumaMask>) -> Result<(), String> {
        Ok(())
    }
}

/// A pod of a vector, with its place among the node's.
fn running(pod: &Pod, id: PodId) -> Result<Running, String> {
    let init = pod.init_containers.iter().map(|container| (container, true));
    let all: Vec<(&Container, bool)> =
        init.chain(pod.containers.iter().map(|container| (container, false))).collect();
    let demand = all.iter().map(|(container, init)| container.demand(*init, pod.qos));
    let demand = demand.collect::<Result<_, _>>()?;
    let hints = |hints: Option<&Vec<Hint>>| match hints {
        None => Ok(ProviderHints::NoPreference),
        Some(hints) => Ok::<_, String>(ProviderHints::Resources(vec![list_of(hints)?])),
    };
    let of = |container: &Container| hints(pod.device_hints.get(&container.name));
    Ok(Running {
        name: pod.name.clone(),
        demand: PodDemand { pod: id, containers: demand },
        containers: all.iter().map(|(container, _)| container.name.clone()).collect(),
        devices: ScriptedDevices {
            containers: all.iter().map(|(container, _)| of(container)).collect::<Result<_, _>>()?,
            pod: hints(pod.hints_of_all.as_ref())?,
        },
    })
}

struct Node {
    machine: Machine,
    behaviour: KubeletBehaviour,
    options: BTreeMap<String, String>,
    reservation: Reservation,
    topology_manager: TopologyManagerConfig,
    info: NumaInfo,
    hints_omitted: bool,
    /// `None` after a start that failed.
    cpus: Option<CpuManager>,
    /// What the state was when the start failed.
    left: CpuState,
    pods: Vec<Running>,
    count: u32,
}

impl Node {
    fn start(input: &Vector) -> Result<Self, String> {
        let machine = machine(&input.topology)?;
        let behaviour = behaviour(&input.kubernetes, &BTreeMap::new())?;
        let topology_manager = TopologyManagerConfig::parse(
            &input.topology_manager_policy,
            &input.topology_manager_scope,
            &input.topology_manager_policy_options,
            &behaviour.topology_manager_options,
            &machine,
        )
        .map_err(|errors| errors.join(", or "))?;
        let reservation = match (&input.reserved_system_cpus, input.reserved_cpu_count) {
            (Some(list), _) => Reservation::Cpus(cpu_set(list)?),
            (None, Some(count)) => Reservation::Count(count),
            (None, None) => return Err("neither reservedSystemCPUs nor reservedCPUCount".to_owned()),
        };
        let mut node = Self {
            info: NumaInfo::new(&machine),
            machine,
            behaviour,
            options: input.cpu_manager_policy_options.clone(),
            reservation,
            topology_manager,
            hints_omitted: input.hints_omitted,
            cpus: None,
            left: CpuState::default(),
            pods: Vec::new(),
            count: 0,
        };
        match node.start_manager(None)? {
            None => Ok(node),
            Some(refused) => Err(format!("the CPU Manager does not start: {refused}")),
        }
    }

    /// Starts the CPU Manager; the text, if it refuses.
    fn start_manager(&mut self, checkpoint: Option<CpuState>) -> Result<Option<String>, String> {
        let topology = Arc::new(CpuTopology::new(&self.machine));
        let policy = build_policy(
            "static",
            &self.options,
            Ok(self.reservation),
            &topology,
            self.topology_manager.policy,
            self.behaviour,
        );
        let policy = match policy {
            Ok(policy) => policy.ok_or("the policy is static")?,
            Err(errors) => return Ok(errors.into_iter().next()),
        };
        match CpuManager::start(policy, checkpoint) {
            Ok(manager) => {
                self.cpus = Some(manager);
                Ok(None)
            }
            Err(error) => Ok(Some(self.told(&error))),
        }
    }

    /// A refusal with the names of pod and container.
    fn told(&self, error: &StartError) -> String {
        let StartError::Overlap { pod, container, cpus, shared } = error else { return error.to_string() };
        let running = self.pods.iter().find(|running| running.demand.pod == *pod);
        let (pod, container) = running
            .map_or(("", ""), |running| (running.name.as_str(), running.containers[*container].as_str()));
        format!(
            "pod: {pod}, container: {container} cpuset: \"{cpus}\" overlaps with default cpuset \"{shared}\""
        )
    }

    fn cpus(&mut self) -> Result<&mut CpuManager, String> {
        self.cpus.as_mut().ok_or_else(|| "the CPU Manager does not run".to_owned())
    }

    fn shared(&self) -> String {
        let state = self.cpus.as_ref().map_or(&self.left, CpuManager::state);
        state.shared().to_string()
    }

    fn add(&mut self, pod: &Pod) -> Result<Value, String> {
        self.count += 1;
        let mut running = running(pod, PodId(self.count))?;
        let mut answer = self.admit(&mut running)?;
        if answer["admit"] == json!(true) {
            self.pods.push(running);
        }
        answer.insert("shared".to_owned(), json!(self.shared()));
        Ok(Value::Object(answer))
    }

    fn remove(&mut self, name: &str) -> Result<Value, String> {
        if let Some(at) = self.pods.iter().position(|running| running.name == name) {
            let pod = self.pods.remove(at).demand.pod;
            self.cpus()?.remove(pod);
        }
        Ok(json!({ "shared": self.shared() }))
    }

    fn restart(&mut self, restart: &Restart) -> Result<Value, String> {
        if let Some(options) = &restart.cpu_manager_policy_options {
            self.options = options.clone();
        }
        if let Some(list) = &restart.reserved_system_cpus {
            self.reservation = Reservation::Cpus(cpu_set(list)?);
        }
        if let Some(list) = &restart.offline_cpus {
            self.machine = self.machine.without(&cpu_set(list)?).map_err(|error| error.to_string())?;
        }
        let checkpoint = self.cpus.take().map(CpuManager::checkpoint).unwrap_or_default();
        self.left = checkpoint.clone();
        if let Some(error) = self.start_manager(Some(checkpoint))? {
            return Ok(json!({ "error": error, "shared": self.shared() }));
        }
        let mut answers = Vec::new();
        for mut running in std::mem::take(&mut self.pods) {
            let mut answer = self.admit(&mut running)?;
            answer.insert("pod".to_owned(), json!(running.name));
            answer.insert("shared".to_owned(), json!(self.shared()));
            if answer["admit"] == json!(true) {
                self.pods.push(running);
            }
            answers.push(Value::Object(answer));
        }
        Ok(json!({ "pods": answers, "shared": self.shared() }))
    }

    /// Admits a pod, or releases what it got before it was refused.
    fn admit(&mut self, running: &mut Running) -> Result<Map<String, Value>, String> {
        let mut seen = Seen::default();
        let mut observe = |container, hints: &[ProviderHints], merged| {
            seen.0.push((container, cpu_hints(&hints[1]), merged));
        };
        let cpus = self.cpus.as_mut().ok_or("the CPU Manager does not run")?;
        let outcome = admit(
            &self.info,
            self.topology_manager,
            &mut running.devices,
            Some(cpus),
            &running.demand,
            &mut observe,
        );
        let assigned: Map<String, Value> = cpus
            .state()
            .of(running.demand.pod)
            .iter()
            .map(|(container, cpus)| (running.containers[*container].clone(), json!(cpus.to_string())))
            .collect();
        let mut answer = Map::new();
        answer.insert("admit".to_owned(), json!(outcome.is_ok()));
        let named = match &outcome {
            Ok(()) => "assignments",
            Err(Refusal::WouldNotReturn) => return Err(Refusal::WouldNotReturn.to_string()),
            Err(refusal) => {
                answer.insert("reason".to_owned(), json!(refusal.reason()));
                answer.insert("message".to_owned(), json!(refusal.to_string()));
                "partial"
            }
        };
        if !assigned.is_empty() {
            answer.insert(named.to_owned(), Value::Object(assigned));
        }
        if outcome.is_err() {
            cpus.remove(running.demand.pod);
        }
        if self.topology_manager.policy != PolicyName::None {
            seen.write(&mut answer, self.topology_manager.scope, &running.containers, self.hints_omitted);
        }
        Ok(answer)
    }
}
