//! What an input seems to be that is no Kubernetes manifest, and which command gives the right one.
//!
//! A text is looked at only where it cannot be read, or holds no object; a document that could be mistaken for an
//! object, before it is taken for one.

mod document;
mod text;

pub(super) use document::document;
pub(super) use text::{Mistake, nothing_in, text, unreadable};
