//! How often the intervals hold the truth: by simulation on known distributions for those of means, by
//! summation over all outcomes for those of proportions and quantiles. `results/statistics.md` has the tables,
//! and a test holds it to what comes out here.

use std::f64::consts::TAU;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use kubecast::kernel::{Draw, DrawUse, Draws, Identity, Seed};
use kubecast::study::statistics::estimate::Estimate;
use kubecast::study::statistics::proportion::{self, Pairs, ProportionInterval};
use kubecast::study::statistics::{mean, order, paired, two_stage};

const CONFIDENCE: f64 = 0.95;
const STUDIES: u32 = 2000;

fn draws(study: u32) -> Draw {
    Draws::new(Seed(2026), study).keyed(DrawUse(9000), Identity::default(), 0)
}

/// G. E. P. Box and M. E. Muller, 1958.
fn normal(draw: &mut Draw) -> f64 {
    let radius = (-2.0 * libm::log(1.0 - draw.unit())).sqrt();
    radius * libm::cos(TAU * draw.unit())
}

fn exponential(draw: &mut Draw) -> f64 {
    -libm::log(1.0 - draw.unit())
}

fn holds(interval: Option<(f64, f64)>, truth: f64) -> bool {
    interval.is_some_and(|(low, high)| low <= truth && truth <= high)
}

/// The share of simulated studies whose interval holds the truth.
fn coverage(truth: f64, study: impl Fn(&mut Draw) -> Option<(f64, f64)>) -> f64 {
    let covered = (0..STUDIES).filter(|number| holds(study(&mut draws(*number)), truth)).count();
    covered as f64 / f64::from(STUDIES)
}

fn sample(draw: &mut Draw, runs: usize, value: impl Fn(&mut Draw) -> f64) -> Vec<f64> {
    (0..runs).map(|_| value(draw)).collect()
}

/// A study that goes on as the first stage says.
fn sequential(draw: &mut Draw, first: usize, half_width: f64, value: impl Fn(&mut Draw) -> f64) -> Estimate {
    let mut values = sample(draw, first, &value);
    let runs = two_stage::runs_for_mean(&values, half_width, CONFIDENCE) as usize;
    values.extend(sample(draw, runs - first, &value));
    let estimate = two_stage::mean(&values, first, CONFIDENCE);
    let half = estimate.half_width().expect("an interval");
    assert!(half <= half_width * 1.000_001 || runs == first, "as narrow as asked: {half}");
    estimate
}

/// Pairs of a bivariate normal distribution with correlation 0.8, means 0 and 0.5, deviations 1 and 2.
fn correlated(draw: &mut Draw, runs: usize) -> (Vec<f64>, Vec<f64>) {
    (0..runs)
        .map(|_| {
            let (x, y) = (normal(draw), normal(draw));
            (x, 0.5 + 2.0 * (0.8 * x + 0.6 * y))
        })
        .unzip()
}

/// Every interval of means on every known distribution, with the share that covers.
fn simulated() -> Vec<(&'static str, &'static str, f64)> {
    let t = |runs, value: fn(&mut Draw) -> f64| {
        move |draw: &mut Draw| mean::mean(&sample(draw, runs, value), CONFIDENCE).interval
    };
    let stages = |first, half, value: fn(&mut Draw) -> f64| {
        move |draw: &mut Draw| sequential(draw, first, half, value).interval
    };
    let differences = |draw: &mut Draw| {
        let (a, b) = correlated(draw, 20);
        paired::means(&a, &b, CONFIDENCE).difference.interval
    };
    let ratio = |draw: &mut Draw| {
        let (a, b) = correlated(draw, 100);
        paired::means(&a, &b, CONFIDENCE).variance.and_then(|variance| variance.interval)
    };
    let paired_sequential = |draw: &mut Draw| {
        let value = |draw: &mut Draw| {
            let (x, y) = (normal(draw), normal(draw));
            0.5 + 2.0 * (0.8 * x + 0.6 * y) - x
        };
        sequential(draw, 20, 0.2, value).interval
    };
    let welch = |draw: &mut Draw| {
        let a = sample(draw, 12, normal);
        let b = sample(draw, 30, |draw| 3.0 * normal(draw));
        mean::welch(&a, &b, CONFIDENCE).0.interval
    };
    vec![
        ("t", "10 normal values", coverage(0.0, t(10, normal))),
        ("t", "30 uniform values", coverage(0.5, t(30, Draw::unit))),
        ("t", "200 exponential values", coverage(1.0, t(200, exponential))),
        ("two-stage", "normal, first stage 20, half width 0.2", coverage(0.0, stages(20, 0.2, normal))),
        (
            "two-stage",
            "uniform, first stage 30, half width 0.05",
            coverage(0.5, stages(30, 0.05, Draw::unit)),
        ),
        (
            "two-stage",
            "exponential, first stage 100, half width 0.1",
            coverage(1.0, stages(100, 0.1, exponential)),
        ),
        ("paired-t", "20 pairs of correlation 0.8", coverage(0.5, differences)),
        (
            "paired-two-stage",
            "pairs of correlation 0.8, first stage 20, half width 0.2",
            coverage(0.5, paired_sequential),
        ),
        // Var(B − A) = 1 + 4 − 2 · 0.8 · 2 = 1.8 of 5.
        ("variance ratio", "100 pairs of correlation 0.8", coverage(0.36, ratio)),
        ("welch", "12 and 30 normal values, deviations 1 and 3", coverage(0.0, welch)),
    ]
}

