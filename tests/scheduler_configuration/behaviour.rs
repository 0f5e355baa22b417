//! A configuration changes where pods go: each expectation is worked out by hand, and beside it stands what
//! happens without the configuration.
//!
//! Nodes have 4 CPUs and 8 GiB unless said otherwise, pods ask for both in the same proportion, so that
//! NodeResourcesBalancedAllocation gives every node 100 and decides nothing. Of equal nodes the first name
//! is taken.

use std::collections::BTreeMap;
use std::fmt::Write;

use kubecast::kernel::Seed;
use kubecast::measures::RunRecord;
use kubecast::study::replication::run_once;

use super::{configuration, resolve, setup};

const SCENARIO: &str = "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec: {scheduler: {tieBreak: first}}\n";

/// A node of 4 CPUs and 8 GiB with more of `metadata` and `spec`.
fn node(name: &str, metadata: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Node\nmetadata: {{name: {name}{metadata}}}\nspec: {{{spec}}}\n\
         status: {{allocatable: {{cpu: 4, memory: 8Gi, pods: 110}}}}\n"
    )
}

fn nodes(names: &[&str]) -> String {
    names.iter().map(|name| node(name, "", "")).collect()
}

/// A pod that asks for something (`cpu: 1, memory: 2Gi`), with more of `metadata` and `spec`.
fn pod(name: &str, requests: &str, metadata: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}{metadata}}}\n\
         spec: {{containers: [{{name: c, image: i, resources: {{requests: {{{requests}}}}}}}]{spec}}}\n"
    )
}

const QUARTER: &str = "cpu: 1, memory: 2Gi";

fn run(texts: &[&str]) -> RunRecord {
    let mut all = vec![SCENARIO];
    all.extend(texts);
    run_once(&setup(&all), Seed(1), 0, false, None).1
}

/// `POD=NODE` of every pod that was not there from the start with a node, `-` for none, by name.
fn placed(texts: &[&str]) -> String {
    let record = run(texts);
    let places: BTreeMap<&str, &str> = record
        .pods
        .iter()
        .map(|row| (&*row.pod.name, row.placed_on().map_or("-", |node| &*record.node_names[node.index()])))
        .filter(|(name, _)| !name.starts_with("old"))
        .collect();
    places.iter().fold(String::new(), |mut text, (pod, node)| {
        write!(text, "{}{pod}={node}", if text.is_empty() { "" } else { " " }).expect("writes to memory");
        text
    })
}

fn check(cluster: &str, without: &str, lines: &str, with: &str) {
    assert_eq!(placed(&[cluster]), without, "without a configuration");
    assert_eq!(placed(&[cluster, &configuration(lines)]), with, "with the configuration\n{lines}");
}

fn args(plugin: &str, args: &str) -> String {
    format!("profiles:\n- pluginConfig:\n  - {{name: {plugin}, args: {args}}}\n")
}

/// LeastAllocated: the first pod goes to a (both 75), the second to b (50 against 75), and so on.
/// MostAllocated: the first to a (both 25), then a is always the fuller one (50, 75, 100 against 25).
#[test]
fn most_allocated_packs() {
    let pods: String = (1..=4).map(|index| pod(&format!("p{index}"), QUARTER, "", "")).collect();
    check(
        &format!("{}{pods}", nodes(&["a", "b"])),
        "p1=a p2=b p3=a p4=b",
        &args("NodeResourcesFit", "{scoringStrategy: {type: MostAllocated}}"),
        "p1=a p2=a p3=a p4=a",
    );
}

/// With the shape 0 → 0, 100 → 10 a quarter in use is worth 25: as MostAllocated. Turned round, a quarter
/// is worth 75: as LeastAllocated. Each pod against the default shows the difference.
#[test]
fn the_shape_says_what_is_full_enough() {
    let pods: String = (1..=2).map(|index| pod(&format!("p{index}"), QUARTER, "", "")).collect();
    let shape = |first: u8, last: u8| {
        args(
            "NodeResourcesFit",
            &format!(
                "{{scoringStrategy: {{type: RequestedToCapacityRatio, requestedToCapacityRatio: {{shape: [{{utilization: 0, score: {first}}}, {{utilization: 100, score: {last}}}]}}}}}}"
            ),
        )
    };
    let cluster = format!("{}{pods}", nodes(&["a", "b"]));
    check(&cluster, "p1=a p2=b", &shape(0, 10), "p1=a p2=a");
    check(&cluster, "p1=a p2=b", &shape(10, 0), "p1=a p2=b");
}

