//! Puts Istio's ingress gateway, as Helm rendered it, behind an AWS Application Load Balancer.
//!
//! The way of the data:
//!
//! ```text
//! bytes → stream::split → gateway::find → plan → yaml::apply → ingress → verify → lint → one write
//! ```

#![warn(missing_docs)]

pub mod alb;
pub mod cli;
pub mod config;
pub mod error;
pub mod lint;
pub mod stream;
pub mod yaml;

pub use error::{Error, Place};
