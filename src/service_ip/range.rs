//! The usable addresses of a range and its two bands (KEP-3070, KEP-1880; `ipallocator`, v1.32).
//!
//! ```text
//! 10.96.0.0/24, split: 254 usable addresses
//!
//! .0       .1            .16 .17                                   .254    .255
//! network  static band (16)  dynamic band (238)                            broadcast
//! never    asked for         given out; asked for too                      never (IPv4)
//! ```
//!
//! - The static band has min(max(16, S / 16), 256) addresses, S being all 2^hostbits of the CIDR; a CIDR of
//!   up to 16 is not split.
//! - IPv4 has S − 2 usable addresses, IPv6 S − 1: its last one is usable.
//! - The bitmap holds no more than 65,536 addresses of an IPv6 range before the first is taken away;
//!   IPAddress objects have no such bound.
//! - A range of 2³¹ IPv4 addresses or more counts as one of size 0 (`RangeSize` of k8s.io/utils/net).

use std::net::IpAddr;

use super::cidr::{Cidr, Family, number};

/// Where an address lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// Given out last; for addresses that are asked for.
    Static,
    /// Given out at random.
    Dynamic,
}

impl Band {
    /// `static` or `dynamic`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Dynamic => "dynamic",
        }
    }
}

/// Addresses that a bitmap holds of an IPv6 range.
const MOST_IPV6_IN_BITMAP: u64 = 65_536;
/// Smallest static band.
const MIN_OFFSET: u64 = 16;
/// Largest static band.
const MAX_OFFSET: u64 = 256;
/// The part of the range that the static band is in between.
const STEP: u64 = 16;

/// The usable addresses of a CIDR for one of the allocators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpRange {
    cidr: Cidr,
    size: u64,
    offset: u64,
}

impl IpRange {
    /// The range of the bitmap allocator; `split`: with a static band (`ServiceIPStaticSubrange`).
    pub fn bitmap(cidr: Cidr, split: bool) -> Self {
        let size = match cidr.family() {
            Family::IPv4 => addresses(cidr).saturating_sub(2),
            Family::IPv6 => addresses(cidr).min(MOST_IPV6_IN_BITMAP).saturating_sub(1),
        };
        Self { cidr, size, offset: if split { static_band(cidr) } else { 0 } }
    }

    /// The range of the allocator with IPAddress objects, which is always split.
    /// The errors are those of `NewIPAllocator`.
    pub fn ip_address(cidr: Cidr) -> Result<Self, String> {
        if cidr.family() == Family::IPv6 && cidr.prefix() < 64 {
            return Err(format!(
                "shortest allowed prefix length for service CIDR is 64, got {}",
                cidr.prefix()
            ));
        }
        if cidr.prefix() == cidr.family().bits() && cidr.top() == u128::MAX >> (128 - cidr.family().bits()) {
            return Err("invalid address []".to_owned());
        }
        let all = 1_u128 << cidr.host_bits();
        let reserved = if cidr.family() == Family::IPv4 { 2 } else { 1 };
        let size = all.saturating_sub(reserved) as u64;
        Ok(Self { cidr, size, offset: static_band(cidr) })
    }

    /// The CIDR.
    pub fn cidr(&self) -> Cidr {
        self.cidr
    }

    /// Usable addresses.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Addresses of the static band; 0 if the range is not split.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Addresses of the dynamic band.
    pub fn dynamic_size(&self) -> u64 {
        self.size - self.offset
    }

    /// The numbers of the first and the last usable address; `None` if there is none.
    pub fn ends(&self) -> Option<(u128, u128)> {
        let base = self.cidr.base();
        (self.size > 0).then(|| (base + 1, base + u128::from(self.size)))
    }

    /// The first and last address of a band; `None` if it is empty.
    pub fn band(&self, band: Band) -> Option<(IpAddr, IpAddr)> {
        let (from, to) = match band {
            Band::Static => (0, self.offset),
            Band::Dynamic => (self.offset, self.size),
        };
        (from < to).then(|| (self.address(from), self.address(to - 1)))
    }

    /// The address at a place, counted from the first usable one.
    pub fn address(&self, place: u64) -> IpAddr {
        self.cidr.family().address(self.cidr.base() + 1 + u128::from(place))
    }

