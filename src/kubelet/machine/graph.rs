//! A machine as a graph: what contains what, and how far NUMA nodes are from each other.
//!
//! ```text
//! machine ─► socket ─► NUMA node ─► cache ─► core ─► CPU      (Contains)
//!            NUMA node ◄─ 21 ─► NUMA node                     (Distance, both ways)
//! ```
//!
//! The order of the levels is the machine's: an edge leads from a part to each part whose CPUs it holds,
//! with none in between. Where a NUMA node holds several sockets it stands above them; where boundaries
//! cross, a core has several parents.

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::{Cache, Machine};
use crate::api::CpuSet;

/// A part of a machine. Of parts with the same CPUs the first in this order stands above.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of it.
    Machine,
    /// A socket.
    Socket(u32),
    /// A NUMA node; without CPUs it is the machine's.
    NumaNode(u32),
    /// A cache that several cores share.
    Cache {
        /// Its level.
        level: u32,
        /// Its id, which may repeat.
        id: u32,
    },
    /// A physical core, by its lowest online CPU, as the kubelet names it.
    Core(u32),
    /// A logical CPU.
    Cpu(u32),
}

/// How two parts are connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// The CPUs of the second are among the first's, and no part is between them.
    Contains,
    /// The distance from the first NUMA node to the second.
    Distance(u32),
}

/// The graph of a machine.
#[derive(Clone, Debug)]
pub struct MachineGraph {
    graph: DiGraph<Part, Link>,
    cpus: Vec<CpuSet>,
    root: NodeIndex,
}

impl MachineGraph {
    /// The graph of a machine.
    pub fn new(machine: &Machine) -> Self {
        let mut this = Self { graph: DiGraph::new(), cpus: Vec::new(), root: NodeIndex::new(0) };
        let all = machine.cpus().iter().map(|cpu| cpu.cpu).collect();
        this.root = this.add(Part::Machine, all);
        let groups = groups(machine);
        let mut placed = vec![this.root];
        for (part, cpus) in groups {
            let index = this.place(part, cpus, &placed);
            if !cpus.is_empty() {
                placed.push(index);
            }
        }
        for core in cores(machine) {
            let first = core.first().expect("a core has a CPU");
            let index = this.place(Part::Core(first), core, &placed);
            for cpu in core.iter() {
                let leaf = this.add(Part::Cpu(cpu), [cpu].into_iter().collect());
                this.graph.add_edge(index, leaf, Link::Contains);
            }
        }
        this.connect(machine);
        this
    }

    /// The machine itself.
    pub fn root(&self) -> NodeIndex {
        self.root
    }

    /// What a node of the graph is.
    pub fn part(&self, index: NodeIndex) -> Part {
        self.graph[index]
    }

    /// The CPUs of a part.
    pub fn cpus(&self, index: NodeIndex) -> &CpuSet {
        &self.cpus[index.index()]
    }

    /// What a part contains with nothing in between, by kind, lowest CPU and number.
    pub fn children(&self, index: NodeIndex) -> Vec<NodeIndex> {
        let contained = |edge: petgraph::graph::EdgeReference<'_, Link>| {
            (*edge.weight() == Link::Contains).then(|| edge.target())
        };
        let mut children: Vec<NodeIndex> = self.graph.edges(index).filter_map(contained).collect();
        children.sort_by_key(|child| (self.kind(*child), self.cpus(*child).first(), self.part(*child)));
        children
    }

    /// The number of parts that contain this one with nothing in between.
    pub fn parents(&self, index: NodeIndex) -> usize {
        let edges = self.graph.edges_directed(index, Direction::Incoming);
        edges.filter(|edge| *edge.weight() == Link::Contains).count()
    }

    /// The graph, to walk it in other ways.
    pub fn graph(&self) -> &DiGraph<Part, Link> {
        &self.graph
    }

    /// Parts without CPUs come last.
    fn kind(&self, index: NodeIndex) -> (bool, u8) {
        let kind = match self.part(index) {
            Part::Machine => 0,
            Part::Socket(_) => 1,
            Part::NumaNode(_) => 2,
            Part::Cache { .. } => 3,
            Part::Core(_) => 4,
            Part::Cpu(_) => 5,
        };
        (self.cpus(index).is_empty(), kind)
    }

    fn add(&mut self, part: Part, cpus: CpuSet) -> NodeIndex {
        self.cpus.push(cpus);
        self.graph.add_node(part)
    }

    /// Adds a part below the smallest of the parts placed before it that hold all its CPUs.
    fn place(&mut self, part: Part, cpus: CpuSet, placed: &[NodeIndex]) -> NodeIndex {
        let holds = |above: &NodeIndex| match cpus.first() {
            Some(_) => cpus.is_subset(self.cpus(*above)),
            None => *above == self.root,
        };
        let holders: Vec<NodeIndex> = placed.iter().copied().filter(holds).collect();
        // A later one with no more CPUs stands below an earlier one.
        let lowest = |(at, above): (usize, &NodeIndex)| {
            let covered =
                holders[at + 1..].iter().any(|later| self.cpus(*later).is_subset(self.cpus(*above)));
            (!covered).then_some(*above)
        };
        let parents: Vec<NodeIndex> = holders.iter().enumerate().filter_map(lowest).collect();
        let index = self.add(part, cpus);
        for parent in parents {
            self.graph.add_edge(parent, index, Link::Contains);
        }
        index
    }

    fn connect(&mut self, machine: &Machine) {
        let find = |id: u32| self.graph.node_indices().find(|index| self.graph[*index] == Part::NumaNode(id));
        let nodes: Vec<Option<NodeIndex>> = machine.numa_nodes().iter().map(|node| find(node.id)).collect();
        for (from, row) in nodes.iter().zip(machine.distances()) {
            for (to, distance) in nodes.iter().zip(row) {
                if let (Some(from), Some(to)) = (from, to) {
                    self.graph.add_edge(*from, *to, Link::Distance(*distance));
                }
            }
        }
    }
}

