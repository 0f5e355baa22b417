//! Runs that `maxEvents` cuts off: every command says so first, judges nothing of them and exits with 4. A horizon is
//! where a run is meant to end.

use serde_json::{Value, json};

use crate::harness::{Outcome, file, folder, kubecast, kubecast_on};
use crate::rollout::dump::dump;

/// Three pods, with room for six, and two restarts.
fn scenario(fields: &str) -> String {
    format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: t}}
spec:
  timing: {{preset: instant}}
  nodePools: [{{name: w, count: 3, template: {{status: {{allocatable: {{cpu: 4, memory: 8Gi}}}}}}}}]
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: 3
        selector: {{matchLabels: {{a: b}}}}
        template:
          metadata: {{labels: {{a: b}}}}
          spec: {{containers: [{{name: c, image: i, resources: {{requests: {{cpu: 2}}}}}}]}}
  timeline: [{{afterSettled: 10m, rolloutRestart: deployment/default/web, repeat: 2}}]
{fields}"
    )
}

const CUT: &str = "  maxEvents: 20\n";
const ONE_OF_TWO: &str =
    "  variants: [{name: whole}, {name: cut, set: {\"scenario#/spec/maxEvents\": 20}}]\n";

/// Checks that an answer opens with the cut-off, and gives it.
fn cut(outcome: Outcome, begins: &str) -> String {
    assert_eq!(outcome.code, 4, "{}", outcome.told());
    assert!(outcome.stdout.starts_with(begins), "{}", outcome.stdout);
    let first = outcome.stdout.lines().next().expect("a line");
    assert!(first.ends_with("what follows is not a result of the whole run."), "{first}");
    outcome.stdout
}

/// The cut-offs of an answer in JSON, which opens with them: only the version of its shape stands before.
fn cut_off_of(outcome: &Outcome) -> Value {
    assert_eq!(outcome.code, 4, "{}", outcome.told());
    let json: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    let first: Vec<&String> = json.as_object().expect("an object").keys().take(2).collect();
    assert_eq!(first, ["schemaVersion", "cutOff"]);
    json["cutOff"].clone()
}

#[test]
fn a_run_that_is_cut_off_says_so_first() {
    let told = cut(kubecast_on(&["run", "-"], &scenario(CUT)), "CUT OFF after ");
    assert!(told.contains("a node by then.") && !told.contains("at the end"), "{told}");
    let told = cut(kubecast_on(&["run", "-"], &scenario(ONE_OF_TWO)), "cut: CUT OFF after ");
    assert_eq!(told.matches("CUT OFF").count(), 1, "the other variant is whole: {told}");
    let several = kubecast_on(&["run", "-", "--runs", "3"], &scenario(CUT));
    assert_eq!(several.code, 4);
    assert!(
        several.stdout.starts_with("CUT OFF (spec.maxEvents): 3 of 3 runs, the first, replication 0, after ")
    );
    let json = cut_off_of(&kubecast_on(&["run", "-", "--format", "json"], &scenario(ONE_OF_TWO)));
    assert_eq!((&json[0]["of"], &json[0]["cutOffRuns"]), (&json!("cut"), &json!(1)));
    assert_eq!(json.as_array().map(Vec::len), Some(1));
    let whole = kubecast_on(&["run", "-", "--format", "json"], &scenario("")).json();
    assert_eq!(whole["cutOff"], json!([]));
}

#[test]
fn nothing_is_judged_of_it() {
    // Three pods in the whole run; what the other would have is not known, whatever it has by then.
    let expect = |pods: u32| format!("{ONE_OF_TWO}  expect: [{{measure: pods, equals: {pods}}}]\n");
    let outcome = kubecast_on(&["run", "-"], &scenario(&expect(3)));
    assert_eq!(outcome.code, 4, "{}", outcome.told());
    let told =
        "Expectations: 1 of 2 met, 1 not judged.\n  not judged: cut: pods, exactly 3; the run was cut off\n";
    assert!(outcome.stdout.contains(told), "{}", outcome.stdout);
    // What is certain counts first.
    let outcome = kubecast_on(&["run", "-", "--format", "json"], &scenario(&expect(7)));
    assert_eq!(outcome.code, 1, "{}", outcome.told());
    let json: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(
        (&json["expectations"][0]["met"], &json["expectations"][1]["met"]),
        (&json!(false), &Value::Null)
    );
}

