//! Which controller an Ingress belongs to, and with whom it shares a load balancer.

pub mod class;
pub mod gateway_api;
pub mod group;
pub mod second;
pub mod service;
pub mod version;
