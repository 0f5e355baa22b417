//! Kinds of objects that change nothing.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A kind of objects of the input that changes no decision here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Irrelevant {
    /// The kind.
    pub kind: String,
    /// How many objects.
    pub count: usize,
    /// Why it changes nothing.
    pub reason: Cow<'static, str>,
}
