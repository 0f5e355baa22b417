//! Metadata that every kind of object has.

use k8s_openapi::apimachinery::pkg::apis::meta::v1 as meta;

use crate::api::{Interner, Symbol, Timestamp};

/// The namespace of an object; one that names none is in `default`.
pub(super) fn namespace_of(metadata: &meta::ObjectMeta, names: &mut Interner) -> Symbol {
    names.intern(metadata.namespace.as_deref().filter(|name| !name.is_empty()).unwrap_or("default"))
}

/// An API time.
pub fn timestamp(time: &meta::Time) -> Timestamp {
    let nanos = time.0.as_nanosecond().clamp(i128::from(i64::MIN), i128::from(i64::MAX));
    Timestamp(nanos as i64)
}
