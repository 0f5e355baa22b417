//! What this room draws for, apart from any run. The numbers are part of the output and never change.

use crate::kernel::DrawUse;

/// The streams of simulated installations; none of them is part of a run of the cluster.
pub(super) const INSTALLATION: DrawUse = DrawUse(600);
