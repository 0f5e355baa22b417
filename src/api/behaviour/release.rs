//! Kubernetes releases.

/// A release of Kubernetes 1: a minor release, and the patch release where it is known.
///
/// Without a patch it is the newest one of its minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Release {
    minor: u8,
    patch: Option<u8>,
}

impl Release {
    /// The oldest release that is supported.
    pub const OLDEST: Self = Self::one(24);
    /// The newest release that is accepted.
    pub const NEWEST: Self = Self::one(38);
    /// The newest release whose feature gates are known; what lies beyond has the gates of this one.
    pub const NEWEST_WITH_GATES: Self = Self::one(37);
    /// The release where nothing names one: the newest of which sequences of pods are recorded and pass.
    pub const DEFAULT: Self = Self::one(34);

    /// The releases of kube-scheduler whose cycles are recorded and pass.
    pub const SCHEDULERS: [Self; 8] = [
        Self::patched(25, 2),
        Self::patched(28, 0),
        Self::patched(31, 1),
        Self::patched(32, 2),
        Self::patched(33, 0),
        Self::patched(34, 1),
        Self::patched(35, 0),
        Self::patched(36, 2),
    ];

    /// Release 1.`minor`, supported or not.
    pub const fn one(minor: u8) -> Self {
        Self { minor, patch: None }
    }

    /// Release 1.`minor`.`patch`, supported or not.
    pub const fn patched(minor: u8, patch: u8) -> Self {
        Self { minor, patch: Some(patch) }
    }

    /// Every supported minor release, from the oldest on.
    pub fn minors() -> impl Iterator<Item = Self> {
        (Self::OLDEST.minor..=Self::NEWEST.minor).map(Self::one)
    }

    /// Reads `1.34`, `v1.34.2`, `v1.34.2+k3s1`, `v1.33.5-gke.1162000`, whether it is supported or not.
    pub fn read(text: &str) -> Option<Self> {
        let plain = text.strip_prefix('v').unwrap_or(text);
        let mut parts = plain.splitn(3, '.');
        let (Some("1"), Some(minor), patch) = (parts.next(), parts.next(), parts.next()) else {
            return None;
        };
        let number = |digits: &str| {
            let all = digits.bytes().all(|byte| byte.is_ascii_digit());
            if all { digits.parse::<u8>().ok() } else { None }
        };
        let leading = |text: &str| {
            let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
            number(&text[..end])
        };
        let patch = match patch {
            None => None,
            Some(patch) => Some(leading(patch)?),
        };
        Some(Self { minor: number(minor)?, patch })
    }

    /// Reads a release as [`Release::read`] does; the error says which are supported.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text).filter(|release| release.is_supported()).ok_or_else(|| {
            format!(
                "{text:?} is no supported Kubernetes release; write one of {} to {}",
                Self::OLDEST,
                Self::NEWEST
            )
        })
    }

    /// Whether the release is among those that can be followed.
    pub fn is_supported(self) -> bool {
        self.clamped() == self
    }

    /// The nearest supported release.
    #[must_use]
    pub fn clamped(self) -> Self {
        if self.minor < Self::OLDEST.minor {
            Self::OLDEST
        } else if self.minor > Self::NEWEST.minor {
            Self::NEWEST
        } else {
            self
        }
    }

    /// The minor release.
    #[must_use]
    pub const fn minor(self) -> Self {
        Self::one(self.minor)
    }

    /// The minor release so many after this one; `None` beyond the newest.
    pub fn later(self, minors: u8) -> Option<Self> {
        Some(Self::one(self.minor + minors)).filter(|release| release.is_supported())
    }

    /// Whether this is the other release or a later one. Without a patch, `self` is the newest of its
    /// minor and `first` the oldest.
    pub fn reaches(self, first: Self) -> bool {
        let place = (self.minor, self.patch.unwrap_or(u8::MAX));
        place >= (first.minor, first.patch.unwrap_or(0))
    }

    /// Whether it is of one of these minors, and older than the patch given for it: a fault that patch releases mended.
    pub fn is_before_patch_of(self, mended: &[(u8, u8)]) -> bool {
        mended.iter().any(|&(minor, patch)| self.minor == minor && !self.reaches(Self::patched(minor, patch)))
    }

    /// A number that grows with the release, to find the newest of several.
    pub fn rank(self) -> (u8, Option<u8>) {
        (self.minor, self.patch)
    }

    /// What each model of a run under this release was checked against, for people.
    pub fn models(self) -> Vec<String> {
        vec![self.scheduler_model(), self.against("Deployment and ReplicaSet controllers", 32)]
    }

    /// Cycles are recorded of several releases, sequences of pods and the queue of the default alone.
    fn scheduler_model(self) -> String {
        let queue = Self::DEFAULT.minor;
        let recorded = Self::SCHEDULERS.map(|release| release.minor);
        let (minor, to) = (self.minor, self.minor());
        if minor == queue {
            return format!("kube-scheduler: recorded at v1.{queue}");
        }
        let rules = "by gates and known differences";
        if recorded.contains(&minor) {
            return format!(
                "kube-scheduler: cycles recorded at v{to}, queue extrapolated from v1.{queue} to v{to} {rules}"
            );
        }
        let older = recorded.iter().rfind(|other| **other < minor);
        let newer = recorded.iter().find(|other| **other > minor);
        let nearest: Vec<String> =
            older.into_iter().chain(newer).map(|minor| format!("v1.{minor}")).collect();
        format!("kube-scheduler: cycles recorded at {}, extrapolated to v{to} {rules}", nearest.join(" and "))
    }

    /// The same of the DaemonSet controller.
    pub fn daemon_set_model(self) -> String {
        self.against("DaemonSet controller", 32)
    }

    /// The same of the kubelet's managers.
    pub fn kubelet_model(self) -> String {
        self.against("CPU Manager and Topology Manager", 32)
    }

    /// The same of the allocators of Service IPs.
    pub fn service_ip_model(self) -> String {
        self.against("allocators of Service IPs and node ports", 32)
    }

    fn against(self, model: &str, recorded: u8) -> String {
        if self.minor == recorded {
            return format!("{model}: recorded at v1.{recorded}");
        }
        let to = self.minor();
        format!("{model}: recorded at v1.{recorded}, extrapolated to v{to} by gates and known differences")
    }
}

