//! The containment graph of a machine as a tree of lines.
//!
//! Parts with the same CPUs share a line. Below the last group stand the cores, runs of them in one piece:
//! `(0,128) … (7,135)` are the eight cores whose siblings are CPU 0 and 128, 1 and 129, and so on.

use std::fmt::Write as _;

use petgraph::graph::NodeIndex;

use crate::api::CpuSet;
use crate::kubelet::Machine;
use crate::kubelet::machine::{MachineGraph, Part};

/// Characters of a list of CPUs that is still shown whole.
const LONGEST_LIST: usize = 44;

/// A whole machine.
pub(super) fn draw(machine: &Machine) -> String {
    let graph = MachineGraph::new(machine);
    let mut drawing = Drawing { machine, graph: &graph, text: String::new() };
    drawing.part(graph.root(), "", "", "");
    drawing.text
}

struct Drawing<'a> {
    machine: &'a Machine,
    graph: &'a MachineGraph,
    text: String,
}

impl Drawing<'_> {
    /// A part and what is below it. The depth is that of the levels of a machine: seven at most.
    fn part(&mut self, index: NodeIndex, branch: &str, below: &str, above: &str) {
        let mut index = index;
        let mut label = self.label(index);
        // What holds a single part with the same CPUs is named with it.
        while let [only] = self.graph.children(index)[..]
            && self.graph.cpus(only) == self.graph.cpus(index)
            && !matches!(self.graph.part(only), Part::Core(_) | Part::Cpu(_))
        {
            label = format!("{label}, {}", self.label(only));
            index = only;
        }
        let cpus = self.graph.cpus(index);
        let children = self.graph.children(index);
        let (cores, groups): (Vec<NodeIndex>, Vec<NodeIndex>) =
            children.into_iter().partition(|child| matches!(self.graph.part(*child), Part::Core(_)));
        let detail = match groups.is_empty() {
            _ if cpus.is_empty() => "no CPUs".to_owned(),
            true => self.cores(&cores),
            false => format!("CPUs {}", listed(cpus)),
        };
        let _ = writeln!(self.text, "{above}{branch}{label}: {detail}");
        let shown = !cores.is_empty() && !groups.is_empty();
        for (at, group) in groups.iter().enumerate() {
            let last = at + 1 == groups.len() && !shown;
            let (branch, indent) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.part(*group, branch, indent, &format!("{above}{below}"));
        }
        if shown {
            let _ = writeln!(self.text, "{above}{below}└─ {}", self.cores(&cores));
        }
    }

    fn label(&self, index: NodeIndex) -> String {
        match self.graph.part(index) {
            Part::Machine => "machine".into(),
            Part::Socket(id) => format!("socket {id}"),
            Part::NumaNode(id) => {
                let node = self.machine.numa_nodes().iter().find(|node| node.id == id);
                let memory = node.and_then(|node| node.memory_bytes).filter(|bytes| *bytes > 0);
                format!(
                    "NUMA node {id}{}",
                    memory.map_or_else(String::new, |bytes| format!(" ({})", size(bytes)))
                )
            }
            Part::Cache { level, id } => format!("L{level} {id}"),
            Part::Core(cpu) => format!("core of CPU {cpu}"),
            Part::Cpu(cpu) => format!("CPU {cpu}"),
        }
    }

    /// `8 cores (0,128) … (7,135)`.
    fn cores(&self, cores: &[NodeIndex]) -> String {
        let sets: Vec<Vec<u32>> = cores.iter().map(|core| self.graph.cpus(*core).iter().collect()).collect();
        let number = match sets.len() {
            1 => "1 core".to_owned(),
            several => format!("{several} cores"),
        };
        if sets.iter().all(|set| set.len() == 1) {
            let cpus: CpuSet = sets.into_iter().flatten().collect();
            return format!("{number} of one CPU, {}", listed(&cpus));
        }
        let mut pieces = Vec::new();
        let mut rest = &sets[..];
        while !rest.is_empty() {
            let run = run_length(rest);
            pieces.push(match run {
                1 => tuple(&rest[0]),
                2 => format!("{} {}", tuple(&rest[0]), tuple(&rest[1])),
                _ => format!("{} … {}", tuple(&rest[0]), tuple(&rest[run - 1])),
            });
            rest = &rest[run..];
        }
        format!("{number} {}", pieces.join(" "))
    }
}