#[test]
fn a_horizon_is_the_end_that_is_meant() {
    // Of the three pods of 2 CPU one node of 4 has room for two.
    let text = scenario(
        "  horizon: 24h\n  expect: [{measure: pendingPods, equals: 1}]\n  variants:\n    - name: day\n      set:\n        \
         scenario#/spec/nodePools/0/count: 1\n        scenario#/spec/timeline: [{at: 48h, cordon: node/w-0}]\n",
    );
    let told = kubecast_on(&["run", "-"], &text).success();
    assert!(told.contains("day: ends at the horizon, 24h; 1 pod still waits for a node.\n"), "{told}");
    let told = kubecast_on(&["run", "-", "--runs", "4"], &text).success();
    assert!(told.contains("day: 4 of 4 runs end at the horizon, 24h.\n"), "{told}");
}

#[test]
fn a_rollout_that_is_cut_off_says_so_first() {
    let args = ["rollout", "deploy/app1", "-f", "-", "--runs", "1"];
    let limit = |events: &'static str| [&args[..], &["--set", events]].concat();
    let told = cut(kubecast_on(&limit("scenario#/spec/maxEvents=12"), &dump()), "CUT OFF after ");
    assert!(told.contains("kubectl rollout restart deployment/default/app1"), "{told}");
    assert!(told.contains("Blocked or cut off in 100.0 %") && !told.contains("BLOCKED"), "{told}");
    let arms = [&args[..], &["--compare", "scenario#/spec/maxEvents=12", "--format", "json"]].concat();
    let outcome = kubecast_on(&arms, &dump());
    let cut_off = cut_off_of(&outcome);
    assert_eq!((&cut_off[0]["of"], &cut_off[1]), (&json!("scenario-maxEvents=12"), &Value::Null));
    let json: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!((&json["arms"][0]["cutOffRuns"], &json["arms"][1]["cutOffRuns"]), (&json!(0), &json!(1)));
    // A mere manifest is rolled after ten minutes, and its runs are cut off before.
    let args = ["rollout", "deploy/web", "-f", "-", "--runs", "1"];
    let manifest =
        scenario(CUT).replace("  timeline:", "  # timeline:").replace("maxEvents: 20", "maxEvents: 2");
    let outcome = kubecast_on(&args, &manifest);
    assert_eq!(outcome.code, 4, "{}", outcome.told());
    assert!(
        outcome.stderr.contains("is not rolled in arm as-is by then: CUT OFF after "),
        "{}",
        outcome.stderr
    );
}

/// A study or plan of the scenario.
fn around(kind: &str, name: &str, fields: &str, spec: &str) -> String {
    let path = file(&format!("{name}-scenario.yaml"), &scenario(fields));
    let head = format!("apiVersion: kubecast.dev/v1alpha1\nkind: {kind}\nmetadata: {{name: s}}\nspec:\n");
    file(&format!("{name}.yaml"), &format!("{head}  scenario: {path}\n{spec}"))
}

const STUDY: &str = "  metrics: [{measure: pods}]\n  replications: 2\n";

