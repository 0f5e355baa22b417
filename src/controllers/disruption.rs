//! PodDisruptionBudgets: what the disruption controller writes into their status, and what the eviction subresource
//! makes of it (kube-controller-manager and kube-apiserver, v1.28 to v1.36).

pub mod budget;
pub mod eviction;

pub use budget::{Budget, BudgetStatus, Limit, Member, NoController, Scale, status};
pub use eviction::{Admission, UnhealthyPodEvictionPolicy, evict};
