//! What must not matter, and what must: two runs of the library on clusters that differ in one respect.

use kubecast::conformance::scheduler_cycle;
use kubecast::kernel::draws::{DrawUse, Draws, Seed};
use kubecast::scheduler::cycle::{CycleResult, Outcome, TieBreak};
use serde_json::{Value, json};

use super::hold;
use super::library::Library;

/// The answer, or nothing where a plugin fails: that is not what these properties are about.
fn answer(vector: &Value) -> Option<Value> {
    Some(scheduler_cycle::check(vector).ok()?["expect"].take())
}

fn same(what: &str, one: &Value, other: &Value) -> Result<(), String> {
    if one == other { Ok(()) } else { Err(format!("{what}: {one} became {other}")) }
}

fn sorted(list: &Value) -> Value {
    let mut names: Vec<&str> = list.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    names.sort_unstable();
    json!(names)
}

#[test]
fn the_order_of_nodes_and_pods_does_not_matter() {
    hold(6, 250, |case| {
        let mut turned = case.clone();
        for field in ["nodes", "pods", "namespaces"] {
            turned[field].as_array_mut().expect("a list").reverse();
        }
        let (Some(before), Some(after)) = (answer(case), answer(&turned)) else { return Ok(()) };
        same("filter", &before["filter"], &after["filter"])?;
        same("scores", &before["scores"], &after["scores"])?;
        same("feasible", &sorted(&before["feasible"]), &sorted(&after["feasible"]))?;
        same("best", &sorted(&before["best"]), &sorted(&after["best"]))
    });
}

/// A node that takes no pods and carries no label is no domain and holds nothing.
#[test]
fn a_node_without_labels_and_room_changes_nothing_but_the_share_of_images() {
    hold(7, 250, |case| {
        let mut larger = case.clone();
        larger["nodes"].as_array_mut().expect("nodes").push(json!({ "metadata": { "name": "more" } }));
        let (Some(mut before), Some(mut after)) = (answer(case), answer(&larger)) else { return Ok(()) };
        let fields = after["filter"].as_object_mut().expect("rejections");
        let rejected = fields.shift_remove("more").is_some() || before.get("preFilter").is_some();
        for scores in [&mut before, &mut after] {
            for (_, line) in scores["scores"].as_object_mut().expect("scores") {
                line["ImageLocality"] = json!(null);
                line["total"] = json!(null);
            }
        }
        if !rejected {
            return Err("a node without room takes the pod".to_owned());
        }
        same("filter", &before["filter"], &after["filter"])?;
        same("scores", &before["scores"], &after["scores"])
    });
}

/// Pods that terminate are gone for topology spread alone.
#[test]
fn terminating_pods_count_for_all_but_spread() {
    hold(8, 250, |case| {
        let (mut ending, mut strangers) = (case.clone(), case.clone());
        for pod in ending["pods"].as_array_mut().expect("pods") {
            pod["metadata"]["deletionTimestamp"] = json!("2025-01-01T00:00:00Z");
        }
        // Without labels no pod is counted, nor near to another.
        for pod in strangers["pods"].as_array_mut().expect("pods") {
            pod["metadata"]["namespace"] = json!("elsewhere");
        }
        let answers = (answer(case), answer(&ending), answer(&strangers));
        let (Some(before), Some(ending), Some(strangers)) = answers else { return Ok(()) };
        for node in case["nodes"].as_array().expect("nodes") {
            let name = node["metadata"]["name"].as_str().expect("a name");
            let plugin = |answer: &Value| answer["filter"][name]["plugin"].as_str().map(str::to_owned);
            let by_spread = |answer: &Value| plugin(answer).as_deref() == Some("PodTopologySpread");
            if !by_spread(&before) && !by_spread(&ending) {
                same("rejection", &before["filter"][name], &ending["filter"][name])?;
            }
            if by_spread(&ending) != by_spread(&strangers) {
                return Err(format!("{name}: terminating pods count, or strangers"));
            }
            let raw = |answer: &Value, plugin: &str| answer["scores"][name][plugin]["raw"].clone();
            if before["feasible"] == ending["feasible"] {
                for plugin in ["TaintToleration", "NodeResourcesFit", "InterPodAffinity", "ImageLocality"] {
                    same(plugin, &raw(&before, plugin), &raw(&ending, plugin))?;
                }
            }
            if ending["feasible"] == strangers["feasible"] {
                let spread = "PodTopologySpread";
                same(spread, &raw(&ending, spread), &raw(&strangers, spread))?;
            }
        }
        Ok(())
    });
}

/// Checks a cycle's result against the report of the same cluster.
fn fits_the_report(library: &mut Library, result: &CycleResult) -> Result<(), String> {
    let report = library.report();
    let best: Vec<_> = report.best().iter().map(|node| (node.node, node.total)).collect();
    let (feasible, nodes) = (report.feasible().count(), report.nodes.len());
    let filtered = report.nodes.iter().filter(|node| !node.excluded_by_pre_filter).count();
    let fits = match &result.outcome {
        Outcome::Scheduled { node, score: None } => feasible == 1 && best[0].0 == *node,
        Outcome::Scheduled { node, score: Some(score) } => feasible > 1 && best.contains(&(*node, *score)),
        Outcome::Unschedulable(error) => {
            feasible == 0 && error.pre_filter == report.pre_filter && (error.all_nodes == nodes || nodes == 0)
        }
        Outcome::NoNodes | Outcome::Crashed(_) => false,
        Outcome::Error(status) => report.error.as_ref() == Some(status),
    };
    let counts = result.feasible == feasible && result.evaluated == filtered;
    if fits && counts { Ok(()) } else { Err(format!("{result:?} against {report:?}")) }
}

#[test]
fn a_cycle_picks_one_of_the_best() {
    hold(9, 250, |case| {
        let mut library = Library::read(case);
        let first = library.schedule(TieBreak::First);
        fits_the_report(&mut library, &first)?;
        if let Outcome::Scheduled { node, .. } = first.outcome {
            let report = library.report();
            let least = report.best().iter().map(|best| library.name(best.node)).min();
            if least != Some(library.name(node)) {
                return Err(format!("{} is not the first of the best", library.name(node)));
            }
        }
        let mut draw = Draws::new(Seed(1), 0).stream(DrawUse(0), 0);
        let random = library.schedule(TieBreak::Random(&mut draw));
        fits_the_report(&mut library, &random)
    });
}
