//! Sets of logical CPUs, as Linux lists and the kubelet's `cpuset` package write them.

use std::fmt;

const WORDS: usize = 16;

/// A set of logical CPU numbers below [`CpuSet::CAPACITY`]: a fixed-size bit set, copied freely.
///
/// Source: the format is Linux's `List of CPUs` (cpuset(7)); `Display` and [`CpuSet::parse`] behave as
/// the kubelet's `k8s.io/utils/cpuset`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CpuSet {
    words: [u64; WORDS],
}

impl CpuSet {
    /// Numbers from 0 to this, exclusive, can be in a set.
    /// DIFFERENCE: the kubelet knows no limit; machines with CPUs numbered 1024 and up are refused.
    pub const CAPACITY: u32 = (WORDS * 64) as u32;

    /// The set without members.
    pub const EMPTY: Self = Self { words: [0; WORDS] };

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.words == [0; WORDS]
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether a CPU is a member.
    pub fn contains(&self, cpu: u32) -> bool {
        self.words.get(cpu as usize / 64).is_some_and(|word| word >> (cpu % 64) & 1 == 1)
    }

    /// Adds a CPU, which must be below [`CpuSet::CAPACITY`].
    pub fn insert(&mut self, cpu: u32) {
        assert!(cpu < Self::CAPACITY, "CPU {cpu} is beyond the capacity of a set");
        self.words[cpu as usize / 64] |= 1 << (cpu % 64);
    }

    /// Takes a CPU out.
    pub fn remove(&mut self, cpu: u32) {
        if let Some(word) = self.words.get_mut(cpu as usize / 64) {
            *word &= !(1 << (cpu % 64));
        }
    }

    /// The members of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.combined(other, |a, b| a | b)
    }

    /// The members of both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combined(other, |a, b| a & b)
    }

    /// The members that `other` lacks.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combined(other, |a, b| a & !b)
    }

    /// The number of members of both.
    pub fn common(&self, other: &Self) -> usize {
        self.words.iter().zip(&other.words).map(|(a, b)| (a & b).count_ones() as usize).sum()
    }

    /// Whether every member is one of `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(a, b)| a & !b == 0)
    }

    /// Whether no member is one of `other`.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.words.iter().zip(&other.words).all(|(a, b)| a & b == 0)
    }

    /// The lowest member.
    pub fn first(&self) -> Option<u32> {
        let word = self.words.iter().position(|word| *word != 0)?;
        Some(word as u32 * 64 + self.words[word].trailing_zeros())
    }

    /// The members, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                (left != 0).then(|| {
                    let bit = left.trailing_zeros();
                    left &= left - 1;
                    index as u32 * 64 + bit
                })
            })
        })
    }

    /// The words of 64 CPUs that are not zero, with their places.
    pub(crate) fn words_in_use(&self) -> impl Iterator<Item = (u8, u64)> + '_ {
        self.words.iter().enumerate().filter(|(_, word)| **word != 0).map(|(at, word)| (at as u8, *word))
    }

    /// The word of 64 CPUs at a place.
    pub(crate) fn word(&self, at: u8) -> u64 {
        self.words[usize::from(at)]
    }

    /// Reads a list as in `0-3,8`: numbers and ascending ranges, in any order, without spaces. The empty
    /// text is the empty set. The error is the kubelet's own, or that a number is beyond the capacity.
    pub fn parse(list: &str) -> Result<Self, String> {
        let mut set = Self::EMPTY;
        if list.is_empty() {
            return Ok(set);
        }
        for range in list.split(',') {
            let (low, high) = match range.split_once('-') {
                None => (number(range)?, number(range)?),
                Some((low, high)) => (number(low)?, number(high)?),
            };
            if low > high {
                return Err(format!("invalid range {range:?} ({low} > {high})"));
            }
            if high >= Self::CAPACITY {
                return Err(format!("CPU {high} in {list:?}: kubecast knows CPUs below {}", Self::CAPACITY));
            }
            (low..=high).for_each(|cpu| set.insert(cpu));
        }
        Ok(set)
    }

    fn combined(&self, other: &Self, of: impl Fn(u64, u64) -> u64) -> Self {
        let mut words = [0; WORDS];
        for (index, word) in words.iter_mut().enumerate() {
            *word = of(self.words[index], other.words[index]);
        }
        Self { words }
    }
}

/// A CPU number, or Go's complaint about it.
fn number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("strconv.Atoi: parsing {text:?}: invalid syntax"))
}

impl FromIterator<u32> for CpuSet {
    fn from_iter<I: IntoIterator<Item = u32>>(cpus: I) -> Self {
        let mut set = Self::EMPTY;
        cpus.into_iter().for_each(|cpu| set.insert(cpu));
        set
    }
}

impl fmt::Display for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut members = self.iter().peekable();
        let mut separator = "";
        while let Some(low) = members.next() {
            let mut high = low;
            while members.next_if_eq(&(high + 1)).is_some() {
                high += 1;
            }
            match high - low {
                0 => write!(f, "{separator}{low}")?,
                _ => write!(f, "{separator}{low}-{high}")?,
            }
            separator = ",";
        }
        Ok(())
    }
}

impl fmt::Debug for CpuSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(list: &str) -> CpuSet {
        CpuSet::parse(list).expect("a list")
    }

    #[test]
    fn lists_are_read_and_written() {
        for (list, written) in
            [("", ""), ("0", "0"), ("0-3,8", "0-3,8"), ("8,2-3,0,1", "0-3,8"), ("4-5,1023", "4-5,1023")]
        {
            assert_eq!(set(list).to_string(), written);
        }
        for (list, told) in [
            ("3-1", "invalid range \"3-1\" (3 > 1)"),
            ("a", "strconv.Atoi: parsing \"a\": invalid syntax"),
            ("1,", "strconv.Atoi: parsing \"\": invalid syntax"),
            ("0-1024", "CPU 1024 in \"0-1024\": kubecast knows CPUs below 1024"),
        ] {
            assert_eq!(CpuSet::parse(list), Err(told.to_owned()));
        }
    }

    #[test]
    fn operations_are_those_of_sets() {
        let (a, b) = (set("0-3,70"), set("2-5,70-71"));
        assert_eq!(a.union(&b), set("0-5,70-71"));
        assert_eq!(a.intersection(&b), set("2-3,70"));
        assert_eq!(a.common(&b), 3);
        assert_eq!(a.difference(&b), set("0-1"));
        assert!(set("2,70").is_subset(&a) && !b.is_subset(&a));
        assert!(set("4").is_disjoint(&a) && !a.is_disjoint(&b));
        assert_eq!((a.len(), a.first(), CpuSet::EMPTY.first()), (5, Some(0), None));
        assert_eq!(b.iter().collect::<Vec<_>>(), [2, 3, 4, 5, 70, 71]);
        assert!(a.contains(70) && !a.contains(71) && !a.contains(5000));
    }
}