/// Sockets, NUMA nodes and caches, the larger ones first.
fn groups(machine: &Machine) -> Vec<(Part, CpuSet)> {
    let cpus = machine.cpus();
    let of = |belongs: &dyn Fn(&super::LogicalCpu) -> bool| -> CpuSet {
        cpus.iter().filter(|cpu| belongs(cpu)).map(|cpu| cpu.cpu).collect()
    };
    let mut sockets: Vec<u32> = cpus.iter().map(|cpu| cpu.socket).collect();
    sockets.sort_unstable();
    sockets.dedup();
    let mut groups: Vec<(Part, CpuSet)> =
        sockets.into_iter().map(|id| (Part::Socket(id), of(&|cpu| cpu.socket == id))).collect();
    for node in machine.numa_nodes() {
        groups.push((Part::NumaNode(node.id), of(&|cpu| cpu.numa == node.id)));
    }
    let told = |cache: &Cache| (Part::Cache { level: cache.level, id: cache.id }, cache.cpus);
    if machine.caches().is_empty() {
        let mut ids: Vec<u32> = cpus.iter().filter_map(|cpu| cpu.uncore).collect();
        ids.sort_unstable();
        ids.dedup();
        let uncore = |id: u32| (Part::Cache { level: 3, id }, of(&|cpu| cpu.uncore == Some(id)));
        groups.extend(ids.into_iter().map(uncore));
    } else {
        // A higher level is further from the core.
        groups.extend(machine.caches().iter().rev().map(told));
    }
    groups.sort_by_key(|(part, cpus)| {
        let kind = match part {
            Part::Socket(_) => 1,
            Part::NumaNode(_) => 2,
            _ => 3,
        };
        (std::cmp::Reverse(cpus.len()), kind)
    });
    groups
}

/// The CPUs of each core, by its lowest CPU.
fn cores(machine: &Machine) -> Vec<CpuSet> {
    let mut cores: std::collections::BTreeMap<(u32, u32, u32), CpuSet> = std::collections::BTreeMap::new();
    for cpu in machine.cpus() {
        cores.entry((cpu.numa, cpu.socket, cpu.core)).or_insert(CpuSet::EMPTY).insert(cpu.cpu);
    }
    let mut cores: Vec<CpuSet> = cores.into_values().collect();
    cores.sort_unstable_by_key(CpuSet::first);
    cores
}

#[cfg(test)]
mod tests {
    use super::super::{LogicalCpu, NumaNode};
    use super::*;

    /// CPUs by (socket, NUMA node), each a core of its own.
    fn graph(places: &[(u32, u32)], nodes: u32, uncore: bool) -> MachineGraph {
        let place = |(cpu, (socket, numa)): (usize, &(u32, u32))| {
            let cpu = cpu as u32;
            LogicalCpu { cpu, core: cpu, socket: *socket, numa: *numa, uncore: uncore.then_some(cpu / 2) }
        };
        let cpus = places.iter().enumerate().map(place).collect();
        let numa = (0..nodes).map(|id| NumaNode { id, memory_bytes: None }).collect();
        let row = |from| (0..nodes).map(|to| if from == to { 10 } else { 20 + from + to }).collect();
        let machine = Machine::new("m", cpus, numa, (0..nodes).map(row).collect()).expect("a machine");
        MachineGraph::new(&machine)
    }

    fn parts(graph: &MachineGraph, of: NodeIndex) -> Vec<Part> {
        graph.children(of).into_iter().map(|child| graph.part(child)).collect()
    }

    #[test]
    fn the_levels_nest_as_the_machine_has_them() {
        let graph = graph(&[(0, 0), (0, 0), (0, 1), (0, 1), (1, 2), (1, 2), (1, 3), (1, 3)], 5, true);
        assert_eq!(parts(&graph, graph.root()), [Part::Socket(0), Part::Socket(1), Part::NumaNode(4)]);
        let socket = graph.children(graph.root())[1];
        assert_eq!(parts(&graph, socket), [Part::NumaNode(2), Part::NumaNode(3)]);
        let node = graph.children(socket)[0];
        assert_eq!(parts(&graph, node), [Part::Cache { level: 3, id: 2 }]);
        let cache = graph.children(node)[0];
        assert_eq!(parts(&graph, cache), [Part::Core(4), Part::Core(5)]);
        assert_eq!(parts(&graph, graph.children(cache)[1]), [Part::Cpu(5)]);
        assert_eq!(graph.cpus(socket).to_string(), "4-7");
        let distances = graph.graph().edge_weights().filter(|link| matches!(link, Link::Distance(_)));
        assert_eq!(distances.count(), 25);
    }

    #[test]
    fn a_node_above_sockets_and_boundaries_that_cross() {
        let two_sockets_a_node = graph(&[(0, 0), (1, 0), (2, 1), (3, 1)], 2, false);
        let root = two_sockets_a_node.root();
        assert_eq!(parts(&two_sockets_a_node, root), [Part::NumaNode(0), Part::NumaNode(1)]);
        let node = two_sockets_a_node.children(root)[0];
        assert_eq!(parts(&two_sockets_a_node, node), [Part::Socket(0), Part::Socket(1)]);

        let crossing = graph(&[(0, 0), (0, 1), (1, 0), (1, 1)], 2, false);
        let groups = crossing.children(crossing.root());
        assert_eq!(groups.len(), 4);
        let core = crossing.children(groups[0])[0];
        assert_eq!(crossing.parents(core), 2);
    }
}
