//! The JSON Schema of kubecast's own documents.

use serde_json::Value;

use super::document::ScenarioDocument;

/// The JSON Schema (draft 2020-12) of a Scenario. The same as `schema/kubecast.dev_v1alpha1.json`.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(ScenarioDocument);
    schema.insert("$id".to_owned(), Value::from("https://kubecast.dev/schema/kubecast.dev_v1alpha1.json"));
    let mut schema = schema.to_value();
    join_lines(&mut schema);
    schema
}

/// Descriptions are paragraphs; where the comment that they come from breaks its lines does not matter.
fn join_lines(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(join_lines),
        Value::Object(entries) => {
            for (key, entry) in entries {
                match entry {
                    Value::String(text) if key == "description" => *text = text.replace('\n', " "),
                    other => join_lines(other),
                }
            }
        }
        _ => {}
    }
}
