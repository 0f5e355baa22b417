//! Columns of what depends on a node and not on its pods: cordons, taints, names, node affinity, images.
//!
//! Templates that say the same about nodes share a column. A column is computed once for each node and
//! again for a node that changed. This is exact because NodeUnschedulable, NodeName, TaintToleration and
//! NodeAffinity look at the node's own fields alone; ImageLocality also looks at how many nodes hold an
//! image, so its scores are computed again whenever a node with images comes, changes or goes.

use std::sync::Arc;

use super::View;
use super::bits::Bits;
use super::log::Log;
use super::parts::Part;
use crate::api::{Labels, NodeId, NodeSelectorTerm, Pod, PodSpec, PreferredNodeTerm, Symbol, Toleration};
use crate::component_helpers::node_affinity::pod_admits_node;
use crate::scheduler::cache::Cache;
use crate::scheduler::framework::FastColumn;
use crate::scheduler::profile::Profile;

/// What decides about a column.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct StaticKey {
    node_name: Option<Symbol>,
    node_selector: Labels,
    required: Option<Vec<NodeSelectorTerm>>,
    preferred: Vec<PreferredNodeTerm>,
    tolerations: Vec<Toleration>,
    images: Vec<Symbol>,
    image_volumes: Vec<Symbol>,
    required_features: Vec<Symbol>,
}

impl StaticKey {
    /// Images count only if some node holds one of them; without any all nodes score 0.
    pub(super) fn of(spec: &PodSpec, cache: &Cache) -> Self {
        let mut all = spec.images.iter().chain(&spec.image_volumes);
        let is_held = all.any(|image| cache.image(*image).is_some());
        let held = |images: &Vec<Symbol>| if is_held { images.clone() } else { Vec::new() };
        Self {
            node_name: spec.node_name,
            node_selector: spec.node_selector.clone(),
            required: spec.required_node_terms.clone(),
            preferred: spec.preferred_node_terms.clone(),
            tolerations: spec.tolerations.clone(),
            images: held(&spec.images),
            image_volumes: held(&spec.image_volumes),
            required_features: spec.required_features.clone(),
        }
    }
}

/// The plugins of a profile that the columns are about.
pub(super) struct StaticParts {
    filters: Vec<Part>,
    taints: Option<Part>,
    affinity: Option<Part>,
    images: Option<Part>,
}

impl StaticParts {
    pub(super) fn new(profile: &Profile) -> Self {
        Self {
            filters: Part::all(FastColumn::Node, profile).collect(),
            taints: Part::of(FastColumn::Taints, profile),
            affinity: Part::of(FastColumn::NodeAffinity, profile),
            images: Part::of(FastColumn::Images, profile),
        }
    }

    fn prepare(&mut self, pod: &Pod, view: &View<'_>) {
        let cycle = view.cycle(pod);
        self.filters.iter_mut().for_each(|part| part.prepare(&cycle));
        let others = [&mut self.taints, &mut self.affinity, &mut self.images];
        others.into_iter().flatten().for_each(|part| part.prepare(&cycle));
    }
}

/// A plugin's raw scores by place, with what is needed to leave them out where they are all alike.
#[derive(Clone, Debug, Default)]
pub(super) struct Scores {
    /// The weight; 0 where the plugin gives no scores for the pod.
    pub(super) weight: i64,
    /// The raw scores; empty while all are 0.
    pub(super) raw: Vec<i64>,
    /// How many of them are not 0.
    pub(super) others_than_zero: usize,
}

impl Scores {
    fn reset(&mut self) {
        self.raw.clear();
        self.others_than_zero = 0;
    }

    fn put(&mut self, place: usize, part: Option<&Part>, node: NodeId, pod: &Pod, view: &View<'_>) {
        let new = part.map_or(0, |part| part.raw(&view.cycle(pod), node));
        if self.raw.is_empty() {
            if new == 0 {
                return;
            }
            self.raw.resize(view.cache.nodes().len(), 0);
        }
        let old = std::mem::replace(&mut self.raw[place], new);
        self.others_than_zero += usize::from(new != 0);
        self.others_than_zero -= usize::from(old != 0);
    }
}

