//! What the tests of rollouts share: from a scenario's text to a cluster.

use std::sync::Arc;

use kubecast::cluster::setup::ClusterSetup;
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};

/// The first variant of a scenario, or of plain manifests.
pub(crate) fn setup(text: &str) -> Arc<ClusterSetup> {
    let source = SourceText { name: "test.yaml".into(), text: text.into() };
    let resolved = load(&[source], &LoadOptions::default(), &NoFiles);
    let resolved = resolved.unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    Arc::clone(&resolved.variants[0].setup)
}
