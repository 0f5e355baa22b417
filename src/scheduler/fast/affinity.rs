//! InterPodAffinity of one template: pods by domain, kept up to date as pods come and go.
//!
//! The plain cycle walks over all pods and adds, for each term that matches, 1 or a weight to the domain
//! of the pod's node. What a pod adds depends on its spec and the node's labels alone, so the sums are kept
//! exactly by adding what comes and taking away what goes; terms that name namespaces by label are
//! resolved anew, with everything else of the template, when a namespace changes.

use super::classes::{ClassId, Classes, has_affinity};
use super::topologies::{NO_DOMAIN, Topologies};
use crate::api::{AffinityTerm, Labels, Pod, PodSpec};
use crate::kernel::Symbol;
use crate::scheduler::cache::Cache;
use crate::scheduler::plugins::inter_pod_affinity::{
    IncomingTerm, InterPodAffinityArgs, existing_term_matches, matches_all, signed,
};

/// A sum by domain.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    pub(super) topology: usize,
    /// What it is for.
    role: Role,
    sums: Vec<i64>,
    /// Domains whose sum is not 0.
    others_than_zero: usize,
}

/// What a tally is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A required affinity term of the pod: pods that match all of them.
    Affinity,
    /// A required anti-affinity term of the pod: pods that match it.
    AntiAffinity,
    /// Existing pods' required anti-affinity terms that match the pod.
    Existing,
    /// Weights of preferred terms, the pod's and others'.
    Preferred,
}

impl Tally {
    /// The sum of each domain.
    pub(super) fn sums(&self) -> &[i64] {
        &self.sums
    }

    /// Whether all sums are 0.
    pub(super) fn is_zero(&self) -> bool {
        self.others_than_zero == 0
    }

    fn add(&mut self, place: usize, weight: i64, topologies: &Topologies) {
        let domain = topologies.get(self.topology).domains()[place];
        if domain != NO_DOMAIN {
            let sum = &mut self.sums[domain as usize];
            self.others_than_zero -= usize::from(*sum != 0);
            *sum += weight;
            self.others_than_zero += usize::from(*sum != 0);
        }
    }
}

/// The terms of one template with their tallies.
#[derive(Clone, Debug)]
pub(super) struct Affinity {
    args: InterPodAffinityArgs,
    filters: bool,
    scores: bool,
    required: Vec<IncomingTerm>,
    anti: Vec<IncomingTerm>,
    preferred: Vec<(i64, IncomingTerm)>,
    namespace_labels: Labels,
    /// The pod may be the first of its group.
    pub(super) matches_itself: bool,
    /// First those of `required` and `anti`, in order.
    tallies: Vec<Tally>,
}

impl Affinity {
    pub(super) fn new(
        pod: &Pod,
        args: InterPodAffinityArgs,
        (filters, scores): (bool, bool),
        cache: &Cache,
        topologies: &mut Topologies,
    ) -> Self {
        let spec = &pod.spec;
        let resolve = |terms: &[AffinityTerm], used: bool| -> Vec<IncomingTerm> {
            terms.iter().filter(|_| used).map(|term| IncomingTerm::new(term, cache)).collect()
        };
        let required = resolve(&spec.affinity.required, filters);
        let anti = resolve(&spec.anti_affinity.required, filters);
        let lines = signed(spec).filter(|_| scores);
        let preferred: Vec<_> = lines
            .map(|(line, sign)| (sign * i64::from(line.weight), IncomingTerm::new(&line.term, cache)))
            .collect();
        let mut affinity = Self {
            args,
            filters,
            scores: scores && !(args.ignore_preferred_terms_of_existing_pods && preferred.is_empty()),
            matches_itself: matches_all(&required, spec),
            namespace_labels: cache.namespace_labels(spec.namespace).cloned().unwrap_or_default(),
            required,
            anti,
            preferred,
            tallies: Vec::new(),
        };
        let keys =
            |terms: &[IncomingTerm]| terms.iter().map(|term| term.term.topology_key).collect::<Vec<_>>();
        for (role, keys) in
            [(Role::Affinity, keys(&affinity.required)), (Role::AntiAffinity, keys(&affinity.anti))]
        {
            for key in keys {
                affinity.push(key, role, cache, topologies);
            }
        }
        affinity
    }

