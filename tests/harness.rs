//! What tests of the binary share: running it, and files and folders of a test's own.

pub(crate) mod binary;
pub(crate) mod files;
pub(crate) mod snapshot;

pub(crate) use binary::{Outcome, kubecast, kubecast_on, kubecast_with};
pub(crate) use files::{file, files, folder, root, rust_files};
pub(crate) use snapshot::snapshot;
