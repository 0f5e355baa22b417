//! Kubelets of other releases than the control plane.

use super::{SCENARIO, loaded, node};

/// `strict-cpu-reservation` came in 1.32 as alpha, beta in 1.33 (KEP-4540): a kubelet of 1.31 does not know it, one of
/// 1.32 wants the gate for alpha options, one of 1.33 takes it.
const STRICT: &str = "cpuManagerPolicy: static, cpuManagerPolicyOptions: {strict-cpu-reservation: \"true\"}, \
                      reservedSystemCPUs: \"0\"";

/// Two nodes of 4 CPUs, one of which has a kubelet of this release, under a control plane of 1.34.
fn scenario(configuration: &str, more: &str) -> String {
    format!(
        "{SCENARIO}spec:\n  kubernetesVersion: \"1.34\"\n{more}  kubelets:\n    - name: all\n      machine: 1s1n4c1t\n      \
         configuration: {{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, {configuration}}}\n"
    )
}

/// A node whose CPU the machine tells.
fn bare(name: &str, kubelet: Option<&str>) -> String {
    node(name, kubelet).replace("cpu: 4, ", "")
}

fn faults(kubelet: &str, text: &str) -> String {
    let nodes = [bare("a", None), bare("b", Some(kubelet))].concat();
    loaded(&[&nodes, text], None).err().unwrap_or_default().join("\n")
}

#[test]
fn each_kubelet_knows_the_options_of_its_own_release() {
    let strict = scenario(STRICT, "");
    let old = faults("v1.31.4", &strict);
    assert!(
        old.contains("the kubelet of v1.31 does not start")
            && old.ends_with("option: \"strict-cpu-reservation\""),
        "{old}"
    );
    let alpha = faults("v1.32.10", &strict);
    assert!(
        alpha.contains("the kubelet of v1.32 does not start") && alpha.contains("Alpha-level"),
        "{alpha}"
    );
    assert_eq!(faults("v1.33.0", &strict), "");
    assert_eq!(faults("v1.34.7", &strict), "", "the control plane's own minor release");
}

/// Gates of the scenario that an older kubelet does not know, or cannot change, are no fault of its own.
#[test]
fn an_older_kubelet_has_the_gates_that_it_knows() {
    let gates = "  featureGates: {PodLevelResources: false, CPUManagerPolicyAlphaOptions: true}\n";
    assert_eq!(
        faults("v1.32.10", &scenario(STRICT, gates)),
        "",
        "PodLevelResources is of 1.32, and so is the option"
    );
    assert_eq!(
        faults("v1.30.2", &scenario("cpuManagerPolicy: none", gates)),
        "",
        "1.30 knows no PodLevelResources"
    );
}

#[test]
fn answers_name_the_releases_of_kubelets() {
    let nodes = [bare("a", None), bare("b", Some("v1.32.10"))].concat();
    let resolved = loaded(&[&nodes, &scenario("cpuManagerPolicy: none", "")], None).expect("a good scenario");
    let models = &resolved.ledger.models;
    let of_kubelets: Vec<&String> = models.iter().filter(|model| model.contains("CPU Manager")).collect();
    assert!(of_kubelets[0].ends_with("recorded at v1.32"), "{models:?}");
    assert!(of_kubelets[1].contains("extrapolated to v1.34"), "{models:?}");
}

/// A restart with another configuration starts each kubelet as its release would.
#[test]
fn kubelets_restart_as_their_own_release_does() {
    let restart = |configuration: &str| {
        format!(
            "{}  timeline:\n    - at: 10s\n      restartKubelets:\n        kubelet: all\n        configuration: \
             {{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, {configuration}}}\n",
            scenario("cpuManagerPolicy: none", "")
        )
    };
    let old = faults("v1.31.4", &restart(STRICT));
    assert!(old.contains("the kubelet of v1.31 does not start"), "{old}");
    assert_eq!(faults("v1.33.0", &restart(STRICT)), "");
    assert_eq!(faults("v1.31.4", &restart("cpuManagerPolicy: static, reservedSystemCPUs: \"0\"")), "");
}
