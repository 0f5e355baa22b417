//! The times that answers hang on, and where each comes from: what the scenario gives, else the default.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::distribution::Distribution as Written;
use super::timing_settings::TimingSettings;
use crate::cluster::timing::Timing;
use crate::kernel::{Distribution, SimDuration};

/// A time that is assumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assumption {
    /// What takes it: `image pull`.
    pub what: Cow<'static, str>,
    /// How long, in words.
    pub value: String,
    /// `given`, or where the default comes from.
    pub source: Cow<'static, str>,
}

impl fmt::Display for Assumption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.what, self.value, self.source)
    }
}

/// What a source is called that the scenario gives itself.
pub(super) const GIVEN: &str = "given";

/// The assumptions of a scenario. Hops of the control plane that take no time by default are one.
pub(super) fn of(settings: &TimingSettings, timing: &Timing) -> Vec<Assumption> {
    let one = |what: &'static str, given: &Option<Written>, hop: &Distribution, source| Assumption {
        what: what.into(),
        value: words(hop),
        source: if given.is_some() { GIVEN } else { source }.into(),
    };
    let mut assumptions = vec![
        one("image pull", &settings.image_pull, &timing.image_pull, "not in the input"),
        one("start-up", &settings.container_start, &timing.container_start, "default"),
        one("ready after the probe's initial delay and", &settings.readiness, &timing.readiness, "default"),
        Assumption {
            what: "termination".into(),
            value: timing.termination.as_ref().map_or_else(|| "the whole grace period".to_owned(), words),
            source: if settings.termination.is_some() { GIVEN } else { "default" }.into(),
        },
    ];
    let watch = &settings.watch;
    let hops = [
        ("controllers' delay", &settings.controller_sync, &timing.controller_sync),
        ("binding", &settings.binding, &timing.binding),
        ("watch lag of the scheduler", &watch.scheduler, &timing.watch.scheduler),
        ("watch lag of the controllers", &watch.controller_manager, &timing.watch.controller_manager),
        ("watch lag of the kubelets", &watch.kubelet, &timing.watch.kubelet),
    ];
    let given = hops.iter().filter(|(_, given, _)| given.is_some());
    assumptions.extend(given.map(|(what, given, hop)| one(what, given, hop, GIVEN)));
    if hops.iter().any(|(_, given, _)| given.is_none()) {
        let what = if hops.iter().all(|(_, given, _)| given.is_none()) {
            "controllers and watches"
        } else {
            "the others"
        };
        assumptions.push(Assumption {
            what: what.into(),
            value: "without delay".to_owned(),
            source: "default".into(),
        });
    }
    assumptions
}

/// A distribution in words.
pub(super) fn words(distribution: &Distribution) -> String {
    match distribution {
        Distribution::Constant(SimDuration(0)) => "0 s".to_owned(),
        Distribution::Constant(time) => time.to_string(),
        Distribution::Uniform { min, max, .. } => format!("{min} to {max}"),
        Distribution::Exponential { mean } => format!("{mean} in the mean, exponential"),
        Distribution::LogNormal { median, p99 } => format!("{median} in the median, 99 % within {p99}"),
        Distribution::Empirical(values) => match values.len() {
            1 => "of 1 value".to_owned(),
            several => format!("drawn from {several} values"),
        },
    }
}
