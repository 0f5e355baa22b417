//! Every switch by name, with what it does and where that is known from: for the table of `docs/releases.md`,
//! for what a newer release would change, and for the test that each switch is wired.

use super::policy_options::PolicyOptions;
use super::release::Release;
use super::{ApiServerBehaviour, Behaviour, ControllersBehaviour, KubeletBehaviour, ServiceIpBehaviour};

/// A component of Kubernetes that has switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// kube-apiserver, what it does with fields.
    ApiServer,
    /// kube-scheduler.
    Scheduler,
    /// kube-controller-manager.
    Controllers,
    /// kubelet, on nodes with a machine.
    Kubelet,
    /// kube-apiserver, allocators of Service IPs and node ports.
    ServiceIp,
}

impl Component {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiServer => "kube-apiserver",
            Self::Scheduler => "kube-scheduler",
            Self::Controllers => "kube-controller-manager",
            Self::Kubelet => "kubelet",
            Self::ServiceIp => "allocators of Service IPs",
        }
    }

    /// The releases whose decisions are recorded and pass, from the oldest on.
    pub const fn recorded(self) -> &'static [Release] {
        const CONTROLLERS: [Release; 1] = [Release::one(32)];
        const KUBELETS: [Release; 1] = [Release::patched(32, 10)];
        match self {
            Self::ApiServer => &[],
            Self::Scheduler => &Release::SCHEDULERS,
            Self::Controllers | Self::ServiceIp => &CONTROLLERS,
            Self::Kubelet => &KUBELETS,
        }
    }
}

/// A switch as it stands in some release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The component that reads it.
    pub component: Component,
    /// Its name: the field's, or the option's.
    pub name: &'static str,
    /// What it does, in words that follow "from v1.27 on:".
    pub words: &'static str,
    /// Where it is known from: a gate, an enhancement proposal (KEP), a pull request (kk).
    pub source: &'static str,
    /// `on`, `off`, or how far an option has come.
    pub value: &'static str,
}

/// Notes every field of a part. A field that is forgotten does not compile.
macro_rules! part {
    ($settings:ident, $component:ident, $part:expr, $type:ident { $($field:ident: $words:literal, $source:literal;)* }
     $(options $($options:ident: $manager:literal, $of:literal;)*)?) => {
        let $type { $($field,)* $($($options,)*)? } = $part;
        $($settings.push(Setting {
            component: Component::$component,
            name: stringify!($field),
            words: $words,
            source: $source,
            value: if $field { "on" } else { "off" },
        });)*
        $($($settings.extend(options(&$options, $manager, $of));)*)?
    };
}

mod scheduler;

use scheduler::of_scheduler;

/// The options of one manager.
fn options(
    options: &PolicyOptions,
    words: &'static str,
    source: &'static str,
) -> impl Iterator<Item = Setting> {
    let setting = move |(name, value)| Setting { component: Component::Kubelet, name, words, source, value };
    options.settings().into_iter().map(setting)
}

impl Behaviour {
    /// Every switch with its value.
    pub fn settings(&self) -> Vec<Setting> {
        let Self { api_server, scheduler, controllers, kubelet, service_ip } = self;
        let mut settings = of_api_server(*api_server);
        settings.extend(of_scheduler(*scheduler));
        settings.extend(of_controllers(*controllers));
        settings.extend(of_kubelet(*kubelet));
        settings.extend(of_service_ip(*service_ip));
        settings
    }
}

fn of_api_server(part: ApiServerBehaviour) -> Vec<Setting> {
    let mut settings = Vec::new();
    part!(settings, ApiServer, part, ApiServerBehaviour {
        match_label_keys_in_pod_topology_spread: "matchLabelKeys of spread constraints are kept",
            "MatchLabelKeysInPodTopologySpread, KEP-3243";
        match_label_keys_in_pod_topology_spread_selector_merge:
            "matchLabelKeys of spread constraints are merged into the selector when a pod is created",
            "MatchLabelKeysInPodTopologySpreadSelectorMerge, KEP-3243";
        match_label_keys_in_pod_affinity: "matchLabelKeys and mismatchLabelKeys of (anti-)affinity are kept",
            "MatchLabelKeysInPodAffinity, KEP-3633";
        node_inclusion_policy_in_pod_topology_spread: "nodeAffinityPolicy and nodeTaintsPolicy are kept",
            "NodeInclusionPolicyInPodTopologySpread, KEP-3094";
        min_domains_in_pod_topology_spread: "minDomains is kept",
            "MinDomainsInPodTopologySpread, KEP-3022";
        sidecar_containers: "init containers with restartPolicy Always are sidecars",
            "SidecarContainers, KEP-753";
        pod_level_resources: "spec.resources of pods is kept", "PodLevelResources, KEP-2837";
        in_place_pod_vertical_scaling: "the resources of container statuses are kept, and count",
            "InPlacePodVerticalScaling, KEP-1287";
        toleration_comparison_operators: "tolerations compare numbers (Gt, Lt)",
            "TaintTolerationComparisonOperators, KEP-5471";
    });
    settings
}

