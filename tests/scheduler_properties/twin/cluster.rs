//! The cluster of a vector, as the twin's plugins read it.

use serde_json::Value;

use super::json::{Texts, at, is_there, list, text, text_list, texts};
use super::requests::{self, Requests};
use super::selectors::{Selector, label_selector, matches, merge_keys};

/// A term of inter-pod affinity or anti-affinity, keys merged.
pub(crate) struct Term<'a> {
    pub(crate) key: &'a str,
    pub(crate) weight: i64,
    selector: Selector<'a>,
    namespaces: Vec<&'a str>,
    namespace_selector: Selector<'a>,
}

/// A pod.
pub(crate) struct Pod<'a> {
    pub(crate) json: &'a Value,
    pub(crate) namespace: &'a str,
    pub(crate) labels: Texts<'a>,
    pub(crate) node: &'a str,
    pub(crate) terminating: bool,
    pub(crate) requests: Requests,
    pub(crate) required_near: Vec<Term<'a>>,
    pub(crate) preferred_near: Vec<Term<'a>>,
    pub(crate) required_apart: Vec<Term<'a>>,
    pub(crate) preferred_apart: Vec<Term<'a>>,
}

/// A node with the pods that are on it.
pub(crate) struct Node<'a> {
    pub(crate) json: &'a Value,
    pub(crate) name: &'a str,
    pub(crate) labels: Texts<'a>,
    pub(crate) pods: Vec<&'a Pod<'a>>,
}

/// Everything that a cycle looks at.
pub(crate) struct Cluster<'a> {
    pub(crate) vector: &'a Value,
    pub(crate) pod: &'a Pod<'a>,
    pub(crate) nodes: Vec<Node<'a>>,
    namespaces: Vec<(&'a str, Texts<'a>)>,
}

impl<'a> Pod<'a> {
    /// Reads a pod.
    pub(crate) fn read(json: &'a Value) -> Self {
        let labels = texts(json, &["metadata", "labels"]);
        let namespace = text(json, &["metadata", "namespace"]);
        let terms = |field: &str, moment: &str| -> Vec<Term<'a>> {
            let moment = format!("{moment}DuringSchedulingIgnoredDuringExecution");
            let terms = list(json, &["spec", "affinity", field, &moment]).iter();
            terms.map(|term| Term::read(term, namespace, &labels)).collect()
        };
        Self {
            required_near: terms("podAffinity", "required"),
            preferred_near: terms("podAffinity", "preferred"),
            required_apart: terms("podAntiAffinity", "required"),
            preferred_apart: terms("podAntiAffinity", "preferred"),
            node: text(json, &["spec", "nodeName"]),
            terminating: is_there(json, &["metadata", "deletionTimestamp"]),
            requests: requests::of_pod(json),
            json,
            namespace,
            labels,
        }
    }

    /// Host ports as (address, protocol, port).
    pub(crate) fn host_ports(&self) -> Vec<(&'a str, &'a str, i64)> {
        let init = list(self.json, &["spec", "initContainers"]).iter();
        let running = list(self.json, &["spec", "containers"]).iter();
        let running = running.chain(init.filter(|container| requests::is_sidecar(container)));
        let ports = running.flat_map(|container| list(container, &["ports"]));
        let or = |text: &'a str, default| if text.is_empty() { default } else { text };
        ports
            .map(|port| {
                let address = or(text(port, &["hostIP"]), "0.0.0.0");
                (address, or(text(port, &["protocol"]), "TCP"), super::json::number(port, &["hostPort"]))
            })
            .filter(|(_, _, port)| *port > 0)
            .collect()
    }

    /// Whether the pod tolerates a taint.
    pub(crate) fn tolerates(&self, key: &str, value: &str, effect: &str, with: fn(&str) -> bool) -> bool {
        let tolerations = list(self.json, &["spec", "tolerations"]).iter();
        let mut tolerations = tolerations.filter(|toleration| with(text(toleration, &["effect"])));
        tolerations.any(|toleration| {
            let any_or = |field: &str, wanted: &str| ["", wanted].contains(&text(toleration, &[field]));
            let any_value = text(toleration, &["operator"]) == "Exists";
            any_or("effect", effect)
                && any_or("key", key)
                && (any_value || text(toleration, &["value"]) == value)
        })
    }
}

