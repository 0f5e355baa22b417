//! `lscpu -J`: the summary. It tells each CPU's NUMA node, and of cores, sockets and caches only how many.
//!
//! So much is concluded; whatever is not settled by that is refused:
//!
//! - Siblings: either thread *t* of core *c* is CPU *c + t × cores*, or siblings are adjacent. Taken is the
//!   one numbering in which no core is on two NUMA nodes; where both are possible, the first if some node's
//!   CPUs are not one range.
//! - Sockets: one socket; or one NUMA node each, in ascending order; or several nodes each, if the cores
//!   numbered socket by socket leave no node on two sockets.
//! - Last-level caches: only where their number is told, in the order of the cores, and not across nodes
//!   or sockets.

use serde_json::Value;

use super::MachineFileError;
use super::error::BEST;
use super::parts::{Caches, CpuPlace, Parts, caches_of, note_on_missing};
use crate::api::CpuSet;
use crate::kubelet::NumaNode;

/// The fields of the summary, also those in the groups of newer versions.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn of(value: &Value) -> Self {
        let mut fields = Vec::new();
        let mut rest: Vec<&Value> =
            value.get("lscpu").and_then(Value::as_array).into_iter().flatten().collect();
        while let Some(entry) = rest.pop() {
            let text = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default().trim();
            fields.push((text("field").trim_end_matches(':').to_owned(), text("data").to_owned()));
            rest.extend(entry.get("children").and_then(Value::as_array).into_iter().flatten());
        }
        Self(fields)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field == name).map(|(_, data)| data.as_str())
    }

    fn number(&self, name: &'static str) -> Result<u32, MachineFileError> {
        let text = self.get(name).unwrap_or_default();
        let number: Option<u32> = text.parse().ok().filter(|number| *number > 0);
        number.ok_or_else(|| {
            MachineFileError::value(format!("lscpu, {name:?}"), format!("{text:?}"), "it is a number from 1")
        })
    }

    fn set(&self, name: &str) -> Result<Option<CpuSet>, MachineFileError> {
        let read = |text: &str| {
            CpuSet::parse(text).map_err(|what| {
                MachineFileError::value(format!("lscpu, {name:?}"), what, "it is a list such as 0-3,8")
            })
        };
        self.get(name).map(read).transpose()
    }
}

/// What the summary settles about the cores.
struct Cores {
    /// The CPUs of each core, in the order of the lowest.
    cores: Vec<Vec<u32>>,
    /// How siblings are numbered.
    note: Option<String>,
}

pub(super) fn read(text: &str) -> Result<Parts, MachineFileError> {
    let fields = Fields::of(&serde_json::from_str(text)?);
    let mut notes = Vec::new();
    let total = fields.number("CPU(s)")?;
    let nodes = nodes(&fields, total)?;
    let online = nodes.iter().fold(CpuSet::EMPTY, |all, (_, cpus)| all.union(cpus));
    if let Some(offline) = fields.set("Off-line CPU(s) list")? {
        notes.extend(note_on_missing(&CpuSet::EMPTY, &offline, "which are offline"));
    }
    let threads = fields.number("Thread(s) per core")?;
    let cores = cores(&online, threads, total, &nodes)?;
    let sockets = fields.number("Socket(s)")?;
    let socket_of_core = sockets_of(&cores.cores, sockets, &nodes)?;
    let mut cpus = Vec::new();
    for (at, (core, socket)) in cores.cores.iter().zip(&socket_of_core).enumerate() {
        for cpu in core {
            let numa = nodes.iter().find(|(_, cpus)| cpus.contains(*cpu)).map(|(id, _)| *id);
            cpus.push(CpuPlace { cpu: *cpu, core: at as u32, socket: Some(*socket), numa });
        }
    }
    notes.push(format!(
        "The summary tells of cores, sockets and caches only how many: which CPU is where is concluded. \
         `{BEST}` tells it."
    ));
    notes.extend(cores.note);
    let caches = caches(&fields, &cores.cores, &socket_of_core, &cpus, &mut notes)?;
    let node = |(id, _): &(u32, CpuSet)| NumaNode { id: *id, memory_bytes: None };
    let nodes = nodes.iter().map(node).collect();
    Ok(Parts { name: None, cpus, nodes, distances: Vec::new(), caches, notes })
}

fn nodes(fields: &Fields, total: u32) -> Result<Vec<(u32, CpuSet)>, MachineFileError> {
    let mut nodes = Vec::new();
    for (field, _) in &fields.0 {
        let number = field.strip_prefix("NUMA node").and_then(|rest| rest.strip_suffix(" CPU(s)"));
        if let Some(id) = number.and_then(|number| number.parse::<u32>().ok()) {
            nodes.push((id, fields.set(field)?.unwrap_or(CpuSet::EMPTY)));
        }
    }
    if nodes.is_empty() {
        let all = fields.set("On-line CPU(s) list")?;
        let every = || CpuSet::parse(&format!("0-{}", total - 1));
        let every =
            every().map_err(|what| MachineFileError::value("lscpu, \"CPU(s)\"", what, "it is less"))?;
        nodes.push((0, all.unwrap_or(every)));
    }
    nodes.sort_unstable_by_key(|(id, _)| *id);
    Ok(nodes)
}

