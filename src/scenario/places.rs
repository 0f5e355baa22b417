//! Places of trees in the texts they were read from.

use std::sync::Arc;

use kubecast_manifest::{Entry, Tree, Value};

use super::error::Place;

/// The place of a tree, unless it was not read from a text.
pub(super) fn place_of(file: &Arc<str>, tree: &Tree) -> Option<Place> {
    place(file, tree.line, tree.column)
}

/// The place of a mapping's key.
pub(super) fn place_of_key(file: &Arc<str>, entry: &Entry) -> Option<Place> {
    place(file, entry.line, entry.column)
}

/// A place; `None` where the line is unknown.
pub(super) fn place(file: &Arc<str>, line: u32, column: u32) -> Option<Place> {
    (line > 0).then(|| Place { file: Arc::clone(file), line, column })
}

/// A string, at the place of another tree.
pub(super) fn text(value: &str, at: &Tree) -> Tree {
    Tree { value: Value::String(value.to_owned()), line: at.line, column: at.column }
}

/// A field path in Kubernetes' notation (`spec.containers[0].image`, `metadata.labels[a/b]`) as a JSON
/// pointer.
pub(super) fn field_pointer(path: &str) -> String {
    let mut pointer = String::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (part, after) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => rest.find(['.', '[']).map_or((rest, ""), |end| rest.split_at(end)),
        };
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_paths_become_pointers() {
        assert_eq!(field_pointer("spec.containers[0].image"), "/spec/containers/0/image");
        assert_eq!(field_pointer("metadata.labels[a.b/c].x"), "/metadata/labels/a.b~1c/x");
        assert_eq!(field_pointer(""), "");
    }
}
