//! What a command took of the machine: wall time and peak memory, for `resources.json`.

use serde_json::{Value, json};

use crate::study::summary::VariantResult;

/// Started with the command.
pub struct Stopwatch {
    #[expect(
        clippy::disallowed_types,
        reason = "wall time is what is measured here, for resources.json alone"
    )]
    started: std::time::Instant,
}

impl Stopwatch {
    /// Starts.
    #[expect(
        clippy::disallowed_types,
        reason = "wall time is what is measured here, for resources.json alone"
    )]
    pub fn start() -> Self {
        Self { started: std::time::Instant::now() }
    }

    /// Wall time, peak memory, and what was simulated for it.
    pub fn report(&self, results: &[VariantResult]) -> Value {
        let wall = self.started.elapsed().as_secs_f64();
        let runs = || results.iter().flat_map(|result| &result.runs);
        let events: u64 = runs().map(|run| run.end.events).sum();
        let simulated: f64 = runs().map(|run| run.end.last_change.as_secs_f64()).sum();
        json!({
            "wallSeconds": wall,
            "peakMemoryBytes": peak_memory_bytes(),
            "events": events,
            "eventsPerSecond": events as f64 / wall,
            "simulatedSeconds": simulated,
            "simulatedToReal": simulated / wall,
        })
    }
}

/// The largest resident set of this process, where the system tells (Linux).
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
