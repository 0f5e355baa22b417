//! The fields of pods and nodes that concern the kubelet, and what kubecast makes of them.

pub mod configuration;

use kubecast_manifest::Tree;

use crate::api::coverage::Coverage::{self, GapIf, Irrelevant, Object, Simulated};
use crate::api::coverage::metadata::{BOOKKEEPING, NETWORK, PROCESS, SECURITY};
use crate::api::coverage::volumes::VOLUME;
use crate::api::coverage::{Field, Missing, Reach, gap, says_something};

const PROBES: &str = "probes are assumed to pass; the start-up time stands for them";

/// `spec` of pods.
pub const POD_SPEC: &[Field] = &[
    ("activeDeadlineSeconds", gap("deadlines of pods", "no pod is ended at its deadline", Reach::AllPods)),
    ("automountServiceAccountToken", Irrelevant(SECURITY)),
    ("containers", Object(&[CONTAINER])),
    ("dnsConfig", Irrelevant(NETWORK)),
    ("dnsPolicy", Irrelevant(NETWORK)),
    ("enableServiceLinks", Irrelevant(PROCESS)),
    ("ephemeralContainers", Irrelevant("they ask for no resources and are never waited for")),
    ("evictionResponders", Irrelevant("nothing is evicted here")),
    ("hostAliases", Irrelevant(NETWORK)),
    ("hostIPC", Irrelevant(PROCESS)),
    ("hostPID", Irrelevant(PROCESS)),
    ("hostUsers", Irrelevant(PROCESS)),
    ("hostname", Irrelevant(NETWORK)),
    ("hostnameOverride", Irrelevant(NETWORK)),
    ("imagePullSecrets", Irrelevant("every image can be pulled, in the time that is assumed for it")),
    ("initContainers", INIT_CONTAINERS),
    ("os", GapIf(|os: &Tree, _: &Tree| os.get_str("name") == Some("windows"), WINDOWS)),
    ("readinessGates", gap("readiness gates", "pods become ready without them", Reach::NewPods)),
    ("restartPolicy", Simulated),
    ("securityContext", Irrelevant(SECURITY)),
    ("serviceAccount", Irrelevant(SECURITY)),
    ("serviceAccountName", Irrelevant(SECURITY)),
    ("setHostnameAsFQDN", Irrelevant(NETWORK)),
    ("shareProcessNamespace", Irrelevant(PROCESS)),
    ("subdomain", Irrelevant(NETWORK)),
    ("terminationGracePeriodSeconds", Simulated),
    ("volumes", Object(&[VOLUME])),
];

const WINDOWS: Missing = Missing {
    what: "pods for Windows",
    effect: "no kubelet refuses a pod for another operating system",
    reach: Reach::NewPods,
};

/// Init containers proper take time; sidecars are containers like others.
const INIT_CONTAINERS: Coverage = GapIf(
    |containers: &Tree, _: &Tree| {
        let proper = |container: &Tree| container.get_str("restartPolicy") != Some("Always");
        containers.as_seq().unwrap_or_default().iter().any(proper)
    },
    Missing {
        what: "init containers",
        effect: "they take no time of their own: containerStart stands for the whole start",
        reach: Reach::Detail,
    },
);

/// Containers and init containers.
pub const CONTAINER: &[Field] = &[
    ("args", Irrelevant(PROCESS)),
    ("command", Irrelevant(PROCESS)),
    ("env", Irrelevant(PROCESS)),
    ("envFrom", Irrelevant(PROCESS)),
    ("image", Simulated),
    ("imagePullPolicy", Irrelevant("every image can be pulled, in the time that is assumed for it")),
    ("lifecycle", Irrelevant("the start-up time and the time to the end stand for its hooks")),
    ("livenessProbe", Irrelevant(PROBES)),
    ("name", Simulated),
    ("ports", Simulated),
    ("readinessProbe", Simulated),
    ("resizePolicy", Irrelevant("no pod is resized here")),
    ("resources", Object(&[RESOURCES])),
    ("restartPolicy", Simulated),
    ("restartPolicyRules", gap("restart rules of containers", "no container is restarted", Reach::Detail)),
    ("securityContext", Irrelevant(SECURITY)),
    ("startupProbe", Irrelevant(PROBES)),
    ("stdin", Irrelevant(PROCESS)),
    ("stdinOnce", Irrelevant(PROCESS)),
    ("terminationMessagePath", Irrelevant(PROCESS)),
    ("terminationMessagePolicy", Irrelevant(PROCESS)),
    ("tty", Irrelevant(PROCESS)),
    ("volumeDevices", Irrelevant("the volume itself is what counts")),
    ("volumeMounts", Irrelevant("the volume itself is what counts")),
    ("workingDir", Irrelevant(PROCESS)),
];

/// What the gap of devices that kubecast does not place is called.
pub const EXTENDED_RESOURCES: &str = "extended resources";

const DEVICES: Missing = Missing {
    what: EXTENDED_RESOURCES,
    effect: "counted, but which device a container gets is not chosen",
    reach: Reach::Detail,
};

fn names_a_device(quantities: &Tree, _: &Tree) -> bool {
    let entries = quantities.as_map().unwrap_or_default();
    entries.iter().any(|entry| entry.key.contains('/') && !entry.key.contains("kubernetes.io/"))
}

const RESOURCES: &[Field] = &[
    ("claims", gap("resource claims", "devices are not allocated", Reach::NewPods)),
    ("limits", GapIf(names_a_device, DEVICES)),
    ("requests", GapIf(names_a_device, DEVICES)),
];

