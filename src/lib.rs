//! Puts Istio's ingress gateway, as Helm rendered it, behind an AWS Application Load Balancer.
//!
//! The way of the data:
//!
//! ```text
//! bytes → stream::split → gateway::find → plan → yaml::apply → ingress → verify → lint → one write
//! ```

#![warn(missing_docs)]

pub mod alb;
pub mod append;
pub mod cli;
pub mod commands;
pub mod config;
pub mod error;
pub mod gateway;
pub mod hosts;
pub mod ingress;
pub mod lint;
pub mod manifest;
pub mod placeholder;
pub mod plan;
pub mod report;
pub mod rewrite;
pub mod sarif;
pub mod show;
pub mod stream;
pub mod yaml;

pub use error::{Error, Place};
