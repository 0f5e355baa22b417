//! `spec.startUp`: how pods of a Deployment, or of some of its revisions, start.

mod resolve;

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::assumptions::words;
use super::distribution::Distribution;
use super::reference::Reference;
use crate::api::coverage::Coverage::Simulated;
use crate::api::coverage::Field;
use crate::cluster::setup::start_up::Revisions;

pub(super) use resolve::{assumptions, resolve};

/// What becomes of the fields.
pub(in crate::scenario) const COVERAGE: &[Field] = &[
    ("crashAfter", Simulated),
    ("delay", Simulated),
    ("never", Simulated),
    ("probability", Simulated),
    ("revision", Simulated),
    ("workload", Simulated),
];

/// How pods start, where it is not as usual. A rule for a revision goes before one for new revisions, and that
/// before one for all.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(deny_unknown_fields, extend(
    "anyOf" = [
        {"required": ["never"]}, {"required": ["probability"]}, {"required": ["crashAfter"]},
        {"required": ["delay"]},
    ],
    "not" = {"required": ["never", "probability"]}
))]
pub struct StartUpDocument {
    /// Which Deployment's pods.
    #[schemars(example = "deployment/default/web")]
    pub(super) workload: Reference,
    /// Of which revisions: `new`, those that come in the run (every ReplicaSet that is not there at the beginning,
    /// but for the first one of a Deployment that has none); or a number, as in the annotation
    /// deployment.kubernetes.io/revision. Default: every one.
    revision: Option<Revision>,
    /// They never become ready.
    never: Option<bool>,
    /// Each becomes ready with this probability, else never. Default 1.
    #[schemars(range(min = 0, max = 1))]
    probability: Option<f64>,
    /// So long after their start the containers end. The kubelet starts them again, at once the first time, then
    /// after 10s, twice as long each time, at most 300s (CrashLoopBackOff).
    crash_after: Option<Distribution>,
    /// From running (and the probe's initialDelaySeconds over) to Ready, instead of `timing.readiness`.
    delay: Option<Distribution>,
}

/// `new`, or the number of a revision.
#[derive(Clone, Copy, Debug)]
struct Revision(Revisions);

struct RevisionVisitor;

impl Visitor<'_> for RevisionVisitor {
    type Value = Revision;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`new`, or the number of a revision from 1 on")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Revision, E> {
        if text == "new" {
            Ok(Revision(Revisions::New))
        } else {
            Err(E::custom(format!("{text:?} is not `new`")))
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Revision, E> {
        if number < 1 {
            return Err(E::custom(format!("revision {number}: revisions count from 1")));
        }
        Ok(Revision(Revisions::Number(number)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Revision, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'de> Deserialize<'de> for Revision {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RevisionVisitor)
    }
}

impl JsonSchema for Revision {
    fn schema_name() -> Cow<'static, str> {
        "Revision".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`new`, or the number of a revision.",
            "anyOf": [{ "const": "new" }, { "type": "integer", "minimum": 1 }],
        })
    }
}

impl StartUpDocument {
    fn revisions(&self) -> Revisions {
        self.revision.map_or(Revisions::All, |revision| revision.0)
    }

    /// The share of pods that become ready; or what is wrong.
    fn share(&self) -> Result<f64, String> {
        let never = self.never == Some(true);
        match self.probability {
            Some(_) if self.never.is_some() => Err("give either never or probability".to_owned()),
            Some(share) if !(0.0..=1.0).contains(&share) => {
                Err(format!("probability {share} is not between 0 and 1"))
            }
            Some(share) => Ok(share),
            None if !never && self.crash_after.is_none() && self.delay.is_none() => {
                Err("says nothing; give never: true, probability, crashAfter or delay".to_owned())
            }
            None => Ok(if never { 0.0 } else { 1.0 }),
        }
    }

    /// Whose pods, and how they start.
    fn words(&self) -> String {
        let revisions = match self.revisions() {
            Revisions::All => String::new(),
            Revisions::New => ", new revisions".to_owned(),
            Revisions::Number(number) => format!(", revision {number}"),
        };
        let mut parts = Vec::new();
        match self.share() {
            Ok(0.0) => parts.push("never ready".to_owned()),
            Ok(share) if share < 1.0 => parts.push(format!("ready with probability {share}")),
            _ => {}
        }
        parts.extend(self.delay.as_ref().map(|delay| format!("ready after {}", words(&delay.0))));
        parts.extend(self.crash_after.as_ref().map(|time| format!("crash after {}", words(&time.0))));
        format!("{}{revisions}: {}", self.workload, parts.join(", "))
    }
}
