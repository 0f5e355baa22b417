//! Kubelets that restart with other settings: what their checkpoints keep, and which pods no longer fit.

use kubecast::api::PodPhase;

use super::{kubecast, last_states, pod, scenario};

const STATIC: &str = "cpuManagerPolicy: static\nreservedSystemCPUs: \"0\"";

/// A kubelet that restarts at 0 s has its pods first, and counts them once: of 7 CPUs a pod that runs has 3, and one of 3 that comes later
/// fits.
#[test]
fn a_restart_at_the_very_beginning_counts_pods_once() {
    let running = "status: {phase: Running, conditions: [{type: Ready, status: \"True\"}]}";
    let text = restarted("1s1n8c1t", STATIC, &pod("early", 3, running), "");
    let late = pod("late", 3, "").replace("\n    ", "\n        ");
    let text = format!("{}    - at: 2m\n      apply:{late}\n", text.replace("- at: 1m", "- at: 0s"));
    let last = last_states(&text);
    assert_eq!([last["early"], last["late"]], [(PodPhase::Running, false); 2]);
}

/// A scenario with a restart after a minute.
fn restarted(machine: &str, before: &str, pods: &str, after: &str) -> String {
    let text = scenario(machine, before);
    let configuration = if after.is_empty() {
        String::new()
    } else {
        let lines: Vec<String> = after.lines().map(|line| format!("            {line}")).collect();
        format!(
            "\n          configuration:\n            apiVersion: kubelet.config.k8s.io/v1beta1\n            \
             kind: KubeletConfiguration\n{}",
            lines.join("\n")
        )
    };
    format!(
        "{text}\n  manifests:{pods}\n  timeline:\n    - at: 1m\n      restartKubelets:\n          kubelet: all{configuration}\n"
    )
}

/// 2 sockets of 4 CPUs, one reserved: 6 CPUs lie on both. Under `best-effort` that is admitted; a kubelet that
/// restarts with `single-numa-node` admits again, and the running pod fails. One of 2 CPUs lies on one NUMA
/// node and stays.
#[test]
fn a_stricter_topology_manager_fails_running_pods() {
    let before = format!("{STATIC}\ntopologyManagerPolicy: best-effort");
    let after = format!("{STATIC}\ntopologyManagerPolicy: single-numa-node");
    let pods = [pod("wide", 5, ""), pod("narrow", 2, "")].concat();
    let text = restarted("2s1n4c1t", &before, &pods, &after);
    let last = last_states(&text);
    assert_eq!(last["wide"], (PodPhase::Failed, false));
    assert_eq!(last["narrow"], (PodPhase::Running, false));
    let (code, told) = kubecast("run", "stricter", &text);
    assert!(code == 0 && told.contains("refused: TopologyAffinityError once"), "{told}");
    // The pods are not admitted twice.
    assert!(told.contains("admitted 2 pods and refused 1"), "{told}");
    // With the settings they had, both stay.
    let same = last_states(&restarted("2s1n4c1t", &before, &pods, ""));
    assert!(same.values().all(|state| *state == (PodPhase::Running, false)), "{same:?}");
}

/// Rule 63: full-pcpus-only counts free cores before it looks at what a pod has. 4 cores, one of them reserved in part: a
/// pod with 4 CPUs on 2 cores leaves 1 whole core, and fails when its kubelet restarts with the option.
#[test]
fn full_pcpus_only_fails_running_pods_when_too_few_cores_are_free() {
    let with = format!("{STATIC}\ncpuManagerPolicyOptions: {{full-pcpus-only: \"true\"}}");
    let pods = pod("a", 4, "");
    let last = last_states(&restarted("1s1n4c2t", STATIC, &pods, &with));
    assert_eq!(last["a"], (PodPhase::Failed, false));
    // With 8 cores, 5 whole ones are left.
    let last = last_states(&restarted("1s1n8c2t", STATIC, &pods, &with));
    assert_eq!(last["a"], (PodPhase::Running, false));
}

