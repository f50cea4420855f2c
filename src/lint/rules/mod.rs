//! The rules, in families with the names of AWS and Kubernetes. Each module declares its rules, and has a function `check`.
//!
//! No rule imports another: what several need is in [`super::facts`]. Nothing outside imports a rule but the registry, and
//! [`super::rewrite_findings`] for what the rewrite reports itself.

pub mod access;
pub mod annotations;
pub mod api_server;
pub mod configuration;
pub mod flux;
pub mod listeners;
pub mod load_balancer;
pub mod mesh;
pub mod ownership;
pub mod refused;
pub mod release;
pub mod routing;
pub mod targets;
pub mod waiting;