fn unknowable<T>(what: String) -> Result<T, MachineFileError> {
    Err(MachineFileError::Unknowable { what })
}

fn cores(
    online: &CpuSet,
    threads: u32,
    total: u32,
    nodes: &[(u32, CpuSet)],
) -> Result<Cores, MachineFileError> {
    if threads == 1 {
        return Ok(Cores { cores: online.iter().map(|cpu| vec![cpu]).collect(), note: None });
    }
    if online.len() as u32 != total || !total.is_multiple_of(threads) || online.first() != Some(0) {
        return unknowable(format!(
            "of {total} CPUs with {threads} threads a core {} are online on a node: which are siblings is open",
            online.len()
        ));
    }
    let number = total / threads;
    let apart: Vec<Vec<u32>> =
        (0..number).map(|core| (0..threads).map(|thread| core + thread * number).collect()).collect();
    let adjacent: Vec<Vec<u32>> =
        (0..number).map(|core| (0..threads).map(|thread| core * threads + thread).collect()).collect();
    let fits = |cores: &[Vec<u32>]| {
        let together =
            |core: &Vec<u32>| nodes.iter().any(|(_, cpus)| core.iter().all(|cpu| cpus.contains(*cpu)));
        cores.iter().all(together)
    };
    let broken = nodes.iter().any(|(_, cpus)| cpus.to_string().contains(','));
    match (fits(&apart), fits(&adjacent)) {
        (true, adjacent_too) if !adjacent_too || broken => Ok(Cores {
            cores: apart,
            note: Some(format!(
                "Siblings are taken to be {number} apart: CPU 0 and CPU {number}, and so on."
            )),
        }),
        (false, true) => Ok(Cores {
            cores: adjacent,
            note: Some("Siblings are taken to be adjacent: CPU 0 and CPU 1, and so on.".into()),
        }),
        (false, false) => unknowable("no usual numbering keeps siblings on one NUMA node".into()),
        (true, _) => unknowable(format!(
            "siblings may be adjacent or {number} apart: the summary does not tell which CPUs share a core"
        )),
    }
}

fn sockets_of(
    cores: &[Vec<u32>],
    sockets: u32,
    nodes: &[(u32, CpuSet)],
) -> Result<Vec<u32>, MachineFileError> {
    let with_cpus: Vec<&CpuSet> =
        nodes.iter().map(|(_, cpus)| cpus).filter(|cpus| !cpus.is_empty()).collect();
    if sockets == 1 {
        return Ok(vec![0; cores.len()]);
    }
    let node_of = |core: &Vec<u32>| with_cpus.iter().position(|cpus| cpus.contains(core[0])).unwrap_or(0);
    if with_cpus.len() == sockets as usize {
        return Ok(cores.iter().map(|core| node_of(core) as u32).collect());
    }
    let each = cores.len() / sockets as usize;
    let whole =
        each > 0 && cores.len().is_multiple_of(sockets as usize) && with_cpus.len() > sockets as usize;
    let by_order: Vec<u32> = (0..cores.len()).map(|at| (at / each.max(1)) as u32).collect();
    let alone = |node: usize| {
        let mut its = cores.iter().zip(&by_order).filter(|(core, _)| node_of(core) == node).map(|(_, s)| s);
        let first = its.next();
        its.all(|socket| Some(socket) == first)
    };
    if whole && (0..with_cpus.len()).all(alone) {
        return Ok(by_order);
    }
    unknowable(format!(
        "{sockets} sockets and {} NUMA nodes with CPUs: the summary does not tell which CPU is on which socket",
        with_cpus.len()
    ))
}

/// `L3 cache: 512 MiB (16 instances)`; without the number of instances nothing is known.
fn caches(
    fields: &Fields,
    cores: &[Vec<u32>],
    sockets: &[u32],
    cpus: &[CpuPlace],
    notes: &mut Vec<String>,
) -> Result<Caches, MachineFileError> {
    let text = fields.get("L3 cache").or_else(|| fields.get("L3"));
    let Some(text) = text else { return Ok(Caches::Hardware(Vec::new())) };
    let instances = text.split_once('(').and_then(|(_, rest)| rest.split(' ').next()?.parse().ok());
    let number: usize = instances.unwrap_or(0);
    let each = cores.len().checked_div(number).unwrap_or(0);
    let numa = |at: usize| cpus.iter().find(|place| place.core == at as u32).and_then(|place| place.numa);
    let whole = each > 0 && cores.len() == each * number;
    let mut groups =
        cores.chunks(each.max(1)).enumerate().map(|(group, chunk)| (group * each.max(1), chunk.len()));
    let in_socket =
        groups.clone().all(|(from, len)| sockets[from..from + len].iter().all(|s| *s == sockets[from]));
    let in_node = groups.all(|(from, len)| (from..from + len).all(|at| numa(at) == numa(from)));
    let a_socket = number > 0 && number == sockets.iter().copied().max().map_or(0, |last| last as usize + 1);
    let id = |at: usize| if a_socket { sockets[at] } else { (at / each.max(1)) as u32 };
    let settled = a_socket || whole && in_socket && in_node;
    if !settled {
        notes.push(
            "The last-level caches are taken as not known: the summary does not tell who shares them.".into(),
        );
        return Ok(Caches::Hardware(Vec::new()));
    }
    let pairs =
        cores.iter().enumerate().flat_map(|(at, core)| core.iter().map(move |cpu| ((3, id(at)), *cpu)));
    Ok(Caches::Hardware(caches_of(pairs)?))
}

