//! `spec.nodePools`: groups of synthetic nodes.

use std::borrow::Cow;

use kubecast_manifest::{Document, Tree, Value};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::embedded::Embedded;
use super::error::Findings;
use super::objects::ObjectSource;
use super::places::{place_of, text};
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] =
    &[("count", Simulated), ("name", Simulated), ("template", Simulated), ("zones", Simulated)];

/// A group of synthetic nodes, named NAME-0, NAME-1 and so on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields)]
pub struct NodePool {
    /// The pool's name, which its nodes' names begin with.
    #[schemars(length(min = 1), example = &"worker")]
    pub(super) name: String,
    /// How many nodes. May be left out where `zones` says how many there are in each.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub(super) count: Option<u32>,
    /// Zones: a list, over which the nodes go round in turn, or a number of nodes for each zone. The
    /// nodes carry their zone in the label topology.kubernetes.io/zone. Default: no zones.
    pub(super) zones: Option<Zones>,
    /// What every node of the pool looks like: a v1 Node without a name. Labels that every kubelet sets
    /// (kubernetes.io/hostname, kubernetes.io/os: linux, kubernetes.io/arch: amd64) are added, and 110
    /// `pods`, where the template says nothing else. `status.capacity` stands in for
    /// `status.allocatable`.
    #[expect(dead_code, reason = "the tree is read from the same place of the document")]
    pub(super) template: Embedded,
}

/// The zones of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Zones {
    /// The nodes go round these in turn.
    Turn(Vec<String>),
    /// So many nodes in each, the first zone's nodes first.
    Counts(Vec<(String, u32)>),
}

struct ZonesVisitor;

impl<'de> Visitor<'de> for ZonesVisitor {
    type Value = Zones;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of zones, or a number of nodes for each zone")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Zones, A::Error> {
        let mut zones = Vec::new();
        while let Some(zone) = items.next_element()? {
            zones.push(zone);
        }
        Ok(Zones::Turn(zones))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Zones, A::Error> {
        let mut zones = Vec::new();
        while let Some(entry) = map.next_entry()? {
            zones.push(entry);
        }
        Ok(Zones::Counts(zones))
    }
}

impl<'de> Deserialize<'de> for Zones {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ZonesVisitor)
    }
}

impl JsonSchema for Zones {
    fn schema_name() -> Cow<'static, str> {
        "Zones".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A list of zones, over which the nodes go round in turn, or a number of nodes for each zone.",
            "examples": [["a", "b", "c"], {"a": 2, "b": 3, "c": 5}],
            "oneOf": [
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
                {
                    "type": "object", "minProperties": 1,
                    "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
                },
            ],
        })
    }
}

impl NodePool {
    /// The zone of each node in order (`None` without zones), or what is wrong with the counts.
    pub(super) fn zones_by_node(&self) -> Result<Vec<Option<&str>>, String> {
        let in_zones = match &self.zones {
            Some(Zones::Counts(zones)) => zones.iter().map(|(_, nodes)| u64::from(*nodes)).sum(),
            _ => 0,
        };
        let count = in_zones.max(self.count.map_or(0, u64::from));
        if count > u64::from(MOST_OBJECTS) {
            return Err(format!("{count} nodes; at most {MOST_OBJECTS} are possible"));
        }
        match (&self.zones, self.count) {
            (None, None) => Err("give count, or zones with a number of nodes for each".to_owned()),
            (Some(Zones::Turn(_)), None) => Err("give count, or a number of nodes for each zone".to_owned()),
            (None, Some(count)) => Ok(vec![None; count as usize]),
            (Some(Zones::Turn(zones)), Some(_)) if zones.is_empty() => {
                Err("zones is empty; leave it out for nodes without zones".to_owned())
            }
            (Some(Zones::Turn(zones)), Some(count)) => {
                Ok(zones.iter().cycle().take(count as usize).map(|zone| Some(zone.as_str())).collect())
            }
            (Some(Zones::Counts(zones)), count) => {
                let sum: u64 = zones.iter().map(|(_, nodes)| u64::from(*nodes)).sum();
                if count.is_some_and(|count| u64::from(count) != sum) {
                    return Err(format!(
                        "count differs from the sum of the zones, {sum}; leave one of them out"
                    ));
                }
                Ok(zones
                    .iter()
                    .flat_map(|(zone, nodes)| std::iter::repeat_n(Some(zone.as_str()), *nodes as usize))
                    .collect())
            }
        }
    }
}

/// No pool and no generator makes more objects than this.
pub(super) const MOST_OBJECTS: u32 = 1_000_000;
/// Labels that every kubelet sets, apart from the host name.
const KUBELET_LABELS: [(&str, &str); 2] = [("kubernetes.io~1os", "linux"), ("kubernetes.io~1arch", "amd64")];

impl NodePool {
    /// The pool's nodes. `pointer` leads to the pool in the scenario.
    pub(super) fn expand(
        &self,
        pointer: &str,
        scenario: &Document,
        findings: &mut Findings,
    ) -> Vec<ObjectSource> {
        let file = &scenario.file;
        let pool = scenario.tree.pointer(pointer);
        let Some(template) = pool.and_then(|pool| pool.get("template")) else { return Vec::new() };
        let here = place_of(file, template);
        if template.pointer("/metadata/name").is_some() {
            findings.error(
                here,
                format!("nodePool/{}: the template has a name, but the pool names its nodes", self.name),
            );
            return Vec::new();
        }
        let zones = match self.zones_by_node() {
            Ok(zones) => zones,
            Err(error) => {
                let here = pool.and_then(|pool| place_of(file, pool));
                findings.error(here, format!("nodePool/{}: {error}", self.name));
                return Vec::new();
            }
        };
        let base = match Self::base(template) {
            Ok(base) => base,
            Err(error) => {
                findings.error(here, format!("nodePool/{}: {error}", self.name));
                return Vec::new();
            }
        };
        let node = |(index, zone): (usize, Option<&str>)| {
            let node = self.node(&base, index, zone).ok()?;
            ObjectSource::new(file, node, findings)
        };
        zones.into_iter().enumerate().filter_map(node).collect()
    }

    /// The template with what all nodes share.
    fn base(template: &Tree) -> Result<Tree, String> {
        let mut base = template.clone();
        base.set("/apiVersion", text("v1", template))?;
        base.set("/kind", text("Node", template))?;
        for (key, value) in KUBELET_LABELS {
            set_if_absent(&mut base, &format!("/metadata/labels/{key}"), text(value, template))?;
        }
        if base.pointer("/status/allocatable").is_none() {
            let capacity = base.pointer("/status/capacity").cloned();
            let capacity = capacity.ok_or("the template needs status.allocatable (cpu, memory, pods)")?;
            base.set("/status/allocatable", capacity)?;
        }
        set_if_absent(&mut base, "/status/allocatable/pods", text("110", template))?;
        Ok(base)
    }

    fn node(&self, base: &Tree, index: usize, zone: Option<&str>) -> Result<Tree, String> {
        let mut node = base.clone();
        let name = format!("{}-{index}", self.name);
        set_if_absent(&mut node, "/metadata/labels/kubernetes.io~1hostname", text(&name, base))?;
        if let Some(zone) = zone {
            node.set("/metadata/labels/topology.kubernetes.io~1zone", text(zone, base))?;
        }
        node.set("/metadata/name", text(&name, base))?;
        Ok(node)
    }
}

fn set_if_absent(tree: &mut Tree, pointer: &str, value: Tree) -> Result<(), String> {
    match tree.pointer(pointer) {
        Some(present) if present.value != Value::Null => Ok(()),
        _ => tree.set(pointer, value),
    }
}
