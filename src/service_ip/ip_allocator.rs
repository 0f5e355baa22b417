//! What all allocators of addresses offer (`ipallocator.Interface`, v1.32).

use std::net::IpAddr;

use super::cidr::Family;
use super::error::AllocationError;
use super::random::RandomSource;

/// Gives addresses of one family to Services.
pub trait IpAllocator {
    /// The family.
    fn family(&self) -> Family;

    /// Takes the address that is asked for.
    fn allocate(&mut self, address: IpAddr) -> Result<(), AllocationError>;

    /// Takes any address.
    fn allocate_next(&mut self, random: &mut dyn RandomSource) -> Result<IpAddr, AllocationError>;

    /// Gives an address back; says whether it was taken. One that is free, or of another range, is no
    /// error.
    fn release(&mut self, address: IpAddr) -> bool;

    /// Whether an address is taken.
    fn has(&self, address: IpAddr) -> bool;

    /// How many addresses are taken.
    fn used(&self) -> u64;
}
