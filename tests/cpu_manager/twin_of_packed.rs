//! The packed allocator on regular machines, naively on plain sets: rules 55, 56, 58 and 59.

use std::collections::BTreeSet;

use kubecast::kubelet::{LogicalCpu, Machine};

type Cpus = BTreeSet<u32>;

#[derive(Clone, Copy)]
enum Level {
    Socket,
    Numa,
    Uncore,
    Core,
}

struct Packed<'a> {
    cpus: &'a [LogicalCpu],
    free: Cpus,
    taken: Cpus,
    needed: usize,
}

/// So many of the free CPUs; `None` if there are not so many.
pub(crate) fn packed(
    machine: &Machine,
    free: &Cpus,
    count: usize,
    spread: bool,
    uncore: bool,
) -> Option<Cpus> {
    if count > free.len() {
        return None;
    }
    let mut packed = Packed { cpus: machine.cpus(), free: free.clone(), taken: Cpus::new(), needed: count };
    let order = if packed.numa_first() { [Level::Numa, Level::Socket] } else { [Level::Socket, Level::Numa] };
    for level in order {
        packed.take_whole(level);
    }
    if uncore {
        packed.take_uncores();
    }
    if spread {
        for socket in packed.sorted(Level::Socket) {
            packed.take_singly(&packed.free_of(Level::Socket, socket));
        }
    } else {
        packed.take_whole(Level::Core);
        for core in packed.sorted(Level::Core) {
            packed.take_singly(&packed.free_of(Level::Core, core));
        }
    }
    Some(packed.taken)
}

impl Packed<'_> {
    /// Which socket, node, cache or core a CPU is in; a core goes by its lowest CPU.
    fn id(&self, level: Level, cpu: &LogicalCpu) -> u32 {
        match level {
            Level::Socket => cpu.socket,
            Level::Numa => cpu.numa,
            Level::Uncore => cpu.uncore.unwrap_or(cpu.socket),
            Level::Core => {
                let place = |cpu: &LogicalCpu| (cpu.numa, cpu.socket, cpu.core);
                let siblings = self.cpus.iter().filter(|other| place(other) == place(cpu));
                siblings.map(|sibling| sibling.cpu).min().unwrap_or(cpu.cpu)
            }
        }
    }

    fn all_of(&self, level: Level, id: u32) -> Cpus {
        self.cpus.iter().filter(|cpu| self.id(level, cpu) == id).map(|cpu| cpu.cpu).collect()
    }

    fn free_of(&self, level: Level, id: u32) -> Cpus {
        &self.all_of(level, id) & &self.free
    }

    fn how_many(&self, level: Level) -> usize {
        self.cpus.iter().map(|cpu| self.id(level, cpu)).collect::<BTreeSet<_>>().len()
    }

    fn numa_first(&self) -> bool {
        self.how_many(Level::Socket) >= self.how_many(Level::Numa)
    }

    /// Those with a free CPU among these, the fewest free CPUs first, then by id.
    fn best_fit(&self, level: Level, among: &Cpus) -> Vec<u32> {
        let here = self.cpus.iter().filter(|cpu| among.contains(&cpu.cpu) && self.free.contains(&cpu.cpu));
        let order: BTreeSet<(usize, u32)> =
            here.map(|cpu| self.id(level, cpu)).map(|id| (self.free_of(level, id).len(), id)).collect();
        order.into_iter().map(|(_, id)| id).collect()
    }

    /// All of a kind: best fit from the outermost kind inwards.
    fn sorted(&self, level: Level) -> Vec<u32> {
        let outer = match (level, self.numa_first()) {
            (Level::Socket, false) | (Level::Numa, true) => return self.best_fit(level, &self.free),
            (Level::Socket, true) | (Level::Uncore, _) | (Level::Core, false) => Level::Numa,
            (Level::Numa, false) | (Level::Core, true) => Level::Socket,
        };
        let within = self.sorted(outer).into_iter();
        within.flat_map(|id| self.best_fit(level, &self.all_of(outer, id))).collect()
    }

    fn take(&mut self, cpus: &Cpus) {
        self.free = &self.free - cpus;
        self.taken.extend(cpus);
        self.needed -= cpus.len();
    }

    /// Those that are free as a whole, as long as no more is taken than needed.
    fn take_whole(&mut self, level: Level) {
        let order = self.sorted(level).into_iter();
        let whole: Vec<Cpus> =
            order.map(|id| self.all_of(level, id)).filter(|cpus| cpus.is_subset(&self.free)).collect();
        for cpus in whole {
            if self.needed >= cpus.len() {
                self.take(&cpus);
            }
        }
    }

    fn take_uncores(&mut self) {
        let size = self.cpus.len() / self.how_many(Level::Uncore);
        let threads = self.cpus.len() / self.how_many(Level::Core);
        for uncore in self.sorted(Level::Uncore) {
            if self.needed >= size {
                self.take_whole(Level::Uncore);
            }
            let here = self.free_of(Level::Uncore, uncore);
            let members = self.cpus.iter().filter(|cpu| here.contains(&cpu.cpu));
            let cores: BTreeSet<u32> = members.map(|cpu| self.id(Level::Core, cpu)).collect();
            let cpus: Cpus = cores
                .into_iter()
                .take(self.needed / threads)
                .flat_map(|core| self.free_of(Level::Core, core))
                .collect();
            if cpus.len() == self.needed {
                self.take(&cpus);
            }
        }
    }

    fn take_singly(&mut self, cpus: &Cpus) {
        self.take(&cpus.iter().copied().take(self.needed).collect());
    }
}
