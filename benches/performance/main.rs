//! How fast kubecast is: scheduling cycles, the event queue, and whole runs.
//!
//! As a benchmark it measures small sizes (a group each); under the tests it runs each of them once, and
//! compares what the fast cycle decides with the plain cycle. With `KUBECAST_BENCH_RESULTS=results` it
//! measures every row of `results/performance.md` instead and writes that page and the growth curves;
//! `benches/run.sh` does all of it. With `KUBECAST_BENCH_DUMP=NODES,DEPLOYMENTS,REPLICAS,json|yaml,FILE` it writes a dump of
//! a cluster of that size.

#![expect(clippy::disallowed_methods, reason = "the environment says what to measure")]

mod cluster;
mod curves;
mod dump;
mod event_queue;
mod page;
mod processor;
mod runs;
mod workloads;

use std::hint::black_box;
use std::path::Path;

use criterion::Criterion;

use cluster::{Kind, Outcomes};

/// Nodes and pods of the small sizes.
const NODES: u32 = 300;
const PODS: usize = 300;

type Workload = fn(Kind) -> Outcomes;

/// The workloads, by name.
const WORKLOADS: [(&str, Workload); 3] = [
    ("reference", |kind| workloads::reference_run(NODES, PODS, kind)),
    ("existing", |kind| workloads::existing_run(NODES, PODS, 9000, kind)),
    ("mixed", |kind| workloads::mixed_run(NODES, PODS, kind)),
];

fn cycles(criterion: &mut Criterion) {
    for (name, run) in WORKLOADS {
        let (fast, plain) = (run(Kind::Fast), run(Kind::Plain));
        println!(
            "{name}: {:016x}, {} nodes looked at, {} feasible",
            fast.digest, fast.evaluated, fast.feasible
        );
        assert_eq!(
            (fast.digest, fast.evaluated, fast.feasible),
            (plain.digest, plain.evaluated, plain.feasible),
            "both cycles decide alike"
        );
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for kind in [Kind::Fast, Kind::Plain] {
            group.bench_function(format!("{kind:?}"), |bencher| {
                bencher.iter(|| black_box(run(kind)));
            });
        }
        group.finish();
    }
}

fn queue(criterion: &mut Criterion) {
    println!("event queue: {:016x}", event_queue::pairs(1000, 10_000).digest);
    criterion.bench_function("event queue", |bencher| {
        bencher.iter(|| black_box(event_queue::pairs(10_000, 10_000)));
    });
}

fn main() {
    if let Ok(order) = std::env::var("KUBECAST_BENCH_DUMP") {
        dump::write_as_told(&order).expect("a dump can be written");
        return;
    }
    match std::env::var_os("KUBECAST_BENCH_RESULTS") {
        Some(folder) => page::write(Path::new(&folder)),
        None => {
            dump::check();
            let mut criterion = Criterion::default().configure_from_args();
            cycles(&mut criterion);
            queue(&mut criterion);
            criterion.final_summary();
        }
    }
}
