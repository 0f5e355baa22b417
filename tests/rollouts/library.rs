//! What the tests of rollouts share: from a scenario's text to a cluster.

use std::sync::Arc;

use kubecast::cluster::setup::ClusterSetup;
use kubecast::scenario::timing_preset::TimingPreset;
use kubecast::scenario::{Ask, LoadOptions, NoFiles, SourceText, load};

/// The first variant of a scenario, or of plain manifests.
pub(crate) fn setup(text: &str) -> Arc<ClusterSetup> {
    setup_with(text, &LoadOptions::default())
}

/// The same where the control plane takes no time.
pub(crate) fn instant_setup(text: &str) -> Arc<ClusterSetup> {
    let ask = Ask { timing_preset: Some(TimingPreset::Instant), ..Ask::default() };
    setup_with(text, &LoadOptions { ask, ..LoadOptions::default() })
}

fn setup_with(text: &str, options: &LoadOptions) -> Arc<ClusterSetup> {
    let source = SourceText { name: "test.yaml".into(), text: text.into() };
    let resolved = load(&[source], options, &NoFiles);
    let resolved = resolved.unwrap_or_else(|errors| panic!("{errors:?}\n{text}"));
    Arc::clone(&resolved.variants[0].setup)
}
