//! What AWS and its Load Balancer Controller know: annotations, their values, and the load balancer that comes of them.
//!
//! - [`catalogue`]: every annotation as data
//! - [`go`], [`annotation`]: how the controller reads a value
//! - [`validation`]: what AWS takes as a value
//! - [`model`]: what the controller does with the Ingresses of a stream

#![warn(missing_docs)]

pub mod annotation;
pub mod catalogue;
pub mod go;
pub mod model;
pub mod validation;
