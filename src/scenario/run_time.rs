//! How long a pod runs until it has succeeded: the annotation `kubecast.dev/run-for`, which a generator's
//! `lifetime` sets, and which pods of a manifest may carry.

use kubecast_manifest::Tree;

use super::error::Findings;
use super::objects::ObjectSource;
use super::time::Duration;
use crate::kernel::SimDuration;

/// The annotation's place in a pod.
pub(super) const POINTER: &str = "/metadata/annotations/kubecast.dev~1run-for";

/// The time that a pod says, if it says one.
pub(super) fn of(source: &ObjectSource, findings: &mut Findings) -> Option<SimDuration> {
    let text = source.tree.pointer(POINTER)?;
    let mut fault = |pointer: &str, message: &str| {
        findings.error(source.place_at(pointer), format!("{}: {message}", source.reference));
        None
    };
    let policy = source.tree.pointer("/spec/restartPolicy").and_then(Tree::as_str).unwrap_or("Always");
    if policy == "Always" {
        let message = "a pod that ends by itself (kubecast.dev/run-for, lifetime) needs restartPolicy Never or \
                       OnFailure; with Always its containers would start again";
        return fault("/spec/restartPolicy", message);
    }
    match Duration::parse(text.as_str().unwrap_or_default()) {
        Ok(duration) => Some(duration.0),
        Err(error) => fault(POINTER, &format!("kubecast.dev/run-for: {error}")),
    }
}
