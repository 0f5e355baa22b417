//! What real releases do otherwise than the models here in every release: known, not followed yet. An answer
//! under such a release says so.

use super::release::Release;
use super::switches::Component;
use Changes::{Decision, Ipv6Address, Message};
use Component::{ApiServer, Kubelet, Scheduler, ServiceIp};
use Evidence::{Notes, Recorded};

/// How a difference is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Decisions of these releases on the same inputs were recorded and compared.
    Recorded,
    /// Release notes and pull requests say so.
    Notes,
}

impl Evidence {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Notes => "release notes",
        }
    }
}

/// What a difference can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    /// A decision that is simulated: an answer under such a release says so.
    Decision,
    /// Which address a Service gets in a large IPv6 range.
    Ipv6Address,
    /// Only a message, or the time that something takes.
    Message,
}

impl Changes {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decision => "a decision",
            Self::Ipv6Address => "an address",
            Self::Message => "a message or a time",
        }
    }
}

/// What an input must hold for a difference to be felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing in particular, or nobody knows before the run.
    Nothing,
    /// Pods with init containers.
    InitContainers,
    /// Pods that request nothing.
    PodsWithoutRequests,
    /// Pods with image volumes.
    ImageVolumes,
    /// Pods with a priority.
    Priorities,
    /// Spread constraints with an empty selector.
    EmptySelector,
}

/// Something that some releases do otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// The component.
    pub component: Component,
    /// What those releases do.
    pub words: &'static str,
    /// The first release that does it.
    pub first: Release,
    /// The first release that no longer does; `None`: all that follow do.
    pub end: Option<Release>,
    /// What it can change.
    pub changes: Changes,
    /// What an input must hold for it to be felt.
    pub needs: Needs,
    /// How it is known.
    pub evidence: Evidence,
    /// Where from.
    pub source: &'static str,
}

impl Difference {
    /// Whether a release does it.
    pub fn holds_in(&self, release: Release) -> bool {
        release.reaches(self.first) && !self.end.is_some_and(|end| release.reaches(end))
    }

    /// Those that can change a decision of these components under a release.
    pub fn of(release: Release, components: &[Component]) -> impl Iterator<Item = &'static Self> {
        let concerns = move |one: &&Self| one.changes == Changes::Decision && one.holds_in(release);
        DIFFERENCES.iter().filter(concerns).filter(|one| components.contains(&one.component))
    }
}

