//! The programs that run the filter, and what each of them needs besides bytes in and bytes out.

pub mod argocd;
pub mod export;
pub mod flux;
pub mod helm;
pub mod krm;
pub mod kustomize;
