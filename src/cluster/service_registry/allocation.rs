//! How a request takes its addresses: by the bitmap, by IPAddress objects, or by both
//! (`Etcd.tryUpdate`, `Allocator.allocateFromRange`, `MetaAllocator`; dual-write as in v1.31 and v1.33).

use std::net::IpAddr;

use super::incident::{ServiceEventKind, ServiceIncident};
use super::request::{Allocation, Flow, Hop, Phase, Route, Write};
use super::server::Watched;
use super::storage::{IpObject, bitmap_range};
use super::{Context, ServiceEvent, ServiceId, ServiceRegistry};
use crate::kernel::{EventClass, SimDuration, SimTime};
use crate::service_ip::error::ServiceError;
use crate::service_ip::range::Band;
use crate::service_ip::{AllocationError, Cidr, Family};

const SECOND: u64 = 1_000_000_000;

impl ServiceRegistry {
    /// Chooses an address for the next family; node ports follow the last.
    pub(super) fn choose(&mut self, slot: u32, context: &mut Context<'_, '_>) -> Flow {
        let request = self.requests[slot as usize].as_mut().expect("under way");
        let Some(family) = request.wanted.ip_families.get(request.place).copied() else {
            request.phase = Phase::Ports;
            return Flow::Now;
        };
        if request.plan.take_from.is_none() {
            request.phase = Phase::Ports;
            return Flow::Now;
        }
        if request.allocation.is_none() {
            let server = request.server;
            let pool = self.servers[server].pool(family);
            let lock = &mut self.servers[server].locks[pool];
            match lock.owner {
                Some(owner) if owner != slot => {
                    lock.waiting.push_back(slot);
                    return Flow::Stop;
                }
                _ => lock.owner = Some(slot),
            }
            if let Err(error) = self.begin_allocation(slot, family) {
                return self.refuse_address(slot, error, context);
            }
        }
        let allocation = self.request(slot).allocation.as_ref().expect("begun");
        let bitmap_is_next = match allocation.route {
            Route::Bitmap => true,
            Route::Object => false,
            Route::BitmapThenObject => allocation.half.is_none(),
            Route::ObjectThenBitmap => allocation.half.is_some(),
        };
        if bitmap_is_next { self.choose_in_bitmap(slot, context) } else { self.choose_object(slot, context) }
    }

    /// The allocation of a family begins: where it goes, and whether what is asked for can be had at all.
    fn begin_allocation(&mut self, slot: u32, family: Family) -> Result<(), AllocationError> {
        let request = self.requests[slot as usize].as_mut().expect("under way");
        let asked = request.wanted.cluster_ips.get(request.place).copied().flatten();
        let server = &self.servers[request.server];
        let behaviour = server.behaviour;
        let pool = server.pool(family);
        let mut route = match (behaviour.ip_address_objects, behaviour.dual_write) {
            (false, _) => Route::Bitmap,
            (true, false) => Route::Object,
            (true, true) if asked.is_some() || behaviour.dual_write_bitmap_first => Route::BitmapThenObject,
            (true, true) => Route::ObjectThenBitmap,
        };
        let mut scans: Vec<_> = server.cidrs[pool].scans().collect();
        scans.reverse();
        request.allocation = Some(Allocation { family, asked, route, half: None, scans });
        if let Some(address) = asked {
            let cidr = self.storage.bitmaps[self.storage.bitmap_of(family)].cidr;
            if route == Route::Bitmap {
                let place = self.storage.place(address).map(|_| ());
                place.ok_or(AllocationError::NotInRange { address, range: cidr })?;
            } else {
                server.cidrs[pool].admits(address)?;
                if !cidr.contains(address) {
                    route = Route::Object;
                }
            }
        }
        self.request(slot).allocation.as_mut().expect("begun").route = route;
        Ok(())
    }

