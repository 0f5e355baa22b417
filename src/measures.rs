//! Measures: the records of a run, folded into its figures.
//!
//! [`Recorder`] is the sink of a run's records. It keeps one row a pod, the skew of every workload's
//! topology spread constraints as it changes, the course of every rollout with why it is blocked and what
//! the loss of a domain would leave, and events, in a [`RunRecord`]. A measure is a row of [`MEASURES`] that
//! reads a number from it. Nothing here decides anything; what Kubernetes decides is in the layers below.

pub mod admissions;
pub mod aftermath;
pub mod cpu_course;
pub mod domain_loss;
pub mod event_log;
pub mod figure;
pub mod figures;
pub mod fragmentation;
pub mod list;
pub mod measure;
pub mod pod_rows;
pub mod recorder;
pub mod rollout_row;
pub mod run_record;
pub mod service_ips;
pub mod spread;
pub mod waiting;
pub mod waiting_for_cpus;

mod blocked;
mod cpu_holdings;
mod pods_by_node;
mod repacking;
mod selected;
mod skew_so_far;
mod surroundings;
mod tally;
mod tracker;
mod trackers;
mod watched;
mod workload;

pub use admissions::{AdmissionRow, Admissions};
pub use aftermath::Aftermath;
pub use cpu_course::{CpuCourse, CpuRow};
pub use domain_loss::ShareLeft;
pub use event_log::EventRow;
pub use figure::{Figure, FigureKey};
pub use list::{MEASURES, listed};
pub use measure::{Measure, Told, Unit};
pub use pod_rows::PodRow;
pub use recorder::Recorder;
pub use rollout_row::{ConstraintOutcome, Counted, RolloutRow};
pub use run_record::RunRecord;
pub use service_ips::ServiceIps;
pub use spread::SpreadRow;
pub use waiting::PendingTime;
pub use waiting_for_cpus::WaitingForCpus;
