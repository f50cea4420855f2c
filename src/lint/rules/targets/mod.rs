//! The way from the load balancer to the gateway: Service, protocol, health checks.

pub mod gateway_health;
pub mod health_check;
pub mod pods;
pub mod protocol;
pub mod served;
pub mod service;
