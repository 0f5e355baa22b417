//! Trees to the fields of a configuration: its version, fields that do not exist, values of the wrong type.
//!
//! DIFFERENCE: kube-scheduler stops at the first value of a wrong type and lists all unknown fields in one
//! message; here each is told at its place, with what may be meant.

use kubecast_manifest::{Entry, Tree, Value, decode};
use serde::de::DeserializeOwned;

use super::document::{API_VERSION, ConfigurationDocument, ProfileDocument};
use super::faults::{At, Faults};

/// The document, if it is of the right version and kind.
pub(super) fn configuration(faults: &mut Faults<'_>) -> Option<ConfigurationDocument> {
    let tree = faults.tree();
    let text = |key: &str| tree.get_str(key).unwrap_or_default();
    let (version, kind) = (text("apiVersion"), text("kind"));
    if version != API_VERSION || kind != "KubeSchedulerConfiguration" {
        let field = if version == API_VERSION { "kind" } else { "apiVersion" };
        let message = format!(
            "{}; write apiVersion: {API_VERSION} and kind: KubeSchedulerConfiguration",
            not_registered(kind, version)
        );
        faults.tell(&At::root(field), message);
        return None;
    }
    match decode::<ConfigurationDocument>(tree) {
        Err(error) => {
            faults.at_line((error.line, error.column), error);
            None
        }
        Ok((mut document, unknown)) => {
            for field in unknown {
                faults.at_line((field.line, field.column), field);
            }
            if document.profiles.is_empty() {
                document.profiles.push(ProfileDocument::default());
            }
            faults.none_yet().map(|()| document)
        }
    }
}

/// The arguments of a plugin; absent ones are the same as empty ones.
pub(super) fn part<T: DeserializeOwned + Default>(
    tree: Option<&Tree>,
    at: &At,
    faults: &mut Faults<'_>,
) -> T {
    let Some(tree) = tree else { return T::default() };
    match decode::<T>(&without_version(tree)) {
        Err(mut error) => {
            error.path = below(at, &error.path);
            faults.at_line((error.line, error.column), error);
            T::default()
        }
        Ok((value, unknown)) => {
            for mut field in unknown {
                field.path = below(at, &field.path);
                faults.at_line((field.line, field.column), field);
            }
            value
        }
    }
}

/// A path within a field as a path of the document.
pub(super) fn below(at: &At, path: &str) -> String {
    if path.is_empty() { at.place().to_owned() } else { at.child(path).place().to_owned() }
}

/// Kube-scheduler's words for a kind that its scheme does not have, but for the line of its source that they
/// end with.
pub(super) fn not_registered(kind: &str, version: &str) -> String {
    format!("no kind {kind:?} is registered for version {version:?}")
}

fn without_version(tree: &Tree) -> Tree {
    let mut tree = tree.clone();
    if let Value::Map(entries) = &mut tree.value {
        entries.retain(|entry: &Entry| entry.key != "apiVersion" && entry.key != "kind");
    }
    tree
}
