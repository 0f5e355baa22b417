//! There is room: a controller, plugins, an operation and a measure that this project does not know, each a file
//! and one line, act together in one run. What they make has names that came up in the run.

mod controller;
mod gang;
mod measure;
mod operation;
mod patience;
mod plugin;

use std::sync::Arc;

use kubecast::api::DeploymentId;
use kubecast::cluster::controller_manager::{ControllerFactory, IN_TREE};
use kubecast::cluster::operation::{TimelineEntry, TimelineMoment};
use kubecast::cluster::setup::ClusterSetup;
use kubecast::cluster::world;
use kubecast::kernel::{Draws, Probe, Seed, SimTime};
use kubecast::measures::{MEASURES, Recorder, RunRecord};
use kubecast::report::page::text_of;
use kubecast::report::run::files;
use kubecast::report::words;
use kubecast::scenario::{Ledger, LoadOptions, NoFiles, SourceText, load};
use kubecast::study::aftermath::with_what_happened;
use kubecast::study::replication::Run;
use kubecast::study::summary::VariantResult;

const SCENARIO: &str = "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {name: room}
spec:
  timing: {preset: instant, schedulingCycle: 0s, containerStart: 1s, termination: 1s}
  nodePools: [{name: old, count: 1, template: {status: {allocatable: {cpu: 8, memory: 8Gi, pods: 10}}}}]
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 1
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: app, image: 'web:v1'}]}
";

fn setup() -> ClusterSetup {
    let source = SourceText { name: "room.yaml".into(), text: SCENARIO.into() };
    let scenario = load(&[source], &LoadOptions::default(), &NoFiles).expect("a good scenario");
    ClusterSetup::clone(&scenario.variants[0].setup)
}

/// One line for the operation.
fn with_operation(setup: &mut ClusterSetup) {
    setup.timeline.push(TimelineEntry {
        at: TimelineMoment::At(SimTime(60_000_000_000)),
        operation: Arc::new(operation::Grow { deployment: DeploymentId(0), to: 4 }),
        label: "grow deployment/default/web to 4".into(),
    });
}

/// One line for the controller.
fn run(setup: ClusterSetup) -> VariantResult {
    let setup = Arc::new(setup);
    let controllers: Vec<ControllerFactory> = IN_TREE
        .iter()
        .copied()
        .chain([(|| Box::<controller::Maker>::default()) as ControllerFactory])
        .collect();
    let mut recorder = Recorder::new(&setup, true);
    let end = world::run_with(&setup, Draws::new(Seed(1), 0), &mut recorder, Probe::default(), &controllers);
    let record = recorder.finish(end.last_change);
    // One line for the measure.
    let figures = record.figures_of(&[MEASURES, &[measure::PODS_ON_BORN_NODES]].concat());
    let run = Run {
        replication: 0,
        end,
        figures,
        rollouts: Vec::new(),
        aftermath: record.aftermath.clone(),
        record: Some(record),
    };
    VariantResult::new(None, vec![run])
}

fn record(result: &VariantResult) -> &RunRecord {
    result.runs[0].record.as_ref().expect("it is kept")
}

fn born(result: &VariantResult) -> f64 {
    let mut figures = result.runs[0].figures.iter();
    figures.find(|figure| figure.key.measure == "podsOnBornNodes").expect("a figure of it").value
}

#[test]
fn a_controller_a_plugin_an_operation_and_a_measure_of_ones_own() {
    let mut setup = setup();
    setup.enable_plugins(&[&plugin::AT_MOST_ONE]).expect("the plugins fit together");
    with_operation(&mut setup);
    let result = run(setup);
    let record = record(&result);
    // At 0 s a pod of web takes the old node, at 30 s the pod lonely the new one; the others find both taken.
    assert!((born(&result) - 1.0).abs() < f64::EPSILON);
    let homes: Vec<(&str, &str)> = record
        .pods
        .iter()
        .filter_map(|row| {
            Some((record.names.resolve(row.pod.spec.namespace), &*record.node_names[row.pod.node?.index()]))
        })
        .collect();
    assert_eq!(homes, [("default", "old-0"), ("born", "born-0")]);
    let waiting = record.pods.iter().filter(|row| row.pod.node.is_none()).count();
    assert_eq!(waiting, 3);
    let refused = record.events.iter().find(|event| event.reason == "FailedScheduling").expect("one waits");
    assert!(
        refused.message.starts_with("0/2 nodes are available: 2 node(s) had a pod"),
        "{}",
        refused.message
    );
}

