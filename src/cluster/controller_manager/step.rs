//! What a sync does next.

use crate::cluster::api_server::requests::Request;
use crate::kernel::SimDuration;

/// The next step of a sync. Until it is done, nobody else works on its key.
#[derive(Debug)]
pub enum Step {
    /// Requests, sent side by side. When all are answered, the sync goes on
    /// ([`super::Controller::resume`]).
    Requests(Vec<Request>),
    /// It waits.
    Wait(SimDuration),
    /// It is done.
    Done,
}