#[cfg(test)]
mod tests {
    use super::super::{Described, read};
    use super::*;

    fn summary(fields: &[(&str, &str)]) -> Result<Described, MachineFileError> {
        let entry =
            |(field, data): &(&str, &str)| serde_json::json!({"field": format!("{field}:"), "data": data});
        let entries: Vec<Value> = fields.iter().map(entry).collect();
        read("m", &serde_json::json!({ "lscpu": entries }).to_string())
    }

    fn described(
        threads: &str,
        sockets: &str,
        l3: &str,
        nodes: &[&str],
    ) -> Result<Described, MachineFileError> {
        let names: Vec<String> = (0..nodes.len()).map(|id| format!("NUMA node{id} CPU(s)")).collect();
        let mut fields =
            vec![("CPU(s)", "16"), ("Thread(s) per core", threads), ("Socket(s)", sockets), ("L3 cache", l3)];
        fields.extend(names.iter().map(String::as_str).zip(nodes.iter().copied()));
        summary(&fields)
    }

    fn cores(described: &Described) -> Vec<(u32, u32)> {
        described.machine.cpus().iter().map(|cpu| (cpu.core, cpu.socket)).collect()
    }

    #[test]
    fn siblings_and_sockets_that_the_nodes_settle() {
        let apart =
            described("2", "2", "1 MiB (4 instances)", &["0-1,8-9", "2-3,10-11", "4-5,12-13", "6-7,14-15"])
                .expect("a machine");
        let expected: Vec<(u32, u32)> = (0..16).map(|cpu| (cpu % 8, cpu % 8 / 4)).collect();
        assert_eq!(cores(&apart), expected);
        assert_eq!(apart.machine.caches()[1].cpus.to_string(), "2-3,10-11");
        let adjacent = described("2", "2", "1 MiB", &["0-7", "8-15"]).expect("a machine");
        assert_eq!(cores(&adjacent), (0..16).map(|cpu| (cpu / 2, cpu / 8)).collect::<Vec<_>>());
        assert!(adjacent.machine.caches().is_empty());
        let even_odd =
            described("2", "2", "1 MiB (2 instances)", &["0,2,4,6,8,10,12,14", "1,3,5,7,9,11,13,15"])
                .expect("a machine");
        assert_eq!(cores(&even_odd), (0..16).map(|cpu| (cpu % 8, cpu % 2)).collect::<Vec<_>>());
        assert_eq!(even_odd.machine.caches().len(), 2);
    }

    #[test]
    fn what_the_summary_leaves_open_is_refused() {
        for (threads, sockets, nodes, message) in [
            ("2", "1", vec!["0-15"], "siblings may be adjacent or 8 apart"),
            ("1", "2", vec!["0-15"], "which CPU is on which socket"),
            (
                "1",
                "2",
                vec!["0,4,8,12", "1,5,9,13", "2,6,10,14", "3,7,11,15"],
                "which CPU is on which socket",
            ),
            ("2", "2", vec!["0-2,8-10", "3-7,11-14"], "15 are online"),
            ("3", "2", vec!["0-7", "8-15"], "which are siblings is open"),
            ("0", "2", vec!["0-7", "8-15"], "\"Thread(s) per core\""),
            ("1", "2", vec!["0-7", "8-x"], "\"NUMA node1 CPU(s)\""),
            ("2", "2", vec!["0-2,15", "3-14"], "no usual numbering"),
        ] {
            let error = described(threads, sockets, "", &nodes).expect_err(message).to_string();
            assert!(error.contains(message), "{error}");
        }
    }

    #[test]
    fn nodes_without_cpus_and_groups_of_fields() {
        let text = "{\"lscpu\":[{\"field\":\"CPU(s):\",\"data\":\"2\",\"children\":[{\"field\":\"On-line CPU(s) \
                    list:\",\"data\":\"0,1\"}]},{\"field\":\"Vendor ID:\",\"data\":\"x\",\"children\":[{\"field\":\
                    \"Model name:\",\"data\":\"y\",\"children\":[{\"field\":\"Thread(s) per core:\",\"data\":\"1\"},\
                    {\"field\":\"Socket(s):\",\"data\":\"1\"}]}]},{\"field\":\"NUMA:\",\"data\":null,\"children\":[\
                    {\"field\":\"NUMA node0 CPU(s):\",\"data\":\"0,1\"},{\"field\":\"NUMA node1 CPU(s):\",\
                    \"data\":null}]}]}";
        let machine = read("m", text).expect("a machine").machine;
        assert_eq!((machine.cpus().len(), machine.numa_nodes().len()), (2, 2));
    }
}
