//! `rollback` in a timeline: as `kubectl rollout undo`.

use kubecast::cluster::record::Record;
use kubecast::cluster::store::Change;
use kubecast::scenario::{LoadOptions, NoFiles, SourceText, load};

use super::library::setup;
use super::objects::Objects;
use super::trace::trace;

/// A Deployment `web` of three pods, three revisions, then the entries given.
fn three_revisions(then: &str) -> String {
    let image = |version: u32| {
        format!("{{afterSettled: 1m, setImage: {{deployment: deployment/web, image: 'web:v{version}'}}}}")
    };
    format!(
        "
apiVersion: kubecast.dev/v1alpha1
kind: Scenario
metadata: {{name: rollback}}
spec:
  timing: {{preset: instant, schedulingCycle: 0s, containerStart: 1s, termination: 1s}}
  nodePools: [{{name: one, count: 1, template: {{status: {{allocatable: {{cpu: 64, memory: 64Gi}}}}}}}}]
  manifests:
    - apiVersion: apps/v1
      kind: Deployment
      metadata: {{name: web}}
      spec:
        replicas: 3
        selector: {{matchLabels: {{app: web}}}}
        template:
          metadata: {{labels: {{app: web}}}}
          spec: {{containers: [{{name: app, image: 'web:v1'}}]}}
  timeline: [{}, {}, {then}]
",
        image(2),
        image(3)
    )
}

/// Of each ReplicaSet, in order of creation: revision and size at the end; then the Deployment's revision,
/// and what could not be done.
fn outcome(then: &str) -> (Vec<(String, i32)>, i64, Vec<String>) {
    let (records, _) = trace(&setup(&three_revisions(then)), 1);
    let mut objects = Objects::default();
    let mut errors = Vec::new();
    for (_, record) in &records {
        objects.observe(record);
        if let Record::Operation { error: Some(error), .. } = record {
            errors.push(error.to_string());
        }
    }
    let sets = objects.replica_sets.values();
    let sizes = sets.map(|set| (set.revision.as_deref().unwrap_or("").to_owned(), set.replicas)).collect();
    (sizes, objects.deployments[&0].revision, errors)
}

fn sets(expected: [(&str, i32); 3]) -> Vec<(String, i32)> {
    expected.map(|(revision, size)| (revision.to_owned(), size)).to_vec()
}

const TO_PREVIOUS: &str = "{afterSettled: 1m, rollback: {deployment: deployment/web}}";

#[test]
fn without_a_revision_the_one_before_comes_back() {
    // Revision 2's ReplicaSet is found again and numbered 4; none is made.
    assert_eq!(outcome(TO_PREVIOUS), (sets([("1", 0), ("4", 3), ("3", 0)]), 4, Vec::new()));
    // Twice: the one before 4 is 3.
    let twice = format!("{TO_PREVIOUS}, {TO_PREVIOUS}");
    assert_eq!(outcome(&twice), (sets([("1", 0), ("4", 0), ("5", 3)]), 5, Vec::new()));
}

#[test]
fn a_revision_by_its_number_comes_back() {
    let to = |revision: u32| {
        format!("{{afterSettled: 1m, rollback: {{deployment: deployment/web, toRevision: {revision}}}}}")
    };
    assert_eq!(outcome(&to(1)), (sets([("4", 3), ("2", 0), ("3", 0)]), 4, Vec::new()));
    assert_eq!(outcome(&to(0)), outcome(TO_PREVIOUS));
    // The present one: kubectl skips the rollback and says so, without an error.
    assert_eq!(outcome(&to(3)), (sets([("1", 0), ("2", 0), ("3", 3)]), 3, Vec::new()));
    // A number that was given up on the way back, and one that never was.
    for gone in [format!("{}, {}", to(1), to(1)), to(9)] {
        let (_, _, errors) = outcome(&gone);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(errors[0].starts_with("unable to find specified revision"), "{errors:?}");
    }
}

#[test]
fn a_paused_deployment_is_not_rolled_back() {
    let (sizes, revision, errors) =
        outcome(&format!("{{afterSettled: 1m, pause: deployment/web}}, {TO_PREVIOUS}"));
    assert_eq!((sizes, revision), (sets([("1", 0), ("2", 0), ("3", 3)]), 3));
    assert_eq!(errors, ["you cannot rollback a paused deployment; resume it first"]);
}

#[test]
fn a_rollback_on_the_way_turns_the_rollout_round() {
    // Half way to revision 3 the template of revision 2 comes back: its ReplicaSet grows again, and the
    // pods of revision 3 go. 1 s after the start of the third revision one pod of it is ready.
    let text = three_revisions("").replace(
        "{afterSettled: 1m, setImage: {deployment: deployment/web, image: 'web:v3'}}, ",
        "{at: 10m, setImage: {deployment: deployment/web, image: 'web:v3'}}, \
         {at: 601500ms, rollback: {deployment: deployment/web}}",
    );
    let text = text.replace("afterSettled: 1m, setImage", "at: 1m, setImage");
    let (records, _) = trace(&setup(&text), 1);
    let mut objects = Objects::default();
    for (_, record) in &records {
        objects.observe(record);
    }
    let sizes: Vec<_> = objects
        .replica_sets
        .values()
        .map(|set| (set.revision.as_deref().unwrap_or(""), set.replicas))
        .collect();
    assert_eq!(sizes, [("1", 0), ("4", 3), ("3", 0)]);
    assert_eq!(objects.pods.len(), 3);
    // One generation for the creation, one for each change of a size.
    for set in objects.replica_sets.values() {
        let changes = records.iter().filter(|(_, record)| {
            matches!(record, Record::Change(Change::ReplicaSet { old: Some(old), new: Some(new) })
                if new.id == set.id && old.replicas != new.replicas)
        });
        assert_eq!(set.generation, 1 + changes.count() as i64);
    }
}

#[test]
fn a_rollback_without_history_is_an_error_of_its_time() {
    let text = three_revisions("").replace(
        "afterSettled: 1m, setImage: {deployment: deployment/web, image: 'web:v2'}",
        "at: 1m, rollback: {deployment: deployment/web}",
    );
    let (records, _) = trace(&setup(&text), 1);
    let errors = records.iter().filter_map(|(_, record)| match record {
        Record::Operation { error, .. } => error.as_deref(),
        _ => None,
    });
    assert_eq!(errors.collect::<Vec<_>>(), ["no rollout history found for deployment \"web\""]);
}

#[test]
fn a_rollback_of_nothing_is_refused() {
    let text = three_revisions("{afterSettled: 1m, rollback: {deployment: deployment/wed}}");
    let source = SourceText { name: "test.yaml".into(), text: text.into() };
    let errors = load(&[source], &LoadOptions::default(), &NoFiles).expect_err("there is no such Deployment");
    assert!(errors[0].to_string().contains("did you mean \"deployment/default/web\""), "{}", errors[0]);
}
