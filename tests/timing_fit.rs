//! Fitted times: known distributions are found again from dumps that simulated clusters leave, intervals hold as often as
//! they say, and what a dump does not tell is said.
//!
//! `results/timing-fit.md` has the figures of the long test (`.ci/long timing-fit`).

mod command;
mod hops;
mod rollouts;
mod simulated;

use std::fmt::Write as _;

use kubecast::kernel::Distribution;
use kubecast::scenario::pod_times;
use kubecast::scenario::{NoFiles, SourceText};
use kubecast::study::timing_fit::estimate::Quantile;
use kubecast::study::timing_fit::family::Family;
use kubecast::study::timing_fit::observations::{Hop, Subject};
use kubecast::study::timing_fit::{HopFit, fit};
use rayon::prelude::*;

use simulated::{dump, scenario};

use crate::rollouts::library::setup;

/// A distribution, as a scenario writes it, with its median and 95 % quantile in seconds.
struct Known {
    written: &'static str,
    median: f64,
    p95: f64,
}

/// Lognormal: σ = ln(p99 / median) / 2.326348, p95 = median · exp(1.644854 σ): ln 3 / 2.326348 = 0.472248, 3 · 2.174428.
const LOGNORMAL: Known = Known { written: "{lognormal: {median: 3s, p99: 9s}}", median: 3.0, p95: 6.523_28 };
/// Exponential: median m ln 2, p95 m ln 20.
const EXPONENTIAL: Known = Known { written: "{exponential: {mean: 4s}}", median: 2.772_589, p95: 11.982_93 };
/// Uniform: 2 + 10 p.
const UNIFORM: Known = Known { written: "{uniform: [2s, 12s]}", median: 7.0, p95: 11.5 };
/// Always the same.
const CONSTANT: Known = Known { written: "5300ms", median: 5.3, p95: 5.3 };

fn fits_of(texts: &[&str]) -> Vec<HopFit> {
    let source = |(index, text): (usize, &&str)| SourceText {
        name: format!("{index}.json").as_str().into(),
        text: (*text).into(),
    };
    let sources: Vec<SourceText> = texts.iter().enumerate().map(source).collect();
    let (times, _) = pod_times::load(&sources, &NoFiles).unwrap_or_else(|errors| panic!("{errors:?}"));
    fit(&times, &[])
}

fn of_workload(fits: &[HopFit], hop: Hop) -> &HopFit {
    let of = |fit: &&HopFit| matches!(&fit.subject, Subject::Workload(_)) && fit.hop == hop;
    fits.iter().find(of).unwrap_or_else(|| panic!("no fit of {hop:?}: {fits:?}"))
}

/// In how many dumps of a distribution the intervals of median and 95 % quantile hold it.
fn held(known: &Known, replicas: u32, seeds: std::ops::Range<u64>) -> (u64, u64) {
    let one = |seed: u64| {
        // Each begins at another fraction of a second.
        let timing = format!("containerStart: {}", known.written);
        let fits = fits_of(&[&dump(&setup(&scenario(replicas, &timing, 31 * seed + 1)), seed, None)]);
        let found = of_workload(&fits, Hop::ContainerStart).fit.as_ref().expect("enough starts");
        let holds = |quantile: Quantile, truth: f64| {
            let (low, high) = (quantile.low.unwrap_or(0.0), quantile.high.unwrap_or(f64::INFINITY));
            u64::from(low <= truth && truth <= high)
        };
        (holds(found.median, known.median), holds(found.p95, known.p95))
    };
    seeds.into_par_iter().map(one).reduce(|| (0, 0), |a, b| (a.0 + b.0, a.1 + b.1))
}

#[test]
fn intervals_hold_a_known_distribution() {
    // 60 dumps: at 95 % fewer than 51 come with probability 0.1 % (binomial).
    let (median, p95) = held(&LOGNORMAL, 40, 0..60);
    assert!(median >= 51 && p95 >= 51, "median {median}, p95 {p95} of 60");
}

#[test]
#[ignore = "long: .ci/long timing-fit"]
fn intervals_hold_as_often_as_they_say() {
    let mut table = "| start-up | pods | median | 95 % within |\n| --- | --- | --- | --- |\n".to_owned();
    let mut shares = Vec::new();
    for (known, replicas) in [
        (&LOGNORMAL, 20),
        (&LOGNORMAL, 40),
        (&LOGNORMAL, 120),
        (&EXPONENTIAL, 40),
        (&UNIFORM, 40),
        (&CONSTANT, 40),
    ] {
        let (median, p95) = held(known, replicas, 0..1000);
        let share = |count: u64| count as f64 / 10.0;
        writeln!(
            table,
            "| `{}` | {replicas} | {:.1} % | {:.1} % |",
            known.written,
            share(median),
            share(p95)
        )
        .expect("memory");
        shares.push((known.written, replicas, share(median), share(p95)));
    }
    println!("{table}");
    for (written, replicas, median, p95) in shares {
        let usual = written.contains("lognormal") && replicas >= 40;
        let least = if usual { 93.0 } else { 88.0 };
        assert!(median >= least && p95 >= least, "{written}, {replicas} pods: {median} %, {p95} %\n{table}");
    }
}

#[test]
fn each_family_is_found_again() {
    for (known, name) in [
        (&LOGNORMAL, "lognormal"),
        (&UNIFORM, "uniform"),
        (&CONSTANT, "constant"),
        (&EXPONENTIAL, "exponential"),
    ] {
        let text = scenario(200, &format!("containerStart: {}", known.written), 3);
        let fits = fits_of(&[&dump(&setup(&text), 3, None)]);
        let found = of_workload(&fits, Hop::ContainerStart);
        let fit = found.fit.as_ref().expect("200 starts");
        if name == "constant" {
            // A wave of a rollout begins when the one before is ready: u is shared by all waves. That may pass for a little spread.
            assert!(fit.p95.value < 1.1 * fit.median.value, "{fit:?}");
        } else {
            assert_eq!(fit.family.map(Family::name), Some(name), "{fit:?}");
        }
        // 200 starts: a standard error of the median of 200^(-1/2) · 1.25 deviations at most.
        assert!((fit.median.value / known.median - 1.0).abs() < 0.25, "{fit:?}");
        // The pool's pods are the workload's.
        let pool = fits
            .iter()
            .find(|fit| matches!(fit.subject, Subject::Pool(..)) && fit.hop == Hop::ContainerStart);
        assert_eq!(pool.map(|pool| &pool.fit), Some(&found.fit));
    }
}

#[test]
fn pods_that_wait_still_are_not_taken_for_quick() {
    // 4 s into a burst of starts of 4 s in the mean, 63 % have started: their mean is that of the quick ones, 1.67 s.
    // Time on test over ends is 4 s.
    let text =
        scenario(200, "containerStart: {exponential: {mean: 4s}}", 3).replace("count: 10", "count: 100");
    let fits = fits_of(&[&dump(&setup(&text), 3, Some(14.0))]);
    let found = of_workload(&fits, Hop::ContainerStart);
    assert!(found.sample.seen.iter().any(|seen| !seen.is_finished()), "some wait");
    let Some(Distribution::Exponential { mean }) = found.fit.as_ref().map(|fit| &fit.distribution) else {
        panic!("{:?}", found.fit)
    };
    assert!((mean.as_secs_f64() - 4.0).abs() < 0.8, "{mean}");
}
