//! Creating pods in batches that double (`slowStartBatch`).

/// Size of the first batch.
pub const SLOW_START_INITIAL_BATCH_SIZE: usize = 1;

/// What came out of creating in batches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SlowStart {
    /// Creations tried.
    pub calls: usize,
    /// Creations that succeeded.
    pub successes: usize,
    /// Whether one failed.
    pub failed: bool,
}

/// Tries `count` creations, in batches of `initial`, twice `initial`, and so on. A batch is started as
/// a whole; after a batch with a failure no other is begun. `accepted`: how many creations succeed
/// before all others fail; `None`: all succeed.
pub fn slow_start_batch(count: usize, initial: usize, accepted: Option<usize>) -> SlowStart {
    let mut outcome = SlowStart::default();
    let mut batch = initial.min(count);
    while batch > 0 {
        outcome.calls += batch;
        outcome.successes = accepted.map_or(outcome.calls, |accepted| accepted.min(outcome.calls));
        outcome.failed = outcome.successes < outcome.calls;
        if outcome.failed {
            break;
        }
        batch = (2 * batch).min(count - outcome.calls);
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_batch_runs_to_its_end() {
        // Batches 1, 2, 4, 8: the sixth creation fails in the batch of 4, which makes 7 attempts.
        let outcome = slow_start_batch(100, 1, Some(5));
        assert_eq!(outcome, SlowStart { calls: 7, successes: 5, failed: true });
        assert_eq!(slow_start_batch(100, 1, None), SlowStart { calls: 100, successes: 100, failed: false });
        assert_eq!(slow_start_batch(0, 1, Some(0)), SlowStart::default());
    }
}
