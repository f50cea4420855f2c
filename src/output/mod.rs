//! What the program prints beside manifests: findings as text, JSON, SARIF and workflow commands, the documentation of the
//! rules, and pictures of the load balancer.

pub mod concise;
pub mod diagram;
pub mod full;
pub mod github;
pub mod html;
pub mod json;
pub mod markup;
pub mod picture;
pub mod release_docs;
pub mod rule_docs;
pub mod sarif;
pub mod sources;
pub mod text;
pub mod words;
