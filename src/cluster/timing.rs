//! How long each hop between the components takes.
//!
//! Every hop is a distribution with a draw of its own, keyed by the pod or object that it is for.
//!
//! | hop | from → to | default | source |
//! | --- | --- | --- | --- |
//! | `controllerSync` | key in the work queue → sync | 0 | the recorded closed loop drives the controllers without delay |
//! | `schedulingCycle` | pod popped → node chosen | by nodes looked at: 0.4 ms at 100, 2.3 ms at 683, 4.6 ms at 917, 8.4 ms at 1,375 | kube-scheduler v1.34 in process, see [`CycleTime`] |
//! | `binding` | node chosen → bound in the API | 0 | inside the figure above |
//! | `imagePull` | bound → image on the node | 0 | Kubernetes' pod start-up objective leaves pulls out; give your registry's |
//! | `containerStart` | image there → containers running | lognormal, median 1.5 s, 99 % within 5 s | SIG Scalability's pod start-up objective: 99 % within 5 s |
//! | `readiness` | running → Ready | 0, after the probe's `initialDelaySeconds` | kubelet: the first probe follows the initial delay |
//! | `termination` | deleted → gone | the whole grace period | a container that ignores SIGTERM is killed then |
//! | `refusal` | refused by the kubelet → `Failed` in the API | 100 ms | kubecast's assumption for one status write |
//! | `apiRequest` | token taken → carried out and answered | 0 | see [`super::control_plane`] |
//! | `cordonTaint` | cordoned → taint on the node | 100 ms | one pass of the node life-cycle controller |
//! | `watch.*` | write → seen by that reader | 0 | a cursor at the head of the watch log |

pub mod cycle_time;
pub mod hops_of;

pub use cycle_time::CycleTime;
pub use hops_of::{HopsOf, KubeletHops};

use std::sync::Arc;

use super::kubelets::given::TimesByOwner;
use crate::kernel::{Distribution, SimDuration};

/// The hops' distributions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timing {
    /// Work queue to sync, for the Deployment and ReplicaSet controllers.
    pub controller_sync: Distribution,
    /// The time a scheduling cycle takes.
    pub scheduling_cycle: CycleTime,
    /// Node chosen to bound in the API.
    pub binding: Distribution,
    /// Bound to image on the node.
    pub image_pull: Distribution,
    /// Image there to containers running.
    pub container_start: Distribution,
    /// Running (and the probe's initial delay over) to Ready.
    pub readiness: Distribution,
    /// Deleted to gone, at most the grace period; `None` is the whole grace period.
    pub termination: Option<Distribution>,
    /// Of a component's request, from its token to its answer.
    pub api_request: Distribution,
    /// Cordoned to taint on the node.
    pub cordon_taint: Distribution,
    /// From a kubelet's refusal of a pod to its status in the API.
    pub refusal: Distribution,
    /// Lag of each reader behind the store.
    pub watch: WatchLag,
    /// Hops of the kubelets that are others for some pods.
    pub hops_of: HopsOf,
    /// Start-up and termination as recorded, by workload; others are drawn.
    pub recorded: Option<Arc<TimesByOwner>>,
    /// Whether API times are cut to whole seconds, as Kubernetes stores them.
    pub whole_second_timestamps: bool,
}

/// How far each reader's view trails the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchLag {
    /// kube-scheduler.
    pub scheduler: Distribution,
    /// kube-controller-manager.
    pub controller_manager: Distribution,
    /// The kubelets.
    pub kubelet: Distribution,
}

impl Default for Timing {
    fn default() -> Self {
        let none = || Distribution::Constant(SimDuration(0));
        Self {
            controller_sync: none(),
            scheduling_cycle: CycleTime::default(),
            binding: none(),
            image_pull: none(),
            container_start: Distribution::LogNormal {
                median: SimDuration(1_500_000_000),
                p99: SimDuration(5_000_000_000),
            },
            readiness: none(),
            termination: None,
            api_request: none(),
            cordon_taint: Distribution::Constant(SimDuration(100_000_000)),
            refusal: Distribution::Constant(SimDuration(100_000_000)),
            watch: WatchLag { scheduler: none(), controller_manager: none(), kubelet: none() },
            hops_of: HopsOf::default(),
            recorded: None,
            whole_second_timestamps: true,
        }
    }
}

impl Timing {
    /// The same with start-up, from bound to Ready, `numerator / denominator` times as long: `imagePull`,
    /// `containerStart`, `readiness`. A probe's `initialDelaySeconds` is the pod's own and stays.
    #[must_use]
    pub fn with_start_up_scaled(&self, numerator: u64, denominator: u64) -> Self {
        let mut timing = self.clone();
        let own = timing.hops_of.all_mut();
        let own = own.flat_map(|hops| [&mut hops.image_pull, &mut hops.container_start, &mut hops.readiness]);
        let general = [&mut timing.image_pull, &mut timing.container_start, &mut timing.readiness];
        for hop in general.into_iter().chain(own.flatten()) {
            *hop = hop.scaled(numerator, denominator);
        }
        timing
    }

    /// Whether a pull takes time for any pod.
    pub fn pulls_take_time(&self) -> bool {
        let own = self.hops_of.all().filter_map(|hops| hops.image_pull.as_ref());
        std::iter::once(&self.image_pull).chain(own).any(|pull| !pull.is_constant_zero())
    }

    /// The same with the control plane's own times `numerator / denominator` times as long: `apiRequest`, `binding`,
    /// `watch.*`, `controllerSync`. The limits of its clients stay.
    #[must_use]
    pub fn with_lag_scaled(&self, numerator: u64, denominator: u64) -> Self {
        let mut timing = self.clone();
        let watch = &mut timing.watch;
        let hops = [
            &mut timing.api_request,
            &mut timing.binding,
            &mut timing.controller_sync,
            &mut watch.scheduler,
            &mut watch.controller_manager,
            &mut watch.kubelet,
        ];
        for hop in hops {
            *hop = hop.scaled(numerator, denominator);
        }
        timing
    }
}
