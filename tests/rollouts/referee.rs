//! The referee: watches a run through its records and writes down every foul.
//!
//! It knows no more of the controllers than what the API shows: who wrote what when. Where caches trail, a
//! controller may have decided on any state of the last `lag`; the referee gives it the benefit of the
//! doubt, object by object.

use std::collections::BTreeMap;
use std::sync::Arc;

use kubecast::api::{Deployment, IntOrPercent, Pod, ReplicaSet, Strategy};
use kubecast::cluster::record::Record;
use kubecast::cluster::store::Change;
use kubecast::kernel::{SimTime, TraceSink};

use super::cases::{Case, Kind};
use super::objects::Objects;

/// What a Deployment allows, worked out in whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Most pods of all ReplicaSets.
    pub(crate) most: i32,
    /// Fewest available pods.
    pub(crate) fewest: i32,
    /// Nothing is rolled out.
    paused: bool,
}

impl Limits {
    pub(crate) fn of(deployment: &Deployment) -> Self {
        let (replicas, paused) = (deployment.replicas, deployment.paused);
        let Strategy::RollingUpdate { max_surge, max_unavailable } = deployment.strategy else {
            return Self { most: replicas, fewest: 0, paused };
        };
        let pods = |limit: IntOrPercent, part: i64| match limit {
            IntOrPercent::Int(pods) => i64::from(pods),
            IntOrPercent::Percent(percent) => (percent * i64::from(replicas) + part) / 100,
        };
        // Surge is rounded up, unavailability down; both 0 would be a standstill.
        let (surge, mut unavailable) = (pods(max_surge, 99), pods(max_unavailable, 0));
        if surge == 0 && unavailable == 0 {
            unavailable = 1;
        }
        let fewest = replicas - (unavailable as i32).min(replicas);
        Self { most: replicas + surge as i32, fewest, paused }
    }
}

/// The values that something had, with the times from which on it had them.
struct History<T>(Vec<(u64, T)>);

impl<T> Default for History<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy> History<T> {
    fn put(&mut self, now: u64, value: T) {
        self.0.push((now, value));
    }

    /// The values at some time from `from` on; `None` for a time at which there was none yet.
    fn since(&self, from: u64) -> impl Iterator<Item = Option<T>> + '_ {
        let unborn = self.0.first().is_none_or(|(born, _)| *born > from).then_some(None);
        let ends = self.0.iter().skip(1).map(|(start, _)| *start).chain([u64::MAX]);
        let alive = self.0.iter().zip(ends).filter(move |(_, end)| *end >= from);
        unborn.into_iter().chain(alive.map(|((_, value), _)| Some(*value)))
    }
}

/// A change of a ReplicaSet's size by the Deployment controller.
type Resize = (Option<Arc<ReplicaSet>>, Arc<ReplicaSet>);

/// Watches one case.
pub(crate) struct Referee {
    lag: u64,
    kind: Kind,
    is_prompt: bool,
    pub(crate) objects: Objects,
    limits: History<Limits>,
    sizes: BTreeMap<u32, History<i32>>,
    available: BTreeMap<u32, History<i32>>,
    /// Resizes of the sync under way: writes that follow each other.
    sync: Vec<Resize>,
    /// The Deployment was complete once.
    started: bool,
    /// What went wrong, with its time.
    pub(crate) fouls: Vec<String>,
    /// How many resizes were looked at.
    pub(crate) resizes: u32,
}

impl Referee {
    pub(crate) fn new(case: &Case) -> Self {
        Self {
            lag: case.lag_ns,
            kind: case.kind,
            is_prompt: case.is_prompt,
            objects: Objects::default(),
            limits: History::default(),
            sizes: BTreeMap::new(),
            available: BTreeMap::new(),
            sync: Vec::new(),
            started: false,
            fouls: Vec::new(),
            resizes: 0,
        }
    }

    fn foul(&mut self, now: u64, what: &str) {
        self.fouls.push(format!("{}: {what}", SimTime(now)));
    }

