//! What is read of two dumps: rollouts, how they ended, and what cannot be judged.

use kubecast::scenario::backtest::{End, ResolvedBacktest, Roll, Sources, load_backtest};
use kubecast::scenario::{LoadOptions, NoFiles, SourceText};
use serde_json::json;

use super::dumps::{Cluster, Revision, scaled_up, time};

fn source(name: &str, text: &str) -> Vec<SourceText> {
    vec![SourceText { name: name.into(), text: text.into() }]
}

pub(super) fn loaded(before: &str, after: &str, events: &[String]) -> Result<ResolvedBacktest, Vec<String>> {
    let sources = Sources {
        before: source("before.json", before),
        after: source("after.json", after),
        events: events.iter().flat_map(|text| source("events.json", text)).collect(),
    };
    load_backtest(&sources, &LoadOptions::default(), &NoFiles)
        .map_err(|errors| errors.iter().map(ToString::to_string).collect())
}

fn read(after: &Cluster, events: &[String]) -> ResolvedBacktest {
    loaded(&Cluster::new().dump(), &after.dump(), events).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn only(backtest: &ResolvedBacktest) -> &Roll {
    let [roll] = &backtest.rolls[..] else { panic!("{backtest:?}") };
    roll
}

#[test]
fn a_complete_rollout_is_read() {
    let backtest = read(&Cluster { pods: vec![3, 1], ..Cluster::new().rolled() }, &[]);
    let roll = only(&backtest);
    assert_eq!((roll.seconds(), roll.elapsed(backtest.read.1)), (Some(12), Some(20)));
    assert_eq!(roll.not_judged, [""; 0]);
    let [spread] = &roll.spreads[..] else { panic!("{roll:?}") };
    assert_eq!((&*spread.constraint, spread.skew), ("kubernetes.io/hostname|ScheduleAnyway", 2));
    assert_eq!(spread.counts, [3, 1]);
    // The forecast rolls it 40 s after the first dump was read.
    let timeline = &backtest.scenario.variants[0].setup.timeline;
    assert_eq!(timeline.len(), 1);
    assert_eq!(format!("{:?}", timeline[0].at), "At(SimTime(40000000000))");
    assert!(backtest.not_judged.is_empty() && backtest.beside.is_empty(), "{backtest:?}");
}

#[test]
fn what_is_not_complete_is_blocked_or_runs_still() {
    for (reason, end) in [("ProgressDeadlineExceeded", End::Blocked), ("ReplicaSetUpdated", End::Running)] {
        let after = Cluster { progressing: (reason, 110), is_complete: false, ..Cluster::new().rolled() };
        let backtest = read(&after, &[]);
        let roll = only(&backtest);
        assert_eq!((roll.end, roll.seconds(), roll.spreads.len()), (end, None, 0), "{reason}");
    }
}

#[test]
fn a_rollout_that_was_complete_and_is_not_any_more_has_a_duration_and_no_spread() {
    let backtest = read(&Cluster { is_complete: false, ..Cluster::new().rolled() }, &[]);
    let roll = only(&backtest);
    assert_eq!((roll.seconds(), roll.spreads.len()), (Some(12), 0));
    assert_eq!(roll.not_judged, ["final spread: it was complete, but is not any more"]);
}

#[test]
fn an_end_that_no_condition_tells_is_not_judged() {
    let after = Cluster { progressing: ("NewReplicaSetAvailable", 5), ..Cluster::new().rolled() };
    let backtest = read(&after, &[]);
    let roll = only(&backtest);
    assert_eq!(roll.end, End::Complete(None));
    assert!(roll.not_judged[0].starts_with("duration: no condition Progressing"), "{roll:?}");
}

/// A rollback takes a ReplicaSet that the first dump has already: when it did is in Events alone.
#[test]
fn a_rollback_begins_with_its_event() {
    let two = vec![Revision { image: "web:0", created: 0 }, Revision { image: "web:1", created: 10 }];
    let before = Cluster { revisions: two, current: 1, revision: 2, ..Cluster::new() };
    let after = Cluster {
        current: 0,
        revision: 3,
        pods_made: 100,
        progressing: ("NewReplicaSetAvailable", 112),
        read: 120,
        ..before.clone()
    };
    let of = |events: &[String]| {
        loaded(&before.dump(), &after.dump(), events).unwrap_or_else(|errors| panic!("{errors:?}"))
    };
    let without = of(&[]);
    assert_eq!(only(&without).seconds(), None);
    assert_eq!(
        only(&without).not_judged,
        ["duration: it went back to the ReplicaSet web-hash0, and no Event tells when (--events)"]
    );
    assert_eq!(only(&without).spreads.len(), 1, "where its pods are is known all the same");
    // Those of an earlier rollout, and of another ReplicaSet, are not its own.
    let events = [scaled_up("web-hash0", 1), scaled_up("web-hash1", 95), scaled_up("web-hash0", 102)];
    assert_eq!(only(&of(&events)).seconds(), Some(10));
}

#[test]
fn several_rollouts_of_one_deployment_are_not_judged() {
    let mut after = Cluster::new().rolled();
    after.revisions.insert(1, Revision { image: "web:x", created: 80 });
    after.current = 2;
    let backtest = read(&after, &[]);
    assert_eq!(backtest.rolls, []);
    let told = "deployment/default/web: it was rolled several times between the dumps";
    assert_eq!(backtest.not_judged, [told]);
    // Where the one between is gone already, the revision tells it.
    let backtest = read(&Cluster { revision: 3, ..Cluster::new().rolled() }, &[]);
    assert_eq!(backtest.not_judged, [told]);
}

#[test]
fn pods_that_were_replaced_since_are_not_judged() {
    let backtest = read(&Cluster { pods_made: 116, ..Cluster::new().rolled() }, &[]);
    let roll = only(&backtest);
    assert_eq!(
        roll.not_judged,
        ["final spread: 4 of its pods were made after its end, in the place of others"]
    );
    let missing = Cluster { pods: vec![2, 1], ..Cluster::new().rolled() };
    let backtest = read(&missing, &[]);
    assert_eq!(
        only(&backtest).not_judged,
        ["final spread: 1 of its pods, or their nodes, are not in the second dump"]
    );
}

#[test]
fn what_is_only_scaled_is_no_rollout() {
    let after = Cluster { replicas: 6, pods: vec![3, 3], read: 120, ..Cluster::new() };
    let backtest = read(&after, &[]);
    assert_eq!(backtest.rolls, []);
    assert_eq!(backtest.beside, ["Deployments scaled only: default/web from 4 to 6"]);
}

#[test]
fn what_happened_too_is_told() {
    let mut after = Cluster { replicas: 6, pods: vec![3, 2, 1], ..Cluster::new().rolled() };
    after.nodes.push("c".to_owned());
    let set = |image: &str| {
        json!({
            "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db", "namespace": "default"},
            "spec": {
                "serviceName": "db", "replicas": 0, "selector": {"matchLabels": {"app": "db"}},
                "template": {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [{"name": "c", "image": image}]}},
            },
        })
    };
    let before = Cluster::new().dump_with([set("db:1")]);
    let backtest =
        loaded(&before, &after.dump_with([set("db:2")]), &[]).unwrap_or_else(|errors| panic!("{errors:?}"));
    assert_eq!(
        backtest.beside,
        [
            "nodes that came: c",
            "Deployments scaled and rolled; the forecast has the later number from the rollout on: default/web from 4 \
             to 6",
            "StatefulSets rolled, which kubecast does not simulate: default/db",
        ]
    );
}

