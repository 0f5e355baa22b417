//! `--timing-sensitivity` of `run` and `rollout`: the same runs with other times.

use std::sync::Arc;

use super::error::CliError;
use crate::cluster::setup::ClusterSetup;
use crate::measures::RolloutRow;
use crate::scenario::Variant;
use crate::study::sensitivity::{Answer, LEAST_RUNS, RERUNS};
use crate::study::summary::VariantResult;

/// On clusters of more pods the reruns of `rollout` take long: every run begins with all of them.
pub const MOST_PODS: usize = 20_000;

/// Intervals of a handful of runs say nothing.
pub fn check_runs(runs: u32) -> Result<(), CliError> {
    if runs >= LEAST_RUNS {
        return Ok(());
    }
    Err(CliError::wrong_input(format!(
        "--timing-sensitivity compares intervals over runs, and {runs} are too few; give --runs {LEAST_RUNS} or \
         more (1000 is a good number)"
    )))
}

/// How many reruns of all variants there are.
pub fn count(variants: &[Variant]) -> u64 {
    let of = |variant: &Variant| RERUNS.iter().filter(|rerun| rerun.of(&variant.setup).is_some()).count();
    variants.iter().map(|variant| of(variant) as u64).sum()
}

/// The answers about the rollouts that `wanted` names, with other times as well.
pub fn answers(
    variants: &[Variant],
    results: &[VariantResult],
    wanted: &dyn Fn(&RolloutRow, &VariantResult) -> bool,
    simulate: &dyn Fn(&Arc<ClusterSetup>) -> VariantResult,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (variant, result) in variants.iter().zip(results) {
        let mut of_variant = Answer::of(result, &|row| wanted(row, result));
        for rerun in RERUNS {
            let Some(setup) = rerun.of(&variant.setup) else { continue };
            let again = simulate(&setup);
            for answer in &mut of_variant {
                answer.add(rerun, &again);
            }
        }
        answers.append(&mut of_variant);
    }
    answers
}