/// CPUs as a list while it is short, else by its step, else by its ends.
fn listed(cpus: &CpuSet) -> String {
    let list = cpus.to_string();
    if list.len() <= LONGEST_LIST {
        return list;
    }
    let numbers: Vec<u32> = cpus.iter().collect();
    let (first, last) = (numbers[0], numbers[numbers.len() - 1]);
    let step = numbers[1] - first;
    if numbers.windows(2).all(|pair| pair[1] - pair[0] == step) {
        format!("{first}, {} … {last} (every {step})", numbers[1])
    } else {
        format!("{first} … {last} ({} of them)", numbers.len())
    }
}

/// How many cores at the beginning are the same number of CPUs apart in every thread.
fn run_length(cores: &[Vec<u32>]) -> usize {
    let steps = |from: &[u32], to: &[u32]| -> Option<u32> {
        let step = to[0].checked_sub(from[0])?;
        let alike =
            from.len() == to.len() && from.iter().zip(to).all(|(a, b)| b.checked_sub(*a) == Some(step));
        alike.then_some(step)
    };
    let Some(step) = cores.get(1).and_then(|second| steps(&cores[0], second)) else { return 1 };
    1 + cores.windows(2).take_while(|pair| steps(&pair[0], &pair[1]) == Some(step)).count()
}

fn tuple(cpus: &[u32]) -> String {
    let cpus: Vec<String> = cpus.iter().map(u32::to_string).collect();
    format!("({})", cpus.join(","))
}

/// Memory in binary units, one decimal.
fn size(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut value = bytes as f64;
    while value >= 1024.0 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", units[unit]).replace(".0 ", " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine_files::catalogue;

    fn drawn(name: &str) -> String {
        draw(&catalogue::find(name).expect("a machine").machine)
    }

    #[test]
    fn levels_with_the_same_cpus_share_a_line() {
        assert_eq!(
            drawn("2s2n4c2t-uncore2"),
            "machine: CPUs 0-31\n\
             ├─ socket 0: CPUs 0-7,16-23\n\
             │  ├─ NUMA node 0: CPUs 0-3,16-19\n\
             │  │  ├─ L3 0: 2 cores (0,16) (1,17)\n\
             │  │  └─ L3 1: 2 cores (2,18) (3,19)\n\
             │  └─ NUMA node 1: CPUs 4-7,20-23\n\
             │     ├─ L3 2: 2 cores (4,20) (5,21)\n\
             │     └─ L3 3: 2 cores (6,22) (7,23)\n\
             └─ socket 1: CPUs 8-15,24-31\n\
             \u{20}  ├─ NUMA node 2: CPUs 8-11,24-27\n\
             \u{20}  │  ├─ L3 4: 2 cores (8,24) (9,25)\n\
             \u{20}  │  └─ L3 5: 2 cores (10,26) (11,27)\n\
             \u{20}  └─ NUMA node 3: CPUs 12-15,28-31\n\
             \u{20}     ├─ L3 6: 2 cores (12,28) (13,29)\n\
             \u{20}     └─ L3 7: 2 cores (14,30) (15,31)\n"
        );
        assert_eq!(drawn("1s1n4c2t-compact"), "machine, socket 0, NUMA node 0: 4 cores (0,1) … (6,7)\n");
        assert!(
            drawn("gh200").contains("├─ socket 0, NUMA node 0, L3 0: 72 cores of one CPU, 0-71\n├─ NUMA")
        );
    }

    #[test]
    fn large_machines_fit_the_terminal() {
        for row in catalogue::CATALOGUE {
            for line in drawn(row.name).lines() {
                assert!(line.chars().count() <= 80, "{}: {line}", row.name);
            }
        }
    }

    #[test]
    fn runs_and_sizes() {
        let cores = [vec![0, 8], vec![1, 9], vec![2, 10], vec![4, 12], vec![5]];
        assert_eq!((run_length(&cores), run_length(&cores[3..]), run_length(&cores[4..])), (3, 1, 1));
        let list = |text: &str| listed(&CpuSet::parse(text).expect("a list"));
        let even: CpuSet = (0..80).filter(|cpu| cpu % 2 == 0).collect();
        assert_eq!(list("0-3,8"), "0-3,8");
        assert_eq!(listed(&even), "0, 2 … 78 (every 2)");
        assert_eq!(listed(&even.union(&[79].into_iter().collect())), "0 … 79 (41 of them)");
        assert_eq!([size(512), size(64 << 30), size(1536 << 20)], ["512 B", "64 GiB", "1.5 GiB"]);
    }
}
