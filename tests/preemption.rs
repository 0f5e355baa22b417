//! Preemption on the clock, by hand: three nodes full of low-priority pods, one pod of high priority.

use std::sync::Arc;

use kubecast::api::{Node, Pod};
use kubecast::cluster::record::Record;
use kubecast::cluster::store::{Change, ObjectId};
use kubecast::cluster::world;
use kubecast::kernel::{Draws, Probe, Seed, SimTime, VecTrace};
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};

/// Three nodes of 2 CPUs. Two pods of 1 CPU on each are there from the beginning, low-0 and low-3 on n-0 and so on,
/// which end 30 s after their deletion; at 60 s comes one of priority 1000 that wants 2 CPUs.
fn scenario(more: &str) -> String {
    let node = |name: &str| {
        format!(
            "    - {{apiVersion: v1, kind: Node, metadata: {{name: {name}}}, status: {{allocatable: {{cpu: '2', memory: 8Gi, pods: '110'}}}}}}\n"
        )
    };
    let nodes: String = ["n-0", "n-1", "n-2"].into_iter().map(node).collect();
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: preemption}}
spec:
{more}
  scheduler: {{tieBreak: first}}
  manifests:
{nodes}
    - {{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {{name: low}}, value: -10}}
    - {{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {{name: high}}, value: 1000}}
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: low}}
      spec:
        replicas: 6
        selector: {{matchLabels: {{app: low}}}}
        template:
          metadata: {{labels: {{app: low}}}}
          spec:
            priorityClassName: low
            containers: [{{name: c, image: i, resources: {{requests: {{cpu: '1'}}}}}}]
  timeline:
    - at: 60s
      apply:
        apiVersion: v1
        kind: Pod
        metadata: {{name: urgent}}
        spec:
          priorityClassName: high
          containers: [{{name: c, image: i, resources: {{requests: {{cpu: '2'}}}}}}]
"
    )
}

/// What changed of a pod, in words.
fn change(old: Option<&Arc<Pod>>, new: Option<&Arc<Pod>>, node: &dyn Fn(u32) -> String) -> Option<String> {
    let (old, new) = match (old, new) {
        (None, Some(_)) => return Some("comes".to_owned()),
        (Some(_), None) => return Some("is gone".to_owned()),
        (Some(old), Some(new)) => (old, new),
        (None, None) => return None,
    };
    if old.node != new.node {
        return Some(format!("is bound to {}", node(new.node?.0)));
    }
    if old.nominated != new.nominated {
        return Some(
            new.nominated
                .map_or("is nominated no more".to_owned(), |id| format!("is nominated for {}", node(id.0))),
        );
    }
    if !old.is_preempted && new.is_preempted {
        return Some("has DisruptionTarget".to_owned());
    }
    if old.deleted.is_none() && new.deleted.is_some() {
        return Some("is deleted".to_owned());
    }
    (old.is_ready() != new.is_ready()).then(|| "is ready".to_owned())
}

/// Everything that happens to pods from 60 s on, with its time in milliseconds; pods by name, those of the Deployment
/// by the order of their creation.
fn story(text: &str) -> Vec<String> {
    let source = SourceText { name: "test.yaml".into(), text: text.into() };
    let resolved =
        load(&[source], &LoadOptions::default(), &NoFiles).unwrap_or_else(|errors| panic!("{errors:?}"));
    let setup = &resolved.variants[0].setup;
    let mut trace = VecTrace::<Record>::default();
    world::run(setup, Draws::new(Seed(1), 0), &mut trace, Probe::default());
    let mut named: Vec<(u32, String)> = Vec::new();
    let node = |id: u32| {
        let node: &Node = setup.nodes.iter().find(|node| node.id.0 == id).expect("a node");
        setup.names.resolve(node.name).to_owned()
    };
    let mut told = Vec::new();
    for (at, record) in &trace.0 {
        let at: SimTime = *at;
        let line = match record {
            Record::Change(Change::Pod { old, new }) => {
                let pod = new.as_ref().or(old.as_ref()).expect("one of them is there");
                if old.is_none() {
                    let name = if &*pod.name == "urgent" {
                        "urgent".to_owned()
                    } else {
                        format!("low-{}", named.len())
                    };
                    named.push((pod.id.0, name));
                }
                let name = &named.iter().find(|(id, _)| *id == pod.id.0).expect("it came").1;
                change(old.as_ref(), new.as_ref(), &node).map(|what| format!("{name} {what}"))
            }
            Record::Unschedulable { pod, message } => {
                let name = &named.iter().find(|(id, _)| *id == pod.0).expect("it came").1;
                Some(format!("{name}: {message}"))
            }
            Record::Request(request) if request.client == kubecast::cluster::request::ClientId::Scheduler => {
                let Some(ObjectId::Pod(pod)) = request.object else { continue };
                let name = &named.iter().find(|(id, _)| *id == pod.0).expect("it came").1;
                Some(format!("{} {} {name}", request.verb.name(), request.resource))
            }
            _ => None,
        };
        if let Some(line) = line.filter(|_| at.0 >= 60_000_000_000) {
            told.push(format!("{} {line}", at.0 / 1_000_000));
        }
    }
    told
}

