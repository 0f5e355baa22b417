//! How long the hops of a cluster took, by its dump.

use serde_json::Value;

use super::error::{Code, Error, Fault};
use super::{Forecast, guard};
use crate::report::page::Page;
use crate::report::timing_fit::{Setting, page, to_yaml};
use crate::scenario::pod_times::{self, ClusterTimes, PodTimes};
use crate::scenario::prometheus::{self, Histogram};
use crate::scenario::{InputError, SourceText};
use crate::study::timing_fit::seen::finished;
use crate::study::timing_fit::{HopFit, fit, metrics};

/// What was fitted.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TimingAnswer {
    /// Each hop of each workload, pool and component.
    pub fits: Vec<HopFit>,
    /// What they were fitted to.
    pub setting: Setting,
    /// What is doubtful about the input.
    pub warnings: Vec<InputError>,
}

pub(super) fn answer(forecast: &Forecast, metrics: &[SourceText]) -> Result<TimingAnswer, Error> {
    guard::of(|| {
        let (times, warnings) = pod_times::load(&forecast.sources, &*forecast.reader)?;
        let histograms = histograms(metrics)?;
        let fits = fit(&times, &histograms);
        if fits.iter().all(|fit| finished(&fit.sample.seen) == 0) {
            return Err(Error::wrong(Fault::new(Code::NotFound, nothing_seen(&times))));
        }
        let setting = Setting {
            pods: times.pods.len(),
            events: times.events,
            histograms: histograms.len(),
            now: times.now.map(|now| now.to_string()),
        };
        Ok(TimingAnswer { fits, setting, warnings })
    })
}

/// The histograms of texts; texts without one that is known are wrong.
fn histograms(sources: &[SourceText]) -> Result<Vec<Histogram>, Error> {
    let histograms = prometheus::read(sources)?;
    if !sources.is_empty() && metrics::observe(&histograms).is_empty() {
        let message = format!(
            "--metrics: no histogram with samples that tells a hop; these are read: {}",
            metrics::known().join(", ")
        );
        return Err(Error::wrong(Fault::new(Code::NotFound, message)));
    }
    Ok(histograms)
}

/// What is missing in a dump of which no pod shows a start.
fn nothing_seen(times: &ClusterTimes) -> String {
    let pods = &times.pods;
    let without = |what: fn(&PodTimes) -> bool| pods.iter().filter(|pod| what(pod)).count();
    let lacks = [
        (without(|pod| pod.restarts > 0), "were started again, so that their first start is not known"),
        (without(|pod| pod.stuck), "have a container that cannot start"),
        (
            without(|pod| pod.bound.is_none() && pod.acknowledged.is_none()),
            "tell no time of their binding (condition PodScheduled, status.startTime)",
        ),
        (
            without(|pod| pod.running.is_none() && !pod.stuck),
            "tell no start of their containers (status.containerStatuses, state.running.startedAt)",
        ),
        (
            without(|pod| pod.workload.is_none() && pod.pool.is_none()),
            "belong to no workload and no pool of nodes",
        ),
    ];
    let lacks: Vec<String> = lacks
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{count} of {} {words}", pods.len()))
        .collect();
    format!(
        "no pod of the input shows a finished start, so that nothing can be fitted: {}; `kubectl get pods -A -o yaml` has \
         what a running cluster tells",
        lacks.join("; ")
    )
}

impl TimingAnswer {
    /// The answer, to be rendered.
    pub fn page(&self) -> Page<'_> {
        page(&self.fits, &self.setting)
    }

    /// For people.
    pub fn to_text(&self) -> String {
        self.page().to_text()
    }

    /// For programs.
    pub fn to_json(&self) -> Value {
        self.page().to_json()
    }

    /// The Scenario that sets the times, and nothing else, as YAML.
    pub fn to_yaml(&self) -> String {
        to_yaml(&self.fits)
    }
}
