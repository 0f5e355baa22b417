//! What happened between two dumps of a cluster, and the scenario that forecasts it from the first one: what
//! `kubecast backtest` runs.
//!
//! | read | from | source |
//! | --- | --- | --- |
//! | when a dump was read | its newest time stamp: it was read then or later | [`super::pod_times`] |
//! | which Deployments were rolled | those of both dumps whose pod template is another one | `EqualIgnoreHash` of the Deployment controller |
//! | the new ReplicaSet | the Deployment's with its template, `pod-template-hash` aside | `FindNewReplicaSet` |
//! | the beginning | its `creationTimestamp`; of a rollback, the Event `ScalingReplicaSet` | deployment/sync.go |
//! | the end | `lastUpdateTime` of the condition `Progressing` with the reason `NewReplicaSetAvailable` | deployment/progress.go |
//! | blocked | the reason `ProgressDeadlineExceeded` | deployment/progress.go |
//! | the final spread | the pods of the new ReplicaSet in the second dump | [`crate::measures::spread`] |
//!
//! The forecast is an ordinary scenario: the objects of the first dump, and a timeline that applies the `spec` of each
//! rolled Deployment as the second dump has it, when it began. How long pods take is fitted to the first dump alone.

mod beside;
mod cluster;
mod events;
mod forecast;
mod hops;
mod reading;
mod spread;

use std::sync::Arc;

use super::error::Findings;
use super::fitted::KubeletHop;
use super::inputs::Inputs;
use super::objects::ObjectSource;
use super::reader::{FileReader, SourceText};
use super::reference::Reference;
use super::rollout::refuse_fields;
use super::{InputError, Ledger, LoadOptions, Resolved, plan, resolve_all};
use crate::api::Timestamp;
use crate::cluster::setup::ClusterSetup;
use crate::kernel::Distribution;

/// The texts of a backtest.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The first dump, and perhaps a Scenario that says how long things take.
    pub before: Vec<SourceText>,
    /// The second dump.
    pub after: Vec<SourceText>,
    /// Events of the time between them.
    pub events: Vec<SourceText>,
}

/// A backtest, ready to run.
#[derive(Clone, Debug)]
pub struct ResolvedBacktest {
    /// The forecast: one variant. Its time 0 is when the first dump was read.
    pub scenario: Resolved,
    /// What was rolled and is judged, by name.
    pub rolls: Vec<Roll>,
    /// Deployments that were rolled and are not judged, and why.
    pub not_judged: Vec<String>,
    /// What happened too, and the forecast knows nothing of.
    pub beside: Vec<String>,
    /// When the dumps were read, as far as they tell.
    pub read: (Timestamp, Timestamp),
}

/// What became of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Roll {
    /// The Deployment.
    pub workload: Reference,
    /// When it began, a whole second; `None` where the dumps do not tell.
    pub begin: Option<Timestamp>,
    /// How it stood when the second dump was read.
    pub end: End,
    /// The final spread of each constraint of its template; none where it is not judged.
    pub spreads: Vec<SeenSpread>,
    /// What of it is not judged, and why.
    pub not_judged: Vec<String>,
    /// How long its new pods took, beside what the forecast takes for granted.
    pub hops: Vec<SeenHop>,
}

/// How a rollout stood when the second dump was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It was complete, at this whole second; `None` where the dump does not tell when.
    Complete(Option<Timestamp>),
    /// Its progress deadline had passed.
    Blocked,
    /// It still ran.
    Running,
}

/// The final spread under one constraint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenSpread {
    /// `TOPOLOGY_KEY|WHEN_UNSATISFIABLE`.
    pub constraint: Arc<str>,
    /// Pods of the new ReplicaSet by domain, most first.
    pub counts: Vec<u32>,
    /// Most minus least.
    pub skew: u32,
}

/// How long a hop of the new pods took.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenHop {
    /// The hop.
    pub hop: KubeletHop,
    /// How many pods show it.
    pub pods: usize,
    /// The longest, in seconds; times of objects are cut to whole ones.
    pub longest: f64,
    /// What the forecast draws it from.
    pub assumed: Distribution,
}

