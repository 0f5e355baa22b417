//! Metadata of objects (`ValidateObjectMeta` of apimachinery, v1.34).
//!
//! DIFFERENCE: the namespace may be missing (it is `default` then), and a namespace of an object that
//! belongs to none is passed over, as the API server clears it. Finalizers and managed fields are not
//! looked at: nothing here reads them.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};

use super::fault::Faults;
use super::labels;
use super::labels::LabelMap;
use super::names;
use super::path::Path;
use super::value::Shown;

/// What an object may be called.
#[derive(Clone, Copy)]
pub(super) enum NameRule {
    /// A DNS label of RFC 1123.
    Label,
    /// A DNS label of RFC 1035, which begins with a letter.
    Label1035,
    /// A DNS subdomain.
    Subdomain,
}

/// Most bytes of all annotations of an object, keys and values.
const MOST_ANNOTATION_BYTES: usize = 256 * 1024;

impl NameRule {
    fn check(self, name: &str) -> Vec<String> {
        match self {
            Self::Label => names::dns_label(name),
            Self::Label1035 => names::dns_1035_label(name),
            Self::Subdomain => names::dns_subdomain(name),
        }
    }
}

/// The metadata of an object.
pub(super) fn metadata(meta: &ObjectMeta, rule: NameRule, faults: &mut Faults) {
    let at = Path::root("metadata");
    if let Some(prefix) = meta.generate_name.as_deref().filter(|prefix| !prefix.is_empty()) {
        faults.all_invalid(&at.child("generateName"), prefix, &rule.check(&without_last_dash(prefix)));
    }
    let name = meta.name.as_deref().unwrap_or_default();
    if name.is_empty() {
        faults.required(&at.child("name"), "name or generateName is required");
    } else {
        faults.all_invalid(&at.child("name"), name, &rule.check(name));
    }
    faults.non_negative(&at.child("generation"), meta.generation);
    labels::labels(meta.labels.as_ref(), &at.child("labels"), faults);
    annotations(meta.annotations.as_ref(), &at.child("annotations"), faults);
    owner_references(meta.owner_references.as_deref(), &at.child("ownerReferences"), faults);
}

/// As [`metadata`], for an object that lives in a namespace.
pub(super) fn namespaced(meta: &ObjectMeta, rule: NameRule, faults: &mut Faults) {
    if let Some(namespace) = meta.namespace.as_deref().filter(|namespace| !namespace.is_empty()) {
        let at = Path::root("metadata");
        faults.all_invalid(&at.child("namespace"), namespace, &names::dns_label(namespace));
    }
    metadata(meta, rule, faults);
}

/// The beginning of a generated name may end in a dash: letters follow it.
fn without_last_dash(prefix: &str) -> String {
    let Some(front) = prefix.strip_suffix('-') else { return prefix.to_owned() };
    let mut letters = front.chars();
    letters.next_back();
    format!("{}a", letters.as_str())
}

/// Annotations: their keys, in any case, and their size. The API server names the map; the place is
/// the annotation.
pub(super) fn annotations(map: LabelMap<'_>, at: &Path<'_>, faults: &mut Faults) {
    let mut bytes = 0;
    for (key, value) in map.into_iter().flatten() {
        faults.all_invalid(&at.unsaid_key(key), key, &names::qualified_name(&key.to_lowercase()));
        bytes += key.len() + value.len();
    }
    if bytes > MOST_ANNOTATION_BYTES {
        faults.too_long(at, MOST_ANNOTATION_BYTES);
    }
}

fn owner_references(owners: Option<&[OwnerReference]>, at: &Path<'_>, faults: &mut Faults) {
    let mut first: Option<String> = None;
    for (index, owner) in owners.unwrap_or_default().iter().enumerate() {
        let at = at.unsaid_index(index);
        let version = owner.api_version.split_once('/').map_or(owner.api_version.as_str(), |parts| parts.1);
        if version.is_empty() {
            let detail = "version must not be empty";
            faults.invalid(&at.child("apiVersion"), owner.api_version.as_str(), detail);
        }
        for (name, value) in [("kind", &owner.kind), ("name", &owner.name), ("uid", &owner.uid)] {
            if value.is_empty() {
                faults.invalid(&at.child(name), value.as_str(), "must not be empty");
            }
        }
        if owner.controller != Some(true) {
            continue;
        }
        let this = format!("{}/{}", owner.kind, owner.name);
        if let Some(first) = &first {
            let detail = format!(
                "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {this}"
            );
            faults.invalid(&at, Shown::ready(shown_owner(owner)), &detail);
        } else {
            first = Some(this);
        }
    }
}

