//! The revision that an annotation keeps (`deployment.kubernetes.io/revision`): read by the Deployment controller and by
//! kubectl (`pkg/controller/deployment/util`, `kubectl/pkg/util/deployment`).

/// The value of `revision` as a number: 0 if absent, `None` if it is not one.
pub fn revision_number(text: Option<&str>) -> Option<i64> {
    text.map_or(Some(0), |text| text.parse().ok())
}
