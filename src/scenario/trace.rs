//! `spec.traces`: nodes and pods of recorded clusters, as CSV: arrivals with durations.
//!
//! Two formats are read. `kubecast`: a heading with `name`, `arrival_seconds`, `cpu_milli`, `memory_mib`, and where
//! wanted `duration_seconds` (empty: until the end), `namespace`, `priority_class`, `resource:NAME` (extended
//! resources), `label:KEY`, `selector:KEY` (labels that the node must have). `openb`: the columns of Alibaba's GPU
//! trace of 2023. DIFFERENCE: a share of a GPU (`gpu_milli`) counts as a whole one, as in a cluster whose device
//! plugin does not share them.

use std::collections::BTreeMap;

use kubecast_manifest::{Document, Tree};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::{Findings, Place};
use super::inputs::Inputs;
use super::node_pool::MOST_OBJECTS;
use super::objects::ObjectSource;
use super::places::place_of;
use super::workload::Generated;
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::kernel::SimTime;

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("format", Simulated),
    ("limit", Simulated),
    ("nodes", Simulated),
    ("pods", Simulated),
    ("sizeScale", Simulated),
    ("timeScale", Simulated),
];

/// The label of a node's kind of GPU in an openb trace.
const GPU_MODEL: &str = "kubecast.dev/gpu-model";
/// The extended resource that stands for GPUs.
const GPU: &str = "nvidia.com/gpu";

/// A recorded load, and the recorded nodes it ran on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend("anyOf" = [{"required": ["pods"]}, {"required": ["nodes"]}]))]
pub struct Trace {
    /// What the columns are called. Default `kubecast`.
    #[schemars(extend("enum" = ["kubecast", "openb"]))]
    pub(super) format: Option<String>,
    /// The file with the pods, relative to this document's folder.
    pub(super) pods: Option<String>,
    /// The file with the nodes: `name` (openb: `sn`), `cpu_milli`, `memory_mib`, and the format's own columns.
    pub(super) nodes: Option<String>,
    /// Times are multiplied by this: 0.01 makes a hundred days a day. Default 1.
    pub(super) time_scale: Option<f64>,
    /// CPU and memory of the pods are multiplied by this. Default 1.
    pub(super) size_scale: Option<f64>,
    /// Only so many pods, the first ones of the file.
    pub(super) limit: Option<u32>,
}

/// What is wrong with a row, and where.
type RowError = (usize, String);

/// A table, its rows by the names of their columns.
struct Table<'t> {
    heading: csv::StringRecord,
    rows: Vec<(usize, csv::StringRecord)>,
    name: &'t str,
}

impl<'t> Table<'t> {
    fn read(name: &'t str, text: &str, columns: &[&str]) -> Result<Self, RowError> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let heading = reader.headers().map_err(|error| (1, error.to_string()))?.clone();
        for column in columns {
            if heading.iter().all(|other| other != *column) {
                let known = heading.iter().collect::<Vec<_>>().join(", ");
                return Err((1, format!("there is no column {column:?}, only {known}")));
            }
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                (error.position().map_or(1, |place| place.line() as usize), error.to_string())
            })?;
            let line = record.position().map_or(1, |place| place.line() as usize);
            rows.push((line, record));
        }
        Ok(Self { heading, rows, name })
    }
}

/// A row of a table.
struct Row<'r> {
    heading: &'r csv::StringRecord,
    line: usize,
    cells: &'r csv::StringRecord,
}

