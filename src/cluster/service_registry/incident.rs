//! What is recorded of the registries: what was done, and what went wrong, with its parties.

use std::net::IpAddr;
use std::sync::Arc;

use super::setup::ServiceId;
use crate::kernel::Digest;
use crate::service_ip::cidr::number;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceEventKind {
    /// A Service holds an address, or is there without one.
    Created,
    /// A Service was changed.
    Updated,
    /// A Service is gone.
    Deleted,
    /// A Service came to another address.
    Gained,
    /// A Service has given an address up.
    Lost,
    /// A request was refused; the message is Kubernetes' own.
    Refused,
    /// An address was refused as taken though no Service holds it and none is about to.
    FalseConflict,
    /// There was no address left for a Service.
    RangeFull,
    /// Two Services hold one address.
    Duplicate,
    /// An object or the bitmap was written by another API server in the meantime; the allocator tries again.
    MidAirCollision,
    /// An address is taken, and nothing holds it.
    Leak,
    /// The repair loop gave a leaked address free.
    LeakReleased,
    /// The repair loop gave an address free that a Service holds or is about to hold.
    RepairRace,
    /// The repair loop marked an address that a Service holds and the allocator did not know of.
    Repaired,
    /// A request ended with its API server.
    Interrupted,
    /// A ServiceCIDR is there, is on its way out, or gone.
    ServiceCidr,
    /// The dynamic band had no address left; the static band was asked.
    Spill,
    /// A Service is deleted, and stays with all that it holds until its finalizers are gone.
    Terminating,
}

impl ServiceEventKind {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Gained => "gained",
            Self::Lost => "lost",
            Self::Refused => "refused",
            Self::FalseConflict => "falseConflict",
            Self::RangeFull => "rangeFull",
            Self::Duplicate => "duplicate",
            Self::MidAirCollision => "midAirCollision",
            Self::Leak => "leak",
            Self::LeakReleased => "leakReleased",
            Self::RepairRace => "repairRace",
            Self::Repaired => "repaired",
            Self::Interrupted => "interrupted",
            Self::ServiceCidr => "serviceCIDR",
            Self::Spill => "spill",
            Self::Terminating => "terminating",
        }
    }
}

/// One record.
#[derive(Clone, Debug)]
pub struct ServiceIncident {
    /// What happened.
    pub kind: ServiceEventKind,
    /// The API server, by place.
    pub server: Option<usize>,
    /// Whom it happened to.
    pub service: Option<ServiceId>,
    /// Who else takes part.
    pub other: Option<ServiceId>,
    /// The address.
    pub address: Option<IpAddr>,
    /// The node port.
    pub port: Option<u16>,
    /// Details, in Kubernetes' words where it has some.
    pub message: Option<Arc<str>>,
}

impl ServiceIncident {
    /// A record of a kind, to be filled in.
    pub fn new(kind: ServiceEventKind) -> Self {
        Self { kind, server: None, service: None, other: None, address: None, port: None, message: None }
    }

    /// Adds the outcome to a digest.
    pub fn encode(&self, digest: &mut Digest) {
        digest.u8(13);
        digest.u8(self.kind as u8);
        digest.u32(self.server.map_or(u32::MAX, |server| server as u32));
        for who in [self.service, self.other] {
            digest.u32(who.map_or(u32::MAX, |service| service.0));
        }
        let bits = self.address.map_or(0, number);
        digest.u64((bits >> 64) as u64);
        digest.u64(bits as u64);
        digest.u32(u32::from(self.port.unwrap_or(0)));
    }
}
