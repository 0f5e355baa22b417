//! The CronJob controller (kube-controller-manager v1.29 to v1.36, schedules as cron v3.0.1 reads them), as pure functions.
//!
//! | decides | in |
//! | --- | --- |
//! | what a schedule means | [`schedule`] |
//! | its next time, in a time zone | [`next`] |
//! | which start is due, and when to look again | [`missed`] |
//! | one sync: Jobs to make and to delete, and the status | [`sync`] |
//! | finished Jobs that are too many | [`history`] |

pub mod history;
pub mod missed;
pub mod next;
pub mod schedule;
pub mod sync;
mod zone;

pub use schedule::{Schedule, ScheduleError};
pub use zone::Zone;
