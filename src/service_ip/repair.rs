//! What the repair loops of kube-apiserver find, and what they do about it, as functions of what they see.
//!
//! Follows `ipallocator/controller/repair.go` (bitmap; read from 1.6 to 1.23, unchanged in this since
//! pull request 39206), its twin for node ports, and `repairip.go` (IPAddress objects; read at v1.34).
//!
//! - The bitmap is rebuilt from all Services. A place that no Service holds may belong to one that is just
//!   being created; it is kept twice and given free when it is found the third time.
//! - The counts of a place are forgotten only when a Service is found to hold it. A place that was freed once
//!   is freed at first sight the next time, and one that was seen once long ago has one sight less: both are
//!   races with a create that the counts were meant to rule out.
//! - A pass whose write fails has counted all the same.
//! - An IPAddress object without its Service is kept for 60 s; one whose Service does not list the address goes
//!   at once, also while an update of that Service is under way.
//!
//! DIFFERENCE: labels of IPAddress objects and objects of other owners (Gateways) are not looked at.

use std::collections::BTreeMap;

use super::allocation_bitmap::AllocationBitmap;
use crate::kernel::SimDuration;

/// How often a place is found without a Service until it is given free (`numRepairsBeforeLeakCleanup`).
pub const SIGHTS_OF_A_LEAK: u32 = 3;
/// The time between two passes (`repairLoopInterval`).
pub const PERIOD: SimDuration = SimDuration::from_secs(180);
/// How long an IPAddress object may be without its Service.
pub const GRACE: SimDuration = SimDuration::from_secs(60);

/// The memory of a repair loop over a bitmap: what is left of each place's sights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BitmapRepair {
    leaks: BTreeMap<usize, u32>,
}

/// Something that a pass found. `W` tells Services apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding<W> {
    /// A Service holds a place that the bitmap did not have; now it does.
    NotAllocated(usize, W),
    /// Another Service holds the place already.
    Duplicate(usize, W),
    /// Nobody holds the place; it is kept for now.
    MayHaveLeaked(usize),
    /// Nobody holds the place; it is free again.
    Leaked(usize),
}

impl BitmapRepair {
    /// One pass: the bitmap as it should be, and what was found on the way. `holders` are the places of all
    /// Services, in the order in which they are listed.
    pub fn pass<W: Copy>(
        &mut self,
        stored: &AllocationBitmap,
        holders: impl IntoIterator<Item = (usize, W)>,
    ) -> (AllocationBitmap, Vec<Finding<W>>) {
        let mut stored = stored.clone();
        let mut rebuilt = AllocationBitmap::new(stored.size(), stored.offset());
        let mut found = Vec::new();
        for (place, holder) in holders {
            if !rebuilt.allocate(place) {
                found.push(Finding::Duplicate(place, holder));
                continue;
            }
            if !stored.release(place) {
                found.push(Finding::NotAllocated(place, holder));
            }
            self.leaks.remove(&place);
        }
        if stored.used() == 0 {
            return (rebuilt, found);
        }
        for place in stored.iter() {
            let left = self.leaks.get(&place).copied().unwrap_or(SIGHTS_OF_A_LEAK - 1);
            if left == 0 {
                found.push(Finding::Leaked(place));
                continue;
            }
            self.leaks.insert(place, left - 1);
            rebuilt.allocate(place);
            found.push(Finding::MayHaveLeaked(place));
        }
        (rebuilt, found)
    }
}

/// What is done about an address of a Service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceVerdict<W> {
    /// Nothing.
    Fine,
    /// No ServiceCIDR has it: the Service should be made anew.
    OutOfRange,
    /// It has no object: one is created.
    Create,
    /// Its object belongs to a Service that is not there: it is replaced.
    Recreate,
    /// Its object belongs to another Service that holds the address as well.
    Duplicate(W),
}

/// Looks at an address of a Service. `parent`: the Service that its object names, if there is an object; and
/// whether that one lists the address (`None`: it is not there).
pub fn judge_service<W: Copy + PartialEq>(
    service: W,
    in_range: bool,
    parent: Option<(W, Option<bool>)>,
) -> ServiceVerdict<W> {
    if !in_range {
        return ServiceVerdict::OutOfRange;
    }
    match parent {
        None => ServiceVerdict::Create,
        Some((parent, _)) if parent == service => ServiceVerdict::Fine,
        Some((_, None)) => ServiceVerdict::Recreate,
        Some((parent, Some(true))) => ServiceVerdict::Duplicate(parent),
        Some((_, Some(false))) => ServiceVerdict::Fine,
    }
}

/// What is done about an IPAddress object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectVerdict {
    /// Nothing.
    Keep,
    /// It is looked at again after this long.
    LookAgain(SimDuration),
    /// Its Service is not there, and it had its time: it goes.
    Leaked,
    /// Its Service does not list it: it goes.
    WrongReference,
}

