//! What Kubernetes' components share (`k8s.io/component-helpers`, v1.34): how the fields of pods and nodes
//! are held against each other, wherever that is asked.
//!
//! The scheduler filters by it, the kubelet admits by it, controllers and measures ask the same. The
//! models import it and never each other.

pub mod go_sort;
pub mod inclusion_policy;
pub mod node_affinity;
pub mod revision;
pub mod taints;
