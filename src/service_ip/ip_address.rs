//! The allocator that keeps an IPAddress object for each address (`ipallocator.Allocator`, alpha in
//! v1.27, the default from v1.33, KEP-1880; v1.32 and, for ranges of 2⁶³ addresses and more, v1.35).
//!
//! It keeps no count: a full range costs the draws of both bands. Only a range without any dynamic
//! address (/31, /32, /128) is full without a draw.

use std::net::IpAddr;

use super::allocator::IpAllocator;
use super::cidr::{Cidr, Family, canonical, number};
use super::error::AllocationError;
use super::random::RandomSource;
use super::range::{Band, IpRange};
use super::runs::Runs;

/// How an address is found in a range of which others may hold addresses too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// The range.
    pub range: IpRange,
    /// In a range of 2⁶³ addresses or more a random start near the end of 64 bits is lowered by the size of
    /// the static band (v1.35).
    pub overflow_safe_start: bool,
}

impl Search {
    /// Any address that is not among the objects, by the draws that Kubernetes makes.
    pub fn next(&self, objects: &Runs, random: &mut dyn RandomSource) -> Result<u128, AllocationError> {
        let (first, last) = self.range.ends().ok_or(AllocationError::Full)?;
        let (offset, dynamic) = (self.range.offset(), self.range.dynamic_size());
        let first_dynamic = first + u128::from(offset);
        let start = if dynamic >= i64::MAX as u64 {
            let mut start = random.uint64();
            if self.overflow_safe_start && u64::MAX - start < offset {
                start -= offset;
            }
            start
        } else {
            random.int63n(dynamic)
        };
        if let Some(found) = scan(objects, first_dynamic, last, start) {
            return Ok(found);
        }
        if offset == 0 {
            return Err(AllocationError::Full);
        }
        let start = random.intn(offset);
        scan(objects, first, first_dynamic - 1, start).ok_or(AllocationError::Full)
    }
}

/// The first free address from `first + start` on, and around the end. A start behind the last address
/// is the first one; one behind all addresses of the family ends the search (`addOffsetAddress` fails).
fn scan(objects: &Runs, first: u128, last: u128, start: u64) -> Option<u128> {
    let start = first.checked_add(u128::from(start))?;
    let start = if start > last { first } else { start };
    let found = objects.first_missing(start, last);
    found.or_else(|| start.checked_sub(1).and_then(|before| objects.first_missing(first, before)))
}

/// The allocator of a single range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpAddressAllocator {
    search: Search,
    objects: Runs,
    used_static: u64,
    used_dynamic: u64,
}

impl IpAddressAllocator {
    /// An empty range. The error is that of `NewIPAllocator`.
    pub fn new(cidr: Cidr, overflow_safe_start: bool) -> Result<Self, String> {
        let search = Search { range: IpRange::ip_address(cidr)?, overflow_safe_start };
        Ok(Self { search, objects: Runs::default(), used_static: 0, used_dynamic: 0 })
    }

    /// The range.
    pub fn range(&self) -> &IpRange {
        &self.search.range
    }

    /// How many addresses are taken in the static and in the dynamic band.
    pub fn used_by_band(&self) -> (u64, u64) {
        (self.used_static, self.used_dynamic)
    }

    fn used_around(&mut self, place: u64) -> &mut u64 {
        match self.search.range.band_of(place) {
            Band::Static => &mut self.used_static,
            Band::Dynamic => &mut self.used_dynamic,
        }
    }

    fn create(&mut self, place: u64, address: u128) -> Result<(), AllocationError> {
        if !self.objects.insert(address) {
            return Err(AllocationError::Allocated);
        }
        *self.used_around(place) += 1;
        Ok(())
    }
}

impl IpAllocator for IpAddressAllocator {
    fn family(&self) -> Family {
        self.search.range.cidr().family()
    }

    fn allocate(&mut self, address: IpAddr) -> Result<(), AllocationError> {
        let range = self.search.range;
        let outside = || AllocationError::NotInRange { address: canonical(address), range: range.cidr() };
        let place = range.place(address).ok_or_else(outside)?;
        self.create(place, number(address))
    }

    fn allocate_next(&mut self, random: &mut dyn RandomSource) -> Result<IpAddr, AllocationError> {
        let found = self.search.next(&self.objects, random)?;
        let address = self.family().address(found);
        let place = self.search.range.place(address).expect("the address found lies in the range");
        self.create(place, found)?;
        Ok(address)
    }

    fn release(&mut self, address: IpAddr) -> bool {
        let Some(place) = self.search.range.place(address) else { return false };
        let was_there = self.objects.remove(number(address));
        if was_there {
            *self.used_around(place) -= 1;
        }
        was_there
    }

    fn has(&self, address: IpAddr) -> bool {
        Family::of(address) == self.family() && self.objects.contains(number(address))
    }

    fn used(&self) -> u64 {
        self.used_static + self.used_dynamic
    }
}
