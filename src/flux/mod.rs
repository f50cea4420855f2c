//! What Flux does with the values of a manifest.

pub mod variables;
