//! A range of ports as `--service-node-port-range` gives it (`k8s.io/apimachinery/pkg/util/net`, v1.32).

use std::fmt;

/// Largest port.
const MOST_PORT: i64 = 65_535;

/// Ports from a base on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortRange {
    base: u16,
    size: u32,
}

impl PortRange {
    /// Kubernetes' default, 30000-32767.
    pub const DEFAULT: Self = Self { base: 30_000, size: 2_768 };

    /// Reads `a-b`, `a+n` (n more ports than one) or `a`. The errors are Kubernetes'.
    pub fn parse(text: &str) -> Result<Self, String> {
        let value = text.trim();
        let number = |part: &str| {
            let wrong = |what| format!("strconv.Atoi: parsing {part:?}: {what}");
            part.parse::<i64>().map_err(|error| match error.kind() {
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                    wrong("value out of range")
                }
                _ => wrong("invalid syntax"),
            })
        };
        let (low, high) = match (value.find('-'), value.find('+')) {
            (None, None) => {
                let port = number(value)?;
                (port, port)
            }
            (Some(hyphen), None) => (number(&value[..hyphen])?, number(&value[hyphen + 1..])?),
            (None, Some(plus)) => {
                let low = number(&value[..plus])?;
                (low, low.saturating_add(number(&value[plus + 1..])?))
            }
            (Some(_), Some(_)) => return Err(format!("unable to parse port range: {value}")),
        };
        if low > MOST_PORT || high > MOST_PORT {
            return Err(format!("the port range cannot be greater than 65535: {value}"));
        }
        if high < low {
            return Err(format!("end port cannot be less than start port: {value}"));
        }
        // A number with its own sign is a hyphen that is not between two numbers.
        let base = u16::try_from(low).map_err(|_| format!("unable to parse port range: {value}"))?;
        Ok(Self { base, size: (high - low + 1) as u32 })
    }

    /// The first port.
    pub fn base(self) -> u16 {
        self.base
    }

    /// The last port.
    pub fn last(self) -> u16 {
        (u32::from(self.base) + self.size - 1) as u16
    }

    /// How many there are.
    pub fn size(self) -> u32 {
        self.size
    }

    /// The place of a port in the range.
    pub fn place(self, port: u16) -> Option<u32> {
        let place = u32::from(port).checked_sub(u32::from(self.base))?;
        (place < self.size).then_some(place)
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.base, self.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_in_flag_syntax() {
        for (text, told, size) in
            [("30000-32767", "30000-32767", 2_768), (" 1 ", "1-1", 1), ("40000+50", "40000-40050", 51)]
        {
            let range = PortRange::parse(text).expect("a range");
            assert_eq!((range.to_string().as_str(), range.size()), (told, size));
        }
        assert_eq!(PortRange::parse("30000-32767"), Ok(PortRange::DEFAULT));
    }

    #[test]
    fn others_are_refused_in_kubernetes_words() {
        for (text, told) in [
            ("30000-29999", "end port cannot be less than start port: 30000-29999"),
            ("30000-65536", "the port range cannot be greater than 65535: 30000-65536"),
            ("30000+1-5", "unable to parse port range: 30000+1-5"),
            ("http", "strconv.Atoi: parsing \"http\": invalid syntax"),
            ("1-x", "strconv.Atoi: parsing \"x\": invalid syntax"),
        ] {
            assert_eq!(PortRange::parse(text), Err(told.to_owned()));
        }
        assert!(PortRange::parse("-5").is_err() && PortRange::parse("").is_err());
    }
}
