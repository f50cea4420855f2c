//! The programs that run us, each with what it needs beyond bytes in and bytes out.

pub mod argocd;
pub mod helm;
pub mod krm;
