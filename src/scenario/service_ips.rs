//! `spec.serviceIPs`: the Service registries of the API servers, and who asks them for Services.

mod compile;
mod resolve;
mod servers;
mod service_list;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::distribution::Distribution;
use super::embedded::Embedded;
use super::time::Duration;

use crate::api::coverage::Coverage::{Object, Simulated};
use crate::api::coverage::Field;
pub(super) use resolve::resolve;
pub(super) use servers::{behaviour_of, server_named};
pub(super) use service_list::ServiceList;

/// What becomes of the fields of an API server.
const SERVER: &[Field] = &[
    ("featureGates", Simulated),
    ("kubernetesVersion", Simulated),
    ("name", Simulated),
    ("watchDelay", Simulated),
];

/// What becomes of the fields of `repair`.
const REPAIR: &[Field] = &[("firstPass", Simulated), ("period", Simulated)];

/// What becomes of the fields of `timing`.
const TIMING: &[Field] =
    &[("allocation", Simulated), ("creation", Simulated), ("release", Simulated), ("repairPass", Simulated)];

/// What becomes of the fields of a generator.
const SERVICES: &[Field] = &[
    ("apiServer", Simulated),
    ("count", Simulated),
    ("every", Simulated),
    ("from", Simulated),
    ("lifetime", Simulated),
    ("name", Simulated),
    ("pick", Simulated),
    ("template", Simulated),
];

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("apiServers", Object(&[SERVER])),
    ("dns", Simulated),
    ("repair", Object(&[REPAIR])),
    ("serviceClusterIPRange", Simulated),
    ("serviceNodePortRange", Simulated),
    ("services", Object(&[SERVICES])),
    ("staleBitmapEntries", Simulated),
    ("timing", Object(&[TIMING])),
];

/// The Service registries. With them, Services of the manifests are created at time 0 (those of a dump are
/// there), and get addresses and node ports.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ServiceIpsDocument {
    /// `--service-cluster-ip-range`: a range, or two of different families, separated by a comma; the first is
    /// the cluster's default family.
    #[serde(rename = "serviceClusterIPRange")]
    #[schemars(example = &"10.96.0.0/16,fd00:10:96::/112")]
    pub service_cluster_ip_range: String,
    /// `--service-node-port-range`. Default 30000-32767.
    #[schemars(example = &"30000-32767")]
    pub service_node_port_range: Option<String>,
    /// The API servers. Default: one, named apiserver, whose caches trail nothing.
    #[serde(default)]
    pub api_servers: Vec<ApiServerDocument>,
    /// The repair loops.
    #[serde(default)]
    pub repair: RepairDocument,
    /// How long the steps of a request take.
    #[serde(default)]
    pub timing: ServiceTimingDocument,
    /// An installer creates DNS at the tenth address: before all other Services (first), after all that
    /// generators make (last), or among them at a place drawn in each run (parallel). Default: none does.
    pub dns: Option<DnsDocument>,
    /// Generators of Services, and operators who pick addresses.
    #[serde(default)]
    pub services: Vec<ServiceGeneratorDocument>,
    /// Addresses that the stored bitmap has at time 0 though no Service holds them.
    #[serde(default)]
    #[schemars(example = serde_json::json!(["10.96.0.11"]))]
    pub stale_bitmap_entries: Vec<String>,
}

/// An API server.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ApiServerDocument {
    /// Its name; variants address it as `apiServer/NAME`.
    #[schemars(length(min = 1), example = &"control-plane-1")]
    pub name: String,
    /// Its release. Default: the scenario's.
    #[schemars(example = "1.32", regex(pattern = r"^v?1\.[0-9]+"))]
    pub kubernetes_version: Option<String>,
    /// Its feature gates, over the scenario's; without those where it has a release of its own.
    #[serde(default)]
    pub feature_gates: BTreeMap<String, bool>,
    /// How far its caches of IPAddresses, Services and ServiceCIDRs trail etcd. Default 0s.
    pub watch_delay: Option<Distribution>,
}

/// The repair loops of the API servers.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct RepairDocument {
    /// The time from one pass to the next. Default 3m; 0s: nothing is ever repaired.
    pub period: Option<Duration>,
    /// When the first pass of each server is: servers have been up for a while. Default: any time within a
    /// period, drawn for each server in each run.
    pub first_pass: Option<Distribution>,
}

/// How long the steps of a request take. The defaults are kubecast's assumptions for one write to etcd.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ServiceTimingDocument {
    /// From an allocator's read to its write. Default 2ms.
    pub allocation: Option<Distribution>,
    /// From the last allocation to the Service in the API. Default 3ms.
    pub creation: Option<Distribution>,
    /// From a Service that is gone to its addresses given back. Default 3ms.
    pub release: Option<Distribution>,
    /// In a repair pass: from the bitmap read to the Services listed, and again to the bitmap written.
    /// Default 20ms.
    pub repair_pass: Option<Distribution>,
}

/// When an installer creates DNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum DnsDocument {
    /// Before all other Services.
    First,
    /// After all that generators make.
    Last,
    /// Among them.
    Parallel,
}

/// Services from one template, created one after the other; times are drawn anew in every run.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct ServiceGeneratorDocument {
    /// The generator's name; the Services are named NAME-0, NAME-1 and so on. Variants address it as
    /// `services/NAME`.
    #[schemars(length(min = 1), example = &"app")]
    pub name: String,
    /// How many Services. Default 1.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub count: Option<u32>,
    /// The Service. Default: of type ClusterIP, with port 80.
    pub template: Option<Embedded>,
    /// When the first one is created. Default 0s.
    pub from: Option<Duration>,
    /// The time from each to the next. Default 0s: all at once.
    pub every: Option<Distribution>,
    /// How long each stays. Default: for good.
    pub lifetime: Option<Distribution>,
    /// The API server that the requests go to. Default: all in turn.
    pub api_server: Option<String>,
    /// Operators ask for addresses that they picked before anything was created. Default: any address.
    pub pick: Option<PickDocument>,
}

/// How an operator picks an address of the first range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum PickDocument {
    /// Any of the static band, or of where it would end in a range that is not split.
    InBand,
    /// Any of the range.
    Anywhere,
    /// Right behind the lowest address that is held, and then behind that.
    BesideExisting,
}
