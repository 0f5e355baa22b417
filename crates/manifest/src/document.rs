//! The documents of a file.

use std::sync::Arc;

use crate::error::ManifestError;
use crate::tree::{Entry, Tree, Value};
use crate::yaml;

/// A document: one object, or an item of a `List`.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The file, as the user named it.
    pub file: Arc<str>,
    /// What stands in it.
    pub tree: Tree,
}

/// The documents of a YAML or JSON text, in order. Empty documents are left out and `List`s (also
/// `PodList` and the like) are taken apart. JSON objects may stand one after the other, as in JSON lines.
pub fn parse(file: &str, text: &str) -> Result<Vec<Document>, ManifestError> {
    let file: Arc<str> = file.into();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let trees = yaml::trees(text).map_err(|(message, line, column)| ManifestError {
        file: Arc::clone(&file),
        line,
        column,
        message: format!("not valid YAML: {message}"),
    })?;
    let mut documents = Vec::with_capacity(trees.len());
    for tree in trees {
        flatten(&file, tree, &mut documents)?;
    }
    Ok(documents)
}

fn flatten(file: &Arc<str>, tree: Tree, documents: &mut Vec<Document>) -> Result<(), ManifestError> {
    let fault = |tree: &Tree, message: String| ManifestError {
        file: Arc::clone(file),
        line: tree.line,
        column: tree.column,
        message,
    };
    if let Value::Seq(items) = tree.value {
        for item in items {
            flatten(file, item, documents)?;
        }
        return Ok(());
    }
    if tree.as_map().is_none() {
        return Err(fault(&tree, "a document must be an object with apiVersion and kind".to_owned()));
    }
    let kind = tree.get_str("kind").unwrap_or("");
    // A List without items is one of nothing; what else ends in "List" may be a kind of its own.
    let is_list = kind == "List" || tree.get("items").is_some();
    let Some(item_kind) = kind.strip_suffix("List").filter(|_| is_list) else {
        documents.push(Document { file: Arc::clone(file), tree });
        return Ok(());
    };
    let inherited =
        [("kind", item_kind.to_owned()), ("apiVersion", tree.get_str("apiVersion").unwrap_or("").to_owned())];
    let items = tree.get("items").map(|items| &items.value);
    let items = match items {
        Some(Value::Seq(items)) => items.clone(),
        Some(Value::Null) | None => Vec::new(),
        Some(_) => return Err(fault(&tree, format!("items of this {kind} must be a list"))),
    };
    for mut item in items {
        let (line, column) = (item.line, item.column);
        if let Value::Map(entries) = &mut item.value {
            // The items of a PodList carry neither kind nor apiVersion.
            for (key, value) in &inherited {
                if !value.is_empty() && entries.iter().all(|entry| entry.key != *key) {
                    let value = Tree { value: Value::String(value.clone()), line, column };
                    entries.push(Entry { key: (*key).to_owned(), line, column, value });
                }
            }
        }
        flatten(file, item, documents)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<String> {
        let documents = parse("test.yaml", text).expect("valid");
        documents.iter().map(|document| document.tree.get_str("kind").unwrap_or("").to_owned()).collect()
    }

    #[test]
    fn lists_and_empty_documents_are_taken_apart() {
        assert_eq!(kinds("---\n---\nkind: Pod\n---\n# nothing\n---\nkind: Node\n"), ["Pod", "Node"]);
        assert_eq!(
            kinds("kind: List\nitems:\n- kind: Pod\n- kind: List\n  items: [{kind: Node}]"),
            ["Pod", "Node"]
        );
        assert_eq!(
            kinds("{\"kind\": \"PodList\", \"apiVersion\": \"v1\", \"items\": [{\"metadata\": {}}]}"),
            ["Pod"]
        );
        assert_eq!(kinds(&"kind: Pod\n---\n".repeat(3000)).len(), 3000, "no limit on documents");
        for empty in ["kind: List", "kind: List\nitems: []", "kind: PodList\nitems: null"] {
            assert!(kinds(empty).is_empty(), "{empty}");
        }
        assert_eq!(kinds("kind: AllowList\nspec: {}"), ["AllowList"]);
    }

    #[test]
    fn json_objects_follow_each_other_with_their_places() {
        let text = "{\"kind\": \"Pod\"}\n{\"kind\":\n \"Node\"} {\"kind\": \"Job\"}\n";
        assert_eq!(kinds(text), ["Pod", "Node", "Job"]);
        let documents = parse("lines.json", text).expect("valid");
        let places: Vec<_> = documents
            .iter()
            .map(|document| document.tree.get("kind").expect("a kind"))
            .map(|kind| (kind.line, kind.column))
            .collect();
        // Line 3 is ` "Node"} {"kind": "Job"}`: the third object begins in column 10, "Job" begins in column 19.
        assert_eq!(places, [(1, 10), (3, 2), (3, 19)]);
        let cut_off = parse("lines.json", "{\"kind\": \"Pod\"}\n{\"kind\": ").expect_err("is cut off");
        // The parser puts the end of a text on the line behind it.
        assert_eq!(cut_off.line, 3);
    }

    #[test]
    fn yaml_and_json_give_equal_values() {
        let yaml = parse("a", "kind: Pod\nmetadata:\n  labels: {a: \"1\"}\nspec:\n  count: 5\n  l:\n  - x\n")
            .expect("valid");
        let json = parse(
            "b",
            "{\"kind\":\"Pod\",\"metadata\":{\"labels\":{\"a\":\"1\"}},\"spec\":{\"count\":5,\"l\":[\"x\"]}}",
        )
        .expect("valid");
        assert_eq!(yaml[0].tree.to_json(), json[0].tree.to_json());
    }

    #[test]
    fn anchors_and_merge_keys_are_carried_out() {
        let text = "kind: Pod\nbase: &base {a: 1, b: 2}\nuse:\n  <<: *base\n  b: 3\n";
        let tree = &parse("a", text).expect("valid")[0].tree;
        assert_eq!(tree.get("use").map(Tree::to_json), Some(serde_json::json!({"b": 3, "a": 1})));
    }

    #[test]
    fn faults_have_their_place() {
        let place = |text: &str| parse("f.yaml", text).map_err(|error| (error.line, error.column)).err();
        assert_eq!(place("kind: Pod\nkind: Node\n"), Some((2, 1)));
        assert_eq!(place("kind: Pod\nspec: [1, 2\n").map(|place| place.0), Some(3));
        assert_eq!(place("- just\n- text\n"), Some((1, 3)));
        assert!(place(&"[".repeat(500)).is_some(), "deep nesting is refused, not a crash");
        let laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                      d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n\
                      f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n";
        assert!(place(laughs).is_some(), "aliases are limited");
    }
}
