//! How a figure is judged, against what can be worked out by hand.

use kubecast::kernel::{Distribution, SimDuration};
use kubecast::scenario::backtest::SeenHop;
use kubecast::scenario::fitted::KubeletHop;
use kubecast::study::backtest::calibration::{Tally, held_by_chance, histogram};
use kubecast::study::backtest::forecast::Forecast;
use kubecast::study::backtest::judge::figure;
use kubecast::study::backtest::{Figure, Kind, Seen, miss};

#[track_caller]
fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() < 1e-12, "{found}, not {wanted}");
}

fn counts(counts: &[u32]) -> Forecast {
    Forecast::of_counts(counts).expect("there are runs")
}

fn times(seconds: &[Option<f64>]) -> Forecast {
    Forecast::of_seconds(seconds).expect("there are runs")
}

/// Two points, 0 and 10, each with ½: E|X − X′| = 10 · ½ = 5.
#[test]
fn the_score_of_two_points() {
    let two = counts(&[0, 10]);
    // E|X − y|: at 0 it is 5, in the middle 5, at 10 it is 5, at 20 it is 15.
    for (seen, score) in [(0, 2.5), (5, 2.5), (10, 2.5), (20, 12.5), (-4, 6.5)] {
        near(two.score(seen, None), score);
    }
    // With a bound of 3 the points are 0 and 4: E|X − X′| = 2, E|X − 0| = 2, E|X − 4| = 2, E|X − 2| = 2.
    for seen in [0, 2, 4, 9] {
        near(two.score(seen, Some(3)), 1.0);
    }
    // Of one point the score is the distance.
    near(counts(&[7, 7]).score(4, None), 3.0);
    assert_eq!(Forecast::of_counts(&[]), None);
}

/// Of yes (1) and no (0) the score is Brier's: (p − happened)².
#[test]
fn the_score_of_a_yes_or_no_is_the_brier_score() {
    let quarter = counts(&[1, 0, 0, 0]);
    near(quarter.score(1, None), 0.75 * 0.75);
    near(quarter.score(0, None), 0.25 * 0.25);
}

/// 1.25 s are shown as 1 s where they begin in the first three quarters of a second, else as 2 s.
#[test]
fn seconds_are_forecast_as_dumps_show_them() {
    let forecast = times(&[Some(1.25), Some(3.0), None, None]);
    near(forecast.at(1), 0.75 / 4.0);
    near(forecast.at(2), 0.25 / 4.0);
    near(forecast.at(3), 1.0 / 4.0);
    near(forecast.at(4), 0.0);
    near(forecast.up_to(i64::MAX), 0.5);
    assert_eq!(
        (forecast.quantile(0.1), forecast.quantile(0.5), forecast.quantile(0.51)),
        (Some(1), Some(3), None)
    );
    // Half of the runs never end. A rollout of 3 s that was looked at for 9 s: X is 1, 2, 3 and, twice, 10.
    // Σ (P(X ≤ k) − [3 ≤ k])² = 0.1875² + 0.25² + 7 · 0.5².
    near(forecast.score(3, Some(9)), 0.1875 * 0.1875 + 0.25 * 0.25 + 7.0 * 0.25);
    // One that still ran then: 0.1875² + 0.25² + 7 · 0.5² too, as half the runs agree.
    near(forecast.score(10, Some(9)), 0.1875 * 0.1875 + 0.25 * 0.25 + 7.0 * 0.25);
}

#[test]
fn ranks_and_middles() {
    // 0 to 99, each once.
    let forecast = counts(&(0..100).collect::<Vec<u32>>());
    assert_eq!(forecast.middle(0.9), (Some(4), Some(94)));
    let at = |seen| figure(Kind::Duration, &forecast, Seen::Value(seen), None);
    near(at(30).rank.expect("a rank"), 0.305);
    near(at(30).probability, 0.01);
    near(at(30).expected, 0.91);
    assert_eq!([3, 4, 94, 95].map(|seen| at(seen).held), [false, true, true, false]);
    let beyond = figure(Kind::Duration, &forecast, Seen::MoreThan(94), None);
    assert!(beyond.held && beyond.rank.is_none(), "five of a hundred last longer");
    let beyond = figure(Kind::Duration, &forecast, Seen::MoreThan(95), None);
    assert!(!beyond.held, "four do");
    near(beyond.expected, 0.96);
    // Where hardly any run ends, one that did is a miss.
    let never = times(&[vec![Some(5.0)], vec![None; 99]].concat());
    let seen = figure(Kind::Duration, &never, Seen::Value(5), Some(9));
    assert_eq!((seen.held, seen.low, seen.high, seen.median), (false, None, None, None));
    near(seen.expected, 0.99);
}

