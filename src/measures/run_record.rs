//! What is kept of a run: all that measures and tables read.

use std::sync::Arc;

use super::admissions::Admissions;
use super::aftermath::Aftermath;
use super::cpu_course::CpuCourse;
use super::event_log::EventRow;
use super::fragmentation::Fragmentation;
use super::pod_rows::PodRows;
use super::rollout_row::RolloutRow;
use super::service_ips::ServiceIps;
use super::spread::SpreadRow;
use super::waiting_for_cpus::WaitingForCpus;
use crate::kernel::{Interner, SimTime};

/// What is kept of a run.
#[derive(Clone, Debug, Default)]
pub struct RunRecord {
    /// Every name, those that came up in the run included.
    pub names: Interner,
    /// One row a pod.
    pub pods: PodRows,
    /// Names of nodes, by number; those that left the cluster included.
    pub node_names: Vec<Arc<str>>,
    /// Every rollout, in order of its end.
    pub rollouts: Vec<RolloutRow>,
    /// Skew over time, if details were asked for.
    pub spread: Vec<SpreadRow>,
    /// Events, if details were asked for.
    pub events: Vec<EventRow>,
    /// What kubelets with a machine decided.
    pub admissions: Admissions,
    /// Entries of the timeline that could not be carried out: when, what, and why.
    pub failed_operations: Vec<(SimTime, String)>,
    /// Refusals that are due to how CPUs lie.
    pub fragmentation: Fragmentation,
    /// Pods that wait for CPUs of their own at the end; there only if kubelets have machines.
    pub waiting_for_cpus: WaitingForCpus,
    /// What happened to Service IPs.
    pub service_ips: ServiceIps,
    /// What a cluster would not have left so.
    pub aftermath: Aftermath,
    /// CPUs of nodes with a machine over time, if details were asked for.
    pub cpu: CpuCourse,
}
