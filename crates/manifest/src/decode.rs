//! Trees to typed values: the one deserializer for Kubernetes' types and kubecast's own documents.
//!
//! It is as strict as the API server: a number where a string belongs is refused (but quantities and
//! int-or-string fields take numbers), names are case-sensitive, `null` is the same as absent. A field
//! that the type does not know is noted with its place and the nearest field that it does know.

mod access;
mod deserializer;

use std::cell::RefCell;
use std::fmt;

use serde::de::DeserializeOwned;

use crate::error::nearest;
use crate::tree::Tree;
use deserializer::TreeDeserializer;

/// A field that the type does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// Where it stands: `spec.template.spec.containers[0].imagee`.
    pub path: String,
    /// Its line; 0 if unknown.
    pub line: u32,
    /// Its column.
    pub column: u32,
    /// The known field that is most like it.
    pub suggestion: Option<String>,
}

impl fmt::Display for UnknownField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: unknown field", self.path)?;
        match &self.suggestion {
            Some(near) => write!(f, "; did you mean {near:?}?"),
            None => Ok(()),
        }
    }
}

/// A value that does not fit its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Where it stands; empty for the whole document.
    pub path: String,
    /// Its line; 0 if unknown.
    pub line: u32,
    /// Its column.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    placed: bool,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

impl std::error::Error for DecodeError {}

impl serde::de::Error for DecodeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { path: String::new(), line: 0, column: 0, message: message.to_string(), placed: false }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let near = nearest(field, expected.iter().copied());
        let hint = near.map_or_else(
            || format!("known are {}", expected.join(", ")),
            |near| format!("did you mean {near:?}?"),
        );
        Self::custom(format!("unknown field; {hint}"))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let near = nearest(variant, expected.iter().copied());
        let hint = near.map_or_else(
            || format!("known are {}", expected.join(", ")),
            |near| format!("did you mean {near:?}?"),
        );
        Self::custom(format!("unknown value {variant:?}; {hint}"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format!("the field {field:?} is missing"))
    }
}

impl DecodeError {
    /// Gives the error its place, unless it has one.
    fn at(mut self, path: &Path<'_>, line: u32, column: u32) -> Self {
        if !self.placed {
            self.path = path.to_string();
            self.line = line;
            self.column = column;
            self.placed = true;
        }
        self
    }
}

/// A path in Kubernetes' notation, as a chain on the stack.
#[derive(Clone, Copy)]
enum Path<'a> {
    Root,
    Key(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Key(Path::Root, key) => f.write_str(key),
            Self::Key(parent, key) if key.contains(['.', '/']) => write!(f, "{parent}[{key}]"),
            Self::Key(parent, key) => write!(f, "{parent}.{key}"),
            Self::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// What is noted while a tree is decoded.
#[derive(Default)]
struct Notes {
    unknown: RefCell<Vec<UnknownField>>,
}

impl Notes {
    fn unknown_field(&self, path: &Path<'_>, place: (u32, u32), key: &str, known: &[&str]) {
        let suggestion = nearest(key, known.iter().copied()).map(str::to_owned);
        let field = UnknownField { path: path.to_string(), line: place.0, column: place.1, suggestion };
        self.unknown.borrow_mut().push(field);
    }
}

/// Decodes a tree; also the fields that the type does not know, in the order of the text.
pub fn decode<T: DeserializeOwned>(tree: &Tree) -> Result<(T, Vec<UnknownField>), DecodeError> {
    let notes = Notes::default();
    let value = T::deserialize(TreeDeserializer::new(tree, &Path::Root, &notes))
        .map_err(|error| error.at(&Path::Root, tree.line, tree.column))?;
    Ok((value, notes.unknown.into_inner()))
}

#[cfg(test)]
mod tests;
