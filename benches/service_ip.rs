//! How fast Service IPs are given: AllocateNext and Release at constant fill, and whole installations.
//!
//! Each benchmark prints a digest of what was decided in a fixed piece of the work, so that two builds can be
//! seen to do the same. `KUBECAST_BENCH_INSTALLATIONS=1000000` measures that many installations too.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kubecast::kernel::{Digest, Draw, DrawUse, Draws, Seed};
use kubecast::service_ip::allocation_bitmap::AllocationBitmap;
use kubecast::service_ip::bitmap_range::BitmapRange;
use kubecast::service_ip::ip_address::IpAddressAllocator;
use kubecast::service_ip::{Cidr, IpAllocator};

/// Pairs of an AllocateNext and a Release that are measured together.
const PAIRS: u64 = 10_000;
/// Shares of the range that are taken all the time, in per cent.
const FILLS: [u64; 4] = [10, 50, 90, 99];
/// Services of an installation.
const SERVICES: u64 = 200;
/// Installations that are measured together.
const INSTALLATIONS: u64 = 1_000;

fn draw() -> Draw {
    Draws::new(Seed(1), 0).stream(DrawUse(1), 0)
}

fn cidr(text: &str) -> Cidr {
    Cidr::parse(text).expect("a CIDR")
}

/// The bitmap at a constant fill: each Service that comes lets the oldest go.
struct Steady {
    places: AllocationBitmap,
    held: Vec<usize>,
    oldest: usize,
    draw: Draw,
}

impl Steady {
    fn new(range: &str, split: bool, fill: u64) -> Self {
        let mut places = BitmapRange::new(cidr(range), split).places().clone();
        let mut draw = draw();
        let held = (0..places.size() as u64 * fill / 100)
            .map(|_| places.allocate_next(&mut draw).expect("room"))
            .collect();
        Self { places, held, oldest: 0, draw }
    }

    fn pair(&mut self) -> usize {
        let place = self.places.allocate_next(&mut self.draw).expect("room");
        let gone = std::mem::replace(&mut self.held[self.oldest], place);
        self.oldest = if self.oldest + 1 == self.held.len() { 0 } else { self.oldest + 1 };
        assert!(self.places.release(gone), "it was held");
        place
    }
}

fn bitmap(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("bitmap AllocateNext + Release");
    group.throughput(Throughput::Elements(PAIRS));
    for (range, split) in
        [("10.0.0.0/20", true), ("10.0.0.0/20", false), ("10.0.0.0/12", true), ("10.0.0.0/12", false)]
    {
        for fill in FILLS {
            let mut steady = Steady::new(range, split, fill);
            let mut digest = Digest::new();
            (0..PAIRS).for_each(|_| digest.u64(steady.pair() as u64));
            let name = format!("{range} {} {fill} %", if split { "split" } else { "flat" });
            println!("{name}: digest {:016x}", digest.finish());
            group.bench_function(&name, |bencher| {
                bencher.iter(|| (0..PAIRS).fold(0, |sum, _| sum ^ black_box(steady.pair())));
            });
        }
    }
    group.finish();
}

fn ip_address(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("IPAddress AllocateNext + Release");
    group.throughput(Throughput::Elements(PAIRS));
    group.sample_size(20);
    for (range, all) in [("10.0.0.0/20", 4_094), ("10.0.0.0/12", 1_048_574), ("fd00::/64", 1_048_574)] {
        for fill in FILLS {
            let mut allocator = IpAddressAllocator::new(cidr(range), true).expect("a range");
            let mut draw = draw();
            let mut held: Vec<_> =
                (0..all * fill / 100).map(|_| allocator.allocate_next(&mut draw).expect("room")).collect();
            let mut oldest = 0;
            let mut pair = || {
                let address = allocator.allocate_next(&mut draw).expect("room");
                let gone = std::mem::replace(&mut held[oldest], address);
                oldest = (oldest + 1) % held.len();
                assert!(allocator.release(gone), "it was held");
                address
            };
            let mut digest = Digest::new();
            (0..PAIRS).for_each(|_| digest.str(&pair().to_string()));
            let name = format!("{range} {} addresses", all * fill / 100);
            println!("{name}: digest {:016x}", digest.finish());
            group.bench_function(&name, |bencher| {
                bencher.iter(|| {
                    for _ in 0..PAIRS {
                        black_box(pair());
                    }
                });
            });
        }
    }
    group.finish();
}

/// Installs a cluster's Services again and again; says how often the tenth address was taken.
fn install(range: &mut AllocationBitmap, empty: &AllocationBitmap, installations: u64) -> u64 {
    let mut taken = 0;
    for installation in 0..installations {
        range.copy_from(empty);
        let mut draw = Draws::new(Seed(1), 0).stream(DrawUse(2), installation);
        for _ in 0..SERVICES {
            black_box(range.allocate_next(&mut draw));
        }
        taken += u64::from(range.contains(9));
    }
    taken
}

fn installations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("installations of 200 Services on a /22");
    let mut empty = BitmapRange::new(cidr("10.0.0.0/22"), false).places().clone();
    assert!(empty.allocate(0), "the Service kubernetes is first");
    let mut range = empty.clone();
    println!("digest {:016x}", install(&mut range, &empty, INSTALLATIONS));
    group.throughput(Throughput::Elements(INSTALLATIONS));
    group.bench_function("1,000", |bencher| bencher.iter(|| install(&mut range, &empty, INSTALLATIONS)));
    if let Some(many) = many_installations() {
        group.sample_size(10);
        group.throughput(Throughput::Elements(many));
        group.bench_function("many", |bencher| bencher.iter(|| install(&mut range, &empty, many)));
    }
    group.finish();
}

#[expect(clippy::disallowed_methods, reason = "a long benchmark is run by hand; no result hangs on it")]
fn many_installations() -> Option<u64> {
    std::env::var("KUBECAST_BENCH_INSTALLATIONS").ok()?.parse().ok()
}

criterion_group!(benches, bitmap, ip_address, installations);
criterion_main!(benches);
