//! Forecast what Kubernetes will decide: a deterministic discrete-event simulator.
//!
//! # From code
//!
//! ```
//! use kubecast::forecast::{Error, Forecast, RunOptions};
//!
//! let scenario = "
//! apiVersion: kubecast.dev/v1alpha1
//! kind: Scenario
//! metadata: {name: small}
//! spec:
//!   nodePools: [{name: worker, count: 2, template: {status: {allocatable: {cpu: 4, memory: 8Gi, pods: 110}}}}]
//!   workloads:
//!     - name: web
//!       count: 3
//!       template: {apiVersion: v1, kind: Pod, spec: {containers: [{name: web, image: 'web:1', resources: {requests: {cpu: 3}}}]}}
//! ";
//! let answer = Forecast::of_texts([("small.yaml", scenario)]).scenario()?.run(&RunOptions::default().runs(20))?;
//! println!("{}", answer.to_text());
//! let pending = answer.variants[0].summaries.iter().find(|(key, _)| key.measure == "pendingPods");
//! assert_eq!(pending.expect("a figure of each run").1.mean.to_string(), "1");
//! # Ok::<(), Error>(())
//! ```
//!
//! [`forecast`] has the questions and answers; `examples/` a what-if, a plugin and a controller of one's own. The rooms below are
//! documented as what they are, for whoever builds on a part: they may change with every release.
//!
//! # The tour
//!
//! A user hands over Kubernetes YAML or a Scenario. [`scenario`] turns it into a
//! [`cluster::setup::ClusterSetup`] for each variant: compact, defaulted, validated objects ([`api`], [`api_machinery`]) and
//! the settings. [`cluster::world::run`] runs one replication of it on the simulated clock of [`kernel`]:
//! the API server writes the store, every write is a change in a watch log, and the scheduler
//! ([`scheduler`]), the controllers ([`controllers`]) and the kubelets read that log and decide. Records of
//! what happened are folded into figures ([`measures`]), repeated and summarised ([`study`]), and written
//! as tables and text ([`report`]). [`forecast`] puts that together for users, [`cli`] for the terminal.
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
//! `cli → forecast → report → study → scenario → measures → cluster → {scheduler, controllers, kubelet, service_ip} →
//! component_helpers → api_machinery → api → kernel`;
//! arrows point down only, the models never import each other, and [`conformance`] runs recorded
//! decisions of real Kubernetes code against them. `ARCHITECTURE.md` says more.

pub mod api;
pub mod api_machinery;
#[cfg(feature = "cli")]
pub mod cli;
pub mod cluster;
pub mod component_helpers;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod controllers;
pub mod forecast;
pub mod kernel;
pub mod kubelet;
pub mod machine_files;
pub mod measures;
pub mod report;
pub mod scenario;
pub mod scheduler;
pub mod service_ip;
pub mod study;
