//! The allocator that keeps an IPAddress object for each address (`ipallocator.Allocator`, alpha in
//! v1.27, the default from v1.33, KEP-1880; v1.32 and, for ranges of 2⁶³ addresses and more, v1.35).
//!
//! It keeps no count: a full range costs the draws of both bands. Only a range without any dynamic
//! address (/31, /32, /128) is full without a draw.

use std::net::IpAddr;

use super::cidr::{Cidr, Family, canonical, number};
use super::error::AllocationError;
use super::ip_allocator::IpAllocator;
use super::random::RandomSource;
use super::range::{Band, IpRange};
use super::runs::Runs;

/// How an address is found in a range of which others may hold addresses too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Search {
    /// The range.
    pub range: IpRange,
    /// In a range of 2⁶³ addresses or more a random start near the end of 64 bits is lowered by the size of
    /// the static band (v1.35). Before, a start of 2⁶³ or more was taken for a negative one: the address
    /// found lies below the range (kk 138374).
    pub overflow_safe_start: bool,
}

impl Search {
    /// Any address that is not among the objects, by the draws that Kubernetes makes.
    pub fn next(&self, objects: &Runs, random: &mut dyn RandomSource) -> Result<u128, AllocationError> {
        Scan::new(*self).next(objects, random)
    }

    /// A random start in the dynamic band, counted from its first address.
    fn dynamic_start(&self, random: &mut dyn RandomSource) -> i128 {
        let dynamic = self.range.dynamic_size();
        if dynamic < i64::MAX as u64 {
            return i128::from(random.int63n(dynamic));
        }
        let start = random.uint64();
        if !self.overflow_safe_start {
            // `addOffsetAddress` took the uint64 for an int64.
            return i128::from(start.cast_signed());
        }
        let beyond = u64::MAX - start < self.range.offset();
        i128::from(if beyond { start - self.range.offset() } else { start })
    }
}

/// A search that goes on behind an address that turned out to be taken (`ipIterator`): another API server
/// had created its object, and the cache did not show it yet.
#[derive(Clone, Copy, Debug)]
pub struct Scan {
    search: Search,
    part: Part,
}

/// What is left to look at.
#[derive(Clone, Copy, Debug)]
enum Part {
    /// Nothing was drawn.
    Dynamic,
    /// The rest of the dynamic band; `None` if the start lay behind all addresses.
    RestOfDynamic(Option<Rest>),
    /// The rest of the static band.
    RestOfStatic(Option<Rest>),
}

/// A band from `next` on to its last address, and around its end up to the start.
#[derive(Clone, Copy, Debug)]
struct Rest {
    first: u128,
    last: u128,
    start: u128,
    next: u128,
    is_around: bool,
}

impl Rest {
    /// The whole band. A start behind the last address is the first one; one behind all addresses of the
    /// family ends the search (`addOffsetAddress` fails). One before the first address stays there, and one
    /// before all addresses loses its sign (`big.Int.Bytes`).
    fn new(first: u128, last: u128, start: i128) -> Option<Self> {
        let distance = start.unsigned_abs();
        let start = if start < 0 { first.abs_diff(distance) } else { first.checked_add(distance)? };
        let start = if start > last { first } else { start };
        Some(Self { first, last, start, next: start, is_around: false })
    }

    fn next(&mut self, objects: &Runs) -> Option<u128> {
        if !self.is_around {
            if let Some(found) = self.find(objects, self.last) {
                return Some(found);
            }
            (self.is_around, self.next) = (true, self.first);
        }
        let before = self.start.checked_sub(1)?;
        self.find(objects, before)
    }

    fn find(&mut self, objects: &Runs, to: u128) -> Option<u128> {
        let found = (self.next <= to).then(|| objects.first_missing(self.next, to)).flatten();
        match found.unwrap_or(to).checked_add(1) {
            Some(next) => self.next = next,
            // The last address of the family.
            None => (self.is_around, self.next) = (true, self.first),
        }
        found
    }
}

impl Scan {
    /// A search that has not begun.
    pub fn new(search: Search) -> Self {
        Self { search, part: Part::Dynamic }
    }

    /// The range.
    pub fn range(&self) -> &IpRange {
        &self.search.range
    }

    /// The next address that is not among the objects. Draws are made when a band is begun.
    pub fn next(&mut self, objects: &Runs, random: &mut dyn RandomSource) -> Result<u128, AllocationError> {
        let range = self.search.range;
        let (first, last) = range.ends().ok_or(AllocationError::Full)?;
        let first_dynamic = first + u128::from(range.offset());
        loop {
            let found = match &mut self.part {
                Part::Dynamic => {
                    let start = self.search.dynamic_start(random);
                    self.part = Part::RestOfDynamic(Rest::new(first_dynamic, last, start));
                    continue;
                }
                Part::RestOfDynamic(rest) | Part::RestOfStatic(rest) => {
                    rest.as_mut().and_then(|rest| rest.next(objects))
                }
            };
            match (found, self.part) {
                (Some(found), _) => return Ok(found),
                (None, Part::RestOfDynamic(_)) if range.offset() > 0 => {
                    let start = random.intn(range.offset());
                    self.part = Part::RestOfStatic(Rest::new(first, first_dynamic - 1, i128::from(start)));
                }
                (None, _) => return Err(AllocationError::Full),
            }
        }
    }
}

/// The allocator of a single range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IpAddressAllocator {
    search: Search,
    objects: Runs,
    used_static: u64,
    used_dynamic: u64,
    used_outside: u64,
}

impl IpAddressAllocator {
    /// An empty range. The error is that of `NewIPAllocator`.
    pub fn new(cidr: Cidr, overflow_safe_start: bool) -> Result<Self, String> {
        let search = Search { range: IpRange::ip_address(cidr)?, overflow_safe_start };
        Ok(Self { search, objects: Runs::default(), used_static: 0, used_dynamic: 0, used_outside: 0 })
    }

    /// The range.
    pub fn range(&self) -> &IpRange {
        &self.search.range
    }

    /// How many addresses are taken in the static and in the dynamic band.
    pub fn used_by_band(&self) -> (u64, u64) {
        (self.used_static, self.used_dynamic)
    }

    fn used_around(&mut self, place: Option<u64>) -> &mut u64 {
        match place.map(|place| self.search.range.band_of(place)) {
            Some(Band::Static) => &mut self.used_static,
            Some(Band::Dynamic) => &mut self.used_dynamic,
            None => &mut self.used_outside,
        }
    }

    fn create(&mut self, place: Option<u64>, address: u128) -> Result<(), AllocationError> {
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
        self.create(Some(place), number(address))
    }

    fn allocate_next(&mut self, random: &mut dyn RandomSource) -> Result<IpAddr, AllocationError> {
        let found = self.search.next(&self.objects, random)?;
        let address = self.family().address(found);
        self.create(self.search.range.place(address), found)?;
        Ok(address)
    }

    fn release(&mut self, address: IpAddr) -> bool {
        if Family::of(address) != self.family() {
            return false;
        }
        let place = self.search.range.place(address);
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
        self.used_static + self.used_dynamic + self.used_outside
    }
}
