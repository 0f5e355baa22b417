//! Kubernetes objects: which kinds there are, and their decoding. The only place that instantiates
//! the decoders of the large types.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, ReplicaSet, StatefulSet};
use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::{Namespace, Node, Pod, PodTemplateSpec, ReplicationController, Service};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::api::scheduling::v1::PriorityClass;
use serde::de::{DeserializeOwned, Error as _};

use crate::decode::{DecodeError, UnknownField, decode};
use crate::error::nearest;
use crate::tree::Tree;

/// An object of a kind that is simulated, or the name of another.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "each variant is named after its kind")]
pub enum Object {
    Pod(Box<Pod>),
    Node(Box<Node>),
    Service(Box<Service>),
    Namespace(Box<Namespace>),
    ReplicationController(Box<ReplicationController>),
    Deployment(Box<Deployment>),
    ReplicaSet(Box<ReplicaSet>),
    StatefulSet(Box<StatefulSet>),
    DaemonSet(Box<DaemonSet>),
    Job(Box<Job>),
    PriorityClass(Box<PriorityClass>),
    PodDisruptionBudget(Box<PodDisruptionBudget>),
    /// A kind that is not simulated.
    Other {
        api_version: String,
        kind: String,
        namespace: Option<String>,
        name: String,
    },
}

/// A decoded object.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The object.
    pub object: Object,
    /// Fields that its type does not know.
    pub unknown_fields: Vec<UnknownField>,
    /// The object was read from a live cluster: it has `metadata.uid`.
    pub from_dump: bool,
}

type Decoder = fn(&Tree) -> Result<(Object, Vec<UnknownField>), DecodeError>;

fn boxed<T: DeserializeOwned>(
    tree: &Tree,
    wrap: fn(Box<T>) -> Object,
) -> Result<(Object, Vec<UnknownField>), DecodeError> {
    decode::<T>(tree).map(|(object, unknown)| (wrap(Box::new(object)), unknown))
}

/// Every kind that is decoded: its apiVersion, its name, how. A new kind is one line here.
const KINDS: [(&str, &str, Decoder); 12] = [
    ("v1", "Pod", |tree| boxed(tree, Object::Pod)),
    ("v1", "Node", |tree| boxed(tree, Object::Node)),
    ("v1", "Service", |tree| boxed(tree, Object::Service)),
    ("v1", "Namespace", |tree| boxed(tree, Object::Namespace)),
    ("v1", "ReplicationController", |tree| boxed(tree, Object::ReplicationController)),
    ("apps/v1", "Deployment", |tree| boxed(tree, Object::Deployment)),
    ("apps/v1", "ReplicaSet", |tree| boxed(tree, Object::ReplicaSet)),
    ("apps/v1", "StatefulSet", |tree| boxed(tree, Object::StatefulSet)),
    ("apps/v1", "DaemonSet", |tree| boxed(tree, Object::DaemonSet)),
    ("batch/v1", "Job", |tree| boxed(tree, Object::Job)),
    ("policy/v1", "PodDisruptionBudget", |tree| boxed(tree, Object::PodDisruptionBudget)),
    ("scheduling.k8s.io/v1", "PriorityClass", |tree| boxed(tree, Object::PriorityClass)),
];

/// Decodes an object by its apiVersion and kind.
pub fn decode_object(tree: &Tree) -> Result<Decoded, DecodeError> {
    let text = |key: &str| {
        tree.get_str(key)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| {
                DecodeError::custom(format!(
                    "{key}: Required value: every object says its apiVersion and kind"
                ))
            })
            .map_err(|error| error.placed_at(tree))
    };
    let (api_version, kind) = (text("apiVersion")?, text("kind")?);
    let from_dump = tree.pointer("/metadata/uid").is_some();
    if let Some((_, _, decoder)) =
        KINDS.iter().find(|(version, name, _)| (*version, *name) == (api_version, kind))
    {
        let (object, unknown_fields) = decoder(tree)?;
        return Ok(Decoded { object, unknown_fields, from_dump });
    }
    if let Some((right, _, _)) = KINDS.iter().find(|(_, name, _)| *name == kind)
        && is_old_group(api_version)
    {
        let message = format!("{kind} in {api_version:?} is served no more; write apiVersion: {right}");
        return Err(DecodeError::custom(message).placed_at(tree));
    }
    let group_kinds = || KINDS.iter().filter(|(version, _, _)| *version == api_version).map(|kind| kind.1);
    let near = nearest(kind, group_kinds()).filter(|near| strsim::damerau_levenshtein(near, kind) <= 2);
    if let Some(near) = near {
        let message = format!("there is no kind {kind:?} in {api_version}; did you mean {near:?}?");
        return Err(DecodeError::custom(message).placed_at(tree));
    }
    let meta =
        |key: &str| tree.pointer(&format!("/metadata/{key}")).and_then(Tree::as_str).map(str::to_owned);
    let object = Object::Other {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: meta("namespace"),
        name: meta("name").unwrap_or_default(),
    };
    Ok(Decoded { object, unknown_fields: Vec::new(), from_dump })
}

