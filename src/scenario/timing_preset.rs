//! Ready hops of the control plane.
//!
//! | preset | a write | a binding | seen by a watcher | source |
//! | --- | --- | --- | --- | --- |
//! | `instant` | at once | at once | at once | as where the controllers were recorded in a loop |
//! | `quiet` | median 6 ms, p99 55 ms | 8 ms, 45 ms | 1.3 ms, 25 ms | audit log and watch of a control plane v1.36.2 on an idle machine, 45 rollouts |
//! | `loaded` | 42 ms, 385 ms | 56 ms, 315 ms | 9 ms, 175 ms | the same machine under load: 5 to 10 times as long, here 7 |
//! | `threshold` | 50 ms, 1 s | 50 ms, 1 s | 10 ms, 1 s | SIG Scalability: 99 % of mutating requests within 1 s; the medians are assumed |

use schemars::JsonSchema;
use serde::Deserialize;

use crate::cluster::timing::Timing;
use crate::kernel::{Distribution, SimDuration};

/// Ready hops of the control plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TimingPreset {
    /// No delay and no request.
    Instant,
    /// As measured on a quiet small cluster.
    #[default]
    Quiet,
    /// The same, seven times as long.
    Loaded,
    /// At SIG Scalability's thresholds for 5,000 nodes.
    Threshold,
}

impl TimingPreset {
    /// All presets by name.
    const ALL: [(&str, Self); 4] = [
        ("instant", Self::Instant),
        ("quiet", Self::Quiet),
        ("loaded", Self::Loaded),
        ("threshold", Self::Threshold),
    ];

    /// The preset of a name.
    pub fn parse(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|preset| preset.0 == name).map(|preset| preset.1);
        found.ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|preset| preset.0).collect();
            format!("there is no such preset; there are {}", names.join(", "))
        })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|preset| preset.1 == self).map_or("", |preset| preset.0)
    }

    /// Where it comes from.
    pub(super) const fn source(self) -> &'static str {
        match self {
            Self::Instant => "preset instant",
            Self::Quiet => "measured, a quiet control plane v1.36.2",
            Self::Loaded => "measured, a loaded control plane v1.36.2",
            Self::Threshold => "SIG Scalability's thresholds",
        }
    }

    /// The hops.
    pub fn timing(self) -> Timing {
        let (request, binding, watch) = match self {
            Self::Instant => return Timing::default(),
            Self::Quiet => ((6.0, 55.0), (8.0, 45.0), (1.3, 25.0)),
            Self::Loaded => ((42.0, 385.0), (56.0, 315.0), (9.1, 175.0)),
            Self::Threshold => ((50.0, 1000.0), (50.0, 1000.0), (10.0, 1000.0)),
        };
        let hop = |(median, p99): (f64, f64)| Distribution::LogNormal {
            median: SimDuration((median * 1e6) as u64),
            p99: SimDuration((p99 * 1e6) as u64),
        };
        let mut timing = Timing { api_request: hop(request), binding: hop(binding), ..Timing::default() };
        let lags = &mut timing.watch;
        for lag in [&mut lags.scheduler, &mut lags.controller_manager, &mut lags.kubelet] {
            *lag = hop(watch);
        }
        timing
    }
}
