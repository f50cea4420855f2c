//! What the program prints beside manifests: findings as text, JSON and SARIF, the documentation of the rules, and diagrams of
//! the load balancer.

pub mod diagram;
pub mod json;
pub mod release_docs;
pub mod rule_docs;
pub mod sarif;
pub mod text;
pub mod words;
