//! Places of a range, taken at random in the upper band first
//! (`pkg/registry/core/service/allocator`, `AllocationBitmap` with `randomScanStrategyWithOffset`, v1.32).
//!
//! ```text
//! 0 1 2 …        offset                          size
//! | lower band   | upper band: random places     |
//! ```
//!
//! The next place is the first free one from a random start in the upper band, around its end if need
//! be; only if that band has none, the same with a second draw in the lower band. A full range costs no
//! draw.

use super::bitmap::Bitmap;
use super::random::RandomSource;

/// A range of places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocationBitmap {
    taken: Bitmap,
    offset: usize,
    used_lower: usize,
    used_upper: usize,
}

impl AllocationBitmap {
    /// `size` free places; those below `offset` are given out last. A split range has an upper band.
    pub fn new(size: usize, offset: usize) -> Self {
        assert!(offset == 0 || offset < size, "there is an upper band");
        Self { taken: Bitmap::new(size), offset, used_lower: 0, used_upper: 0 }
    }

    /// How many places there are.
    pub fn size(&self) -> usize {
        self.taken.bound()
    }

    /// How many are in the lower band.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// How many are taken in the lower and in the upper band.
    pub fn used_by_band(&self) -> (usize, usize) {
        (self.used_lower, self.used_upper)
    }

    /// How many are taken.
    pub fn used(&self) -> usize {
        self.used_lower + self.used_upper
    }

    /// Whether a place is taken.
    pub fn contains(&self, place: usize) -> bool {
        self.taken.contains(place)
    }

    fn used_around(&mut self, place: usize) -> &mut usize {
        if place < self.offset { &mut self.used_lower } else { &mut self.used_upper }
    }

    /// Takes one place; says whether it was free.
    #[inline]
    pub fn allocate(&mut self, place: usize) -> bool {
        let was_free = self.taken.insert(place);
        if was_free {
            *self.used_around(place) += 1;
        }
        was_free
    }

    /// Gives one place back; says whether it was taken.
    #[inline]
    pub fn release(&mut self, place: usize) -> bool {
        let was_taken = self.taken.remove(place);
        if was_taken {
            *self.used_around(place) -= 1;
        }
        was_taken
    }

    /// Takes any place; `None` if none is free.
    #[inline]
    pub fn allocate_next(&mut self, random: &mut (impl RandomSource + ?Sized)) -> Option<usize> {
        let size = self.size();
        if self.used() >= size {
            return None;
        }
        let upper = size - self.offset;
        let start = self.offset + random.intn(upper as u64) as usize;
        if self.used_upper < upper {
            let found = self.taken.first_missing_from(start);
            let place = found.or_else(|| self.taken.first_missing_from(self.offset));
            let place = place.expect("a place of the upper band is free");
            self.taken.insert(place);
            self.used_upper += 1;
            return Some(place);
        }
        let start = random.intn(self.offset as u64) as usize;
        let found = self.taken.first_missing_from(start).filter(|place| *place < self.offset);
        let place = found.or_else(|| self.taken.first_missing_from(0));
        let place = place.filter(|place| *place < self.offset).expect("a place of the lower band is free");
        self.taken.insert(place);
        self.used_lower += 1;
        Some(place)
    }

    /// Becomes the same as another of the same size, without allocating.
    pub fn copy_from(&mut self, other: &Self) {
        self.taken.copy_from(&other.taken);
        (self.offset, self.used_lower, self.used_upper) = (other.offset, other.used_lower, other.used_upper);
    }

    /// The same places, split elsewhere: as another API server sees what is stored.
    pub fn set_offset(&mut self, offset: usize) {
        if offset == self.offset {
            return;
        }
        assert!(offset == 0 || offset < self.size(), "there is an upper band");
        let used = self.used();
        self.offset = offset;
        self.used_lower = self.taken.count_below(offset);
        self.used_upper = used - self.used_lower;
    }

    /// The places taken, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.size()).filter(|place| self.taken.contains(*place))
    }
}
