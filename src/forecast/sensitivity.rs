//! Whether answers hang on times that nobody measured: the same runs with other times.

use std::sync::Arc;

use super::error::Error;
use crate::cluster::setup::ClusterSetup;
use crate::measures::RolloutRow;
use crate::scenario::Variant;
use crate::study::oversight::Stopped;
use crate::study::sensitivity::{Answer, LEAST_RUNS, RERUNS};
use crate::study::summary::VariantResult;

/// On clusters of more pods the reruns of a rollout take long: every run begins with all of them.
pub(super) const MOST_PODS: usize = 20_000;

/// Whether so many runs tell anything; intervals of a handful of runs, beside those with other times, do not.
pub(super) fn check_runs(runs: u32, with_other_times: bool) -> Result<(), Error> {
    let message = match runs {
        0 => "--runs 0: nothing is run; give 1 or more".to_owned(),
        runs if with_other_times && runs < LEAST_RUNS => format!(
            "--timing-sensitivity compares intervals over runs, and {runs} are too few; give --runs {LEAST_RUNS} or \
             more (1000 is a good number)"
        ),
        _ => return Ok(()),
    };
    Err(Error::wrong(super::Fault::new(super::Code::Question, message)))
}

/// How many reruns of all variants there are.
pub(super) fn count(variants: &[Variant]) -> u64 {
    let of = |variant: &Variant| RERUNS.iter().filter(|rerun| rerun.of(&variant.setup).is_some()).count();
    variants.iter().map(|variant| of(variant) as u64).sum()
}

/// The answers about the rollouts that `wanted` names, with other times as well.
pub(super) fn answers(
    variants: &[Variant],
    results: &[VariantResult],
    wanted: &dyn Fn(&RolloutRow, &VariantResult) -> bool,
    simulate: &dyn Fn(&Arc<ClusterSetup>) -> Result<VariantResult, Stopped>,
) -> Result<Vec<Answer>, Stopped> {
    let mut answers = Vec::new();
    for (variant, result) in variants.iter().zip(results) {
        let mut of_variant = Answer::of(result, &|row| wanted(row, result));
        for rerun in RERUNS {
            let Some(setup) = rerun.of(&variant.setup) else { continue };
            let again = simulate(&setup)?;
            for answer in &mut of_variant {
                answer.add(rerun, &again);
            }
        }
        answers.append(&mut of_variant);
    }
    Ok(answers)
}
