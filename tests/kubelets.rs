//! `spec.kubelets`: the kubelet's managers on the simulated clock, and what is refused before a run.

mod fragmentation;
mod general_admission;
mod restarts;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use kubecast::api::{CpuSet, NodeId, PodId, PodPhase};
use kubecast::cluster::record::Record;
use kubecast::cluster::store::Change;
use kubecast::cluster::world::run;
use kubecast::kernel::{Draws, Probe, Seed, SimTime, TraceSink};
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, Variant, load};

use crate::harness::{self, file};

const SCENARIO: &str = r#"
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: one-node}
spec:
  nodePools:
    - {name: node, count: 1, template: {status: {allocatable: {memory: 64Gi, pods: "110"}}}}
  kubelets:
    - name: all
      machine: MACHINE
      configuration:
        apiVersion: kubelet.config.k8s.io/v1beta1
        kind: KubeletConfiguration
CONFIGURATION
"#;

fn scenario(machine: &str, configuration: &str) -> String {
    let indented: Vec<String> = configuration.lines().map(|line| format!("        {line}")).collect();
    SCENARIO.replace("MACHINE", machine).replace("CONFIGURATION", &indented.join("\n"))
}

/// Exit code and everything that was told of `kubecast COMMAND` on a text.
fn kubecast(command: &str, name: &str, text: &str) -> (i32, String) {
    let outcome = harness::kubecast(&[command, &file(&format!("{name}.yaml"), text)]);
    (outcome.code, outcome.told())
}

#[test]
fn what_the_kubelet_refuses_is_wrong_input_in_its_words() {
    let alpha = "featureGates: {CPUManagerPolicyAlphaOptions: true}\ncpuManagerPolicy: static\n\
                 reservedSystemCPUs: \"0\"\n";
    let static_policy = "cpuManagerPolicy: static\nreservedSystemCPUs: \"0\"\n";
    for (name, machine, configuration, told) in [
        (
            "single-numa-node",
            "2s2n4c2t",
            format!(
                "{alpha}cpuManagerPolicyOptions: {{align-by-socket: \"true\"}}\n\
                 topologyManagerPolicy: single-numa-node"
            ),
            "Topolgy manager single-numa-node policy is incompatible with CPUManager align-by-socket",
        ),
        (
            "alpha-option",
            "2s2n4c2t",
            format!("{static_policy}cpuManagerPolicyOptions: {{align-by-socket: \"true\"}}"),
            "CPU Manager Policy Alpha-level Options not enabled, but option \"align-by-socket\" provided",
        ),
        (
            "pair",
            "2s2n4c2t",
            format!(
                "{alpha}cpuManagerPolicyOptions: {{full-pcpus-only: \"true\", \
                 distribute-cpus-across-cores: \"true\"}}"
            ),
            "options full-pcpus-only and distribute-cpus-across-cores can not be used at the same time",
        ),
        (
            "too-many-nodes",
            "2s5n4c2t",
            format!("{static_policy}topologyManagerPolicy: restricted"),
            "unsupported on machines with more than 8 NUMA Nodes",
        ),
        (
            "no-reservation",
            "1s1n4c2t",
            "cpuManagerPolicy: static".to_owned(),
            "unable to determine reserved CPU resources for static policy",
        ),
        (
            "zero-reservation",
            "1s1n4c2t",
            "cpuManagerPolicy: static\nkubeReserved: {cpu: \"0\"}".to_owned(),
            "requires systemreserved.cpu + kubereserved.cpu to be greater than zero",
        ),
        ("no-machine", "2s4n8c3", static_policy.to_owned(), "no such machine in the catalogue"),
        ("misspelt", "1s1n4c2t", "cpuManagerPolcy: static".to_owned(), "did you mean \"cpuManagerPolicy\"?"),
        (
            "not-there",
            "1s1n4c2t",
            "cpuManagerPolicy: static\nreservedSystemCPUs: \"99\"".to_owned(),
            "unknown CPU ID: 99",
        ),
        ("a-list", "1s1n4c2t", "reservedSystemCPUs: \"3-1\"".to_owned(), "invalid range \"3-1\" (3 > 1)"),
    ] {
        let (code, output) = kubecast("validate", name, &scenario(machine, &configuration));
        assert_eq!(code, 2, "{name}: {output}");
        assert!(output.contains(told), "{name}: {output}");
    }
}

