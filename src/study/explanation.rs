//! Why one pod went where it went, or stays without a node: finds the pod in a run, and runs again with
//! a witness.
//!
//! The names of a Deployment's pods are drawn in the run, so the first run tells which pods there are;
//! the second, the same to the last bit, watches the one that was asked for.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::{NodeId, PodId};
use crate::cluster::explanation::{Testimony, WitnessOrder};
use crate::cluster::setup::{ClusterSetup, TieBreakRule};
use crate::cluster::world::{self, RunEnd};
use crate::kernel::{Draws, NoTrace, Seed, SimTime};
use crate::measures::{PodRow, RunRecord};
use crate::study::ends::Ends;
use crate::study::oversight::{Oversight, Stopped};
use crate::study::replication;

/// Names that a message lists at most.
const MOST_NAMES: usize = 10;

/// Which pod, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodQuery {
    /// As it was asked for.
    pub asked: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name, or a beginning that no other pod shares.
    pub name: String,
    /// The last attempt at or before this time is explained; `None`: the last of all.
    pub at: Option<SimTime>,
}

/// No pod can be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// No pod has this name or begins with it; names that are like it, or the first there are.
    Unknown {
        /// The names are like the one asked for.
        alike: bool,
        /// At most ten.
        names: Vec<String>,
    },
    /// Several pods begin with this name.
    Ambiguous {
        /// At most ten of them with what became of them.
        names: Vec<String>,
        /// How many there are.
        pods: usize,
    },
    /// The pod comes later.
    NotYet {
        /// Its whole name.
        name: String,
        /// When it is created.
        created: SimTime,
    },
}

/// No pod can be explained, and how the run ended in which it was sought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Why not.
    pub why: NotFound,
    /// How the run ended: the pod may come after that.
    pub ends: Ends,
}

/// What there is to say about a pod.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// `NAMESPACE/NAME`.
    pub name: String,
    /// What became of it.
    pub pod: PodRow,
    /// The node that it is or was on.
    pub node: Option<Arc<str>>,
    /// It was on that node from the beginning.
    pub bound_in_input: bool,
    /// Pods that had this name, one after the other, this one included.
    pub namesakes: usize,
    /// The time that was asked for.
    pub at: Option<SimTime>,
    /// How one of several best nodes is chosen.
    pub tie_break: TieBreakRule,
    /// What the witness saw.
    pub testimony: Testimony,
    /// How the run ended.
    pub end: RunEnd,
}

impl Explanation {
    /// How the run ended.
    pub fn ends(&self) -> Ends {
        Ends::of([(0, &self.end)])
    }
}

impl PodQuery {
    /// Reads `NAMESPACE/NAME`, `NAME` (in the namespace `default`) or `pod/NAMESPACE/NAME`.
    pub fn parse(text: &str, at: Option<SimTime>) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (namespace, name) = match parts[..] {
            [name] => ("default", name),
            [namespace, name] | ["pod", namespace, name] => (namespace, name),
            _ => ("", ""),
        };
        if namespace.is_empty() || name.is_empty() {
            return Err(format!("{text:?} names no pod; write NAMESPACE/NAME, or a beginning of the name"));
        }
        Ok(Self { asked: text.to_owned(), namespace: namespace.to_owned(), name: name.to_owned(), at })
    }
}

/// Why nothing is explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unexplained {
    /// There is no such pod.
    Missing(Missing),
    /// The monitor ended the run.
    Stopped,
}

impl From<Stopped> for Unexplained {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

/// Explains a pod of a replication.
pub fn explain(
    setup: &Arc<ClusterSetup>,
    (seed, number): (Seed, u32),
    query: &PodQuery,
    oversight: &Oversight<'_>,
) -> Result<Explanation, Unexplained> {
    let (end, record) = replication::run_overseen(setup, (seed, number), false, oversight)?;
    let rows = Rows::new(&record);
    let found = rows.find(query);
    let missing = |why| Unexplained::Missing(Missing { why, ends: Ends::of([(number, &end)]) });
    let (pod, namesakes) = found.map_err(missing)?;
    let order = WitnessOrder { pod: pod.pod.id, until: query.at };
    let draws = Draws::new(seed, number);
    let (again, testimony) = oversight
        .run((seed, number), |probe| world::run_with_witness(setup, draws, &mut NoTrace, probe, order))?;
    assert_eq!(again.fingerprint, end.fingerprint, "a witness changes nothing");
    Ok(Explanation {
        name: rows.name(pod),
        node: pod.pod.node.map(|node| rows.node_name(node)),
        bound_in_input: was_bound(setup, pod.pod.id),
        pod: pod.clone(),
        namesakes,
        at: query.at,
        tie_break: setup.scheduler.tie_break,
        testimony,
        end,
    })
}

fn was_bound(setup: &ClusterSetup, id: PodId) -> bool {
    setup.pods.iter().any(|pod| pod.id == id && pod.node.is_some())
}

/// The pods of a run by name.
struct Rows<'a> {
    record: &'a RunRecord,
    /// Pods of one name in the order of creation.
    by_name: BTreeMap<String, Vec<&'a PodRow>>,
}

