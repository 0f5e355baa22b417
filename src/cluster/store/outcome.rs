//! What the digest keeps of a change, by kind: the outcome, no text that merely explains.

use crate::api::{DaemonSet, Deployment, Namespace, Node, NodeId, Pod, ReplicaSet, SelectorOwner};
use crate::kernel::Digest;

/// The new state of an object, or the last one and a mark that it is gone.
fn object<T>(
    tag: u8,
    old: Option<&T>,
    new: Option<&T>,
    digest: &mut Digest,
    encode: impl Fn(&T, &mut Digest),
) {
    digest.u8(tag);
    digest.bool(new.is_some());
    if let Some(object) = new.or(old) {
        encode(object, digest);
    }
}

/// Nothing: what a namespace changes shows in the outcomes of pods.
pub(super) fn namespace(_: u8, _: Option<&Namespace>, _: Option<&Namespace>, _: &mut Digest) {}

pub(super) fn node(tag: u8, old: Option<&Node>, new: Option<&Node>, digest: &mut Digest) {
    object(tag, old, new, digest, |node, digest| {
        digest.u32(node.id.0);
        digest.bool(node.unschedulable);
        digest.u32(node.taints.len() as u32);
    });
}

pub(super) fn pod(tag: u8, old: Option<&Pod>, new: Option<&Pod>, digest: &mut Digest) {
    object(tag, old, new, digest, |pod, digest| {
        digest.u32(pod.id.0);
        digest.str(&pod.name);
        digest.u64((pod.uid.0 >> 64) as u64);
        digest.u64(pod.uid.0 as u64);
        digest.u32(pod.node.map_or(u32::MAX, |NodeId(node)| node));
        digest.u8(pod.phase as u8);
        digest.bool(pod.is_ready());
        digest.i64(pod.ready.and_then(|ready| ready.since).map_or(i64::MIN, |since| since.0));
        digest.i64(pod.created.map_or(i64::MIN, |created| created.0));
        digest.i64(pod.deleted.map_or(i64::MIN, |deleted| deleted.0));
        // Of the few that have it.
        if let Some(NodeId(node)) = pod.nominated {
            digest.u32(node);
        }
        if pod.is_preempted {
            digest.bool(true);
        }
    });
}

pub(super) fn replica_set(tag: u8, old: Option<&ReplicaSet>, new: Option<&ReplicaSet>, digest: &mut Digest) {
    object(tag, old, new, digest, |replica_set, digest| {
        digest.u32(replica_set.id.0);
        digest.str(&replica_set.name);
        let status = &replica_set.status;
        for count in [replica_set.replicas, status.replicas, status.ready_replicas, status.available_replicas]
        {
            digest.i64(i64::from(count));
        }
    });
}

pub(super) fn deployment(tag: u8, old: Option<&Deployment>, new: Option<&Deployment>, digest: &mut Digest) {
    object(tag, old, new, digest, |deployment, digest| {
        digest.u32(deployment.id.0);
        digest.i64(deployment.generation);
        digest.i64(deployment.revision);
        let status = &deployment.status;
        digest.i64(status.observed_generation);
        for count in
            [deployment.replicas, status.replicas, status.updated_replicas, status.available_replicas]
        {
            digest.i64(i64::from(count));
        }
    });
}

pub(super) fn daemon_set(tag: u8, old: Option<&DaemonSet>, new: Option<&DaemonSet>, digest: &mut Digest) {
    object(tag, old, new, digest, |set, digest| {
        digest.u32(set.id.0);
        digest.i64(set.generation);
        let status = &set.status;
        digest.i64(status.observed_generation);
        for count in [
            status.desired,
            status.current,
            status.misscheduled,
            status.ready,
            status.updated,
            status.available,
        ] {
            digest.i64(i64::from(count));
        }
    });
}

/// Of what is there only the name; that it is gone has a tag of its own.
pub(super) fn selector_owner(
    tag: u8,
    old: Option<&SelectorOwner>,
    new: Option<&SelectorOwner>,
    digest: &mut Digest,
) {
    const GONE: u8 = 6;
    digest.u8(if new.is_some() { tag } else { GONE });
    if let Some(owner) = new.or(old) {
        digest.u32(owner.name.0);
    }
}
