//! Annotations by which the controller remembers sizes and revisions on its ReplicaSets.

use std::sync::Arc;

/// The value of `desired-replicas` or `max-replicas`; `None` if absent or not a number from 0 to
/// 2³¹ - 1 in plain decimal digits.
pub fn replicas_annotation(text: Option<&str>) -> Option<i32> {
    text.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()
}

/// A number as the text of an annotation.
pub(super) fn number_text(value: i32) -> Arc<str> {
    value.to_string().into()
}
