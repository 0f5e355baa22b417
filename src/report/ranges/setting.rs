//! What there is around an assessment.

use crate::service_ip::exhaustion::Flow;

/// What there is around an assessment.
#[derive(Clone, Debug)]
pub struct Setting {
    /// `1.34`.
    pub release: String,
    /// Whether addresses are kept as IPAddress objects.
    pub ip_address_objects: bool,
    /// Services that come and go.
    pub flow: Option<Flow>,
}

impl Setting {
    /// What allocates addresses.
    pub(super) fn allocator(&self) -> &'static str {
        if self.ip_address_objects { "IPAddress objects" } else { "bitmap" }
    }
}