const fn row(
    component: Component,
    (first, end): (Release, Option<Release>),
    (words, changes): (&'static str, Changes),
    (evidence, source): (Evidence, &'static str),
) -> Difference {
    Difference { component, words, first, end, changes, needs: Needs::Nothing, evidence, source }
}

/// The same where the input must hold something to feel it.
const fn felt_with(needs: Needs, difference: Difference) -> Difference {
    Difference { needs, ..difference }
}

const fn since(minor: u8) -> (Release, Option<Release>) {
    (Release::one(minor), None)
}

/// From the oldest release up to, but not with, this one.
const fn before(minor: u8) -> (Release, Option<Release>) {
    (Release::OLDEST, Some(Release::one(minor)))
}

/// Every known difference that is not followed, by component and release.
pub const DIFFERENCES: &[Difference] = &[
    row(
        Scheduler,
        before(28),
        (
            "all filters are asked about a node and all scores are given, also where they cannot matter",
            Message,
        ),
        (Recorded, "1.25.2 against 1.28.0"),
    ),
    felt_with(
        Needs::InitContainers,
        row(
            Scheduler,
            before(32),
            ("LeastAllocated scores take no default requests for init containers", Decision),
            (Recorded, "1.31.1 against 1.32.2"),
        ),
    ),
    felt_with(
        Needs::PodsWithoutRequests,
        row(
            Scheduler,
            before(33),
            ("NodeResourcesBalancedAllocation scores pods without requests", Decision),
            (Recorded, "1.32.2 against 1.33.0"),
        ),
    ),
    row(
        Scheduler,
        before(34),
        ("a request above what a node has at all is no reason to leave preemption out", Message),
        (Recorded, "1.33.0 against 1.34.1"),
    ),
    row(
        Scheduler,
        (Release::patched(34, 0), Some(Release::patched(34, 2))),
        ("status patches and bindings are sent asynchronously (SchedulerAsyncAPICalls)", Message),
        (Notes, "kk 134400, 134401"),
    ),
    row(
        Scheduler,
        (Release::patched(35, 0), Some(Release::patched(35, 1))),
        ("status patches and bindings are sent asynchronously (SchedulerAsyncAPICalls)", Message),
        (Notes, "kk 135059, 135904"),
    ),
    row(
        Scheduler,
        since(35),
        ("the reason of TaintToleration does not name the taint", Message),
        (Recorded, "1.34.1 against 1.35.0"),
    ),
    row(
        Scheduler,
        since(35),
        ("pods of one kind are placed in batches (OpportunisticBatching)", Decision),
        (Notes, "KEP-5598; kk 135231, 140289"),
    ),
    felt_with(
        Needs::ImageVolumes,
        row(
            Scheduler,
            since(36),
            ("ImageLocality counts image volumes", Decision),
            (Recorded, "1.35.0 against 1.36.2; kk 130231"),
        ),
    ),
    row(
        Scheduler,
        since(36),
        (
            "pods that need a feature are refused on nodes that do not declare it (NodeDeclaredFeatures)",
            Decision,
        ),
        (Recorded, "1.36.2, in part"),
    ),
    row(
        Scheduler,
        since(35),
        ("a pod is not tried again and again while the victims of its preemption terminate", Message),
        (Notes, "kk 134294"),
    ),
    felt_with(
        Needs::Priorities,
        row(
            Scheduler,
            since(38),
            ("in preemption a PodDisruptionBudget with an empty selector counts", Decision),
            (Notes, "kk 141785"),
        ),
    ),
    felt_with(
        Needs::EmptySelector,
        row(
            Scheduler,
            since(38),
            ("the empty selector {} of a spread constraint counts all pods of the namespace", Decision),
            (Notes, "kk 141340"),
        ),
    ),
    row(
        ApiServer,
        since(38),
        ("quantities that overflow are the largest there is", Message),
        (Notes, "kk 138510"),
    ),
    row(
        Kubelet,
        since(38),
        ("six faults of the CPU Manager and of devices are mended", Decision),
        (Notes, "1.38.0-alpha.1; kk 137534, 139456, 140730, 140766, 141041, 141238"),
    ),
    row(
        ServiceIp,
        (Release::one(34), Some(Release::one(35))),
        (
            "late patch releases keep random starts in IPv6 ranges of 2⁶³ addresses and more in the range",
            Ipv6Address,
        ),
        (Notes, "kk 138374, 138385; in which patch is not known"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use Component::Controllers;

    fn words(release: Release) -> Vec<&'static str> {
        Difference::of(release, &[Scheduler, Controllers]).map(|one| one.words).collect()
    }

    #[test]
    fn the_default_release_is_followed_in_every_decision() {
        assert!(words(Release::DEFAULT).is_empty(), "{:?}", words(Release::DEFAULT));
        assert!(words(Release::patched(34, 1)).is_empty());
    }

    #[test]
    fn other_releases_say_what_they_do_otherwise() {
        assert_eq!(words(Release::one(32)).len(), 1, "BestEffort pods are scored");
        assert_eq!(words(Release::one(31)).len(), 2);
        assert!(words(Release::patched(36, 2)).iter().any(|words| words.contains("in batches")));
        assert!(!words(Release::one(37)).iter().any(|words| words.contains("empty selector")));
        assert!(words(Release::one(38)).iter().any(|words| words.contains("empty selector")));
    }

    #[test]
    fn every_difference_holds_somewhere() {
        for one in DIFFERENCES {
            let patches = [one.first, Release::NEWEST];
            assert!(patches.iter().any(|release| one.holds_in(*release)), "{}", one.words);
        }
    }
}
