//! The totals of the feasible nodes, plugin by plugin, in the arithmetic of the plugins.
//!
//! A normalized score is a function of the raw one, the smallest and the largest; raw scores of a cycle
//! are few different numbers, so each is normalized once and looked up then.

use super::affinity::{Role, Tally};
use super::bits::Bits;
use super::spread::SoftConstraint;
use super::statics::{Scores, StaticColumn};
use super::template::{Relations, Template};
use super::topologies::{EMPTY_VALUE, NO_DOMAIN, Topologies};
use crate::scheduler::framework::MAX_NODE_SCORE;

/// More different raw scores than this are normalized one by one.
const LONGEST_TABLE: i64 = 1024;
/// An entry of a table that is not filled in yet.
const UNKNOWN: i64 = i64::MIN;

/// Memory that is used again in each cycle.
#[derive(Clone, Debug, Default)]
pub(super) struct Scratch {
    /// The total of each feasible node.
    pub(super) totals: Vec<i64>,
    raw: Vec<i64>,
    exact: Vec<f64>,
    table: Vec<i64>,
    /// The last cycle that met each domain.
    met: Vec<u64>,
    cycle: u64,
}

/// Fills in `scratch.totals` for the places of `sample`.
pub(super) fn totals(
    template: &Template,
    relations: &Relations,
    statics: &StaticColumn,
    loads: &[i64],
    topologies: &Topologies,
    sample: &[u32],
    scratch: &mut Scratch,
) {
    let mut constant = 0;
    let taints = statics.taints();
    // With no untolerated taint anywhere the reversed score is the highest on all nodes.
    constant += if taints.others_than_zero == 0 { taints.weight * MAX_NODE_SCORE } else { 0 };
    scratch.totals.clear();
    scratch.totals.extend(sample.iter().map(|place| loads[*place as usize].wrapping_add(constant)));
    if taints.others_than_zero > 0 {
        scratch.add_default(taints, sample, true);
    }
    if statics.affinity().others_than_zero > 0 {
        scratch.add_default(statics.affinity(), sample, false);
    }
    let images = statics.images();
    if images.others_than_zero > 0 {
        for (total, place) in scratch.totals.iter_mut().zip(sample) {
            *total += images.weight * images.raw[*place as usize];
        }
    }
    if !template.soft.is_empty() {
        scratch.add_spread(template, relations.spread.weight, topologies, sample);
    }
    if let Some(affinity) = &template.affinity {
        let tallies: Vec<&Tally> = affinity.of(Role::Preferred).filter(|tally| !tally.is_zero()).collect();
        // Sums of 0 everywhere are all equal and normalize to 0.
        if !tallies.is_empty() {
            scratch.add_affinity(&tallies, relations.affinity.weight, topologies, sample);
        }
    }
}

/// Rounds half away from zero, as `f64::round`, for numbers from 0 to 2^52: what is cut off is exact.
fn round(number: f64) -> i64 {
    let whole = number as i64;
    whole + i64::from(number - whole as f64 >= 0.5)
}

impl Scratch {
    /// `default_normalize` of the plain cycle.
    fn add_default(&mut self, scores: &Scores, sample: &[u32], reverse: bool) {
        self.raw.clear();
        self.raw.extend(sample.iter().map(|place| scores.raw[*place as usize]));
        let highest = self.raw.iter().copied().max().unwrap_or(0).max(0);
        let weight = scores.weight;
        self.add_normalized(None, |raw| {
            let scaled = if highest == 0 { 0 } else { MAX_NODE_SCORE * raw / highest };
            weight * if reverse { MAX_NODE_SCORE - scaled } else { scaled }
        });
    }

    /// Adds a function of each raw score to the totals; places that are left out get nothing.
    fn add_normalized(&mut self, counted: Option<(&Bits, &[u32])>, normalized: impl Fn(i64) -> i64) {
        let lowest = self.raw.iter().copied().min().unwrap_or(0);
        let highest = self.raw.iter().copied().max().unwrap_or(0);
        let is_counted =
            |at: usize| counted.is_none_or(|(places, sample)| places.contains(sample[at] as usize));
        if highest - lowest >= LONGEST_TABLE {
            for (at, (total, raw)) in self.totals.iter_mut().zip(&self.raw).enumerate() {
                if is_counted(at) {
                    *total += normalized(*raw);
                }
            }
            return;
        }
        self.table.clear();
        self.table.resize((highest - lowest) as usize + 1, UNKNOWN);
        for (at, (total, raw)) in self.totals.iter_mut().zip(&self.raw).enumerate() {
            if is_counted(at) {
                let entry = &mut self.table[(raw - lowest) as usize];
                if *entry == UNKNOWN {
                    *entry = normalized(*raw);
                }
                *total += *entry;
            }
        }
    }

