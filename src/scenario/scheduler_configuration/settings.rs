//! `spec.scheduler` over a configuration: the scheduler's setup.

use super::Configuration;
use crate::api::SchedulerBehaviour;
use crate::cluster::setup::{CycleKind, SchedulerSetup, TieBreakRule};
use crate::kernel::Interner;
use crate::scenario::scheduler_settings::{Requeue, SchedulerSettings, TieBreak};
use crate::scheduler::profile::Profile;
use crate::scheduler::queue::{QueueConfig, RequeueRule};

impl SchedulerSettings {
    /// The scheduler's setup: that of a configuration, else the default profile, with these settings; or
    /// what is wrong with them.
    pub(in super::super) fn resolve(
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
                None => vec![Profile::default_scheduler_of(&behaviour, names)],
            },
            percentage_of_nodes_to_score: percentage,
            queue,
            tie_break: match self.tie_break {
                TieBreak::Kubernetes if behaviour.ties_by_heap => TieBreakRule::Heap,
                TieBreak::Kubernetes | TieBreak::Random => TieBreakRule::Random,
                TieBreak::Heap => TieBreakRule::Heap,
                TieBreak::First => TieBreakRule::First,
            },
            cycle: CycleKind::default(),
        })
    }
}
