//! Controllers' objects (`SetDefaults_Deployment` and its neighbours of apps/v1, core/v1 and batch/v1,
//! v1.34).

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{PodTemplateSpec, ReplicationController};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::{drop_empty, pod, text};
use crate::api::ApiServerBehaviour;

const HISTORY: i32 = 10;
const DEADLINE_SECONDS: i32 = 600;
const JOB_RETRIES: i32 = 6;

/// A Deployment.
pub(super) fn deployment(deployment: &mut Deployment, behaviour: ApiServerBehaviour) {
    let spec = &mut deployment.spec;
    spec.replicas.get_or_insert(1);
    let strategy = spec.strategy.get_or_insert_default();
    text(&mut strategy.type_, "RollingUpdate");
    if strategy.type_.as_deref() == Some("RollingUpdate") {
        let rolling = strategy.rolling_update.get_or_insert_default();
        for field in [&mut rolling.max_surge, &mut rolling.max_unavailable] {
            field.get_or_insert_with(|| IntOrString::String("25%".to_owned()));
        }
    }
    spec.revision_history_limit.get_or_insert(HISTORY);
    spec.progress_deadline_seconds.get_or_insert(DEADLINE_SECONDS);
    pod::template(&mut spec.template, behaviour);
}

/// A ReplicaSet. Its selector is its own affair, unlike a ReplicationController's.
pub(super) fn replica_set(set: &mut ReplicaSet, behaviour: ApiServerBehaviour) {
    set.spec.replicas.get_or_insert(1);
    pod::template(set.spec.template.get_or_insert_default(), behaviour);
}

/// A StatefulSet.
pub(super) fn stateful_set(set: &mut StatefulSet, behaviour: ApiServerBehaviour) {
    let spec = &mut set.spec;
    text(&mut spec.pod_management_policy, "OrderedReady");
    let strategy = spec.update_strategy.get_or_insert_default();
    if strategy.type_.as_ref().is_none_or(String::is_empty) {
        text(&mut strategy.type_, "RollingUpdate");
        strategy.rolling_update.get_or_insert_default();
    }
    if let Some(rolling) =
        strategy.rolling_update.as_mut().filter(|_| strategy.type_.as_deref() == Some("RollingUpdate"))
    {
        rolling.partition.get_or_insert(0);
    }
    let retention = spec.persistent_volume_claim_retention_policy.get_or_insert_default();
    text(&mut retention.when_deleted, "Retain");
    text(&mut retention.when_scaled, "Retain");
    spec.replicas.get_or_insert(1);
    spec.revision_history_limit.get_or_insert(HISTORY);
    pod::template(&mut spec.template, behaviour);
}

/// A DaemonSet.
pub(super) fn daemon_set(set: &mut DaemonSet, behaviour: ApiServerBehaviour) {
    let spec = &mut set.spec;
    let strategy = spec.update_strategy.get_or_insert_default();
    text(&mut strategy.type_, "RollingUpdate");
    if strategy.type_.as_deref() == Some("RollingUpdate") {
        let rolling = strategy.rolling_update.get_or_insert_default();
        rolling.max_unavailable.get_or_insert(IntOrString::Int(1));
        rolling.max_surge.get_or_insert(IntOrString::Int(0));
    }
    spec.revision_history_limit.get_or_insert(HISTORY);
    pod::template(&mut spec.template, behaviour);
}

/// A ReplicationController: selector and labels are the template's where it has none.
pub(super) fn replication_controller(controller: &mut ReplicationController, behaviour: ApiServerBehaviour) {
    let Some(spec) = &mut controller.spec else { return };
    spec.replicas.get_or_insert(1);
    let Some(template) = &mut spec.template else { return };
    pod::template(template, behaviour);
    labels_of(&mut controller.metadata, template);
    drop_empty(&mut spec.selector);
    if spec.selector.is_none() {
        spec.selector = template.metadata.as_ref().and_then(|metadata| metadata.labels.clone());
    }
}

/// A Job.
pub(super) fn job(job: &mut Job, behaviour: ApiServerBehaviour) {
    let Some(spec) = &mut job.spec else { return };
    if spec.completions.is_none() && spec.parallelism.is_none() {
        spec.completions = Some(1);
    }
    spec.parallelism.get_or_insert(1);
    spec.backoff_limit.get_or_insert(JOB_RETRIES);
    text(&mut spec.completion_mode, "NonIndexed");
    spec.suspend.get_or_insert(false);
    pod::template(&mut spec.template, behaviour);
    labels_of(&mut job.metadata, &spec.template);
}

