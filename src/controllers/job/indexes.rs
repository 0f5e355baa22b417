//! Sets of completion indexes, and how a status writes them (`0-2,6`).

use std::collections::BTreeSet;
use std::fmt;

/// Completion indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexes(BTreeSet<u32>);

impl Indexes {
    /// Reads a status; what cannot be read and what lies at or above `completions` is passed over.
    pub fn parse(text: &str, completions: u32) -> Self {
        let mut indexes = BTreeSet::new();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) else { continue };
            indexes.extend((first..=last).take_while(|index| *index < completions));
        }
        Self(indexes)
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds an index.
    pub fn has(&self, index: u32) -> bool {
        self.0.contains(&index)
    }

    /// Adds some.
    pub fn extend(&mut self, more: impl IntoIterator<Item = u32>) {
        self.0.extend(more);
    }

    /// In ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<u32> for Indexes {
    fn from_iter<I: IntoIterator<Item = u32>>(indexes: I) -> Self {
        Self(indexes.into_iter().collect())
    }
}

impl fmt::Display for Indexes {
    /// Neighbours are one range: two as `4,5`, more as `4-6`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.iter().copied().peekable();
        let mut separator = "";
        while let Some(first) = rest.next() {
            let mut last = first;
            while rest.next_if(|next| *next == last + 1).is_some() {
                last += 1;
            }
            match last - first {
                0 => write!(f, "{separator}{first}")?,
                1 => write!(f, "{separator}{first},{last}")?,
                _ => write!(f, "{separator}{first}-{last}")?,
            }
            separator = ",";
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_two_neighbours_are_no_range() {
        let indexes: Indexes = [0, 1, 2, 4, 5, 9].into_iter().collect();
        assert_eq!(indexes.to_string(), "0-2,4,5,9");
        assert_eq!(Indexes::parse("0-2,4,5,9", 10), indexes);
        assert_eq!(Indexes::parse("0-2,x,5-7", 6).to_string(), "0-2,5");
    }
}
