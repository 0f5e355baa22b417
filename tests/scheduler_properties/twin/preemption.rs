//! DefaultPreemption, written a second time: every trial asks the filters anew about a cluster without the pods that
//! would be gone. Only spread counts are what they were, plus or minus one for each pod that comes or goes, as
//! kube-scheduler keeps them (a terminating pod counts there, which the count itself leaves out).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::cluster::{Cluster, Node, Pod};
use super::filters::{self, Rejection, named_nodes};
use super::json::{at, is_there, list, number, text};
use super::selectors::{label_selector, matches};
use super::{describe, interpod, spread};

/// A plugin with its rejection.
type Refusal = (&'static str, Rejection);

const NO_VICTIMS: &str = "No preemption victims found for incoming pod";

fn priority(pod: &Pod<'_>) -> i64 {
    number(pod.json, &["spec", "priority"])
}

/// Its start; without one it is the last.
fn start<'a>(pod: &Pod<'a>) -> &'a str {
    let start = text(pod.json, &["status", "startTime"]);
    if start.is_empty() { "9999" } else { start }
}

fn name(pod: &Pod<'_>) -> String {
    format!("{}/{}", pod.namespace, text(pod.json, &["metadata", "name"]))
}

fn nominated_for<'a>(pod: &Pod<'a>) -> &'a str {
    text(pod.json, &["status", "nominatedNodeName"])
}

/// Everything, with what PreFilter counted.
struct World<'a> {
    cluster: Cluster<'a>,
    waiting: &'a [Pod<'a>],
    hard: Vec<spread::Constraint<'a>>,
    /// Nothing was there for InterPodAffinity to look at, so it is left out.
    skips_affinity: bool,
}

/// A node on which preemption helps.
struct Candidate<'a> {
    node: &'a str,
    victims: Vec<&'a Pod<'a>>,
    violations: usize,
}

