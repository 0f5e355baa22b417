//! What random draws are used for. Each use has a number of its own, so that a draw more for one use
//! moves no draw of another; the numbers are part of the output and never change.

use crate::kernel::DrawUse;

/// UIDs of pods made in a run.
pub const POD_UID: DrawUse = DrawUse(1);
/// The five-letter suffix of pod names.
pub const POD_NAME: DrawUse = DrawUse(2);
/// UIDs of ReplicaSets made in a run.
pub const REPLICA_SET_UID: DrawUse = DrawUse(3);
/// The order in which a ReplicaSet's cache lists its pods (an iteration over a Go map).
pub const REPLICA_SET_LIST: DrawUse = DrawUse(4);
/// The scheduler's choice among nodes of equal score: one sequential stream.
pub const TIE_BREAK: DrawUse = DrawUse(5);
/// [`super::timing::Timing::controller_sync`].
pub const CONTROLLER_SYNC: DrawUse = DrawUse(10);
/// [`super::timing::Timing::scheduling_cycle`].
pub const SCHEDULING_CYCLE: DrawUse = DrawUse(11);
/// [`super::timing::Timing::binding`].
pub const BINDING: DrawUse = DrawUse(12);
/// [`super::timing::Timing::image_pull`].
pub const IMAGE_PULL: DrawUse = DrawUse(13);
/// [`super::timing::Timing::container_start`].
pub const CONTAINER_START: DrawUse = DrawUse(14);
/// [`super::timing::Timing::readiness`].
pub const READINESS: DrawUse = DrawUse(15);
/// [`super::timing::Timing::termination`].
pub const TERMINATION: DrawUse = DrawUse(16);
/// [`super::timing::Timing::cordon_taint`].
pub const CORDON_TAINT: DrawUse = DrawUse(17);
/// [`super::timing::Timing::watch`], one draw a delivery: one sequential stream for each reader.
pub const WATCH: DrawUse = DrawUse(18);
/// [`super::timing::Timing::refusal`].
pub const REFUSAL: DrawUse = DrawUse(19);
/// Whether a pod ever becomes ready ([`super::setup::start_up::StartUpRule::probability`]).
pub const BECOMES_READY: DrawUse = DrawUse(20);
/// How long a container runs until it crashes ([`super::setup::start_up::StartUpRule::crash_after`]), one draw a start.
pub const CRASH: DrawUse = DrawUse(21);
/// [`super::timing::Timing::api_request`], one draw a request: one sequential stream for each client.
pub const API_REQUEST: DrawUse = DrawUse(22);
/// The order in which a DaemonSet's controller lists the nodes.
pub const DAEMON_SET_LIST: DrawUse = DrawUse(26);
/// What preemption leaves to chance: one sequential stream.
pub const PREEMPTION: DrawUse = DrawUse(30);
/// The allocators of an API server: one sequential stream for each family, and one for node ports.
pub const SERVICE_IP_SCAN: DrawUse = DrawUse(50);
/// The hops of requests for Services ([`super::service_registry::setup::ServiceTiming`]).
pub const SERVICE_HOP: DrawUse = DrawUse(51);
/// How far an API server's caches trail, one draw a change and server.
pub const SERVICE_WATCH: DrawUse = DrawUse(52);
/// Times between the arrivals of generated Services.
pub const SERVICE_ARRIVAL: DrawUse = DrawUse(53);
/// How long generated Services stay.
pub const SERVICE_LIFETIME: DrawUse = DrawUse(54);
/// The addresses that operators pick.
pub const SERVICE_PICK: DrawUse = DrawUse(55);
/// The place of DNS among other Services.
pub const SERVICE_ORDER: DrawUse = DrawUse(56);
/// When an API server's first repair pass of a run is, and how long its steps take.
pub const SERVICE_REPAIR: DrawUse = DrawUse(57);
