//! What this room draws for while documents are read, apart from any run. The numbers are part of the
//! output and never change.

use crate::kernel::DrawUse;

/// Arrival times of generated objects, of replication 0.
pub(super) const ARRIVALS: DrawUse = DrawUse(40);
/// Lifetimes of generated objects, of replication 0.
pub(super) const LIFETIMES: DrawUse = DrawUse(41);
/// The random order of a Latin hypercube's values, one draw a factor.
pub(super) const LATIN_HYPERCUBE: DrawUse = DrawUse(50);
/// The seeds of design points that do not share their random numbers.
pub(super) const POINT_SEED: DrawUse = DrawUse(51);
