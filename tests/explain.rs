//! `kubecast explain` as a user meets it: the answers are right by hand, the changes it names work when
//! they are made, and the JSON says the same.

mod library;
mod scenarios;

use scenarios::{BACK_OFF, BLOCKED_ROLLOUT, CPU, EMPTY_DOMAIN, MANY_NODES, PLUGIN_ERROR, SCORES, changed};
use serde_json::Value;

use crate::harness::{kubecast_on, snapshot};

/// The explanation of a pod as text.
fn text(scenario: &str, pod: &str, more: &[&str]) -> String {
    kubecast_on(&[&["explain", "-", "--pod", pod], more].concat(), scenario).success()
}

/// The same as JSON.
fn json(scenario: &str, pod: &str, more: &[&str]) -> Value {
    let text = text(scenario, pod, &[more, &["--format", "json"]].concat());
    serde_json::from_str(&text).expect("JSON")
}

/// The fault that an explanation ends with.
fn fault(scenario: &str, args: &[&str]) -> String {
    let outcome = kubecast_on(&[&["explain", "-"], args].concat(), scenario);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{}", outcome.stderr);
    outcome.stderr
}

/// The summary of a run.
fn summary(scenario: &str) -> Value {
    kubecast_on(&["run", "-", "--format", "json"], scenario).json()
}

/// Pods without node at the end of a run.
fn pending(scenario: &str) -> u64 {
    let summary = summary(scenario);
    let figures = summary["variants"][0]["figures"].as_array().expect("figures");
    let figure = figures.iter().find(|figure| figure["measure"] == "pendingPods").expect("pendingPods");
    figure["value"].as_f64().expect("a number") as u64
}

/// A pod of the Deployment web that has no node, by what the message about its prefix says.
fn waiting_pod(scenario: &str) -> String {
    let told = fault(scenario, &["--pod", "default/web-"]);
    let line = told.lines().find(|line| line.contains("(without node)")).expect("one has no node");
    line.split_whitespace().next().expect("its name").to_owned()
}

fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in\n{text}");
    }
}

fn changes(explanation: &Value) -> Vec<&str> {
    let fixes = explanation["scene"]["whatIf"]["fixes"].as_array().expect("fixes");
    fixes.iter().map(|fix| fix["change"].as_str().expect("a text")).collect()
}

#[test]
fn too_little_cpu_by_hand() {
    let told = text(CPU, "default/hungry", &["--at", "3s"]);
    // small-0: 2 − 1.5, small-1: 2 − 1.2; the nearest misses 1 − 0.8 = 0.2 of 2.
    snapshot("explain", &told);
    assert_eq!(
        changes(&json(CPU, "default/hungry", &["--at", "3s"])),
        [
            "lower the cpu request from 1 to 800m",
            "tolerate the taint dedicated=db:NoSchedule",
            "add 200m cpu to node small-1",
            "remove the taint dedicated=db:NoSchedule from node big-0",
            "evict pod default/filler-1 from node small-1",
            "add a node like small-0 in zone a",
        ]
    );
    // Made, the change works at once; a thousandth less does not.
    let without_end = CPU.split("  timeline:").next().expect("a beginning");
    let field = "pod/default/hungry#/spec/containers/0/resources/requests/cpu";
    assert_eq!(pending(without_end), 1);
    assert_eq!(pending(&changed(without_end, field, "800m")), 0);
    assert_eq!(pending(&changed(without_end, field, "801m")), 1);
}

#[test]
fn an_empty_domain_is_told_and_honouring_taints_helps() {
    let pod = waiting_pod(EMPTY_DOMAIN);
    let told = text(EMPTY_DOMAIN, &pod, &[]);
    contains(
        &told,
        &[
            "has no node: none of 4 nodes fits. Smallest single change that helps: set nodeTaintsPolicy: Honor in the \
         spread constraint on kubernetes.io/hostname.",
            "3 node(s) didn't match pod topology spread constraints.",
            "Spread over kubernetes.io/hostname (maxSkew 1, DoNotSchedule, app=web); minimum 0:",
            "but no node takes the pod: TaintToleration",
            "no: 1 + 1 − 0 > 1",
        ],
    );
    let explanation = json(EMPTY_DOMAIN, &pod, &[]);
    let domains = explanation["scene"]["spreadConstraints"][0]["domains"].as_array().expect("domains");
    let rows: Vec<(&str, i64, bool)> = domains
        .iter()
        .map(|row| {
            let name = row["domain"].as_str().expect("a name");
            (name, row["pods"].as_i64().expect("a count"), row["allowed"] == true)
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("control-plane-0", 0, true),
            ("worker-0", 1, false),
            ("worker-1", 1, false),
            ("worker-2", 1, false)
        ]
    );
    assert!(
        changes(&explanation)
            .contains(&"raise maxSkew from 1 to 2 in the spread constraint on kubernetes.io/hostname")
    );
    let field = "deployment/default/web#/spec/template/spec/topologySpreadConstraints/0";
    assert_eq!(pending(EMPTY_DOMAIN), 4);
    assert_eq!(pending(&changed(EMPTY_DOMAIN, &format!("{field}/nodeTaintsPolicy"), "Honor")), 0);
    // maxSkew 2 makes *this* pod fit; three workers then take two each, and the seventh pod waits again.
    assert_eq!(pending(&changed(EMPTY_DOMAIN, &format!("{field}/maxSkew"), "2")), 1);
}

