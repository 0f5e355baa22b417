//! Which objects there are at a point of the timeline, and their numbers.

use std::collections::BTreeMap;

use super::error::did_you_mean;
use super::figure_selector::FigureSelector;
use super::reference::Reference;
use crate::api::{DaemonSet, DaemonSetId, Deployment, DeploymentId, Node, NodeId};
use crate::cluster::store::{Kind, Object, ObjectId, ObjectNumber};

/// What is known of an object that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// It is of a kind that the store holds, and has this number.
    Object(ObjectId),
    /// It does nothing by itself, or it is faulty.
    Passive,
}

/// A workload whose template a client can change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rolled {
    /// A Deployment.
    Deployment(DeploymentId),
    /// A DaemonSet.
    DaemonSet(DaemonSetId),
}

/// Names and numbers, as the timeline goes on. Numbers are never given twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    live: BTreeMap<Reference, Entry>,
    /// Also those that were deleted, with their last numbers.
    ever: BTreeMap<Reference, Entry>,
    /// Numbers given so far, by kind.
    given: [u32; Kind::ALL.len()],
}

impl Directory {
    /// The object of this name, if it is there.
    pub(super) fn get(&self, reference: &Reference) -> Option<Entry> {
        self.live.get(reference).copied()
    }

    /// The number of the object of this name, if it is there and of that kind.
    pub(super) fn number<T: Object>(&self, reference: &Reference) -> Option<T::Id> {
        match self.get(reference)? {
            Entry::Object(id) => T::Id::of(id),
            Entry::Passive => None,
        }
    }

    /// Whether there is such an object at some time.
    pub(super) fn was_ever(&self, reference: &Reference) -> bool {
        self.ever.contains_key(reference)
    }

    /// The number of the object of this name, if there is one of that kind at some time.
    pub(super) fn number_ever<T: Object>(&self, reference: &Reference) -> Option<T::Id> {
        match self.ever.get(reference)? {
            Entry::Object(id) => T::Id::of(*id),
            Entry::Passive => None,
        }
    }

    /// The number of an object of this name: its own if it is there, else the next free one.
    pub(super) fn number_or_next<T: Object>(&mut self, reference: &Reference) -> T::Id {
        self.number::<T>(reference).unwrap_or_else(|| self.next::<T>(reference))
    }

    /// The next free number, for an object of this name.
    pub(super) fn next<T: Object>(&mut self, reference: &Reference) -> T::Id {
        let given = &mut self.given[T::KIND as usize];
        let id = T::Id::from_place(*given);
        *given += 1;
        self.put(reference, Entry::Object(id.into()));
        id
    }

    /// Notes an object that does nothing by itself.
    pub(super) fn passive(&mut self, reference: &Reference) {
        self.put(reference, Entry::Passive);
    }

    fn put(&mut self, reference: &Reference, entry: Entry) {
        self.live.insert(reference.clone(), entry);
        self.ever.insert(reference.clone(), entry);
    }

    /// Takes an object away.
    pub(super) fn remove(&mut self, reference: &Reference) {
        self.live.remove(reference);
    }

    /// The object of this name; the error names the nearest that is there.
    pub(super) fn find(&self, reference: &Reference) -> Result<Entry, String> {
        if let Some(entry) = self.get(reference) {
            return Ok(entry);
        }
        if self.was_ever(reference) {
            return Err(format!("{reference} is deleted by then"));
        }
        Err(format!("there is no {reference}{}", self.hint(reference)))
    }

    /// The Deployment of this name.
    pub(super) fn find_deployment(&self, reference: &Reference) -> Result<DeploymentId, String> {
        self.find_of::<Deployment>(reference, "deployment")
            .ok_or_else(|| format!("{reference} is no Deployment"))?
    }

    /// The Deployment or DaemonSet of this name.
    pub(super) fn find_rolled(&self, reference: &Reference) -> Result<Rolled, String> {
        if reference.kind == "daemonset" {
            let found = self.find_of::<DaemonSet>(reference, "daemonset");
            return found.ok_or_else(|| format!("{reference} is no DaemonSet"))?.map(Rolled::DaemonSet);
        }
        self.find_deployment(reference).map(Rolled::Deployment)
    }

    /// The node of this name.
    pub(super) fn find_node(&self, reference: &Reference) -> Result<NodeId, String> {
        self.find_of::<Node>(reference, "node").ok_or_else(|| format!("{reference} is no node"))?
    }

    /// The object of this name; `None` if it is of another kind.
    fn find_of<T: Object>(&self, reference: &Reference, kind: &str) -> Option<Result<T::Id, String>> {
        match self.find(reference) {
            Err(error) => Some(Err(error)),
            Ok(Entry::Object(id)) => T::Id::of(id).map(Ok),
            // It is faulty and was told of: what names it is not told of as well.
            Ok(Entry::Passive) => (reference.kind == kind).then(|| Ok(T::Id::from_place(u32::MAX))),
        }
    }

    /// Whether a figure is about one workload that is there at some time; if none is named, about the only Deployment,
    /// or the only DaemonSet where there is no Deployment.
    pub(super) fn check_subject(&self, figure: &FigureSelector) -> Result<(), String> {
        if let Some(of) = &figure.of {
            return if self.was_ever(of) { Ok(()) } else { self.find(of).map(|_| ()) };
        }
        let of = |kind: &'static str| self.ever.keys().filter(move |reference| reference.kind == kind);
        let mut workloads =
            if of("deployment").next().is_some() { of("deployment") } else { of("daemonset") };
        match (workloads.next(), workloads.next()) {
            (Some(first), Some(_)) if figure.is_of_a_rollout() => Err(format!(
                "{} is a measure of one workload, and there are several; name it, such as `of: {first}`",
                figure.measure.name
            )),
            _ => Ok(()),
        }
    }

    fn hint(&self, reference: &Reference) -> String {
        let names: Vec<String> = self.live.keys().map(ToString::to_string).collect();
        let same_kind = names.iter().filter(|name| name.starts_with(&format!("{}/", reference.kind)));
        let near = did_you_mean(&reference.to_string(), same_kind.map(String::as_str));
        if near.is_empty() {
            did_you_mean(&reference.to_string(), names.iter().map(String::as_str))
        } else {
            near
        }
    }
}
