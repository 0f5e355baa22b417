//! Simulated phases against recorded ones, leaf by leaf.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::sample::{self, ALPHA};
use super::scene::Scene;
use super::tally::{Histogram, PhaseTally};

/// The tests of one vector.
pub(super) struct Comparison {
    runs: u64,
    /// What one count of a histogram over Deployments is worth, as the Deployments of a run share nodes.
    weight: f64,
    several: bool,
    tests: usize,
    smallest: f64,
}

impl Comparison {
    pub(super) fn new(scene: &Scene) -> Self {
        let deployments = scene.setup.deployments.len();
        Self {
            runs: u64::from(scene.runs),
            weight: 1.0 / deployments as f64,
            several: deployments > 1,
            tests: 0,
            smallest: 1.0,
        }
    }

    /// How the tests came out.
    pub(super) fn note(&self) -> String {
        format!("{} tests, smallest p {:.2e} (a difference is below {ALPHA:.0e})", self.tests, self.smallest)
    }

    /// Notes a test; whether the two agree.
    fn agrees(&mut self, p: f64) -> bool {
        self.tests += 1;
        self.smallest = self.smallest.min(p);
        p >= ALPHA
    }

    /// The answer for a phase: what was recorded where it agrees, else what came out.
    pub(super) fn phase(&mut self, recorded: &Value, tally: &PhaseTally) -> Value {
        let weight = self.weight;
        let mut answer = Map::new();
        let mut put = |name: &str, value: Value| answer.insert(name.to_owned(), value);
        put("finalSkew", self.table(&recorded["finalSkew"], &tally.final_skew, weight));
        put("finalCounts", self.table(&recorded["finalCounts"], &tally.final_counts, weight));
        put("maxSkewDuring", self.table(&recorded["maxSkewDuring"], &tally.max_skew_during, weight));
        put("pendingAtEnd", self.histogram(&recorded["pendingAtEnd"], &tally.pending_at_end, 1.0));
        if self.several {
            let skewed = &tally.skewed_deployments;
            put("skewedDeployments", self.table(&recorded["skewedDeployments"], skewed, 1.0));
            put("totalCounts", self.table(&recorded["totalCounts"], &tally.total_counts, 1.0));
        }
        let blocked = recorded["blocked"].as_u64();
        let agree = blocked.is_some_and(|count| self.agrees(sample::counts(count, tally.blocked, self.runs)));
        put("blocked", if agree { recorded["blocked"].clone() } else { json!(tally.blocked) });
        put("durationMs", self.duration(&recorded["durationMs"], &tally.durations, blocked.unwrap_or(0)));
        Value::Object(answer)
    }

    /// Histograms by name.
    fn table(&mut self, recorded: &Value, simulated: &BTreeMap<String, Histogram>, weight: f64) -> Value {
        let answers = simulated.iter().map(|(name, histogram)| {
            (name.clone(), self.histogram(&recorded[name.as_str()], histogram, weight))
        });
        Value::Object(answers.collect())
    }

    fn histogram(&mut self, recorded: &Value, simulated: &Histogram, weight: f64) -> Value {
        let counts = recorded.as_object().map(|map| {
            map.iter()
                .map(|(name, count)| Some((name.clone(), count.as_u64()?)))
                .collect::<Option<Histogram>>()
        });
        let total = |histogram: &Histogram| histogram.values().sum::<u64>();
        let agree = counts.flatten().is_some_and(|counts| {
            total(&counts) == total(simulated) && self.agrees(sample::histograms(&counts, simulated, weight))
        });
        if agree { recorded.clone() } else { json!(simulated) }
    }

    /// Mean and standard deviation by their standard errors; the extremes by how many simulated runs lie
    /// beyond them: each of as many runs is the smallest with equal chance.
    fn duration(&mut self, recorded: &Value, simulated: &[f64], recorded_blocked: u64) -> Value {
        if simulated.is_empty() {
            return Value::Null;
        }
        let (mean, sd, kurtosis) = sample::moments(simulated);
        let least = simulated.iter().copied().fold(f64::INFINITY, f64::min);
        let most = simulated.iter().copied().fold(0.0, f64::max);
        let ours = [("mean", mean), ("sd", sd), ("min", least), ("max", most)];
        let recorded_runs = self.runs.saturating_sub(recorded_blocked) as f64;
        let root = (1.0 / simulated.len() as f64 + 1.0 / recorded_runs.max(1.0)).sqrt();
        let mut answer = Map::new();
        for (name, value) in ours {
            let Some(theirs) = recorded[name].as_f64() else {
                answer.insert(name.to_owned(), json!(value));
                continue;
            };
            let beyond = |outside: &dyn Fn(f64) -> bool| {
                let count = simulated.iter().filter(|duration| outside(**duration)).count();
                (0..count.min(60)).fold(1.0, |p, _| p / 2.0)
            };
            // Recorded means and deviations are rounded to a tenth.
            let rounded = (value - theirs).abs() - 0.1;
            let p = match name {
                "mean" => sample::difference(rounded.max(0.0), sd * root),
                "sd" => {
                    sample::difference(rounded.max(0.0), sd * root * (kurtosis - 1.0).max(0.0).sqrt() / 2.0)
                }
                "min" if theirs > most => 0.0,
                "min" => beyond(&|duration| duration < theirs),
                _ if theirs < least => 0.0,
                _ => beyond(&|duration| duration > theirs),
            };
            let leaf = if self.agrees(p) { recorded[name].clone() } else { json!(value) };
            answer.insert(name.to_owned(), leaf);
        }
        Value::Object(answer)
    }
}
