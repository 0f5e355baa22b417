//! `kubecast compare` with the real binary, on runs and on studies.

#[path = "harness/binary.rs"]
mod binary;

use std::fs;
use std::path::Path;

use binary::run;

fn folder(name: &str) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if path.exists() {
        fs::remove_dir_all(&path).expect("an earlier run's folder goes");
    }
    path.to_str().expect("UTF-8").to_owned()
}

fn study(name: &str, replicas: u32) -> String {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.yaml"));
    let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/rolling-upgrade-skew.yaml");
    let text = format!(
        "apiVersion: kubecast.dev/v1alpha1
kind: Study
metadata: {{name: compared}}
spec:
  scenario: {}
  arms:
    - name: only
      set: {{\"deployment/default/app1#/spec/replicas\": {replicas}}}
  metrics:
    - {{measure: scheduledPods}}
    - {{measure: rolloutDurationSeconds, rollout: 1}}
  replications: 30
",
        scenario.display()
    );
    fs::write(&path, text).expect("the folder is there");
    let out = folder(name);
    let (code, _, stderr) = run(&["study", path.to_str().expect("UTF-8"), "--out", &out]);
    assert_eq!(code, 0, "{stderr}");
    out
}

#[test]
fn studies_side_by_side() {
    let (five, eight) = (study("compare-five", 5), study("compare-eight", 8));
    let (code, text, _) = run(&["compare", &five, &eight]);
    assert_eq!(code, 0);
    let line = text.lines().find(|line| line.contains("scheduledPods")).expect("its line");
    // All pods have a node in every run: 5 and 8, without any spread, so that all of the change is sure.
    let cells: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(cells, ["only", "scheduledPods", "5", "[5,", "5]", "8", "[8,", "8]", "3", "3"]);
    for (bound, code) in [
        ("change(scheduledPods) > 2", 1),
        ("change(scheduledPods) > 3", 0),
        ("change(scheduledPods) > 59%", 1),
        ("change(scheduledPods) > 60%", 0),
        ("sure(scheduledPods) > 2.9", 1),
        ("value(scheduledPods @ only) > 7", 1),
        ("change(scheduledPods) < 0", 0),
    ] {
        assert_eq!(run(&["compare", &five, &eight, "--fail-if", bound]).0, code, "{bound}");
    }
    let (code, text, _) = run(&["compare", &five, &five, "--fail-if", "change(scheduledPods) > 0"]);
    assert!(code == 0 && text.contains("2 figures: 0 changed") && text.contains("kept: change"), "{text}");
}

#[test]
fn runs_side_by_side() {
    let outs: Vec<String> = ["1", "2"]
        .iter()
        .map(|seed| {
            let out = folder(&format!("compare-run-{seed}"));
            let scenario = "scenarios/rolling-upgrade-skew.yaml";
            let code = run(&["run", scenario, "--runs", "20", "--seed", seed, "--quiet", "--out", &out]).0;
            assert_eq!(code, 0);
            out
        })
        .collect();
    let (code, text, _) = run(&["compare", &outs[0], &outs[1], "--fail-if", "change(pendingPods) > 0"]);
    assert!(code == 0 && text.contains("kept: change(pendingPods) > 0"), "{text}");
    let bound = "value(finalSkew @ without, deployment/default/app1, rollout 1) > 0.5";
    let (code, text, _) = run(&["compare", &outs[0], &outs[1], "--fail-if", bound]);
    assert!(code == 1 && text.contains("EXCEEDED"), "{text}");
}

#[test]
fn what_is_wrong_is_said() {
    let five = study("compare-wrong", 5);
    for (args, told) in [
        (vec!["compare", &five, "no-such-folder"], "holds neither estimates.csv"),
        (vec!["compare", &five, &five, "--fail-if", "change(pending) > 0"], "no figure is named \"pending\""),
        (
            vec!["compare", &five, &five, "--fail-if", "pendingPods > 0"],
            "is no bound; write change(METRIC) > N",
        ),
    ] {
        let (code, _, stderr) = run(&args);
        assert_eq!(code, 2, "{args:?}");
        assert!(stderr.contains(told), "{args:?}: {stderr}");
    }
}
