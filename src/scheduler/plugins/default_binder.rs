//! DefaultBinder: binds a pod by a request to the API (kube-scheduler v1.34). The request itself, with its
//! time, is the process's.

use crate::api::NodeId;
use crate::scheduler::framework::{
    BindOutcome, CycleContext, CycleState, Descriptor, Plugin, Point, Status, Work,
};

/// The plugin.
#[derive(Clone, Copy, Debug)]
pub struct DefaultBinder;

/// Its line in the registry.
pub static DESCRIPTOR: Descriptor =
    Descriptor::new("DefaultBinder", &[Point::Bind], Work::Plugin(|_| Box::new(DefaultBinder)));

impl Plugin for DefaultBinder {
    fn bind(&self, _: &mut CycleState, _: &CycleContext<'_>, _: NodeId) -> Result<BindOutcome, Status> {
        Ok(BindOutcome::Bind)
    }
}
