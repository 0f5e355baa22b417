//! A Deployment as a workload: its revisions are ReplicaSets.

use super::{Counts, KindWords, RevisionKey, Workload};
use crate::api::{Deployment, Interner, PodTemplate, Symbol};
use crate::api_machinery::compile::workload::POD_TEMPLATE_HASH;

const WORDS: KindWords = KindWords { kind: "Deployment", revision: "ReplicaSet" };

/// The reason that the Deployment controller gives when it sees no progress.
const PROGRESS_DEADLINE_EXCEEDED: &str = "ProgressDeadlineExceeded";

impl Workload for Deployment {
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
        Some((names.get(POD_TEMPLATE_HASH)?, self.template.hash))
    }

    fn is_newest(&self, _: RevisionKey, template: Option<&PodTemplate>) -> bool {
        template.is_some_and(|template| template.equals(&self.template))
    }

    fn counts(&self) -> Counts {
        let status = &self.status;
        Counts {
            wanted: self.replicas,
            all: status.replicas,
            updated: status.updated_replicas,
            available: status.available_replicas,
            observed: status.observed_generation >= self.generation,
        }
    }

    fn is_complete(&self) -> bool {
        Deployment::is_complete(self)
    }

    fn held_back(&self) -> Option<&'static str> {
        self.paused.then_some("paused")
    }

    fn complaint(&self) -> Option<&'static str> {
        let progressing = self.status.progressing.as_ref()?;
        (&*progressing.reason == PROGRESS_DEADLINE_EXCEEDED).then_some("progress deadline exceeded")
    }
}
