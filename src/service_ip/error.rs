//! Why an allocation failed, in Kubernetes' own words
//! (`ipallocator/interfaces.go`, `portallocator/allocator.go`, `storage/alloc.go`, v1.32).

use std::fmt;
use std::net::IpAddr;

use super::cidr::Cidr;
use super::port_range::PortRange;

/// Why there is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocationError {
    /// No address is free.
    Full,
    /// The address is taken.
    Allocated,
    /// The address is no usable one of the range.
    NotInRange {
        /// What was asked for.
        address: IpAddr,
        /// The range.
        range: Cidr,
    },
    /// No ServiceCIDR has the address.
    MismatchedNetwork,
    /// The ServiceCIDR is not ready, or on its way out.
    NotReady,
}

impl fmt::Display for AllocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("range is full"),
            Self::Allocated => f.write_str("provided IP is already allocated"),
            Self::NotInRange { address, range } => write!(
                f,
                "the provided IP ({address}) is not in the valid range. The range of valid IPs is {range}"
            ),
            Self::MismatchedNetwork => f.write_str("the provided network does not match the current range"),
            Self::NotReady => f.write_str("allocator not ready"),
        }
    }
}

/// Why there is no node port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortError {
    /// No port is free.
    Full,
    /// The port is taken.
    Allocated,
    /// The port is not in the range.
    NotInRange(PortRange),
}

impl fmt::Display for PortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("range is full"),
            Self::Allocated => f.write_str("provided port is already allocated"),
            Self::NotInRange(range) => {
                write!(f, "provided port is not in the valid range. The range of valid ports is {range}")
            }
        }
    }
}

/// Why a Service is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceError {
    /// A field is wrong: its path, its value as Go prints it, and what is wrong with it.
    Invalid {
        /// The Service.
        service: String,
        /// One entry a fault: field, value, detail.
        faults: Vec<Fault>,
    },
    /// A `clusterIP` that was asked for is not to be had.
    ClusterIp {
        /// The Service.
        service: String,
        /// `spec.clusterIPs` as Go prints it.
        cluster_ips: String,
        /// The address asked for.
        address: IpAddr,
        /// Why.
        error: Box<AllocationError>,
    },
    /// No address is free.
    NoClusterIp(Box<AllocationError>),
    /// A node port that was asked for is not to be had.
    NodePort {
        /// The Service.
        service: String,
        /// Place in `spec.ports`.
        index: usize,
        /// The port asked for.
        port: u16,
        /// Why.
        error: PortError,
    },
    /// No node port is free.
    NoNodePort(PortError),
    /// Two ports of one Service have the same protocol and node port.
    DuplicateNodePort {
        /// `TCP`, `UDP` or `SCTP`.
        protocol: &'static str,
        /// The node port.
        port: u16,
    },
    /// No port for health checks: the one asked for, or none asked for.
    HealthCheckNodePort {
        /// The port asked for; `None`: any.
        requested: Option<u16>,
        /// Why.
        error: PortError,
    },
}

/// A fault of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `spec.ipFamilyPolicy`.
    pub field: String,
    /// The value as Go prints it.
    pub value: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Fault {
    /// A fault with a value that is printed already.
    pub fn new(field: impl Into<String>, value: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { field: field.into(), value: value.into(), detail: detail.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: Invalid value: {}: {}", self.field, self.value, self.detail)
    }
}

impl ServiceError {
    /// The allocator's own error, where an allocator refused an address.
    pub fn allocation(&self) -> Option<AllocationError> {
        match self {
            Self::ClusterIp { error, .. } | Self::NoClusterIp(error) => Some(**error),
            _ => None,
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { service, faults } => {
                write!(f, "Service {service:?} is invalid: ")?;
                match &faults[..] {
                    [fault] => fault.fmt(f),
                    several => {
                        let told: Vec<String> = several.iter().map(ToString::to_string).collect();
                        write!(f, "[{}]", told.join(", "))
                    }
                }
            }
            Self::ClusterIp { service, cluster_ips, address, error } => write!(
                f,
                "Service {service:?} is invalid: spec.clusterIPs: Invalid value: {cluster_ips}: failed to \
                 allocate IP {address}: {error}"
            ),
            Self::NoClusterIp(error) => {
                write!(f, "Internal error occurred: failed to allocate a serviceIP: {error}")
            }
            Self::NodePort { service, index, port, error } => write!(
                f,
                "Service {service:?} is invalid: spec.ports[{index}].nodePort: Invalid value: {port}: {error}"
            ),
            Self::NoNodePort(error) => {
                write!(f, "Internal error occurred: failed to allocate a nodePort: {error}")
            }
            Self::DuplicateNodePort { protocol, port } => {
                write!(f, "duplicate nodePort: {{{protocol} {port}}}")
            }
            Self::HealthCheckNodePort { requested: Some(port), error } => write!(
                f,
                "Internal error occurred: failed to allocate requested HealthCheck NodePort {port}: {error}"
            ),
            // The number is that of the port that was not found.
            Self::HealthCheckNodePort { requested: None, error } => {
                write!(f, "Internal error occurred: failed to allocate a HealthCheck NodePort 0: {error}")
            }
        }
    }
}
