//! Names of objects in documents: `deployment/default/web`, `node/worker-0`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// Kinds without a namespace, of those that manifests usually hold.
const CLUSTER_SCOPED: [&str; 15] = [
    "node",
    "namespace",
    "persistentvolume",
    "storageclass",
    "priorityclass",
    "runtimeclass",
    "clusterrole",
    "clusterrolebinding",
    "customresourcedefinition",
    "mutatingwebhookconfiguration",
    "validatingwebhookconfiguration",
    "deviceclass",
    "resourceslice",
    "csinode",
    SCHEDULER_CONFIGURATION,
];

/// The kind that there is one of, without a name.
const SCHEDULER_CONFIGURATION: &str = "kubeschedulerconfiguration";

/// An object by kind (in lower case), namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// `kind`, in lower case.
    pub kind: String,
    /// `metadata.namespace`; empty for kinds without one.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
}

impl Reference {
    /// The object of these coordinates; an absent namespace is `default`.
    pub fn new(kind: &str, namespace: Option<&str>, name: &str) -> Self {
        let kind = kind.to_ascii_lowercase();
        let namespace = if CLUSTER_SCOPED.contains(&kind.as_str()) {
            String::new()
        } else {
            namespace.filter(|text| !text.is_empty()).unwrap_or("default").to_owned()
        };
        Self { kind, namespace, name: name.to_owned() }
    }

    /// Reads `kind/namespace/name` or `kind/name`; or `kubeSchedulerConfiguration`, which has no name.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case(SCHEDULER_CONFIGURATION) {
            return Ok(Self::new(text, None, ""));
        }
        let parts: Vec<&str> = text.split('/').collect();
        let problem = || {
            Err(format!(
                "{text:?} names no object; write deployment/NAMESPACE/NAME, pod/NAMESPACE/NAME or node/NAME"
            ))
        };
        if parts.iter().any(|part| part.is_empty()) {
            return problem();
        }
        match parts[..] {
            [kind, name] => Ok(Self::new(kind, None, name)),
            [kind, namespace, name] => {
                let reference = Self::new(kind, Some(namespace), name);
                if reference.namespace.is_empty() {
                    return Err(format!("{text:?}: a {kind} has no namespace; write {reference}"));
                }
                Ok(reference)
            }
            _ => problem(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() && self.name.is_empty() {
            f.write_str(&self.kind)
        } else if self.namespace.is_empty() {
            write!(f, "{}/{}", self.kind, self.name)
        } else {
            write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
        }
    }
}

struct ReferenceVisitor;

impl Visitor<'_> for ReferenceVisitor {
    type Value = Reference;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an object such as deployment/default/web")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Reference, E> {
        Reference::parse(text).map_err(E::custom)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(ReferenceVisitor)
    }
}

impl JsonSchema for Reference {
    fn schema_name() -> Cow<'static, str> {
        "Reference".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An object: KIND/NAMESPACE/NAME, or KIND/NAME (for kinds without a namespace, or in the namespace default).",
            "pattern": "^[^/]+/([^/]+/)?[^/]+$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_canonically() {
        let check = |text: &str, expected: &str| {
            let printed = Reference::parse(text).map_or_else(|error| error, |found| found.to_string());
            assert_eq!(printed, expected);
        };
        check("deployment/shop/web", "deployment/shop/web");
        check("Deployment/web", "deployment/default/web");
        check("node/worker-0", "node/worker-0");
        check("kubeSchedulerConfiguration", "kubeschedulerconfiguration");
        check(
            "node/default/worker-0",
            "\"node/default/worker-0\": a node has no namespace; write node/worker-0",
        );
        check(
            "web",
            "\"web\" names no object; write deployment/NAMESPACE/NAME, pod/NAMESPACE/NAME or node/NAME",
        );
    }
}