    /// PodTopologySpread. Nodes that miss a key that is required score 0 and count for nothing.
    fn add_spread(&mut self, template: &Template, weight: i64, topologies: &Topologies, sample: &[u32]) {
        let scored = template.scored.as_ref();
        let left_out = |place: u32| scored.is_some_and(|scored| !scored.contains(place as usize));
        let counted = if scored.is_none() {
            sample.len()
        } else {
            sample.iter().filter(|place| !left_out(**place)).count()
        };
        if counted == 0 {
            return;
        }
        let everyone = counted == sample.len();
        if let [soft] = &template.soft[..]
            && soft.is_per_node
            && scored.is_some()
            && everyone
        {
            return self.add_spread_by_node(soft, weight, sample);
        }
        let is_counted = |place: &&u32| everyone || !left_out(**place);
        self.exact.clear();
        self.exact.resize(sample.len(), 0.0);
        let is_single = template.soft.len() == 1;
        self.raw.clear();
        for soft in &template.soft {
            let size = if soft.is_per_node {
                counted
            } else {
                self.count_domains(soft, topologies, sample.iter().filter(is_counted))
            };
            let log = libm::log((size + 2) as f64);
            let skew = f64::from(soft.constraint.max_skew - 1);
            if is_single {
                self.raw_of_one(soft, log, skew, topologies, sample);
            } else {
                let domains = topologies.get(soft.topology).domains();
                for (exact, &place) in self.exact.iter_mut().zip(sample) {
                    let domain = domains[place as usize];
                    if domain != NO_DOMAIN {
                        let index = if soft.is_per_node { place } else { domain };
                        *exact += soft.counts()[index as usize] as f64 * log + skew;
                    }
                }
            }
        }
        if !is_single {
            self.raw.extend(self.exact.iter().map(|exact| round(*exact)));
        }
        let raw = || self.raw.iter().zip(sample).filter(|pair| is_counted(&pair.1)).map(|pair| *pair.0);
        let (min, max) = raw().fold((i64::MAX, i64::MIN), |(min, max), raw| (min.min(raw), max.max(raw)));
        self.add_normalized(scored.filter(|_| !everyone).map(|scored| (scored, sample)), |raw| {
            weight * if max == 0 { MAX_NODE_SCORE } else { MAX_NODE_SCORE * (max + min - raw) / max }
        });
    }

    /// A single constraint by host name whose key all nodes carry. The raw score grows with the count, so
    /// the smallest and the largest are those of the smallest and the largest count, and what is added is
    /// a function of the count.
    fn add_spread_by_node(&mut self, soft: &SoftConstraint, weight: i64, sample: &[u32]) {
        let counts = || sample.iter().map(|place| soft.counts()[*place as usize]);
        let (fewest, most) =
            counts().fold((i64::MAX, i64::MIN), |(min, max), count| (min.min(count), max.max(count)));
        let log = libm::log((sample.len() + 2) as f64);
        let skew = f64::from(soft.constraint.max_skew - 1);
        let raw = |count: i64| round(count as f64 * log + skew);
        let (min, max) = (raw(fewest), raw(most));
        let added = |count: i64| {
            let normalized =
                if max == 0 { MAX_NODE_SCORE } else { MAX_NODE_SCORE * (max + min - raw(count)) / max };
            weight * normalized
        };
        let totals = self.totals.iter_mut();
        if most - fewest >= LONGEST_TABLE {
            totals.zip(counts()).for_each(|(total, count)| *total += added(count));
            return;
        }
        self.table.clear();
        self.table.extend((fewest..=most).map(added));
        for (total, count) in totals.zip(counts()) {
            *total += self.table[(count - fewest) as usize];
        }
    }

    /// The raw scores of a single constraint: a function of the count.
    fn raw_of_one(
        &mut self,
        soft: &SoftConstraint,
        log: f64,
        skew: f64,
        topologies: &Topologies,
        sample: &[u32],
    ) {
        let domains = topologies.get(soft.topology).domains();
        self.table.clear();
        for &place in sample {
            let domain = domains[place as usize];
            if domain == NO_DOMAIN {
                self.raw.push(0);
                continue;
            }
            let index = if soft.is_per_node { place } else { domain };
            let count = soft.counts()[index as usize];
            let score = |count: i64| round(count as f64 * log + skew);
            if count >= LONGEST_TABLE {
                self.raw.push(score(count));
                continue;
            }
            while self.table.len() <= count as usize {
                self.table.push(score(self.table.len() as i64));
            }
            self.raw.push(self.table[count as usize]);
        }
    }

    /// How many domains the nodes that are scored lie in.
    fn count_domains<'s>(
        &mut self,
        soft: &SoftConstraint,
        topologies: &Topologies,
        sample: impl Iterator<Item = &'s u32>,
    ) -> usize {
        let topology = topologies.get(soft.topology);
        self.cycle += 1;
        if self.met.len() < topology.count() {
            self.met.resize(topology.count(), 0);
        }
        let mut count = 0;
        for place in sample {
            let domain = topology.domains()[*place as usize];
            let met = &mut self.met[if domain == NO_DOMAIN { EMPTY_VALUE } else { domain } as usize];
            count += usize::from(*met != self.cycle);
            *met = self.cycle;
        }
        count
    }

    /// InterPodAffinity.
    fn add_affinity(&mut self, tallies: &[&Tally], weight: i64, topologies: &Topologies, sample: &[u32]) {
        self.raw.clear();
        self.raw.resize(sample.len(), 0);
        for tally in tallies {
            let domains = topologies.get(tally.topology).domains();
            for (raw, place) in self.raw.iter_mut().zip(sample) {
                let domain = domains[*place as usize];
                if domain != NO_DOMAIN {
                    *raw += tally.sums()[domain as usize];
                }
            }
        }
        let min = self.raw.iter().copied().min().unwrap_or(0);
        let max = self.raw.iter().copied().max().unwrap_or(0);
        if max == min {
            return;
        }
        self.add_normalized(None, |raw| {
            weight * (MAX_NODE_SCORE as f64 * ((raw - min) as f64 / (max - min) as f64)) as i64
        });
    }
}
