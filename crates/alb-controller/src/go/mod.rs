//! How Go's standard library reads text, which is how the controller reads an annotation.

pub mod json;
pub mod strconv;
