//! What the controller reads: objects of the stream, annotations, the parameters of a class.

pub(crate) mod annotations;
pub(crate) mod class_params;
mod kubernetes;
pub(crate) mod objects;
