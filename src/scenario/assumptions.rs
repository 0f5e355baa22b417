//! The times that answers hang on, and where each comes from: what the scenario gives, else the default.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::distribution::Distribution as Written;
use super::timing_settings::TimingSettings;
use crate::cluster::control_plane::{ClientLimits, ControlPlane};
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

/// What the limits of the control plane's clients are called.
pub const REQUESTS: &str = "requests";
/// What a source is called that the scenario gives itself.
pub(super) const GIVEN: &str = "given";

/// The assumptions of a scenario. Hops of the control plane that take no time by default are one.
pub(super) fn of(
    settings: &TimingSettings,
    timing: &Timing,
    control_plane: Option<&ControlPlane>,
) -> Vec<Assumption> {
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
    if let Some(control_plane) = control_plane {
        assumptions.extend(of_control_plane(settings, timing, control_plane));
        return assumptions;
    }
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
            source: settings.preset().source().into(),
        });
    }
    assumptions
}

/// Those of a control plane with a pace of its own: in one what a preset says, one by one what is given.
fn of_control_plane(
    settings: &TimingSettings,
    timing: &Timing,
    control_plane: &ControlPlane,
) -> Vec<Assumption> {
    let watch = &settings.watch;
    let mut hops = vec![
        ("a write of a component", &settings.api_request, &timing.api_request),
        ("a binding", &settings.binding, &timing.binding),
        ("controllers' delay", &settings.controller_sync, &timing.controller_sync),
        ("a watch of the scheduler", &watch.scheduler, &timing.watch.scheduler),
        ("a watch of the controllers", &watch.controller_manager, &timing.watch.controller_manager),
        ("a watch of the kubelets", &watch.kubelet, &timing.watch.kubelet),
    ];
    let watches = hops.split_off(3);
    let alike = |pair: &[(&str, &Option<Written>, &Distribution)]| {
        pair[0].1.is_some() == pair[1].1.is_some() && pair[0].2 == pair[1].2
    };
    if watches.windows(2).all(alike) {
        hops.push(("a watch", watches[0].1, watches[0].2));
    } else {
        hops.extend(watches);
    }
    let one = |(what, given, hop): &(&'static str, &Option<Written>, &Distribution)| {
        (given.is_some(), format!("{what} {}", words(hop)))
    };
    let (given, preset): (Vec<_>, Vec<_>) = hops
        .iter()
        .filter(|(_, given, hop)| given.is_some() || !hop.is_constant_zero())
        .map(one)
        .partition(|(given, _)| *given);
    let limits = |limits: ClientLimits| format!("{} a second after {} at once", limits.qps, limits.burst);
    let requests = format!(
        "{} of each controller, {} of the scheduler",
        limits(control_plane.controller_manager),
        limits(control_plane.scheduler)
    );
    let joined =
        |list: &[(bool, String)]| list.iter().map(|line| line.1.as_str()).collect::<Vec<_>>().join(", ");
    let assumption = |what: &'static str, value, source: &'static str| Assumption {
        what: what.into(),
        value,
        source: source.into(),
    };
    let mut assumptions = vec![assumption(REQUESTS, requests, "flags, or their defaults")];
    let source = settings.preset().source();
    for (list, source) in [(given, GIVEN), (preset, source)] {
        if !list.is_empty() {
            assumptions.push(assumption("control plane:", joined(&list), source));
        }
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
