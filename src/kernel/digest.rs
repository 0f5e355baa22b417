//! Digests of outcomes: 64 bits of XXH3 over a fixed little-endian encoding.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// A hash of bytes that is the same on every run and platform, for identities.
pub fn stable_hash(bytes: &[u8]) -> u64 {
    xxh3_64(bytes)
}

/// A running digest.
#[derive(Clone, Default)]
pub struct Digest(Xxh3);

impl Digest {
    /// The digest of nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a byte.
    pub fn u8(&mut self, value: u8) {
        self.0.update(&[value]);
    }

    /// Adds a 32-bit number.
    pub fn u32(&mut self, value: u32) {
        self.0.update(&value.to_le_bytes());
    }

    /// Adds a 64-bit number.
    pub fn u64(&mut self, value: u64) {
        self.0.update(&value.to_le_bytes());
    }

    /// Adds a signed 64-bit number.
    pub fn i64(&mut self, value: i64) {
        self.0.update(&value.to_le_bytes());
    }

    /// Adds a truth value.
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// Adds a string, its length first.
    pub fn str(&mut self, value: &str) {
        self.u64(value.len() as u64);
        self.0.update(value.as_bytes());
    }

    /// The digest of all that was added so far.
    pub fn finish(&self) -> u64 {
        self.0.digest()
    }
}

/// The digest after each event of a run, to find the first event that differs between two runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DigestLog(pub Vec<u64>);

impl DigestLog {
    /// The number of the first event after which two runs differ; also where one run goes on and the
    /// other has ended.
    pub fn first_difference(&self, other: &Self) -> Option<usize> {
        let common = self.0.iter().zip(&other.0).position(|(a, b)| a != b);
        let shorter = self.0.len().min(other.0.len());
        common.or_else(|| (self.0.len() != other.0.len()).then_some(shorter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_do_not_run_together() {
        let of = |parts: &[&str]| {
            let mut digest = Digest::new();
            for part in parts {
                digest.str(part);
            }
            digest.finish()
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        // XXH3-64 of the empty input, from the reference implementation.
        assert_eq!(Digest::new().finish(), 0x2d06_8005_38d3_94c2);
    }

    #[test]
    fn the_first_difference_is_found() {
        let log = |digests: &[u64]| DigestLog(digests.to_vec());
        assert_eq!(log(&[1, 2, 3]).first_difference(&log(&[1, 2, 3])), None);
        assert_eq!(log(&[1, 2, 3]).first_difference(&log(&[1, 5, 3])), Some(1));
        assert_eq!(log(&[1, 2]).first_difference(&log(&[1, 2, 3])), Some(2));
    }
}
