//! What is due in the registries.

use std::net::IpAddr;

use super::setup::ServiceId;

/// Something that is due in the registries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceEvent {
    /// The Services of the beginning are created.
    Begin,
    /// A generator's next Service.
    Arrive(u32),
    /// A generated Service has lived its time.
    Expire(ServiceId),
    /// A request's next step; the number tells requests in one slot apart.
    Step {
        /// The slot.
        request: u32,
        /// The number.
        serial: u32,
    },
    /// A change reaches a server's caches.
    Watch(u32),
    /// A repair pass begins.
    RepairBegin(u32, u32),
    /// Its Services are listed.
    RepairList(u32, u32),
    /// It is written.
    RepairWrite(u32, u32),
    /// An object without its Service is looked at again.
    LookAgain(u32, u32, IpAddr),
    /// A Service whose sync failed is looked at again.
    SyncAgain(u32, u32, ServiceId, u32),
    /// A ServiceCIDR on its way out is looked at again.
    CidrGrace,
    /// A server is back.
    Restart(u32),
}
