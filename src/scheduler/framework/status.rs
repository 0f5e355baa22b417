//! Why a plugin rejects a pod or a node (`framework.Status` of kube-scheduler v1.34).
//!
//! A cluster of thousands of nodes rejects millions of times in a run, so a reason is a small value
//! that becomes text only when somebody reads it.

use std::borrow::Cow;

use super::plugin_id::PluginId;
use crate::kernel::{Interner, Symbol};

/// What a rejection means. Success and Skip are the `Ok` side of what plugins return.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// Not now; pods that go away (or preemption) may help.
    Unschedulable,
    /// Preemption on this node cannot help.
    UnschedulableAndUnresolvable,
    /// The plugin failed; the whole cycle is an error.
    Error,
}

impl Code {
    /// The name as Kubernetes prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unschedulable => "Unschedulable",
            Self::UnschedulableAndUnresolvable => "UnschedulableAndUnresolvable",
            Self::Error => "Error",
        }
    }
}

/// One reason of a rejection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// A fixed text.
    Text(&'static str),
    /// `Insufficient NAME` of an extended resource or huge pages.
    InsufficientResource(Symbol),
    /// The first taint that the pod does not tolerate.
    UntoleratedTaint {
        /// The taint's key.
        key: Symbol,
        /// The taint's value; the empty string if it has none.
        value: Symbol,
    },
    /// Anything else, for reasons that are rare.
    Message(Box<str>),
}

impl Reason {
    /// The text, word for word as in Kubernetes.
    pub fn text(&self, names: &Interner) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::InsufficientResource(name) => Cow::Owned(format!("Insufficient {}", names.resolve(*name))),
            Self::UntoleratedTaint { key, value } => Cow::Owned(format!(
                "node(s) had untolerated taint {{{}: {}}}",
                names.resolve(*key),
                names.resolve(*value)
            )),
            Self::Message(text) => Cow::Borrowed(text),
        }
    }
}

/// A rejection: by whom, what it means, and why. A single reason (nearly always) costs no allocation; nodes that
/// PreFilter left out have none in some releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What the rejection means.
    pub code: Code,
    /// The plugin; the framework fills it in.
    pub plugin: PluginId,
    first: Option<Reason>,
    more: Vec<Reason>,
}

impl Status {
    /// A rejection with one reason. The plugin is filled in by the framework.
    pub fn new(code: Code, reason: Reason) -> Self {
        Self { code, plugin: PluginId::UNKNOWN, first: Some(reason), more: Vec::new() }
    }

    /// A rejection that gives no reason.
    pub fn without_reason(code: Code) -> Self {
        Self { code, plugin: PluginId::UNKNOWN, first: None, more: Vec::new() }
    }

    /// `Unschedulable` for a fixed reason.
    pub fn unschedulable(reason: &'static str) -> Self {
        Self::new(Code::Unschedulable, Reason::Text(reason))
    }

    /// `UnschedulableAndUnresolvable` for a fixed reason.
    pub fn unresolvable(reason: &'static str) -> Self {
        Self::new(Code::UnschedulableAndUnresolvable, Reason::Text(reason))
    }

    /// Adds a reason.
    pub fn push(&mut self, reason: Reason) {
        self.more.push(reason);
    }

    /// The same rejection, marked with the plugin that gave it.
    #[must_use]
    pub fn by(mut self, plugin: PluginId) -> Self {
        self.plugin = plugin;
        self
    }

    /// Several plugins' rejections of one node as one: the strongest code with the first plugin that gave it, and all
    /// reasons. Where the plugins were put in random order (a Go map), their own order counts here.
    pub fn merged(statuses: Vec<Self>) -> Self {
        let code = statuses.iter().map(|status| status.code).max().unwrap_or(Code::Unschedulable);
        let strongest = statuses.iter().find(|status| status.code == code);
        let plugin = strongest.map_or(PluginId::UNKNOWN, |status| status.plugin);
        let mut reasons = statuses.into_iter().flat_map(|status| status.first.into_iter().chain(status.more));
        Self { code, plugin, first: reasons.next(), more: reasons.collect() }
    }

    /// All reasons, in order.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        self.first.iter().chain(&self.more)
    }

    /// All reasons as one line, joined as Kubernetes does.
    pub fn message(&self, names: &Interner) -> String {
        self.reasons().map(|reason| reason.text(names)).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_become_kubernetes_words() {
        let mut names = Interner::new();
        let (gpu, key, value) = (names.intern("example.com/gpu"), names.intern("spot"), names.intern(""));
        let mut status = Status::unschedulable("Too many pods");
        status.push(Reason::InsufficientResource(gpu));
        assert_eq!(status.message(&names), "Too many pods, Insufficient example.com/gpu");
        let taint = Reason::UntoleratedTaint { key, value };
        assert_eq!(taint.text(&names), "node(s) had untolerated taint {spot: }");
        assert_eq!(Code::UnschedulableAndUnresolvable.as_str(), "UnschedulableAndUnresolvable");
    }
}