impl Roll {
    /// How many seconds it took, both ends cut to whole ones; `None` where it is not known.
    pub fn seconds(&self) -> Option<i64> {
        match (self.begin, self.end) {
            (Some(begin), End::Complete(Some(end))) => Some(end.nanos_since(begin) / Timestamp::NANOS),
            _ => None,
        }
    }

    /// How many seconds it had when the second dump was read.
    pub fn elapsed(&self, read: Timestamp) -> Option<i64> {
        self.begin.map(|begin| read.nanos_since(begin) / Timestamp::NANOS)
    }
}

/// The ledger of several forecasts: what any of them leaves out.
pub fn ledger_of_all<'l>(ledgers: impl Iterator<Item = &'l Ledger>) -> Ledger {
    let mut all = Ledger::default();
    for ledger in ledgers {
        all.merge(ledger.clone());
        let new = ledger.unfinished.iter().filter(|one| !all.unfinished.contains(one));
        let new: Vec<String> = new.cloned().collect();
        all.unfinished.extend(new);
    }
    all
}

/// A dump as it is read.
#[derive(Clone, Copy)]
struct Dump<'d> {
    setup: &'d ClusterSetup,
    objects: &'d [ObjectSource],
    now: Timestamp,
}

/// Fields of a Scenario beside the first dump that the dumps decide.
const OWN_FIELDS: [&str; 6] = ["timeline", "variants", "expect", "horizon", "startTime", "blockedAfter"];

/// Reads two dumps, and makes the scenario that forecasts from the first what happened until the second.
pub fn load_backtest(
    sources: &Sources,
    options: &LoadOptions,
    reader: &dyn FileReader,
) -> Result<ResolvedBacktest, Vec<InputError>> {
    let mut findings = Findings::default();
    let resolved = load(sources, options, reader, &mut findings);
    let warnings = findings.finish(options.strict)?;
    let mut resolved = resolved.expect("without errors there is a backtest");
    resolved.scenario.doubt(warnings);
    Ok(resolved)
}

fn load(
    sources: &Sources,
    options: &LoadOptions,
    reader: &dyn FileReader,
    findings: &mut Findings,
) -> Option<ResolvedBacktest> {
    let release = options.kubernetes_version;
    let mut before = Inputs::new(&sources.before, release, reader, findings);
    let mut after = Inputs::new(&sources.after, release, reader, findings);
    let events = events::read(&sources.events, (release, reader), findings);
    if let Some(scenario) = &after.scenario {
        let here = super::places::place_of(&scenario.file, &scenario.tree);
        findings.error(here, "a Scenario belongs beside the first dump: forecasts are made from that one");
    }
    let scenario = before.scenario.clone().unwrap_or_else(|| plan::implicit_scenario("backtest"));
    refuse_fields(&scenario, "backtest", &OWN_FIELDS, findings);
    if !findings.errors.is_empty() {
        return None;
    }
    let read = cluster::check((&before.objects, &after.objects), findings)?;
    let of_before = events::until(&events, read.0, &before.objects);
    before.objects.extend(of_before);
    let mut setups = Vec::with_capacity(2);
    for (document, inputs) in [(&scenario, &mut before), (&plan::implicit_scenario("after"), &mut after)] {
        // What is doubtful about the first dump is told with the forecast, and that of the second is much the same.
        let mut own = Findings::default();
        let resolved = resolve_all(document, options, inputs, &mut own);
        findings.errors.append(&mut own.errors);
        setups.extend(resolved);
    }
    let [first, second] = &setups[..] else { return None };
    let (Some(one), Some(other)) = (first.variants.first(), second.variants.first()) else { return None };
    let dumps = (
        Dump { setup: &one.setup, objects: &before.objects.clone(), now: read.0 },
        Dump { setup: &other.setup, objects: &after.objects, now: read.1 },
    );
    let (mut rolls, not_judged) = reading::rolls(dumps, &events);
    let beside = beside::what_happened_too(dumps);
    let scenario = if rolls.is_empty() {
        first.clone()
    } else {
        let changes = forecast::Changes { rolls: &rolls, dumps };
        forecast::resolve(&scenario, &changes, options, &mut before, findings)?
    };
    if let Some(variant) = scenario.variants.first() {
        hops::tell(&mut rolls, dumps.1.objects, &events, &variant.setup);
    }
    Some(ResolvedBacktest { scenario, rolls, not_judged, beside, read })
}
