//! Forecasts of what kubecast itself makes happen hold as often as they say, and others do not.

use std::sync::Arc;

use kubecast::kernel::Seed;
use kubecast::measures::RolloutRow;
use kubecast::scenario::backtest::ResolvedBacktest;
use kubecast::study::backtest::calibration::Tally;
use kubecast::study::backtest::{Figure, Kind, judge};
use kubecast::study::oversight::{Oversight, Unmonitored};
use kubecast::study::replication::{Run, replicate_keeping, run_once};

use super::dumps::{Cluster, Revision};
use super::reading::loaded;
use crate::rollouts::library::setup;

/// So many clusters in which the rollout took place.
const TRUTHS: u32 = 60;
const TRUE: &str = "{uniform: [2s, 12s]}";

/// Ten pods on five nodes.
fn cluster() -> Cluster {
    let nodes = ["a", "b", "c", "d", "e"].map(str::to_owned).into();
    Cluster { nodes, replicas: 10, pods: vec![2; 5], ..Cluster::new() }
}

fn scenario(start: &str, more: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec:\n  timing: {{containerStart: {start}, \
         termination: 1s}}\n{more}---\n{}\n",
        cluster().dump()
    )
}

/// The second dump of a cluster in which it is rolled within the second 40 s after the first.
fn truth(number: u32) -> Cluster {
    // Spread over the second, in no order.
    let phase = f64::from(number * 37 % TRUTHS) / f64::from(TRUTHS);
    let more = format!(
        "  timeline:\n    - at: {:.6}s\n      setImage: {{deployment: deployment/default/web, container: app, image: 'web:2'}}\n",
        40.0 + phase
    );
    let (_, record) = run_once(&setup(&scenario(TRUE, &more)), Seed(1000), number, false, None);
    let row = record.rollouts.iter().find(|row| row.number == 1).expect("it is rolled");
    let second = |time: Option<kubecast::kernel::SimTime>| 60 + time.expect("it completes").0 / 1_000_000_000;
    let (begin, end) = (second(row.scaled_up), second(row.completed));
    let cluster = cluster();
    let on = |node: &String| {
        let of_node = row.constraints[0].final_domains.iter().find(|(name, _)| **name == **node);
        of_node.map_or(0, |(_, pods)| *pods as usize)
    };
    Cluster {
        pods: cluster.nodes.iter().map(on).collect(),
        revisions: vec![cluster.revisions[0], Revision { image: "web:2", created: begin }],
        progressing: ("NewReplicaSetAvailable", end),
        pods_made: begin,
        read: end + 5,
        ..cluster.rolled()
    }
}

fn runs(backtest: &ResolvedBacktest) -> Vec<Run> {
    let keep = |row: &RolloutRow| judge::is_judged(backtest, row);
    let oversight = Oversight::new(&Unmonitored);
    let runs = replicate_keeping(&backtest.scenario.variants[0].setup, Seed(1), (200, 2), &keep, &oversight);
    runs.expect("nobody stops them")
}

/// All figures of all clusters, forecast with these start-up times.
fn figures(start: &str) -> Vec<Figure> {
    let before = scenario(start, "");
    let read =
        |number| loaded(&before, &truth(number).dump(), &[]).unwrap_or_else(|errors| panic!("{errors:?}"));
    let backtests: Vec<Arc<ResolvedBacktest>> = (0..TRUTHS).map(|number| Arc::new(read(number))).collect();
    // All roll the same at the same second: one forecast is that of all.
    let first = backtests.iter().find(|one| one.rolls[0].begin == backtests[0].rolls[0].begin);
    let runs = runs(first.expect("there is one"));
    let rollouts = backtests.iter().flat_map(|backtest| judge::judge(backtest, &runs));
    rollouts.flat_map(|rollout| rollout.figures).collect()
}

fn durations(figures: &[Figure]) -> Tally {
    Tally::of(figures.iter().filter(|figure| figure.kind == Kind::Duration))
}

#[test]
fn forecasts_of_simulated_clusters_hold_as_often_as_they_say() {
    let figures = figures(TRUE);
    let tally = durations(&figures);
    let (low, high) = tally.by_chance;
    assert_eq!(tally.judged, u64::from(TRUTHS));
    assert!((low..=high).contains(&tally.held), "{tally:?}");
    assert!(low < high && low >= 48, "durations differ enough to tell: {tally:?}");
    // Each fifth of 60 has 12, and with probability 99.8 % 4 to 22 (binomial).
    assert!(tally.bins.iter().all(|bin| (4.0..=22.0).contains(bin)), "{tally:?}");
    let skews = Tally::of(figures.iter().filter(|figure| figure.kind != Kind::Duration));
    assert_eq!(skews.judged, u64::from(TRUTHS));
    assert!(skews.held >= skews.by_chance.0, "{skews:?}");
}

#[test]
fn forecasts_with_other_times_do_not_hold() {
    let tally = durations(&figures("{uniform: [2s, 6s]}"));
    assert!(tally.held < 30 && tally.bins[4] > 40.0, "{tally:?}");
}
