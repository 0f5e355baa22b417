//! The NUMA distances of hwloc XML: `<distances2>` since version 2, `<distances>` in version 1.

use roxmltree::Node;

use super::MachineFileError;
use super::hwloc_xml::{kind, number, objects, place};
use crate::kubelet::NumaNode;

/// Of `kind`: the values are latencies, not bandwidths.
const MEANS_LATENCY: u32 = 1 << 2;

/// Rows and columns in the order of `nodes`; no row where the file has none for all of them.
pub(super) fn read(
    root: Node<'_, '_>,
    machine: Node<'_, '_>,
    nodes: &[NumaNode],
    notes: &mut Vec<String>,
) -> Result<Vec<Vec<u32>>, MachineFileError> {
    let found = match version_2(root, machine)? {
        Some(found) => Some(found),
        None => version_1(machine)?,
    };
    let Some((ids, values)) = found else { return Ok(Vec::new()) };
    let at = |node: &NumaNode| ids.iter().position(|id| *id == node.id);
    let places: Option<Vec<usize>> = nodes.iter().map(at).collect();
    let Some(places) = places else {
        notes.push("The file's NUMA distances leave nodes out: they are taken as not known.".into());
        return Ok(Vec::new());
    };
    let row = |from: &usize| places.iter().map(|to| values[from * ids.len() + to]).collect();
    Ok(places.iter().map(row).collect())
}

type Matrix = (Vec<u32>, Vec<u32>);

fn version_2(root: Node<'_, '_>, machine: Node<'_, '_>) -> Result<Option<Matrix>, MachineFileError> {
    for element in root.descendants().filter(|node| node.has_tag_name("distances2")) {
        let latency = number::<u32>(element, "kind")?.unwrap_or_default() & MEANS_LATENCY != 0;
        let named = element.attribute("name").is_none_or(|name| name == "NUMALatency");
        if !latency || !named || element.attribute("type") != Some("NUMANode") {
            continue;
        }
        let indexes = words::<u64>(element, "indexes")?;
        let ids = match element.attribute("indexing") {
            Some("gp") => indexes.iter().map(|gp| by_gp_index(machine, *gp)).collect::<Option<Vec<u32>>>(),
            _ => indexes.iter().map(|id| u32::try_from(*id).ok()).collect(),
        };
        let ids = ids.ok_or_else(|| {
            let right = "indexes are the NUMA nodes' os_index, or with indexing=\"gp\" their gp_index";
            MachineFileError::value(place(element), "distances between NUMA nodes that are not there", right)
        })?;
        let values = words(element, "u64values")?;
        return checked(element, ids, values).map(Some);
    }
    Ok(None)
}

/// In version 1 the rows are the nodes in the order of the file, the values multiples of a base.
fn version_1(machine: Node<'_, '_>) -> Result<Option<Matrix>, MachineFileError> {
    let nodes = objects(machine).filter(|object| ["NUMANode", "Node"].contains(&kind(*object)));
    let mut ids: Vec<u32> = Vec::new();
    for node in nodes {
        ids.extend(number::<u32>(node, "os_index")?);
    }
    for element in machine.descendants().filter(|node| node.has_tag_name("distances")) {
        // Only the machine's own, and only those between its NUMA nodes.
        let whole = element.parent_element() == Some(machine);
        if !whole || number::<usize>(element, "nbobjs")? != Some(ids.len()) {
            continue;
        }
        let base: f64 = number(element, "latency_base")?.unwrap_or(1.0);
        let mut values = Vec::new();
        for latency in element.children().filter(|node| node.has_tag_name("latency")) {
            let value = (number::<f64>(latency, "value")?.unwrap_or_default() * base).round();
            if !(0.0..=f64::from(u32::MAX)).contains(&value) {
                return Err(MachineFileError::value(place(latency), "this is no distance", "10 is near"));
            }
            values.push(value as u32);
        }
        return checked(element, ids, values).map(Some);
    }
    Ok(None)
}

fn checked(element: Node<'_, '_>, ids: Vec<u32>, values: Vec<u32>) -> Result<Matrix, MachineFileError> {
    if values.len() == ids.len() * ids.len() {
        return Ok((ids, values));
    }
    let what = format!("{} distances between {} NUMA nodes", values.len(), ids.len());
    Err(MachineFileError::value(place(element), what, "there is one for each pair, both ways"))
}

fn by_gp_index(machine: Node<'_, '_>, gp: u64) -> Option<u32> {
    let gp = gp.to_string();
    let node = objects(machine).find(|object| object.attribute("gp_index") == Some(gp.as_str()))?;
    node.attribute("os_index")?.parse().ok()
}

/// The numbers of all children of a name, which hwloc breaks into pieces.
fn words<T: std::str::FromStr>(element: Node<'_, '_>, name: &str) -> Result<Vec<T>, MachineFileError> {
    let mut words = Vec::new();
    for child in element.children().filter(|child| child.has_tag_name(name)) {
        for word in child.text().unwrap_or_default().split_whitespace() {
            words.push(word.parse().map_err(|_| {
                let what = format!("{word:?} in <{name}> is no number that can stand here");
                MachineFileError::value(place(child), what, "they are whole numbers from 0")
            })?);
        }
    }
    Ok(words)
}
