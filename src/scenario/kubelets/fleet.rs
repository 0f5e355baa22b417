//! The kubelets of a scenario: which node is of which entry, and of which release.
//!
//! A node that tells its kubelet's release (`status.nodeInfo.kubeletVersion`) has a kubelet of that release; all
//! others have kubelets of the cluster's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::builder::Builder;
use super::super::error::Findings;
use super::super::objects::ObjectSource;
use super::super::plan::Plan;
use super::super::release;
use super::KubeletDocument;
use super::resolve::{Started, start};
use crate::api::behaviour::Release;
use crate::api::{Node, NodeId};
use crate::cluster::setup::KubeletSetup;
use crate::cluster::setup::kubelet::KubeletChange;

/// An entry, and the release of the kubelet where that is not the cluster's.
type Which = (usize, Option<Release>);

/// The kubelets of a scenario: those that were started, and whose node is whose.
pub(in super::super) struct Fleet {
    /// By entry and release; `None` if it did not start, which was told.
    started: Vec<(Which, Option<Started>)>,
    /// The releases of nodes that tell one other than the cluster's, by name.
    releases: BTreeMap<String, Release>,
    /// Entries that some node takes.
    taken: Vec<bool>,
    nodes: Vec<Option<Arc<KubeletSetup>>>,
    /// The release of each node's kubelet that has an entry.
    of_nodes: BTreeMap<NodeId, Option<Release>>,
}

/// The releases of kubelets that are not of the cluster's, by the name of the node.
fn other_releases(plan: &Plan) -> BTreeMap<String, Release> {
    if plan.kubelets.is_empty() {
        return BTreeMap::new();
    }
    let told = release::kubelets(plan.all_objects()).into_iter();
    let own = told.map(|(name, release)| (name.to_owned(), release.minor().clamped()));
    own.filter(|(_, release)| *release != plan.release.release.minor()).collect()
}

impl Fleet {
    /// Starts the kubelet of every entry, and gives the nodes of the beginning theirs.
    pub(in super::super) fn start(
        plan: &Plan,
        nodes: &mut [Node],
        builder: &mut Builder,
        findings: &mut Findings,
    ) -> Self {
        let mut fleet = Self {
            started: Vec::new(),
            releases: other_releases(plan),
            taken: vec![false; plan.kubelets.len()],
            nodes: Vec::new(),
            of_nodes: BTreeMap::new(),
        };
        if fleet.releases.is_empty() {
            for index in 0..plan.kubelets.len() {
                fleet.started((index, None), plan, builder, findings);
            }
        }
        for node in nodes {
            fleet.assign(node, plan, builder, findings);
        }
        fleet
    }

    /// The kubelet of an entry and release, started once.
    fn started(
        &mut self,
        which: Which,
        plan: &Plan,
        builder: &mut Builder,
        findings: &mut Findings,
    ) -> Option<&Started> {
        let known = self.started.iter().position(|(key, _)| *key == which);
        let place = known.unwrap_or_else(|| {
            let source = plan.kubelets[which.0].as_ref().and_then(|kubelet| kubelet.configuration.as_ref());
            let started = start(plan, which, source, builder, findings);
            self.started.push((which, started));
            self.started.len() - 1
        });
        self.started[place].1.as_ref()
    }

    /// Gives a node its machine, if an entry fits; a node that says nothing of CPU gets what the machine has.
    /// A node that is applied again keeps what it is.
    pub(in super::super) fn assign(
        &mut self,
        node: &mut Node,
        plan: &Plan,
        builder: &mut Builder,
        findings: &mut Findings,
    ) {
        let known = self.nodes.get(node.id.index()).and_then(Option::as_ref).map(|setup| setup.entry);
        let fits = |entry: &KubeletDocument, builder: &mut Builder| {
            entry.node_selector.iter().all(|(key, value)| {
                let (key, value) = (builder.names.intern(key), builder.names.intern(value));
                node.labels.get(key) == Some(value)
            })
        };
        let mut entries = plan.document.spec.kubelets.iter();
        let Some(index) = known.or_else(|| entries.position(|entry| fits(entry, builder))) else { return };
        self.taken[index] = true;
        let own = self.releases.get(builder.names.resolve(node.name)).copied();
        self.of_nodes.insert(node.id, own);
        let Some(started) = self.started((index, own), plan, builder, findings) else { return };
        agree_on_cpu(plan, index, started, node, builder, findings);
        agree_on_devices(plan, index, started, node, builder, findings);
        let setup = Arc::clone(&started.setup);
        if self.nodes.len() <= node.id.index() {
            self.nodes.resize(node.id.index() + 1, None);
        }
        self.nodes[node.id.index()] = Some(setup);
    }