/// Looks at an object of this age. `parent_lists`: whether its Service lists the address; `None`: the Service
/// is not there.
pub fn judge_object(age: SimDuration, parent_lists: Option<bool>) -> ObjectVerdict {
    match parent_lists {
        Some(true) => ObjectVerdict::Keep,
        Some(false) => ObjectVerdict::WrongReference,
        None if age > GRACE => ObjectVerdict::Leaked,
        // At exactly its time it is looked at once more, a moment later.
        None => ObjectVerdict::LookAgain(SimDuration((GRACE.0 - age.0).max(1))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bitmap(places: &[usize]) -> AllocationBitmap {
        let mut bitmap = AllocationBitmap::new(30, 16);
        for place in places {
            bitmap.allocate(*place);
        }
        bitmap
    }

    #[test]
    fn a_leak_is_freed_at_the_third_sight() {
        let mut repair = BitmapRepair::default();
        let mut stored = bitmap(&[0, 20]);
        for expected in [Finding::MayHaveLeaked(20), Finding::MayHaveLeaked(20), Finding::Leaked(20)] {
            let (rebuilt, found) = repair.pass(&stored, [(0, 'k')]);
            assert_eq!(found, [expected]);
            assert_eq!(rebuilt.contains(20), expected != Finding::Leaked(20));
            stored = rebuilt;
        }
        // Taken again and not yet held: freed at first sight, unless a Service was seen to hold it.
        stored.allocate(20);
        assert_eq!(repair.clone().pass(&stored, [(0, 'k')]).1, [Finding::Leaked(20)]);
        let (stored, found) = repair.pass(&stored, [(0, 'k'), (20, 'a')]);
        assert_eq!(found, []);
        assert_eq!(repair.pass(&stored, [(0, 'k')]).1, [Finding::MayHaveLeaked(20)]);
    }

    #[test]
    fn places_that_are_held_are_marked_and_told_of_twice_held() {
        let mut repair = BitmapRepair::default();
        let (rebuilt, found) = repair.pass(&bitmap(&[3]), [(3, 'a'), (3, 'b'), (4, 'c')]);
        assert_eq!(found, [Finding::Duplicate(3, 'b'), Finding::NotAllocated(4, 'c')]);
        assert_eq!(rebuilt, bitmap(&[3, 4]));
    }

    #[test]
    fn objects_follow_their_services() {
        let seconds = SimDuration::from_secs;
        for (age, lists, expected) in [
            (seconds(0), Some(true), ObjectVerdict::Keep),
            (seconds(0), Some(false), ObjectVerdict::WrongReference),
            (seconds(10), None, ObjectVerdict::LookAgain(seconds(50))),
            (seconds(60), None, ObjectVerdict::LookAgain(SimDuration(1))),
            (seconds(61), None, ObjectVerdict::Leaked),
        ] {
            assert_eq!(judge_object(age, lists), expected);
        }
        for (in_range, parent, expected) in [
            (false, None, ServiceVerdict::OutOfRange),
            (true, None, ServiceVerdict::Create),
            (true, Some(('a', Some(true))), ServiceVerdict::Fine),
            (true, Some(('b', None)), ServiceVerdict::Recreate),
            (true, Some(('b', Some(true))), ServiceVerdict::Duplicate('b')),
            (true, Some(('b', Some(false))), ServiceVerdict::Fine),
        ] {
            assert_eq!(judge_service('a', in_range, parent), expected);
        }
    }

    proptest! {
        /// After as many passes as a leak has sights, the bitmap is what the Services hold, whatever it was.
        #[test]
        fn repair_ends_at_what_services_hold(
            stored in prop::collection::btree_set(0_usize..30, 0..30),
            held in prop::collection::btree_set(0_usize..30, 0..30),
        ) {
            let mut repair = BitmapRepair::default();
            let mut places = bitmap(&stored.iter().copied().collect::<Vec<_>>());
            for _ in 0..SIGHTS_OF_A_LEAK {
                places = repair.pass(&places, held.iter().map(|place| (*place, ()))).0;
                prop_assert!(held.iter().all(|place| places.contains(*place)));
            }
            prop_assert_eq!(places.iter().collect::<Vec<_>>(), held.iter().copied().collect::<Vec<_>>());
            prop_assert_eq!(places.used(), held.len());
        }

        #[test]
        fn another_split_is_counted_anew(
            places in prop::collection::btree_set(0_usize..130, 0..130),
            offset in 0_usize..129,
        ) {
            let mut bitmap = AllocationBitmap::new(130, 0);
            for place in &places {
                bitmap.allocate(*place);
            }
            bitmap.set_offset(offset);
            let lower = places.iter().filter(|place| **place < offset).count();
            prop_assert_eq!(bitmap.used_by_band(), (lower, places.len() - lower));
        }
    }
}