/// API groups and versions that served today's workloads once.
fn is_old_group(api_version: &str) -> bool {
    ["extensions/", "apps/v1beta", "batch/v1beta", "scheduling.k8s.io/v1beta", "v1beta"]
        .iter()
        .any(|old| api_version.starts_with(old))
        || ["v1", "apps/v1", "batch/v1"].contains(&api_version)
}

impl DecodeError {
    fn placed_at(mut self, tree: &Tree) -> Self {
        self.line = tree.line;
        self.column = tree.column;
        self
    }
}

/// A pod template as JSON, keys in the order of the API: equal templates give equal texts.
pub fn canonical_json(template: &PodTemplateSpec) -> String {
    serde_json::to_string(template).expect("API types have string keys and no failing serializers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::parse;

    fn object(text: &str) -> Result<Decoded, String> {
        let documents = parse("f.yaml", text).expect("valid YAML");
        decode_object(&documents[0].tree).map_err(|error| error.to_string())
    }

    #[test]
    fn quantities_take_numbers_and_keep_their_text() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n    \
                    resources: {requests: {cpu: 0.10, memory: 1Gi}}\n";
        let Ok(Decoded { object: Object::Pod(pod), .. }) = object(text) else { panic!("a pod") };
        let containers = pod.spec.expect("a spec").containers;
        let requests = containers[0].resources.as_ref().and_then(|resources| resources.requests.as_ref());
        assert_eq!(requests.map(|requests| requests["cpu"].0.as_str()), Some("0.10"));
    }

    #[test]
    fn unknown_fields_are_found_deep_down() {
        let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec:\n  template:\n    spec:\n      \
                    topologySpreadConstraint: []\n";
        let unknown = object(text).expect("decodes").unknown_fields;
        assert_eq!(unknown.len(), 1);
        assert_eq!(
            unknown[0].to_string(),
            "spec.template.spec.topologySpreadConstraint: unknown field; did you mean \"topologySpreadConstraints\"?"
        );
        assert_eq!((unknown[0].line, unknown[0].column), (7, 7));
    }

    #[test]
    fn wrong_kinds_and_versions_say_what_is_right() {
        let fault = |text: &str| object(text).expect_err("is refused");
        assert_eq!(
            fault("apiVersion: apps/v1beta1\nkind: Deployment\n"),
            "Deployment in \"apps/v1beta1\" is served no more; write apiVersion: apps/v1"
        );
        assert_eq!(
            fault("apiVersion: apps/v1\nkind: Deploymnet\n"),
            "there is no kind \"Deploymnet\" in apps/v1; did you mean \"Deployment\"?"
        );
        assert!(fault("kind: Pod\n").starts_with("apiVersion: Required value"));
        let other =
            object("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: n}\n").expect("decodes");
        assert!(matches!(other.object, Object::Other { kind, .. } if kind == "ConfigMap"));
    }

    #[test]
    fn int_or_string_takes_both_and_null_lists_are_empty() {
        let text = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a, uid: x}\nspec:\n  strategy:\n    \
                    rollingUpdate: {maxSurge: 1, maxUnavailable: 25%}\n  selector: {}\n  template:\n    spec: {containers: null}\n";
        let decoded = object(text).expect("decodes");
        assert!(decoded.from_dump);
        assert!(matches!(decoded.object, Object::Deployment(_)));
    }
}
