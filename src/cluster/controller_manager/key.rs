//! Which controller, and what it works on.

/// A controller by its place in the list of controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControllerId(pub u8);

/// What a controller works on: the number of the object in its kind, or any number that the controller gives
/// a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(pub u32);