#[test]
fn a_study_of_runs_that_were_cut_off_says_so_first() {
    let path = around("Study", "cut", ONE_OF_TWO, STUDY);
    let out = folder("cut");
    let outcome = kubecast(&["study", &path, "--out", &out]);
    assert_eq!(outcome.code, 4, "{}", outcome.told());
    assert!(outcome.stdout.starts_with("CUT OFF (spec.maxEvents): 2 of 4 runs: "), "{}", outcome.stdout);
    let cut_off = cut_off_of(&kubecast(&["study", &path, "--format", "json"]));
    let entry = json!({ "point": 0, "of": "cut", "by": "maxEvents", "cutOffRuns": 2, "runs": 2 });
    assert_eq!(cut_off, json!([entry]));
    // So does what compares it, which judges nothing.
    let compared = kubecast(&["compare", &out, &out, "--fail-if", "value(pods) > 0"]);
    assert_eq!(compared.code, 4, "{}", compared.told());
    assert!(
        compared.stdout.starts_with(&format!("CUT OFF: runs of {out} and {out};")),
        "{}",
        compared.stdout
    );
    assert!(compared.stdout.contains("not judged: value(pods) > 0"), "{}", compared.stdout);
    let whole = around("Study", "whole", "", STUDY);
    assert!(!kubecast(&["study", &whole]).success().contains("CUT OFF"));
}

#[test]
fn a_plan_does_not_decide_by_runs_that_were_cut_off() {
    let spec = |last: u32| {
        format!(
            "  variables: [{{name: limit, path: 'scenario#/spec/maxEvents', values: [20, {last}]}}]\n  targets: \
             [{{target: P(pendingPods > 0) < 20%}}]\n  maxRuns: 100\n"
        )
    };
    let path = around("Plan", "both", "", &spec(21));
    let outcome = kubecast(&["plan", &path]);
    assert_eq!(outcome.code, 4, "{}", outcome.told());
    assert!(outcome.stdout.starts_with("limit=21: CUT OFF (spec.maxEvents): "), "{}", outcome.stdout);
    let path = around("Plan", "one", "", &spec(1_000_000));
    let outcome = kubecast(&["plan", &path, "--format", "json"]);
    let cut_off = cut_off_of(&outcome);
    assert_eq!((&cut_off[0]["of"], &cut_off[1]), (&json!("limit=20"), &Value::Null));
    let json: Value = serde_json::from_str(&outcome.stdout).expect("JSON");
    assert_eq!(json["answer"]["choice"], json!({ "limit": "1000000" }), "{json}");
    assert_eq!(json["tried"][0]["verdict"], "not decided");
}

#[test]
fn capacity_and_explanations_say_so_first() {
    let pod = file(
        "pod.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, resources: {requests: \
         {cpu: 1}}}]}\n",
    );
    let cluster = file("cut.yaml", &scenario(CUT));
    let args = ["capacity", "--pod", &pod, &cluster];
    let told = cut(kubecast(&args), "CUT OFF after ");
    assert!(told.contains("Termination reason: CutOff: "), "{told}");
    cut_off_of(&kubecast(&[&args[..], &["--format", "json"]].concat()));

    let with_pod = format!(
        "{}---\napiVersion: v1\nkind: Pod\nmetadata: {{name: first}}\nspec: {{containers: [{{name: c, image: i}}]}}\n",
        scenario(CUT)
    );
    let path = file("explain.yaml", &with_pod);
    cut(kubecast(&["explain", &path, "--pod", "first"]), "CUT OFF after ");
    cut_off_of(&kubecast(&["explain", &path, "--pod", "first", "--format", "json"]));
    // What is not there by then may come later.
    let outcome = kubecast(&["explain", &path, "--pod", "nothing-of-this-name"]);
    assert_eq!(outcome.code, 4, "{}", outcome.told());
    assert!(outcome.stderr.contains("there is no such pod") && outcome.stderr.contains("CUT OFF after "));
}

#[test]
fn exit_codes_are_told() {
    let help = kubecast(&["--help"]).success();
    for line in ["Exit codes:", "  0  answered", "  4  the answer is incomplete", "130  stopped"] {
        assert!(help.contains(line), "{line}: {help}");
    }
}