impl<'a> Rows<'a> {
    fn new(record: &'a RunRecord) -> Self {
        let mut rows = Self { record, by_name: BTreeMap::new() };
        for row in record.pods.iter() {
            rows.by_name.entry(rows.name(row)).or_default().push(row);
        }
        rows
    }

    fn name(&self, row: &PodRow) -> String {
        format!("{}/{}", self.record.names.resolve(row.pod.spec.namespace), row.pod.name)
    }

    fn node_name(&self, node: NodeId) -> Arc<str> {
        self.record.node_names.get(node.index()).cloned().unwrap_or_default()
    }

    /// The pod that is asked for, and how many had its name.
    fn find(&self, query: &PodQuery) -> Result<(&'a PodRow, usize), NotFound> {
        let wanted = format!("{}/{}", query.namespace, query.name);
        let name =
            if self.by_name.contains_key(&wanted) { wanted } else { self.completed(&wanted, query.at)? };
        let rows = &self.by_name[&name];
        let at = query.at.unwrap_or(SimTime(u64::MAX));
        let latest = rows.iter().rev().find(|row| row.created <= at);
        match latest {
            Some(row) => Ok((row, rows.len())),
            None => Err(NotFound::NotYet { name, created: rows[0].created }),
        }
    }

    /// The only name that begins like this. Pods that are there at the time come before others.
    fn completed(&self, beginning: &str, at: Option<SimTime>) -> Result<String, NotFound> {
        let begins = self.by_name.range(beginning.to_owned()..);
        let begins: Vec<_> = begins.take_while(|(name, _)| name.starts_with(beginning)).collect();
        let there = |rows: &&Vec<&PodRow>| rows.iter().any(|row| exists_at(row, at));
        let now: Vec<_> = begins.iter().filter(|(_, rows)| there(rows)).collect();
        match (&begins[..], &now[..]) {
            ([], _) => Err(self.unknown(beginning)),
            ([(name, _)], _) => Ok((*name).clone()),
            (_, [(name, _)]) if at.is_some() => Ok((*name).clone()),
            _ => Err(self.ambiguous(&begins)),
        }
    }

    /// Pods without node are listed first, gone ones last.
    fn ambiguous(&self, begins: &[(&String, &Vec<&'a PodRow>)]) -> NotFound {
        let mut pods: Vec<(&String, &PodRow)> =
            begins.iter().map(|(name, rows)| (*name, rows[rows.len() - 1])).collect();
        pods.sort_by_key(|(_, row)| (row.gone.is_some(), row.pod.node.is_some()));
        let told = pods.iter().take(MOST_NAMES).map(|(name, row)| format!("{name} ({})", self.state(row)));
        NotFound::Ambiguous { names: told.collect(), pods: pods.len() }
    }

    fn state(&self, row: &PodRow) -> String {
        match (row.gone, row.pod.node) {
            (Some(gone), _) => format!("gone since {gone}"),
            (None, Some(node)) => format!("on {}", self.node_name(node)),
            (None, None) => "without node".to_owned(),
        }
    }

    fn unknown(&self, wanted: &str) -> NotFound {
        // One letter in three may differ; the namespace does not make a name longer.
        let letters = wanted.rsplit('/').next().unwrap_or(wanted).chars().count();
        let mut near: Vec<(usize, &String)> = self
            .by_name
            .keys()
            .map(|name| (strsim::damerau_levenshtein(name, wanted), name))
            .filter(|(distance, _)| *distance <= (letters / 3).max(2))
            .collect();
        near.sort();
        let alike = !near.is_empty();
        let names: Vec<&String> =
            if alike { near.into_iter().map(|pair| pair.1).collect() } else { self.by_name.keys().collect() };
        NotFound::Unknown { alike, names: names.into_iter().take(MOST_NAMES).cloned().collect() }
    }
}

/// Whether a pod is in the API at a time; without a time, at the end.
fn exists_at(row: &PodRow, at: Option<SimTime>) -> bool {
    match at {
        None => row.gone.is_none(),
        Some(at) => row.created <= at && row.gone.is_none_or(|gone| gone > at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pods_are_named_in_three_ways() {
        let parts = |text| PodQuery::parse(text, None).map(|query| (query.namespace, query.name));
        let pair = |namespace: &str, name: &str| Ok((namespace.to_owned(), name.to_owned()));
        assert_eq!(parts("web-0"), pair("default", "web-0"));
        assert_eq!(parts("shop/web-0"), pair("shop", "web-0"));
        assert_eq!(parts("pod/shop/web-0"), pair("shop", "web-0"));
        for wrong in ["", "/", "a/", "/b", "node/a/b", "a/b/c/d"] {
            assert!(parts(wrong).is_err(), "{wrong}");
        }
    }
}