#[test]
fn a_blocked_rollout_is_helped_by_counting_revisions() {
    let pod = waiting_pod(BLOCKED_ROLLOUT);
    let explanation = json(BLOCKED_ROLLOUT, &pod, &[]);
    let first = changes(&explanation)[0];
    assert_eq!(
        first,
        "add matchLabelKeys: [pod-template-hash] to the spread constraint on kubernetes.io/hostname"
    );
    let nodes = explanation["scene"]["nodes"].as_array().expect("nodes").iter();
    let plugins: Vec<&Value> = nodes.map(|node| &node["rejections"][0]["plugin"]).collect();
    assert_eq!(plugins, ["NodeResourcesFit", "PodTopologySpread", "PodTopologySpread"]);
    let field = "deployment/default/web#/spec/template/spec/topologySpreadConstraints/0/matchLabelKeys";
    assert_eq!(pending(BLOCKED_ROLLOUT), 1);
    assert_eq!(pending(&changed(BLOCKED_ROLLOUT, field, "[pod-template-hash]")), 0);
}

#[test]
fn totals_by_hand_of_a_pod_that_is_gone() {
    let told = text(SCORES, "chooser", &["--at", "10s"]);
    contains(
        &told,
        &[
            "default/chooser went to free-0: its total score, 487, is the highest of 2 feasible nodes; next is busy-0 \
         with 449.",
            "It is gone since 35s. 2 pods had this name, one after the other; this is the one created at 0s.",
            "The same for each: TaintToleration 0→100×3, ImageLocality 0→0×1.",
            "deletion asked for",
            "35s",
        ],
    );
    let explanation = json(SCORES, "chooser", &["--at", "2026-01-01T00:00:10Z"]);
    let scores = |place: usize| -> Vec<(String, i64, i64)> {
        let scores = explanation["scene"]["nodes"][place]["scores"].as_array().expect("scores");
        let number = |score: &Value, field: &str| score[field].as_i64().expect("a number");
        let row = |score: &Value| {
            (
                score["plugin"].as_str().expect("a name").to_owned(),
                number(score, "raw"),
                number(score, "weighted"),
            )
        };
        scores.iter().map(row).collect()
    };
    let rows = |fit: i64, balanced: i64| {
        [
            ("TaintToleration", 0, 300),
            ("NodeResourcesFit", fit, fit),
            ("NodeResourcesBalancedAllocation", balanced, balanced),
            ("ImageLocality", 0, 0),
        ]
        .map(|(name, raw, weighted)| (name.to_owned(), raw, weighted))
    };
    // free-0: 7/8 of the CPU and 7/8 of the memory stay free, 87 each; both fractions are equal, 100.
    assert_eq!(scores(0), rows(87, 100));
    // busy-0: 2 of 4 CPU stay free, 50, and 5 of 8 Gi, 62, mean 56; fractions 0.5 and 0.375 lie 0.0625
    // from their mean, 93.75.
    assert_eq!(scores(1), rows(56, 93));
    let later = text(SCORES, "chooser", &[]);
    contains(&later, &["this is the one created at 2m.", "attempt 1 begins (the one explained)"]);
}

#[test]
fn pods_that_were_never_tried() {
    // Without itself busy-0 would be at 1/4 of both: 75 and 100. On free-0 87 and 75, mean 81; 0.125 and
    // 0.25 lie 0.0625 from their mean: 93.
    let told = text(SCORES, "default/filler", &[]);
    contains(
        &told,
        &[
            "default/filler was on busy-0 from the beginning: no attempt was made in this run. Asked at 0s, the \
         scheduler would choose the same node: its total score, 475, is the highest of 2 feasible nodes; next is \
         free-0 with 474.",
            "What the scheduler would say, at 0s: 2 nodes looked at, 2 feasible.",
        ],
    );
    let told = text(SCORES, "gated", &[]);
    contains(
        &told,
        &[
            "default/gated is held back by scheduling gates (example.com/wait): the scheduler does not try it. Without \
         them it would go to free-0",
            "new → gated",
        ],
    );
    let told = text(EMPTY_DOMAIN, &waiting_pod(EMPTY_DOMAIN), &["--at", "0s"]);
    contains(
        &told,
        &[
            "was not tried by 0s. Asked then, it would go to one of worker-",
            "What the scheduler would say, at 0s",
        ],
    );
}