    /// The kubelets by node; entries that nobody takes are told of, and whether they would start.
    pub(in super::super) fn finish(
        mut self,
        plan: &Plan,
        builder: &mut Builder,
        findings: &mut Findings,
    ) -> Vec<Option<Arc<KubeletSetup>>> {
        let idle: Vec<usize> = (0..self.taken.len()).filter(|index| !self.taken[*index]).collect();
        for index in idle {
            self.started((index, None), plan, builder, findings);
            let message = format!("spec.kubelets[{index}]: no node has these labels");
            findings.warning(plan.place_of_kubelet(index, "nodeSelector"), message);
        }
        self.nodes
    }

    /// The minor releases of the kubelets of nodes with a machine.
    pub(in super::super) fn releases(&self, plan: &Plan) -> Vec<Release> {
        let cluster = plan.release.release.minor();
        let mut releases = Vec::new();
        for own in self.of_nodes.values() {
            let release = own.unwrap_or(cluster);
            if !releases.contains(&release) {
                releases.push(release);
            }
        }
        releases.sort_by_key(|release| release.rank());
        if releases.is_empty() { vec![cluster] } else { releases }
    }

    /// Whether a node's kubelet is of an entry.
    pub(in super::super) fn is_of(&self, node: NodeId, entry: usize) -> bool {
        self.nodes.get(node.index()).and_then(Option::as_ref).is_some_and(|setup| setup.entry == entry)
    }

    /// The settings with which kubelets of an entry restart, or that of one node: of all nodes together where
    /// they are of one release, else of each. `None` if they are wrong, which is told.
    pub(in super::super) fn change(
        &self,
        (index, only): (usize, Option<NodeId>),
        configuration: &ObjectSource,
        plan: &Plan,
        builder: &mut Builder,
        findings: &mut Findings,
    ) -> Option<Vec<(Option<NodeId>, KubeletChange)>> {
        let concerned = |node: &NodeId| only.is_none_or(|only| only == *node) && self.is_of(*node, index);
        let nodes: Vec<(NodeId, Option<Release>)> = self
            .of_nodes
            .iter()
            .map(|(node, own)| (*node, *own))
            .filter(|(node, _)| concerned(node))
            .collect();
        let releases: BTreeSet<Option<(u8, Option<u8>)>> =
            nodes.iter().map(|(_, own)| own.map(Release::rank)).collect();
        let mut change = |own: Option<Release>| {
            let started = start(plan, (index, own), Some(configuration), builder, findings)?;
            let (setup, allocatable_milli_cpu) = (started.setup, started.allocatable_milli);
            Some(KubeletChange { setup, allocatable_milli_cpu })
        };
        if releases.len() <= 1 {
            let own = nodes.first().and_then(|(_, own)| *own);
            return Some(vec![(only, change(own)?)]);
        }
        nodes.into_iter().map(|(node, own)| Some((Some(node), change(own)?))).collect()
    }
}

/// A node's allocatable CPU is what the machine has beyond the reservation.
fn agree_on_cpu(
    plan: &Plan,
    index: usize,
    started: &Started,
    node: &mut Node,
    builder: &Builder,
    findings: &mut Findings,
) {
    let of_machine = started.allocatable_milli;
    if node.allocatable.milli_cpu == 0 {
        node.allocatable.milli_cpu = of_machine;
    } else if node.allocatable.milli_cpu != of_machine {
        let message = format!(
            "spec.kubelets[{index}]: node {:?} has {}m allocatable CPU, its machine {} leaves {of_machine}m; leave \
             it out, or name the machine that it is",
            builder.names.resolve(node.name),
            node.allocatable.milli_cpu,
            started.setup.machine.name()
        );
        findings.error(plan.place_of_kubelet(index, "machine"), message);
    }
}

/// A node has as many of an extended resource as there are devices.
fn agree_on_devices(
    plan: &Plan,
    index: usize,
    started: &Started,
    node: &mut Node,
    builder: &Builder,
    findings: &mut Findings,
) {
    for (name, resource) in &started.setup.devices {
        let devices = resource.devices.len() as i64;
        let told = node.allocatable.scalar_amount(*name);
        if told == 0 {
            node.allocatable.add_scalar(*name, devices);
        } else if told != devices {
            let message = format!(
                "spec.kubelets[{index}]: node {:?} has {told} {}, its devices are {devices}",
                builder.names.resolve(node.name),
                resource.name
            );
            findings.error(plan.place_of_kubelet(index, "devices"), message);
        }
    }
}