fn of_controllers(part: ControllersBehaviour) -> Vec<Setting> {
    let mut settings = Vec::new();
    part!(settings, Controllers, part, ControllersBehaviour {
        available_at_min_ready: "a pod is available at exactly readySince + minReadySeconds",
            "recorded, 1.32 and 1.34";
        availability_checks_on_time: "a ReplicaSet is looked at when its next pod becomes available",
            "kk 132121";
        logarithmic_scale_down: "ages are compared by logarithmic buckets on scale-down",
            "LogarithmicScaleDown, KEP-2185";
        pod_deletion_cost: "the deletion cost of pods is heeded on scale-down", "PodDeletionCost, KEP-2255";
        terminating_replicas: "statuses of Deployments and ReplicaSets count terminating pods",
            "DeploymentReplicaSetTerminatingReplicas, KEP-3973";
        waits_for_own_writes: "a ReplicaSet is not worked on before the controller has seen its own last writes",
            "StaleControllerConsistencyReplicaSet, KEP-5647";
        stateful_set_max_unavailable: "StatefulSets (model alone, none runs in a cluster yet): maxUnavailable is heeded",
            "MaxUnavailableStatefulSet, KEP-961";
        stateful_set_replaces_unavailable:
            "StatefulSets (model alone): with maxUnavailable and Parallel, unavailable old pods are replaced whatever the limit",
            "kk 137666";
        stateful_set_waits_for_availability:
            "StatefulSets (model alone): an update waits until new pods are available, not only ready", "kk 130909";
        stateful_set_completes_by_replicas:
            "StatefulSets (model alone): an update is complete only when all wanted pods are there", "kk 120731, from 1.28.4";
        daemon_set_counts_old_pods: "unavailable old pods of a DaemonSet count towards its maxUnavailable",
            "kk 123233";
        daemon_set_waits_for_own_writes:
            "a DaemonSet is not worked on before the controller has seen its own last writes",
            "StaleControllerConsistencyDaemonSet, KEP-5647";
    });
    settings
}

fn of_kubelet(part: KubeletBehaviour) -> Vec<Setting> {
    let mut settings = Vec::new();
    part!(settings, Kubelet, part, KubeletBehaviour {
        uncore_takes_odd_counts: "a last-level cache can be taken in part by an odd request", "kk 131850";
        distribution_heeds_sockets: "distribute-cpus-across-numa heeds align-by-socket", "kk 139778";
    } options
        cpu_manager_options: "option of the CPU Manager", "KEP-2625, 2902, 3327, 4176, 4540, 4800";
        topology_manager_options: "option of the Topology Manager", "KEP-3545, 4622";
    );
    settings
}

fn of_service_ip(part: ServiceIpBehaviour) -> Vec<Setting> {
    let mut settings = Vec::new();
    part!(settings, ServiceIp, part, ServiceIpBehaviour {
        static_subrange: "any address comes from the upper band first", "ServiceIPStaticSubrange, KEP-3070";
        node_port_static_subrange: "any node port comes from the upper band first",
            "ServiceNodePortStaticSubrange, KEP-3668";
        ip_address_objects: "addresses are IPAddress objects", "MultiCIDRServiceAllocator, KEP-1880";
        dual_write: "addresses are written to the bitmap too", "DisableAllocatorDualWrite, KEP-1880";
        dual_write_bitmap_first: "under dual-write, any address is taken from the bitmap first", "kk 129798";
        overflow_safe_start: "random starts in IPv6 ranges of 2⁶³ addresses and more stay in the range",
            "kk 138374, 134193";
    });
    settings
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn settings(release: Release, gates: &[(&str, bool)]) -> Vec<Setting> {
        let gates = gates.iter().map(|(name, on)| ((*name).to_owned(), *on)).collect::<BTreeMap<_, _>>();
        Behaviour::resolve(release, &gates).expect("the gates can be set").0.settings()
    }

    /// Switches that stand alike in every supported release, with the gate and a release in which a user
    /// can turn them.
    const BY_GATE_ONLY: [(&str, &str, Release); 3] = [
        ("toleration_comparison_operators", "TaintTolerationComparisonOperators", Release::one(35)),
        ("logarithmic_scale_down", "LogarithmicScaleDown", Release::one(30)),
        ("pod_deletion_cost", "PodDeletionCost", Release::DEFAULT),
    ];

    #[test]
    fn every_switch_differs_between_releases() {
        // Faults that patch releases mended are not in the newest of a minor.
        let faulty =
            [(24, 0), (27, 14), (28, 9), (33, 3)].map(|(minor, patch)| Release::patched(minor, patch));
        let all: Vec<Vec<Setting>> =
            Release::minors().chain(faulty).map(|release| settings(release, &[])).collect();
        for (place, setting) in all[0].iter().enumerate() {
            let values: Vec<&str> = all.iter().map(|settings| settings[place].value).collect();
            let name = setting.name;
            let alike = values.windows(2).all(|pair| pair[0] == pair[1]);
            let gate = BY_GATE_ONLY.iter().find(|(of, _, _)| *of == name);
            assert_eq!(alike, gate.is_some(), "{name}: {values:?}");
            if let Some((_, gate, release)) = gate {
                let value = |on| settings(*release, &[(gate, on)])[place].value;
                assert_ne!(value(true), value(false), "{gate} turns {name}");
            }
        }
    }

    #[test]
    fn names_are_told_apart() {
        let settings = settings(Release::DEFAULT, &[]);
        let mut names: Vec<_> = settings.iter().map(|one| (one.component.name(), one.name)).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }
}
