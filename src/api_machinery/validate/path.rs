//! Paths of fields (`field.Path` of apimachinery, v1.34): where a fault lies, and how the API server
//! calls that place.
//!
//! The two differ here and there. The API server says `spec.template.labels` where the manifest has
//! `spec.template.metadata.labels`, and it names the map where one entry of it is wrong. Every segment
//! therefore has two readings: one leads to the line in the user's file, the other is shown.

use std::fmt::Write;

/// What a segment adds to a path.
#[derive(Clone, Copy)]
enum Part<'a> {
    Nothing,
    Name(&'a str),
    Index(usize),
    Key(&'a str),
}

/// A path, as a chain from the last segment to the first: it allocates nothing until it is printed.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    place: Part<'a>,
    shown: Part<'a>,
}

impl<'a> Path<'a> {
    /// The path of a field of the object itself.
    pub(super) const fn root(name: &'a str) -> Self {
        Self { parent: None, place: Part::Name(name), shown: Part::Name(name) }
    }

    /// A field of the object itself that the API server calls by another name.
    pub(super) const fn renamed_root(place: &'a str, shown: &'a str) -> Self {
        Self { parent: None, place: Part::Name(place), shown: Part::Name(shown) }
    }

    const fn with(&'a self, place: Part<'a>, shown: Part<'a>) -> Self {
        Self { parent: Some(self), place, shown }
    }

    /// A field of a structure.
    pub(super) const fn child(&'a self, name: &'a str) -> Self {
        self.with(Part::Name(name), Part::Name(name))
    }

    /// An element of a list.
    pub(super) const fn index(&'a self, index: usize) -> Self {
        self.with(Part::Index(index), Part::Index(index))
    }

    /// An element of a list to which the API server gives another number.
    pub(super) const fn renumbered(&'a self, place: usize, shown: usize) -> Self {
        self.with(Part::Index(place), Part::Index(shown))
    }

    /// An entry of a map.
    pub(super) const fn key(&'a self, key: &'a str) -> Self {
        self.with(Part::Key(key), Part::Key(key))
    }

    /// A field that the API server calls by another name.
    pub(super) const fn renamed(&'a self, place: &'a str, shown: &'a str) -> Self {
        self.with(Part::Name(place), Part::Name(shown))
    }

    /// A field that the API server leaves out of the path.
    pub(super) const fn unsaid(&'a self, name: &'a str) -> Self {
        self.with(Part::Name(name), Part::Nothing)
    }

    /// An element of a list that the API server leaves out of the path.
    pub(super) const fn unsaid_index(&'a self, index: usize) -> Self {
        self.with(Part::Index(index), Part::Nothing)
    }

    /// An entry of a map that the API server leaves out of the path.
    pub(super) const fn unsaid_key(&'a self, key: &'a str) -> Self {
        self.with(Part::Key(key), Part::Nothing)
    }

    /// An entry of a map that the API server writes like a field.
    pub(super) const fn key_said_as_child(&'a self, key: &'a str) -> Self {
        self.with(Part::Key(key), Part::Name(key))
    }

    /// A field that is in the API server's path alone.
    pub(super) const fn said(&'a self, name: &'a str) -> Self {
        self.with(Part::Nothing, Part::Name(name))
    }

    /// An entry of a map that is in the API server's path alone.
    pub(super) const fn said_key(&'a self, key: &'a str) -> Self {
        self.with(Part::Nothing, Part::Key(key))
    }

    /// Where it is in the manifest.
    pub(super) fn place(&self) -> String {
        let mut text = String::new();
        self.print(&mut text, |path| path.place);
        text
    }

    /// What the API server calls it.
    pub(super) fn shown(&self) -> String {
        let mut text = String::new();
        self.print(&mut text, |path| path.shown);
        text
    }

    fn print(&self, text: &mut String, reading: fn(&Self) -> Part<'a>) {
        if let Some(parent) = self.parent {
            parent.print(text, reading);
        }
        match reading(self) {
            Part::Nothing => {}
            Part::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(name);
            }
            Part::Index(index) => write!(text, "[{index}]").expect("writes to memory"),
            Part::Key(key) => write!(text, "[{key}]").expect("writes to memory"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_kubernetes_does() {
        let spec = Path::root("spec");
        let containers = spec.child("containers");
        let first = containers.index(0);
        let resources = first.child("resources");
        let limits = resources.child("limits");
        let cpu = limits.key("cpu");
        assert_eq!(cpu.place(), "spec.containers[0].resources.limits[cpu]");
        assert_eq!(cpu.shown(), cpu.place());
    }

    #[test]
    fn the_place_and_the_words_can_differ() {
        let template = Path::root("template");
        let metadata = template.unsaid("metadata");
        let labels = metadata.child("labels");
        let key = labels.unsaid_key("a/b");
        assert_eq!(key.place(), "template.metadata.labels[a/b]");
        assert_eq!(key.shown(), "template.labels");
        let taints = Path::renamed_root("spec", "metadata");
        assert_eq!((taints.child("taints").place(), taints.child("taints").shown()), {
            ("spec.taints".to_owned(), "metadata.taints".to_owned())
        });
    }
}