    fn choose_in_bitmap(&mut self, slot: u32, context: &mut Context<'_, '_>) -> Flow {
        let request = self.requests[slot as usize].as_ref().expect("under way");
        let allocation = request.allocation.as_ref().expect("begun");
        let (server, family) = (request.server, allocation.family);
        let wanted = allocation.asked.or(allocation.half);
        let bitmap = self.storage.bitmap_of(family);
        if let Some(address) = wanted {
            let Some((_, place)) = self.storage.place(address) else {
                // The half that is outside the bitmap needs no entry there, unless the bitmap's own range
                // is cut short (IPv6 beyond a /112), which fails as if it were taken.
                let covers = self.storage.bitmaps[bitmap].cidr.contains(address);
                return if covers {
                    self.bitmap_fails(slot, context)
                } else {
                    self.took(slot, address, context)
                };
            };
            if self.storage.bitmaps[bitmap].places.contains(place) {
                return self.bitmap_fails(slot, context);
            }
            return self.write_bitmap(slot, bitmap, place);
        }
        let split = self.servers[server].behaviour.static_subrange;
        let offset = bitmap_range(self.storage.bitmaps[bitmap].cidr, split).offset() as usize;
        let stored = &mut self.storage.bitmaps[bitmap].places;
        stored.set_offset(offset);
        let pool = self.servers[server].pool(family);
        match stored.allocate_next(&mut self.servers[server].draws[pool]) {
            None => self.bitmap_fails(slot, context),
            Some(place) => {
                // It is taken when the write arrives.
                stored.release(place);
                self.write_bitmap(slot, bitmap, place)
            }
        }
    }

    fn write_bitmap(&mut self, slot: u32, bitmap: usize, place: usize) -> Flow {
        let revision = self.storage.bitmaps[bitmap].revision;
        self.request(slot).phase = Phase::Commit(Write::Bitmap { bitmap, place, revision });
        Flow::After(Hop::Allocation)
    }

    /// The bitmap has no such address, or none at all.
    fn bitmap_fails(&mut self, slot: u32, context: &mut Context<'_, '_>) -> Flow {
        let allocation = self.request(slot).allocation.as_mut().expect("begun");
        match allocation.route {
            Route::BitmapThenObject if allocation.asked.is_none() => {
                allocation.route = Route::Object;
                Flow::Now
            }
            Route::ObjectThenBitmap => {
                // The object stays behind; the next range is searched.
                let left = allocation.half.take();
                allocation.scans.pop();
                let (service, server) = (self.request(slot).service, self.request(slot).server);
                if let Some(address) = left {
                    self.leak(address, Some(service), Some(server), context);
                }
                Flow::Now
            }
            _ if allocation.asked.is_some() => self.refuse_address(slot, AllocationError::Allocated, context),
            _ => self.refuse_address(slot, AllocationError::Full, context),
        }
    }

    fn choose_object(&mut self, slot: u32, context: &mut Context<'_, '_>) -> Flow {
        let request = self.requests[slot as usize].as_mut().expect("under way");
        let allocation = request.allocation.as_mut().expect("begun");
        if let Some(address) = allocation.asked.or(allocation.half) {
            request.phase = Phase::Commit(Write::Object(address));
            return Flow::After(Hop::Allocation);
        }
        let server = &mut self.servers[request.server];
        let pool = server.pool(allocation.family);
        while let Some(scan) = allocation.scans.last_mut() {
            let found = scan.next(server.cidrs[pool].objects(), &mut server.draws[pool]);
            if let Ok(number) = found {
                request.phase = Phase::Commit(Write::Object(allocation.family.address(number)));
                return Flow::After(Hop::Allocation);
            }
            allocation.scans.pop();
        }
        self.refuse_address(slot, AllocationError::Full, context)
    }

    /// A write arrives at etcd.
    pub(super) fn commit(&mut self, slot: u32, write: Write, context: &mut Context<'_, '_>) -> Flow {
        self.request(slot).phase = Phase::Choose;
        match write {
            Write::Bitmap { bitmap, place, revision } => {
                let address = self.storage.address(bitmap, place);
                if self.storage.bitmaps[bitmap].revision != revision {
                    self.collide(slot, address, "the bitmap was written in the meantime", context);
                    return Flow::Now;
                }
                let was_free = self.storage.mark_in_bitmap(address);
                assert!(was_free, "what was read is what is written over");
                let allocation = self.request(slot).allocation.as_mut().expect("begun");
                if allocation.route == Route::BitmapThenObject {
                    allocation.half = Some(address);
                    return Flow::Now;
                }
                self.took(slot, address, context)
            }
            Write::Object(address) => {
                if self.storage.objects.contains_key(&address) {
                    return self.object_is_there(slot, address, context);
                }
                let parent = self.request(slot).service;
                self.create_object(address, parent, context);
                let allocation = self.request(slot).allocation.as_mut().expect("begun");
                if allocation.route == Route::ObjectThenBitmap {
                    allocation.half = Some(address);
                    return Flow::Now;
                }
                self.took(slot, address, context)
            }
        }
    }

