//! What the DaemonSet controller keeps in mind of one DaemonSet: expectations, revisions of its template, what it makes of
//! each node.

use std::sync::Arc;

use crate::api::pod::REVISION_LABEL;
use crate::api::{
    DaemonSet, Interner, Node, NodeId, NodeRequirement, NodeSelectorOperator, NodeSelectorTerm, OwnerId, Pod,
    PodSpec, PodTemplate, Symbol,
};
use crate::api_machinery::compile::merge_label_keys;
use crate::cluster::api_server::ApiServer;
use crate::cluster::control_plane::Chance;
use crate::cluster::controller_manager::cache::Caches;
use crate::cluster::draw_uses;
use crate::cluster::store::Kind;
use crate::cluster::watch::Reader;
use crate::controllers::daemon_set::back_off::FailedPods;
use crate::controllers::daemon_set::expectations::Expectations;
use crate::controllers::daemon_set::nodes::{NodeVerdict, verdict};
use crate::controllers::daemon_set::{DaemonSetView, SeenNode, tolerations};
use crate::kernel::{Identity, stable_hash};

/// What the controller keeps of one DaemonSet.
#[derive(Default)]
pub(super) struct Kept {
    pub(super) expectations: Expectations,
    pub(super) failed: FailedPods,
    /// Lists of nodes drawn so far.
    lists: u64,
    /// Pods made so far.
    pub(super) created: u32,
    /// How far the logs were written by the controller's own writes: of pods, and of the status.
    pub(super) written_pods: u64,
    pub(super) written_status: u64,
    /// The revisions of its template, in the order in which they were met.
    revisions: Vec<Revision>,
    /// What the template of a revision makes of each node, as it was seen then.
    verdicts: Vec<Option<(Arc<Node>, Symbol, NodeVerdict)>>,
}

/// A template that the DaemonSet has or had.
struct Revision {
    template: PodTemplate,
    hash: Symbol,
    /// The number of the ControllerRevision; the newest has the highest.
    number: i64,
    /// Its pods, before they are pinned to a node.
    pod: Arc<PodSpec>,
}

/// What has to be written so that the template of a DaemonSet is the newest revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum History {
    /// Nothing.
    Kept,
    /// A new ControllerRevision.
    New,
    /// An old one gets another number.
    Again,
}

/// What a sync sees of a DaemonSet's surroundings.
pub(super) struct Seen {
    nodes: Vec<SeenNode>,
    pods: Vec<Arc<Pod>>,
    hash: Symbol,
}

fn host_network(template: &PodTemplate) -> bool {
    template.source.spec.as_ref().and_then(|spec| spec.host_network).unwrap_or(false)
}

/// The pods of a template as the controller makes them, but for the node.
fn pod_of(template: &PodTemplate, hash: Symbol, names: &mut Interner) -> PodSpec {
    let mut pod = PodSpec::clone(&template.pod);
    tolerations::add(&mut pod.tolerations, host_network(template), names);
    pod.labels.set(names.intern(REVISION_LABEL), hash);
    pod.revision = Some(hash);
    merge_label_keys(&mut pod);
    pod
}

impl Kept {
    /// Finds the revision of a DaemonSet's template, or makes it (`constructHistory`).
    pub(super) fn find_revision(&mut self, set: &DaemonSet, has_pods: bool, names: &mut Interner) -> History {
        let newest = self.revisions.iter().map(|held| held.number).max().unwrap_or(0);
        let found = self.revisions.iter_mut().find(|held| held.template.equals(&set.template));
        if let Some(held) = found {
            if held.number == newest {
                return History::Kept;
            }
            held.number = newest + 1;
            return History::Again;
        }
        let hash = set.template.hash;
        let pod = Arc::new(pod_of(&set.template, hash, names));
        self.revisions.push(Revision { template: set.template.clone(), hash, number: newest + 1, pod });
        // That of a DaemonSet that was there before is there too.
        let adopted = newest == 0 && (set.status.observed_generation > 0 || has_pods);
        if adopted { History::Kept } else { History::New }
    }

    /// Whether the caches show the controller's own last writes.
    pub(super) fn has_seen_own_writes(&self, api: &ApiServer<'_>) -> bool {
        let log = api.store().log();
        log.seen(Reader::ControllerManager, Kind::Pod) >= self.written_pods
            && log.seen(Reader::ControllerManager, Kind::DaemonSet) >= self.written_status
    }

