//! What the program prints beside manifests: findings as text, JSON, SARIF and workflow commands, the documentation of the rules, and diagrams of
//! the load balancer.

pub mod concise;
pub mod diagram;
pub mod full;
pub mod github;
pub mod json;
pub mod release_docs;
pub mod rule_docs;
pub mod sarif;
pub mod sources;
pub mod text;
pub mod words;
