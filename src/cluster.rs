//! The simulated cluster: a store with an ordered watch log, the components that read it, and the
//! events between them. The only place where the models meet.

pub mod api_server;
pub mod client;
pub mod clients;
pub mod container_managers;
pub mod control_plane;
pub mod controller_manager;
pub mod coverage;
pub mod decision;
pub mod draw_uses;
pub mod event;
pub mod explanation;
pub mod kubelets;
pub mod node_admissions;
pub mod operation;
pub mod readers;
pub mod record;
pub mod request;
mod restarts;
pub mod scheduler_process;
pub mod service_registry;
pub mod setup;
mod start_up;
pub mod store;
pub mod timing;
pub mod watch;
pub mod world;
