//! Whole runs with the fast scheduling cycle and with the plain one: the same records, to the last byte of
//! the digest, for every variant of every scenario there is.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kubecast::cluster::setup::{ClusterSetup, CycleKind};
use kubecast::kernel::Seed;
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};
use kubecast::study::replication::run_once;

/// Replications of each variant.
const RUNS: u32 = 2;
/// Variants that take longer than this many events are cut off there, in both.
const MOST_EVENTS: u64 = 15_000;

fn scenarios() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut found = Vec::new();
    for folder in [root.clone(), root.join("incidents"), root.join("effects")] {
        for entry in fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("a readable entry").path();
            if path.extension().is_some_and(|ending| ending == "yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Event counts and digests of the replications.
fn runs(setup: &ClusterSetup, cycle: CycleKind) -> Vec<(u64, u64)> {
    let mut setup = setup.clone();
    setup.scheduler.cycle = cycle;
    setup.limits.max_events = setup.limits.max_events.min(MOST_EVENTS);
    let setup = Arc::new(setup);
    let one = |replication| run_once(&setup, Seed(1), replication, false, None).0;
    (0..RUNS).map(one).map(|end| (end.events, end.fingerprint)).collect()
}

#[test]
fn whole_runs_are_the_same() {
    let (mut variants, mut events) = (0, 0);
    for path in scenarios() {
        let text = fs::read_to_string(&path).expect("readable");
        let source = SourceText { name: path.display().to_string().into(), text: text.into() };
        let resolved = load(&[source], &LoadOptions::default(), &NoFiles)
            .unwrap_or_else(|errors| panic!("{}: {errors:?}", path.display()));
        for variant in &resolved.variants {
            let (plain, fast) =
                (runs(&variant.setup, CycleKind::Plain), runs(&variant.setup, CycleKind::Fast));
            assert_eq!(plain, fast, "{}, variant {:?}", path.display(), variant.name);
            variants += 1;
            events += plain.iter().map(|run| run.0).sum::<u64>();
        }
    }
    assert!(variants > 50 && events > 50_000, "{variants} variants, {events} events");
}