/// The probabilities of 0 … n of a binomial variable, from the most likely one outwards.
fn binomial(runs: u64, share: f64) -> Vec<f64> {
    let mode = (((runs + 1) as f64) * share).min(runs as f64) as usize;
    let mut terms = vec![0.0; runs as usize + 1];
    terms[mode] = 1.0;
    let odds = share / (1.0 - share);
    for k in mode..runs as usize {
        terms[k + 1] = terms[k] * odds * (runs as usize - k) as f64 / (k + 1) as f64;
    }
    for k in (0..mode).rev() {
        terms[k] = terms[k + 1] * (k + 1) as f64 / ((runs as usize - k) as f64 * odds);
    }
    let total: f64 = terms.iter().sum();
    terms.iter().map(|term| term / total).collect()
}

const SHARES: u32 = 400;

/// The grid of proportions: the middles of 400 equal parts of 0 to 1.
fn shares() -> impl Iterator<Item = f64> {
    (0..SHARES).map(|part| (f64::from(part) + 0.5) / f64::from(SHARES))
}

/// Least and mean coverage over the grid of proportions.
fn summed(runs: u64, interval: impl Fn(u64) -> (f64, f64)) -> (f64, f64) {
    let intervals: Vec<(f64, f64)> = (0..=runs).map(interval).collect();
    let covered = |share: f64| -> f64 {
        let terms = binomial(runs, share);
        let inside = intervals.iter().zip(&terms).filter(|((low, high), _)| *low <= share && share <= *high);
        inside.map(|(_, term)| term).sum()
    };
    let all: Vec<f64> = shares().map(covered).collect();
    let least = all.iter().copied().fold(1.0, f64::min);
    (least, all.iter().sum::<f64>() / all.len() as f64)
}

fn told(count: u64, runs: u64, wanted: ProportionInterval) -> (f64, f64) {
    proportion::proportion(count, runs, CONFIDENCE, wanted).interval.expect("runs")
}

const RUNS: [u64; 6] = [10, 20, 50, 100, 300, 1000];

/// The coverage of a proportion whose number of runs the first stage of 50 chose, for half width 0.05:
/// summed over the first stage's outcomes and the second's.
fn two_stage_proportion(share: f64) -> f64 {
    let first = 50_usize;
    let mut covered = 0.0;
    for (seen, weight) in binomial(first as u64, share).into_iter().enumerate() {
        let stage: Vec<f64> = (0..first).map(|run| f64::from(u8::from(run < seen))).collect();
        let runs = two_stage::runs_for_proportion(&stage, 0.05, CONFIDENCE);
        let rest = binomial(runs - first as u64, share);
        let inside = rest.iter().enumerate().filter(|(more, _)| {
            holds(Some(told((seen + more) as u64, runs, ProportionInterval::Wilson)), share)
        });
        covered += weight * inside.map(|(_, term)| term).sum::<f64>();
    }
    covered
}

