//! Jobs that can never end.

use kubecast_manifest::Value;

use super::{Findings, Scene};

pub(super) fn never_ends(scene: &Scene<'_>, findings: &mut Findings<'_>) {
    for source in scene.of_kind("job").filter(|job| job.tree.pointer("/status/completionTime").is_none()) {
        if source.whole_number("/spec/parallelism") == Some(0) {
            findings.note(source, "/spec/parallelism", "parallelism 0 starts no pod: the Job never ends");
        }
        if source.tree.pointer("/spec/suspend").is_some_and(|flag| flag.value == Value::Bool(true)) {
            findings.note(
                source,
                "/spec/suspend",
                "the Job is suspended and never ends until somebody resumes it",
            );
        }
    }
}