/// On a two CPUs are in use, on b four GiB. With the pod a has 75 % of its CPU and 27 % of its memory in use
/// (200 MiB are assumed for who asks for none), b the reverse (100m CPU). LeastAllocated with memory three
/// times as heavy: a (25 + 3·72) / 4 = 60, b (72 + 3·25) / 4 = 36; with CPU three times as heavy the reverse.
#[test]
fn weights_of_resources() {
    let cluster = format!(
        "{}{}{}{}",
        nodes(&["a", "b"]),
        pod("old1", "cpu: 2", "", ", nodeName: a"),
        pod("old2", "memory: 4Gi", "", ", nodeName: b"),
        pod("p", QUARTER, "", ""),
    );
    let heavy = |resource: &str| {
        args(
            "NodeResourcesFit",
            &format!(
                "{{scoringStrategy: {{type: LeastAllocated, resources: [{{name: {resource}, weight: 3}}, {{name: memory}}, {{name: cpu}}]}}}}"
            ),
        )
    };
    assert_eq!(placed(&[&cluster, &configuration(&heavy("memory"))]), "p=a");
    assert_eq!(placed(&[&cluster, &configuration(&heavy("cpu"))]), "p=b");
}

#[test]
fn without_its_filter_resources_are_overcommitted() {
    let pods: String = (1..=6).map(|index| pod(&format!("p{index}"), QUARTER, "", "")).collect();
    check(
        &format!("{}{pods}", nodes(&["a"])),
        "p1=a p2=a p3=a p4=a p5=- p6=-",
        "profiles: [{plugins: {filter: {disabled: [{name: NodeResourcesFit}]}}}]\n",
        "p1=a p2=a p3=a p4=a p5=a p6=a",
    );
}

/// The empty node a has a taint PreferNoSchedule (TaintToleration: 0 of 100, weight 3), half of b is in use
/// (LeastAllocated 25 with the pod, 75 on a). a: 75·w, b: 25·w + 300: b up to w = 5, a from w = 7 on.
#[test]
fn weights_decide() {
    let cluster = format!(
        "{}{}{}{}",
        node("a", "", "taints: [{key: k, effect: PreferNoSchedule}]"),
        nodes(&["b"]),
        pod("old", "cpu: 2, memory: 4Gi", "", ", nodeName: b"),
        pod("p", QUARTER, "", ""),
    );
    let weight = |point: &str, plugin: &str, weight: i32| {
        format!("profiles: [{{plugins: {{{point}: {{enabled: [{{name: {plugin}, weight: {weight}}}]}}}}}}]\n")
    };
    check(&cluster, "p=b", &weight("score", "NodeResourcesFit", 5), "p=b");
    check(&cluster, "p=b", &weight("score", "NodeResourcesFit", 7), "p=a");
    check(&cluster, "p=b", &weight("multiPoint", "NodeResourcesFit", 7), "p=a");
    // a: 75, b: 25 + 100·w: 0 stands for 1, so that b wins all the same; not so without the plugin.
    check(&cluster, "p=b", &weight("multiPoint", "TaintToleration", 0), "p=b");
    let off = "profiles: [{plugins: {score: {disabled: [{name: TaintToleration}]}}}]\n";
    check(&cluster, "p=b", off, "p=a");
    // Of all scores one alone, prepared or not.
    let alone = "profiles: [{plugins: {preScore: {disabled: [{name: \"*\"}]}, score: {disabled: [{name: \"*\"}], enabled: [{name: NodeResourcesFit}]}}}]\n";
    check(&cluster, "p=b", alone, "p=a");
}

/// 300 nodes, all tainted PreferNoSchedule but number 250. A share of 50 % stops after 150 feasible nodes
/// and never sees it; the scheduler's own share of 100 % does. The thorough pod comes first: its cycle looks
/// at all nodes, and the next one begins with the first node again.
#[test]
fn every_profile_has_its_own_share_of_nodes() {
    let mut cluster = String::new();
    for index in 0..300 {
        let taint = if index == 250 { "" } else { "taints: [{key: k, effect: PreferNoSchedule}]" };
        cluster.push_str(&node(&format!("n{index:03}"), "", taint));
    }
    cluster.push_str(&pod("p1", QUARTER, "", ", schedulerName: thorough"));
    cluster.push_str(&pod("p2", QUARTER, "", ""));
    let share = |of_default: &str| {
        configuration(&format!(
            "percentageOfNodesToScore: 100\nprofiles: [{{schedulerName: default-scheduler{of_default}}}, {{schedulerName: thorough}}]\n"
        ))
    };
    assert_eq!(placed(&[&cluster, &share("")]), "p1=n250 p2=n250");
    assert_eq!(placed(&[&cluster, &share(", percentageOfNodesToScore: 50")]), "p1=n250 p2=n000");
}

