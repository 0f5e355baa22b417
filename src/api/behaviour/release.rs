//! Kubernetes releases.

/// A minor release of Kubernetes 1; patch releases are not told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    minor: u8,
}

impl Release {
    /// The oldest release that is supported.
    pub const OLDEST: Self = Self { minor: 24 };
    /// The newest release that is supported.
    pub const NEWEST: Self = Self { minor: 37 };

    /// The releases after which the models were checked as a whole; the others differ from these by
    /// their gates only.
    const EXACT: [u8; 5] = [24, 26, 32, 34, 37];

    /// Release 1.`minor`, supported or not.
    pub const fn one(minor: u8) -> Self {
        Self { minor }
    }

    /// Reads `1.34`, `v1.34.2`, `v1.33.5-gke.1162000`.
    /// The error says which releases there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text:?} is no supported Kubernetes release; write one of {} to {}",
                Self::OLDEST,
                Self::NEWEST
            )
        };
        let plain = text.strip_prefix('v').unwrap_or(text);
        let mut parts = plain.splitn(3, '.');
        let (Some("1"), Some(minor), patch) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let number =
            |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<u8>());
        let release = match number(minor) {
            Some(Ok(minor)) => Self { minor },
            _ => return Err(wrong()),
        };
        let patch_is_number =
            patch.is_none_or(|patch| patch.starts_with(|first: char| first.is_ascii_digit()));
        if patch_is_number && (Self::OLDEST..=Self::NEWEST).contains(&release) {
            Ok(release)
        } else {
            Err(wrong())
        }
    }

    /// What each model of a run under this release was checked against, for people.
    pub fn models(self) -> Vec<String> {
        [("kube-scheduler", 34), ("Deployment and ReplicaSet controllers", 32)]
            .iter()
            .map(|&(model, recorded)| self.against(model, recorded))
            .collect()
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
            return format!("{model}: recorded at v{self}");
        }
        let how = if self.is_exact() { "by gates and known differences" } else { "by gates only" };
        format!("{model}: recorded at v1.{recorded}, extrapolated to v{self} {how}")
    }

    /// Whether the models follow this release in more than its gates.
    pub fn is_exact(self) -> bool {
        Self::EXACT.contains(&self.minor)
    }
}

impl Default for Release {
    /// 1.34, the release of the recorded scheduling decisions.
    fn default() -> Self {
        Self { minor: 34 }
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_read_in_every_usual_form() {
        for text in ["1.34", "v1.34", "1.34.1", "v1.34.2", "v1.34.2+k3s1", "v1.34.5-gke.1162000"] {
            assert_eq!(Release::parse(text), Ok(Release::one(34)), "{text}");
        }
        assert_eq!(Release::parse("1.24"), Ok(Release::OLDEST));
        assert_eq!(Release::parse("1.37"), Ok(Release::NEWEST));
        assert_eq!(Release::default().to_string(), "1.34");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "1", "2.34", "1.23", "1.38", "1.x", "1.34.x", "1.+34", "34", "1.300", "1.34 "] {
            let error = Release::parse(text).expect_err(text);
            assert!(error.ends_with("write one of 1.24 to 1.37"), "{error}");
        }
    }

    #[test]
    fn models_say_how_far_they_were_checked() {
        assert_eq!(Release::one(34).models()[0], "kube-scheduler: recorded at v1.34");
        assert!(
            Release::one(30).models()[1].ends_with("recorded at v1.32, extrapolated to v1.30 by gates only")
        );
    }

    #[test]
    fn exact_releases() {
        let exact: Vec<u8> = (24..=37).filter(|minor| Release::one(*minor).is_exact()).collect();
        assert_eq!(exact, [24, 26, 32, 34, 37]);
    }
}
