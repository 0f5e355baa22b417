//! `kubecast schema`: the JSON Schema of kubecast's own documents.

use super::error::CliError;

/// Prints the schema.
pub fn print() -> Result<(), CliError> {
    let text = serde_json::to_string_pretty(&crate::scenario::schema())
        .map_err(|error| CliError::Bug(format!("the schema is not JSON: {error}")))?;
    super::print(&format!("{text}\n"))
}
