//! Faults, in the words of the API server (`field.Error` of apimachinery, v1.34).

use std::fmt;

use super::path::Path;
use super::value::Shown;

/// What the API server finds wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where it lies in the manifest, in Kubernetes' notation: `spec.containers[0].image`,
    /// `metadata.labels[a/b]`. The message can name another path: the API server's own leads past the
    /// field in a few cases.
    pub path: String,
    message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

/// The faults of an object, in the order in which the API server looks.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, at: &Path<'_>, body: fmt::Arguments<'_>, detail: &str) {
        let colon = if detail.is_empty() { "" } else { ": " };
        let message = format!("{}: {body}{colon}{detail}", at.shown());
        self.0.push(Fault { path: at.place(), message });
    }

    /// A value is missing.
    pub(super) fn required(&mut self, at: &Path<'_>, detail: &str) {
        self.add(at, format_args!("Required value"), detail);
    }

    /// A value is malformed or out of bounds.
    pub(super) fn invalid(&mut self, at: &Path<'_>, value: impl Into<Shown>, detail: &str) {
        self.add(at, format_args!("Invalid value: {}", value.into()), detail);
    }

    /// A value is malformed in each of these ways.
    pub(super) fn all_invalid(&mut self, at: &Path<'_>, value: &str, details: &[String]) {
        for detail in details {
            self.invalid(at, value, detail);
        }
    }

    /// A value is none of those that there are.
    pub(super) fn not_supported(&mut self, at: &Path<'_>, value: impl Into<Shown>, supported: &[&str]) {
        let quoted: Vec<String> = supported.iter().map(|value| Shown::from(*value).to_string()).collect();
        let detail = format!("supported values: {}", quoted.join(", "));
        self.add(at, format_args!("Unsupported value: {}", value.into()), &detail);
    }

    /// A value that must be unique is there already.
    pub(super) fn duplicate(&mut self, at: &Path<'_>, value: impl Into<Shown>, detail: &str) {
        self.add(at, format_args!("Duplicate value: {}", value.into()), detail);
    }

    /// A value may not be given here.
    pub(super) fn forbidden(&mut self, at: &Path<'_>, detail: &str) {
        self.add(at, format_args!("Forbidden"), detail);
    }

    /// A value is too long.
    pub(super) fn too_long(&mut self, at: &Path<'_>, most_bytes: usize) {
        self.add(at, format_args!("Too long"), &format!("may not be more than {most_bytes} bytes"));
    }

    /// A number is negative; one that is not given is not.
    pub(super) fn non_negative(&mut self, at: &Path<'_>, value: Option<impl Into<i64>>) {
        if let Some(value) = value.map(Into::into).filter(|value| *value < 0) {
            self.invalid(at, value, "must be greater than or equal to 0");
        }
    }

    /// How many there are so far.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub(super) fn finish(self) -> Vec<Fault> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `errors_test.go` of apimachinery's package `field`, and its source.
    #[test]
    fn faults_are_worded_as_kubernetes_does() {
        let mut faults = Faults::default();
        let at = Path::root("spec");
        let at = at.child("x");
        faults.required(&at, "");
        faults.required(&at, "why");
        faults.invalid(&at, "a\"b", "must be b");
        faults.invalid(&at, 0, "");
        faults.not_supported(&at, "c", &["A", "B"]);
        faults.duplicate(&at, "d", "");
        faults.forbidden(&at, "not here");
        faults.too_long(&at, 5);
        faults.non_negative(&at, Some(-1));
        faults.non_negative(&at, Some(0));
        let told: Vec<String> = faults.finish().iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "spec.x: Required value",
                "spec.x: Required value: why",
                r#"spec.x: Invalid value: "a\"b": must be b"#,
                "spec.x: Invalid value: 0",
                r#"spec.x: Unsupported value: "c": supported values: "A", "B""#,
                r#"spec.x: Duplicate value: "d""#,
                "spec.x: Forbidden: not here",
                "spec.x: Too long: may not be more than 5 bytes",
                "spec.x: Invalid value: -1: must be greater than or equal to 0",
            ]
        );
    }
}
