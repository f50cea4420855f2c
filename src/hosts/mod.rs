//! The programs that run us, each with what it needs beyond bytes in and bytes out.

pub mod argocd;
pub mod export;
pub mod flux;
pub mod helm;
pub mod krm;
pub mod kustomize;
