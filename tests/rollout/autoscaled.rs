//! The ends of a HorizontalPodAutoscaler as arms of `kubecast rollout`.

use serde_json::Value;

use super::dump::dump;
use super::{MANIFEST, MATCH_LABEL_KEYS, json, number};
use crate::harness::{file, kubecast_on};

/// An autoscaler of the Deployment, `spec` before its target.
fn autoscaler(name: &str, spec: &str) -> String {
    format!(
        "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: {name}}}\nspec: {{{spec}, \
         scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: app1}}}}\n"
    )
}

/// The dump, whose Deployment has five replicas, with an autoscaler.
fn scaled(spec: &str) -> String {
    dump() + &autoscaler("web", spec)
}

fn arms(answer: &Value) -> &[Value] {
    answer["arms"].as_array().expect("arms")
}

fn names(answer: &Value) -> Vec<&str> {
    arms(answer).iter().filter_map(|arm| arm["arm"].as_str()).collect()
}

/// How many pods of the newest ReplicaSet there are at the end of every run of an arm.
fn pods(arm: &Value) -> Vec<f64> {
    let finals = arm["constraints"][0]["finalSpreads"].as_array().expect("spreads");
    let count = |spread: &Value| spread["podsPerDomain"].as_array().expect("counts").iter().map(number).sum();
    let mut counts: Vec<f64> = finals.iter().map(count).collect();
    counts.dedup();
    counts
}

fn gap<'a>(answer: &'a Value, what: &str) -> &'a Value {
    let gaps = answer["notSimulated"].as_array().expect("gaps");
    gaps.iter().find(|gap| gap["what"] == what).unwrap_or_else(|| panic!("{what} in {gaps:?}"))
}

#[test]
fn both_ends_are_arms_of_their_own() {
    let instant = ["--runs", "20", "--timing-preset", "instant"];
    let answer = json(&scaled("minReplicas: 2, maxReplicas: 8"), &instant);
    assert_eq!(names(&answer), ["as-is", "minReplicas=2", "maxReplicas=8"]);
    let [as_is, least, most] = arms(&answer) else { panic!("three arms") };
    assert_eq!((pods(as_is), pods(least), pods(most)), (vec![5.0], vec![2.0], vec![8.0]));
    // 25 % of 2 is a surge of 1 and nobody unavailable; of 8 it is 2 and 2. Before it is rolled all are ready.
    let on_the_way =
        |arm: &Value| (number(&arm["surgePodsMax"]["max"]), number(&arm["unavailablePodsMax"]["max"]));
    assert_eq!((on_the_way(least), on_the_way(most)), ((1.0, 0.0), (2.0, 2.0)));
    assert_eq!(as_is["set"], serde_json::json!([]));
    assert_eq!(
        most["set"],
        serde_json::json!([
            "scaled to 8 replicas, rolled 10s after all has settled; of horizontalpodautoscaler/default/web"
        ])
    );
    let gap = gap(&answer, "HorizontalPodAutoscalers");
    assert_eq!(gap["decisive"], false);
    let told =
        "deployment/default/app1 may run 2–8 replicas instead of 5 (arms of this answer show both ends)";
    assert!(gap["effect"].as_str().is_some_and(|effect| effect.contains(told)), "{gap}");
    // The arm as is does not know of them.
    assert_eq!(as_is, &arms(&json(&dump(), &instant))[0]);
}

#[test]
fn an_end_that_does_not_fit_says_so() {
    // Room for two pods on each of three nodes: of eight, two wait, and of the new ones all do, because six old ones must stay.
    let room =
        ["worker-0", "worker-1", "worker-2"].map(|node| format!("node/{node}#/status/allocatable/pods=2"));
    let mut args = vec!["--runs", "5"];
    args.extend(room.iter().flat_map(|one| ["--set", one.as_str()]));
    let answer = json(&scaled("maxReplicas: 8"), &args);
    assert_eq!(names(&answer), ["as-is", "minReplicas=1", "maxReplicas=8"]);
    let blocked: Vec<f64> = arms(&answer).iter().map(|arm| number(&arm["blocked"]["count"])).collect();
    assert_eq!(blocked, [0.0, 0.0, 5.0]);
    let reasons = arms(&answer)[2].to_string();
    assert!(reasons.contains("wait for a node: 0/3 nodes are available: 3 Too many pods."), "{reasons}");
}

#[test]
fn a_mere_manifest_is_created_with_as_many() {
    // No minReplicas is 1; three replicas are there already.
    let input = format!("{MANIFEST}{}", autoscaler("web", "maxReplicas: 3"));
    let answer = json(&input, &["--runs", "3"]);
    assert_eq!(names(&answer), ["as-is", "minReplicas=1"]);
    let [as_is, least] = arms(&answer) else { panic!("two arms") };
    // One pod at a time, five seconds each.
    let median = |arm: &Value| number(&arm["durationSeconds"]["median"]).round();
    assert_eq!((median(as_is), median(least)), (15.0, 5.0));
    let words = "created with 1 replica; of horizontalpodautoscaler/default/web";
    assert_eq!(least["set"], serde_json::json!([words]));
}

