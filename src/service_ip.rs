//! What the API server decides about Service IPs and node ports.
//!
//! Follows kube-apiserver v1.32 (`pkg/registry/core/service/{allocator,ipallocator,portallocator,storage}`),
//! from whose code the vectors in `tests/conformance/service-ip` were recorded; what belongs to another
//! release is a switch of [`crate::api::ServiceIpBehaviour`].
//!
//! # What there is
//!
//! - [`cidr`] and [`range`]: a range, its usable addresses and its two bands (KEP-3070).
//! - [`bitmap_range`] and [`ip_address`]: the two allocators behind [`ip_allocator::IpAllocator`].
//! - [`node_ports`]: node ports; [`services`]: whole Services, created, updated and deleted.
//! - [`repair`]: what the repair loops find and do; [`service_cidrs`]: several ranges of a family.
//! - [`probability`] and [`exhaustion`]: what these decisions amount to: how likely an address is taken,
//!   how long until nothing is left.
//!
//! # Differences
//!
//! DIFFERENCE: the order in which Kubernetes walks over Go maps is left open by Kubernetes. Families are
//! handled in the order of `ipFamilies`, ServiceCIDRs in the order in which they were added.
//!
//! DIFFERENCE: a dry run is not simulated.

pub mod allocation_bitmap;
pub mod allocator;
pub mod assessment;
pub mod bitmap;
pub mod bitmap_range;
pub mod cidr;
pub mod coverage;
mod draw_uses;
pub mod error;
pub mod exhaustion;
pub mod ip_address;
pub mod ip_allocator;
pub mod node_ports;
pub mod port_range;
pub mod probability;
pub mod random;
pub mod range;
pub mod repair;
pub mod runs;
pub mod service_cidrs;
pub mod services;

pub use allocator::Allocator;
pub use cidr::{Cidr, Family};
pub use error::{AllocationError, PortError, ServiceError};
pub use ip_allocator::IpAllocator;
pub use node_ports::PortAllocator;
pub use port_range::PortRange;
pub use random::RandomSource;
pub use range::{Band, IpRange};
pub use services::{ClusterFamilies, Service, ServiceAllocators};
