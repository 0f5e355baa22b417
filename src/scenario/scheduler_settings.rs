//! `spec.scheduler`: settings of kube-scheduler, as written. They override what a KubeSchedulerConfiguration
//! among the manifests says.

use schemars::JsonSchema;
use serde::Deserialize;

use super::scheduler_configuration::Configuration;
use super::time::Duration;
use crate::api::SchedulerBehaviour;
use crate::cluster::setup::{CycleKind, SchedulerSetup, TieBreakRule};
use crate::kernel::Interner;
use crate::scheduler::profile::Profile;
use crate::scheduler::queue::{QueueConfig, RequeueRule};

/// Settings of kube-scheduler. What is left out is as a KubeSchedulerConfiguration among the manifests says,
/// or keeps its default.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct SchedulerSettings {
    /// The share of feasible nodes that are scored, in per cent; 0 adapts to the cluster's size, as
    /// Kubernetes does. A profile's own share stays. Default 0.
    #[schemars(range(min = 0, max = 100))]
    pub(super) percentage_of_nodes_to_score: Option<i32>,
    /// How one of several best nodes is chosen. Default random.
    #[serde(default)]
    pub(super) tie_break: TieBreak,
    /// When pods that did not fit are tried again. Default kubernetes.
    #[serde(default)]
    pub(super) requeue: Requeue,
    /// The wait before a pod is tried a second time; it doubles from then on. Default 1s.
    pub(super) pod_initial_backoff: Option<Duration>,
    /// The longest wait between two tries. Default 10s.
    pub(super) pod_max_backoff: Option<Duration>,
}

/// How one of several best nodes is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum TieBreak {
    /// At random, as kube-scheduler.
    #[default]
    Random,
    /// The bytewise first name.
    First,
}

/// When pods that did not fit are tried again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(super) enum Requeue {
    /// When an event happens that may help them, after a back-off, as kube-scheduler.
    #[default]
    Kubernetes,
    /// At once when anything at all has changed, without back-off.
    AnyChange,
}

impl SchedulerSettings {
    /// The scheduler's setup: that of a configuration, else the default profile, with these settings; or
    /// what is wrong with them.
    pub(super) fn resolve(
        &self,
        configuration: Option<&Configuration>,
        behaviour: SchedulerBehaviour,
        names: &mut Interner,
    ) -> Result<SchedulerSetup, String> {
        let mut queue = QueueConfig::new(&behaviour);
        if let Some(configuration) = configuration {
            queue.pod_initial_backoff = configuration.pod_initial_backoff;
            queue.pod_max_backoff = configuration.pod_max_backoff;
        }
        if let Some(wait) = self.pod_initial_backoff {
            queue.pod_initial_backoff = wait.0;
        }
        if let Some(wait) = self.pod_max_backoff {
            queue.pod_max_backoff = wait.0;
        }
        queue.requeue = match self.requeue {
            Requeue::Kubernetes => RequeueRule::Kubernetes,
            Requeue::AnyChange => RequeueRule::AnyChange,
        };
        if queue.pod_max_backoff < queue.pod_initial_backoff && self.pod_initial_backoff.is_some() {
            return Err(format!(
                "podMaxBackoff {} lies below podInitialBackoff {}",
                queue.pod_max_backoff, queue.pod_initial_backoff
            ));
        }
        let configured = configuration.map_or(0, |configuration| configuration.percentage_of_nodes_to_score);
        let percentage = self.percentage_of_nodes_to_score.unwrap_or(configured);
        if !(0..=100).contains(&percentage) {
            return Err(format!("percentageOfNodesToScore {percentage} does not lie between 0 and 100"));
        }
        Ok(SchedulerSetup {
            profiles: match configuration {
                Some(configuration) => configuration.profiles.clone(),
                None => vec![Profile::default_scheduler(names)],
            },
            percentage_of_nodes_to_score: percentage,
            queue,
            tie_break: match self.tie_break {
                TieBreak::Random => TieBreakRule::Random,
                TieBreak::First => TieBreakRule::First,
            },
            cycle: CycleKind::default(),
        })
    }
}
