//! The load balancer itself, and the NLB in front of it.

pub mod attributes;
pub mod frontend_nlb;
pub mod settings;
pub mod tags;