impl<'a> World<'a> {
    fn node(&self, name: &str) -> Option<&Node<'a>> {
        self.cluster.nodes.iter().find(|node| node.name == name)
    }

    /// Whether the pod is rejected on a node that holds these pods, with and without those nominated for it.
    fn rejection(&self, node: &Node<'a>, pods: &[&'a Pod<'a>]) -> Option<Refusal> {
        let is_counted = |other: &&Pod<'a>| {
            nominated_for(other) == node.name && priority(other) >= priority(self.cluster.pod)
        };
        let nominated: Vec<&Pod<'a>> = self.waiting.iter().filter(is_counted).collect();
        let crowded = [pods, &nominated].concat();
        let with = if nominated.is_empty() { None } else { self.rejection_of(node, &crowded) };
        with.or_else(|| self.rejection_of(node, pods))
    }

    fn rejection_of(&self, node: &Node<'a>, pods: &[&'a Pod<'a>]) -> Option<Refusal> {
        let then = self.cluster.with_pods_on(node.name, pods);
        let mut hard = self.hard.clone();
        let is_in = |pod: &Pod<'a>, list: &[&'a Pod<'a>]| list.iter().any(|other| std::ptr::eq(*other, pod));
        for pod in pods.iter().filter(|pod| !is_in(pod, &node.pods)) {
            spread::shift(&then, node, pod, 1, &mut hard);
        }
        for pod in node.pods.iter().filter(|pod| !is_in(pod, pods)) {
            spread::shift(&then, node, pod, -1, &mut hard);
        }
        let near =
            if self.skips_affinity { interpod::Required::none() } else { interpod::Required::of(&then) };
        filters::first_rejection(
            &then,
            then.nodes.iter().find(|other| other.name == node.name)?,
            &hard,
            &near,
        )
    }

    /// The victims on a node.
    fn victims(&self, node: &Node<'a>) -> Result<Candidate<'a>, (&'static str, Rejection)> {
        let own = priority(self.cluster.pod);
        let mut potential: Vec<&'a Pod<'a>> =
            node.pods.iter().copied().filter(|pod| priority(pod) < own).collect();
        if potential.is_empty() {
            return Err(("", filters::reject(false, NO_VICTIMS)));
        }
        let mut kept: Vec<&'a Pod<'a>> =
            node.pods.iter().copied().filter(|pod| priority(pod) >= own).collect();
        if let Some(rejection) = self.rejection(node, &kept) {
            return Err(rejection);
        }
        potential.sort_by_key(|pod| (-priority(pod), start(pod)));
        let violating = self.violating(&potential);
        let is_violating = |pod: &Pod<'_>| violating.contains(&name(pod));
        let (first, last): (Vec<&Pod<'_>>, Vec<&Pod<'_>>) =
            potential.into_iter().partition(|pod| is_violating(pod));
        let mut victims = Vec::new();
        for pod in first.into_iter().chain(last) {
            kept.push(pod);
            if self.rejection(node, &kept).is_some() {
                kept.pop();
                victims.push(pod);
            }
        }
        victims.sort_by_key(|pod| (-priority(pod), start(pod)));
        let violations = victims.iter().filter(|pod| is_violating(pod)).count();
        Ok(Candidate { node: node.name, victims, violations })
    }

    /// The pods that violate a budget, by name.
    fn violating(&self, pods: &[&Pod<'a>]) -> BTreeSet<String> {
        let budgets = list(self.cluster.vector, &["pdbs"]);
        let mut left: Vec<i64> =
            budgets.iter().map(|budget| number(budget, &["status", "disruptionsAllowed"])).collect();
        let mut violating = BTreeSet::new();
        for pod in pods {
            for (budget, left) in budgets.iter().zip(&mut left) {
                let selector = label_selector(budget, &["spec", "selector"]);
                let selects =
                    selector.as_ref().is_some_and(|all| !all.is_empty()) && matches(&selector, &pod.labels);
                let known = text(pod.json, &["metadata", "name"]);
                let was_counted = is_there(budget, &["status", "disruptedPods", known]);
                let is_here = text(budget, &["metadata", "namespace"]) == pod.namespace;
                if is_here && selects && !pod.labels.is_empty() && !was_counted {
                    *left -= 1;
                    if *left < 0 {
                        violating.insert(name(pod));
                    }
                }
            }
        }
        violating
    }

    /// Why the pod may not preempt.
    fn ineligible(&self, own: Option<&Rejection>) -> Option<&'static str> {
        let pod = self.cluster.pod;
        if text(pod.json, &["spec", "preemptionPolicy"]) == "Never" {
            return Some("not eligible due to preemptionPolicy=Never.");
        }
        let node = self.node(nominated_for(pod))?;
        own.filter(|rejection| rejection.resolvable)?;
        let preempted = |other: &Pod<'_>| {
            let conditions = list(other.json, &["status", "conditions"]).iter();
            let target = conditions.into_iter().find(|one| text(one, &["type"]) == "DisruptionTarget");
            target.is_some_and(|one| {
                text(one, &["status"]) == "True" && text(one, &["reason"]) == "PreemptionByScheduler"
            })
        };
        let leaves =
            |other: &&&Pod<'_>| priority(other) < priority(pod) && other.terminating && preempted(other);
        node.pods.iter().find(leaves).map(|_| "not eligible due to a terminating pod on the nominated node.")
    }
}

/// `head a, b.`
fn sentence(nodes: usize, reasons: impl Iterator<Item = String>) -> String {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for reason in reasons {
        match counted.iter_mut().find(|one| one.0 == reason) {
            Some(one) => one.1 += 1,
            None => counted.push((reason, 1)),
        }
    }
    let mut parts: Vec<String> =
        counted.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    parts.sort();
    format!("0/{nodes} nodes are available: {}.", parts.join(", "))
}

