//! What the controller reads: objects of the stream, annotations, the parameters of a class.

pub(crate) mod annotations;
pub(crate) mod class_params;
pub(crate) mod kubernetes;
pub(crate) mod objects;
