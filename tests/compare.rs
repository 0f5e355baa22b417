//! `kubecast compare` with the real binary, on runs and on studies.

use crate::harness::{Outcome, file, folder, kubecast, root};

fn study(name: &str, replicas: u32) -> String {
    let scenario = root("scenarios/rolling-upgrade-skew.yaml");
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
    let (path, out) = (file(&format!("{name}.yaml"), &text), folder(name));
    kubecast(&["study", &path, "--out", &out]).success();
    out
}

#[test]
fn studies_side_by_side() {
    let (five, eight) = (study("compare-five", 5), study("compare-eight", 8));
    let text = kubecast(&["compare", &five, &eight]).success();
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
        assert_eq!(kubecast(&["compare", &five, &eight, "--fail-if", bound]).code, code, "{bound}");
    }
    let Outcome { code, stdout: text, .. } =
        kubecast(&["compare", &five, &five, "--fail-if", "change(scheduledPods) > 0"]);
    assert!(code == 0 && text.contains("2 figures: 0 changed") && text.contains("kept: change"), "{text}");
}

#[test]
fn runs_side_by_side() {
    let outs: Vec<String> = ["1", "2"]
        .iter()
        .map(|seed| {
            let out = folder(&format!("compare-run-{seed}"));
            let scenario = "scenarios/rolling-upgrade-skew.yaml";
            kubecast(&["run", scenario, "--runs", "20", "--seed", seed, "--quiet", "--out", &out]).success();
            out
        })
        .collect();
    let Outcome { code, stdout: text, .. } =
        kubecast(&["compare", &outs[0], &outs[1], "--fail-if", "change(pendingPods) > 0"]);
    assert!(code == 0 && text.contains("kept: change(pendingPods) > 0"), "{text}");
    let bound = "value(finalSkew @ without, deployment/default/app1, rollout 1) > 0.5";
    let Outcome { code, stdout: text, .. } = kubecast(&["compare", &outs[0], &outs[1], "--fail-if", bound]);
    assert!(code == 1 && text.contains("EXCEEDED"), "{text}");
}

#[test]
fn rollouts_side_by_side() {
    let rolled = |name: &str, options: &[&str]| {
        let out = folder(name);
        let args = [
            "rollout",
            "deploy/app1",
            "-f",
            "tests/fixtures/kk98215-dump.yaml",
            "--runs",
            "20",
            "--quiet",
            "--timing-preset",
            "instant",
        ];
        kubecast(&[&args[..], &["--out", &out], options].concat()).success();
        out
    };
    let (five, seven) =
        (rolled("five", &[]), rolled("seven", &["--set", "spec.strategy.rollingUpdate.maxSurge=3"]));
    let text = kubecast(&["compare", &five, &seven]).success();
    let cells = |metric: &str| {
        let line =
            text.lines().find(|line| line.contains(metric)).unwrap_or_else(|| panic!("{metric}: {text}"));
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    // 25 % of five pods is one above (1.25, rounded up: 2).
    assert_eq!(cells("surgePodsMax"), ["as-is", "surgePodsMax", "2", "3", "1"]);
    assert_eq!(cells("rolloutBlocked")[..3], ["as-is", "rolloutBlocked", "0"]);
    for metric in ["rolloutDurationSeconds median", "finalSkew above maxSkew", "readyShareAfterDomainLossMin"]
    {
        cells(metric);
    }
    for (bound, code) in [
        ("change(surgePodsMax) > 0", 1),
        ("change(surgePodsMax) > 1", 0),
        ("value(rolloutBlocked @ as-is) > 0", 0),
        ("value(finalSkew above maxSkew @ kubernetes.io/hostname) < 0", 0),
    ] {
        assert_eq!(kubecast(&["compare", &five, &seven, "--fail-if", bound]).code, code, "{bound}");
    }
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
        let Outcome { code, stderr, .. } = kubecast(&args);
        assert_eq!(code, 2, "{args:?}");
        assert!(stderr.contains(told), "{args:?}: {stderr}");
    }
}
