//! Several ranges over the same IPAddress objects: the ranges of the ServiceCIDRs of one family
//! (`ipallocator.MetaAllocator`, v1.33).
//!
//! Ranges may overlap; an address is taken when its object is there, whatever range gave it. An address
//! asked for goes to the first ready range that has it (the ends of the CIDR are in none); any address
//! comes from the first range that is ready and not full.
//!
//! DIFFERENCE: Kubernetes walks over its ranges in the order of a Go map, which changes from call to
//! call; here they are asked in the order in which they were added.

use std::net::IpAddr;

use super::cidr::{Cidr, Family, number};
use super::error::AllocationError;
use super::ip_address::{Scan, Search};
use super::ip_allocator::IpAllocator;
use super::random::RandomSource;
use super::range::IpRange;
use super::runs::Runs;

/// The ranges of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCidrs {
    family: Family,
    overflow_safe_start: bool,
    ranges: Vec<ReadyRange>,
    objects: Runs,
    used: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ReadyRange {
    search: Search,
    ready: bool,
}

impl ServiceCidrs {
    /// No range yet.
    pub fn new(family: Family, overflow_safe_start: bool) -> Self {
        Self { family, overflow_safe_start, ranges: Vec::new(), objects: Runs::default(), used: 0 }
    }

    /// Adds a ready range; one that is there already becomes ready. The error is Kubernetes'.
    pub fn add(&mut self, cidr: Cidr) -> Result<(), String> {
        assert_eq!(cidr.family(), self.family, "ranges of one family");
        if self.set_ready(cidr, true) {
            return Ok(());
        }
        let range = IpRange::ip_address(cidr)?;
        let search = Search { range, overflow_safe_start: self.overflow_safe_start };
        self.ranges.push(ReadyRange { search, ready: true });
        Ok(())
    }

    /// A range that is not ready gives nothing; its addresses stay. Says whether there is such a range.
    pub fn set_ready(&mut self, cidr: Cidr, ready: bool) -> bool {
        let range = self.ranges.iter_mut().find(|range| range.search.range.cidr() == cidr);
        range.map(|range| range.ready = ready).is_some()
    }

    /// Takes a range away; the objects stay.
    pub fn remove(&mut self, cidr: Cidr) {
        self.ranges.retain(|range| range.search.range.cidr() != cidr);
    }

    /// Takes note of an object that another API server created; says whether it was not there.
    pub fn note(&mut self, address: IpAddr) -> bool {
        let is_new = self.objects.insert(number(address));
        self.used += u64::from(is_new);
        is_new
    }

    /// Takes note of an object that is gone, whatever range it lay in; says whether it was there.
    pub fn forget(&mut self, address: IpAddr) -> bool {
        let was_there = self.objects.remove(number(address));
        self.used -= u64::from(was_there);
        was_there
    }

    /// The objects, by the numbers of their addresses.
    pub fn objects(&self) -> &Runs {
        &self.objects
    }

    /// Searches in the ranges that are ready, in order.
    pub fn scans(&self) -> impl Iterator<Item = Scan> {
        self.ranges.iter().filter(|range| range.ready).map(|range| Scan::new(range.search))
    }

    /// All ranges, with whether they are ready.
    pub fn ranges(&self) -> impl Iterator<Item = (&IpRange, bool)> {
        self.ranges.iter().map(|range| (&range.search.range, range.ready))
    }

    /// Whether an address may be asked for: it lies in a range that is ready.
    pub fn admits(&self, address: IpAddr) -> Result<(), AllocationError> {
        let range = self.with(address, true)?.search.range;
        let outside = AllocationError::NotInRange { address, range: range.cidr() };
        range.place(address).map(|_| ()).ok_or(outside)
    }

    /// Whether an address lies in any range, ready or not.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.with(address, false).is_ok()
    }

    fn with(&self, address: IpAddr, only_ready: bool) -> Result<ReadyRange, AllocationError> {
        let found = self.ranges.iter().find(|range| {
            let cidr = range.search.range.cidr();
            let is_end = number(address) == cidr.base()
                || (cidr.family() == Family::IPv4 && number(address) == cidr.top());
            cidr.contains(address) && !is_end && (range.ready || !only_ready)
        });
        found.copied().ok_or(AllocationError::MismatchedNetwork)
    }
}

impl IpAllocator for ServiceCidrs {
    fn family(&self) -> Family {
        self.family
    }

    fn allocate(&mut self, address: IpAddr) -> Result<(), AllocationError> {
        self.admits(address)?;
        if !self.objects.insert(number(address)) {
            return Err(AllocationError::Allocated);
        }
        self.used += 1;
        Ok(())
    }

    fn allocate_next(&mut self, random: &mut dyn RandomSource) -> Result<IpAddr, AllocationError> {
        for range in self.ranges.iter().filter(|range| range.ready) {
            if let Ok(found) = range.search.next(&self.objects, random) {
                let is_new = self.objects.insert(found);
                assert!(is_new, "the address found is free");
                self.used += 1;
                return Ok(self.family.address(found));
            }
        }
        Err(AllocationError::Full)
    }

    fn release(&mut self, address: IpAddr) -> bool {
        let is_released = self.with(address, false).is_ok() && self.objects.remove(number(address));
        self.used -= u64::from(is_released);
        is_released
    }

    fn has(&self, address: IpAddr) -> bool {
        self.with(address, true).is_ok() && self.objects.contains(number(address))
    }

    fn used(&self) -> u64 {
        self.used
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{DrawUse, Draws, Seed};

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).expect("a CIDR")
    }

    #[test]
    fn a_second_range_takes_over_and_overlaps_hold_no_address_twice() {
        let mut random = Draws::new(Seed(1), 0).stream(DrawUse(1), 0);
        let mut cidrs = ServiceCidrs::new(Family::IPv4, false);
        assert_eq!(cidrs.allocate_next(&mut random), Err(AllocationError::Full));
        cidrs.add(cidr("10.0.0.0/30")).expect("a range");
        let given: Vec<_> = (0..2).map(|_| cidrs.allocate_next(&mut random).expect("free")).collect();
        assert_eq!(cidrs.allocate_next(&mut random), Err(AllocationError::Full));
        cidrs.add(cidr("10.0.0.0/29")).expect("an overlapping range");
        for _ in 0..4 {
            assert!(!given.contains(&cidrs.allocate_next(&mut random).expect("free")));
        }
        assert_eq!((cidrs.allocate_next(&mut random), cidrs.used()), (Err(AllocationError::Full), 6));
        cidrs.remove(cidr("10.0.0.0/29"));
        let inside = "10.0.0.5".parse().expect("an address");
        assert_eq!(cidrs.allocate(inside), Err(AllocationError::MismatchedNetwork));
        assert!(!cidrs.release(inside), "no range has it any more");
        assert!(cidrs.set_ready(cidr("10.0.0.0/30"), false) && cidrs.release(given[0]));
        assert_eq!(cidrs.allocate(given[0]), Err(AllocationError::MismatchedNetwork));
    }
}