/// Binomial(19, 0.9): P(X ≤ 13) = 0.0086 and P(X ≤ 14) = 0.035, P(X ≤ 18) = 0.86.
#[test]
fn chance_of_equal_figures_is_binomial() {
    assert_eq!(held_by_chance(&[0.9; 19]), (14, 19));
    // Of a fair coin and a sure thing 1 or 2 hold; of sure things alone all.
    assert_eq!(held_by_chance(&[0.5, 1.0]), (1, 2));
    assert_eq!(held_by_chance(&[1.0; 7]), (7, 7));
    assert_eq!(held_by_chance(&[]), (0, 0));
}

#[test]
fn ranks_fill_the_bins_that_they_cover() {
    // From 0.2 to 0.6: half in the second fifth, half in the third.
    assert!(
        histogram(&[(0.2, 0.6)]).iter().zip([0.0, 0.5, 0.5, 0.0, 0.0]).all(|(a, b)| (a - b).abs() < 1e-12)
    );
    // A forecast of one value that came: no fifth more than another.
    assert!(histogram(&[(0.0, 1.0)]).iter().all(|bin| (bin - 0.2).abs() < 1e-12));
    // What no run came to, below, between and above all.
    let bins = histogram(&[(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (0.1, 0.15)]);
    assert!(bins.iter().zip([2.0, 0.0, 1.0, 0.0, 1.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{bins:?}");
    near(bins.iter().sum(), 4.0);
}

#[test]
fn figures_are_counted_together() {
    let forecast = counts(&[0, 10]);
    let at = |seen| figure(Kind::Duration, &forecast, Seen::Value(seen), None);
    let all: Vec<Figure> = [at(0), at(20)].into();
    let tally = Tally::of(all.iter());
    assert_eq!((tally.judged, tally.held, tally.by_chance), (2, 1, (2, 2)));
    near(tally.score, 7.5);
}

#[test]
fn a_miss_has_the_hop_that_was_longest_beyond_its_draws() {
    let forecast = times(&[Some(10.0), Some(12.0)]);
    let hop = |hop, longest, drawn| SeenHop {
        hop,
        pods: 4,
        longest,
        assumed: Distribution::Constant(SimDuration::from_secs(drawn)),
    };
    let hops = [
        hop(KubeletHop::ImagePull, 70.0, 2),
        hop(KubeletHop::ContainerStart, 6.0, 2),
        hop(KubeletHop::Readiness, 5.0, 30),
    ];
    let why = |seen, hops: &[SeenHop]| {
        let figure = figure(Kind::Duration, &forecast, seen, None);
        miss::of(&figure, hops).map(|miss| miss.hop.map(|hop| (hop.hop, hop.longest, hop.longer)))
    };
    assert_eq!(why(Seen::Value(11), &hops), None, "it held");
    assert_eq!(why(Seen::Value(80), &hops), Some(Some((KubeletHop::ImagePull, 70.0, true))));
    assert_eq!(why(Seen::MoreThan(80), &hops), Some(Some((KubeletHop::ImagePull, 70.0, true))));
    assert_eq!(why(Seen::Value(3), &hops), Some(Some((KubeletHop::Readiness, 5.0, false))));
    // Seconds that are cut off explain a difference of one.
    assert_eq!(why(Seen::Value(80), &[hop(KubeletHop::ContainerStart, 3.0, 2)]), Some(None));
}

#[test]
fn draws_have_quantiles() {
    let seconds = SimDuration::from_secs;
    let uniform = Distribution::Uniform { min: seconds(2), max: seconds(12), step: seconds(1) };
    // 2, 3, … 12 are eleven values: half of them and the middle one reach 7.
    near(uniform.quantile_secs(0.5), 7.0);
    near(uniform.quantile_secs(0.99), 12.0);
    let exponential = Distribution::Exponential { mean: seconds(4) };
    assert!((exponential.quantile_secs(0.5) - 4.0 * std::f64::consts::LN_2).abs() < 1e-9);
    let lognormal = Distribution::LogNormal { median: seconds(3), p99: seconds(9) };
    assert!((lognormal.quantile_secs(0.99) - 9.0).abs() < 1e-6, "{}", lognormal.quantile_secs(0.99));
    let empirical = Distribution::Empirical(vec![(seconds(5), 1), (seconds(1), 3)]);
    for (p, seconds) in [(0.5, 1.0), (0.75, 1.0), (0.76, 5.0)] {
        near(empirical.quantile_secs(p), seconds);
    }
}

/// What was read a moment after its end is scored as if one had looked on: else a forecast of much too long a time would
/// be off by that moment alone.
#[test]
fn the_moment_of_reading_does_not_help() {
    let long = times(&[Some(100.0)]);
    near(long.score(10, Some(11)), 2.0);
    near(figure(Kind::Duration, &long, Seen::Value(10), Some(600)).score, 90.0);
    assert_eq!((long.longest(), times(&[None]).longest()), (100, 0));
}