#[test]
fn the_operation_takes_its_time_and_watches() {
    let mut setup = setup();
    with_operation(&mut setup);
    let result = run(setup);
    let record = record(&result);
    let sizes = record.events.iter().filter(|event| event.reason == "ScalingReplicaSet");
    let sizes: Vec<(u64, &str)> = sizes
        .map(|event| (event.time.0 / 1_000_000_000, event.message.rsplit_once(' ').expect("a size").1))
        .collect();
    // One more at 60, 80 and 100 s.
    assert_eq!(sizes, [(60, "2"), (80, "3"), (100, "4")]);
    let done = record.events.iter().find(|event| event.reason == "Operation").expect("it is done");
    assert_eq!((done.message.as_str(), done.time.0), ("grow deployment/default/web to 4", 100_000_000_000));
}

/// Pods of web come at 0, 60, 80 and 100 s. The third lets the first two go, at 80 s. The fourth waits alone, for
/// 90 s; then it is refused.
#[test]
fn a_plugin_of_ones_own_lets_pods_wait_for_each_other() {
    let mut setup = setup();
    setup.enable_plugins(&[&gang::GANG]).expect("the plugins fit together");
    with_operation(&mut setup);
    let result = run(setup);
    let record = record(&result);
    let of_web = record.pods.iter().filter(|row| row.pod.name.starts_with("web"));
    let second = |time: SimTime| time.0 / 1_000_000_000;
    let times: Vec<_> = of_web.map(|row| (second(row.created), row.scheduled.map(second))).collect();
    assert_eq!(times, [(0, Some(80)), (60, Some(80)), (80, Some(80)), (100, None)]);
    let refused = record.events.iter().find(|event| event.reason == "FailedScheduling").expect("one is left");
    let text = "0/1 nodes are available: 1 rejected due to timeout after waiting 1m30s at plugin Gang.";
    assert_eq!((second(refused.time), refused.message.as_str()), (190, text));
    // The pod lonely has no app and waits for nobody.
    let lonely = record.pods.iter().find(|row| &*row.pod.name == "lonely").expect("it was made");
    assert_eq!(lonely.scheduled.map(second), Some(30));
}

/// At 120 s somebody waits for so many available replicas of web, of which the old node takes one and the new node,
/// where a pod is, none.
fn waiting_for(available: i32) -> String {
    let mut setup = setup();
    setup.enable_plugins(&[&plugin::AT_MOST_ONE]).expect("the plugins fit together");
    with_operation(&mut setup);
    setup.timeline.push(TimelineEntry {
        at: TimelineMoment::At(SimTime(120_000_000_000)),
        operation: Arc::new(patience::Await { deployment: DeploymentId(0), available }),
        label: "kubectl wait deployment/default/web".into(),
    });
    let ledger = with_what_happened(&Ledger::default(), &[run(setup)]);
    text_of(&[words::closing(&ledger)])
}

#[test]
fn an_operation_that_is_not_done_at_the_end_is_told() {
    let text = "Not finished: at the end kubectl wait deployment/default/web still waits for 2 available replicas.\n";
    let told = waiting_for(2);
    assert!(told.starts_with(text), "{told}");
    assert!(!waiting_for(1).contains("Not finished"), "one is there from the start");
}

#[test]
fn names_that_came_up_in_the_run_stand_in_the_tables() {
    let result = run(setup());
    let file = files::files(&result).into_iter().find(|file| file.name == "pods.csv").expect("a table");
    let mut text = Vec::new();
    file.write(&mut text).expect("written to memory");
    let text = String::from_utf8(text).expect("UTF-8");
    let lonely = text.lines().find(|line| line.contains("lonely")).expect("its row");
    assert!(lonely.starts_with("born,lonely,,"), "{lonely}");
    let web = text.lines().find(|line| line.starts_with("default,")).expect("a row of web");
    let (pod, owner) = (web.split(',').nth(1).expect("a name"), web.split(',').nth(2).expect("an owner"));
    // web-HASH-SUFFIX is owned by web-HASH.
    assert_eq!(Some(owner), pod.rsplit_once('-').map(|parts| format!("replicaset/{}", parts.0)).as_deref());
}
