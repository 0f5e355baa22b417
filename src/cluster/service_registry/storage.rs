//! What is stored in etcd: Services, the bitmaps, IPAddress and ServiceCIDR objects.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use super::setup::{ServiceId, ServiceIpSetup};
use crate::kernel::SimTime;
use crate::service_ip::allocation_bitmap::AllocationBitmap;
use crate::service_ip::bitmap_range::BitmapRange;
use crate::service_ip::range::IpRange;
use crate::service_ip::{Cidr, Family, PortAllocator, Service};

/// A stored bitmap, with the resource version that compare-and-swap goes by.
#[derive(Clone, Debug)]
pub struct StoredBitmap {
    /// Its range.
    pub cidr: Cidr,
    /// Which places are taken.
    pub places: AllocationBitmap,
    /// Counts its writes.
    pub revision: u64,
}

/// An IPAddress object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IpObject {
    /// `spec.parentRef`.
    pub parent: ServiceId,
    /// Its creation, in whole seconds.
    pub created: SimTime,
}

/// A ServiceCIDR object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CidrObject {
    /// Its name.
    pub name: Arc<str>,
    /// `spec.cidrs`.
    pub cidrs: Vec<Cidr>,
    /// Its deletion timestamp.
    pub deleted: Option<SimTime>,
}

/// Everything that is stored.
#[derive(Clone, Debug)]
pub struct Storage {
    /// A bitmap for each range.
    pub bitmaps: Vec<StoredBitmap>,
    /// The bitmap of node ports.
    pub ports: PortAllocator,
    /// Counts the writes of that.
    pub port_revision: u64,
    /// IPAddress objects by name.
    pub objects: BTreeMap<IpAddr, IpObject>,
    /// ServiceCIDR objects in the order of their creation.
    pub cidrs: Vec<CidrObject>,
    services: Vec<Option<Arc<Service>>>,
    holders: BTreeMap<IpAddr, Vec<ServiceId>>,
    /// Counts all writes.
    pub version: u64,
}

/// The range of a CIDR as a bitmap, and its places.
pub fn bitmap_range(cidr: Cidr, split: bool) -> IpRange {
    IpRange::bitmap(cidr, split)
}

impl Storage {
    /// Nothing but the default ServiceCIDR.
    pub fn new(setup: &ServiceIpSetup) -> Self {
        let bitmap = |cidr: &Cidr| StoredBitmap {
            cidr: *cidr,
            places: BitmapRange::new(*cidr, false).places().clone(),
            revision: 0,
        };
        let default = CidrObject { name: "kubernetes".into(), cidrs: setup.ranges.clone(), deleted: None };
        let split = setup.servers[0].behaviour.node_port_static_subrange;
        Self {
            bitmaps: setup.ranges.iter().map(bitmap).collect(),
            ports: PortAllocator::new(setup.node_ports, split),
            port_revision: 0,
            objects: BTreeMap::new(),
            cidrs: vec![default],
            services: vec![None; setup.services.len()],
            holders: BTreeMap::new(),
            version: 0,
        }
    }

    /// The place of the bitmap of a family.
    pub fn bitmap_of(&self, family: Family) -> usize {
        let found = self.bitmaps.iter().position(|bitmap| bitmap.cidr.family() == family);
        found.expect("the families were checked against the cluster's")
    }

    /// A Service that is there.
    pub fn service(&self, id: ServiceId) -> Option<&Arc<Service>> {
        self.services.get(id.index())?.as_ref()
    }

    /// The Services that are there, by number.
    pub fn services(&self) -> impl Iterator<Item = (ServiceId, &Arc<Service>)> {
        let numbered = self.services.iter().enumerate();
        numbered.filter_map(|(index, service)| Some((ServiceId(index as u32), service.as_ref()?)))
    }

    /// Who holds an address; in the order in which they came to it.
    pub fn holders(&self, address: IpAddr) -> &[ServiceId] {
        self.holders.get(&address).map_or(&[], Vec::as_slice)
    }

    /// How many addresses Services hold.
    pub fn addresses_in_use(&self) -> usize {
        self.holders.len()
    }

    /// Addresses that Services hold, ascending.
    pub fn held(&self) -> impl Iterator<Item = IpAddr> {
        self.holders.keys().copied()
    }

    /// Writes a Service, or removes it. Each new address with those that held it before.
    pub fn put_service(
        &mut self,
        id: ServiceId,
        service: Option<Arc<Service>>,
    ) -> Vec<(IpAddr, Option<ServiceId>)> {
        self.version += 1;
        let before: Vec<IpAddr> = self.service(id).map_or_else(Vec::new, |old| old.addresses().collect());
        let after: Vec<IpAddr> =
            service.as_ref().map_or_else(Vec::new, |service| service.addresses().collect());
        self.services[id.index()] = service;
        for address in before.iter().filter(|address| !after.contains(address)) {
            if let Some(holders) = self.holders.get_mut(address) {
                holders.retain(|holder| *holder != id);
                if holders.is_empty() {
                    self.holders.remove(address);
                }
            }
        }
        let mut new = Vec::new();
        for address in after.into_iter().filter(|address| !before.contains(address)) {
            let holders = self.holders.entry(address).or_default();
            new.push((address, holders.first().copied()));
            holders.push(id);
        }
        new
    }

    /// The place of an address in the stored bitmap of its family, if the bitmap covers it.
    pub fn place(&self, address: IpAddr) -> Option<(usize, usize)> {
        let family = Family::of(address);
        let bitmap = self.bitmaps.iter().position(|bitmap| bitmap.cidr.family() == family)?;
        let place = bitmap_range(self.bitmaps[bitmap].cidr, false).place(address)?;
        Some((bitmap, place as usize))
    }

    /// The address at a place of a bitmap.
    pub fn address(&self, bitmap: usize, place: usize) -> IpAddr {
        bitmap_range(self.bitmaps[bitmap].cidr, false).address(place as u64)
    }

    /// Gives an address of the bitmap back; says whether it was taken.
    pub fn release_in_bitmap(&mut self, address: IpAddr) -> bool {
        let Some((bitmap, place)) = self.place(address) else { return false };
        let was_taken = self.bitmaps[bitmap].places.release(place);
        self.bitmaps[bitmap].revision += 1;
        self.version += 1;
        was_taken
    }

    /// Marks an address in the bitmap; says whether it was free.
    pub fn mark_in_bitmap(&mut self, address: IpAddr) -> bool {
        let Some((bitmap, place)) = self.place(address) else { return false };
        let was_free = self.bitmaps[bitmap].places.allocate(place);
        self.bitmaps[bitmap].revision += 1;
        self.version += 1;
        was_free
    }
}
