//! `results/performance.md`: every row measured, beside what is asked and what the real code does.

use std::path::Path;
use std::process::Command;

use super::cluster::{Kind, Outcomes};
use super::dump::{Format, Size};
use super::runs::{INSTANT, QUIET, Taken, dump_of, rolling_upgrade, run};
use super::{curves, event_queue, workloads};

/// Of several runs, each on a cluster of its own, the fastest.
fn best(times: usize, run: impl Fn() -> Outcomes) -> Outcomes {
    let all = (0..times).map(|_| run());
    all.min_by(|a, b| a.seconds.total_cmp(&b.seconds)).expect("at least one run")
}

/// A line of the table: what, must, aim, measured, and a remark.
fn line(what: &str, must: &str, aim: &str, measured: &str, remark: &str) -> String {
    let line = format!("| {what} | {must} | {aim} | {measured} | {remark} |");
    println!("{line}");
    line
}

fn thousands(number: f64) -> String {
    let digits = format!("{number:.0}");
    let places = digits.len();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (places - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The rows S(N, 2,000): pods a second by the real code, nodes looked at and feasible ones a pod there.
const REAL: [(u32, f64, [f64; 2], [&str; 2]); 3] = [
    (1000, 429.0, [683.0, 391.0], ["40,000", "400,000"]),
    (5000, 216.0, [917.0, 500.0], ["20,000", "200,000"]),
    (15_000, 119.0, [1375.0, 750.0], ["12,000", "120,000"]),
];

fn reference_lines(lines: &mut Vec<String>) {
    for (nodes, real, [evaluated, feasible], [must, aim]) in REAL {
        let fast = best(100, || workloads::reference_run(nodes, 2000, Kind::Fast));
        let plain = best(5, || workloads::reference_run(nodes, 2000, Kind::Plain));
        assert_eq!(fast.digest, plain.digest, "both cycles decide alike");
        let remark = format!(
            "{:.0} × the real code ({real}); {:.1} nodes looked at and {:.1} feasible a pod (real: {evaluated}, \
             {feasible}); plain cycle {}; digest {:016x}, both",
            fast.pods_per_second() / real,
            fast.evaluated_a_pod(),
            fast.feasible_a_pod(),
            thousands(plain.pods_per_second()),
            fast.digest,
        );
        let what = format!("S({}, 2,000), cold, pods/s", thousands(f64::from(nodes)));
        lines.push(line(&what, must, aim, &thousands(fast.pods_per_second()), &remark));
    }
}

fn cycle_lines(lines: &mut Vec<String>) {
    let fast = best(12, || workloads::mixed_run(5000, 20_000, Kind::Fast));
    let cold = best(15, || workloads::mixed_run(5000, 2000, Kind::Fast));
    let plain = workloads::mixed_run(5000, 2000, Kind::Plain);
    assert_eq!(cold.digest, plain.digest, "both cycles decide alike");
    let remark = format!(
        "20,000 pods; the first 2,000 alone {}; plain cycle {}, digest {:016x}, both",
        thousands(cold.pods_per_second()),
        thousands(plain.pods_per_second()),
        cold.digest
    );
    let measured = thousands(fast.pods_per_second());
    lines.push(line("mixed, 200 templates on 5,000 nodes, pods/s", "10,000", "100,000", &measured, &remark));
    let empty = best(30, || workloads::existing_run(5000, 2000, 0, Kind::Fast));
    let full = best(30, || workloads::existing_run(5000, 2000, 150_000, Kind::Fast));
    let (few, plain) = (
        workloads::existing_run(5000, 50, 150_000, Kind::Fast),
        workloads::existing_run(5000, 50, 150_000, Kind::Plain),
    );
    assert_eq!(few.digest, plain.digest, "both cycles decide alike");
    let remark = format!(
        "{:.1} µs a pod against {:.1}; plain cycle {} µs",
        1e6 / full.pods_per_second(),
        1e6 / empty.pods_per_second(),
        thousands(1e6 / plain.pods_per_second())
    );
    let ratio = format!("{:.2} ×", full.seconds / empty.seconds);
    lines.push(line("S(5,000, 2,000) with 150,000 pods there, time a pod", "1.2 ×", "1 ×", &ratio, &remark));
}

/// What a run takes, and how many times that it takes with the default delays.
fn taken(arguments: &[&str], times: usize) -> String {
    let Taken { wall, processor, peak_bytes } = run(arguments, INSTANT, times);
    let paced = run(arguments, QUIET, times).processor;
    format!(
        "{processor:.2} s, {:.0} MB (by the clock {wall:.2} s); default delays {paced:.2} s, {:.2} ×",
        peak_bytes / 1e6,
        paced / processor
    )
}

fn run_lines(lines: &mut Vec<String>) {
    if let Ok(folder) = std::env::var("KUBECAST_BENCH_K8S_SIMS") {
        let files = [format!("{folder}/nodes-1200.yaml"), format!("{folder}/pods-1200.yaml")];
        let measured = taken(&[&files[0], &files[1]], 5);
        let remark = "real code 12.4 s; seven published simulators 19 s to 1,732 s";
        let what = "1,213 nodes and 7,064 pods, whole process, from YAML to CSV";
        lines.push(line(what, "0.7 s, 150 MB", "0.5 s, 80 MB", &measured, remark));
    }
    let path = dump_of(Size { nodes: 1000, deployments: 1000, replicas: 30 }, Format::Json);
    let megabytes = std::fs::metadata(&path).map_or(0.0, |file| file.len() as f64 / 1e6);
    let measured = taken(&[path.to_str().expect("UTF-8")], 3);
    let what = format!("a dump of {megabytes:.0} MB JSON, 1,000 nodes and 30,000 pods, read and run");
    lines.push(line(&what, "twice the file", "", &measured, "`benches/performance/dump.rs`"));
    let path = rolling_upgrade(5000, 5000, 30, 50);
    let measured = taken(&[path.to_str().expect("UTF-8")], 1);
    let what = "rolling upgrade of 5,000 Deployments × 30 on 5,000 nodes, 50 a second";
    let remark = "with the creation of the 150,000 pods before it, and all tables written";
    lines.push(line(what, "30 s, 2 GiB", "8 s, 1 GiB", &measured, remark));
    if std::env::var_os("KUBECAST_BENCH_LARGE").is_some() {
        let path = rolling_upgrade(100_000, 10_000, 100, 100);
        let measured = taken(&[path.to_str().expect("UTF-8")], 1);
        let what = "100,000 nodes, 1,000,000 pods created and rolled once";
        lines.push(line(what, "12 GiB", "3 min, 6 GiB", &measured, "10,000 Deployments × 100, 100 a second"));
    }
}

fn other_lines(lines: &mut Vec<String>) {
    let pairs = |pending| (0..5).map(move |_| event_queue::pairs(pending, 4_000_000).per_second);
    let most = |pending| pairs(pending).fold(0.0, f64::max) / 1e6;
    let measured = format!("{:.1} M/s", most(1_000_000));
    let remark = format!("{:.1} M/s with 1,000 pending", most(1000));
    lines.push(line("event queue, pop + push with 10⁶ pending", "5 M/s", "15 M/s", &measured, &remark));
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/bench/rollout-100.yaml");
    let one_run = |threads: &str| run(&[scenario, "--runs", "200", "--threads", threads], INSTANT, 3);
    let (one, two) = (one_run("1"), one_run("2"));
    let measured = format!("{:.2} ×", 2.0 * one.processor / two.processor);
    let remark = format!(
        "by processor time: {:.2} s with one thread, {:.2} s with two, evenly shared; by the clock, beside other \
         programs, {:.2} s and {:.2} s",
        one.processor, two.processor, one.wall, two.wall
    );
    let what = "`--runs 200` of a 100-node rollout, two threads against one";
    lines.push(line(what, "1.8 ×", "2 ×", &measured, &remark));
    let measured = taken(&[scenario, "--runs", "200", "--threads", "1"], 3);
    lines.push(line("the same on one thread", "", "", &measured, ""));
    let scenario = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/rolling-upgrade-skew.yaml");
    let measured = taken(&[scenario, "--runs", "1000", "--threads", "1"], 3);
    let remark =
        "two variants, three rollouts of five pods: hardly a pod, and each write a request of its own";
    lines.push(line(
        "`--runs 1000` of scenarios/rolling-upgrade-skew.yaml, one thread",
        "",
        "",
        &measured,
        remark,
    ));
}

fn first_line(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).lines().next().unwrap_or("unknown").to_owned()
}

fn machine() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |model| model.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{model}, {cores} cores, {}", first_line(Command::new("rustc").arg("--version")))
}

/// Measures everything and writes the page and the curves into a folder.
pub(crate) fn write(folder: &Path) {
    let mut rows = Vec::new();
    reference_lines(&mut rows);
    cycle_lines(&mut rows);
    run_lines(&mut rows);
    other_lines(&mut rows);
    let curves = curves::draw(folder);
    let commit = first_line(Command::new("git").args(["rev-parse", "--short", "HEAD"]));
    let page = include_str!("page.md")
        .replace("{machine}", &machine())
        .replace("{commit}", &commit)
        .replace("{rows}", &rows.join("\n"))
        .replace("{curves}", &curves.join("\n"));
    std::fs::write(folder.join("performance.md"), page).expect("the page can be written");
}
