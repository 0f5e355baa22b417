//! `KubeSchedulerConfiguration` and its parts as written (`kube-scheduler/config/v1` of v1.34).

use serde::Deserialize;

use crate::cluster::control_plane::{ClientLimits, ControlPlane};
use crate::scenario::embedded::AnyValue;
use crate::scheduler::profile::{DEFAULT_SCHEDULER_NAME, Point};

/// The one version that is read.
pub(super) const API_VERSION: &str = "kubescheduler.config.k8s.io/v1";

/// The whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfigurationDocument {
    #[expect(dead_code, reason = "looked at before anything else")]
    api_version: Option<AnyValue>,
    #[expect(dead_code, reason = "looked at before anything else")]
    kind: Option<AnyValue>,
    pub(super) parallelism: Option<i32>,
    #[expect(dead_code, reason = "nothing of it decides where pods go")]
    leader_election: Option<AnyValue>,
    pub(super) client_connection: Option<ClientConnectionDocument>,
    #[expect(dead_code, reason = "nothing of it decides where pods go")]
    enable_profiling: Option<bool>,
    #[expect(dead_code, reason = "nothing of it decides where pods go")]
    enable_contention_profiling: Option<bool>,
    #[expect(dead_code, reason = "nothing of it decides where pods go")]
    delay_cache_until_active: Option<bool>,
    pub(super) percentage_of_nodes_to_score: Option<i32>,
    pub(super) pod_initial_backoff_seconds: Option<i64>,
    pub(super) pod_max_backoff_seconds: Option<i64>,
    #[serde(default)]
    pub(super) profiles: Vec<ProfileDocument>,
    #[serde(default)]
    pub(super) extenders: Vec<ExtenderDocument>,
}

/// How it reaches the API server.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ClientConnectionDocument {
    #[expect(dead_code, reason = "it is about finding the API server")]
    kubeconfig: Option<AnyValue>,
    #[expect(dead_code, reason = "it is about the encoding of requests")]
    accept_content_types: Option<AnyValue>,
    #[expect(dead_code, reason = "it is about the encoding of requests")]
    content_type: Option<AnyValue>,
    pub(super) qps: Option<f64>,
    pub(super) burst: Option<i32>,
}

impl ClientConnectionDocument {
    /// The limits of the client: 0 stands for the default, as `SetDefaults_KubeSchedulerConfiguration` has it; a negative
    /// number of requests a second is no limit, as in client-go.
    pub(super) fn limits(&self) -> ClientLimits {
        let default = ControlPlane::default().scheduler;
        let qps = match self.qps {
            None | Some(0.0) => default.qps,
            Some(qps) if qps < 0.0 => ClientLimits::UNLIMITED_QPS,
            Some(qps) => qps.min(ClientLimits::UNLIMITED_QPS),
        };
        let burst = self.burst.and_then(|burst| u32::try_from(burst).ok()).filter(|burst| *burst > 0);
        ClientLimits { qps, burst: burst.unwrap_or(default.burst) }
    }
}

impl ConfigurationDocument {
    /// The scheduler of a profile. A single profile need not name it.
    pub(super) fn scheduler_name(&self, profile: usize) -> &str {
        let default = if self.profiles.len() == 1 { DEFAULT_SCHEDULER_NAME } else { "" };
        self.profiles[profile].scheduler_name.as_deref().unwrap_or(default)
    }

    /// The wait before a pod is tried a second time, and the longest one; by default 1 and 10.
    pub(super) fn backoff_seconds(&self) -> (i64, i64) {
        (self.pod_initial_backoff_seconds.unwrap_or(1), self.pod_max_backoff_seconds.unwrap_or(10))
    }
}

/// A profile.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProfileDocument {
    pub(super) scheduler_name: Option<String>,
    pub(super) percentage_of_nodes_to_score: Option<i32>,
    #[serde(default)]
    pub(super) plugins: PluginsDocument,
    #[serde(default)]
    pub(super) plugin_config: Vec<PluginConfigDocument>,
}

/// What is enabled and disabled at each point.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PluginsDocument {
    pub(super) multi_point: PluginSetDocument,
    pre_enqueue: PluginSetDocument,
    queue_sort: PluginSetDocument,
    pre_filter: PluginSetDocument,
    filter: PluginSetDocument,
    post_filter: PluginSetDocument,
    pre_score: PluginSetDocument,
    score: PluginSetDocument,
    reserve: PluginSetDocument,
    permit: PluginSetDocument,
    pre_bind: PluginSetDocument,
    bind: PluginSetDocument,
    post_bind: PluginSetDocument,
}

impl PluginsDocument {
    /// The lists of a point.
    pub(super) fn at(&self, point: Point) -> &PluginSetDocument {
        match point {
            Point::PreEnqueue => &self.pre_enqueue,
            Point::QueueSort => &self.queue_sort,
            Point::PreFilter => &self.pre_filter,
            Point::Filter => &self.filter,
            Point::PostFilter => &self.post_filter,
            Point::PreScore => &self.pre_score,
            Point::Score => &self.score,
            Point::Reserve => &self.reserve,
            Point::Permit => &self.permit,
            Point::PreBind => &self.pre_bind,
            Point::Bind => &self.bind,
            Point::PostBind => &self.post_bind,
        }
    }
}

/// What is enabled and disabled at a point.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PluginSetDocument {
    pub(super) enabled: Vec<PluginDocument>,
    pub(super) disabled: Vec<PluginDocument>,
}

/// A plugin in a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PluginDocument {
    pub(super) name: String,
    pub(super) weight: Option<i32>,
}

/// The arguments of a plugin, read later from the same place.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct PluginConfigDocument {
    pub(super) name: String,
    pub(super) args: Option<AnyValue>,
}

/// A web service that takes part in scheduling. Extenders are not asked, so that most of it is read for its
/// spelling only.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ExtenderDocument {
    url_prefix: String,
    filter_verb: String,
    preempt_verb: String,
    pub(super) prioritize_verb: String,
    pub(super) weight: i64,
    pub(super) bind_verb: String,
    #[serde(rename = "enableHTTPS")]
    enable_https: bool,
    tls_config: Option<AnyValue>,
    http_timeout: Option<AnyValue>,
    node_cache_capable: bool,
    pub(super) managed_resources: Vec<ManagedResourceDocument>,
    ignorable: bool,
}

/// An extended resource that an extender looks after.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ManagedResourceDocument {
    pub(super) name: String,
    pub(super) ignored_by_scheduler: bool,
}