/// b is empty, half of a is in use. The default profile takes b (75 against 25), the packer a (75 against 25).
#[test]
fn pods_choose_their_profile() {
    let cluster = format!(
        "{}{}{}{}",
        nodes(&["a", "b"]),
        pod("old", "cpu: 2, memory: 4Gi", "", ", nodeName: a"),
        pod("p1", QUARTER, "", ", schedulerName: packer"),
        pod("p2", QUARTER, "", ""),
    );
    check(
        &cluster,
        "p1=- p2=b",
        "profiles:\n- schedulerName: default-scheduler\n- schedulerName: packer\n  pluginConfig:\n  \
         - {name: NodeResourcesFit, args: {scoringStrategy: {type: MostAllocated}}}\n",
        "p1=a p2=b",
    );
}

/// The added affinity holds for every pod, beside its own.
#[test]
fn added_affinity_keeps_pods_away() {
    let affinity = |kind: &str| {
        args(
            "NodeAffinity",
            &format!(
                "{{addedAffinity: {{{kind}: {{nodeSelectorTerms: [{{matchExpressions: [{{key: disk, operator: In, values: [ssd]}}]}}]}}}}}}"
            ),
        )
    };
    let required = affinity("requiredDuringSchedulingIgnoredDuringExecution");
    let pods = pod("p", QUARTER, "", "");
    let with_disk = format!("{}{}{pods}", nodes(&["a"]), node("b", ", labels: {disk: ssd}", ""));
    check(&with_disk, "p=a", &required, "p=b");
    let without = format!("{}{pods}", nodes(&["a", "b"]));
    check(&without, "p=a", &required, "p=-");
    let record = run(&[&without, &configuration(&required)]);
    let message = record.pods.iter().next().and_then(|row| row.message.clone()).unwrap_or_default();
    let expected = "0/2 nodes are available: 2 node(s) didn't match scheduler-enforced node affinity.";
    assert!(message.starts_with(expected), "{message}");
    // Preferred: 100 for b instead of 0, times 2, against nothing else.
    let preferred = args(
        "NodeAffinity",
        "{addedAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: disk, operator: Exists}]}}]}}",
    );
    check(&with_disk, "p=a", &preferred, "p=b");
    check(&without, "p=a", &preferred, "p=a");
}

/// Zone b holds no pod, so zone a may hold one: the others wait. Without the constraint a holds them all.
#[test]
fn default_constraints_of_a_list_hold() {
    let cluster = format!(
        "{}{}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  replicas: 3\n  \
         selector: {{matchLabels: {{app: web}}}}\n  template:\n    metadata: {{labels: {{app: web}}}}\n    \
         spec: {{containers: [{{name: c, image: i, resources: {{requests: {{{QUARTER}}}}}}}], nodeSelector: {{disk: ssd}}}}\n",
        node("a", ", labels: {zone: a, disk: ssd}", ""),
        node("b", ", labels: {zone: b, disk: ssd}", "unschedulable: true"),
    );
    let count = |lines: &str| {
        let record = run(&[&cluster, &configuration(lines)]);
        let on = record.pods.iter().filter(|row| row.placed_on().is_some()).count();
        (on, record.pods.iter().count() - on)
    };
    let constraint = |when: &str| {
        args(
            "PodTopologySpread",
            &format!(
                "{{defaultingType: List, defaultConstraints: [{{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: {when}}}]}}"
            ),
        )
    };
    assert_eq!(count(""), (3, 0));
    assert_eq!(count(&constraint("ScheduleAnyway")), (3, 0));
    assert_eq!(count(&constraint("DoNotSchedule")), (1, 2));
    // An empty list is a list: not even the system's constraints.
    assert_eq!(count(&args("PodTopologySpread", "{defaultingType: List}")), (3, 0));
}

