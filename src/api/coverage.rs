//! What the models do with the fields of an object: the declarations that the ledger of an answer is made from.
//!
//! Each model declares the fields that it knows in a `coverage.rs` beside it, as slices of [`Field`]; the registry
//! (`scenario::coverage::registry`) puts them together to whole objects. A field that nobody declares is a gap by
//! construction.

pub mod metadata;
pub mod volumes;

use kubecast_manifest::{Tree, Value};

/// What becomes of a field.
#[derive(Clone, Copy, Debug)]
pub enum Coverage {
    /// A model decides by it.
    Simulated,
    /// It changes no decision here, and why.
    Irrelevant(&'static str),
    /// It is left out.
    Gap(Missing),
    /// It is left out where the test says so, of its value and of the object that it stands in.
    GapIf(fn(&Tree, &Tree) -> bool, Missing),
    /// An object with fields of its own, or a list of such objects. Several models may declare parts of it.
    Object(Shape),
}

/// What is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What it is, in the plural: `persistent volumes`. Gaps of the same name are told once.
    pub what: &'static str,
    /// What it does in a cluster that kubecast leaves out.
    pub effect: &'static str,
    /// What it can do to an answer.
    pub reach: Reach,
}

/// How far a gap reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It cannot turn an answer round.
    Detail,
    /// It can change what becomes of pods that are there, when nodes come, go or change.
    Nodes,
    /// It can change what becomes of pods that wait or are made.
    NewPods,
    /// It can change what becomes of any pod.
    AllPods,
}

/// A field of an object, by name, and what becomes of it.
pub type Field = (&'static str, Coverage);

/// The fields of an object, in parts, each in the order of the names.
pub type Shape = &'static [&'static [Field]];

/// Declares a gap.
pub const fn gap(what: &'static str, effect: &'static str, reach: Reach) -> Coverage {
    Coverage::Gap(Missing { what, effect, reach })
}

/// What is declared of a field of an object.
pub fn declared(shape: Shape, name: &str) -> Option<Coverage> {
    shape.iter().find_map(|part| {
        let index = part.binary_search_by(|(declared, _)| (*declared).cmp(name)).ok()?;
        Some(part[index].1)
    })
}

/// Whether a value says something: null, false, nothing and nought are what the API server leaves out.
pub fn says_something(tree: &Tree) -> bool {
    match &tree.value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number != "0",
        Value::String(text) => !text.is_empty(),
        Value::Seq(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
    }
}
