//! The fields of Services that the allocators decide by; selectors count for the scheduler's default spreading.

use crate::api::coverage::Coverage::{Irrelevant, Simulated};
use crate::api::coverage::Field;
use crate::api::coverage::metadata::NETWORK;

/// `spec` of Services.
pub const SERVICE_SPEC: &[Field] = &[
    ("allocateLoadBalancerNodePorts", Simulated),
    ("clusterIP", Simulated),
    ("clusterIPs", Simulated),
    ("externalIPs", Irrelevant(NETWORK)),
    ("externalName", Irrelevant(NETWORK)),
    ("externalTrafficPolicy", Simulated),
    ("healthCheckNodePort", Simulated),
    ("internalTrafficPolicy", Irrelevant(NETWORK)),
    ("ipFamilies", Simulated),
    ("ipFamilyPolicy", Simulated),
    ("loadBalancerClass", Irrelevant(NETWORK)),
    ("loadBalancerIP", Irrelevant(NETWORK)),
    ("loadBalancerSourceRanges", Irrelevant(NETWORK)),
    ("ports", Simulated),
    ("publishNotReadyAddresses", Irrelevant(NETWORK)),
    ("selector", Simulated),
    ("sessionAffinity", Irrelevant(NETWORK)),
    ("sessionAffinityConfig", Irrelevant(NETWORK)),
    ("topologyKeys", Irrelevant(NETWORK)),
    ("trafficDistribution", Irrelevant(NETWORK)),
    ("type", Simulated),
];