/// The system's soft constraint by zone sends the second pod of a Service to zone b; with an empty list of
/// constraints the larger node a, four times b, stays the emptier one.
#[test]
fn an_empty_list_of_constraints_spreads_nothing() {
    let large = "---\napiVersion: v1\nkind: Node\nmetadata: {name: a, labels: {topology.kubernetes.io/zone: a, kubernetes.io/hostname: a}}\n\
                 status: {allocatable: {cpu: 16, memory: 32Gi, pods: 110}}\n";
    let labels = ", labels: {app: web}";
    let cluster = format!(
        "{large}{}---\napiVersion: v1\nkind: Service\nmetadata: {{name: web}}\nspec: {{selector: {{app: web}}, ports: [{{port: 80}}]}}\n{}{}",
        node("b", ", labels: {topology.kubernetes.io/zone: b, kubernetes.io/hostname: b}", ""),
        pod("p1", QUARTER, labels, ""),
        pod("p2", QUARTER, labels, ""),
    );
    check(&cluster, "p1=a p2=b", &args("PodTopologySpread", "{defaultingType: List}"), "p1=a p2=a");
}

/// The old pod on a insists on pods like the new one: InterPodAffinity gives a 100, times 2, though a is
/// full with it (0 against 75). With the weight 0 its wish counts for nothing.
#[test]
fn the_weight_of_hard_affinity() {
    let term = "{topologyKey: zone, labelSelector: {matchLabels: {app: web}}}";
    let cluster = format!(
        "{}{}{}{}",
        node("a", ", labels: {zone: a}", ""),
        node("b", ", labels: {zone: b}", ""),
        pod(
            "old",
            "cpu: 3, memory: 6Gi",
            "",
            &format!(
                ", nodeName: a, affinity: {{podAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{term}]}}}}"
            ),
        ),
        pod("p", QUARTER, ", labels: {app: web}", ""),
    );
    check(&cluster, "p=a", &args("InterPodAffinity", "{hardPodAffinityWeight: 0}"), "p=b");
    check(&cluster, "p=a", &args("InterPodAffinity", "{}"), "p=a");
}

#[test]
fn ignored_resources_are_not_missed() {
    let cluster = format!("{}{}", nodes(&["a"]), pod("p", "cpu: 1, memory: 2Gi, example.com/gpu: 1", "", ""));
    let limits = cluster.replace("requests: {cpu: 1", "limits: {example.com/gpu: 1}, requests: {cpu: 1");
    check(&limits, "p=-", &args("NodeResourcesFit", "{ignoredResources: [example.com/gpu]}"), "p=a");
    check(&limits, "p=-", &args("NodeResourcesFit", "{ignoredResourceGroups: [example.com]}"), "p=a");
    check(&limits, "p=-", &args("NodeResourcesFit", "{ignoredResources: [example.com/other]}"), "p=-");
    let extender = "extenders: [{managedResources: [{name: example.com/gpu, ignoredByScheduler: true}]}]\n";
    check(&limits, "p=-", extender, "p=a");
}

/// The API server refuses to bind a pod with gates, whatever the scheduler thinks of them.
#[test]
fn gates_hold_even_without_their_plugin() {
    let gated = pod("p1", QUARTER, "", ", schedulingGates: [{name: x}]");
    let cluster = format!("{}{gated}{}", nodes(&["a"]), pod("p2", QUARTER, "", ""));
    let off = "profiles: [{plugins: {preEnqueue: {disabled: [{name: SchedulingGates}]}}}]\n";
    check(&cluster, "p1=- p2=a", off, "p1=- p2=a");
    let gaps = resolve(&[&cluster, &configuration(off)]).ledger.gaps;
    let told: Vec<String> = gaps.iter().map(ToString::to_string).collect();
    let expected =
        "SchedulingGates turned off: pods with gates wait all the same, they are not tried in vain";
    assert_eq!(told, [expected]);
}

/// An empty configuration changes no byte of what a run leaves behind.
#[test]
fn an_empty_configuration_changes_nothing() {
    let pods: String = (1..=4).map(|index| pod(&format!("p{index}"), QUARTER, "", "")).collect();
    let cluster = format!("{}{pods}", nodes(&["a", "b"]));
    let fingerprint = |texts: &[&str]| run_once(&setup(texts), Seed(1), 0, false, None).0.fingerprint;
    assert_eq!(fingerprint(&[&cluster]), fingerprint(&[&cluster, &configuration("")]));
    let packed = args("NodeResourcesFit", "{scoringStrategy: {type: MostAllocated}}");
    assert_ne!(fingerprint(&[&cluster]), fingerprint(&[&cluster, &configuration(&packed)]));
}