    fn object_is_there(&mut self, slot: u32, address: IpAddr, context: &mut Context<'_, '_>) -> Flow {
        if self.request(slot).allocation.as_ref().expect("begun").asked.is_some() {
            return self.refuse_address(slot, AllocationError::Allocated, context);
        }
        self.collide(slot, address, "its IPAddress exists already", context);
        let allocation = self.request(slot).allocation.as_mut().expect("begun");
        if allocation.half.take().is_some() {
            allocation.route = Route::Object;
            let (service, server) = (self.request(slot).service, self.request(slot).server);
            self.leak(address, Some(service), Some(server), context);
        }
        Flow::Now
    }

    fn collide(&self, slot: u32, address: IpAddr, why: &'static str, context: &mut Context<'_, '_>) {
        let request = self.requests[slot as usize].as_ref().expect("under way");
        let holder = self.storage.holders(address).first().copied();
        context.record(ServiceIncident {
            server: Some(request.server),
            service: Some(request.service),
            other: holder.or_else(|| self.taker(address, Some(slot))),
            address: Some(address),
            message: Some(why.into()),
            ..ServiceIncident::new(ServiceEventKind::MidAirCollision)
        });
    }

    /// An address is the request's.
    fn took(&mut self, slot: u32, address: IpAddr, context: &mut Context<'_, '_>) -> Flow {
        let request = self.requests[slot as usize].as_mut().expect("under way");
        let place = request.place;
        let allocation = request.allocation.take().expect("begun");
        request.wanted.cluster_ips[place] = Some(address);
        request.taken.push(address);
        request.place += 1;
        let (server, service) = (request.server, request.service);
        self.unlock(slot, server, allocation.family, context);
        if allocation.asked.is_none() && self.band_of(server, address) == Some(Band::Static) {
            let spill = ServiceIncident::new(ServiceEventKind::Spill);
            let address = Some(address);
            context.record(ServiceIncident {
                server: Some(server),
                service: Some(service),
                address,
                ..spill
            });
        }
        Flow::Now
    }

    /// The band of an address, in the first range that has it, as a server splits it.
    pub(super) fn band_of(&self, server: usize, address: IpAddr) -> Option<Band> {
        let behaviour = &self.servers[server].behaviour;
        let mut cidrs = self.storage.cidrs.iter().flat_map(|object| &object.cidrs);
        let cidr: &Cidr = cidrs.find(|cidr| cidr.contains(address))?;
        let range = bitmap_range(*cidr, behaviour.static_subrange || behaviour.ip_address_objects);
        range.place(address).map(|place| range.band_of(place))
    }

    fn refuse_address(&mut self, slot: u32, error: AllocationError, context: &mut Context<'_, '_>) -> Flow {
        let request = self.request(slot);
        let asked = request.allocation.as_ref().and_then(|allocation| allocation.asked);
        let error = match asked {
            Some(address) => request.wanted.refused(address, error),
            None => ServiceError::NoClusterIp(Box::new(error)),
        };
        self.refuse(slot, &error, context)
    }

    /// Lets the allocator of a family go, if the request has it, and wakes the next one in line.
    pub(super) fn unlock(&mut self, slot: u32, server: usize, family: Family, context: &mut Context<'_, '_>) {
        let pool = self.servers[server].pool(family);
        let lock = &mut self.servers[server].locks[pool];
        if lock.owner != Some(slot) {
            return;
        }
        lock.owner = lock.waiting.pop_front();
        if let Some(next) = lock.owner {
            let serial = self.serials[next as usize];
            let step = ServiceEvent::Step { request: next, serial };
            context.push(SimDuration::ZERO, EventClass::Essential, step);
        }
    }

    /// Creates an object; the caches hear of it.
    pub(super) fn create_object(
        &mut self,
        address: IpAddr,
        parent: ServiceId,
        context: &mut Context<'_, '_>,
    ) {
        let created = SimTime(context.api.now.0 / SECOND * SECOND);
        let object = IpObject { parent, created };
        self.storage.objects.insert(address, object);
        self.storage.version += 1;
        self.publish(&Watched::Object(address, Some(object)), context);
    }

    /// Removes an object, if it is there; the caches hear of it.
    pub(super) fn remove_object(&mut self, address: IpAddr, context: &mut Context<'_, '_>) {
        if self.storage.objects.remove(&address).is_some() {
            self.storage.version += 1;
            self.publish(&Watched::Object(address, None), context);
        }
    }
}