#[test]
fn allocatable_cpu_agrees_with_the_machine() {
    let text = scenario("1s1n4c2t", "cpuManagerPolicy: static\nkubeReserved: {cpu: 500m}");
    // 8 CPUs less 500m, as nothing is said of CPU.
    assert_eq!(kubecast("validate", "silent", &text).0, 0);
    let wrong = text.replace("{memory: 64Gi", "{cpu: \"8\", memory: 64Gi");
    let (code, told) = kubecast("validate", "wrong", &wrong);
    assert!(code == 2 && told.contains("8000m allocatable CPU, its machine 1s1n4c2t leaves 7500m"), "{told}");
    let right = text.replace("{memory: 64Gi", "{cpu: 7500m, memory: 64Gi");
    assert_eq!(kubecast("validate", "right", &right).0, 0);
}

#[test]
fn devices_sit_on_nodes_of_the_machine_and_are_counted() {
    let with = |devices: &str| {
        let text = scenario("2s1n4c2t", "cpuManagerPolicy: none");
        text.replace("      machine: 2s1n4c2t", &format!("      machine: 2s1n4c2t\n      devices: {devices}"))
    };
    let good = with(r#"{example.com/gpu: {"0": 1, "1": 1}}"#);
    assert_eq!(kubecast("validate", "devices", &good).0, 0);
    let (code, told) = kubecast("validate", "no-node", &with(r#"{example.com/gpu: {"2": 1}}"#));
    assert!(code == 2 && told.contains("the machine 2s1n4c2t has no NUMA node \"2\""), "{told}");
    let other = good.replace("{memory: 64Gi", "{example.com/gpu: 3, memory: 64Gi");
    let (code, told) = kubecast("validate", "other-count", &other);
    assert!(code == 2 && told.contains("has 3 example.com/gpu, its devices are 2"), "{told}");
}

#[test]
fn a_configuration_and_a_machine_can_be_files() {
    let text = scenario("./machine.json", "cpuManagerPolicy: none");
    let at = text.find("      configuration:").expect("there is one");
    let text = format!("{}      configuration: ./kubelet.yaml\n", &text[..at]);
    let machine = r#"{"cpus": [{"cpu": 0, "core": 0, "socket": 0, "numa": 0}], "numaNodes": [0]}"#;
    file("machine.json", machine);
    let one = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
    for (content, expected, told) in [
        (one.to_owned(), 0, "valid: 1 node"),
        (format!("{one}---\n{one}"), 2, "one KubeletConfiguration is wanted, the file has 2 objects"),
        ("# nothing\n".to_owned(), 2, "the file holds only comments, and no object"),
        ("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n".to_owned(), 2, "this is a Namespace"),
    ] {
        file("kubelet.yaml", &content);
        let (code, output) = kubecast("validate", "files", &text);
        assert!(code == expected && output.contains(told), "{content}: {output}");
    }
}

#[test]
fn fields_without_effect_are_told() {
    let text = scenario("1s1n4c2t", "maxPods: 50\nevictionHard: {memory.available: 100Mi}");
    let (code, told) = kubecast("validate", "without-effect", &text);
    let expected =
        "fields of KubeletConfigurations (2): the kubelets decide without them: evictionHard, maxPods.";
    assert!(code == 0 && told.contains(expected), "{told}");
}

/// Watches every admission and every end of a pod: no CPU is given away twice, none that is reserved.
struct Watcher {
    reserved: CpuSet,
    held: BTreeMap<(NodeId, PodId), CpuSet>,
    pods: BTreeMap<PodId, NodeId>,
    admitted: usize,
    released: usize,
}

impl TraceSink<Record> for Watcher {
    fn record(&mut self, now: SimTime, _: u64, record: &Record) {
        match record {
            Record::Admission { pod, node, decision } => {
                let own = decision.assigned.iter().fold(CpuSet::EMPTY, |all, (_, cpus)| all.union(cpus));
                assert!(own.is_disjoint(&self.reserved), "{own} at {now:?}");
                let others = self.held.iter().filter(|((of, _), _)| of == node);
                for ((_, other), cpus) in others {
                    assert!(own.is_disjoint(cpus), "{pod:?} and {other:?} share CPUs at {now:?}");
                }
                assert!(decision.faults.is_empty());
                if decision.refusal.is_none() {
                    self.admitted += 1;
                    self.held.insert((*node, *pod), own);
                    self.pods.insert(*pod, *node);
                }
            }
            Record::Change(Change::Pod { old: Some(old), new }) => {
                let ended = new.as_ref().is_none_or(|pod| pod.is_finished());
                if ended && let Some(node) = self.pods.remove(&old.id) {
                    self.held.remove(&(node, old.id));
                    self.released += 1;
                }
            }
            _ => {}
        }
    }
}

/// Runs every variant of a ready scenario, and gives the pods that were admitted and that then ended.
fn watched(scenario: &str) -> Vec<(usize, usize)> {
    let path = harness::root("scenarios").join(scenario);
    let text = fs::read_to_string(path).expect("the scenario is there");
    let source = SourceText { name: scenario.into(), text: text.into() };
    let scenario = load(&[source], &LoadOptions::default(), &NoFiles).expect("a good scenario");
    let watch = |variant: &Variant| {
        let setup = Arc::clone(&variant.setup);
        let reserved = CpuSet::parse("0,64").expect("a list");
        let mut watcher =
            Watcher { reserved, held: BTreeMap::new(), pods: BTreeMap::new(), admitted: 0, released: 0 };
        run(&setup, Draws::new(Seed(1), 0), &mut watcher, Probe::default());
        (watcher.admitted, watcher.released)
    };
    scenario.variants.iter().map(watch).collect()
}

/// Rolling updates: 576 pods, and twice as many that replace them.
#[test]
fn no_cpu_is_exclusive_to_two_pods_at_any_time() {
    assert_eq!(watched("align-by-socket.yaml"), [(3 * 576, 2 * 576); 8]);
}

/// Jobs that end by themselves: all that were admitted end, and give their CPUs back.
#[test]
fn jobs_give_their_cpus_back() {
    for (admitted, ended) in watched("cpu-churn.yaml") {
        assert!(admitted > 6_000 && admitted == ended, "{admitted} admitted, {ended} ended");
    }
}

/// One node of 14 CPUs beside the reserved ones, jobs of 12 CPUs and 100 s, at 0 s and 50 s: the second is bound when the
/// first has ended, at 102 s with 2 s until containers run, and ends at 204 s. With Always nothing ends.
#[test]
fn a_job_runs_for_its_lifetime() {
    let job = |policy: &str| {
        let text = scenario("2s1n8c1t", "cpuManagerPolicy: static\nreservedSystemCPUs: \"0,8\"");
        format!(
            r#"{text}
  timing: {{preset: instant, containerStart: 2s}}
  workloads:
    - name: job
      count: 2
      arrivals: {{every: 50s}}
      lifetime: 100s
      template:
        apiVersion: v1
        kind: Pod
        spec:
          restartPolicy: {policy}
          containers:
            - {{name: a, image: a, resources: {{limits: {{cpu: "12", memory: 1Gi}}}}}}
"#
        )
    };
    let (code, told) = kubecast("validate", "always", &job("Always"));
    assert!(code == 2 && told.contains("needs restartPolicy Never or OnFailure"), "{told}");
    let source = SourceText { name: "jobs.yaml".into(), text: job("Never").into() };
    let scenario = load(&[source], &LoadOptions::default(), &NoFiles).expect("a good scenario");
    let mut ends = Ends::default();
    run(&scenario.variants[0].setup, Draws::new(Seed(1), 0), &mut ends, Probe::default());
    assert_eq!(ends.0.len(), 2);
    // The scheduling cycle takes less than a millisecond.
    for (seconds, expected) in ends.0.iter().zip([102.0, 204.0]) {
        assert!((seconds - expected).abs() < 0.01, "{seconds}, not {expected}");
    }
}

/// The last state of every pod, by name.
#[derive(Default)]
struct Last(BTreeMap<String, (PodPhase, bool)>);

impl TraceSink<Record> for Last {
    fn record(&mut self, _: SimTime, _: u64, record: &Record) {
        if let Record::Change(Change::Pod { old, new }) = record {
            match (old, new) {
                (_, Some(pod)) => _ = self.0.insert(pod.name.to_string(), (pod.phase, pod.deleted.is_some())),
                (Some(pod), None) => _ = self.0.remove(&*pod.name),
                (None, None) => {}
            }
        }
    }
}

fn last_states(text: &str) -> BTreeMap<String, (PodPhase, bool)> {
    let source = SourceText { name: "pods.yaml".into(), text: text.into() };
    let scenario = load(&[source], &LoadOptions::default(), &NoFiles).expect("a good scenario");
    let mut last = Last::default();
    run(&scenario.variants[0].setup, Draws::new(Seed(1), 0), &mut last, Probe::default());
    last.0
}

fn pod(name: &str, cpus: u32, more: &str) -> String {
    format!(
        r#"
    - apiVersion: v1
      kind: Pod
      metadata: {{name: {name}}}
      spec:
        nodeName: node-0
        containers:
          - {{name: a, image: a, resources: {{limits: {{cpu: "{cpus}", memory: 1Gi}}}}}}
      {more}"#
    )
}

/// Rule 62: with pods of 4, 4, 2 and 2 CPUs the kubelet does not return from giving 14. It admits nobody after that,
/// not even a pod without CPUs of its own, and stops nobody: a pod that is deleted stays for ever.
#[test]
fn a_kubelet_that_would_not_return_hangs() {
    let configuration = "cpuManagerPolicy: static\nreservedSystemCPUs: \"0,4\"\n\
                         cpuManagerPolicyOptions: {full-pcpus-only: \"true\", distribute-cpus-across-numa: \"true\"}";
    let pods: String = [("a", 4), ("b", 4), ("c", 2), ("d", 2), ("endless", 14), ("late", 0)]
        .map(|(name, cpus)| pod(name, cpus, ""))
        .concat();
    let text = scenario("1s4n4c2t", configuration);
    let text = format!("{text}\n  manifests:{pods}\n  timeline:\n    - {{at: 1m, delete: pod/default/a}}\n");
    let last = last_states(&text);
    let running: Vec<&str> = last
        .iter()
        .filter(|(_, state)| **state == (PodPhase::Running, false))
        .map(|(name, _)| name.as_str())
        .collect();
    // What was starting goes on by itself.
    assert_eq!(running, ["b", "c", "d"]);
    assert_eq!(last["a"], (PodPhase::Running, true));
    assert_eq!([last["endless"], last["late"]], [(PodPhase::Pending, false); 2]);
    let (code, told) = kubecast("run", "hangs", &text);
    assert!(code == 0 && told.contains("a fault of the kubelet itself, once: would-not-return"), "{told}");
    assert!(told.contains("admitted 4 pods and refused 0"), "{told}");
}

/// One node of 7 CPUs beside the reserved one. What runs at time 0 is not refused, even if it could not be admitted;
/// what terminates then has its CPUs until it is gone, 30 s later, so that a pod of 7 CPUs comes too early.
#[test]
fn pods_of_the_beginning_hold_their_cpus() {
    let text = scenario("1s1n8c1t", "cpuManagerPolicy: static\nreservedSystemCPUs: \"0\"");
    let running = "status: {phase: Running}";
    let ghost = pod("ghost", 4, running).replace(
        "metadata: {name: ghost}",
        "metadata: {name: ghost, uid: 11111111-2222-4333-8444-555555555555, \
         deletionTimestamp: \"2026-01-01T00:00:30Z\"}",
    );
    let pods = [ghost, pod("old", 7, running), pod("new", 7, "")].concat();
    let start = "  startTime: \"2026-01-01T00:00:00Z\"\n";
    let last = last_states(&format!("{text}\n{start}  manifests:{pods}\n"));
    assert_eq!(last["old"], (PodPhase::Running, false));
    assert_eq!(last["new"], (PodPhase::Failed, false));
    assert_eq!(last.get("ghost"), None);
}

/// When pods succeeded, in seconds.
#[derive(Default)]
struct Ends(Vec<f64>);

impl TraceSink<Record> for Ends {
    fn record(&mut self, now: SimTime, _: u64, record: &Record) {
        if let Record::Change(Change::Pod { new: Some(pod), .. }) = record
            && pod.phase == PodPhase::Succeeded
        {
            self.0.push(now.0 as f64 / 1e9);
        }
    }
}
