//! Hints and merged hints as they were seen during admission, in the words of a vector.

use serde_json::{Map, Value, json};

use super::super::cpu_objects::hint_json;
use crate::kubelet::topology_manager::{NumaMask, Scope, TopologyHint};

/// For each merge: the container (`None`: the pod), the CPU Manager's hints, what they merged to.
#[derive(Default)]
pub(super) struct Seen(pub(super) Vec<(Option<usize>, Option<Vec<TopologyHint>>, TopologyHint)>);

impl Seen {
    pub(super) fn write(&self, answer: &mut Map<String, Value>, scope: Scope, names: &[String], omit: bool) {
        match scope {
            Scope::Pod => self.write_pod(answer, omit),
            Scope::Container => self.write_containers(answer, names, omit),
        }
        if omit && !answer.contains_key("podHintsNull") {
            answer.insert("hintsOmitted".to_owned(), json!(true));
        }
    }

    fn write_pod(&self, answer: &mut Map<String, Value>, omit: bool) {
        let Some((_, hints, merged)) = self.0.first() else { return };
        answer.insert("podMerged".to_owned(), hint_json(*merged));
        let (key, value) = match (hints, omit) {
            (None, _) => ("podHintsNull", json!(true)),
            (Some(hints), true) => ("podHintSummary", summary(hints)),
            (Some(hints), false) => ("podHints", list(hints)),
        };
        answer.insert(key.to_owned(), value);
    }

    fn write_containers(&self, answer: &mut Map<String, Value>, names: &[String], omit: bool) {
        let mut told = Map::new();
        let mut merges = Map::new();
        for (container, hints, merged) in &self.0 {
            let Some(name) = container.map(|at| names[at].clone()) else { continue };
            merges.insert(name.clone(), hint_json(*merged));
            match (hints, omit) {
                (None, true) => {}
                (Some(hints), true) => _ = told.insert(name, summary(hints)),
                (None, false) => _ = told.insert(name, Value::Null),
                (Some(hints), false) => _ = told.insert(name, list(hints)),
            }
        }
        answer.insert("merged".to_owned(), Value::Object(merges));
        if !told.is_empty() {
            let key = if omit { "hintSummary" } else { "hints" };
            answer.insert(key.to_owned(), Value::Object(told));
        }
    }
}

fn list(hints: &[TopologyHint]) -> Value {
    hints.iter().map(|hint| hint_json(*hint)).collect()
}

fn summary(hints: &[TopologyHint]) -> Value {
    let fewest = hints.iter().filter_map(|hint| hint.affinity).map(NumaMask::count).min();
    json!({
        "count": hints.len(),
        "preferred": hints.iter().filter(|hint| hint.preferred).count(),
        "minNUMANodes": fewest.unwrap_or(0),
    })
}