impl<'r> Row<'r> {
    /// A cell; empty where there is no such column.
    fn text(&self, column: &str) -> &'r str {
        let place = self.heading.iter().position(|other| other == column);
        place.and_then(|place| self.cells.get(place)).unwrap_or_default()
    }

    /// A number at or above 0; `None` for an empty cell.
    fn number(&self, column: &str) -> Result<Option<f64>, RowError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 => Ok(Some(number)),
            _ => Err((self.line, format!("{column}: {text:?} is no number at or above 0"))),
        }
    }

    fn needed(&self, column: &str) -> Result<f64, RowError> {
        self.number(column)?.ok_or_else(|| (self.line, format!("{column} is empty")))
    }

    fn whole(&self, column: &str, scale: f64) -> Result<u64, RowError> {
        Ok((self.number(column)?.unwrap_or(0.0) * scale).round() as u64)
    }

    /// Columns with a prefix: the rest of their names, and the cells that are not empty.
    fn prefixed(&self, prefix: &str) -> Vec<(&'r str, &'r str)> {
        let cells = self.heading.iter().zip(self.cells);
        let named = cells.filter_map(|(column, cell)| Some((column.strip_prefix(prefix)?, cell)));
        named.filter(|(_, cell)| !cell.is_empty()).collect()
    }
}

impl Trace {
    /// The trace's nodes and pods.
    pub(super) fn expand(
        &self,
        pointer: &str,
        scenario: &Document,
        inputs: &Inputs<'_>,
        findings: &mut Findings,
    ) -> Vec<Generated> {
        let here = scenario.tree.pointer(pointer).and_then(|tree| place_of(&scenario.file, tree));
        let openb = match self.format.as_deref() {
            None | Some("kubecast") => false,
            Some("openb") => true,
            Some(other) => {
                findings.error(here, format!("format: {other:?} is neither kubecast nor openb"));
                return Vec::new();
            }
        };
        let scales = [self.time_scale.unwrap_or(1.0), self.size_scale.unwrap_or(1.0)];
        if scales.iter().any(|scale| !(*scale > 0.0 && scale.is_finite())) {
            findings.error(here, "timeScale and sizeScale are numbers above 0");
            return Vec::new();
        }
        if self.pods.is_none() && self.nodes.is_none() {
            findings.error(here, "give pods, nodes or both");
            return Vec::new();
        }
        let mut generated = Vec::new();
        for (path, is_nodes) in [(&self.nodes, true), (&self.pods, false)] {
            let Some(path) = path else { continue };
            let source = match inputs.text(path, &scenario.file) {
                Ok(source) => source,
                Err(error) => {
                    findings.error(here.clone(), error);
                    continue;
                }
            };
            let read = if is_nodes {
                nodes(&source.name, &source.text, openb)
            } else {
                self.pods(&source.name, &source.text, openb)
            };
            match read {
                Ok(objects) => generated.extend(objects.into_iter().filter_map(|(json, arrives)| {
                    let object = ObjectSource::new(&source.name, Tree::from_json(&json), findings)?;
                    Some(Generated { object, arrives })
                })),
                Err((line, error)) => {
                    let place = Place { file: source.name.clone(), line: line as u32, column: 1 };
                    findings.error(Some(place), error);
                }
            }
        }
        generated
    }

    fn pods(&self, name: &str, text: &str, openb: bool) -> Result<Vec<(Value, Option<SimTime>)>, RowError> {
        let columns: &[&str] = if openb {
            &["name", "cpu_milli", "memory_mib", "num_gpu", "creation_time", "deletion_time"]
        } else {
            &["name", "arrival_seconds", "cpu_milli", "memory_mib"]
        };
        let table = Table::read(name, text, columns)?;
        let limit = self.limit.unwrap_or(MOST_OBJECTS) as usize;
        if table.rows.len().min(limit) > MOST_OBJECTS as usize {
            return Err((1, format!("{}: more than {MOST_OBJECTS} pods", table.name)));
        }
        let rows = table.rows.iter().take(limit);
        rows.map(|(line, cells)| self.pod(&Row { heading: &table.heading, line: *line, cells }, openb))
            .collect()
    }