/// An owner reference as Go prints it, without the pointers, whose addresses say nothing.
fn shown_owner(owner: &OwnerReference) -> String {
    let quoted = |text: &str| Shown::from(text).to_string();
    format!(
        "v1.OwnerReference{{APIVersion:{}, Kind:{}, Name:{}, UID:{}}}",
        quoted(&owner.api_version),
        quoted(&owner.kind),
        quoted(&owner.name),
        quoted(&owner.uid)
    )
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, check_places};

    fn pod(metadata: &str) -> String {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{{metadata}}}\nspec: {{containers: [{{name: c, image: i}}]}}\n"
        )
    }

    const SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    /// `TestValidateObjectMeta` and its neighbours (apimachinery, `api/validation/objectmeta_test.go`).
    #[test]
    fn names() {
        check(&pod("name: a.b-c"), &[]);
        check(&pod("name: My_Pod"), &[&format!("metadata.name: Invalid value: \"My_Pod\": {SUBDOMAIN}")]);
        check(&pod("name: p, generateName: web-"), &[]);
        check(
            &pod("name: p, generateName: Web-"),
            &[&format!("metadata.generateName: Invalid value: \"Web-\": {SUBDOMAIN}")],
        );
        check(
            &pod("name: p, namespace: a.b"),
            &["metadata.namespace: Invalid value: \"a.b\": must not contain dots"],
        );
        check(
            "apiVersion: v1\nkind: Service\nmetadata: {name: 1a}\n",
            &[
                "metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
            ],
        );
        check(
            "apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}\n",
            &["metadata.name: Invalid value: \"a.b\": must not contain dots"],
        );
    }

    #[test]
    fn labels_and_annotations() {
        check(&pod("name: p, labels: {a.b/C_d: \"\", e: F-1}, annotations: {A.b/c: \"any text\"}"), &[]);
        check_places(
            &pod("name: p, labels: {app: a b}"),
            &[(
                "metadata.labels[app]",
                "metadata.labels: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            )],
        );
        let name_part = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
        check_places(
            &pod("name: p, labels: {a/b c: x}"),
            &[("metadata.labels[a/b c]", &format!("metadata.labels: Invalid value: \"a/b c\": {name_part}"))],
        );
        check_places(
            &pod("name: p, annotations: {-a: x}"),
            &[(
                "metadata.annotations[-a]",
                &format!("metadata.annotations: Invalid value: \"-a\": {name_part}"),
            )],
        );
        let long = "x".repeat(256 * 1024);
        check(
            &pod(&format!("name: p, annotations: {{a: {long}}}")),
            &["metadata.annotations: Too long: may not be more than 262144 bytes"],
        );
    }

    /// `TestValidateObjectMetaOwnerReferences`.
    #[test]
    fn owners() {
        let owner = |fields: &str| pod(&format!("name: p, ownerReferences: [{fields}]"));
        let good = "{apiVersion: apps/v1, kind: ReplicaSet, name: a, uid: u, controller: true}";
        check(&owner(good), &[]);
        check(
            &owner("{apiVersion: apps/v1, kind: ReplicaSet, name: a, controller: true}"),
            &["metadata.ownerReferences.uid: Invalid value: \"\": must not be empty"],
        );
        check(
            &owner("{kind: ReplicaSet, name: a, uid: u}"),
            &["metadata.ownerReferences.apiVersion: Invalid value: \"\": version must not be empty"],
        );
        check(
            &owner(&format!("{good}, {{apiVersion: v1, kind: X, name: b, uid: v, controller: true}}")),
            &[
                "metadata.ownerReferences: Invalid value: v1.OwnerReference{APIVersion:\"v1\", Kind:\"X\", Name:\"b\", UID:\"v\"}: Only one reference can have Controller set to true. Found \"true\" in references for ReplicaSet/a and X/b",
            ],
        );
    }
}
