//! Pods that wait at Permit (`waiting_pods_map.go` of kube-scheduler v1.34): their node is chosen and their room
//! taken, but a plugin has asked to wait before they are bound.
//!
//! A pod goes on when each plugin that asked has allowed it. It is rejected when any plugin says so, or when the
//! wait that one of them asked for is over. What is said first counts. Kubernetes goes through them in random
//! order (a Go map); here the order is that of pod numbers.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::plugin_id::PluginId;
use super::status::{Code, Reason, Status};
use crate::api::{NodeId, Pod, PodId, go_text};
use crate::kernel::{SimDuration, SimTime};

/// The longest wait at Permit (`maxTimeout` in `framework/runtime`).
pub const MAX_PERMIT_WAIT: SimDuration = SimDuration::from_secs(15 * 60);

/// A plugin that asked to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pending {
    plugin: PluginId,
    wait: SimDuration,
    until: SimTime,
}

/// A pod that waits.
#[derive(Clone, Debug)]
pub struct WaitingPod {
    pod: Arc<Pod>,
    node: NodeId,
    pending: Vec<Pending>,
    verdict: Option<Result<(), Status>>,
}

/// All pods that wait, by number.
#[derive(Clone, Debug, Default)]
pub struct WaitingPods(BTreeMap<PodId, WaitingPod>);

/// The pods that wait, as a plugin may judge them.
#[derive(Debug)]
pub struct Waiting<'w> {
    pods: &'w mut WaitingPods,
    by: PluginId,
}

impl WaitingPod {
    /// The pod.
    pub fn pod(&self) -> &Pod {
        &self.pod
    }

    /// The node that was chosen for it.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The plugins that have not allowed it yet, in the order in which they were asked.
    pub fn pending_plugins(&self) -> impl Iterator<Item = PluginId> {
        self.pending.iter().map(|pending| pending.plugin)
    }

    /// The plugin whose wait is over first, where nothing is decided.
    fn next_timeout(&self) -> Option<Pending> {
        let open = self.pending.iter().filter(|_| self.verdict.is_none());
        open.copied().min_by_key(|pending| pending.until)
    }

    fn reject(&mut self, by: PluginId, message: String) {
        let status = Status::new(Code::Unschedulable, Reason::Message(message.into())).by(by);
        self.verdict.get_or_insert(Err(status));
    }
}

impl WaitingPods {
    /// A pod waits from now on, for each of these plugins as long as it asked for.
    pub fn add(&mut self, pod: Arc<Pod>, node: NodeId, asked: &[(PluginId, SimDuration)], now: SimTime) {
        let pending = asked.iter().map(|&(plugin, wait)| Pending { plugin, wait, until: now.plus(wait) });
        let waiting = WaitingPod { node, pending: pending.collect(), verdict: None, pod };
        self.0.insert(waiting.pod.id, waiting);
    }

    /// A pod waits no more. Whether it did.
    pub fn remove(&mut self, pod: PodId) -> bool {
        self.0.remove(&pod).is_some()
    }

    /// All of them, by pod number; those too about which all is said and nothing done yet.
    pub fn iter(&self) -> impl Iterator<Item = &WaitingPod> {
        self.0.values()
    }

    /// The same, for a plugin.
    pub fn judged_by(&mut self, by: PluginId) -> Waiting<'_> {
        Waiting { pods: self, by }
    }

    /// When the first wait is over.
    pub fn next_timeout(&self) -> Option<SimTime> {
        self.0.values().filter_map(WaitingPod::next_timeout).map(|pending| pending.until).min()
    }

    /// Rejects the pods whose wait is over; their numbers.
    pub fn time_out(&mut self, now: SimTime) -> Vec<PodId> {
        let mut over = Vec::new();
        for (id, waiting) in &mut self.0 {
            let Some(Pending { plugin, wait, .. }) = waiting.next_timeout().filter(|next| next.until <= now)
            else {
                continue;
            };
            let name = plugin.name();
            let wait = go_text::duration(wait);
            waiting.reject(plugin, format!("rejected due to timeout after waiting {wait} at plugin {name}"));
            over.push(*id);
        }
        over
    }

    /// Takes the first pod about which all is said, with what was said.
    pub fn take_decided(&mut self) -> Option<(PodId, Result<(), Status>)> {
        let id = *self.0.iter().find(|(_, waiting)| waiting.verdict.is_some())?.0;
        let verdict = self.0.remove(&id)?.verdict?;
        Some((id, verdict))
    }
}

