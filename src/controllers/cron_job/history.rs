//! Finished Jobs that are too many (`cleanupFinishedJobs`).

use crate::api::Timestamp;

/// A finished Job.
#[derive(Clone, Copy, Debug)]
pub struct FinishedJob<'a> {
    /// Its name.
    pub name: &'a str,
    /// `status.startTime`.
    pub started: Option<Timestamp>,
    /// It has completed; else it has failed.
    pub succeeded: bool,
}

/// The Jobs to delete, those that started first before the others: first of the successful ones, then of the failed ones.
/// Without a limit none are.
pub fn too_many<'a>(
    jobs: &[FinishedJob<'a>],
    successful_limit: Option<i32>,
    failed_limit: Option<i32>,
) -> Vec<&'a str> {
    let of = |succeeded, limit: Option<i32>| {
        let mut jobs: Vec<_> = jobs.iter().filter(|job| job.succeeded == succeeded).collect();
        // Jobs that never started are the last; equal ones by name.
        jobs.sort_by_key(|job| (job.started.is_none(), job.started, job.name));
        let keep = limit.map_or(jobs.len(), |limit| usize::try_from(limit).unwrap_or(0));
        let many = jobs.len().saturating_sub(keep);
        jobs.into_iter().take(many).map(|job| job.name).collect::<Vec<_>>()
    };
    [of(true, successful_limit), of(false, failed_limit)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_each_kind_has_its_limit() {
        let job = |name, started: Option<i64>, succeeded| FinishedJob {
            name,
            started: started.map(Timestamp),
            succeeded,
        };
        let jobs = [
            job("c", Some(3), true),
            job("a", Some(1), true),
            job("b", Some(2), true),
            job("f", None, false),
        ];
        // Of three successful ones one is kept; of one failed one none.
        assert_eq!(too_many(&jobs, Some(1), Some(0)), ["a", "b", "f"]);
        assert_eq!(too_many(&jobs, None, Some(1)), [""; 0]);
    }
}
