//! IP families, addresses and CIDRs, as kube-apiserver reads them (v1.34).
//!
//! An address is its family and a number of up to 128 bits. An IPv4 address that is mapped into IPv6
//! (`::ffff:10.0.0.1`) is that IPv4 address, as for Go's `net.IP`.
//!
//! DIFFERENCE: the flag `--service-cluster-ip-range` takes bits behind the prefix without a word and
//! clears them; here they are refused, in the words of a ServiceCIDR.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// `ipFamilies` of a Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IPv4.
    IPv4,
    /// IPv6.
    IPv6,
}

impl Family {
    /// The family of an address.
    pub fn of(address: IpAddr) -> Self {
        match canonical(address) {
            IpAddr::V4(_) => Self::IPv4,
            IpAddr::V6(_) => Self::IPv6,
        }
    }

    /// The family by its name in the API. The error is Kubernetes'.
    pub fn parse(name: &str) -> Result<Self, String> {
        match name {
            "IPv4" => Ok(Self::IPv4),
            "IPv6" => Ok(Self::IPv6),
            _ => Err(format!("Unsupported value: {name:?}: supported values: \"IPv4\", \"IPv6\"")),
        }
    }

    /// Bits of an address.
    pub const fn bits(self) -> u8 {
        match self {
            Self::IPv4 => 32,
            Self::IPv6 => 128,
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::IPv4 => Self::IPv6,
            Self::IPv6 => Self::IPv4,
        }
    }

    /// The address with a number. A number too large for an IPv4 address is a bug.
    pub fn address(self, number: u128) -> IpAddr {
        match self {
            Self::IPv4 => {
                let bits = u32::try_from(number).expect("an IPv4 address has 32 bits");
                IpAddr::V4(Ipv4Addr::from_bits(bits))
            }
            Self::IPv6 => IpAddr::V6(Ipv6Addr::from_bits(number)),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::IPv4 => "IPv4",
            Self::IPv6 => "IPv6",
        })
    }
}

/// An address, with IPv4 addresses that are mapped into IPv6 taken out of it.
pub fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// The number of an address in its family.
pub fn number(address: IpAddr) -> u128 {
    match canonical(address) {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Reads an address. The error is Kubernetes'.
pub fn parse_address(text: &str) -> Result<IpAddr, String> {
    text.parse()
        .map(canonical)
        .map_err(|_| "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)".to_owned())
}

/// A CIDR without bits behind its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    family: Family,
    base: u128,
    prefix: u8,
}

impl Cidr {
    /// Reads `10.96.0.0/12`. The errors are Kubernetes'.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)".to_owned();
        let (address, length) = text.split_once('/').ok_or_else(invalid)?;
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        if !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let prefix: u8 = length.parse().map_err(|_| invalid())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        if prefix > bits {
            return Err(invalid());
        }
        if length.len() > 1 && length.starts_with('0') {
            return Err("must not have leading 0s in IP or prefix length".to_owned());
        }
        if canonical(address) != address {
            return Err("must not have an IPv4-mapped IPv6 address".to_owned());
        }
        let cidr = Self { family: Family::of(address), base: number(address), prefix };
        if cidr.base & cidr.host_mask() != 0 {
            return Err("must not have bits set beyond the prefix length".to_owned());
        }
        Ok(cidr)
    }

    fn host_mask(self) -> u128 {
        u128::MAX.checked_shr(128 - u32::from(self.host_bits())).unwrap_or(0)
    }

    /// The family.
    pub fn family(self) -> Family {
        self.family
    }

    /// Length of the prefix, bits.
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Bits behind the prefix.
    pub fn host_bits(self) -> u8 {
        self.family.bits() - self.prefix
    }

    /// The number of its first address, which is never given to a Service.
    pub fn base(self) -> u128 {
        self.base
    }

    /// The number of its last address.
    pub fn top(self) -> u128 {
        self.base | self.host_mask()
    }

    /// The address of the network.
    pub fn network(self) -> IpAddr {
        self.family.address(self.base)
    }

    /// Whether an address lies in it, those at its ends included.
    pub fn contains(self, address: IpAddr) -> bool {
        Family::of(address) == self.family && (self.base..=self.top()).contains(&number(address))
    }

    /// Whether some address lies in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.family == other.family && self.base <= other.top() && other.base <= self.top()
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network(), self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).expect("a CIDR")
    }

    #[test]
    fn cidrs_are_read() {
        for text in ["10.96.0.0/12", "0.0.0.0/0", "10.0.0.1/32", "fd00::/108", "::/0", "fd00::1/128"] {
            assert_eq!(cidr(text).to_string(), text);
        }
        assert_eq!(cidr("10.96.0.0/12").host_bits(), 20);
        assert_eq!(cidr("fd00::/64").top(), cidr("fd00::/64").base() + u128::from(u64::MAX));
        assert_eq!(cidr("::/0").top(), u128::MAX);
        assert_eq!(cidr("10.0.0.1/32").top(), cidr("10.0.0.1/32").base());
    }

    #[test]
    fn everything_else_is_refused_in_kubernetes_words() {
        let valid = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";
        for (text, told) in [
            ("10.96.0.0", valid),
            ("10.96.0.0/33", valid),
            ("10.96.0.0/+8", valid),
            ("10.96.0/16", valid),
            ("fd00::/129", valid),
            ("/8", valid),
            ("10.0.0.0/", valid),
            ("10.0.0.0/08", "must not have leading 0s in IP or prefix length"),
            ("::ffff:10.0.0.0/104", "must not have an IPv4-mapped IPv6 address"),
            ("10.96.0.1/12", "must not have bits set beyond the prefix length"),
            ("fd00::1/64", "must not have bits set beyond the prefix length"),
        ] {
            assert_eq!(Cidr::parse(text), Err(told.to_owned()), "{text}");
        }
    }

    #[test]
    fn addresses_lie_in_cidrs() {
        let address = |text: &str| parse_address(text).expect("an address");
        assert!(cidr("10.0.0.0/8").contains(address("10.255.255.255")));
        assert!(cidr("10.0.0.0/8").contains(address("::ffff:10.0.0.1")), "mapped into IPv6");
        assert!(!cidr("10.0.0.0/8").contains(address("11.0.0.0")));
        assert!(!cidr("::/0").contains(address("10.0.0.1")), "of the other family");
        assert!(cidr("10.0.0.0/8").overlaps(cidr("10.96.0.0/12")));
        assert!(!cidr("10.0.0.0/8").overlaps(cidr("11.0.0.0/8")));
        assert!(!cidr("::/0").overlaps(cidr("0.0.0.0/0")));
        assert!(parse_address("10.0.0.256").is_err());
    }

    #[test]
    fn families_have_names() {
        assert_eq!(Family::parse("IPv6"), Ok(Family::IPv6));
        assert!(Family::parse("ipv6").is_err());
        assert_eq!(Family::IPv4.other().to_string(), "IPv6");
    }
}
