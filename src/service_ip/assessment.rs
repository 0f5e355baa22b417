//! What ranges of Service IPs amount to: what is wrong with them, their bands, how likely addresses are
//! taken, how long until nothing is left, and what to look out for. `kubecast ranges` tells it.
//!
//! Which ranges are refused follows kube-apiserver v1.34 (`cmd/kube-apiserver/app/options`,
//! `pkg/controlplane`) and the allocators; the words are theirs where they have some.
//!
//! DIFFERENCE: ServiceCIDRs may overlap in Kubernetes, and bits behind a prefix are cleared in its flag; both
//! are refused here. Every Service is taken to get an address of each range.

mod advice;
mod input;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use super::allocator::Allocator;
use super::cidr::{Cidr, Family};
use super::exhaustion::{Flow, Time, until};
use super::probability::simulation::simulate;
use super::probability::{Answer, Setting, Target};
use super::range::{Band, IpRange};
use crate::api::ServiceIpBehaviour;
use crate::kernel::Seed;

/// Installations, where no exact answer is within reach.
const RUNS: u64 = 100_000;
/// The place of the address that installers give to DNS, counted from the first usable one.
const DNS_PLACE: u64 = 9;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The ranges as text, the one of the cluster's default family first.
    pub cidrs: Vec<String>,
    /// Addresses whose fate is asked for, as text.
    pub addresses: Vec<String>,
    /// Addresses that are held beforehand, as text, besides that of the Service `kubernetes`.
    pub held: Vec<String>,
    /// Services that get any address.
    pub services: u64,
    /// Services that come and go from then on.
    pub flow: Option<Flow>,
    /// Which allocator there is.
    pub behaviour: ServiceIpBehaviour,
    /// For simulations.
    pub seed: Seed,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// Services that get any address.
    pub services: u64,
    /// One for each range.
    pub ranges: Vec<RangeAssessment>,
    /// Services that can have two addresses, if the first two ranges are of different families.
    pub dual_stack_services: Option<u64>,
}

/// The answer for one range.
#[derive(Clone, Debug)]
pub struct RangeAssessment {
    /// The range.
    pub range: IpRange,
    /// Places held beforehand, ascending.
    pub held: Vec<u64>,
    /// Services that get no address any more.
    pub without_address: u64,
    /// Services that get one of the static band.
    pub in_static_band: u64,
    /// Each address asked for, with its chance to be taken; `None` if it is out of reach.
    pub addresses: Vec<(IpAddr, Band, Option<Answer>)>,
    /// The chance that any of them is taken, if there are several.
    pub any: Option<Answer>,
    /// Time until the dynamic band is full, and until the range is.
    pub exhaustion: Option<[Time; 2]>,
    /// What to look out for.
    pub warnings: Vec<String>,
}

impl RangeAssessment {
    /// Addresses of a band that are not held beforehand.
    pub fn free(&self, band: Band) -> u64 {
        let (size, held) = match band {
            Band::Static => (self.range.offset(), self.held_in(Band::Static)),
            Band::Dynamic => (self.range.dynamic_size(), self.held_in(Band::Dynamic)),
        };
        size - held
    }

    /// Services that have room, besides those that hold an address beforehand.
    pub fn room(&self) -> u64 {
        self.free(Band::Dynamic).saturating_add(self.free(Band::Static))
    }

    fn held_in(&self, band: Band) -> u64 {
        self.held.iter().filter(|place| self.range.band_of(**place) == band).count() as u64
    }

    /// The address that installers give to DNS.
    pub fn dns(&self) -> Option<(IpAddr, Band)> {
        let is_there = self.range.size() > DNS_PLACE;
        is_there.then(|| (self.range.address(DNS_PLACE), self.range.band_of(DNS_PLACE)))
    }
}

/// Answers a question, or says what is wrong with it: one message a fault.
pub fn assess(question: &Question) -> Result<Assessment, Vec<String>> {
    let cidrs = input::cidrs(question)?;
    let (asked, held) = input::addresses(question, &cidrs)?;
    let mut ranges = Vec::new();
    for (cidr, (asked, held)) in cidrs.iter().zip(asked.iter().zip(held)) {
        let range =
            Allocator::range(*cidr, &question.behaviour).map_err(|error| vec![format!("{cidr}: {error}")])?;
        ranges.push(assess_one(question, range, asked, held));
    }
    let dual_stack_services = match &ranges[..] {
        [a, b] if a.range.cidr().family() != b.range.cidr().family() => {
            let free = |one: &RangeAssessment| one.range.size() - one.held.len() as u64;
            Some(free(a).min(free(b)))
        }
        _ => None,
    };
    Ok(Assessment { services: question.services, ranges, dual_stack_services })
}

fn assess_one(question: &Question, range: IpRange, asked: &[u64], held: Vec<u64>) -> RangeAssessment {
    let setting = Setting {
        size: range.size(),
        offset: range.offset(),
        held: held.clone(),
        services: question.services,
    };
    let chance =
        |target: &Target| setting.exactly(target).or_else(|| simulate(&setting, target, question.seed, RUNS));
    let mut one = RangeAssessment {
        range,
        held,
        without_address: 0,
        in_static_band: 0,
        addresses: Vec::new(),
        any: None,
        exhaustion: None,
        warnings: Vec::new(),
    };
    let (free_static, free_dynamic) = (one.free(Band::Static), one.free(Band::Dynamic));
    one.in_static_band = question.services.saturating_sub(free_dynamic).min(free_static);
    one.without_address = question.services.saturating_sub(free_dynamic).saturating_sub(free_static);
    one.addresses = (asked.iter())
        .map(|place| (range.address(*place), range.band_of(*place), chance(&Target::Address(*place))))
        .collect();
    if asked.len() > 1 {
        let mut places = asked.to_vec();
        places.sort_unstable();
        one.any = chance(&Target::AnyOf(places));
    }
    one.exhaustion = question.flow.map(|flow| {
        let services = question.services;
        [until(services, free_dynamic, flow), until(services, free_dynamic.saturating_add(free_static), flow)]
    });
    one.warnings = advice::warnings(&one, asked, question);
    one
}

/// What kube-apiserver finds wrong with the ranges of its flag; one message a fault.
pub fn flag_faults(cidrs: &[Cidr], behaviour: ServiceIpBehaviour) -> Vec<String> {
    input::fitting(cidrs, behaviour)
}

/// The first usable address of the first range belongs to the Service `kubernetes`.
const KUBERNETES_PLACE: u64 = 0;

/// The ranges of a family among several.
fn of_family(cidrs: &[Cidr], family: Family) -> Option<Cidr> {
    cidrs.iter().copied().find(|cidr| cidr.family() == family)
}
