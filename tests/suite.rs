//! All integration tests, as one binary: each binary links the whole library, which takes longer than its tests.
//!
//! `tests/forgotten.rs` checks that every file is named by its parent.

mod backtest;
mod capacity;
mod cases;
mod cli;
mod compare;
mod conformance;
mod coverage;
mod cpu_manager;
mod cut_offs;
mod explain;
mod fast_cycle;
mod forgotten;
mod harness;
mod house_rules;
mod incidents;
mod input_order;
mod kubelets;
mod measures;
mod output;
mod plan;
mod property_tests;
mod ranges;
mod ready_studies;
mod releases;
mod rollout;
mod rollouts;
mod room;
mod scenario_errors;
mod scenario_load;
mod scenario_robustness;
mod scenario_schema;
mod scheduler_configuration;
mod scheduler_properties;
mod service_ip;
mod service_ip_documents;
mod service_ip_results;
mod service_registry;
mod start_up;
mod statistics_coverage;
mod study;
mod timing_fit;
mod topology;
mod traces;
