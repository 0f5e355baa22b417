//! Random clusters are worth something only if every plugin has something to say about them.

use std::collections::{BTreeMap, BTreeSet};

use kubecast::conformance::scheduler_cycle;
use serde_json::Value;

use super::hold;

/// Rejecting plugins, each with the least share of cases, in per cent, in which it rejects some node.
const FILTERS: [(&str, usize); 8] = [
    ("NodeUnschedulable", 5),
    ("NodeName", 5),
    ("TaintToleration", 5),
    ("NodeAffinity", 5),
    ("NodePorts", 5),
    ("NodeResourcesFit", 5),
    ("PodTopologySpread", 5),
    ("InterPodAffinity", 5),
];
/// Scoring plugins, each with the least share of cases, in per cent, in which its scores differ from one
/// feasible node to another.
const SCORES: [(&str, usize); 7] = [
    ("TaintToleration", 5),
    ("NodeAffinity", 3),
    ("NodeResourcesFit", 5),
    ("PodTopologySpread", 5),
    ("InterPodAffinity", 5),
    ("NodeResourcesBalancedAllocation", 5),
    ("ImageLocality", 5),
];
/// What else must be met in so many per cent of the cases.
const OTHERS: [(&str, usize); 9] = [
    ("several feasible", 40),
    ("one feasible", 10),
    ("none feasible", 10),
    ("named nodes", 1),
    ("reason [\"node(s) didn't match pod affinity rules\"]", 2),
    ("reason [\"node(s) didn't match pod anti-affinity rules\"]", 1),
    ("reason [\"node(s) didn't satisfy existing pods anti-affinity rules\"]", 2),
    ("reason [\"node(s) didn't match pod topology spread constraints\"]", 2),
    ("reason [\"node(s) didn't match pod topology spread constraints (missing required label)\"]", 3),
];
const CASES: u32 = 1000;

/// How many cases have what.
#[derive(Default)]
struct Counts(BTreeMap<String, usize>);

impl Counts {
    fn add(&mut self, names: BTreeSet<String>) {
        for name in names {
            *self.0.entry(name).or_insert(0) += 1;
        }
    }

    fn share(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or(0) * 100 / CASES as usize
    }
}

fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_object().into_iter().flatten().map(|entry| entry.1)
}

/// What an answer shows: `filter X` where X rejects a node, `score X` where its scores differ, and more.
fn shown(answer: &Result<Value, String>) -> BTreeSet<String> {
    let Ok(answer) = answer else { return BTreeSet::from(["error".to_owned()]) };
    let expect = &answer["expect"];
    let mut shown = BTreeSet::new();
    for rejection in entries(&expect["filter"]) {
        let plugin = rejection["plugin"].as_str().expect("a plugin");
        let named = rejection.get("preFilterResult").is_some();
        shown.insert(if named { "named nodes".to_owned() } else { format!("filter {plugin}") });
        shown.insert(format!("reason {}", rejection["reasons"]));
    }
    if expect.get("preFilter").is_some() {
        shown.insert("PreFilter".to_owned());
    }
    let feasible = expect["feasible"].as_array().map_or(0, Vec::len);
    shown.insert(format!("{} feasible", ["none", "one", "several"][feasible.min(2)]));
    let lines: Vec<&Value> = entries(&expect["scores"]).collect();
    for (plugin, _) in SCORES {
        let raw: BTreeSet<i64> =
            lines.iter().filter_map(|line| line[plugin]["normalized"].as_i64()).collect();
        if raw.len() > 1 {
            shown.insert(format!("score {plugin}"));
        }
    }
    shown
}

#[test]
fn every_plugin_rejects_and_scores_somewhere() {
    let counts = std::cell::RefCell::new(Counts::default());
    hold(3, CASES, |case| {
        counts.borrow_mut().add(shown(&scheduler_cycle::check(case)));
        Ok(())
    });
    let counts = counts.into_inner();
    for (name, count) in &counts.0 {
        println!("{:5.1} % {name}", *count as f64 * 100.0 / f64::from(CASES));
    }
    let floors = [("filter", &FILTERS[..]), ("score", &SCORES[..])];
    for (point, (plugin, floor)) in
        floors.iter().flat_map(|(point, lines)| lines.iter().map(move |line| (point, line)))
    {
        let share = counts.share(&format!("{point} {plugin}"));
        assert!(share >= *floor, "{point} {plugin}: in {share} % of the cases, at least {floor} are due");
    }
    for (what, floor) in OTHERS {
        assert!(counts.share(what) >= floor, "{what}: in fewer than {floor} % of the cases");
    }
    assert!(counts.share("error") <= 1, "a failing plugin says little");
}
