//! Which release of Kubernetes an input is of, and where that is known from.
//!
//! What the command line says comes first, then `spec.kubernetesVersion`, then the server's version (`kubectl
//! version -o yaml` may be one of the files), then the newest kubelet of the nodes: a control plane is never
//! older than its kubelets, so that its minor release is a lower bound. Without all these it is
//! [`Release::DEFAULT`].

mod felt;
mod later;
mod not_followed;

use std::collections::BTreeMap;
use std::fmt;

use kubecast_manifest::{Document, Tree};

pub(super) use later::what_may_change;
pub(super) use not_followed::what_is_not_followed;

use super::error::{Findings, Place};
use super::objects::ObjectSource;
use super::places::place_of;
use crate::api::Release;

/// Where a kubelet tells its release, in a node.
const KUBELET_VERSION: &str = "/status/nodeInfo/kubeletVersion";

/// Where a release is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// `--kubernetes-version`.
    CommandLine,
    /// `spec.kubernetesVersion`.
    Scenario,
    /// The output of `kubectl version`.
    Server,
    /// The newest kubelet: the control plane is of this minor release or a later one.
    Kubelets,
    /// Nothing names one.
    Default,
}

/// The release that is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClusterRelease {
    /// The release.
    pub(super) release: Release,
    /// Where it is known from.
    pub(super) origin: Origin,
    /// What the input names, where that is not supported and the nearest release stands in for it.
    stands_in_for: Option<Release>,
    /// What the Scenario says, where the command line says something else.
    overruled: Option<Release>,
}

/// The server's version in an input, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServerVersion {
    release: Release,
    place: Option<Place>,
}

impl ClusterRelease {
    /// Before anything is known.
    pub(super) const UNKNOWN: Self =
        Self { release: Release::DEFAULT, origin: Origin::Default, stands_in_for: None, overruled: None };

    /// The release of an input: what the command line asks for, what `spec.kubernetesVersion` says (the error is about
    /// that), and what else there is.
    pub(super) fn of(
        asked: Option<Release>,
        written: Option<&str>,
        server: Option<&ServerVersion>,
        objects: &[ObjectSource],
    ) -> Result<Self, String> {
        let written = written.map(Release::parse).transpose()?;
        let kubelets = || kubelets(objects).into_values().max_by_key(|release| release.rank());
        let (named, origin) = match (asked, written, server) {
            (Some(asked), _, _) => (asked, Origin::CommandLine),
            (None, Some(written), _) => (written, Origin::Scenario),
            (None, None, Some(server)) => (server.release, Origin::Server),
            (None, None, None) => match kubelets() {
                // Of the patch release of a control plane its kubelets say nothing.
                Some(newest) => (newest.minor(), Origin::Kubelets),
                None => (Release::DEFAULT, Origin::Default),
            },
        };
        let release = named.clamped();
        Ok(Self {
            release,
            origin,
            stands_in_for: (release != named).then_some(named),
            overruled: written.filter(|written| asked.is_some() && *written != named),
        })
    }
}

impl fmt::Display for ClusterRelease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { release, origin, stands_in_for, overruled } = self;
        write!(f, "Kubernetes v{release} (")?;
        match origin {
            Origin::CommandLine => f.write_str("as --kubernetes-version says")?,
            Origin::Scenario => f.write_str("as the scenario says")?,
            Origin::Server => f.write_str("from kubectl version")?,
            Origin::Kubelets => {
                let least = stands_in_for.unwrap_or(*release);
                write!(f, "control plane at least v{least}, from the kubelets; give --kubernetes-version")?;
            }
            Origin::Default => f.write_str("the default: nothing in the input names a release")?,
        }
        if let Some(written) = overruled {
            write!(f, ", instead of v{written} of the scenario")?;
        }
        match stands_in_for {
            Some(named) if release.rank() < named.rank() => {
                write!(f, "; v{named} is extrapolated: v{release} is the newest that is known")?;
            }
            Some(named) => write!(f, "; v{named} is extrapolated: v{release} is the oldest that is known")?,
            None => {}
        }
        f.write_str(")")
    }
}

/// The releases of kubelets, by the name of the node. What is no release (`fake`) is passed over.
pub(super) fn kubelets<'o>(
    objects: impl IntoIterator<Item = &'o ObjectSource>,
) -> BTreeMap<&'o str, Release> {
    let nodes = objects.into_iter().filter(|object| object.reference.kind == "node");
    let told = nodes.filter_map(|node| {
        let version = node.tree.pointer(KUBELET_VERSION).and_then(Tree::as_str)?;
        Some((node.reference.name.as_str(), Release::read(version)?))
    });
    told.collect()
}

/// Whether a document is the output of `kubectl version`.
pub(super) fn is_version(document: &Document) -> bool {
    let has = |key: &str| document.tree.get(key).is_some();
    !has("kind") && (has("serverVersion") || has("clientVersion"))
}

/// Takes the server's version from a document that [`is_version`]; what is wrong with it is told.
pub(super) fn read_version(document: &Document, known: &mut Option<ServerVersion>, findings: &mut Findings) {
    let place = place_of(&document.file, &document.tree);
    let Some(server) = document.tree.get("serverVersion") else {
        let message = "this is what `kubectl version` prints without a server: it has no serverVersion; print it \
                       where the cluster can be reached, or give --kubernetes-version";
        findings.error(place, message);
        return;
    };
    let text = server.get_str("gitVersion").unwrap_or_default();
    let Some(release) = Release::read(text) else {
        findings.error(place, format!("serverVersion.gitVersion: {text:?} is no release of Kubernetes"));
        return;
    };
    if let Some(first) = known.as_ref().filter(|first| first.release != release) {
        let at = first.place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
        let message = format!("a second server version, v{release}; the first{at} is v{}", first.release);
        findings.error(place, message);
        return;
    }
    *known = Some(ServerVersion { release, place });
}