#[test]
fn the_run_that_is_explained_is_the_run() {
    for (scenario, pod) in [(CPU, "hungry"), (BACK_OFF, "waits"), (SCORES, "gated")] {
        let run = &summary(scenario)["variants"][0]["ends"][0]["digest"];
        assert_eq!(&json(scenario, pod, &["--at", "5s"])["digest"], run, "{pod}");
    }
}

#[test]
fn a_plugin_that_fails_is_told() {
    let told = text(PLUGIN_ERROR, "one", &[]);
    contains(
        &told,
        &[
            "default/one has no node: the attempt ended in an error.",
            "\npreferred node affinity: for 'Gt', 'Lt' operators, the value must be an integer, not new\n",
            "Feasible nodes (without scores):",
        ],
    );
    assert_eq!(json(PLUGIN_ERROR, "one", &[])["scene"]["verdict"]["outcome"], "error");
}

#[test]
fn the_queue_history_names_events_and_plugins() {
    let explanation = json(BACK_OFF, "waits", &[]);
    let rows: Vec<String> = explanation["history"]
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            let part = |field: &str| row[field].as_str().unwrap_or("").to_owned();
            let parts = ["step", "from", "to", "event", "plugin", "node"].map(part);
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(
        rows,
        [
            "created",
            "moved activeQ UnschedulablePodAdd",
            "attemptBegan",
            "refused",
            "moved in flight unschedulablePods ScheduleAttemptFailure",
            // Within the second of its back-off; an empty activeQ takes it all the same (1.33 and later).
            "moved unschedulablePods backoffQ AssignedPodDelete NodeResourcesFit",
            "moved backoffQ in flight PopFromBackoffQ",
            "attemptBegan",
            "nodeChosen node-0",
            "bound",
            "ready",
        ]
    );
    assert_eq!(explanation["history"][5]["timeSeconds"], "0.2");
    assert_eq!((&explanation["attempts"], &explanation["scene"]["attempt"]), (&2.into(), &2.into()));
    let older = BACK_OFF.replace("\n  nodePools", "\n  kubernetesVersion: \"1.32\"\n  nodePools");
    contains(&text(&older, "waits", &[]), &["backoffQ → activeQ", "BackoffComplete"]);
}

#[test]
fn nodes_that_were_not_looked_at_are_told() {
    let explanation = json(MANY_NODES, "one", &[]);
    let nodes = explanation["scene"]["nodes"].as_array().expect("nodes");
    let unseen = nodes.iter().filter(|node| node["lookedAt"] == false);
    assert_eq!((nodes.len(), unseen.clone().count()), (150, 50));
    assert!(unseen.clone().all(|node| node["total"].is_null() && node["feasible"] == true));
    contains(
        &text(MANY_NODES, "one", &[]),
        &[
            "100 feasible nodes found among the first 100 looked at, no more are sought than 100; 50 nodes were not \
         looked at.",
            "… and 80 more feasible ones (--all-nodes)",
        ],
    );
    let all = text(MANY_NODES, "one", &["--all-nodes"]);
    assert_eq!(all.lines().filter(|line| line.contains("node-")).count(), 150 + 3, "{all}");
}

#[test]
fn wrong_questions_exit_with_2_and_a_hint() {
    for (args, told) in [
        (&["--pod", "default/hungri"][..], "there is no such pod; did you mean default/hungry?"),
        (
            &["--pod", "filler"],
            "2 pods begin with this name:\n  default/filler-1 (on small-1)\n  default/filler-0 (gone since 37s)",
        ),
        (
            &["--pod", "other/hungry"],
            "the first that there are: default/filler-0, default/filler-1, default/hungry",
        ),
        (&["--pod", "a/b/c/d"], "names no pod; write NAMESPACE/NAME"),
        (
            &["--pod", "hungry", "--at", "soon"],
            "--at soon: no time; write a time since the start, such as 90s, or",
        ),
        (&["--pod", "hungry", "--at", "2020-01-01T00:00:00Z"], "before the start of the run"),
        (&["--pod", "hungry", "--variant", "x"], "--variant x: the scenario has no variants"),
    ] {
        let stderr = fault(CPU, args);
        assert!(stderr.contains(told), "{told}: {stderr}");
    }
    let stderr = fault(SCORES, &["--pod", "late", "--at", "5s"]);
    assert!(stderr.contains("default/late is not there yet at 5s; it is created at 2m"), "{stderr}");
}