const FULL: &str = "0/3 nodes are available: 3 Insufficient cpu.";
const NO_VICTIMS: &str = "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: \
                          0/3 nodes are available: 3 No preemption victims found for incoming pod.";
const VICTIMS_LEAVE: &str = "0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: \
                             not eligible due to a terminating pod on the nominated node.";

/// What happens until 95 s must be this, line by line; `{…}` stands for one of the messages.
fn check(more: &str, expected: &[&str]) {
    let fill = |line: &&str| {
        line.replace("{full}", FULL)
            .replace("{no victims}", NO_VICTIMS)
            .replace("{victims leave}", VICTIMS_LEAVE)
    };
    let expected: Vec<String> = expected.iter().map(fill).collect();
    let is_early = |line: &String| line.split(' ').next().is_some_and(|at| at.len() == 5 && at < "95000");
    let told: Vec<String> = story(&scenario(more)).into_iter().filter(is_early).collect();
    assert_eq!(told, expected, "{more}");
}

/// All six pods are alike (priority -10, started at 0 s), so all three nodes are tied and `tieBreak: first` takes n-0.
#[test]
fn without_delays() {
    check(
        "  timing: {preset: instant, schedulingCycle: 0s, containerStart: 1s}",
        &[
            "60000 urgent comes",
            // Both pods of n-0 are in the way: 2 CPUs are wanted. The less important one is asked last.
            "60000 low-0 has DisruptionTarget",
            "60000 low-0 is deleted",
            "60000 low-3 has DisruptionTarget",
            "60000 low-3 is deleted",
            // With a way out the plugin has nothing to say.
            "60000 urgent: {full}",
            "60000 urgent is nominated for n-0",
            // The ReplicaSet replaces those that terminate. No pod is below them.
            "60000 low-7 comes",
            "60000 low-8 comes",
            "60000 low-7: {no victims}",
            "60000 low-8: {no victims}",
            // 60 s and the grace period of 30 s. Both go at once, and urgent, which is first in the queue, is bound.
            "90000 low-0 is gone",
            "90000 low-3 is gone",
            "90000 urgent is bound to n-0",
            "90000 low-7: {no victims}",
            "90000 low-8: {no victims}",
            // Its container starts in 1 s.
            "91000 urgent is ready",
        ],
    );
}

const PACE: &str = "apiRequest: 5ms, schedulingCycle: 2ms, binding: 10ms, containerStart: 1s, \
                    watch: {scheduler: 1ms, controllerManager: 1ms, kubelet: 1ms}";

/// A request of the scheduler's client takes 10 ms, one of a controller 5 ms; everybody sees a write 1 ms later; a
/// cycle takes 2 ms. The client applies the pod at 60 s.
#[test]
fn after_the_cycle_from_1_33_on() {
    check(
        &format!("  kubernetesVersion: '1.34'\n  timing: {{{PACE}}}"),
        &[
            "60000 urgent comes",
            // Seen after 1 ms, tried for 2 ms.
            "60003 urgent: {full}",
            // Of two victims the first goes by itself, as the last waits for all others: its status, and beside it
            // the nomination, each 10 ms.
            "60013 low-0 has DisruptionTarget",
            "60013 PATCH pods/status low-0",
            "60013 urgent is nominated for n-0",
            "60013 PATCH pods/status urgent",
            "60023 low-0 is deleted",
            "60023 DELETE pods low-0",
            // The ReplicaSet controller sees that after 1 ms, and creates in 5 ms. The pod is seen after 1 ms, and tried
            // for 2 ms.
            "60029 low-7 comes",
            "60032 low-7: {no victims}",
            "60033 low-3 has DisruptionTarget",
            "60033 PATCH pods/status low-3",
            "60043 low-3 is deleted",
            "60043 DELETE pods low-3",
            // The same, but the sync before writes its status until 60 048.
            "60054 low-8 comes",
            "60057 low-8: {no victims}",
            // The kubelet has seen the deletion after 1 ms and waits for 30 s.
            "90024 low-0 is gone",
            // Seen at 90 025. There is 1 CPU now, and urgent wants 2; but its other victim is leaving.
            "90027 urgent: {victims leave}",
            // Lower pods count urgent as if it were there.
            "90029 low-7: {no victims}",
            "90031 low-8: {no victims}",
            "90044 low-3 is gone",
            // Seen at 90 045. All three back off, and an idle scheduler takes them all the same: urgent until 90 047,
            // when its binding leaves, then the others.
            "90049 low-7: {no victims}",
            "90051 low-8: {no victims}",
            "90057 urgent is bound to n-0",
            "90057 POST pods/binding urgent",
            // 1 ms, and 1 s.
            "91058 urgent is ready",
        ],
    );
}

