//! The feasible nodes that a cycle finds: the same, in the same order, as the plain cycle, which asks every
//! filter about one node after the other from `nextStartNodeIndex` on.
//!
//! A node is feasible if no filter rejects it, whichever would be asked first; so it is enough to take the
//! intersection of what each filter passes. Filters that count by domain pass or reject whole domains.

use super::bits::Bits;
use super::topologies::{NO_DOMAIN, Topology};

/// Which domains a filter passes.
#[derive(Clone, Copy)]
pub(super) enum Allowed<'a> {
    /// Those with at most so many.
    UpTo(&'a [i64], i64),
    /// Those with any.
    Any(&'a [i64]),
    /// Those with none.
    None(&'a [i64]),
    /// All.
    All,
}

impl Allowed<'_> {
    fn passes(&self, domain: usize) -> bool {
        match self {
            Self::UpTo(counts, limit) => counts[domain] <= *limit,
            Self::Any(counts) => counts[domain] != 0,
            Self::None(counts) => counts[domain] == 0,
            Self::All => true,
        }
    }
}

/// A filter that decides by the domain of a node.
pub(super) struct Gate<'a> {
    pub(super) topology: &'a Topology,
    pub(super) allowed: Allowed<'a>,
    /// Whether nodes without the key pass.
    pub(super) missing_passes: bool,
}

impl Gate<'_> {
    fn passes(&self, place: usize) -> bool {
        match self.topology.domains()[place] {
            NO_DOMAIN => self.missing_passes,
            domain => self.allowed.passes(domain as usize),
        }
    }
}

/// The sets whose union a gate passes, if its domains are few.
fn union<'a>(gate: &Gate<'a>) -> Option<Vec<&'a [u64]>> {
    let members = gate.topology.members()?;
    let passed = members.iter().enumerate().filter(|(domain, _)| gate.allowed.passes(*domain));
    let mut sets: Vec<&[u64]> = passed.map(|(_, members)| members.words()).collect();
    if gate.missing_passes {
        sets.push(gate.topology.missing().words());
    }
    Some(sets)
}

/// Finds `sought` feasible places at most, from `start` on and round the list, and says how many places
/// were looked at: as in the plain cycle, all those before the first feasible one that is not sought.
pub(super) fn find(
    [statics, loads]: [&Bits; 2],
    gates: &[Gate<'_>],
    (start, places, sought): (usize, usize, usize),
    found: &mut Vec<u32>,
) -> usize {
    found.clear();
    let unions: Vec<Vec<&[u64]>> = gates.iter().filter_map(union).collect();
    let others: Vec<&Gate<'_>> = gates.iter().filter(|gate| gate.topology.members().is_none()).collect();
    let (statics, loads) = (statics.words(), loads.words());
    let (first, lower) = (start / 64, (1_u64 << (start % 64)) - 1);
    // The word where the walk starts comes twice: its upper part first, its lower part last.
    let upper = std::iter::once((first, !lower));
    let whole = (first + 1..statics.len()).chain(0..first).map(|word| (word, u64::MAX));
    for (word, mask) in upper.chain(whole).chain(std::iter::once((first, lower))) {
        let mut left = statics[word] & loads[word] & mask;
        for sets in &unions {
            left &= sets.iter().fold(0, |union, set| union | set[word]);
        }
        while left != 0 {
            let place = word * 64 + left.trailing_zeros() as usize;
            left &= left - 1;
            if !others.iter().all(|gate| gate.passes(place)) {
                continue;
            }
            if found.len() == sought {
                return (place + places - start) % places;
            }
            found.push(place as u32);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn finds_what_a_walk_finds(
            members in prop::collection::vec(any::<bool>(), 1..300),
            start in any::<usize>(),
            sought in 0_usize..80,
        ) {
            let (places, mut set) = (members.len(), Bits::new(members.len()));
            members.iter().enumerate().for_each(|(place, member)| set.set(place, *member));
            let start = start % places;
            let (mut expected, mut evaluated) = (Vec::new(), 0);
            for place in (0..places).map(|step| (start + step) % places) {
                if members[place] {
                    if expected.len() == sought {
                        break;
                    }
                    expected.push(place as u32);
                }
                evaluated += 1;
            }
            let mut found = Vec::new();
            prop_assert_eq!(find([&set, &set], &[], (start, places, sought), &mut found), evaluated);
            prop_assert_eq!(found, expected);
        }
    }
}
