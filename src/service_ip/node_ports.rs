//! Node ports (`portallocator`, v1.32; KEP-3668).
//!
//! Whether a split range has a static band: min(max(16, n / 32), 128) ports of n, none of up to 16. No port is
//! reserved. A node port has no protocol: it is taken for all of them.

use super::allocation_bitmap::AllocationBitmap;
use super::error::PortError;
use super::port_range::PortRange;
use super::random::RandomSource;
use super::range::Band;

/// Smallest static band.
const MIN_OFFSET: u32 = 16;
/// Largest static band.
const MAX_OFFSET: u32 = 128;
/// The part of the range that the static band is in between.
const STEP: u32 = 32;

/// The ports of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortAllocator {
    range: PortRange,
    places: AllocationBitmap,
}

impl PortAllocator {
    /// An empty range; `split`: with a static band (`ServiceNodePortStaticSubrange`).
    pub fn new(range: PortRange, split: bool) -> Self {
        let offset = if split { static_band(range) } else { 0 };
        Self { range, places: AllocationBitmap::new(range.size() as usize, offset as usize) }
    }

    /// The range.
    pub fn range(&self) -> PortRange {
        self.range
    }

    /// Which places are taken.
    pub fn places(&self) -> &AllocationBitmap {
        &self.places
    }

    /// Other places are taken: a repair loop has rebuilt them.
    pub fn set_places(&mut self, places: AllocationBitmap) {
        assert_eq!(places.size(), self.places.size(), "the same range");
        self.places = places;
    }

    /// The place of a port of the range.
    pub fn place(&self, port: u16) -> Option<usize> {
        self.range.place(port).map(|place| place as usize)
    }

    /// The port at a place.
    pub fn port(&self, place: usize) -> u16 {
        (usize::from(self.range.base()) + place) as u16
    }

    /// The first and last port of a band; `None` if it is empty.
    pub fn band(&self, band: Band) -> Option<(u16, u16)> {
        let (from, to) = match band {
            Band::Static => (0, self.places.offset()),
            Band::Dynamic => (self.places.offset(), self.places.size()),
        };
        (from < to).then(|| (self.port(from), self.port(to - 1)))
    }

    /// The band of a port of the range.
    pub fn band_of(&self, port: u16) -> Option<Band> {
        let place = self.range.place(port)? as usize;
        Some(if place < self.places.offset() { Band::Static } else { Band::Dynamic })
    }

    /// Takes the port that is asked for.
    pub fn allocate(&mut self, port: u16) -> Result<(), PortError> {
        let place = self.range.place(port).ok_or(PortError::NotInRange(self.range))?;
        if self.places.allocate(place as usize) { Ok(()) } else { Err(PortError::Allocated) }
    }

    /// Takes any port.
    pub fn allocate_next(&mut self, random: &mut dyn RandomSource) -> Result<u16, PortError> {
        let place = self.places.allocate_next(random).ok_or(PortError::Full)?;
        Ok(self.port(place))
    }

    /// Gives a port back; says whether it was taken.
    pub fn release(&mut self, port: u16) -> bool {
        self.range.place(port).is_some_and(|place| self.places.release(place as usize))
    }

    /// Whether a port is taken.
    pub fn has(&self, port: u16) -> bool {
        self.range.place(port).is_some_and(|place| self.places.contains(place as usize))
    }
}

/// `calculateRangeOffset` of `portallocator`.
fn static_band(range: PortRange) -> u32 {
    if range.size() <= MIN_OFFSET { 0 } else { (range.size() / STEP).clamp(MIN_OFFSET, MAX_OFFSET) }
}

/// Changes to node ports that go together (`PortAllocationOperation`): ports are taken at once, given back
/// when all is written, and given back at once if it fails.
#[derive(Debug, Default)]
pub struct PortOperation {
    allocated: Vec<u16>,
    deferred: Vec<u16>,
}

impl PortOperation {
    /// Takes the port that is asked for.
    pub fn allocate(&mut self, ports: &mut PortAllocator, port: u16) -> Result<(), PortError> {
        ports.allocate(port)?;
        self.allocated.push(port);
        Ok(())
    }

    /// Takes any port.
    pub fn allocate_next(
        &mut self,
        ports: &mut PortAllocator,
        random: &mut dyn RandomSource,
    ) -> Result<u16, PortError> {
        let port = ports.allocate_next(random)?;
        self.allocated.push(port);
        Ok(port)
    }

    /// Gives a port back on [`Self::commit`].
    pub fn release_deferred(&mut self, port: u16) {
        self.deferred.push(port);
    }

    /// The ports taken so far.
    pub fn taken(&self) -> &[u16] {
        &self.allocated
    }

    /// All is written: ports that are no longer needed go back.
    pub fn commit(self, ports: &mut PortAllocator) {
        for port in self.deferred {
            ports.release(port);
        }
    }

    /// Nothing is written: what was taken goes back.
    pub fn revert(self, ports: &mut PortAllocator) {
        for port in self.allocated {
            ports.release(port);
        }
    }
}
