//! The verbs of a timeline, each one row: its field in an entry, what is written there, and what checks it.
//!
//! A verb is a file of this folder and a row here. The document, its schema, the words of its errors and the
//! compiler follow from the row.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::api_servers::{self, CrashApiServer, UpgradeApiServer};
use super::restart_kubelets::{self, RestartKubelets};
use super::rollback::{self, Rollback};
use super::scale::{self, Scale};
use super::service_cidrs::{self, AddServiceCidr};
use super::set_image::{self, SetImage};
use super::{Made, Stage, apply, cordon, delete, pause, remove_finalizers, rollout_restart};
use crate::api::coverage::Coverage::{Object, Simulated};
use crate::api::coverage::Field;
use crate::scenario::embedded::Manifests;
use crate::scenario::reference::Reference;
use crate::scenario::references::References;
use crate::scenario::time::Duration;

macro_rules! verbs {
    ($( $(#[$meta:meta])* $field:ident $name:literal: $written:ty, $covered:expr, by $compile:path; )*) => {
        /// One entry: when, and one operation.
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        #[schemars(deny_unknown_fields, extend("allOf" = one_of_each()))]
        pub struct TimelineEntryDocument {
            /// At this simulated time. Times do not decrease from entry to entry.
            pub at: Option<Duration>,
            /// This long after the cluster has settled, that is, nothing was left to do since the entry before.
            pub after_settled: Option<Duration>,
            /// Do it so many times. Default 1.
            #[schemars(range(min = 1, max = 100_000))]
            pub repeat: Option<u32>,
            /// With `at` and `repeat`: the time between the repetitions.
            pub every: Option<Duration>,
            $(
                $(#[$meta])*
                #[serde(rename = $name)]
                pub $field: Option<$written>,
            )*
        }

        /// The names of the verbs, as entries have them.
        pub const VERBS: &[&str] = &[$($name),*];

        /// What becomes of the verbs' fields, in the order of the verbs.
        pub(in crate::scenario) const VERBS_COVERED: [Field; VERBS.len()] = [$(($name, $covered)),*];

        /// The verbs that an entry has.
        pub(super) fn given(entry: &TimelineEntryDocument) -> Vec<&'static str> {
            let all = [$(($name, entry.$field.is_some())),*];
            all.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect()
        }

        /// The operation of an entry.
        pub(super) fn compile(
            entry: &TimelineEntryDocument,
            stage: &mut Stage<'_>,
        ) -> Result<Made, String> {
            $(
                if let Some(written) = &entry.$field {
                    return $compile(written, stage);
                }
            )*
            Ok(None)
        }
    };
}

verbs! {
    /// `kubectl apply`: files, objects or a list of both.
    apply "apply": Manifests, Simulated, by apply::compile;
    /// `kubectl delete`: a Deployment, DaemonSet, pod, node or Service. A Service with finalizers stays until they are gone.
    #[schemars(example = "pod/default/web-0")]
    delete "delete": Reference, Simulated, by delete::compile;
    /// `kubectl rollout restart` of a Deployment or DaemonSet, or of several at the same time.
    #[schemars(example = "deployment/default/web")]
    rollout_restart "rolloutRestart": References, Simulated, by rollout_restart::compile;
    /// `kubectl set image` of a Deployment or DaemonSet.
    set_image "setImage": SetImage, Object(&[set_image::COVERAGE]), by set_image::compile;
    /// `kubectl scale` of a Deployment.
    scale "scale": Scale, Object(&[scale::COVERAGE]), by scale::compile;
    /// `kubectl rollout pause` of a Deployment.
    #[schemars(example = "deployment/default/web")]
    pause "pause": Reference, Simulated, by pause::pause;
    /// `kubectl rollout resume` of a Deployment.
    #[schemars(example = "deployment/default/web")]
    resume "resume": Reference, Simulated, by pause::resume;
    /// `kubectl rollout undo` of a Deployment.
    rollback "rollback": Rollback, Object(&[rollback::COVERAGE]), by rollback::compile;
    /// `kubectl cordon` of a node.
    #[schemars(example = "node/worker-0")]
    cordon "cordon": Reference, Simulated, by cordon::cordon;
    /// `kubectl uncordon` of a node.
    #[schemars(example = "node/worker-0")]
    uncordon "uncordon": Reference, Simulated, by cordon::uncordon;
    /// `kubectl patch` of a Service: all its finalizers are taken away. If it is being deleted, it goes.
    #[schemars(example = "service/default/web")]
    remove_finalizers "removeFinalizers": Reference, Simulated, by remove_finalizers::compile;
    /// Kubelets of an entry of `spec.kubelets` restart, as after a change of their configuration. Pods keep
    /// their CPUs and are admitted again; those that no longer fit fail.
    restart_kubelets "restartKubelets": RestartKubelets, Object(&[restart_kubelets::COVERAGE]), by restart_kubelets::compile;
    /// An API server's process ends between two instructions; requests under way are lost, and what they had
    /// taken leaks.
    crash_api_server "crashAPIServer": CrashApiServer, Object(&[api_servers::CRASH]), by api_servers::crash;
    /// An API server is replaced by one of another release or with other gates, once its requests are done.
    upgrade_api_server "upgradeAPIServer": UpgradeApiServer, Object(&[api_servers::UPGRADE]), by api_servers::upgrade;
    /// A ServiceCIDR is created.
    add_service_cidr "addServiceCIDR": AddServiceCidr, Object(&[service_cidrs::COVERAGE]), by service_cidrs::add;
    /// A ServiceCIDR is deleted, by name; the one of the beginning is named kubernetes. It goes when no address
    /// hangs on it.
    #[schemars(example = &"more")]
    delete_service_cidr "deleteServiceCIDR": String, Simulated, by service_cidrs::delete;
}

/// What becomes of the fields that say when.
pub(in crate::scenario) const WHEN: &[Field] =
    &[("afterSettled", Simulated), ("at", Simulated), ("every", Simulated), ("repeat", Simulated)];
/// What becomes of those that say what, in the order of the names.
pub(in crate::scenario) const WHAT: &[Field] = &in_order(VERBS_COVERED);

/// The fields in the order of their names.
const fn in_order<const N: usize>(mut fields: [Field; N]) -> [Field; N] {
    let mut end = 1;
    while end < N {
        let mut place = end;
        while place > 0 && is_before(fields[place].0.as_bytes(), fields[place - 1].0.as_bytes()) {
            fields.swap(place, place - 1);
            place -= 1;
        }
        end += 1;
    }
    fields
}

const fn is_before(one: &[u8], other: &[u8]) -> bool {
    let mut place = 0;
    while place < one.len() && place < other.len() {
        if one[place] != other[place] {
            return one[place] < other[place];
        }
        place += 1;
    }
    one.len() < other.len()
}

/// An entry has one time and one verb.
fn one_of_each() -> Value {
    let required =
        |names: &[&str]| -> Value { names.iter().map(|name| json!({"required": [name]})).collect() };
    json!([{"oneOf": required(&["at", "afterSettled"])}, {"oneOf": required(VERBS)}])
}