/// The coverage of Newcombe's paired interval, summed over all outcomes of 30 pairs.
fn paired_proportion(both: f64, first: f64, second: f64) -> f64 {
    let runs = 30_u64;
    let truth = second - first;
    let mut covered = 0.0;
    // The multinomial as a chain of binomials: pairs that differ, of these the first alone, of the rest both.
    for (apart, p_apart) in binomial(runs, first + second).into_iter().enumerate() {
        for (alone, p_alone) in binomial(apart as u64, first / (first + second)).into_iter().enumerate() {
            let rest = runs - apart as u64;
            for (together, p_together) in
                binomial(rest, both / (1.0 - first - second)).into_iter().enumerate()
            {
                let pairs = Pairs {
                    both: together as u64,
                    first: alone as u64,
                    second: (apart - alone) as u64,
                    neither: rest - together as u64,
                };
                if holds(proportion::paired_difference(pairs, CONFIDENCE).interval, truth) {
                    covered += p_apart * p_alone * p_together;
                }
            }
        }
    }
    covered
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// The tables of `results/statistics.md`.
fn tables() -> String {
    let mut text = String::from("| interval | studies | cover |\n| --- | --- | --- |\n");
    for (interval, studies, covered) in simulated() {
        let _ = writeln!(text, "| {interval} | {studies} | {} |", percent(covered));
    }
    text.push_str(
        "\n| runs | Wilson: mean | least | exact: mean | least |\n| --- | --- | --- | --- | --- |\n",
    );
    for runs in RUNS {
        let (least, mean) = summed(runs, |count| told(count, runs, ProportionInterval::Wilson));
        let (exact_least, exact_mean) = summed(runs, |count| told(count, runs, ProportionInterval::Exact));
        let _ = writeln!(
            text,
            "| {runs} | {} | {} | {} | {} |",
            percent(mean),
            percent(least),
            percent(exact_mean),
            percent(exact_least)
        );
    }
    text.push_str("\n| runs | median | 90 % quantile | 95 % quantile |\n| --- | --- | --- | --- |\n");
    for runs in RUNS {
        let cell = |quantile| quantile_coverage(runs, quantile).map_or_else(|| "too few".to_owned(), percent);
        let _ = writeln!(text, "| {runs} | {} | {} | {} |", cell(0.5), cell(0.9), cell(0.95));
    }
    text
}

/// P(l ≤ X < u) of the ranks' binomial variable: between them lies the quantile.
fn quantile_coverage(runs: u64, quantile: f64) -> Option<f64> {
    let (low, high) = order::ranks(runs, quantile, CONFIDENCE)?;
    let terms = binomial(runs, quantile);
    Some(terms[low as usize..high as usize].iter().sum())
}

#[test]
fn intervals_of_means_cover_as_often_as_they_say() {
    for (interval, studies, covered) in simulated() {
        assert!((0.93..=0.97).contains(&covered), "{interval}, {studies}: {covered}");
    }
}

#[test]
fn exact_intervals_never_cover_less_and_wilson_s_do_on_average() {
    for runs in RUNS {
        let (least, _) = summed(runs, |count| told(count, runs, ProportionInterval::Exact));
        assert!(least >= 0.95, "{runs}: exact covers {least}");
        let (_, mean) = summed(runs, |count| told(count, runs, ProportionInterval::Wilson));
        assert!((0.94..=0.96).contains(&mean), "{runs}: Wilson covers {mean} on average");
    }
}

#[test]
fn intervals_of_quantiles_never_cover_less() {
    let mut seen = 0;
    for runs in RUNS {
        for quantile in [0.1, 0.5, 0.9, 0.95, 0.99] {
            if let Some(covered) = quantile_coverage(runs, quantile) {
                assert!((0.95..0.99).contains(&covered), "{runs}, {quantile}: {covered}");
                seen += 1;
            }
        }
    }
    assert!(seen > 15, "most of the grid has an interval: {seen}");
}

#[test]
fn proportions_of_two_stages_cover_as_often_as_they_say() {
    for share in [0.02, 0.05, 0.1, 0.25, 0.5, 0.7, 0.95] {
        let covered = two_stage_proportion(share);
        assert!((0.93..=0.97).contains(&covered), "{share}: {covered}");
    }
}

#[test]
fn differences_of_paired_proportions_cover_hardly_less_than_they_say() {
    for (both, first, second) in [(0.3, 0.1, 0.2), (0.05, 0.02, 0.1), (0.5, 0.05, 0.05), (0.2, 0.3, 0.1)] {
        let covered = paired_proportion(both, first, second);
        assert!((0.94..=0.995).contains(&covered), "{both} {first} {second}: {covered}");
    }
}

#[test]
fn the_tables_are_those_of_the_results() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("results/statistics.md");
    let written = fs::read_to_string(&path).unwrap_or_default();
    let tables = tables();
    assert!(written.contains(&tables), "results/statistics.md does not hold these tables:\n{tables}");
}
