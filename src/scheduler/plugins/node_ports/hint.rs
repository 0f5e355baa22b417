//! NodePorts: a pod goes that holds a host port which the pod wants, or a node appears.

use crate::api::HostPort;
use crate::scheduler::framework::{Actions, Events, Question, Registration};

/// What the plugin waits for.
pub(super) const EVENTS: Events = Events {
    with_hints: |_| Registration { pod: Actions::DELETE, node: Actions::ADD },
    without_hints: Registration { pod: Actions::DELETE, node: Actions::ADD.with(Actions::NODE_UPDATE) },
    hint,
};

/// Whether the event may help. A new node always may.
fn hint(question: &Question<'_>) -> bool {
    let (Some(deleted), None) = question.event.pods() else { return true };
    deleted.node.is_some()
        && question
            .pod
            .spec
            .host_ports
            .iter()
            .any(|wanted| deleted.spec.host_ports.iter().any(|held| conflict(wanted, held)))
}

fn conflict(wanted: &HostPort, held: &HostPort) -> bool {
    wanted.port == held.port
        && wanted.protocol == held.protocol
        && (wanted.ip.is_none() || held.ip.is_none() || wanted.ip == held.ip)
}