impl Default for Release {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "1.{}", self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_in_every_usual_form() {
        assert_eq!(Release::parse("1.34"), Ok(Release::one(34)));
        assert_eq!(Release::parse("v1.34"), Ok(Release::one(34)));
        for text in ["1.34.2", "v1.34.2", "v1.34.2+k3s1", "v1.34.2-gke.1162000", "v1.34.2-eks-a737599"] {
            assert_eq!(Release::parse(text), Ok(Release::patched(34, 2)), "{text}");
        }
        assert_eq!(Release::parse("v1.36.0-alpha.1.123+abc"), Ok(Release::patched(36, 0)));
        assert_eq!(Release::parse("1.24"), Ok(Release::OLDEST));
        assert_eq!(Release::parse("1.38"), Ok(Release::NEWEST));
        assert_eq!(Release::default().to_string(), "1.34");
        assert_eq!(Release::patched(34, 2).to_string(), "1.34.2");
    }

    #[test]
    fn everything_else_is_refused() {
        let wrong =
            ["", "1", "2.34", "1.23", "1.39", "1.x", "1.34.x", "1.+34", "34", "1.300", "1.34 ", "1.34."];
        for text in wrong {
            let error = Release::parse(text).expect_err(text);
            assert!(error.ends_with("write one of 1.24 to 1.38"), "{error}");
        }
        assert_eq!(Release::read("v1.19.3"), Some(Release::patched(19, 3)), "read, but not supported");
        assert_eq!(Release::read("fake"), None);
    }

    #[test]
    fn a_release_without_a_patch_is_the_newest_of_its_minor() {
        let (flip, minor) = (Release::patched(35, 4), Release::one(35));
        assert!(minor.reaches(flip) && Release::patched(35, 4).reaches(flip));
        assert!(!Release::patched(35, 3).reaches(flip) && Release::patched(35, 3).reaches(minor));
        assert!(!Release::patched(34, 9).reaches(minor) && Release::one(36).reaches(flip));
    }

    #[test]
    fn releases_out_of_reach_are_clamped() {
        assert_eq!(Release::patched(19, 3).clamped(), Release::OLDEST);
        assert_eq!(Release::one(52).clamped(), Release::NEWEST);
        assert_eq!(Release::patched(30, 1).clamped(), Release::patched(30, 1));
        assert_eq!(Release::patched(37, 1).later(1), Some(Release::NEWEST));
        assert_eq!(Release::one(37).later(2), None);
    }

    #[test]
    fn models_say_how_far_they_were_checked() {
        assert_eq!(Release::one(34).models()[0], "kube-scheduler: recorded at v1.34");
        assert_eq!(Release::patched(34, 2).models()[0], "kube-scheduler: recorded at v1.34");
        let of_scheduler = |minor| Release::one(minor).models()[0].clone();
        assert!(of_scheduler(31).contains("cycles recorded at v1.31, queue extrapolated from v1.34"));
        assert!(of_scheduler(30).contains("cycles recorded at v1.28 and v1.31, extrapolated to v1.30"));
        assert!(of_scheduler(24).contains("cycles recorded at v1.25, extrapolated to v1.24"));
        assert!(of_scheduler(38).contains("cycles recorded at v1.36, extrapolated to v1.38"));
        let of_controllers = &Release::patched(30, 1).models()[1];
        assert!(
            of_controllers
                .ends_with("recorded at v1.32, extrapolated to v1.30 by gates and known differences"),
            "{of_controllers}"
        );
    }
}