/// An object without labels takes its template's.
fn labels_of(metadata: &mut ObjectMeta, template: &PodTemplateSpec) {
    drop_empty(&mut metadata.labels);
    if metadata.labels.is_none() {
        metadata.labels = template.metadata.as_ref().and_then(|metadata| metadata.labels.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::defaulted;
    use super::*;
    use kubecast_manifest::Object;

    fn object(api_version: &str, kind: &str, spec: &str) -> Object {
        defaulted(&format!(
            "apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: d}}\nspec: {{{spec}template: {{metadata: {{labels: {{a: b}}}}, spec: {{containers: [{{name: c}}]}}}}}}\n"
        ))
    }

    fn percent(value: &str) -> IntOrString {
        IntOrString::String(value.to_owned())
    }

    #[test]
    fn deployments() {
        let spec = |fields| match object("apps/v1", "Deployment", fields) {
            Object::Deployment(deployment) => deployment.spec,
            _ => panic!("a Deployment"),
        };
        let plain = spec("");
        assert_eq!((plain.replicas, plain.revision_history_limit), (Some(1), Some(10)));
        assert_eq!((plain.progress_deadline_seconds, plain.min_ready_seconds), (Some(600), None));
        let strategy = plain.strategy.expect("a strategy");
        assert_eq!(strategy.type_.as_deref(), Some("RollingUpdate"));
        let rolling = strategy.rolling_update.expect("filled in");
        assert_eq!(
            (rolling.max_surge, rolling.max_unavailable),
            (Some(percent("25%")), Some(percent("25%")))
        );
        assert!(plain.selector.match_labels.is_none(), "the selector is required, not guessed");

        let half = spec("replicas: 0, strategy: {rollingUpdate: {maxSurge: 1}}, ");
        let rolling = half.strategy.and_then(|strategy| strategy.rolling_update).expect("filled in");
        assert_eq!((half.replicas, rolling.max_surge), (Some(0), Some(IntOrString::Int(1))));
        assert_eq!(rolling.max_unavailable, Some(percent("25%")));

        let recreate = spec("strategy: {type: Recreate}, ").strategy.expect("a strategy");
        assert!(recreate.rolling_update.is_none());
    }

    #[test]
    fn the_others() {
        let Object::ReplicaSet(set) = object("apps/v1", "ReplicaSet", "") else { panic!("a ReplicaSet") };
        assert_eq!((set.spec.replicas, set.spec.selector.match_labels), (Some(1), None));
        let Object::StatefulSet(set) = object("apps/v1", "StatefulSet", "") else { panic!("a StatefulSet") };
        let rolling = set.spec.update_strategy.and_then(|strategy| strategy.rolling_update);
        assert_eq!(rolling.and_then(|rolling| rolling.partition), Some(0));
        let Object::DaemonSet(set) = object("apps/v1", "DaemonSet", "") else { panic!("a DaemonSet") };
        let rolling = set.spec.update_strategy.and_then(|strategy| strategy.rolling_update);
        assert_eq!(rolling.and_then(|rolling| rolling.max_unavailable), Some(IntOrString::Int(1)));
        let Object::Job(job) = object("batch/v1", "Job", "") else { panic!("a Job") };
        let spec = job.spec.expect("a spec");
        assert_eq!((spec.parallelism, spec.completions, spec.backoff_limit), (Some(1), Some(1), Some(6)));
        let Object::Job(job) = object("batch/v1", "Job", "parallelism: 3, ") else { panic!("a Job") };
        assert_eq!(job.spec.expect("a spec").completions, None);
    }

    #[test]
    fn replication_controllers_select_their_template() {
        let Object::ReplicationController(controller) = object("v1", "ReplicationController", "") else {
            panic!("a ReplicationController")
        };
        let spec = controller.spec.expect("a spec");
        let labels = [("a".to_owned(), "b".to_owned())].into();
        assert_eq!((spec.replicas, &spec.selector), (Some(1), &Some(labels)));
        assert_eq!(controller.metadata.labels, spec.selector);
    }
}
