//! The events of a simulated cluster. The list is closed: a new event is a new variant, and the
//! compiler shows every place that must know it.

use super::controller_manager::key::{ControllerId, Key};
use super::service_registry::event::ServiceEvent;
use super::store::Kind;
use super::watch::Reader;
use crate::api::{NodeId, PodId};

/// Something that is due at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An entry of the timeline.
    Timeline(u32),
    /// A client acts again.
    Client(u32),
    /// A reader's cursor passes one more change of a kind.
    Deliver {
        /// Whose cursor.
        reader: Reader,
        /// On which log.
        kind: Kind,
    },
    /// A controller handles a key.
    Sync(ControllerId, Key),
    /// A controller asked to look at a key again now.
    Recheck(ControllerId, Key),
    /// A sync that waits goes on.
    Resume(ControllerId, Key),
    /// A controller's event recorder takes up what it was told.
    Record(ControllerId),
    /// A request arrives at the API server and is answered.
    Request(u32),
    /// The scheduling cycle under way is over.
    CycleEnd,
    /// A binding reaches the API.
    Bind(PodId, NodeId),
    /// A pod has waited at Permit as long as a plugin asked for.
    PermitTimeout,
    /// A pod's back-off is over.
    BackoffOver,
    /// Pods that stayed unschedulable for long are tried again.
    FlushUnschedulable,
    /// A kubelet's refusal of a pod reaches the API.
    Refused(PodId),
    /// A pod's containers run.
    ContainersRunning(PodId),
    /// A pod's probes succeed.
    Ready(PodId),
    /// A pod's containers have ended by themselves.
    Ended(PodId),
    /// A pod's containers have ended by themselves and will be started again.
    Crashed(PodId),
    /// A terminating pod's containers have stopped.
    Gone(PodId),
    /// Something in the Service registries.
    Service(ServiceEvent),
}