#[track_caller]
fn refused(before: &str, after: &str, told: &str) {
    let errors = loaded(before, after, &[]).map(|backtest| backtest.rolls).expect_err(told);
    assert!(errors.iter().any(|error| error.contains(told)), "{told}\n{errors:#?}");
}

#[test]
fn dumps_of_different_clusters_are_refused() {
    let (before, rolled) = (Cluster::new(), Cluster::new().rolled());
    let other = Cluster { id: "other", ..rolled.clone() };
    refused(
        &before.dump(),
        &other.dump(),
        "different clusters: every node that both have is another one by its UID (node/a is one-a in the first, other-a \
         in the second)",
    );
    let nodes = Cluster { nodes: vec!["x".to_owned(), "y".to_owned()], ..rolled.clone() };
    refused(
        &before.dump(),
        &nodes.dump(),
        "no node in common; the first has node/a, node/b, the second node/x, node/y",
    );
    let renamed = rolled.dump().replace("\"name\":\"web\"", "\"name\":\"shop\"");
    refused(
        &before.dump(),
        &renamed,
        "no Deployment in common; the first has deployment/default/web, the second deployment/default/shop",
    );
    let system = |uid: &str| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": uid}});
    refused(
        &before.dump_with([system("u1")]),
        &rolled.dump_with([system("u2")]),
        "the namespace kube-system has the UID u1 in the first and u2 in the second",
    );
}

#[test]
fn dumps_that_lack_something_are_refused() {
    let (before, rolled) = (Cluster::new(), Cluster::new().rolled());
    let without_nodes = Cluster { nodes: Vec::new(), ..rolled.clone() };
    refused(
        &before.dump(),
        &without_nodes.dump(),
        "the second dump holds no node; dump all that counts: kubectl get",
    );
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "a"}}).to_string();
    refused(&node, &rolled.dump(), "the first dump holds no Deployment");
    refused(&rolled.dump(), &before.dump(), "the second dump is older (");
    refused(&before.dump(), &before.dump(), &format!("the newest time of both is {}", time(60)));
    let timeless = ["creationTimestamp", "lastHeartbeatTime", "lastUpdateTime", "lastTransitionTime"];
    let text = timeless.iter().fold(before.dump(), |text, key| text.replace(key, &format!("no{key}")));
    refused(&text, &rolled.dump(), "the first dump tells no time");
}

#[test]
fn a_scenario_says_how_long_things_take_and_nothing_else() {
    let scenario = |fields: &str| {
        format!(
            "apiVersion: kubecast.dev/v1alpha1\nkind: Scenario\nmetadata: {{name: s}}\nspec: {{{fields}}}\n---\n"
        )
    };
    let dump = |cluster: &Cluster| format!("{}\n", cluster.dump());
    let (before, rolled) = (Cluster::new(), Cluster::new().rolled());
    for field in
        ["horizon: 1h", "expect: [{measure: pendingPods, max: 0}]", "timeline: [{at: 0s, cordon: node/a}]"]
    {
        let name = field.split(':').next().unwrap_or_default();
        let text = format!("{}{}", scenario(field), dump(&before));
        refused(&text, &dump(&rolled), &format!("spec.{name}: `kubecast backtest` has its own; take it out"));
    }
    let text = format!("{}{}", scenario(""), dump(&rolled));
    refused(&dump(&before), &text, "a Scenario belongs beside the first dump");
    let given = format!("{}{}", scenario("timing: {containerStart: 3s}"), dump(&before));
    let backtest = loaded(&given, &dump(&rolled), &[]).unwrap_or_else(|errors| panic!("{errors:?}"));
    let assumed = backtest.scenario.ledger.assumptions.iter().find(|one| one.what == "start-up");
    assert!(assumed.is_some_and(|one| one.source == "given"), "{assumed:?}");
}
