//! PodTopologySpread of one template: matching pods by domain, kept up to date as pods come and go.
//!
//! The plain cycle counts the matching pods of every node anew. A count is a sum over pods, so it is kept
//! exactly by adding what comes and taking away what goes; which nodes take part changes only with nodes,
//! and then the template is made anew.

use super::bits::Bits;
use super::statics::StaticColumn;
use super::topologies::{EMPTY_VALUE, NO_DOMAIN, Topologies};
use crate::api::{InclusionPolicy, PodSpec, SpreadConstraint};

/// Whether a constraint counts pods of this spec; `namespace` is that of the pod that has the constraint.
pub(super) fn counts(constraint: &SpreadConstraint, incoming: &PodSpec, other: &PodSpec) -> bool {
    other.namespace == incoming.namespace
        && constraint.counted().is_some_and(|selector| selector.matches(&other.labels))
}

/// The places that carry the keys of all these constraints.
fn carriers_of_all(
    constraints: &[SpreadConstraint],
    numbers: &[usize],
    topologies: &Topologies,
) -> Option<Bits> {
    let mut all: Option<Bits> = None;
    for number in &numbers[..constraints.len()] {
        let carriers = topologies.get(*number).carriers();
        match &mut all {
            Some(all) => all.keep(&carriers),
            None => all = Some(carriers),
        }
    }
    all
}

/// The places that a constraint's inclusion policies let be domains, among those given.
fn included(constraint: &SpreadConstraint, among: &Bits, statics: &StaticColumn) -> Bits {
    let mut included = among.clone();
    if constraint.node_affinity_policy == InclusionPolicy::Honor {
        included.keep(statics.admits());
    }
    if constraint.node_taints_policy == InclusionPolicy::Honor {
        included.keep(statics.tolerates());
    }
    included
}

/// A constraint `DoNotSchedule`.
#[derive(Clone, Debug)]
pub(super) struct HardConstraint {
    pub(super) constraint: SpreadConstraint,
    pub(super) topology: usize,
    included: Bits,
    counts: Vec<i64>,
    /// Nodes that make each domain one that counts.
    known: Vec<u32>,
    known_domains: usize,
    /// 1 if the pod itself counts once it is placed.
    itself: i64,
    /// The smallest count of a known domain and how many domains have it; to be found anew if none has.
    smallest: i64,
    at_smallest: usize,
}

impl HardConstraint {
    /// The hard constraints of a pod, nothing counted yet.
    pub(super) fn all(
        constraints: Vec<SpreadConstraint>,
        pod: &PodSpec,
        numbers: &[usize],
        topologies: &Topologies,
        statics: &StaticColumn,
    ) -> Vec<Self> {
        let Some(carriers) = carriers_of_all(&constraints, numbers, topologies) else { return Vec::new() };
        let mut made = Vec::new();
        for (constraint, &number) in constraints.into_iter().zip(numbers) {
            let topology = topologies.get(number);
            let included = included(&constraint, &carriers, statics);
            let mut known = vec![0; topology.count()];
            included.iter().for_each(|place| known[topology.domains()[place] as usize] += 1);
            let selector = constraint.selector.as_ref();
            let itself = i64::from(selector.is_some_and(|selector| selector.matches(&pod.labels)));
            made.push(Self {
                topology: number,
                included,
                counts: vec![0; topology.count()],
                known_domains: known.iter().filter(|nodes| **nodes > 0).count(),
                known,
                itself,
                smallest: 0,
                at_smallest: 0,
                constraint,
            });
        }
        made
    }

    /// Pods that the constraint counts came to a place, or left it.
    pub(super) fn add(&mut self, place: usize, pods: i64, topologies: &Topologies) {
        if !self.included.contains(place) {
            return;
        }
        let domain = topologies.get(self.topology).domains()[place] as usize;
        let old = self.counts[domain];
        let new = old + pods;
        self.counts[domain] = new;
        if self.at_smallest == 0 || old == new {
            return;
        }
        if new < self.smallest {
            (self.smallest, self.at_smallest) = (new, 1);
        } else {
            self.at_smallest += usize::from(new == self.smallest);
            self.at_smallest -= usize::from(old == self.smallest);
        }
    }

