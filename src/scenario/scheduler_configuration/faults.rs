//! What is wrong with a configuration: where it stands, and kube-scheduler's words for it (`field.Error` of
//! apimachinery v1.34, which shows values as JSON).

use std::fmt::Display;

use kubecast_manifest::Tree;
use serde_json::Value;

use crate::scenario::error::{Findings, Place};
use crate::scenario::objects::ObjectSource;
use crate::scenario::places::field_pointer;

/// A field: its path in the document, and the path that kube-scheduler names.
#[derive(Clone, Debug, Default)]
pub(super) struct At {
    place: String,
    said: String,
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() || path.ends_with(' ') { format!("{path}{name}") } else { format!("{path}.{name}") }
}

impl At {
    /// A field of the document itself.
    pub(super) fn root(name: &str) -> Self {
        Self::default().child(name)
    }

    /// A field of this one.
    pub(super) fn child(&self, name: &str) -> Self {
        Self { place: joined(&self.place, name), said: joined(&self.said, name) }
    }

    /// An entry of this list.
    pub(super) fn index(&self, index: usize) -> Self {
        let entry = |path: &str| format!("{path}[{index}]");
        Self { place: entry(&self.place), said: entry(&self.said) }
    }

    /// A field that kube-scheduler's path passes over.
    pub(super) fn unsaid(&self, name: &str) -> Self {
        Self { place: joined(&self.place, name), said: self.said.clone() }
    }

    /// An entry that is in kube-scheduler's path alone.
    pub(super) fn said_key(&self, key: &str) -> Self {
        Self { place: self.place.clone(), said: format!("{}[{key}]", self.said) }
    }

    /// The same place, from which kube-scheduler's paths begin anew, behind an introduction.
    pub(super) fn introduced(&self, introduction: &str) -> Self {
        Self { place: self.place.clone(), said: format!("{introduction}: ") }
    }

    /// The path in the document.
    pub(super) fn place(&self) -> &str {
        &self.place
    }
}

/// The faults of a configuration, told as they are found.
pub(super) struct Faults<'a> {
    source: &'a ObjectSource,
    findings: &'a mut Findings,
    count: usize,
}

impl<'a> Faults<'a> {
    /// None yet.
    pub(super) fn new(source: &'a ObjectSource, findings: &'a mut Findings) -> Self {
        Self { source, findings, count: 0 }
    }

    /// The whole document.
    pub(super) fn tree(&self) -> &'a Tree {
        &self.source.tree
    }

    /// The tree of a field.
    pub(super) fn tree_at(&self, at: &At) -> Option<&'a Tree> {
        self.source.tree.pointer(&field_pointer(&at.place))
    }

    /// Goes on only if nothing is wrong.
    pub(super) fn none_yet(&self) -> Option<()> {
        (self.count == 0).then_some(())
    }

    fn note(&mut self, place: Option<Place>, message: impl Display) {
        self.count += 1;
        self.findings.error(place, format!("KubeSchedulerConfiguration: {message}"));
    }

    /// Something is wrong at a line and column.
    pub(super) fn at_line(&mut self, (line, column): (u32, u32), message: impl Display) {
        let place = self.source.place_of_part(line, column);
        self.note(place, message);
    }

    /// Something is wrong with a field.
    pub(super) fn tell(&mut self, at: &At, message: impl Display) {
        let place = self.source.place_at(&field_pointer(&at.place));
        self.note(place, message);
    }

    /// Something about a field is doubtful.
    pub(super) fn warn(&mut self, at: &At, message: impl Display) {
        let place = self.source.place_at(&field_pointer(&at.place));
        self.findings.warning(place, format!("KubeSchedulerConfiguration: {}: {message}", at.said));
    }

    fn field(&mut self, at: &At, body: impl Display, detail: &str) {
        let colon = if detail.is_empty() { "" } else { ": " };
        self.tell(at, format_args!("{}: {body}{colon}{detail}", at.said));
    }

    /// A value is missing.
    pub(super) fn required(&mut self, at: &At, detail: &str) {
        self.field(at, "Required value", detail);
    }

    /// A value is malformed or out of bounds.
    pub(super) fn invalid(&mut self, at: &At, value: impl Into<Value>, detail: &str) {
        self.field(at, format_args!("Invalid value: {}", value.into()), detail);
    }

    /// A value that must be unique is there already.
    pub(super) fn duplicate(&mut self, at: &At, value: impl Into<Value>) {
        self.field(at, format_args!("Duplicate value: {}", value.into()), "");
    }

    /// A value may not be given here.
    pub(super) fn forbidden(&mut self, at: &At, detail: &str) {
        self.field(at, "Forbidden", detail);
    }

    /// A value is none of those that there are.
    pub(super) fn not_supported(&mut self, at: &At, value: &str, supported: &[&str]) {
        let quoted: Vec<String> = supported.iter().map(|text| Value::from(*text).to_string()).collect();
        let detail = format!("supported values: {}", quoted.join(", "));
        self.field(at, format_args!("Unsupported value: {}", Value::from(value)), &detail);
    }
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn paths_of_the_document_and_paths_that_are_said() {
        let args = At::root("profiles").index(1).child("pluginConfig").index(0).child("args");
        assert_eq!((args.place.as_str(), &args.said), ("profiles[1].pluginConfig[0].args", &args.place));
        let terms = args.child("preferred").index(2);
        let values = terms.unsaid("preference").child("values").index(0).said_key("disk");
        assert_eq!(values.place, "profiles[1].pluginConfig[0].args.preferred[2].preference.values[0]");
        assert_eq!(values.said, "profiles[1].pluginConfig[0].args.preferred[2].values[0][disk]");
        let own = args.introduced("initializing plugin \"X\"").child("a").child("b");
        assert_eq!(own.place, "profiles[1].pluginConfig[0].args.a.b");
        assert_eq!(own.said, "initializing plugin \"X\": a.b");
    }
}