/// The candidates that are left after the last criterion, and what that was.
fn best<'c, 'a>(candidates: &'c [Candidate<'a>]) -> (Vec<&'c Candidate<'a>>, &'static str) {
    let mut left: Vec<&Candidate<'_>> = candidates.iter().collect();
    if left.len() == 1 {
        return (left, "onlyCandidate");
    }
    let highest = |one: &Candidate<'_>| one.victims.iter().map(|pod| priority(pod)).max().expect("a victim");
    let first = |one: &Candidate<'_>| {
        let top = one.victims.iter().filter(|pod| priority(pod) == highest(one));
        top.map(|pod| start(pod).to_owned()).min().expect("a victim")
    };
    let count = |number: usize| i64::try_from(number).expect("few");
    let costs = |one: &Candidate<'_>| {
        let sum: i64 = one.victims.iter().map(|pod| priority(pod) + (1 << 31)).sum();
        [count(one.violations), highest(one), sum, count(one.victims.len())]
    };
    for (place, criterion) in
        ["pdbViolations", "highestPriority", "prioritySum", "victimCount"].into_iter().enumerate()
    {
        let least = left.iter().map(|one| costs(one)[place]).min().expect("a candidate");
        left.retain(|one| costs(one)[place] == least);
        if left.len() == 1 {
            return (left, criterion);
        }
    }
    let latest = left.iter().map(|one| first(one)).max().expect("a candidate");
    left.retain(|one| first(one) == latest);
    let criterion = if left.len() == 1 { "startTime" } else { "random" };
    (left, criterion)
}

/// The answer to a vector of kind `scheduler-preemption`; `None` if the pod fits somewhere, or PreFilter rejects it.
pub(crate) fn answer(vector: &Value) -> Option<Value> {
    let pods: Vec<Pod<'_>> = list(vector, &["pods"]).iter().map(Pod::read).collect();
    let waiting: Vec<Pod<'_>> = list(vector, &["nominatedPods"]).iter().map(Pod::read).collect();
    let pod = Pod::read(&vector["pod"]);
    let cluster = Cluster::read(vector, &pods, &pod);
    let named = named_nodes(&cluster);
    if named.as_ref().is_some_and(BTreeSet::is_empty) {
        return None;
    }
    let skips_affinity = pod.required_near.is_empty()
        && pod.required_apart.is_empty()
        && interpod::Required::of(&cluster).is_empty();
    let hard = spread::hard(&cluster);
    let world = World { cluster, waiting: &waiting, hard, skips_affinity };
    // The node that it is nominated for is asked first; who rejects it there is named with those who name nodes.
    let nominated = world.node(nominated_for(&pod));
    let own = nominated.map(|node| world.rejection(node, &node.pods));
    let mut by = vec!["NodeAffinity"];
    if let Some(Some((plugin, _))) = &own
        && *plugin != "NodeAffinity"
    {
        by.push(plugin);
    }
    // The order of the registry, in which NodeAffinity comes after three filters; the text has them by name.
    by.sort_by_key(|plugin| {
        ["NodeUnschedulable", "NodeName", "TaintToleration"].iter().all(|one| one != plugin)
    });
    let mut in_text = by.clone();
    in_text.sort_unstable();
    let absent = format!("node(s) didn't satisfy plugin(s) [{}]", in_text.join(" "));
    let mut filter = Map::new();
    let mut potential: Vec<&Node<'_>> = Vec::new();
    let mut reasons = Vec::new();
    for node in &world.cluster.nodes {
        let is_named = named.as_ref().is_none_or(|names| names.contains(node.name));
        let is_own = nominated.is_some_and(|own| own.name == node.name);
        if !is_named && !is_own {
            let mut status = describe(&by.join(","), &filters::reject(false, absent.clone()));
            status["preFilterResult"] = json!(true);
            filter.insert(node.name.to_owned(), status);
            reasons.push(absent.clone());
            continue;
        }
        let (plugin, rejection) = world.rejection(node, &node.pods)?;
        filter.insert(node.name.to_owned(), describe(plugin, &rejection));
        if rejection.resolvable {
            potential.push(node);
        }
        reasons.extend(rejection.reasons);
    }
    let own = own.flatten().map(|refusal| refusal.1);
    Some(json!({ "expect": conclusion(&world, &potential, own.as_ref(), (filter, reasons)) }))
}

