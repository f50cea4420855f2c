//! What several rules ask: typed answers, so that no rule imports another.
//!
//! A fact looks at the model and the manifests, and reports nothing.

pub mod classes;
pub mod gateways;
pub mod listen_ports;
pub mod listeners;
pub mod load_balancer;
pub mod maps;
pub mod members;
pub mod not_judged;
pub mod shadowing;
pub mod targets;
pub mod unused;
