//! Who can reach the load balancer.

pub mod inbound;
pub mod scheme;
pub mod wider_than_asked;
