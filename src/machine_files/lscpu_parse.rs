//! `lscpu -p`: a line for each CPU, values between commas, the columns named in the last comment.
//!
//! Ids are lscpu's: NUMA nodes as Linux numbers them, cores and sockets numbered through from 0 in the order
//! in which lscpu meets them. Memory-only nodes and distances are not in it. Without any comment the columns
//! are those of plain `lscpu -p`.

use std::collections::BTreeMap;

use super::MachineFileError;
use super::parts::{Caches, CpuPlace, Parts, caches_of, note_on_missing, set_of};
use crate::api::CpuSet;
use crate::kubelet::NumaNode;

/// The columns of `lscpu -p` up to the caches.
const USUAL: &str = "CPU,Core,Socket,Node";

/// A CPU as lscpu tells it; also read from JSON.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) place: String,
    pub(super) cpu: u32,
    pub(super) core: Option<u32>,
    pub(super) socket: Option<u32>,
    pub(super) node: Option<u32>,
    pub(super) online: Option<bool>,
    /// (level, id) of the caches above level 2.
    pub(super) caches: Vec<(u32, u32)>,
}

pub(super) fn read(text: &str) -> Result<Parts, MachineFileError> {
    let mut columns: Vec<String> = USUAL.split(',').map(str::to_lowercase).collect();
    let mut named = false;
    let mut rows = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix('#') {
            let names: Vec<String> = comment.split(',').map(|name| name.trim().to_lowercase()).collect();
            if names.iter().any(|name| name == "cpu") {
                (columns, named) = (names, true);
            }
        } else if !line.is_empty() {
            rows.push(row(line, at + 1, &columns, named)?);
        }
    }
    if named && !columns.iter().any(|name| name == "core") {
        return Err(MachineFileError::Unknowable { what: "there is no column Core".into() });
    }
    parts(&rows)
}

fn row(line: &str, number: usize, columns: &[String], named: bool) -> Result<Row, MachineFileError> {
    let place = format!("line {number}");
    let values: Vec<&str> = line.split(',').map(str::trim).collect();
    if values.len() < columns.len() || named && values.len() > columns.len() {
        let what = format!("{} values for {} columns", values.len(), columns.len());
        return Err(MachineFileError::value(
            place,
            what,
            "lscpu writes a value, perhaps an empty one, for each",
        ));
    }
    let mut row = Row { place, ..Row::default() };
    let mut cpu = None;
    for (name, value) in columns.iter().zip(values) {
        match name.as_str() {
            "cpu" => cpu = id(&row.place, name, value)?,
            _ => row.set(name, value)?,
        }
    }
    row.cpu = cpu.ok_or_else(|| MachineFileError::value(&row.place, "no CPU number", "each line has one"))?;
    Ok(row)
}

impl Row {
    /// Takes the value of a column, named in small letters; others than those of a machine are passed over.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<(), MachineFileError> {
        match name {
            "core" => self.core = id(&self.place, name, value)?,
            "socket" => self.socket = id(&self.place, name, value)?,
            "node" => self.node = id(&self.place, name, value)?,
            "online" => self.online = Some(["y", "yes", "true"].contains(&value.to_lowercase().as_str())),
            _ => {
                // One column for all caches (L1d:L1i:L2:L3), or one for each.
                for (cache, value) in name.split(':').zip(value.split(':')) {
                    let level = cache.strip_prefix('l').and_then(|level| level.parse().ok());
                    let Some(level) = level.filter(|level| *level > 2) else { continue };
                    self.caches.extend(id(&self.place, cache, value)?.map(|id| (level, id)));
                }
            }
        }
        Ok(())
    }
}

/// A number; nothing where lscpu knows none.
fn id(place: &str, name: &str, value: &str) -> Result<Option<u32>, MachineFileError> {
    if ["", "-"].contains(&value) {
        return Ok(None);
    }
    value.parse().map(Some).map_err(|_| {
        let what = format!("{name} {value:?} is no number that can stand here");
        MachineFileError::value(place, what, "it is a whole number from 0, or nothing")
    })
}