const RESIZE: Coverage = gap("pods that are being resized", "no pod is resized here", Reach::AllPods);
const CLAIMS: Coverage = gap("resource claims", "devices are not allocated", Reach::NewPods);

/// `status` of pods.
pub const POD_STATUS: &[Field] = &[
    ("allocatedResources", Simulated),
    ("conditions", Simulated),
    ("containerStatuses", Object(&[CONTAINER_STATUS])),
    ("ephemeralContainerStatuses", Irrelevant("ephemeral containers are never waited for")),
    ("extendedResourceClaimStatus", CLAIMS),
    ("hostIP", Irrelevant(NETWORK)),
    ("hostIPs", Irrelevant(NETWORK)),
    ("initContainerStatuses", Object(&[CONTAINER_STATUS])),
    ("message", Irrelevant(BOOKKEEPING)),
    ("nodeAllocatableResourceClaimStatuses", CLAIMS),
    ("observedGeneration", Irrelevant(BOOKKEEPING)),
    ("phase", Simulated),
    ("podIP", Irrelevant(NETWORK)),
    ("podIPs", Irrelevant(NETWORK)),
    ("qosClass", Irrelevant("it follows from requests and limits")),
    ("reason", Irrelevant(BOOKKEEPING)),
    ("resize", RESIZE),
    ("resourceClaimStatuses", CLAIMS),
    ("resources", Simulated),
    ("volumeHealth", Irrelevant(BOOKKEEPING)),
];

const CONTAINER_STATUS: &[Field] = &[
    ("allocatedResources", Simulated),
    ("allocatedResourcesStatus", Irrelevant(BOOKKEEPING)),
    ("containerID", Irrelevant(BOOKKEEPING)),
    ("image", Irrelevant(BOOKKEEPING)),
    ("imageID", Irrelevant(BOOKKEEPING)),
    ("lastState", Irrelevant("what is now counts")),
    ("name", Simulated),
    ("ready", Irrelevant("the pod's own condition counts")),
    ("resources", Simulated),
    ("restartCount", Simulated),
    ("started", Irrelevant("the pod's own condition counts")),
    ("state", Object(&[CONTAINER_STATE])),
    ("stopSignal", Irrelevant(PROCESS)),
    ("user", Irrelevant(PROCESS)),
    ("volumeMounts", Irrelevant(BOOKKEEPING)),
];

/// Reasons for which containers wait in every ordinary start.
const STARTING: [&str; 2] = ["ContainerCreating", "PodInitializing"];

/// Whether a container that waits does so because it crashes, or cannot be pulled or made.
pub fn is_stuck(waiting: &Tree) -> bool {
    waiting.get_str("reason").is_some_and(|reason| !STARTING.contains(&reason))
}

const CONTAINER_STATE: &[Field] = &[
    ("running", Irrelevant("the pod's own condition counts")),
    ("terminated", Irrelevant("the pod's own phase counts")),
    (
        "waiting",
        GapIf(
            |waiting: &Tree, _: &Tree| is_stuck(waiting),
            Missing {
                what: "containers that crash or cannot start",
                effect: "their pods stay as they are, but pods that are made in their place are assumed to start",
                reach: Reach::NewPods,
            },
        ),
    ),
];

/// `spec` of nodes.
pub const NODE_SPEC: &[Field] = &[
    ("configSource", Irrelevant(BOOKKEEPING)),
    ("externalID", Irrelevant(BOOKKEEPING)),
    ("podCIDR", Irrelevant(NETWORK)),
    ("podCIDRs", Irrelevant(NETWORK)),
    ("providerID", Irrelevant(BOOKKEEPING)),
];

/// `status` of nodes. What a bad condition does is judged with the taints.
pub const NODE_STATUS: &[Field] = &[
    ("addresses", Irrelevant(NETWORK)),
    ("capacity", Simulated),
    ("conditions", GapIf(|conditions: &Tree, _: &Tree| is_in_trouble(conditions), TROUBLE)),
    ("config", Irrelevant(BOOKKEEPING)),
    ("daemonEndpoints", Irrelevant(NETWORK)),
    (
        "declaredFeatures",
        Irrelevant("nothing that kubecast does with pods needs a feature that a node declares"),
    ),
    ("features", Irrelevant(PROCESS)),
    ("nodeInfo", Simulated),
    ("phase", Irrelevant(BOOKKEEPING)),
    ("runtimeHandlers", Irrelevant(PROCESS)),
    ("volumesAttached", Irrelevant("the claims of pods are what counts")),
    ("volumesInUse", Irrelevant("the claims of pods are what counts")),
];

const TROUBLE: Missing = Missing {
    what: "nodes in trouble",
    effect: "a node that is not ready or under pressure keeps its pods, and its kubelet works as usual",
    reach: Reach::AllPods,
};

/// Whether a condition is other than it is on a healthy node.
fn is_in_trouble(conditions: &Tree) -> bool {
    const PRESSURES: [&str; 4] = ["MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable"];
    let one = |condition: &Tree| {
        let status = condition.get_str("status").unwrap_or("True");
        match condition.get_str("type") {
            Some("Ready") => status != "True",
            Some(pressure) if PRESSURES.contains(&pressure) => status == "True",
            _ => false,
        }
    };
    says_something(conditions) && conditions.as_seq().unwrap_or_default().iter().any(one)
}
