//! One object or several of them, by name.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use super::reference::Reference;

/// Objects that an operation is done to at once, in order; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct References(Vec<Reference>);

impl References {
    /// The objects.
    pub fn iter(&self) -> impl Iterator<Item = &Reference> {
        self.0.iter()
    }
}

impl fmt::Display for References {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&names.join(", "))
    }
}

struct ReferencesVisitor;

impl<'de> Visitor<'de> for ReferencesVisitor {
    type Value = References;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an object such as deployment/default/web, or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<References, E> {
        Reference::parse(text).map(|reference| References(vec![reference])).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<References, A::Error> {
        let mut references = Vec::new();
        while let Some(reference) = items.next_element()? {
            references.push(reference);
        }
        if references.is_empty() {
            return Err(A::Error::custom("name at least one object"));
        }
        Ok(References(references))
    }
}

impl<'de> Deserialize<'de> for References {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReferencesVisitor)
    }
}

impl JsonSchema for References {
    fn schema_name() -> Cow<'static, str> {
        "References".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Reference>();
        json_schema!({
            "description": "An object, or several that it is done to at the same time.",
            "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }],
        })
    }
}
