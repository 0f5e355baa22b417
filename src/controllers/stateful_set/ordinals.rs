//! Names and ordinals of a StatefulSet's pods (`getParentNameAndOrdinal`, `getPodName`).

/// The name of the pod with this ordinal.
pub fn pod_name(set: &str, ordinal: i32) -> String {
    format!("{set}-{ordinal}")
}

/// The ordinal of a pod of a StatefulSet; `None` if its name is not one that the StatefulSet gives.
pub fn ordinal_of(set: &str, pod: &str) -> Option<i32> {
    let (parent, ordinal) = pod.rsplit_once('-')?;
    let is_number = !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit());
    if parent == set && is_number { ordinal.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        assert_eq!(ordinal_of("web", &pod_name("web", 12)), Some(12));
        for other in ["web", "web-", "web-x", "web-+1", "web-1-2", "api-3", "web-99999999999"] {
            assert_eq!(ordinal_of("web", other), None, "{other}");
        }
        assert_eq!(ordinal_of("web-1", "web-1-2"), Some(2));
    }
}