/// What holds for a pod on each node whatever else is there.
#[derive(Clone, Debug)]
pub(super) struct StaticColumn {
    pod: Arc<Pod>,
    /// Some node holds an image of the pods that the column is for.
    has_images: bool,
    feasible: Bits,
    /// Nodes that node selector and required node affinity admit.
    admits: Bits,
    /// Nodes without a taint that keeps the pod away.
    tolerates: Bits,
    /// Grows when one of the two sets changes.
    inclusion_epoch: u64,
    taints: Scores,
    affinity: Scores,
    images: Scores,
    images_epoch: u64,
    cursor: Option<u64>,
}

impl StaticColumn {
    pub(super) fn new(pod: &Arc<Pod>, key: &StaticKey) -> Self {
        Self {
            pod: Arc::clone(pod),
            has_images: !key.images.is_empty() || !key.image_volumes.is_empty(),
            feasible: Bits::default(),
            admits: Bits::default(),
            tolerates: Bits::default(),
            inclusion_epoch: 0,
            taints: Scores::default(),
            affinity: Scores::default(),
            images: Scores::default(),
            images_epoch: 0,
            cursor: None,
        }
    }

    pub(super) fn feasible(&self) -> &Bits {
        &self.feasible
    }

    pub(super) fn admits(&self) -> &Bits {
        &self.admits
    }

    pub(super) fn tolerates(&self) -> &Bits {
        &self.tolerates
    }

    pub(super) fn inclusion_epoch(&self) -> u64 {
        self.inclusion_epoch
    }

    pub(super) fn taints(&self) -> &Scores {
        &self.taints
    }

    pub(super) fn affinity(&self) -> &Scores {
        &self.affinity
    }

    pub(super) fn images(&self) -> &Scores {
        &self.images
    }

    /// Brings the column up to date. `log` holds changes of nodes alone.
    pub(super) fn catch_up(&mut self, parts: &mut StaticParts, log: &Log, view: &View<'_>) {
        let images_epoch = view.cache.epochs().images;
        let changes = self.cursor.and_then(|cursor| log.since(cursor));
        self.cursor = Some(log.end());
        if changes.is_some_and(<[_]>::is_empty) && images_epoch == self.images_epoch {
            return;
        }
        let pod = Arc::clone(&self.pod);
        parts.prepare(&pod, view);
        let nodes = view.cache.nodes();
        if changes.is_none() {
            for set in [&mut self.feasible, &mut self.admits, &mut self.tolerates] {
                *set = Bits::new(nodes.len());
            }
            [&mut self.taints, &mut self.affinity, &mut self.images].into_iter().for_each(Scores::reset);
            self.inclusion_epoch += 1;
        }
        let weight = |part: &Option<Part>| part.as_ref().map_or(0, Part::weight);
        self.taints.weight = weight(&parts.taints);
        self.affinity.weight = weight(&parts.affinity);
        self.images.weight = weight(&parts.images);
        match changes {
            Some(changes) => {
                for change in changes {
                    self.update(change.place as usize, parts, view);
                }
            }
            None => (0..nodes.len()).for_each(|place| self.update(place, parts, view)),
        }
        if std::mem::replace(&mut self.images_epoch, images_epoch) != images_epoch {
            let images = parts.images.as_ref().filter(|_| self.has_images);
            for (place, node) in nodes.iter().enumerate() {
                self.images.put(place, images, *node, &pod, view);
            }
        }
    }

    fn update(&mut self, place: usize, parts: &StaticParts, view: &View<'_>) {
        let id = view.cache.nodes()[place];
        let cycle = view.cycle(&self.pod);
        let node = view.cache.node_info(id).node();
        let others = [&parts.taints, &parts.affinity];
        let mut filters = parts.filters.iter().chain(others.into_iter().flatten());
        self.feasible.set(place, filters.all(|part| part.admits(&cycle, id)));
        let spec = &self.pod.spec;
        let admits = pod_admits_node(spec, node, view.names);
        let mut hard_taints = node.taints.iter().filter(|taint| taint.keeps_away());
        let tolerates = hard_taints.all(|taint| taint.is_tolerated_by(&spec.tolerations));
        let changes = self.admits.contains(place) != admits || self.tolerates.contains(place) != tolerates;
        self.inclusion_epoch += u64::from(changes);
        self.admits.set(place, admits);
        self.tolerates.set(place, tolerates);
        self.taints.put(place, parts.taints.as_ref(), id, &self.pod, view);
        self.affinity.put(place, parts.affinity.as_ref(), id, &self.pod, view);
        let images = parts.images.as_ref().filter(|_| self.has_images);
        self.images.put(place, images, id, &self.pod, view);
    }
}
