//! The face of the library: it answers as the commands do, tells how far it is, stops when it is asked to, and says what is
//! wrong as parts that a program can act on.

use std::sync::atomic::{AtomicU64, Ordering};

use kubecast::forecast::{
    CapacityQuestion, Code, Error, ExplainOptions, Forecast, Monitor, PodCopies, RolloutOptions, RunOptions,
    Unmonitored,
};
use kubecast::scenario::SourceText;
use kubecast::scenario::rollout::{RolloutOrder, parse_target};
use kubecast::study::explanation::PodQuery;

use crate::harness::{kubecast, root};

const SKEW: &str = "scenarios/rolling-upgrade-skew.yaml";

fn skew() -> Forecast {
    Forecast::read([root(SKEW)]).expect("a ready scenario")
}

/// Counts, and ends the work after so many runs.
#[derive(Default)]
struct Counter {
    expected: AtomicU64,
    finished: AtomicU64,
    most: Option<u64>,
}

impl Monitor for Counter {
    fn expect(&self, runs: u64) {
        self.expected.fetch_add(runs, Ordering::Relaxed);
    }

    fn finished(&self) {
        self.finished.fetch_add(1, Ordering::Relaxed);
    }

    fn goes_on(&self) -> bool {
        self.most.is_none_or(|most| self.finished.load(Ordering::Relaxed) < most)
    }
}

#[test]
fn a_run_answers_as_the_command_does() {
    let answer =
        skew().scenario().expect("it is right").run(&RunOptions::default().runs(20)).expect("it runs");
    assert_eq!(answer.to_text(), kubecast(&["run", SKEW, "--runs", "20"]).success());
    assert_eq!(answer.to_json(), kubecast(&["run", SKEW, "--runs", "20", "--format", "json"]).json());
    assert!(answer.is_complete(true) && answer.is_as_expected());
}

#[test]
fn a_pod_is_explained_as_the_command_does() {
    let scenario = skew().scenario().expect("it is right");
    let query = PodQuery::parse("default/app1-", None).expect("a beginning");
    let Err(Error::WrongInput(faults)) = scenario.explain(&query, &ExplainOptions::default()) else {
        panic!("several pods begin so");
    };
    let told = kubecast(&["explain", SKEW, "--pod", "default/app1-"]);
    let about = faults[0].about.as_ref().expect("it is about the question");
    assert_eq!((faults[0].code, about.name, about.value.as_str()), (Code::NotFound, "pod", "default/app1-"));
    assert_eq!(told.stderr, format!("error: --pod default/app1-: {}\n", faults[0].message));
}

#[test]
fn the_monitor_counts_every_run() {
    let counter = Counter::default();
    let options = RunOptions::default().runs(25).timing_sensitivity(true);
    let scenario = skew().threads(2).scenario().expect("it is right");
    scenario.run_monitored(&options, &counter).expect("it runs");
    let (expected, finished) = (counter.expected.into_inner(), counter.finished.into_inner());
    // Two variants of 25 runs, and each again with start-up and lag halved and doubled.
    assert_eq!((expected, finished), (2 * 25 * 5, 2 * 25 * 5));
}

#[test]
fn the_monitor_ends_the_work() {
    let counter = Counter { most: Some(3), ..Counter::default() };
    let scenario = skew().threads(1).scenario().expect("it is right");
    let stopped = scenario.run_monitored(&RunOptions::default().runs(1000), &counter);
    assert_eq!(stopped.map(|answer| answer.runs), Err(Error::Stopped));
    // Asked at the beginning of each run: none is begun after the third has ended.
    assert_eq!(counter.finished.into_inner(), 3);
}

#[test]
fn faults_have_place_and_remedy() {
    let text = "apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\nspec: {unschedulabel: true}\n";
    let Err(Error::WrongInput(faults)) = Forecast::of_texts([("node.yaml", text)]).scenario() else {
        panic!("there is no such field");
    };
    let place = faults[0].place.as_ref().expect("it is in the input");
    assert_eq!((faults[0].code, &*place.file, place.line), (Code::Document, "node.yaml", 4));
    let missing = Forecast::read(["no-such-file.yaml"]).err();
    let Some(Error::WrongInput(faults)) = missing else { panic!("there is no such file") };
    assert_eq!(faults[0].code, Code::Unreadable);
}

#[test]
fn a_rollout_and_its_files_are_those_of_the_command() {
    let order = RolloutOrder {
        target: parse_target("deployment/app1", None).expect("a Deployment"),
        image: None,
        set: Vec::new(),
        arms: Vec::new(),
    };
    let input = "tests/fixtures/kk98215-dump.yaml";
    let rollout = Forecast::read([root(input)]).expect("a file").rollout(order).expect("it is there");
    let answer = rollout.run(&RolloutOptions::default().runs(10)).expect("it runs");
    assert_eq!(
        answer.to_text(),
        kubecast(&["rollout", "deployment/app1", "-f", input, "--runs", "10"]).success()
    );
    let names: Vec<String> = answer.page().files.into_iter().map(|file| file.name).collect();
    assert!(names.contains(&"summary.json".to_owned()) && names.contains(&"as-is/rollouts.csv".to_owned()));
}

#[test]
fn capacity_answers_without_files() {
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\nstatus: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}\n";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, resources: {requests: \
               {cpu: 1500m}}}]}\n";
    let source = SourceText { name: "pod.yaml".into(), text: pod.into() };
    let question = CapacityQuestion::default().pod(PodCopies { sources: vec![source], per_round: 1 });
    let answer =
        Forecast::of_texts([("node.yaml", node)]).capacity(&question, &Unmonitored).expect("a cluster");
    // 4 CPUs hold two pods of 1.5.
    assert_eq!(answer.cases[0].capacity.placed, [2]);
}

#[test]
fn what_a_study_would_not_hear_is_refused() {
    let study = root("scenarios/studies/match-label-keys.yaml");
    for (option, value, told) in [
        ("--set", "scenario#/spec/seed=2", "error: --set: a Study or Plan sets its own values;"),
        ("--namespace", "shop", "error: --namespace: a Study or Plan names its own files;"),
    ] {
        let refused = kubecast(&["validate", &study.to_string_lossy(), option, value]);
        assert!(refused.code == 2 && refused.stderr.starts_with(told), "{}", refused.stderr);
    }
}

#[test]
fn no_run_is_no_answer() {
    let told = skew().scenario().expect("it is right").run(&RunOptions::default().runs(0));
    assert_eq!(
        told.map(|answer| answer.runs).map_err(|error| error.to_string()),
        Err("--runs 0: nothing is run; give 1 or more".to_owned())
    );
}