    fn limits_since(&self, from: u64) -> Vec<Limits> {
        self.limits.since(from).flatten().collect()
    }

    /// Whether the stored status says that the rollout is complete.
    pub(crate) fn is_complete(&self) -> bool {
        let Some(deployment) = self.objects.deployments.get(&0) else { return false };
        let status = &deployment.status;
        [status.updated_replicas, status.replicas, status.available_replicas] == [deployment.replicas; 3]
            && status.observed_generation == deployment.generation
    }

    /// The sync's writes are all there.
    fn judge_sync(&mut self, now: u64) {
        let sync = std::mem::take(&mut self.sync);
        let size = |set: &Option<Arc<ReplicaSet>>| set.as_ref().map_or(0, |set| set.replicas);
        // A sync that scales writes down the new number of replicas; while paused, every sync only scales.
        let scales = sync.iter().any(|(old, new)| {
            old.as_ref().is_some_and(|old| old.replicas > 0 && old.desired_replicas != new.desired_replicas)
        });
        let scales =
            scales || self.limits_since(now.saturating_sub(self.lag)).iter().any(|limits| limits.paused);
        self.resizes += sync.len() as u32;
        for (old, new) in &sync {
            if new.replicas > size(old) {
                self.judge_surge(now, new);
            }
        }
        if !scales && self.kind != Kind::Recreate {
            self.judge_availability(now, &sync);
        }
    }

    /// No step up exceeds `replicas + maxSurge`, by the sizes that the controller can have seen.
    fn judge_surge(&mut self, now: u64, grown: &ReplicaSet) {
        let from = now.saturating_sub(self.lag);
        let others = self.sizes.iter().filter(|(id, _)| **id != grown.id.0);
        let seen = |sizes: &History<i32>| sizes.since(from).map(|size| size.unwrap_or(0)).min().unwrap_or(0);
        let sum: i32 = others.map(|(_, sizes)| seen(sizes)).sum::<i32>() + grown.replicas;
        let most = self.limits_since(from).iter().map(|limits| limits.most).max().unwrap_or(0);
        if sum > most {
            self.foul(now, &format!("{} grows to {}: {sum} pods of {most}", grown.name, grown.replicas));
        }
    }

    /// A sync takes no available pods beyond `replicas - maxUnavailable`, by the statuses that it can have
    /// seen.
    fn judge_availability(&mut self, now: u64, sync: &[Resize]) {
        let from = now.saturating_sub(self.lag);
        let taken: i32 = sync
            .iter()
            .filter_map(|(old, new)| old.as_ref().map(|old| (old, new)))
            .filter(|(old, new)| new.replicas < old.replicas)
            .map(|(old, new)| (old.status.available_replicas.min(old.replicas) - new.replicas).max(0))
            .sum();
        let seen =
            |counts: &History<i32>| counts.since(from).map(|count| count.unwrap_or(0)).max().unwrap_or(0);
        let observed: i32 = self.available.values().map(seen).sum();
        let fewest = self.limits_since(from).iter().map(|limits| limits.fewest).min().unwrap_or(0);
        if taken > 0 && observed - taken < fewest {
            self.foul(now, &format!("takes {taken} of {observed} available pods, {fewest} must stay"));
        }
    }

    /// A status is only accepted on the Deployment that it was computed from.
    fn judge_status(&mut self, now: u64, old: Option<&Deployment>, new: &Deployment) {
        let observed = new.status.observed_generation;
        let changed = old.is_some_and(|old| old.status.observed_generation != observed);
        if changed && observed != new.generation {
            self.foul(now, &format!("generation {observed} is observed, {} is stored", new.generation));
        }
    }

