//! hwloc's masks: 32-bit words in hexadecimal, the highest first, an empty one is zero.

use crate::api::CpuSet;

/// The members of a mask; `None` for one without an end, which hwloc writes where it knows nothing.
pub(super) fn parse(mask: &str) -> Result<Option<CpuSet>, String> {
    if mask.starts_with("0xf...f") {
        return Ok(None);
    }
    let mut set = CpuSet::EMPTY;
    for (at, word) in mask.split(',').rev().enumerate() {
        let digits = word.strip_prefix("0x").unwrap_or(word);
        let bits = match digits {
            "" => 0,
            _ if digits.starts_with('+') => return Err(format!("{mask:?} is no mask")),
            _ => u32::from_str_radix(digits, 16).map_err(|_| format!("{mask:?} is no mask"))?,
        };
        for bit in (0..32).filter(|bit| bits >> bit & 1 == 1) {
            let number = at as u64 * 32 + bit;
            if number >= u64::from(CpuSet::CAPACITY) {
                return Err(format!("{number} is set, kubecast knows numbers below {}", CpuSet::CAPACITY));
            }
            set.insert(number as u32);
        }
    }
    Ok(Some(set))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_read() {
        let members = |mask| parse(mask).map(|set| set.map(|set| set.to_string()));
        for (mask, expected) in [
            ("0x0", ""),
            ("0x0000f06f", "0-3,5-6,12-15"),
            ("0x000000ff,,,0x00000001", "0,96-103"),
            ("0x00000001,,0x0", "64"),
            ("", ""),
        ] {
            assert_eq!(members(mask), Ok(Some(expected.to_owned())), "{mask}");
        }
        assert_eq!(members("0xf...f"), Ok(None));
        assert_eq!(members("0xf...f,0x00000001"), Ok(None));
        for wrong in ["0xg", "0x1ffffffff", "0x+1", "12 "] {
            assert!(members(wrong).is_err(), "{wrong}");
        }
        let beyond = format!("0x1{}", ",".repeat(32));
        assert!(members(&beyond).is_err_and(|error| error.contains("1024 is set")));
    }
}
