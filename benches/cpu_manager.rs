//! How fast the kubelet's CPU Manager and Topology Manager admit pods on a machine that stays 70–85 % full.
//!
//! One iteration is one admission: hints, their merge, the allocation, and the removals that keep the fill.
//! Each benchmark prints a digest of what was decided in a fixed piece of the work, and how many pods were
//! admitted and refused in it, so that two builds can be seen to do the same.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kubecast::api::behaviour::Behaviour;
use kubecast::api::{CpuSet, PodId};
use kubecast::kernel::{Digest, Draw, DrawUse, Draws, Seed};
use kubecast::kubelet::admission::admit;
use kubecast::kubelet::cpu_manager::{
    CpuManager, CpuTopology, Reservation, StaticPolicy, StaticPolicyOptions,
};
use kubecast::kubelet::demand::{ContainerDemand, ContainerKind, PodDemand};
use kubecast::kubelet::device_manager::DeviceManager;
use kubecast::kubelet::topology_manager::{NumaInfo, PolicyName, TopologyManagerConfig};
use kubecast::machine_files::catalogue;

/// Admissions that the digest is made of.
const DIGESTED: u64 = 100_000;
/// CPUs that pods ask for: the fewest and the most.
const REQUESTS: (usize, usize) = (2, 12);
/// Beyond the second share of the allocatable CPUs pods end until the first is reached, in per cent.
const FILL: (usize, usize) = (70, 85);

/// A node with pods that come and go.
struct Churn {
    numa: NumaInfo,
    config: TopologyManagerConfig,
    cpus: CpuManager,
    /// What pods of each size ask for; pods of one template share it.
    templates: Vec<Arc<[ContainerDemand]>>,
    running: Vec<(PodId, usize)>,
    used: usize,
    allocatable: usize,
    next: u32,
    draw: Draw,
    admitted: u64,
    refused: u64,
}

impl Churn {
    fn new(formula: &str, reserved: &str, options: StaticPolicyOptions) -> Self {
        let machine = catalogue::find(formula).expect("a machine").machine;
        let reserved = Reservation::Cpus(CpuSet::parse(reserved).expect("a list"));
        let topology = Arc::new(CpuTopology::new(&machine));
        let policy =
            StaticPolicy::new(topology, options, reserved, Behaviour::default().kubelet).expect("a policy");
        let template = |exclusive_cpus| -> Arc<[ContainerDemand]> {
            [ContainerDemand { kind: ContainerKind::App, exclusive_cpus, devices: Vec::new() }].into()
        };
        let mut churn = Self {
            numa: NumaInfo::new(&machine),
            config: TopologyManagerConfig { policy: PolicyName::Restricted, ..Default::default() },
            allocatable: policy.allocatable().len(),
            cpus: CpuManager::start(policy, None).expect("an empty state"),
            templates: (REQUESTS.0..=REQUESTS.1).map(template).collect(),
            running: Vec::new(),
            used: 0,
            next: 0,
            draw: Draws::new(Seed(1), 0).stream(DrawUse(1), 0),
            admitted: 0,
            refused: 0,
        };
        // The machine fills, and its free CPUs scatter, before anything is measured.
        (0..10_000).for_each(|_| {
            churn.admission();
        });
        (churn.admitted, churn.refused) = (0, 0);
        churn
    }

    /// A pod comes; whether it was admitted.
    fn admission(&mut self) -> bool {
        let template = self.draw.below(self.templates.len() as u64) as usize;
        let size = REQUESTS.0 + template;
        if (self.used + size) * 100 > self.allocatable * FILL.1 {
            while self.used * 100 > self.allocatable * FILL.0 {
                let at = self.draw.below(self.running.len() as u64) as usize;
                let (pod, size) = self.running.swap_remove(at);
                self.cpus.remove(pod);
                self.used -= size;
            }
        }
        let pod = PodDemand { pod: PodId(self.next), containers: Arc::clone(&self.templates[template]) };
        self.next = self.next.wrapping_add(1);
        let nobody = &mut |_: Option<usize>, _: &[_], _| {};
        let admitted = admit(
            &self.numa,
            self.config,
            &mut DeviceManager::new(self.numa.all(), []),
            Some(&mut self.cpus),
            &pod,
            nobody,
        )
        .is_ok();
        if admitted {
            self.running.push((pod.pod, size));
            self.used += size;
            self.admitted += 1;
        } else {
            self.cpus.remove(pod.pod);
            self.refused += 1;
        }
        admitted
    }

    /// What a fixed number of admissions came to.
    fn digest(&mut self) -> u64 {
        let mut digest = Digest::new();
        for _ in 0..DIGESTED {
            digest.bool(self.admission());
            let shared = self.cpus.state().shared();
            digest.u32(shared.len() as u32);
            shared.iter().for_each(|cpu| digest.u32(cpu));
        }
        digest.finish()
    }
}

fn measure(criterion: &mut Criterion, group: &str, machine: [&str; 2], options: StaticPolicyOptions) {
    let [formula, reserved] = machine;
    let mut group = criterion.benchmark_group(group);
    let mut churn = Churn::new(formula, reserved, options);
    let digest = churn.digest();
    println!("{formula}: digest {digest:016x}, {} admitted, {} refused", churn.admitted, churn.refused);
    assert!(churn.cpus.take_faults().is_empty(), "regular machines know no faults");
    group.throughput(Throughput::Elements(1));
    group.bench_function(formula, |bencher| bencher.iter(|| black_box(churn.admission())));
    group.finish();
}

fn four_numa_nodes_a_socket(criterion: &mut Criterion) {
    let options = StaticPolicyOptions { align_by_socket: true, ..Default::default() };
    measure(criterion, "restricted, align-by-socket", ["2s4n16c2t", "0,128"], options);
}

fn one_numa_node_a_socket(criterion: &mut Criterion) {
    measure(criterion, "restricted", ["2s1n32c2t", "0,64"], StaticPolicyOptions::default());
}

criterion_group!(benches, four_numa_nodes_a_socket, one_numa_node_a_socket);
criterion_main!(benches);
