//! Names of measures, as documents write them.

use super::error::did_you_mean;
use crate::measures::{MEASURES, Measure};

/// The names that the JSON Schema lists.
pub(super) fn in_the_schema() -> Vec<&'static str> {
    MEASURES.iter().map(|measure| measure.name).collect()
}

/// The measure of this name among those that are known. The error names the nearest.
pub(super) fn find(name: &str, known: &[Measure]) -> Result<Measure, String> {
    known.iter().copied().find(|measure| measure.name == name).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|measure| measure.name).collect();
        format!(
            "unknown measure {name:?}{}; known: {}",
            did_you_mean(name, names.iter().copied()),
            names.join(", ")
        )
    })
}
