//! What pages are made of.

use crate::report::page::columns::Columns;

/// Blocks that belong together. Sections stand apart from each other; an empty one leaves room.
pub type Section = Vec<Block>;

/// A piece of a page.
#[derive(Clone, Debug)]
pub enum Block {
    /// What can turn round all that follows: runs that were cut off, what is not simulated.
    Warning(String),
    /// What the rest of the section is about.
    Heading(String),
    /// A sentence of the answer, how far it is set in, and what it says.
    Sentence(usize, String),
    /// What is to be known of the answer.
    Note(String),
    /// Things one below the other.
    List(List),
    /// A table, and how far it is set in.
    Table(usize, Columns),
    /// Names with their values.
    Terms(Vec<(&'static str, String)>),
    /// Whole lines in which every blank counts: a drawing, or a document.
    Verbatim(String),
}

/// Things one below the other.
#[derive(Clone, Debug)]
pub struct List {
    /// What they are set in with.
    pub indent: &'static str,
    /// Whether they are broken into lines.
    pub wrapped: bool,
    /// Them.
    pub items: Vec<Item>,
}

/// One of a list.
#[derive(Clone, Debug)]
pub struct Item {
    /// What stands before it: `-`, or `!` where it can turn the answer round.
    pub mark: char,
    /// What it says.
    pub text: String,
}

impl Block {
    /// A sentence of the answer.
    pub fn sentence(text: impl Into<String>) -> Self {
        Self::Sentence(0, text.into())
    }

    /// A list of lines.
    pub fn list(indent: &'static str, texts: impl IntoIterator<Item = String>) -> Self {
        let items = texts.into_iter().map(|text| Item { mark: '-', text }).collect();
        Self::List(List { indent, wrapped: false, items })
    }
}
