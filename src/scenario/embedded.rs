//! Places in a document that hold something whose shape is not the document's business: a Kubernetes
//! object, a template, any value. Decoding passes over them; the trees with their lines and columns
//! are read later, from the same place.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A Kubernetes object or template, as Kubernetes writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Embedded;

/// Any value, `null` included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnyValue;

/// A file of manifests, or a Kubernetes object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifest {
    /// A path, relative to the scenario's own folder.
    File(String),
    /// An object; its tree stands at the same place of the document.
    Object,
}

/// One manifest or a list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manifests {
    /// A single one.
    One(Manifest),
    /// Several, in order.
    Many(Vec<Manifest>),
}

struct MappingVisitor;

impl<'de> Visitor<'de> for MappingVisitor {
    type Value = Embedded;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a mapping, as Kubernetes writes it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Embedded, A::Error> {
        while map.next_entry::<IgnoredAny, AnyValue>()?.is_some() {}
        Ok(Embedded)
    }
}

impl<'de> Deserialize<'de> for Embedded {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MappingVisitor)
    }
}

struct AnyVisitor;

impl Visitor<'_> for AnyVisitor {
    type Value = AnyValue;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<AnyValue, E> {
        Ok(AnyValue)
    }
}

impl<'de> Deserialize<'de> for AnyValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The decoder of trees gives nothing for any value that is asked for as nothing.
        deserializer.deserialize_unit(AnyVisitor)
    }
}

struct ManifestVisitor;

impl<'de> Visitor<'de> for ManifestVisitor {
    type Value = Manifest;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a file name or a Kubernetes object")
    }

    fn visit_str<E: Error>(self, path: &str) -> Result<Manifest, E> {
        Ok(Manifest::File(path.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Manifest, A::Error> {
        MappingVisitor.visit_map(map).map(|Embedded| Manifest::Object)
    }
}

impl<'de> Deserialize<'de> for Manifest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManifestVisitor)
    }
}

struct ManifestsVisitor;

impl<'de> Visitor<'de> for ManifestsVisitor {
    type Value = Manifests;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a file name, a Kubernetes object, or a list of them")
    }

    fn visit_str<E: Error>(self, path: &str) -> Result<Manifests, E> {
        Ok(Manifests::One(Manifest::File(path.to_owned())))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Manifests, A::Error> {
        MappingVisitor.visit_map(map).map(|Embedded| Manifests::One(Manifest::Object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Manifests, A::Error> {
        let mut manifests = Vec::new();
        while let Some(manifest) = items.next_element()? {
            manifests.push(manifest);
        }
        Ok(Manifests::Many(manifests))
    }
}

impl<'de> Deserialize<'de> for Manifests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManifestsVisitor)
    }
}

impl JsonSchema for Embedded {
    fn schema_name() -> Cow<'static, str> {
        "KubernetesObject".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "description": "As Kubernetes writes it." })
    }
}

impl JsonSchema for AnyValue {
    fn schema_name() -> Cow<'static, str> {
        "AnyValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Any value; null removes the field." })
    }
}

impl JsonSchema for Manifest {
    fn schema_name() -> Cow<'static, str> {
        "Manifest".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A file of manifests, relative to this document's folder, or a Kubernetes object.",
            "oneOf": [
                { "type": "string", "minLength": 1 },
                { "type": "object", "required": ["apiVersion", "kind"] },
            ],
        })
    }
}

impl JsonSchema for Manifests {
    fn schema_name() -> Cow<'static, str> {
        "Manifests".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Manifest>();
        json_schema!({
            "description": "A file, a Kubernetes object, or a list of them.",
            "anyOf": [one, { "type": "array", "items": one }],
        })
    }
}