/// Up to 1.32 the cycle ends when both victims are deleted, and only then is it told that no node fits.
#[test]
fn in_the_cycle_up_to_1_32() {
    check(
        &format!("  kubernetesVersion: '1.32'\n  timing: {{{PACE}}}"),
        &[
            "60000 urgent comes",
            // 1 ms and 2 ms, then 10 ms for both at once.
            "60013 low-0 has DisruptionTarget",
            "60013 PATCH pods/status low-0",
            "60013 low-3 has DisruptionTarget",
            "60013 PATCH pods/status low-3",
            "60023 low-0 is deleted",
            "60023 DELETE pods low-0",
            "60023 low-3 is deleted",
            "60023 DELETE pods low-3",
            "60023 urgent: {full}",
            // The first deletion is seen at 60 024, created in 5 ms; the second pod is in the next batch.
            "60029 low-7 comes",
            "60032 low-7: {no victims}",
            "60033 urgent is nominated for n-0",
            "60033 PATCH pods/status urgent",
            "60034 low-8 comes",
            "60037 low-8: {no victims}",
            // Both are gone at once, so that urgent fits. It was tried once and its back-off of 1 s is long over, but
            // those of 1.32 that are in activeQ are taken by priority: urgent from 90 025 to 90 027.
            "90024 low-0 is gone",
            "90024 low-3 is gone",
            "90029 low-7: {no victims}",
            "90031 low-8: {no victims}",
            "90037 urgent is bound to n-0",
            "90037 POST pods/binding urgent",
            "91038 urgent is ready",
        ],
    );
}

/// A pod that may not preempt waits, and says why.
#[test]
fn a_policy_of_never() {
    let text = scenario("  timing: {preset: instant, schedulingCycle: 0s}").replace(
        "metadata: {name: high}, value: 1000}",
        "metadata: {name: high}, value: 1000, preemptionPolicy: Never}",
    );
    let told = story(&text);
    let never = "60000 urgent: 0/3 nodes are available: 3 Insufficient cpu. no new claims to deallocate, preemption: not \
                 eligible due to preemptionPolicy=Never.";
    assert_eq!(told[..2], ["60000 urgent comes", never]);
    assert!(!told.iter().any(|line| line.contains("deleted")), "{told:?}");
}

/// A budget that allows no disruption of the pods on n-0 and n-1 sends the pod to n-2; it holds nobody back where it is
/// violated everywhere.
#[test]
fn budgets_send_elsewhere_and_forbid_nothing() {
    let bound = |name: &str, app: &str, node: &str| {
        format!(
            "    - {{apiVersion: v1, kind: Pod, metadata: {{name: {name}, labels: {{app: {app}}}}}, spec: {{nodeName: {node}, \
             priority: -10, containers: [{{name: c, image: i, resources: {{requests: {{cpu: '2'}}}}}}]}}, \
             status: {{phase: Running, startTime: '2026-01-01T00:00:00Z'}}}}\n"
        )
    };
    let text = |selector: &str| {
        let head = scenario("  timing: {preset: instant, schedulingCycle: 0s}");
        let (head, rest) = head.split_once("    - apiVersion: apps/v1").expect("the Deployment");
        let timeline = &rest[rest.find("  timeline:").expect("the timeline")..];
        let pods = [bound("a", "kept", "n-0"), bound("b", "kept", "n-1"), bound("c", "free", "n-2")].concat();
        let budget = format!(
            "    - {{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {{name: p}}, spec: {{selector: {selector}, \
             maxUnavailable: 0}}, status: {{disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2, expectedPods: 2}}}}\n"
        );
        format!("{head}{pods}{budget}{timeline}")
    };
    let nominated = |selector: &str| {
        let told = story(&text(selector));
        told.into_iter().find(|line| line.contains("nominated")).expect("a nomination")
    };
    assert_eq!(nominated("{matchLabels: {app: kept}}"), "60000 urgent is nominated for n-2");
    assert_eq!(
        nominated("{matchExpressions: [{key: app, operator: Exists}]}"),
        "60000 urgent is nominated for n-0"
    );
    assert_eq!(nominated("{}"), "60000 urgent is nominated for n-0", "the empty selector covers nobody");
}
