//! The kernel of a discrete-event simulation: time, events, random draws, the run loop, digests.
//!
//! Nothing here knows what is simulated.
//!
//! # Message ordering guarantees
//!
//! * Events are handled in the order (time, sequence number). Sequence numbers are given in the order
//!   of pushing, so events of equal time are handled first-in first-out.
//! * An event pushed for the present instant is handled after all events that are already queued for
//!   it, and before time moves on.
//! * When no event is left for the present instant, the model's [`Model::instant_end`] is called once;
//!   events that it pushes for the same instant form another batch, followed by another call.
//! * Time never goes back: pushing before the present is an asserted bug.
//! * A cancelled event is never handled; cancelling an event that was handled changes nothing.
//!
//! # Randomness
//!
//! Every draw is keyed by what it is for ([`Draws::keyed`]); a draw more for one use moves no draw of
//! another. Sequential streams ([`Draws::stream`]) exist for uses whose number of draws is not known
//! beforehand.

pub mod digest;
pub mod distribution;
pub mod draws;
pub mod event_queue;
pub mod interner;
pub mod lookup;
pub mod probe;
pub mod run_loop;
mod sampling;
pub mod time;
pub mod trace;

pub use digest::{Digest, DigestLog, stable_hash};
pub use distribution::Distribution;
pub use draws::{Draw, DrawUse, Draws, Identity, Seed};
pub use event_queue::{EventClass, EventId, EventQueue, Popped};
pub use interner::{Interner, Symbol};
pub use lookup::{LookupMap, LookupSet};
pub use probe::{Probe, RunPlace, Whereabouts};
pub use run_loop::{Ended, Limits, Model, Quiescence, RunOutcome, run};
pub use time::{SimDuration, SimTime};
pub use trace::{NoTrace, TraceSink, VecTrace};
