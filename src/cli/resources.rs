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

    /// Wall time, processor time, peak memory, and what was simulated for it. Of nodes and pods those of the
    /// largest first run are counted, gone ones included.
    pub fn report(&self, results: &[VariantResult]) -> Value {
        let wall = self.started.elapsed().as_secs_f64();
        let runs = || results.iter().flat_map(|result| &result.runs);
        let records = || runs().filter_map(|run| run.record.as_ref());
        let nodes = records().map(|record| record.node_names.len()).max().unwrap_or(0);
        let pods = records().map(|record| record.pods.iter().count()).max().unwrap_or(0);
        let peak = peak_memory_bytes();
        let share = |count: usize| peak.filter(|_| count > 0).map(|bytes| bytes / count as u64);
        let events: u64 = runs().map(|run| run.end.events).sum();
        let simulated: f64 = runs().map(|run| run.end.last_change.as_secs_f64()).sum();
        json!({
            "wallSeconds": wall,
            "processorSeconds": processor_seconds(),
            "peakMemoryBytes": peak,
            "nodes": nodes,
            "pods": pods,
            "peakMemoryBytesPerNode": share(nodes),
            "peakMemoryBytesPerPod": share(pods),
            "events": events,
            "eventsPerSecond": events as f64 / wall,
            "simulatedSeconds": simulated,
            "simulatedToReal": simulated / wall,
        })
    }
}

/// Processor time of all threads of this process, in user and in system mode, to a hundredth of a second,
/// where the system tells (Linux).
fn processor_seconds() -> Option<f64> {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The command's name, in parentheses, may hold blanks; user and system time are the 12th and 13th field
    // after it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<u64>().ok();
    Some((ticks()? + ticks()?) as f64 / TICKS_A_SECOND)
}

/// The largest resident set of this process, where the system tells (Linux).
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
