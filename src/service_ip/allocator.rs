//! The allocators of addresses, and the choice between them by release and gates.

use std::net::IpAddr;

use super::bitmap_range::BitmapRange;
use super::cidr::{Cidr, Family};
use super::error::AllocationError;
use super::ip_address::IpAddressAllocator;
use super::ip_allocator::IpAllocator;
use super::random::RandomSource;
use super::range::IpRange;
use super::service_cidrs::ServiceCidrs;
use crate::api::ServiceIpBehaviour;

/// One of the allocators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allocator {
    /// A bitmap in etcd.
    Bitmap(BitmapRange),
    /// IPAddress objects of a single range.
    IpAddress(IpAddressAllocator),
    /// IPAddress objects of the ranges of ServiceCIDRs.
    ServiceCidrs(ServiceCidrs),
}

impl Allocator {
    /// The allocator that a release uses for a range, alone. The error is that of the API server that
    /// cannot make it.
    pub fn new(cidr: Cidr, behaviour: &ServiceIpBehaviour) -> Result<Self, String> {
        if behaviour.ip_address_objects {
            IpAddressAllocator::new(cidr, behaviour.overflow_safe_start).map(Self::IpAddress)
        } else {
            Ok(Self::Bitmap(BitmapRange::new(cidr, behaviour.static_subrange)))
        }
    }

    /// The range that a release makes of a CIDR.
    pub fn range(cidr: Cidr, behaviour: &ServiceIpBehaviour) -> Result<IpRange, String> {
        if behaviour.ip_address_objects {
            IpRange::ip_address(cidr)
        } else {
            Ok(IpRange::bitmap(cidr, behaviour.static_subrange))
        }
    }

    fn inner(&self) -> &dyn IpAllocator {
        match self {
            Self::Bitmap(allocator) => allocator,
            Self::IpAddress(allocator) => allocator,
            Self::ServiceCidrs(allocator) => allocator,
        }
    }

    fn inner_mut(&mut self) -> &mut dyn IpAllocator {
        match self {
            Self::Bitmap(allocator) => allocator,
            Self::IpAddress(allocator) => allocator,
            Self::ServiceCidrs(allocator) => allocator,
        }
    }
}

impl IpAllocator for Allocator {
    fn family(&self) -> Family {
        self.inner().family()
    }

    fn allocate(&mut self, address: IpAddr) -> Result<(), AllocationError> {
        self.inner_mut().allocate(address)
    }

    fn allocate_next(&mut self, random: &mut dyn RandomSource) -> Result<IpAddr, AllocationError> {
        self.inner_mut().allocate_next(random)
    }

    fn release(&mut self, address: IpAddr) -> bool {
        self.inner_mut().release(address)
    }

    fn has(&self, address: IpAddr) -> bool {
        self.inner().has(address)
    }

    fn used(&self) -> u64 {
        self.inner().used()
    }
}
