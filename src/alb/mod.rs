//! What AWS and its Load Balancer Controller know: annotations, their values, and the load balancer that comes of them.
//!
//! - [`catalogue`]: every annotation as data
//! - [`values`], [`json`], [`payloads`], [`listen_ports`]: how the controller reads a value
//! - [`model`]: what the controller does with the Ingresses of a stream

pub mod catalogue;
pub mod json;
pub mod listen_ports;
pub mod model;
pub mod payloads;
pub mod values;