impl<'a> Term<'a> {
    fn read(json: &'a Value, own_namespace: &'a str, own: &Texts<'a>) -> Self {
        let is_weighted = is_there(json, &["podAffinityTerm"]);
        let term = if is_weighted { at(json, &["podAffinityTerm"]) } else { json };
        let mut selector = label_selector(term, &["labelSelector"]);
        merge_keys(&mut selector, term, own);
        let namespace_selector = label_selector(term, &["namespaceSelector"]);
        let mut namespaces = text_list(term, &["namespaces"]);
        if namespaces.is_empty() && namespace_selector.is_none() {
            namespaces.push(own_namespace);
        }
        let weight = super::json::number(json, &["weight"]);
        Self { key: text(term, &["topologyKey"]), weight, selector, namespaces, namespace_selector }
    }
}

impl<'a> Cluster<'a> {
    /// Reads the cluster of a vector, the pods of which were read before.
    pub(crate) fn read(vector: &'a Value, pods: &'a [Pod<'a>], pod: &'a Pod<'a>) -> Self {
        let node = |json: &'a Value| {
            let name = text(json, &["metadata", "name"]);
            let on_it = pods.iter().filter(|pod| pod.node == name).collect();
            Node { json, name, labels: texts(json, &["metadata", "labels"]), pods: on_it }
        };
        let namespace =
            |json: &'a Value| (text(json, &["metadata", "name"]), texts(json, &["metadata", "labels"]));
        Self {
            vector,
            pod,
            nodes: list(vector, &["nodes"]).iter().map(node).collect(),
            namespaces: list(vector, &["namespaces"]).iter().map(namespace).collect(),
        }
    }

    /// The same with other pods on one node.
    pub(crate) fn with_pods_on(&self, name: &str, pods: &[&'a Pod<'a>]) -> Self {
        let node = |node: &Node<'a>| {
            let held = if node.name == name { pods.to_vec() } else { node.pods.clone() };
            Node { json: node.json, name: node.name, labels: node.labels.clone(), pods: held }
        };
        Self {
            vector: self.vector,
            pod: self.pod,
            nodes: self.nodes.iter().map(node).collect(),
            namespaces: self.namespaces.clone(),
        }
    }

    /// Whether a term of the incoming pod matches an existing one. Its namespace selector picks known
    /// namespaces; v1.34.1 asks it a second time, then about no labels at all.
    pub(crate) fn own_term_matches(&self, term: &Term<'_>, existing: &Pod<'_>) -> bool {
        let picked = |name: &str, labels: &Texts<'_>| {
            name == existing.namespace && matches(&term.namespace_selector, labels)
        };
        let in_namespace = term.namespaces.contains(&existing.namespace)
            || self.namespaces.iter().any(|(name, labels)| picked(name, labels))
            || matches(&term.namespace_selector, &Texts::new());
        in_namespace && matches(&term.selector, &existing.labels)
    }

    /// Whether a term of an existing pod matches the incoming one.
    pub(crate) fn existing_term_matches(&self, term: &Term<'_>) -> bool {
        let known = self.namespaces.iter().find(|(name, _)| *name == self.pod.namespace);
        let labels = known.map(|(_, labels)| labels.clone()).unwrap_or_default();
        let in_namespace =
            term.namespaces.contains(&self.pod.namespace) || matches(&term.namespace_selector, &labels);
        in_namespace && matches(&term.selector, &self.pod.labels)
    }
}

impl Node<'_> {
    /// The node's taints as (key, value, effect).
    pub(crate) fn taints(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let taints = list(self.json, &["spec", "taints"]).iter();
        taints.map(|taint| (text(taint, &["key"]), text(taint, &["value"]), text(taint, &["effect"])))
    }

    /// The first taint that keeps the pod away.
    pub(crate) fn untolerated(&self, pod: &Pod<'_>) -> Option<(&str, &str, &str)> {
        let mut hard = self.taints().filter(|taint| ["NoSchedule", "NoExecute"].contains(&taint.2));
        hard.find(|(key, value, effect)| !pod.tolerates(key, value, effect, |_| true))
    }
}
