//! Which Ingresses are the controller's, whether its webhook lets them in, and which share a load balancer.

pub(crate) mod admission;
pub(crate) mod class;
pub(crate) mod group;
mod selector;
