//! The JSON Schema of kubecast's own documents.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::document::ScenarioDocument;
use super::planning::document::PlanDocument;
use super::study::document::StudyDocument;

/// The JSON Schema (draft 2020-12) of all documents: a Scenario, or what `kind` says else. The same as
/// `schema/kubecast.dev_v1alpha1.json`.
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let scenario = generator.subschema_for::<ScenarioDocument>().to_value();
    let study = generator.subschema_for::<StudyDocument>().to_value();
    let plan = generator.subschema_for::<PlanDocument>().to_value();
    let is = |kind: &str| json!({"properties": {"kind": {"const": kind}}, "required": ["kind"]});
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://kubecast.dev/schema/kubecast.dev_v1alpha1.json",
        "title": "kubecast.dev/v1alpha1",
        "type": "object",
        "if": is("Study"),
        "then": study,
        "else": {"if": is("Plan"), "then": plan, "else": scenario},
        "$defs": generator.take_definitions(true),
    });
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
