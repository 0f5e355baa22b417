//! Forecast what Kubernetes will decide: a deterministic discrete-event simulator.
//!
//! # The tour
//!
//! A user hands over Kubernetes YAML or a Scenario. [`scenario`] turns it into a
//! [`cluster::setup::ClusterSetup`] for each variant: compact, defaulted, validated objects ([`api`]) and
//! the settings. [`cluster::world::run`] runs one replication of it on the simulated clock of [`kernel`]:
//! the API server writes the store, every write is a change in a watch log, and the scheduler
//! ([`scheduler`]), the controllers ([`controllers`]) and the kubelets read that log and decide. Records of
//! what happened are folded into figures ([`measures`]), repeated and summarised ([`study`]), and written
//! as tables and text ([`report`]) by the commands ([`cli`]).
//!
//! # Determinism
//!
//! The same documents and the same seed give the same bytes in every output file, whatever the number of
//! threads, the build profile or the platform. Time is whole nanoseconds; events are ordered by (time,
//! sequence number), see [`kernel`]; every random draw is a function of the seed, the replication, what it
//! is for and whom it is for ([`kernel::draws`]). Nothing depends on hash order, a clock, the environment
//! or threads; logarithms and exponentials come from `libm`.
//!
//! # Layers
//!
//! `cli → report → study → scenario → measures → cluster → {scheduler, controllers, kubelet, service_ip} →
//! component_helpers → api → kernel`;
//! arrows point down only, the models never import each other, and [`conformance`] runs recorded
//! decisions of real Kubernetes code against them. `ARCHITECTURE.md` says more.

pub mod api;
pub mod cli;
pub mod cluster;
pub mod component_helpers;
pub mod conformance;
pub mod controllers;
pub mod kernel;
pub mod kubelet;
pub mod measures;
pub mod report;
pub mod scenario;
pub mod scheduler;
pub mod service_ip;
pub mod study;