impl Waiting<'_> {
    /// All of them, by pod number.
    pub fn iter(&self) -> impl Iterator<Item = &WaitingPod> {
        self.pods.iter()
    }

    /// Allows a pod (`WaitingPod.Allow`): this plugin is no longer waited for, whether it had asked or not, and
    /// if no other is, the pod goes on.
    pub fn allow(&mut self, pod: PodId) {
        let by = self.by;
        if let Some(waiting) = self.pods.0.get_mut(&pod) {
            waiting.pending.retain(|pending| pending.plugin != by);
            if waiting.pending.is_empty() {
                waiting.verdict.get_or_insert(Ok(()));
            }
        }
    }

    /// Rejects a pod (`WaitingPod.Reject`): it goes back to the queue.
    pub fn reject(&mut self, pod: PodId, message: &str) {
        if let Some(waiting) = self.pods.0.get_mut(&pod) {
            waiting.reject(self.by, message.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::testing::pod;
    use crate::kernel::Interner;

    const FIRST: fn() -> PluginId = || PluginId::new(0, "First");
    const SECOND: fn() -> PluginId = || PluginId::new(1, "Second");

    fn seconds(count: u64) -> SimDuration {
        SimDuration::from_secs(count)
    }

    fn at(second: u64) -> SimTime {
        SimTime(0).plus(seconds(second))
    }

    /// Pods 0 to 2 wait from second 1 on: 10 s for the first plugin, 5 s for the second.
    fn three() -> WaitingPods {
        let names = &mut Interner::new();
        let mut waiting = WaitingPods::default();
        for id in 0..3 {
            let asked = [(FIRST(), seconds(10)), (SECOND(), seconds(5))];
            waiting.add(Arc::new(pod(names, id, "p")), NodeId(7), &asked, at(1));
        }
        waiting
    }

    fn decided(waiting: &mut WaitingPods) -> Vec<(u32, Result<(), String>)> {
        let names = Interner::new();
        let text = |status: Status| format!("{}: {}", status.plugin.name(), status.message(&names));
        std::iter::from_fn(|| waiting.take_decided())
            .map(|(id, verdict)| (id.0, verdict.map_err(text)))
            .collect()
    }

    #[test]
    fn a_pod_goes_on_when_all_have_allowed_it() {
        let mut waiting = three();
        waiting.judged_by(FIRST()).allow(PodId(1));
        waiting.judged_by(FIRST()).allow(PodId(1));
        assert!(decided(&mut waiting).is_empty());
        let second = |pod: &WaitingPod| pod.pending_plugins().map(PluginId::name).collect::<Vec<_>>();
        let pending: Vec<_> = waiting.iter().map(second).collect();
        assert_eq!(pending, [vec!["First", "Second"], vec!["Second"], vec!["First", "Second"]]);
        waiting.judged_by(SECOND()).allow(PodId(1));
        // Too late.
        waiting.judged_by(SECOND()).reject(PodId(1), "no");
        assert_eq!(decided(&mut waiting), [(1, Ok(()))]);
        assert!(waiting.remove(PodId(0)) && !waiting.remove(PodId(1)));
    }

    #[test]
    fn one_rejection_is_enough() {
        let mut waiting = three();
        waiting.judged_by(SECOND()).reject(PodId(2), "no");
        // Too late.
        waiting.judged_by(FIRST()).allow(PodId(2));
        waiting.judged_by(SECOND()).allow(PodId(2));
        assert_eq!(decided(&mut waiting), [(2, Err("Second: no".to_owned()))]);
    }

    /// The second plugin's wait is over at 6 s; pod 0, which it has allowed, waits for the first until 11 s.
    #[test]
    fn the_first_wait_that_is_over_rejects() {
        let mut waiting = three();
        waiting.judged_by(SECOND()).allow(PodId(0));
        assert_eq!(waiting.next_timeout(), Some(at(6)));
        assert!(waiting.time_out(at(5)).is_empty());
        assert_eq!(waiting.time_out(at(6)), [PodId(1), PodId(2)]);
        let text = || Err("Second: rejected due to timeout after waiting 5s at plugin Second".to_owned());
        assert_eq!(decided(&mut waiting), [(1, text()), (2, text())]);
        assert_eq!(waiting.next_timeout(), Some(at(11)));
        assert_eq!(waiting.time_out(at(11)), [PodId(0)]);
        assert_eq!(waiting.next_timeout(), None);
    }
}
