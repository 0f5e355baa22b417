//! The ledger of coverage: every field that Kubernetes' types have is declared, and what nobody declares is a gap.

mod planted;

use std::collections::BTreeSet;

use k8s_openapi::api::apps::v1 as apps;
use k8s_openapi::api::core::v1 as core;
use k8s_openapi::api::scheduling::v1 as scheduling;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kubecast::api::coverage::{Coverage, Shape, declared};
use kubecast::scenario::coverage::registry::{KINDS, KindCoverage};
use kubecast::scenario::coverage::settings::SCENARIO;
use kubecast::scenario::dump::command;
use kubecast::scenario::schema::schema;
use serde::de::value::Error;
use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value;

/// Takes down the names of the fields that a type asks for.
struct Fields<'f>(&'f mut Vec<&'static str>);

impl<'de> Deserializer<'de> for Fields<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("a structure is wanted"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.0.extend(fields);
        Err(Error::custom("the names are taken down"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

fn fields_of<'de, T: Deserialize<'de>>() -> Vec<&'static str> {
    let mut fields = Vec::new();
    let taken = T::deserialize(Fields(&mut fields));
    assert!(taken.is_err() && !fields.is_empty(), "the type is a structure");
    fields
}

/// What is declared of a part of a kind, by the way to it.
fn shape_of(kind: &str, way: &str) -> Shape {
    let row = KINDS.iter().find(|row| row.1 == kind).expect("the kind is declared");
    let KindCoverage::Fields(mut shape) = row.2 else { panic!("{kind} has no fields") };
    for name in way.split('.').filter(|name| !name.is_empty()) {
        shape = match declared(shape, name) {
            Some(Coverage::Object(inner)) => inner,
            other => panic!("{kind} {way}: {name} is {other:?}"),
        };
    }
    shape
}

/// Every field of the type is declared, and every declared one is a field of the type or in `older`, the fields of older
/// releases.
fn agrees<'de, T: Deserialize<'de>>(kind: &str, way: &str, older: &[&str]) {
    let shape = shape_of(kind, way);
    let declared: BTreeSet<&str> = shape.iter().flat_map(|part| part.iter()).map(|field| field.0).collect();
    let fields: BTreeSet<&str> = fields_of::<T>().into_iter().collect();
    let missing: Vec<_> = fields.difference(&declared).collect();
    assert!(missing.is_empty(), "{kind} {way}: nobody declares {missing:?}");
    let unknown: Vec<_> = declared.difference(&fields).filter(|name| !older.contains(name)).collect();
    assert!(unknown.is_empty(), "{kind} {way}: no field of Kubernetes is named {unknown:?}");
}

#[test]
fn every_field_of_the_newest_release_is_declared() {
    agrees::<ObjectMeta>("Pod", "metadata", &["clusterName"]);
    agrees::<core::Pod>("Pod", "", &[]);
    agrees::<core::PodSpec>("Pod", "spec", &[]);
    agrees::<core::Container>("Pod", "spec.containers", &[]);
    agrees::<core::ResourceRequirements>("Pod", "spec.containers.resources", &[]);
    agrees::<core::Affinity>("Pod", "spec.affinity", &[]);
    agrees::<core::Toleration>("Pod", "spec.tolerations", &[]);
    agrees::<core::TopologySpreadConstraint>("Pod", "spec.topologySpreadConstraints", &[]);
    agrees::<core::PodStatus>("Pod", "status", &[]);
    agrees::<core::ContainerStatus>("Pod", "status.containerStatuses", &[]);
    agrees::<core::ContainerState>("Pod", "status.containerStatuses.state", &[]);
    agrees::<core::Node>("Node", "", &[]);
    agrees::<core::NodeSpec>("Node", "spec", &[]);
    agrees::<core::NodeStatus>("Node", "status", &[]);
    agrees::<apps::Deployment>("Deployment", "", &[]);
    agrees::<apps::DeploymentSpec>("Deployment", "spec", &[]);
    agrees::<core::PodTemplateSpec>("Deployment", "spec.template", &[]);
    agrees::<apps::ReplicaSet>("ReplicaSet", "", &[]);
    agrees::<apps::ReplicaSetSpec>("ReplicaSet", "spec", &[]);
    agrees::<core::Service>("Service", "", &[]);
    agrees::<core::ServiceSpec>("Service", "spec", &["topologyKeys"]);
    agrees::<core::Namespace>("Namespace", "", &[]);
    agrees::<scheduling::PriorityClass>("PriorityClass", "", &[]);
}

#[test]
fn every_kind_of_volume_is_declared_or_a_gap() {
    // flexVolume, flocker, image, photonPersistentDisk, portworxVolume, quobyte, scaleIO, storageos: nobody says what they
    // do, so they are told as gaps.
    let shape = shape_of("Pod", "spec.volumes");
    let undeclared: Vec<&str> =
        fields_of::<core::Volume>().into_iter().filter(|name| declared(shape, name).is_none()).collect();
    assert_eq!(
        undeclared,
        [
            "flexVolume",
            "flocker",
            "image",
            "photonPersistentDisk",
            "portworxVolume",
            "quobyte",
            "scaleIO",
            "storageos"
        ]
    );
}

#[test]
fn the_readme_dumps_every_kind_that_counts() {
    let readme = include_str!("../README.md");
    assert!(readme.contains(&command()), "README.md has not the line {}", command());
}

/// The fields of a schema, its own or those of what it points to; none of a value that is read as a whole.
fn fields_of_schema<'s>(schema: &'s Value, definitions: &'s Value) -> Vec<(&'s str, &'s Value)> {
    if let Some(fields) = schema["properties"].as_object() {
        return fields.iter().map(|(name, field)| (name.as_str(), field)).collect();
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|way| way.rsplit('/').next()) {
        return if name == "Distribution" {
            Vec::new()
        } else {
            fields_of_schema(&definitions[name], definitions)
        };
    }
    let alternatives = ["anyOf", "oneOf"].into_iter().filter_map(|way| schema[way].as_array()).flatten();
    alternatives.chain(schema.get("items")).flat_map(|part| fields_of_schema(part, definitions)).collect()
}

/// Counts the fields, and names those that nobody declares, or that are declared as a whole though they have fields.
fn undeclared(way: &str, schema: &Value, definitions: &Value, shape: Shape) -> (usize, Vec<String>) {
    let (mut count, mut missing) = (0, Vec::new());
    for (name, field) in fields_of_schema(schema, definitions) {
        let way = format!("{way}.{name}");
        count += 1;
        match declared(shape, name) {
            Some(Coverage::Object(inner)) => {
                let (inside, more) = undeclared(&way, field, definitions, inner);
                count += inside;
                missing.extend(more);
            }
            Some(_) if fields_of_schema(field, definitions).is_empty() => {}
            _ => missing.push(way),
        }
    }
    (count, missing)
}

#[test]
fn every_setting_and_every_operation_of_a_scenario_is_declared() {
    let schema = schema();
    let definitions = &schema["$defs"];
    let (count, missing) = undeclared("scenario", &definitions["ScenarioDocument"], definitions, SCENARIO);
    assert!(missing.is_empty(), "nobody declares {missing:?}");
    // Counted by hand in the schema: apiVersion, kind, metadata, spec and name and description are six alone.
    assert!(count > 100, "{count} fields are not all of a scenario's");
    // A declaration that is taken away is found.
    let (_, missing) = undeclared("scenario", &definitions["ScenarioDocument"], definitions, &[]);
    assert!(missing.contains(&"scenario.spec".to_owned()), "{missing:?}");
}
