//! The allocator that keeps a bitmap of a range (`ipallocator.Range`, the default before v1.33; v1.32).
//!
//! It counts what it gave, so that a full range is known without a draw, and ignores releases of
//! addresses outside the range.

use std::net::IpAddr;

use super::allocation_bitmap::AllocationBitmap;
use super::cidr::{Cidr, Family};
use super::error::AllocationError;
use super::ip_allocator::IpAllocator;
use super::random::RandomSource;
use super::range::IpRange;

/// The allocator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BitmapRange {
    range: IpRange,
    places: AllocationBitmap,
}

impl BitmapRange {
    /// An empty range; `split`: with a static band (`ServiceIPStaticSubrange`).
    pub fn new(cidr: Cidr, split: bool) -> Self {
        let range = IpRange::bitmap(cidr, split);
        let (size, offset) = (range.size() as usize, range.offset() as usize);
        Self { range, places: AllocationBitmap::new(size, offset) }
    }

    /// The range.
    pub fn range(&self) -> &IpRange {
        &self.range
    }

    /// Which places are taken.
    pub fn places(&self) -> &AllocationBitmap {
        &self.places
    }

    fn not_in_range(&self, address: IpAddr) -> AllocationError {
        AllocationError::NotInRange { address, range: self.range.cidr() }
    }
}

impl IpAllocator for BitmapRange {
    fn family(&self) -> Family {
        self.range.cidr().family()
    }

    fn allocate(&mut self, address: IpAddr) -> Result<(), AllocationError> {
        let place = self.range.place(address).ok_or_else(|| self.not_in_range(address))?;
        if self.places.allocate(place as usize) { Ok(()) } else { Err(AllocationError::Allocated) }
    }

    fn allocate_next(&mut self, random: &mut dyn RandomSource) -> Result<IpAddr, AllocationError> {
        let place = self.places.allocate_next(random).ok_or(AllocationError::Full)?;
        Ok(self.range.address(place as u64))
    }

    fn release(&mut self, address: IpAddr) -> bool {
        self.range.place(address).is_some_and(|place| self.places.release(place as usize))
    }

    fn has(&self, address: IpAddr) -> bool {
        self.range.place(address).is_some_and(|place| self.places.contains(place as usize))
    }

    fn used(&self) -> u64 {
        self.places.used() as u64
    }
}
