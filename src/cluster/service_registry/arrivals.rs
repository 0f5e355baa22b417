//! Who asks for Services: manifests of the beginning, generators, an installer's DNS, operators.

use std::net::IpAddr;

use super::setup::{DnsOrder, Generator, Pick, ServiceId, ServiceIpSetup};
use super::storage::bitmap_range;
use super::{Context, ServiceEvent, ServiceRegistry};
use crate::cluster::draw_uses;
use crate::kernel::{Draws, EventClass, Identity, SimDuration, stable_hash};
use crate::service_ip::Cidr;
use crate::service_ip::cidr::number;
use crate::service_ip::range::IpRange;

/// What is still to come.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    /// How many of each generator have come.
    made: Vec<u32>,
    /// Services that are still to come, of all sources but DNS.
    left: u64,
    /// DNS is created when so many are left; `None`: it is there, or there is none.
    dns_at: Option<u64>,
    /// The addresses that operators picked, by generator.
    picks: Vec<Vec<IpAddr>>,
}

impl Arrivals {
    /// Everything is still to come; operators have picked their addresses.
    pub(super) fn new(setup: &ServiceIpSetup, draws: &Draws) -> Self {
        let generated: u64 = setup.generators.iter().map(|generator| u64::from(generator.count)).sum();
        let all = generated + setup.first.len() as u64;
        let dns_at = setup.dns.map(|(_, order)| match order {
            DnsOrder::First => all,
            DnsOrder::Last => 0,
            DnsOrder::Parallel => {
                draws.keyed(draw_uses::SERVICE_ORDER, Identity::default(), 0).between(0, all)
            }
        });
        Self {
            made: vec![0; setup.generators.len()],
            left: all,
            dns_at,
            picks: setup.generators.iter().map(|generator| picks(setup, generator, draws)).collect(),
        }
    }
}

/// The addresses that an operator picks before anything is created.
fn picks(setup: &ServiceIpSetup, generator: &Generator, draws: &Draws) -> Vec<IpAddr> {
    let (Some(pick), Some(first)) = (generator.pick, setup.services.get(generator.first.index())) else {
        return Vec::new();
    };
    let cidr: Cidr = setup.ranges[0];
    // Where the static band is, or would be.
    let range = bitmap_range(cidr, true);
    let adopted = setup.adopted.iter().flat_map(|id| setup.services[id.index()].wanted.addresses());
    let mut held: Vec<u128> = adopted.filter(|address| cidr.contains(*address)).map(number).collect();
    let mut picked = Vec::with_capacity(generator.count as usize);
    for ordinal in 0..generator.count {
        let who = Identity { owner: stable_hash(first.label.as_bytes()), revision: 0, ordinal };
        let mut draw = draws.keyed(draw_uses::SERVICE_PICK, who, 0);
        let found = match pick {
            Pick::BesideExisting => beside(&range, &held),
            Pick::InBand | Pick::Anywhere => {
                let end = match (pick, range.offset()) {
                    (Pick::InBand, offset) if offset > 0 => offset,
                    _ => range.size(),
                };
                free(&range, end, &held, |bound| draw.below(bound))
            }
        };
        // With nothing left, the operator asks for the first address all the same.
        let address = found.unwrap_or_else(|| range.address(0));
        held.push(number(address));
        picked.push(address);
    }
    picked
}

/// The free address right behind the lowest that is held.
fn beside(range: &IpRange, held: &[u128]) -> Option<IpAddr> {
    let is_free = |address: &IpAddr| !held.contains(&number(*address));
    let behind =
        |place: u64| Some(range.address(place + 1)).filter(|_| place + 1 < range.size()).filter(is_free);
    let mut places: Vec<u64> =
        (held.iter()).filter_map(|held| range.place(range.cidr().family().address(*held))).collect();
    places.sort_unstable();
    places.into_iter().find_map(behind)
}

/// Any free address below a place; of so many tries the first that is free.
fn free(range: &IpRange, end: u64, held: &[u128], mut below: impl FnMut(u64) -> u64) -> Option<IpAddr> {
    let held_here = held
        .iter()
        .filter(|held| range.place(range.cidr().family().address(**held)).is_some_and(|place| place < end));
    if held_here.count() as u64 >= end {
        return None;
    }
    loop {
        let address = range.address(below(end));
        if !held.contains(&number(address)) {
            return Some(address);
        }
    }
}

impl ServiceRegistry {
    /// Time 0: manifests first, then the generators that begin now.
    pub(super) fn begin(&mut self, context: &mut Context<'_, '_>) {
        let setup = std::sync::Arc::clone(&self.setup);
        self.dns_if_due(context);
        for id in &setup.first {
            self.apply(*id, setup.services[id.index()].wanted.clone(), None, context);
            self.arrivals.left -= 1;
            self.dns_if_due(context);
        }
        for (place, generator) in setup.generators.iter().enumerate() {
            if generator.count > 0 {
                let wait = SimDuration(generator.from.0);
                if wait.0 == 0 {
                    self.arrive(place, context);
                } else {
                    context.push(wait, EventClass::Essential, ServiceEvent::Arrive(place as u32));
                }
            }
        }
    }

    fn dns_if_due(&mut self, context: &mut Context<'_, '_>) {
        if let (Some(at), Some((id, _))) = (self.arrivals.dns_at, self.setup.dns)
            && at == self.arrivals.left
        {
            self.arrivals.dns_at = None;
            let wanted = self.setup.services[id.index()].wanted.clone();
            self.apply(id, wanted, None, context);
        }
    }

    /// A generator's next Service, and those that come at the same time.
    pub(super) fn arrive(&mut self, place: usize, context: &mut Context<'_, '_>) {
        let setup = std::sync::Arc::clone(&self.setup);
        let generator = &setup.generators[place];
        loop {
            let ordinal = self.arrivals.made[place];
            let id = ServiceId(generator.first.0 + ordinal);
            let named = &setup.services[id.index()];
            let mut wanted = named.wanted.clone();
            if let Some(address) = self.arrivals.picks[place].get(ordinal as usize) {
                wanted.cluster_ips = vec![Some(*address)];
            }
            self.apply(id, wanted, generator.server, context);
            let who = |label: &str| Identity { owner: stable_hash(label.as_bytes()), revision: 0, ordinal };
            if let Some(lifetime) = &generator.lifetime {
                let life = lifetime.sample_with(|| {
                    context.api.draws.keyed(draw_uses::SERVICE_LIFETIME, who(&named.label), 0)
                });
                context.push(life, EventClass::Essential, ServiceEvent::Expire(id));
            }
            self.arrivals.made[place] += 1;
            self.arrivals.left -= 1;
            self.dns_if_due(context);
            if self.arrivals.made[place] == generator.count {
                return;
            }
            let gap = generator
                .every
                .sample_with(|| context.api.draws.keyed(draw_uses::SERVICE_ARRIVAL, who(&named.label), 0));
            if gap.0 > 0 {
                context.push(gap, EventClass::Essential, ServiceEvent::Arrive(place as u32));
                return;
            }
        }
    }
}
