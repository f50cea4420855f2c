//! One YAML document: read as Kubernetes reads it (Go's scalars), located by byte spans, edited by text.
//!
//! Only this module knows `granit-parser`. See the submodules.
//!
//! - [`Tree`]: the nodes of one document with their spans; [`Tree::value`] is what Go's `sigs.k8s.io/yaml` makes of it
//! - [`apply`]: an RFC 6902 JSON Patch on the text, which leaves every byte outside the edited nodes alone
//! - [`emit`]: a value as block style YAML that every YAML reader, 1.1 or 1.2, reads back the same
