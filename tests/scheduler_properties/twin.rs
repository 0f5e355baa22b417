//! The naive twin: what kube-scheduler v1.34 says of a vector, written a second time.
//!
//! It is made from `shared/conformance/semantics.md`, the READMEs there, and the documentation and the
//! source of Kubernetes v1.34, and works on the JSON of a vector alone; it shares nothing with kubecast
//! and walks over every pod wherever it asks about one.

mod cluster;
mod filters;
mod interpod;
mod json;
pub(crate) mod preemption;
mod requests;
mod scores;
mod selectors;
mod spread;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use self::cluster::{Cluster, Node, Pod};
use self::filters::Rejection;

/// The answer to a vector of kind `scheduler-cycle`; an error if a plugin fails.
pub(crate) fn answer(vector: &Value) -> Result<Value, String> {
    let pods: Vec<Pod<'_>> = json::list(vector, &["pods"]).iter().map(Pod::read).collect();
    let pod = Pod::read(&vector["pod"]);
    let cluster = Cluster::read(vector, &pods, &pod);
    let named = filters::named_nodes(&cluster);
    if named.as_ref().is_some_and(BTreeSet::is_empty) {
        let reasons = vec!["pod affinity terms conflict".to_owned()];
        let status = describe("NodeAffinity", &Rejection { resolvable: false, reasons });
        return Ok(json!({ "expect": {
            "preFilter": status, "filter": {}, "feasible": [], "scores": {}, "best": [],
        } }));
    }
    let (hard, near) = (spread::hard(&cluster), interpod::Required::of(&cluster));
    let mut filter = Map::new();
    let mut feasible = Vec::new();
    for node in &cluster.nodes {
        let is_named = named.as_ref().is_none_or(|names| names.contains(node.name));
        if !is_named {
            let reasons = vec!["node(s) didn't satisfy plugin(s) [NodeAffinity]".to_owned()];
            let mut status = describe("NodeAffinity", &Rejection { resolvable: false, reasons });
            status["preFilterResult"] = json!(true);
            filter.insert(node.name.to_owned(), status);
        } else if let Some((plugin, rejection)) = filters::first_rejection(&cluster, node, &hard, &near) {
            filter.insert(node.name.to_owned(), describe(plugin, &rejection));
        } else {
            feasible.push(node);
        }
    }
    let (scores, best) = score(&cluster, &feasible)?;
    let names: Vec<&str> = feasible.iter().map(|node| node.name).collect();
    Ok(json!({ "expect": { "filter": filter, "feasible": names, "scores": scores, "best": best } }))
}

fn describe(plugin: &str, rejection: &Rejection) -> Value {
    let code = if rejection.resolvable { "Unschedulable" } else { "UnschedulableAndUnresolvable" };
    json!({ "plugin": plugin, "code": code, "reasons": rejection.reasons })
}

/// The scores of the feasible nodes, and the names of the best.
fn score(cluster: &Cluster<'_>, feasible: &[&Node<'_>]) -> Result<(Map<String, Value>, Vec<String>), String> {
    if feasible.is_empty() {
        return Ok((Map::new(), Vec::new()));
    }
    let columns = scores::columns(cluster, feasible)?;
    let mut totals = Vec::new();
    let mut scores = Map::new();
    for (place, node) in feasible.iter().enumerate() {
        let mut line = Map::new();
        let mut total = 0;
        for (plugin, weight, column) in &columns {
            if let Some((raw, normalized)) = column.as_ref().map(|column| column[place]) {
                line.insert((*plugin).to_owned(), json!({ "raw": raw, "normalized": normalized }));
                total += normalized * weight;
            }
        }
        line.insert("total".to_owned(), json!(total));
        scores.insert(node.name.to_owned(), Value::Object(line));
        totals.push(total);
    }
    let most = totals.iter().max().expect("a feasible node");
    let best = feasible.iter().zip(&totals).filter(|(_, total)| *total == most);
    Ok((scores, best.map(|(node, _)| node.name.to_owned()).collect()))
}