    /// The place of an address; `None` if it is no usable one of this range.
    pub fn place(&self, address: IpAddr) -> Option<u64> {
        if Family::of(address) != self.cidr.family() {
            return None;
        }
        let place = number(address).checked_sub(self.cidr.base())?.checked_sub(1)?;
        u64::try_from(place).ok().filter(|place| *place < self.size)
    }

    /// The band of a place.
    pub fn band_of(&self, place: u64) -> Band {
        if place < self.offset { Band::Static } else { Band::Dynamic }
    }
}

/// `RangeSize`: all addresses of a CIDR, at most 2⁶³ − 1; 0 where the number of host bits is the
/// family's, or one less.
fn addresses(cidr: Cidr) -> u64 {
    match cidr.host_bits() {
        bits if bits + 1 >= cidr.family().bits() => 0,
        bits if bits >= 63 => i64::MAX as u64,
        bits => 1 << bits,
    }
}

/// `calculateRangeOffset`.
fn static_band(cidr: Cidr) -> u64 {
    let all = addresses(cidr);
    if all <= MIN_OFFSET { 0 } else { (all / STEP).clamp(MIN_OFFSET, MAX_OFFSET) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bitmap(cidr: &str) -> (u64, u64) {
        let range = IpRange::bitmap(Cidr::parse(cidr).expect("a CIDR"), true);
        (range.size(), range.offset())
    }

    fn ip_address(cidr: &str) -> Result<(u64, u64), String> {
        let range = IpRange::ip_address(Cidr::parse(cidr).expect("a CIDR"))?;
        Ok((range.size(), range.offset()))
    }

    #[test]
    fn sizes_and_static_bands() {
        // KEP-3070: /24 gives 16, /20 256, /16 256.
        for (cidr, size, offset) in [
            ("10.0.0.0/16", 65_534, 256),
            ("10.0.0.0/20", 4_094, 256),
            ("10.0.0.0/22", 1_022, 64),
            ("10.0.0.0/24", 254, 16),
            ("10.0.0.0/27", 30, 16),
            ("10.0.0.0/28", 14, 0),
            ("10.0.0.0/30", 2, 0),
            ("10.0.0.0/31", 0, 0),
            ("10.0.0.0/32", 0, 0),
            ("fd00::/112", 65_535, 256),
            ("fd00::/123", 31, 16),
            ("fd00::/124", 15, 0),
            ("fd00::/127", 1, 0),
            ("fd00::/128", 0, 0),
        ] {
            assert_eq!(bitmap(cidr), (size, offset), "{cidr}");
            assert_eq!(ip_address(cidr), Ok((size, offset)), "{cidr}");
        }
    }

    #[test]
    fn the_allocators_differ_in_large_ranges() {
        assert_eq!(bitmap("fd00::/64"), (65_535, 256));
        assert_eq!(ip_address("fd00::/64"), Ok((u64::MAX, 256)));
        let refused = "shortest allowed prefix length for service CIDR is 64, got 63";
        assert_eq!(ip_address("fd00::/63"), Err(refused.to_owned()));
        assert_eq!(ip_address("255.255.255.255/32"), Err("invalid address []".to_owned()));
        assert_eq!(bitmap("128.0.0.0/1"), (0, 0));
        assert_eq!(ip_address("128.0.0.0/1"), Ok(((1 << 31) - 2, 0)));
    }

    #[test]
    fn places_and_addresses() {
        let range = IpRange::bitmap(Cidr::parse("10.0.0.0/24").expect("a CIDR"), true);
        for (place, address, band) in
            [(0, "10.0.0.1", Band::Static), (15, "10.0.0.16", Band::Static), (16, "10.0.0.17", Band::Dynamic)]
        {
            let address = address.parse().expect("an address");
            assert_eq!((range.place(address), range.address(place)), (Some(place), address));
            assert_eq!(range.band_of(place), band);
        }
        for outside in ["10.0.0.0", "10.0.0.255", "10.0.1.1", "fd00::1"] {
            assert_eq!(range.place(outside.parse().expect("an address")), None, "{outside}");
        }
    }
}
