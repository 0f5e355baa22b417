//! A DaemonSet as a workload: its revisions are ControllerRevisions, told apart by the label that its pods carry.

use super::{Counts, KindWords, RevisionKey, Workload};
use crate::api::pod::REVISION_LABEL;
use crate::api::{DaemonSet, DaemonSetStrategy, Interner, PodTemplate, Symbol};

const WORDS: KindWords = KindWords { kind: "DaemonSet", revision: "ControllerRevision" };

impl Workload for DaemonSet {
    fn kind(&self) -> &'static KindWords {
        &WORDS
    }

    fn namespace(&self) -> Symbol {
        self.namespace
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn template(&self) -> &PodTemplate {
        &self.template
    }

    fn revision_label(&self, names: &Interner) -> Option<(Symbol, Symbol)> {
        Some((names.get(REVISION_LABEL)?, self.template.hash))
    }

    /// A template that comes back has the hash that it had.
    fn is_newest(&self, revision: RevisionKey, _: Option<&PodTemplate>) -> bool {
        revision.hash == Some(self.template.hash)
    }

    fn counts(&self) -> Counts {
        let status = &self.status;
        Counts {
            wanted: status.desired,
            all: status.current,
            updated: status.updated,
            available: status.available,
            observed: status.observed_generation >= self.generation,
        }
    }

    fn is_complete(&self) -> bool {
        DaemonSet::is_complete(self)
    }

    fn held_back(&self) -> Option<&'static str> {
        (self.strategy == DaemonSetStrategy::OnDelete).then_some("OnDelete")
    }

    fn complaint(&self) -> Option<&'static str> {
        None
    }
}
