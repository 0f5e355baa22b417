//! What a timeline can do: the verbs, one file each, with how it is written, how it is checked against the objects that
//! are there by then, and what it does.

mod api_servers;
mod apply;
mod cordon;
mod delete;
mod pause;
pub mod registry;
mod remove_finalizers;
mod restart_kubelets;
mod rollback;
mod rollout_restart;
mod scale;
mod service_cidrs;
mod set_image;
mod template;
pub(super) mod timeline;

use std::sync::Arc;

use super::builder::Builder;
use super::error::Findings;
use super::kubelets::Fleet;
use super::plan::Plan;
use super::reference::Reference;
use crate::cluster::operation::Operation;
use crate::cluster::service_registry::ServiceIpSetup;

/// What a verb is checked against.
struct Stage<'s> {
    plan: &'s Plan,
    /// The place of the entry in `spec.timeline`.
    index: usize,
    fleet: &'s mut Fleet,
    services: Option<&'s ServiceIpSetup>,
    builder: &'s mut Builder,
    findings: &'s mut Findings,
}

/// An operation and its words, for events and summaries.
type Worded = (Arc<dyn Operation>, Arc<str>);

/// `None` if it changes nothing, or is wrong and was told of.
type Made = Option<Worded>;

fn made(operation: impl Operation + 'static, label: String) -> Worded {
    (Arc::new(operation), label.into())
}

/// An operation that is named by its verb and its object.
fn named(operation: impl Operation + 'static, verb: &str, reference: &Reference) -> Worded {
    made(operation, format!("{verb} {reference}"))
}
