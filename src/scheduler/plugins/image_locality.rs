//! ImageLocality: prefers nodes that hold the pod's images already (kube-scheduler v1.25 to v1.36). Which
//! of them count follows the release (`api_machinery::compile`).

use crate::api::NodeId;
use crate::kernel::Symbol;
use crate::scheduler::framework::{
    CycleContext, CycleState, Descriptor, FastColumn, MAX_NODE_SCORE, Plugin, Point, PreScoreOutcome, Status,
    Work,
};
use crate::scheduler::node_info::NodeInfo;

const MIB: i64 = 1024 * 1024;
/// Images smaller than this in sum do not count, in bytes.
const MIN_THRESHOLD: i64 = 23 * MIB;
/// More than this for each container adds nothing, in bytes.
const MAX_CONTAINER_THRESHOLD: i64 = 1000 * MIB;

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct ImageLocality;

/// The pod's images that some node has, once for each container or volume, with their size scaled by the share of
/// nodes that hold them.
#[derive(Clone, Debug, Default)]
struct Images(Vec<(Symbol, i64)>);

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    default_weight: 1,
    fast: Some(FastColumn::Images),
    ..Descriptor::new("ImageLocality", &[Point::Score], Work::Plugin(|_| Box::new(ImageLocality)))
};

impl Plugin for ImageLocality {
    fn pre_score(
        &self,
        state: &mut CycleState,
        cycle: &CycleContext<'_>,
        _: &[NodeId],
    ) -> Result<PreScoreOutcome, Status> {
        let Images(images) = state.write();
        images.clear();
        let counted = cycle.pod.spec.images.iter().chain(&cycle.pod.spec.image_volumes);
        images.extend(counted.filter_map(|&name| {
            let state = cycle.cache.image(name)?;
            Some((name, scaled(state.size_bytes, state.nodes, cycle)))
        }));
        Ok(PreScoreOutcome::Score)
    }

    fn score(&self, state: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo, _: usize) -> i64 {
        let held = state.read::<Images>().0.iter().filter(|(name, _)| node.has_image(*name));
        // As the scheduler of old releases knows it, if the cache remembers that.
        let known = |name: Symbol| {
            let count = cycle.cache.image_count_at(node.node().id, name)?;
            Some(scaled(cycle.cache.image(name)?.size_bytes, count, cycle))
        };
        let sum: i64 = held.map(|(name, scaled)| known(*name).unwrap_or(*scaled)).sum();
        let spec = &cycle.pod.spec;
        let volumes = if cycle.behaviour.image_volumes_raise_limit { spec.image_volumes.len() } else { 0 };
        let most = MAX_CONTAINER_THRESHOLD * (spec.images.len() + volumes) as i64;
        MAX_NODE_SCORE * (sum.min(most).max(MIN_THRESHOLD) - MIN_THRESHOLD) / (most - MIN_THRESHOLD).max(1)
    }
}

/// The size, scaled by the share of nodes that hold the image.
fn scaled(size_bytes: i64, nodes: u32, cycle: &CycleContext<'_>) -> i64 {
    let spread = f64::from(nodes) / cycle.cache.nodes().len() as f64;
    (size_bytes as f64 * spread) as i64
}
