//! ImageLocality: prefers nodes that hold the pod's images already (kube-scheduler v1.34).
//!
//! DIFFERENCE: image volumes are not counted.

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

/// The pod's images that some node has, once for each container, with their size scaled by the share of
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
        let all_nodes = cycle.cache.nodes().len() as f64;
        let Images(images) = state.write();
        images.clear();
        images.extend(cycle.pod.spec.images.iter().filter_map(|&name| {
            let state = cycle.cache.image(name)?;
            let spread = f64::from(state.nodes) / all_nodes;
            Some((name, (state.size_bytes as f64 * spread) as i64))
        }));
        Ok(PreScoreOutcome::Score)
    }

    fn score(&self, state: &CycleState, cycle: &CycleContext<'_>, node: &NodeInfo, _: usize) -> i64 {
        let held = state.read::<Images>().0.iter().filter(|(name, _)| node.has_image(*name));
        let sum: i64 = held.map(|(_, scaled)| scaled).sum();
        let most = MAX_CONTAINER_THRESHOLD * cycle.pod.spec.images.len() as i64;
        MAX_NODE_SCORE * (sum.min(most).max(MIN_THRESHOLD) - MIN_THRESHOLD) / (most - MIN_THRESHOLD).max(1)
    }
}