#[test]
fn values_that_are_set_are_rolled_with_the_restart() {
    // Set before, the constraint would count the old pods of the first rollout as well.
    let input = scaled("minReplicas: 5, maxReplicas: 11");
    let answer = json(&input, &["--runs", "60", "--set", MATCH_LABEL_KEYS, "--set", "spec.replicas=8"]);
    assert_eq!(names(&answer), ["as-is", "minReplicas=5", "maxReplicas=11"]);
    for (arm, replicas) in arms(&answer).iter().zip([8.0, 5.0, 11.0]) {
        assert_eq!(pods(arm), [replicas], "{arm}");
        assert_eq!(arm["constraints"][0]["aboveMaxSkew"]["count"], 0, "{arm}");
        assert_eq!(arm["blocked"]["count"], 0);
    }
    let image = ["--runs", "5", "--set", MATCH_LABEL_KEYS, "--image", "registry.k8s.io/pause:3.11"];
    for arm in arms(&json(&input, &image)) {
        assert_eq!((&arm["blocked"]["count"], pods(arm).len()), (&0.into(), 1), "{arm}");
    }
}

#[test]
fn a_change_that_names_replicas_does_not_undo_them() {
    let change = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app1, labels: {team: a}}\nspec: {progressDeadlineSeconds: 300}\n";
    let wider = autoscaler("web", "minReplicas: 2, maxReplicas: 11");
    let change = file("relabelled.yaml", &format!("{change}{wider}"));
    let answer = json(&scaled("minReplicas: 2, maxReplicas: 8"), &["--runs", "3", "--apply", &change]);
    assert_eq!(names(&answer), ["as-is", "minReplicas=2", "maxReplicas=11"]);
    let counts: Vec<Vec<f64>> = arms(&answer).iter().map(pods).collect();
    assert_eq!(counts, [[5.0], [2.0], [11.0]]);
    // A change of the template is an arm before them.
    let change =
        dump().split("- apiVersion: apps/v1\n").nth(1).expect("the Deployment").replace("\n  ", "\n");
    let change = file(
        "repainted.yaml",
        &format!("apiVersion: apps/v1\n{}", &change[2..].replace("cpu: 100m", "cpu: 200m")),
    );
    let answer = json(&scaled("minReplicas: 2, maxReplicas: 5"), &["--runs", "3", "--apply", &change]);
    assert_eq!(names(&answer), ["as-is", "apply", "minReplicas=2"]);
    assert_eq!(arms(&answer)[1]["set"], serde_json::json!([format!("--apply {change}")]));
}

#[test]
fn what_is_expected_is_not_judged_of_arms_that_nobody_asked_for() {
    let scenario = "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {name: s}\nspec:\n  expect:\n    - \
                    {measure: pods, equals: 5}\n---\n";
    let input = format!("{scenario}{}", scaled("minReplicas: 2, maxReplicas: 8"));
    let told = kubecast_on(&["rollout", "deploy/app1", "-f", "-", "--runs", "2"], &input).success();
    assert!(told.contains("Expectations: 1 of 1 met.\n") && told.contains("\nmaxReplicas=8 ("), "{told}");
}

#[test]
fn autoscalers_that_make_no_arms() {
    let run = |input: &str, more: &[&str]| {
        let args = ["rollout", "deploy/app1", "-f", "-", "--runs", "2", "--format", "json"];
        kubecast_on(&[&args, more].concat(), input)
    };
    for (input, warning) in [
        (scaled("minReplicas: 5, maxReplicas: 5"), ""),
        (dump() + &autoscaler("web", "maxReplicas: 8").replace("name: app1", "name: app2"), ""),
        (
            scaled("minReplicas: 9, maxReplicas: 8"),
            "minReplicas 9 is above maxReplicas 8, so its ends are no arms",
        ),
        (scaled("minReplicas: 2"), "it has no maxReplicas, so its ends are no arms"),
        (
            scaled("minReplicas: few, maxReplicas: 8"),
            "minReplicas is no number of replicas, so its ends are no arms",
        ),
        (scaled("maxReplicas: 30000"), "maxReplicas 30000 is above 20000, too many to simulate unasked"),
        (
            scaled("maxReplicas: 8") + &autoscaler("two", "maxReplicas: 9"),
            "deployment/default/app1 has 2 HorizontalPodAutoscalers: Kubernetes lets none of them follow the load",
        ),
    ] {
        let outcome = run(&input, &[]);
        assert_eq!(outcome.stderr.contains("ends are no arms"), !warning.is_empty(), "{}", outcome.stderr);
        assert!(outcome.stderr.contains(warning), "{warning}: {}", outcome.stderr);
        let answer = outcome.json();
        assert_eq!(names(&answer), ["as-is"]);
        if !warning.is_empty() {
            assert_eq!(gap(&answer, "HorizontalPodAutoscalers")["decisive"], true, "{warning}");
            assert_eq!(run(&input, &["--strict"]).code, 2, "{warning}");
        }
    }
    let paused = run(&scaled("maxReplicas: 8"), &["--set", "spec.paused=true"]);
    assert_eq!((paused.code, paused.stderr.matches("is paused").count()), (2, 1), "{}", paused.stderr);
}

#[test]
fn a_quota_is_held_against_the_larger_end() {
    let quota = "---\napiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {pods: 7}}\n\
                 status: {hard: {pods: 7}, used: {pods: 5}}\n";
    let answer = json(&(scaled("minReplicas: 5, maxReplicas: 9") + quota), &["--runs", "2"]);
    let gap = gap(&answer, "ResourceQuotas");
    assert_eq!(gap["decisive"], true);
    assert_eq!(
        gap["effect"],
        "quota q of default leaves 2 pods: 2 of the 4 pods that come at once (deployment/default/app1 with 9 replicas) \
         would be refused"
    );
}