    /// A ReplicaSet never makes more pods than it wants, whatever its cache shows.
    fn judge_creation(&mut self, now: u64, pod: &Pod) {
        let Some(owner) = pod.replica_set() else { return };
        let from = now.saturating_sub(self.lag);
        let of = |pod: &&Arc<Pod>, is_owner: bool| {
            pod.controller.is_some() && (pod.replica_set() == Some(owner)) == is_owner
        };
        let active = self.objects.pods.values().filter(|pod| of(pod, true) && pod.is_active()).count();
        let sizes = self.sizes.get(&owner.0).map(|sizes| sizes.since(from).flatten().max());
        let most = sizes.flatten().unwrap_or(0);
        if active as i32 > most {
            self.foul(now, &format!("{} is pod {active} of {most}", pod.name));
        }
        let paused = self.objects.deployments.get(&0).is_some_and(|deployment| deployment.paused);
        if self.kind == Kind::Recreate && self.is_prompt && !paused {
            let others = self.objects.pods.values().filter(|pod| of(pod, false)).count();
            if others > 0 {
                self.foul(now, &format!("{} is made beside {others} old pods", pod.name));
            }
        }
    }

    /// No ready pod is told to stop while its ReplicaSet keeps one that is not ready; if all go, the order
    /// is any.
    fn judge_deletion(&mut self, now: u64, pod: &Pod) {
        let owner = pod.replica_set();
        let Some(set) = owner.and_then(|owner| self.objects.replica_sets.get(&owner.0)) else { return };
        let pods =
            self.objects.pods.values().filter(|other| other.replica_set() == owner && other.is_active());
        let unready = pods.filter(|other| !other.is_ready()).count();
        if self.is_prompt && set.replicas > 0 && pod.is_ready() && unready > 0 {
            self.foul(now, &format!("{} is ready and goes, {unready} that are not stay", pod.name));
        }
    }

    /// In a plain case without lag: what is available really never falls below what must be.
    fn judge_instant(&mut self, now: u64) {
        self.started |= self.is_complete();
        if self.kind != Kind::Plain || !self.is_prompt || !self.started {
            return;
        }
        let Some(deployment) = self.objects.deployments.get(&0) else { return };
        let ready = self.objects.pods.values().filter(|pod| pod.is_active() && pod.is_ready()).count() as i32;
        let pods = self.objects.pods.values().filter(|pod| pod.is_active()).count() as i32;
        let Limits { most, fewest, .. } = Limits::of(deployment);
        if ready < fewest || pods > most {
            self.foul(now, &format!("{ready} ready of at least {fewest}, {pods} pods of at most {most}"));
        }
    }

    fn change(&mut self, now: u64, change: &Change) {
        match change {
            Change::Deployment { old, new: Some(new) } => {
                self.limits.put(now, Limits::of(new));
                self.judge_status(now, old.as_deref(), new);
            }
            Change::ReplicaSet { old, new: Some(new) } => {
                self.sizes.entry(new.id.0).or_default().put(now, new.replicas);
                self.available.entry(new.id.0).or_default().put(now, new.status.available_replicas);
                if old.as_ref().map(|old| old.replicas) != Some(new.replicas) {
                    self.sync.push((old.clone(), Arc::clone(new)));
                }
            }
            Change::ReplicaSet { old: Some(old), new: None } => {
                self.sizes.entry(old.id.0).or_default().put(now, 0);
                self.available.entry(old.id.0).or_default().put(now, 0);
            }
            Change::Pod { old: None, new: Some(new) } => self.judge_creation(now, new),
            Change::Pod { old: Some(old), new: Some(new) } if old.is_active() && new.deleted.is_some() => {
                self.judge_deletion(now, old);
            }
            _ => {}
        }
    }
}

impl TraceSink<Record> for Referee {
    fn record(&mut self, now: SimTime, _seq: u64, record: &Record) {
        let is_resize = matches!(record, Record::Change(Change::ReplicaSet { old, new: Some(new) })
            if old.as_ref().is_none_or(|old| old.status == new.status));
        if !is_resize {
            self.judge_sync(now.0);
        }
        self.objects.observe(record);
        match record {
            Record::Change(change) => self.change(now.0, change),
            Record::InstantEnd => self.judge_instant(now.0),
            _ => {}
        }
    }
}