    /// The revision that is wanted: the newest.
    fn wanted(&self) -> Option<&Revision> {
        self.revisions.iter().max_by_key(|held| held.number)
    }

    /// The verdict on a node by the present template, whatever was kept.
    pub(super) fn verdict_anew(&self, set: &DaemonSet, node: &Node, names: &mut Interner) -> NodeVerdict {
        match self.wanted().filter(|held| held.template.equals(&set.template)) {
            Some(held) => verdict(&held.pod, node, names),
            None => verdict(&pod_of(&set.template, set.template.hash, names), node, names),
        }
    }

    /// What the caches show, the nodes in an order of its own, as the iteration over a Go map gives Kubernetes.
    pub(super) fn shuffled(
        &mut self,
        set: &DaemonSet,
        caches: &Caches,
        api: &mut ApiServer<'_>,
    ) -> Option<Seen> {
        let mut seen = self.look(set, caches, api)?;
        let chance = api.setup.control_plane.map(|plane| plane.chance).unwrap_or_default();
        if chance == Chance::Drawn && seen.nodes.len() > 1 {
            let who = self.identity(set, &api.names, 0);
            let mut draw = api.draws.keyed(draw_uses::DAEMON_SET_LIST, who, self.lists);
            self.lists += 1;
            draw.shuffle(&mut seen.nodes);
        }
        Some(seen)
    }

    /// What the caches show: pods and nodes, by number.
    pub(super) fn look(&mut self, set: &DaemonSet, caches: &Caches, api: &mut ApiServer<'_>) -> Option<Seen> {
        let (hash, pod) = self.wanted().map(|held| (held.hash, Arc::clone(&held.pod)))?;
        let mut seen = Vec::new();
        for node in caches.nodes() {
            let verdict = self.verdict(node, hash, &pod, &api.names);
            seen.push(SeenNode { name: node.name, verdict });
        }
        let pods = caches.pods_of(OwnerId::DaemonSet(set.id)).to_vec();
        Some(Seen { nodes: seen, pods, hash })
    }

    fn verdict(&mut self, node: &Arc<Node>, hash: Symbol, pod: &PodSpec, names: &Interner) -> NodeVerdict {
        let place = node.id.index();
        if self.verdicts.len() <= place {
            self.verdicts.resize_with(place + 1, || None);
        }
        if let Some((of, by, kept)) = &self.verdicts[place]
            && Arc::ptr_eq(of, node)
            && *by == hash
        {
            return *kept;
        }
        let new = verdict(pod, node, names);
        self.verdicts[place] = Some((Arc::clone(node), hash, new));
        new
    }

    /// Who the pod with this number is to the random draws.
    pub(super) fn identity(&self, set: &DaemonSet, names: &Interner, ordinal: u32) -> Identity {
        let newest = self.wanted().map_or(0, |held| held.number - 1);
        Identity {
            owner: stable_hash(format!("daemonset/{}/{}", names.resolve(set.namespace), set.name).as_bytes()),
            revision: u32::try_from(newest).unwrap_or(0),
            ordinal,
        }
    }

    /// The pod for a node: required node affinity is replaced by the node's name
    /// (`ReplaceDaemonSetPodNodeNameNodeAffinity`).
    pub(super) fn pod_for(&self, node: Symbol, names: &mut Interner) -> Option<Arc<PodSpec>> {
        let field = NodeRequirement {
            key: names.intern("metadata.name"),
            operator: NodeSelectorOperator::In,
            values: vec![node],
            bound: None,
        };
        let term = NodeSelectorTerm { expressions: Vec::new(), fields: vec![field] };
        let pod = PodSpec::clone(&self.wanted()?.pod);
        Some(Arc::new(PodSpec { required_node_terms: Some(vec![term]), ..pod }))
    }
}

impl Seen {
    /// Asks something of a view of it.
    pub(super) fn with<T>(
        &self,
        set: &DaemonSet,
        (caches, api): (&Caches, &ApiServer<'_>),
        ask: impl FnOnce(&DaemonSetView<'_>) -> T,
    ) -> T {
        ask(&DaemonSetView {
            daemon_set: set,
            nodes: &self.nodes,
            pods: &self.pods,
            name_of: &|node: NodeId| caches.node_name(node),
            hash: self.hash,
            now: api.clock(),
            behaviour: api.setup.behaviour.controllers,
        })
    }
}