/// A machine of lscpu's rows. A CPU without a core is offline, as `lscpu --all` shows it.
pub(super) fn parts(rows: &[Row]) -> Result<Parts, MachineFileError> {
    let (online, offline): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| row.core.is_some() && row.online != Some(false));
    let offline = set_of(offline.iter().map(|row| row.cpu))?;
    let mut notes = Vec::new();
    notes.extend(note_on_missing(&CpuSet::EMPTY, &offline, "which are offline"));
    notes.push("lscpu tells neither NUMA distances nor NUMA nodes without CPUs.".into());
    let mut nodes: BTreeMap<u32, NumaNode> = BTreeMap::new();
    for id in online.iter().filter_map(|row| row.node) {
        nodes.insert(id, NumaNode { id, memory_bytes: None });
    }
    let place = |row: &&Row| CpuPlace {
        cpu: row.cpu,
        core: row.core.unwrap_or_default(),
        socket: row.socket,
        numa: row.node,
    };
    let cpus = online.iter().map(place).collect();
    let pairs = online.iter().flat_map(|row| row.caches.iter().map(|cache| (*cache, row.cpu)));
    let caches = Caches::Hardware(caches_of(pairs)?);
    Ok(Parts { name: None, cpus, nodes: nodes.into_values().collect(), distances: Vec::new(), caches, notes })
}

#[cfg(test)]
mod tests {
    use super::super::{Described, read};

    fn places(described: &Described) -> Vec<[u32; 4]> {
        described.machine.cpus().iter().map(|cpu| [cpu.cpu, cpu.core, cpu.socket, cpu.numa]).collect()
    }

    #[test]
    fn columns_are_found_by_name_in_any_order() {
        let usual = "# one\n# CPU,Core,Socket,Node,,L1d,L2,L3\n0,0,0,0,,0,0,0\n1,1,1,1,,1,1,1\n";
        let other = "# Node,L1d:L1i:L2:L3,Socket,Online,Core,CPU\n0,0:0:0:0,0,Y,0,0\n1,1:1:1:1,1,Y,1,1\n";
        let bare = "0,0,0,0,,0,0,0\n1,1,1,1,,1,1,1\n";
        let expected = [[0, 0, 0, 0], [1, 1, 1, 1]];
        for (text, caches) in [(usual, 2), (other, 2), (bare, 0)] {
            let described = read("m", text).expect("a machine");
            assert_eq!(places(&described), expected, "{text}");
            assert_eq!(described.machine.caches().len(), caches, "{text}");
        }
    }

    #[test]
    fn offline_cpus_and_empty_columns() {
        let text = "# CPU,Core,Socket,Node,Online\n0,0,,,Y\n1,,,,N\n2,0,,,Y\n3,1,,,N\n";
        let described = read("m", text).expect("a machine");
        assert_eq!(places(&described), [[0, 0, 0, 0], [2, 0, 0, 0]]);
        assert!(described.notes.contains(&"Left out are the CPUs 1,3, which are offline.".to_owned()));
        assert!(described.notes.iter().any(|note| note.starts_with("No CPU tells its socket")));
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_line() {
        for (text, message) in [
            ("# CPU,Core\n0,0\n1\n", "line 3: 1 values for 2 columns"),
            ("# CPU,Core\n0,0,0\n", "line 2: 3 values for 2 columns"),
            ("# CPU,Core\n0,x\n", "line 2: core \"x\" is no number"),
            ("# CPU,Core\n,0\n", "line 2: no CPU number"),
            ("# CPU,Socket\n0,0\n", "no column Core"),
            ("# CPU,Core\n", "no online CPU"),
            ("# CPU,Core\n0,0\n0,1\n", "CPU 0 stands twice"),
            ("# CPU,Core,Socket\n0,0,\n1,1,0\n", "CPUs 0 tell no socket"),
            ("# CPU,Core\n4000000000,0\n", "CPU 4000000000"),
            ("# CPU,Core,Socket,Node\n0,0,0,64\n", "NUMA node 64"),
        ] {
            let error = read("m", text).expect_err(text).to_string();
            assert!(error.contains(message), "{error}");
        }
    }
}
