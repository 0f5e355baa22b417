//! An answer, apart from how it is rendered: what is told, the data for programs, and the files.
//!
//! What is told is a list of sections, each a list of typed blocks: what a reader has to know before all else, the answer's
//! sentences, tables, and what stands behind it. A rendering is one file in `page/`, which has a case for each [`Block`].

mod block;
pub mod columns;
pub mod file;
pub mod json;
mod text;

use serde_json::Value;

pub use block::{Block, Item, List, Section};
use file::OutputFile;

/// An answer.
pub struct Page<'a> {
    /// What is told, in order.
    pub sections: Vec<Section>,
    /// What a command writes into an output folder; where it writes none, nothing.
    pub files: Vec<OutputFile<'a>>,
    data: Box<dyn Fn() -> Value + 'a>,
}

impl<'a> Page<'a> {
    /// An answer that is told so, with its data for programs. They are large, and made when they are asked for.
    pub fn new(sections: Vec<Section>, data: impl Fn() -> Value + 'a) -> Self {
        Self { sections, files: Vec::new(), data: Box::new(data) }
    }

    /// With files.
    #[must_use]
    pub fn with_files(self, files: Vec<OutputFile<'a>>) -> Self {
        Self { files, ..self }
    }

    /// For people.
    pub fn to_text(&self) -> String {
        text_of(&self.sections)
    }

    /// For programs, with the version of its shape.
    pub fn to_json(&self) -> Value {
        json::versioned((self.data)())
    }
}

/// Sections as text.
pub fn text_of(sections: &[Section]) -> String {
    text::render(sections)
}