    fn pod(&self, row: &Row<'_>, openb: bool) -> Result<(Value, Option<SimTime>), RowError> {
        let time_scale = self.time_scale.unwrap_or(1.0);
        let (arrival, duration) = if openb {
            let (from, to) = (row.needed("creation_time")?, row.number("deletion_time")?);
            (from, to.map(|to| (to - from).max(0.0)))
        } else {
            (row.needed("arrival_seconds")?, row.number("duration_seconds")?)
        };
        let size = self.size_scale.unwrap_or(1.0);
        let mut requests = Map::new();
        requests.insert("cpu".into(), json!(format!("{}m", row.whole("cpu_milli", size)?)));
        requests.insert("memory".into(), json!(format!("{}Mi", row.whole("memory_mib", size)?)));
        let mut spec = Map::new();
        if openb {
            let gpus = row.whole("num_gpu", 1.0)?;
            if gpus > 0 {
                requests.insert(GPU.into(), json!(gpus.to_string()));
            }
            let models: Vec<&str> =
                row.text("gpu_spec").split('|').filter(|model| !model.is_empty()).collect();
            if !models.is_empty() {
                spec.insert("affinity".into(), one_of(&models));
            }
        }
        for (resource, amount) in row.prefixed("resource:") {
            row.number(&format!("resource:{resource}"))?;
            requests.insert(resource.into(), json!(amount));
        }
        let pairs = |prefix: &str| -> BTreeMap<&str, &str> { row.prefixed(prefix).into_iter().collect() };
        spec.insert("nodeSelector".into(), json!(pairs("selector:")));
        if !row.text("priority_class").is_empty() {
            spec.insert("priorityClassName".into(), json!(row.text("priority_class")));
        }
        let limits: Map<String, Value> = requests
            .iter()
            .filter(|(name, _)| name.contains('/'))
            .map(|(name, amount)| (name.clone(), amount.clone()))
            .collect();
        spec.insert("restartPolicy".into(), json!("Never"));
        let resources = json!({ "requests": requests, "limits": limits });
        spec.insert(
            "containers".into(),
            json!([{ "name": "main", "image": "trace", "resources": resources }]),
        );
        let nanos = |seconds: f64| (seconds * time_scale * 1e9).round() as u64;
        let mut metadata = json!({ "name": row.text("name"), "labels": pairs("label:") });
        if !row.text("namespace").is_empty() {
            metadata["namespace"] = json!(row.text("namespace"));
        }
        if let Some(duration) = duration {
            metadata["annotations"] = json!({ "kubecast.dev/run-for": format!("{}ns", nanos(duration)) });
        }
        let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec });
        Ok((pod, Some(SimTime(nanos(arrival)))))
    }
}

/// A node affinity for one of several kinds of GPU.
fn one_of(models: &[&str]) -> Value {
    json!({ "nodeAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": [
        { "matchExpressions": [{ "key": GPU_MODEL, "operator": "In", "values": models }] },
    ] } } })
}

fn nodes(name: &str, text: &str, openb: bool) -> Result<Vec<(Value, Option<SimTime>)>, RowError> {
    let name_column = if openb { "sn" } else { "name" };
    let table = Table::read(name, text, &[name_column, "cpu_milli", "memory_mib"])?;
    let node = |(line, cells): &(usize, csv::StringRecord)| {
        let row = Row { heading: &table.heading, line: *line, cells };
        let mut labels: BTreeMap<&str, &str> = row.prefixed("label:").into_iter().collect();
        labels.insert("kubernetes.io/hostname", row.text(name_column));
        let mut allocatable = Map::new();
        allocatable.insert("cpu".into(), json!(format!("{}m", row.whole("cpu_milli", 1.0)?)));
        allocatable.insert("memory".into(), json!(format!("{}Mi", row.whole("memory_mib", 1.0)?)));
        allocatable.insert("pods".into(), json!("110"));
        if openb {
            let gpus = row.whole("gpu", 1.0)?;
            if gpus > 0 {
                allocatable.insert(GPU.into(), json!(gpus.to_string()));
                labels.insert(GPU_MODEL, row.text("model"));
            }
        }
        for (resource, amount) in row.prefixed("resource:") {
            row.number(&format!("resource:{resource}"))?;
            allocatable.insert(resource.into(), json!(amount));
        }
        let metadata = json!({ "name": row.text(name_column), "labels": labels });
        let status = json!({ "allocatable": allocatable });
        Ok((json!({ "apiVersion": "v1", "kind": "Node", "metadata": metadata, "status": status }), None))
    };
    table.rows.iter().map(node).collect()
}