/// A kubelet whose settings contradict its checkpoint does not start: nobody new is admitted there, what runs goes on.
#[test]
fn a_kubelet_that_contradicts_its_checkpoint_stays_down() {
    for (name, after, told) in [
        (
            "policy",
            "cpuManagerPolicy: none\nreservedSystemCPUs: \"0\"".to_owned(),
            "configured policy \"none\" differs from state checkpoint policy \"static\"",
        ),
        (
            // CPU 1 is the pod's: it is not in the shared pool.
            "reserved",
            "cpuManagerPolicy: static\nreservedSystemCPUs: \"0-1\"".to_owned(),
            "not all reserved cpus: \"0-1\" are present in defaultCpuSet: \"0,4-7\"",
        ),
        (
            "strict",
            format!("{STATIC}\ncpuManagerPolicyOptions: {{strict-cpu-reservation: \"true\"}}"),
            "some of strictly reserved cpus: \"0\" are present in defaultCpuSet: \"0,4-7\"",
        ),
    ] {
        let late = pod("late", 1, "").replace("\n    ", "\n        ");
        let text = restarted("1s1n8c1t", STATIC, &pod("early", 3, ""), &after);
        let text = format!("{text}    - at: 2m\n      apply:{late}\n");
        let last = last_states(&text);
        assert_eq!(last["early"], (PodPhase::Running, false), "{name}");
        assert_eq!(last["late"], (PodPhase::Pending, false), "{name}");
        let (code, output) = kubecast("run", &format!("down-{name}"), &text);
        assert_eq!(code, 0, "{name}: {output}");
        assert!(output.contains(told), "{name}: {output}");
        // Put right, it starts, and takes whom it had left waiting.
        let again = format!(
            "{text}    - at: 3m\n      restartKubelets:\n          kubelet: all\n          configuration: \
             {{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, cpuManagerPolicy: static, \
             reservedSystemCPUs: \"0\"}}\n"
        );
        let last = last_states(&again);
        assert_eq!([last["early"], last["late"]], [(PodPhase::Running, false); 2], "{name}");
    }
}

/// What a restart needs is checked before the run.
#[test]
fn a_restart_names_an_entry_and_settings_that_the_kubelet_takes() {
    let good = restarted("2s1n4c1t", STATIC, &pod("a", 2, ""), "");
    for (name, from, to, told) in [
        (
            "entry",
            "kubelet: all\n",
            "kubelet: al\n",
            "spec.kubelets has no entry \"al\" (did you mean \"all\"?)",
        ),
        ("node", "kubelet: all\n", "kubelet: all\n          node: node/node-1\n", "node-1"),
        (
            "settings",
            "kubelet: all\n",
            "kubelet: all\n          configuration: {apiVersion: kubelet.config.k8s.io/v1beta1, kind: \
             KubeletConfiguration, cpuManagerPolicy: static}\n",
            "the kubelet does not start: [cpumanager] unable to determine reserved CPU resources for static policy",
        ),
    ] {
        let (code, output) = kubecast("validate", &format!("restart-{name}"), &good.replace(from, to));
        assert_eq!(code, 2, "{name}: {output}");
        assert!(output.contains(told), "{name}: {output}");
    }
}

/// A node that the timeline adds has the machine of its labels.
#[test]
fn a_node_that_comes_later_has_its_machine() {
    let text = scenario("1s1n4c1t", STATIC);
    let node = "{apiVersion: v1, kind: Node, metadata: {name: late}, status: {allocatable: {memory: 64Gi, pods: \"110\"}}}";
    let on_late = |name: &str, cpus| pod(name, cpus, "").replace("nodeName: node-0", "nodeName: late");
    let pods = [on_late("fits", 2), on_late("does-not", 2)].concat().replace("\n    ", "\n        ");
    let text =
        format!("{text}\n  timeline:\n    - at: 1s\n      apply: {node}\n    - at: 2s\n      apply:{pods}\n");
    let last = last_states(&text);
    // 3 CPUs beside the reserved one.
    assert_eq!(last["fits"], (PodPhase::Running, false));
    assert_eq!(last["does-not"], (PodPhase::Failed, false));
}
