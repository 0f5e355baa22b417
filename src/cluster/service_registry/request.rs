//! A request under way: what it asks for, what it has taken, what it waits for.

use std::net::IpAddr;
use std::sync::Arc;

use super::setup::ServiceId;
use crate::service_ip::ip_address::Scan;
use crate::service_ip::node_ports::PortOperation;
use crate::service_ip::services::AddressPlan;
use crate::service_ip::{Family, Service};

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Verb {
    /// A new Service.
    Create,
    /// Another state of a Service; this is the old one.
    Update(Arc<Service>),
    /// A Service is marked as deleted.
    Terminate,
    /// A Service away.
    Delete,
}

/// Where an allocation goes, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Route {
    /// The bitmap.
    Bitmap,
    /// An IPAddress object.
    Object,
    /// The bitmap, then an object: dual-write, of an address that is asked for, and of any from v1.33
    /// (pull request 129798).
    BitmapThenObject,
    /// An object, then the bitmap: dual-write of any address before that.
    ObjectThenBitmap,
}

/// An allocation of one address.
#[derive(Clone, Debug)]
pub struct Allocation {
    /// The family.
    pub family: Family,
    /// The address that is asked for.
    pub asked: Option<IpAddr>,
    /// Where it goes.
    pub route: Route,
    /// The address that the first half of the route took.
    pub half: Option<IpAddr>,
    /// The ranges that were not searched yet, the present one last.
    pub scans: Vec<Scan>,
}

/// A write on its way to etcd.
#[derive(Clone, Copy, Debug)]
pub enum Write {
    /// A place of a bitmap, if the revision is still this.
    Bitmap {
        /// Which bitmap.
        bitmap: usize,
        /// The place.
        place: usize,
        /// The revision that was read.
        revision: u64,
    },
    /// A new object.
    Object(IpAddr),
}

/// What a request does next.
#[derive(Clone, Copy, Debug)]
pub enum Phase {
    /// Chooses an address for the next family.
    Choose,
    /// A write arrives.
    Commit(Write),
    /// Takes node ports.
    Ports,
    /// The Service is written.
    Write,
    /// What is no longer needed goes back.
    Release,
}

/// A request.
#[derive(Debug)]
pub struct Request {
    /// The Service.
    pub service: ServiceId,
    /// Which time this Service is asked for something.
    pub occurrence: u32,
    /// Its server.
    pub server: usize,
    /// What is asked for.
    pub verb: Verb,
    /// The Service as it shall be.
    pub wanted: Service,
    /// The addresses that it takes and gives back.
    pub plan: AddressPlan,
    /// The family whose turn it is, by its place in `ipFamilies`.
    pub place: usize,
    /// The allocation under way.
    pub allocation: Option<Allocation>,
    /// Addresses taken so far.
    pub taken: Vec<IpAddr>,
    /// Node ports taken so far.
    pub ports: Option<PortOperation>,
    /// Addresses and node ports that go back in the end.
    pub leaving: (Vec<IpAddr>, Vec<u16>),
    /// What comes next.
    pub phase: Phase,
    /// Hops so far.
    pub hops: u32,
}

impl Request {
    /// Whether it has taken an address, if only half.
    pub fn has(&self, address: IpAddr) -> bool {
        let half = self.allocation.as_ref().and_then(|allocation| allocation.half);
        self.taken.contains(&address) || half == Some(address)
    }
}

/// How a step ends.
pub enum Flow {
    /// The next one follows at once.
    Now,
    /// The next one follows after a hop of this kind.
    After(Hop),
    /// It waits for an allocator, or is over.
    Stop,
}

/// The kinds of hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hop {
    /// An allocator's read to its write.
    Allocation,
    /// The last allocation to the Service written.
    Creation,
    /// The Service gone to its addresses given back.
    Release,
}