    fn push(&mut self, key: Symbol, role: Role, cache: &Cache, topologies: &mut Topologies) {
        let topology = topologies.number(key, cache);
        let sums = vec![0; topologies.get(topology).count()];
        self.tallies.push(Tally { topology, role, sums, others_than_zero: 0 });
    }

    /// The tally of a key, for roles that have one a key.
    fn tally(&mut self, key: Symbol, role: Role, cache: &Cache, topologies: &mut Topologies) -> usize {
        let topology = topologies.number(key, cache);
        let same = |tally: &Tally| tally.topology == topology && tally.role == role;
        self.tallies.iter().position(same).unwrap_or_else(|| {
            self.push(key, role, cache, topologies);
            self.tallies.len() - 1
        })
    }

    /// The tallies of a role.
    pub(super) fn of(&self, role: Role) -> impl Iterator<Item = &Tally> {
        self.tallies.iter().filter(move |tally| tally.role == role)
    }

    /// What each pod of a spec adds: tallies with weights.
    pub(super) fn effect(
        &mut self,
        pod: &Pod,
        other: &PodSpec,
        cache: &Cache,
        topologies: &mut Topologies,
    ) -> Vec<(usize, i64)> {
        let mut effect = Vec::new();
        if self.filters {
            if matches_all(&self.required, other) {
                effect.extend((0..self.required.len()).map(|tally| (tally, 1)));
            }
            let repelling = self.anti.iter().enumerate().filter(|(_, term)| term.matches(other));
            effect.extend(repelling.map(|(place, _)| (self.required.len() + place, 1)));
        }
        let mut weights: Vec<(Symbol, Role, i64)> = Vec::new();
        if self.scores {
            let matching = self.preferred.iter().filter(|(_, term)| term.matches(other));
            weights.extend(matching.map(|(weight, term)| (term.term.topology_key, Role::Preferred, *weight)));
        }
        if has_affinity(other) {
            let concerns = |term: &AffinityTerm| existing_term_matches(term, pod, &self.namespace_labels);
            let repelling = other.anti_affinity.required.iter().filter(|term| self.filters && concerns(term));
            weights.extend(repelling.map(|term| (term.topology_key, Role::Existing, 1)));
            let hard_weight = i64::from(self.args.hard_pod_affinity_weight);
            if self.scores && hard_weight > 0 {
                let attracting = other.affinity.required.iter().filter(|term| concerns(term));
                weights.extend(attracting.map(|term| (term.topology_key, Role::Preferred, hard_weight)));
            }
            if self.scores {
                let lines = signed(other).filter(|(line, _)| concerns(&line.term));
                weights.extend(lines.map(|(line, sign)| {
                    (line.term.topology_key, Role::Preferred, sign * i64::from(line.weight))
                }));
            }
        }
        for (key, role, weight) in weights {
            effect.push((self.tally(key, role, cache, topologies), weight));
        }
        effect
    }

    /// Pods with an effect came to a place, or left it.
    pub(super) fn add(&mut self, effect: &[(usize, i64)], place: usize, pods: i64, topologies: &Topologies) {
        for &(tally, weight) in effect {
            self.tallies[tally].add(place, pods * weight, topologies);
        }
    }

    /// Adds every class that can have an effect to a list.
    pub(super) fn candidates(&self, classes: &Classes, list: &mut Vec<ClassId>) {
        list.extend(classes.with_affinity());
        let terms = self.required.iter().take(1).chain(&self.anti);
        let terms = terms.chain(self.preferred.iter().map(|line| &line.1));
        for selector in terms.filter_map(|term| term.term.selector.as_ref()) {
            classes.candidates(selector, list);
        }
    }

    /// Bytes that are held.
    pub(super) fn bytes(&self) -> usize {
        self.tallies.iter().map(|tally| tally.sums.len() * 8).sum()
    }
}