fn conclusion<'a>(
    world: &World<'a>,
    potential: &[&Node<'a>],
    own: Option<&Rejection>,
    (filter, reasons): (Map<String, Value>, Vec<String>),
) -> Value {
    let all = world.cluster.nodes.len();
    let why = world.ineligible(own);
    let tried: Vec<&Node<'_>> = if why.is_some() { Vec::new() } else { potential.to_vec() };
    let (mut candidates, mut rejected, mut told) = (Vec::new(), Map::new(), Vec::new());
    for node in &tried {
        match world.victims(node) {
            Ok(candidate) => candidates.push(candidate),
            Err((plugin, rejection)) => {
                rejected.insert(node.name.to_owned(), describe(plugin, &rejection));
                told.extend(rejection.reasons);
            }
        }
    }
    let names = |pods: &[&Pod<'_>]| pods.iter().map(|pod| name(pod)).collect::<Vec<_>>();
    let of_candidate = |one: &Candidate<'_>| {
        (one.node.to_owned(), json!({ "victims": names(&one.victims), "numPDBViolations": one.violations }))
    };
    let mut answer = json!({
        "filter": filter,
        "eligible": why.is_none(),
        "potentialNodes": tried.iter().map(|node| node.name).collect::<Vec<_>>(),
        "candidates": candidates.iter().map(of_candidate).collect::<Map<_, _>>(),
        "rejected": rejected,
        "nominatedNode": null, "victims": [], "evicted": [], "clearedNominations": [],
        "nomination": if why.is_some() { "keep" } else { "clear" },
        "preemptionMessage": "",
    });
    if let Some(why) = why {
        answer["reason"] = json!(why);
    }
    let message = sentence(all, reasons.into_iter());
    if candidates.is_empty() {
        let untried = vec!["Preemption is not helpful for scheduling".to_owned(); all - tried.len()];
        let text = why.map_or_else(|| sentence(all, told.into_iter().chain(untried)), str::to_owned);
        answer["preemptionMessage"] = json!(format!("preemption: {text}"));
        answer["message"] = json!(format!("{message} preemption: {text}"));
        return answer;
    }
    answer["message"] = json!(message);
    let (left, criterion) = best(&candidates);
    if left.len() > 1 {
        answer["tiedNodes"] = json!(left.iter().map(|one| one.node).collect::<Vec<_>>());
    }
    let chosen = left[0];
    let evicted: Vec<&Pod<'_>> = chosen.victims.iter().copied().filter(|pod| !pod.terminating).collect();
    let lower = |other: &&Pod<'_>| {
        nominated_for(other) == chosen.node
            && priority(other) < priority(world.cluster.pod)
            && !evicted.is_empty()
    };
    let mut cleared: Vec<String> = world.waiting.iter().filter(lower).map(name).collect();
    cleared.sort();
    answer["decidedBy"] = json!(criterion);
    answer["nominatedNode"] = json!(chosen.node);
    answer["nomination"] = json!("set");
    answer["victims"] = json!(names(&chosen.victims));
    answer["evicted"] = json!(names(&evicted));
    answer["clearedNominations"] = json!(cleared);
    answer
}

/// Whether something of the vector stands at a place, for shares of random cases.
pub(crate) fn has(answer: &Value, path: &[&str]) -> bool {
    let value = at(answer, path);
    !(value.is_null()
        || value.as_object().is_some_and(Map::is_empty)
        || value.as_array().is_some_and(Vec::is_empty))
}
