//! The fields of a KubeletConfiguration: those that the managers read, and those that change no decision here. Every other one
//! is a gap.

use crate::api::coverage::Coverage::{Irrelevant, Simulated};
use crate::api::coverage::Field;

const TALK: &str = "it is about how the kubelet talks to others";
const IMAGES: &str = "a pull takes the time that is assumed for it";

/// Its fields.
pub const CONFIGURATION: &[Field] = &[
    ("address", Irrelevant(TALK)),
    ("apiVersion", Simulated),
    ("authentication", Irrelevant(TALK)),
    ("authorization", Irrelevant(TALK)),
    ("cgroupDriver", Irrelevant("it is about how processes are grouped, not which run")),
    ("cgroupRoot", Irrelevant("it is about how processes are grouped, not which run")),
    ("cgroupsPerQOS", Irrelevant("it is about how processes are grouped, not which run")),
    ("clusterDNS", Irrelevant(TALK)),
    ("clusterDomain", Irrelevant(TALK)),
    ("containerLogMaxFiles", Irrelevant(TALK)),
    ("containerLogMaxSize", Irrelevant(TALK)),
    ("containerRuntimeEndpoint", Irrelevant(TALK)),
    ("contentType", Irrelevant(TALK)),
    ("cpuManagerPolicy", Simulated),
    ("cpuManagerPolicyOptions", Simulated),
    ("enableDebuggingHandlers", Irrelevant(TALK)),
    ("enableServer", Irrelevant(TALK)),
    ("eventBurst", Irrelevant(TALK)),
    ("eventRecordQPS", Irrelevant(TALK)),
    ("featureGates", Simulated),
    ("healthzBindAddress", Irrelevant(TALK)),
    ("healthzPort", Irrelevant(TALK)),
    ("imageMaximumGCAge", Irrelevant(IMAGES)),
    ("imageMinimumGCAge", Irrelevant(IMAGES)),
    ("imageServiceEndpoint", Irrelevant(TALK)),
    ("kind", Simulated),
    ("kubeReserved", Simulated),
    ("logging", Irrelevant(TALK)),
    ("metadata", Irrelevant(TALK)),
    ("port", Irrelevant(TALK)),
    ("readOnlyPort", Irrelevant(TALK)),
    ("registryBurst", Irrelevant(IMAGES)),
    ("registryPullQPS", Irrelevant(IMAGES)),
    ("reservedSystemCPUs", Simulated),
    ("resolvConf", Irrelevant(TALK)),
    ("rotateCertificates", Irrelevant(TALK)),
    ("runtimeRequestTimeout", Irrelevant(TALK)),
    ("serializeImagePulls", Irrelevant(IMAGES)),
    ("serverTLSBootstrap", Irrelevant(TALK)),
    ("staticPodPath", Irrelevant("static pods are in the input, if there are any")),
    ("streamingConnectionIdleTimeout", Irrelevant(TALK)),
    ("systemReserved", Simulated),
    ("tlsCertFile", Irrelevant(TALK)),
    ("tlsCipherSuites", Irrelevant(TALK)),
    ("tlsMinVersion", Irrelevant(TALK)),
    ("tlsPrivateKeyFile", Irrelevant(TALK)),
    ("topologyManagerPolicy", Simulated),
    ("topologyManagerPolicyOptions", Simulated),
    ("topologyManagerScope", Simulated),
    ("volumePluginDir", Irrelevant(TALK)),
];
