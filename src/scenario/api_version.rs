//! The version of kubecast's own documents, and which documents are its own.

use kubecast_manifest::Tree;

/// `apiVersion` of kubecast's own documents.
pub const API_VERSION: &str = "kubecast.dev/v1alpha1";

/// `apiVersion`, if it is one of kubecast's own.
pub(super) fn own_version(tree: &Tree) -> Option<&str> {
    tree.get_str("apiVersion").filter(|version| version.starts_with("kubecast.dev/"))
}