    /// The count that a domain may not exceed before the pod is placed there.
    pub(super) fn limit(&mut self) -> i64 {
        if self.at_smallest == 0 {
            let counts = self.counts.iter().zip(&self.known).filter(|pair| *pair.1 > 0).map(|pair| *pair.0);
            (self.smallest, self.at_smallest) = (0, 0);
            for count in counts {
                if self.at_smallest == 0 || count < self.smallest {
                    (self.smallest, self.at_smallest) = (count, 1);
                } else {
                    self.at_smallest += usize::from(count == self.smallest);
                }
            }
        }
        let too_few = (self.known_domains as i64) < i64::from(self.constraint.min_domains);
        let smallest = if too_few { 0 } else { self.smallest };
        i64::from(self.constraint.max_skew) + smallest - self.itself
    }

    /// The matching pods of each domain.
    pub(super) fn counts(&self) -> &[i64] {
        &self.counts
    }

    /// Bytes that are held.
    pub(super) fn bytes(&self) -> usize {
        self.counts.len() * 12 + self.included.words().len() * 8
    }
}

/// A constraint `ScheduleAnyway`.
#[derive(Clone, Debug)]
pub(super) struct SoftConstraint {
    pub(super) constraint: SpreadConstraint,
    pub(super) topology: usize,
    /// The key is `kubernetes.io/hostname`: pods are counted by place.
    pub(super) is_per_node: bool,
    included: Bits,
    /// By domain, or by place.
    counts: Vec<i64>,
}

impl SoftConstraint {
    /// The soft constraints of a pod, nothing counted yet, and the places that carry all their keys if
    /// the others are left out.
    pub(super) fn all(
        constraints: Vec<SpreadConstraint>,
        is_per_node: impl Fn(&SpreadConstraint) -> bool,
        all_keys_required: bool,
        numbers: &[usize],
        topologies: &Topologies,
        statics: &StaticColumn,
    ) -> (Vec<Self>, Option<Bits>) {
        let Some(carriers) = carriers_of_all(&constraints, numbers, topologies) else {
            return (Vec::new(), None);
        };
        let everyone = || {
            let places = topologies.get(numbers[0]).domains().len();
            let mut everyone = Bits::new(places);
            (0..places).for_each(|place| everyone.set(place, true));
            everyone
        };
        let among = if all_keys_required { carriers.clone() } else { everyone() };
        let made = constraints.into_iter().zip(numbers).map(|(constraint, &number)| {
            let topology = topologies.get(number);
            let is_per_node = is_per_node(&constraint);
            let length = if is_per_node { topology.domains().len() } else { topology.count() };
            Self {
                topology: number,
                is_per_node,
                included: included(&constraint, &among, statics),
                counts: vec![0; length],
                constraint,
            }
        });
        (made.collect(), all_keys_required.then_some(carriers))
    }

    /// Pods that the constraint counts came to a place, or left it. By place all nodes count, whatever the
    /// policies say, as in the plain cycle.
    pub(super) fn add(&mut self, place: usize, pods: i64, topologies: &Topologies) {
        if self.is_per_node {
            self.counts[place] += pods;
        } else if self.included.contains(place) {
            let domain = topologies.get(self.topology).domains()[place];
            // Where keys are not required, a node without the key is in the domain of the empty value.
            let domain = if domain == NO_DOMAIN { EMPTY_VALUE } else { domain };
            self.counts[domain as usize] += pods;
        }
    }

    /// The matching pods of each domain, or place.
    pub(super) fn counts(&self) -> &[i64] {
        &self.counts
    }

    /// Bytes that are held.
    pub(super) fn bytes(&self) -> usize {
        self.counts.len() * 8 + self.included.words().len() * 8
    }
}
