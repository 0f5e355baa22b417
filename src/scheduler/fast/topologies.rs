//! Domains of the nodes by topology key, as numbers by place in the node list.

use super::bits::Bits;
use crate::api::NodeId;
use crate::kernel::{LookupMap, Symbol};
use crate::scheduler::cache::Cache;

/// The domain of a node that does not carry the key.
pub(super) const NO_DOMAIN: u32 = u32::MAX;
/// The domain of the empty value: kept even where no node carries it, as scoring puts nodes without
/// the key there.
pub(super) const EMPTY_VALUE: u32 = 0;
/// With so many domains or fewer, the nodes of each are kept as a set.
const FEW_DOMAINS: usize = 64;

/// The domains of one topology key.
#[derive(Clone, Debug)]
pub(super) struct Topology {
    key: Symbol,
    numbers: LookupMap<Symbol, u32>,
    count: usize,
    /// The domain of each place, or [`NO_DOMAIN`].
    domains: Vec<u32>,
    /// The places of each domain, while they are few.
    members: Option<Vec<Bits>>,
    /// The places without the key.
    missing: Bits,
}

impl Topology {
    fn new(key: Symbol, cache: &Cache) -> Self {
        let places = cache.nodes().len();
        let mut topology = Self {
            key,
            numbers: LookupMap::default(),
            count: 0,
            domains: vec![NO_DOMAIN; places],
            members: Some(Vec::new()),
            missing: Bits::new(places),
        };
        topology.number(cache.known().empty);
        for (place, node) in cache.nodes().iter().enumerate() {
            let domain = topology.domain_of(cache, *node);
            topology.put(place, domain);
        }
        topology
    }

    fn number(&mut self, value: Symbol) -> u32 {
        let next = self.count as u32;
        let number = *self.numbers.get_or_insert_with(value, || next);
        if number == next {
            self.count += 1;
            match &mut self.members {
                Some(members) if members.len() < FEW_DOMAINS => members.push(Bits::new(self.domains.len())),
                _ => self.members = None,
            }
        }
        number
    }

    fn domain_of(&mut self, cache: &Cache, node: NodeId) -> u32 {
        let value = cache.node_info(node).node().labels.get(self.key);
        value.map_or(NO_DOMAIN, |value| self.number(value))
    }

    fn put(&mut self, place: usize, domain: u32) {
        let old = std::mem::replace(&mut self.domains[place], domain);
        if let Some(members) = &mut self.members {
            if old != NO_DOMAIN {
                members[old as usize].set(place, false);
            }
            if domain != NO_DOMAIN {
                members[domain as usize].set(place, true);
            }
        }
        self.missing.set(place, domain == NO_DOMAIN);
    }

    /// How many domains there are, that of the empty value included.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The domain of each place.
    pub(super) fn domains(&self) -> &[u32] {
        &self.domains
    }

    /// The places of each domain, if there are few.
    pub(super) fn members(&self) -> Option<&[Bits]> {
        self.members.as_deref()
    }

    /// The places without the key.
    pub(super) fn missing(&self) -> &Bits {
        &self.missing
    }

    /// The places with the key.
    pub(super) fn carriers(&self) -> Bits {
        let mut carriers = Bits::new(self.domains.len());
        for (place, domain) in self.domains.iter().enumerate() {
            carriers.set(place, *domain != NO_DOMAIN);
        }
        carriers
    }
}

/// The topologies that templates ask about. They are numbered as they are asked for first.
#[derive(Clone, Debug, Default)]
pub(super) struct Topologies {
    numbers: LookupMap<Symbol, usize>,
    list: Vec<Topology>,
    /// Grows when a node changes its domain.
    epoch: u64,
}

impl Topologies {
    /// The number of a key's topology.
    pub(super) fn number(&mut self, key: Symbol, cache: &Cache) -> usize {
        let next = self.list.len();
        let number = *self.numbers.get_or_insert_with(key, || next);
        if number == next {
            self.list.push(Topology::new(key, cache));
        }
        number
    }

    /// A topology.
    pub(super) fn get(&self, number: usize) -> &Topology {
        &self.list[number]
    }

    /// Grows when a node changes its domain.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A node's labels may have changed.
    pub(super) fn node_changed(&mut self, place: usize, node: NodeId, cache: &Cache) {
        for topology in &mut self.list {
            let domain = topology.domain_of(cache, node);
            if domain != topology.domains[place] {
                topology.put(place, domain);
                self.epoch += 1;
            }
        }
    }
}
