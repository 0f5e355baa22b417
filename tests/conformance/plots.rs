//! The plots of `results/real-cluster.md` (`.ci/long real-cluster FOLDER`): recorded beside simulated, in Wilson's 95 %
//! intervals for shares and the middle 90 % for durations.

use std::fs;
use std::path::Path;

use kubecast::conformance::real_cluster::{Outcomes, RolloutBeside, beside};
use kubecast::report::chart::{Chart, ChartPoint, Series, XAxis};
use kubecast::study::statistics::proportion::wilson;
use serde_json::Value;

use super::vectors_of;

/// How far from its name a point stands, so that recorded and simulated stand side by side.
const BESIDE: f64 = 0.12;

/// A rollout of a recorded line, and the name that plots have for it.
struct Named {
    name: String,
    beside: RolloutBeside,
}

fn rollouts(folder: &Path) -> Vec<Named> {
    let mut files: Vec<_> = fs::read_dir(folder).expect("the folder of the recordings").collect();
    files.sort_by_key(|entry| entry.as_ref().map(fs::DirEntry::path).ok());
    let mut named = Vec::new();
    for file in files {
        let path = file.expect("a readable entry").path();
        let lines = if path.to_string_lossy().contains(".jsonl") { vectors_of(&path) } else { Vec::new() };
        for vector in lines.iter().filter(|vector| vector["kind"] == "real-cluster") {
            named.extend(of_line(vector));
        }
    }
    named
}

fn of_line(vector: &Value) -> Vec<Named> {
    let id = vector["id"].as_str().expect("an id");
    let short = [
        ("kk98215-", ""),
        ("-without", ""),
        ("random-", ""),
        ("-2-3-5-default-limits", ""),
        ("pacing-", "n="),
    ]
    .iter()
    .fold(id.to_owned(), |name, (part, short)| name.replace(part, short));
    let short = short.replace("fastrand", "fast").replace("t30stock", "t30");
    let all = beside(vector).unwrap_or_else(|error| panic!("{id}: {error}"));
    let several = all.len() > 1;
    let name = |rollout: usize| if several { format!("{short} {}", rollout + 1) } else { short.clone() };
    all.into_iter().enumerate().map(|(rollout, beside)| Named { name: name(rollout), beside }).collect()
}

/// Recorded and simulated shares, each a percentage with its interval.
fn shares(title: &str, named: Vec<(String, [(u64, u64); 2])>) -> Chart {
    let series = |side: usize, name: &str| Series {
        name: name.to_owned(),
        points: named.iter().enumerate().map(|(place, (_, both))| share(place, side, both[side])).collect(),
    };
    let series = vec![series(0, "recorded"), series(1, "simulated")];
    Chart {
        title: title.to_owned(),
        x_label: "recorded line and rollout".to_owned(),
        y_label: "share of runs, %".to_owned(),
        x_axis: XAxis::Names(named.into_iter().map(|(name, _)| name).collect()),
        series,
    }
}

fn share(place: usize, side: usize, (count, runs): (u64, u64)) -> ChartPoint {
    let (low, high) = wilson(count, runs, 0.95);
    ChartPoint {
        x: place as f64 + if side == 0 { -BESIDE } else { BESIDE },
        y: 100.0 * count as f64 / runs as f64,
        interval: Some((100.0 * low, 100.0 * high)),
    }
}

fn uneven(all: &[Named]) -> Chart {
    let above =
        |outcomes: &Outcomes| (outcomes.runs() - outcomes.count(0) - outcomes.count(1), outcomes.runs());
    let lines = all.iter().filter(|one| is_98215(&one.name));
    let of = |one: &Named| (one.name.clone(), [above(&one.beside.recorded), above(&one.beside.simulated)]);
    shares("5 replicas on 3 nodes, maxSkew 1: the skew ends above 1", lines.map(of).collect())
}

fn is_98215(name: &str) -> bool {
    ["cdq", "fast", "slow", "t30"].iter().any(|line| name.starts_with(line))
}

fn spreads(all: &[Named]) -> Chart {
    let mut named = Vec::new();
    for one in all.iter().filter(|one| one.beside.recorded.runs() > 0 && !is_98215(&one.name)) {
        let (recorded, simulated) = (&one.beside.recorded, &one.beside.simulated);
        for spread in recorded.spreads.keys().filter(|_| !one.name.starts_with("zones")) {
            let both = [recorded, simulated].map(|side| (side.count(*spread), side.runs()));
            named.push((format!("{}: {spread}", one.name), both));
        }
    }
    shares("Seven random rollouts: the zone skew at the end", named)
}

fn durations(all: &[Named]) -> Chart {
    let lines: Vec<&Named> = all.iter().filter(|one| one.beside.durations_count).collect();
    let mut series = [("recorded runs", Vec::new()), ("simulated, the middle 90 %", Vec::new())];
    for (place, one) in lines.iter().enumerate() {
        let (recorded, simulated) = (&one.beside.recorded, &one.beside.simulated);
        let quantile = |at| simulated.quantile(at).expect("every simulated rollout ends");
        let median = quantile(0.5);
        let dot =
            |seconds: &f64| ChartPoint { x: place as f64 - BESIDE, y: seconds / median, interval: None };
        series[0].1.extend(recorded.seconds.iter().map(dot));
        let interval = Some((quantile(0.05) / median, quantile(0.95) / median));
        series[1].1.push(ChartPoint { x: place as f64 + BESIDE, y: 1.0, interval });
    }
    Chart {
        title: "How long a rollout takes, as a part of the simulated median".to_owned(),
        x_label: "recorded line and rollout".to_owned(),
        y_label: "duration / simulated median".to_owned(),
        x_axis: XAxis::Names(lines.iter().map(|one| one.name.clone()).collect()),
        series: series.map(|(name, points)| Series { name: name.to_owned(), points }).into(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the folder of the recordings is told in the environment")]
#[test]
#[ignore = "draws the plots of results/real-cluster.md; .ci/long real-cluster"]
fn draw() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let usual = root.join("tests/conformance/real-cluster");
    let folder = std::env::var_os("KUBECAST_REAL_CLUSTER").map_or(usual, Into::into);
    let all = rollouts(&folder);
    for (name, chart) in
        [("uneven", uneven(&all)), ("spreads", spreads(&all)), ("durations", durations(&all))]
    {
        let path = root.join(format!("results/real-cluster-{name}.svg"));
        fs::write(path, chart.to_svg()).expect("a file in results/");
    }
}
